"""How money can have gone from one holder to another, each step with its amount and its records.

Answered from the evidence rather than from the graph store: amounts are exact there, every record is cited, and the
answer is the same whichever store is used. Victims appear under their pseudonyms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graph.errors import UsageError
from graph.money import amount_text
from halqa import lookup

if TYPE_CHECKING:
    from graph.access import Mask
    from graph.evidence import View
    from halqa.opened import Opened

DAY = 86_400
LONGEST = 36_500
"""Most days one may wait: a hundred years."""


def money_path(ws: Opened, a: str, b: str, *, within_days: float, max_transfers: int, k: int) -> dict[str, Any]:
    """JSON of ``halqa path --money``. Errors: NothingFound; UsageError when one of the two is or holds the other."""
    from analysis.money_paths import dated_transfers, money_routes
    from halqa.explore import resolve

    if not 0 <= within_days <= LONGEST:
        raise UsageError(f"{within_days:g} days cannot be waited.", f"Give 0 to {LONGEST} with --within-days.")
    if min(max_transfers, k) < 1:
        raise UsageError("A path has one transfer at least, and one is the fewest to ask for.", "Give 1 or more.")
    view, mask = ws.view(), ws.mask()
    uids = [resolve(ws, text) for text in (a, b)]
    ends = [_pockets(view, mask, uid) for uid in uids]
    if set(ends[0]) & set(ends[1]):
        one, other = (mask.uid(uid) for uid in uids)
        raise UsageError(f"{one} and {other} are one holder.", "Ask for two that are not each other's account.")
    transfers = dated_transfers(view["transfers"])
    # Numbered by what is shown: two accounts of one victim are one holder, and ties are settled by the uids one sees.
    codes = pl.concat([transfers["payer"], transfers["payee"]]).unique().sort()
    shown = mask.uids(view.uids(codes))
    holders = sorted(set(shown))
    number = {uid: n for n, uid in enumerate(holders)}
    numbers = np.fromiter((number[uid] for uid in shown), dtype=np.int64, count=len(shown))
    payers, payees = (numbers[np.searchsorted(codes.to_numpy(), transfers[s].to_numpy())] for s in ("payer", "payee"))
    routes = money_routes(
        payers,
        payees,
        transfers["at"].dt.epoch("s").to_numpy(),
        start={number[uid] for uid in ends[0] if uid in number},
        end={number[uid] for uid in ends[1] if uid in number},
        within=round(within_days * DAY),
        max_transfers=max_transfers,
        k=k,
    )
    paths = []
    for rows in routes.steps:
        nodes = [holders[payers[rows[0]]], *(holders[payees[at]] for at in rows)]
        steps = [_step(view, mask, row) for row in transfers[list(rows)].iter_rows(named=True)]
        paths.append({"nodes": nodes, "links": steps, "departs": steps[0]["at"], "arrives": steps[-1]["at"]})
    return {
        "found": bool(paths),
        "hops": min((len(path["links"]) for path in paths), default=None),
        "from": mask.uid(uids[0]),
        "to": mask.uid(uids[1]),
        "within_days": within_days,
        "paths": paths,
        "truncated": routes.truncated,
    }


def _pockets(view: View, mask: Mask, uid: str) -> list[str]:
    """A holder and what it holds (wallets, accounts), as shown: money is sent by a wallet, people ask by its number."""
    code = view.code(uid)
    held = view["links"].filter((pl.col("src") == code) & (pl.col("rel") == "HOLDS"))["dst"].unique().sort()
    return [mask.uid(uid), *mask.uids(view.uids(held))]


def _step(view: View, mask: Mask, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "rel": "SENT|RECEIVED",
        "tx": mask.text(mask.uid(view.uid(row["tx"]))),
        "at": lookup.iso(row["at"]),
        "amount": None if row["amount"] is None else amount_text(row["amount"], row["currency"]),
        "currency": row["currency"],
        "rail": row["rail"],
        "kind": row["kind"],
        "records": sorted({mask.text(one) for one in view.record_ids(row["recs"])})[: lookup.RECORDS_SHOWN],
    }
