"""Acts on evidence that is there already: withdrawing a batch, and which batches are withdrawn at a time.

Nothing is edited: a withdrawal is an entry of the chain that takes another one back from its own time on. What was
known before stays the answer to ``as_of`` before. Withdrawing a withdrawal restores.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graph.chain import INTAKE, WITHDRAWAL, Batch, Chain, Custody
from graph.errors import UsageError


def withdrawals(chain: Chain) -> list[Batch]:
    """Withdrawal entries, oldest first. They are never compacted."""
    return [chain.load(name) for name in chain.names(WITHDRAWAL)]


def withdrawn(acts: Iterable[Batch], as_of: datetime | None = None) -> frozenset[str]:
    """Ids of the entries that are taken back at ``as_of`` (now when None): whatever an act in force names."""
    off: set[str] = set()
    known = [act for act in acts if as_of is None or act.at <= as_of]
    for act in sorted(known, key=lambda act: act.seq, reverse=True):
        if act.id not in off:
            off.update(act.manifest["withdraws"])
    return frozenset(off)


def withdraw(chain: Chain, target: Batch, reason: str, custody: Custody) -> Batch:
    """Take an intake back, or undo a withdrawal. Needs the lease. Errors: UsageError when that makes no sense."""
    if not reason.strip():
        raise UsageError("A withdrawal needs a reason.", "Say it with --reason TEXT.")
    if target.kind not in (INTAKE, WITHDRAWAL):
        raise UsageError(f"{target.id} is a {target.kind}, it cannot be withdrawn.", "`halqa evidence --history`.")
    if target.id in withdrawn(withdrawals(chain)):
        raise UsageError(
            f"{target.id} is withdrawn already.", "Withdraw the withdrawal to restore it; `halqa evidence --history`."
        )
    with chain.writing() as place:
        content = {"withdraws": [target.id], "reason": reason.strip(), "rows": {}, "files": {}}
        return chain.publish(place, WITHDRAWAL, content, custody)
