"""Answers read straight from the evidence: an entity with its facts and links, a record with all it said.

Everything leaves through the mask: victim-side parties appear as pseudonyms, without facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from graph.access import Mask
from graph.errors import NothingFound
from graph.evidence import View
from graph.ids import is_victim
from graph.money import amount_text

OPAQUE = "record:h:"
"""How the graph names a record whose id holds something masked: by its keyed content hash."""

RECORDS_SHOWN = 20
"""Most records one link cites."""


def entity(view: View, mask: Mask, uid: str) -> dict[str, Any]:
    """Facts, sources and links of one entity: JSON of ``halqa who`` without rings and judgements.

    Errors: NothingFound when the view does not hold it.
    """
    code = view.code(uid)
    if code is None:
        raise NothingFound(
            f"Nothing is known of {uid}.", "It was looked for in this form; check the country of the number."
        )
    shown = mask.uid(uid)
    hidden = is_victim(shown)
    facts = [] if hidden else _facts(view, mask, code)
    return {
        "uid": shown,
        "label": "Victim" if hidden else str(view.entities["label"][code]),
        "raw_forms": sorted({f["value"] for f in facts if f["property"] == "raw"}),
        "validity": "pseudonym" if hidden else "raw" if ":raw:" in uid else "possible",
        "reasons": [],
        "facts": [fact for fact in facts if fact["property"] != "raw"],
        "links": _links(view, mask, code),
    }


def _facts(view: View, mask: Mask, code: int) -> list[dict[str, Any]]:
    rows = (
        view["statements"]
        .filter(pl.col("subject") == code)
        .join(view.records.with_row_index("rec").select("rec", "record", "batch"), on="rec", maintain_order="left")
    )
    return [
        {
            "property": row["prop"],
            "value": _value(row["text"], row["number"], row["time"]),
            "record": mask.text(row["record"]),
            "batch": row["batch"],
        }
        for row in rows.sort("prop", "text", "number", "time", "record", nulls_last=True).to_dicts()
    ]


def _value(text: str | None, number: float | None, time: datetime | None) -> str | float | None:
    if text is not None:
        return text
    if time is not None:
        return iso(time)
    return number


def iso(time: datetime | None) -> str | None:
    """ISO 8601 with zone, ``Z`` for UTC."""
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def _links(view: View, mask: Mask, code: int) -> list[dict[str, Any]]:
    """Links of one node, parallel statements joined, most statements first."""
    links = view.links
    touching = pl.concat(
        [
            links.filter(pl.col("src") == code).select("rel", pl.col("dst").alias("other"), "since", "until", "rec"),
            links.filter(pl.col("dst") == code).select("rel", pl.col("src").alias("other"), "since", "until", "rec"),
        ]
    )
    grouped = (
        touching.group_by("rel", "other")
        .agg(
            pl.col("since").min(),
            pl.col("until").max(),
            pl.col("rec").unique().sort().head(RECORDS_SHOWN),
            pl.len().alias("n"),
        )
        .sort(["n", "rel", "other"], descending=[True, False, False])
    )
    others = mask.uids(view.uids(grouped["other"])) if grouped.height else []
    return [
        {
            "rel": row["rel"],
            "uid": other,
            "from": iso(row["since"]),
            "to": iso(row["until"]),
            "n": row["n"],
            "records": [mask.text(record) for record in view.record_ids(row["rec"])],
        }
        for row, other in zip(grouped.iter_rows(named=True), others, strict=True)
    ]


def record(view: View, mask: Mask, name: str) -> dict[str, Any]:
    """One record, whole: where it comes from (file, line, batch) and what it says. Errors: NothingFound."""
    records = view.records.with_row_index("rec")
    rows = records.filter(pl.col("record") == name)
    if name.startswith(OPAQUE):
        rows = records.filter(pl.col("hash") == name.removeprefix(OPAQUE))
    elif not rows.height and "victim:" in name:
        rows = records.filter(pl.Series([mask.text(one) == name for one in records["record"].to_list()]))
    if not rows.height:
        raise NothingFound(f"There is no record {name}.", "Records are named as reasons and links cite them.")
    row = rows.row(0, named=True)
    rec = row["rec"]
    statements = view["statements"].filter(pl.col("rec") == rec).sort("subject", "prop")
    links = view.links.filter(pl.col("rec") == rec)
    subjects = view.uids(statements["subject"])
    facts = [
        {"subject": subject, "property": s["prop"], "value": _value(s["text"], s["number"], s["time"])}
        for subject, s in zip(subjects, statements.to_dicts(), strict=True)
        if not is_victim(mask.uid(subject))
    ]
    return {
        "record": mask.text(row["record"]),
        "source": row["source"],
        "source_type": row["source_type"],
        "format": row["format"],
        "received_at": iso(row["received_at"]),
        "batch": row["batch"],
        "file": row["file"],
        "line": row["line"],
        "index": row["index"],
        "facts": facts,
        "links": [
            {"src": mask.uid(src), "rel": rel, "dst": mask.uid(dst), "at": iso(at)}
            for src, rel, dst, at in zip(
                view.uids(links["src"]), links["rel"], view.uids(links["dst"]), links["since"], strict=True
            )
        ],
    }


def named(view: View, mask: Mask, name: str) -> list[str]:
    """Uids of unmasked entities that a source calls by this name (case and blanks aside), sorted."""
    folded = " ".join(name.casefold().split())
    hits = view["statements"].filter(
        pl.col("prop").is_in(["name", "names", "display_name", "handle"])
        & (pl.col("text").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars() == folded)
    )
    return [uid for uid in sorted(set(view.uids(hits["subject"].unique()))) if uid not in mask]


def timeline(view: View, mask: Mask, members: Sequence[str]) -> list[dict[str, Any]]:
    """Dated events around some entities, oldest first: reports, demands, payments, first calls a day."""
    codes = pl.Series([c for uid in members if (c := view.code(uid)) is not None], dtype=pl.UInt32).implode()
    events: list[dict[str, Any]] = []
    told = view["mentions"].filter(pl.col("target").is_in(codes))
    received = view.records.with_row_index("rec").select("rec", "record", "received_at")
    for row in told.join(received, on="rec", maintain_order="left").to_dicts():
        at = row["at"] or row["received_at"]
        events.append(_event("report", at, mask.uid(view.uid(row["target"])), mask.text(row["record"])))
    moved = view["transfers"].filter(pl.col("payee").is_in(codes) | pl.col("payer").is_in(codes))
    for row in moved.join(received, on="rec", maintain_order="left").to_dicts():
        side = row["payee"] if row["payee"] is not None else row["payer"]
        event = _event("payment", row["sent_at"], mask.uid(view.uid(side)), mask.text(row["record"]))
        events.append(
            event
            | {
                "amount": None if row["amount"] is None else amount_text(row["amount"], row["currency"]),
                "currency": row["currency"],
            }
        )
    return sorted(events, key=lambda e: (e["at"] or "", e["kind"], e["record"], e["uid"]))


def _event(kind: str, at: datetime | None, uid: str, record_id: str) -> dict[str, Any]:
    return {"at": iso(at), "kind": kind, "uid": uid, "record": record_id, "amount": None, "currency": None}
