"""Opening the vault: who is behind a pseudonym. Nobody reads without a reason, and every reading is logged first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from graph.errors import NothingFound, UsageError
from graph.ids import is_victim
from halqa.lookup import iso

if TYPE_CHECKING:
    from halqa.opened import Opened


def unmask(
    ws: Opened, pseudonym: str, *, reason: str, by: str, at: datetime, approved_by: str | None = None
) -> dict[str, Any]:
    """JSON of ``halqa unmask``: what is sealed under a pseudonym, and the third-party uids shown under it.

    Errors: UsageError (no reason; not a pseudonym), NothingFound. What was asked in vain is logged too.
    """
    if not reason.strip():
        raise UsageError("Opening the vault needs a reason.", "Say it with --reason TEXT.")
    if not is_victim(pseudonym):
        raise UsageError(f"{pseudonym!r} is not a pseudonym.", "They are shown as victim:h:<24 hex digits>.")
    if approved_by is not None and approved_by.strip() == by:
        raise UsageError("--approved-by names the person who asks.", "A second person approves.")
    # The line comes first: an answer that was shown is logged whatever happens next.
    ws.casebook.write_log(
        by=by,
        operation="disclosure",
        purpose=reason.strip() + (f" (approved by {approved_by.strip()})" if approved_by else ""),
        object_=pseudonym,
        count=1,
        at=at,
    )
    entries = ws.vault.reveal(pseudonym)
    uids = sorted(uid for uid, shown in ws.mask().masks.items() if shown == pseudonym) if ws.has_evidence() else []
    if not entries and not uids:
        raise NothingFound(f"Nothing is kept of {pseudonym}.", "It may have been erased; the attempt was logged.")
    identities = {str(i) for entry in entries for i in _listed(entry.get("identities"))}
    return {
        "pseudonym": pseudonym,
        "identities": sorted(identities),
        "uids": uids,
        "entries": entries,
        "reason": reason.strip(),
        "by": by,
        "approved_by": approved_by,
        "at": iso(at),
    }


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
