"""Who paid a ring and never told anybody: a list for people whose task is to help. Reasoned, logged, never printed
elsewhere. Findings and exports hold the number only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.access import known_victims
from graph.errors import UsageError
from graph.ids import is_victim
from graph.money import amount_text
from halqa.lookup import iso

if TYPE_CHECKING:
    from analysis.nodes import Evidence
    from halqa.opened import Opened


def silent_victims(
    ws: Opened, ring: str, *, reason: str, by: str, at: datetime, approved_by: str | None = None
) -> dict[str, Any]:
    """JSON of ``halqa welfare``: payers of a ring's payees of whom no report is known, with what reaches them.

    They are presumed victims: neither suspects nor witnesses. Errors: UsageError without a reason, or when the second
    person is the first; NothingFound for a ring that there is not.
    """
    from analysis.nodes import Evidence
    from analysis.victims import silent_payers
    from halqa.detection import parameters

    if not reason.strip():
        raise UsageError("Naming silent victims needs a reason.", "Say it with --reason TEXT.")
    if approved_by is not None and approved_by.strip() == by:
        raise UsageError("--approved-by names the person who asks.", "A second person approves.")
    shown = ws.ring(ring)
    view = ws.view()
    behind = {pseudonym: uid for uid, pseudonym in ws.mask().masks.items()}
    codes = [code for m in shown.members if (code := view.code(behind.get(m.uid, m.uid))) is not None]
    known = view.by_code(known_victims(view, ws.vault))
    evidence = Evidence(view, parameters(ws.settings.detect), known)
    rows = silent_payers(
        evidence,
        pl.DataFrame({"code": codes}, schema={"code": pl.UInt32}).with_columns(ring=pl.lit(0, dtype=pl.UInt32)),
    )
    people = _people(ws, evidence, rows)
    # The line comes before anybody sees the list, as when the vault is opened.
    ws.casebook.write_log(
        by=by,
        operation="disclosure",
        purpose=reason.strip() + (f" (approved by {approved_by.strip()})" if approved_by else ""),
        object_=f"silent victims of {shown.ring}",
        count=len(people),
        at=at,
    )
    return {
        "ring": shown.ring,
        "people": people,
        "reason": reason.strip(),
        "by": by,
        "approved_by": approved_by,
        "at": iso(at),
    }


def _people(ws: Opened, evidence: Evidence, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """One entry a person, the latest payment first."""
    from analysis.nodes import uid_of
    from analysis.victims import belongings

    if not rows.height:
        return []
    view, mask = evidence.view, ws.mask()
    own = belongings(evidence, rows["payer"])
    names = view["statements"].filter(pl.col("prop").is_in(["name", "names"]) & pl.col("text").is_not_null())
    out: list[dict[str, Any]] = []
    for (person,), paid in rows.partition_by("person", as_dict=True, maintain_order=True).items():
        codes = own[int(person)]
        uids = view.uids(codes)
        called = names.filter(pl.col("subject").is_in(pl.Series(codes, dtype=pl.UInt32).implode()))
        out.append(
            {
                "shown_as": sorted({name for uid in uids if is_victim(name := mask.uid(uid))}),
                "uids": sorted(uids),
                "names": sorted(set(called["text"].to_list())),
                "payments": [
                    {
                        "at": iso(row["at"]),
                        "amount": None if row["amount"] is None else amount_text(row["amount"], row["currency"]),
                        "currency": row["currency"],
                        "payee": uid_of(evidence, row["payee"]),
                        "record": record,
                    }
                    for row, record in zip(paid.to_dicts(), view.record_ids(paid["rec"]), strict=True)
                ],
            }
        )
    return sorted(out, key=lambda one: (max(p["at"] for p in one["payments"]), one["uids"]), reverse=True)
