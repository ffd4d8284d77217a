"""The five stories of the sources, each read like its article, from files through the front door."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED

COURT = """
source: {name: court, type: registry, reliability: A, country: MA, timezone: Africa/Casablanca}
format: {kind: csv, encoding: utf-8}
record: {key: [judgment, cin]}
entities:
  judgment: {label: LegalEvent, key: [judgment], required: true, properties: {outcome: {column: outcome}}}
  accused:  {label: Person, key: {column: cin, type: doc, doc_type: cin, country: MA}, required: true}
links:
  - {rel: HAS_EVENT, from: accused, to: judgment, at: date}
"""

ENGLISH = {
    "mtcn": "000990000", "sender_name": "Sender ", "sender_id_no": "ZZ770000", "sender_phone": "+44770090010",
}  # fmt: skip
"""Columns of a payer, up to the last digit."""


def roles(ws: Workspace, ring: str) -> dict[str, str]:
    return {member.uid: member.role for member in ws.ring(ring).members}


def patterns(ring: dict[str, Any]) -> set[str]:
    return {hit["id"] for hit in ring["typologies"]}


def test_the_facade_page_of_bouskoura(story: Any, tmp_path: Path) -> None:
    """A page of local news whose chief was arrested for blackmail: several at large, one businesswoman pressed again
    and again, money and worse asked for silence. Whom a court acquits has no part any more, and the score says so."""
    ws = story("bouskoura")
    (ring,) = ws.ring_list(status="lead")
    assert {"T09", "T10"} <= patterns(ring)
    assert ring["victims"] >= 10
    page, chief = "acct:facebook:id:999000000000501", "person:doc:MA:cin:QQ300501"
    told = roles(ws, ring["ring"])
    assert told[page] == "infrastructure"
    assert told[chief] == "leader"
    assert sum(role in ("page_admin", "operator", "mule") for role in told.values()) >= 3

    table = tmp_path / "court.csv"
    table.write_text("judgment,cin,outcome,date\nC-1,QQ300501,acquitted,2026-05-20\n")
    mapping = tmp_path / "court.yaml"
    mapping.write_text(COURT)
    assert ws.ingest(table, mapping=mapping, received_at=RECEIVED)["accepted"] == 1
    ws.detect()
    after = ws.ring(ring["ring"])
    assert after.score < ring["score"]
    assert "counter_acquittal" in {against.code for against in after.counter_indicators}
    cleared = next(member for member in after.members if member.uid == chief)
    assert cleared.role == "unknown"
    assert "role_acquitted" in {why.code for why in cleared.basis}


def test_the_crew_of_oued_zem_and_its_shift_to_the_united_kingdom(story: Any, tmp_path: Path) -> None:
    """Three men, twelve victims in the Gulf, 50,000 dirhams; then payers in England, a new market for the same crew."""
    ws = story("oued_zem")
    (ring,) = ws.ring_list()
    assert (ring["status"], ring["victims"], ring["silent_victims"]) == ("lead", 12, 7)
    assert ring["money"] == [{"currency": "MAD", "total": "50000.00", "transfers": 15}]
    assert ring["countries"] == ["KW", "AE", "IQ"]
    # What the same payee received, paid again five months later by four men of England.
    sent = pl.read_csv(Path(ws.home).parent / "files" / "remittance.csv", infer_schema=False).head(4)
    later = tmp_path / "later.csv"
    sent.with_columns(
        pl.lit("GB").alias("send_country"),
        *(pl.format(f"{form}{{}}", pl.int_range(pl.len())).alias(name) for name, form in ENGLISH.items()),
        *(pl.format("2024-11-1{}T1{}:00:00+00:00", pl.int_range(pl.len()), n).alias(name)
          for n, name in enumerate(("sent_at", "paid_at"))),
    ).write_csv(later)  # fmt: skip
    taken = ws.ingest(later, received_at=RECEIVED)
    assert (taken["accepted"], taken["rejected"]) == (4, 0)
    ws.detect()
    (after,) = ws.ring_list()
    assert after["ring"] == ring["ring"]
    assert "GB" in after["countries"]
    shift = [why for why in ws.ring(after["ring"]).reasons if why.code == "t08_corridor_shift"]
    assert [why.params["country"] for why in shift] == ["GB"]
    # A corridor orders what is found already: it opens nothing and weighs nothing.
    assert after["status"] == "lead"


def test_the_stream_of_e_blagh(story: Any) -> None:
    """7,083 reports in three months: 4,073 of fraud, 1,358 of sexual blackmail; 295 on terrorism stay behind their
    door. Reports alone make no lead, and nobody who reported is shown."""
    ws = story("eblagh")
    records = ws.view().records
    assert records.height == 6_788
    assert ws.status()["records"] == 7_083
    said = ws.view()["statements"]
    categories = Counter(said.filter(said["prop"] == "category")["text"].to_list())
    assert (categories["fraud"], categories["sexual_blackmail"]) == (4_073, 1_358)
    rings = ws.ring_list()
    assert rings
    assert {ring["status"] for ring in rings} <= {"corroborate", "watch"}
    assert not [m for ring in rings for m in ring["members"] if m["uid"].startswith("victim:")]


def test_the_call_back_centres(story: Any, tmp_path: Path) -> None:
    """One ring from abroad, calls back that are kept and diverted, centres whose people answer; 94 employees and six
    managers when all of them are told of, here in proportion. What subscribers lost and what operators owe are two."""
    ws = story("call_back")
    (ring,) = ws.ring_list(status="lead")
    assert {"T11", "T12", "T13"} <= patterns(ring)
    told = Counter(roles(ws, ring["ring"]).values())
    assert told["employee"] >= 9
    assert told["manager"] >= 2
    assert told["employee"] > told["manager"]

    found = ws.ring(ring["ring"])
    lines = [member.uid.rpartition(":")[2] for member in found.members if member.label == "Phone"]
    (cdr,) = tmp_path.rglob("cdr.csv")
    charged = pl.read_csv(cdr, infer_schema=False).filter(
        pl.col("b_number").is_in(lines) & pl.col("charge").is_not_null()
    )
    loss = {why.code: why.params for why in found.reasons if why.code.startswith("money_")}
    paid = charged["charge"].cast(pl.Decimal(12, 2)).sum()
    assert loss["money_call_backs"] == {"currency": "MAD", "total": f"{paid}", "calls": charged.height}
    minutes = charged["duration_s"].cast(pl.Int64).sum() / 60
    assert loss["money_settlement"]["minutes"] == int(minutes)
    assert float(loss["money_settlement"]["total"]) == pytest.approx(minutes * 0.20, abs=0.01)
    assert loss["money_settlement"]["currency"] == "EUR"


def test_the_love_chat_of_abidjan(story: Any) -> None:
    """A tip that came by way of NCMEC: nine payments, 650,000 francs. The family that is helped stays a family."""
    ws = story("love_chat")
    (ring,) = ws.ring_list()
    assert ring["status"] == "lead"
    assert ring["money"] == [{"currency": "XOF", "total": "650000", "transfers": 9}]
    told = roles(ws, ring["ring"])
    assert told["phone:e164:+2253190000001"] == told["wallet:wave:+2253190000001"] == "leader"
    family = [f"{kind}+22531900000{n}" for n in (11, 12, 13) for kind in ("phone:e164:", "wallet:wave:")]
    assert not set(family) & {*told, *ring["associates"]}
