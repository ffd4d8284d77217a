"""``halqa same`` from files to findings: propose, accept, one node everywhere, take back, all as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.stories import write_story
from graph.errors import NothingFound, UsageError
from graph.evidence import VaultEntry
from graph.files import lease
from halqa import Workspace
from halqa.cli import run
from halqa.remask import mask_findings
from tests.end_to_end.conftest import RECEIVED

HEADER = (
    "operator,mtcn,sent_at,paid_at,send_country,send_city,send_agent,sender_name,sender_id_type,sender_id_no,"
    "sender_phone,sender_dob,amount_sent,currency_sent,fee,fx,amount_paid,currency_paid,pay_country,pay_city,"
    "pay_agent_code,receiver_name,receiver_id_type,receiver_id_no,receiver_id_expiry,receiver_phone,purpose,"
    "test_question,status"
)
LINE = "+447700900777"


def remittance(ref: str, day: int, sender: str, phone: str, receiver: str, cin: str) -> str:
    return (
        f"Western Union,{ref},2024-06-{day:02d}T10:00:00+01:00,2024-06-{day:02d}T12:00:00+01:00,GB,,,{sender},,,"
        f"{phone},,100.00,GBP,2.00,,1200.00,MAD,MA,Rabat,WU-RB-001,{receiver},cin,{cin},,,,,paid"
    )


def sender(ref: str) -> str:
    return f"person:rec:remit:wu:{ref}:2024-06:sender"


ONE, TWO, THREE, FOUR = (sender(f"000000000{n}") for n in (1, 2, 3, 4))
MEN = [f"person:doc:MA:cin:QQ30030{n}" for n in (1, 2, 3)]


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """The Oued Zem story, and four remittances of people without documents."""
    write_story(tmp_path, "oued_zem")
    lines = [
        remittance("0000000001", 3, "Owen Peveril", LINE, "Zineb Jabri", "QQ900001"),
        remittance("0000000002", 9, "Owen Peveril", LINE, "Zineb Jabri", "QQ900001"),
        remittance("0000000003", 12, "Owen  PEVERIL", LINE, "Anas Tazi", "QQ900002"),
        remittance("0000000004", 14, "Martin Wren", "", "Anas Tazi", "QQ900002"),
    ]
    (tmp_path / "more.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    with Workspace.open(tmp_path / "ws") as opened:
        opened.ingest([tmp_path / "files", tmp_path / "more.csv"], received_at=RECEIVED)
        opened.detect()
        yield opened


def rings(ws: Workspace) -> list[dict[str, Any]]:
    """Findings but for what a run says of the run before it."""
    return [{k: v for k, v in ring.items() if k != "change"} for ring in ws.ring_list()]


def graph(ws: Workspace) -> list[Any]:
    from halqa.explore import ensure_graph

    ensure_graph(ws)
    links = ws.query("MATCH (a)-[r]->(b) RETURN a.uid, type(r), b.uid ORDER BY a.uid, type(r), b.uid", limit=10_000)
    nodes = ws.query("MATCH (n) RETURN n.uid ORDER BY n.uid", limit=10_000)
    return [links["rows"], nodes["rows"]]


def test_merge_then_split_gives_back_the_run_the_graph_and_the_rings(ws: Workspace) -> None:
    before = (ws.detect()["run"], rings(ws), graph(ws))
    ws.same_person(MEN[0], MEN[1], "accept", reason="one man, two cards", by="amal", override=True)
    merged = ws.detect()["run"]
    assert merged != before[0]
    members = {m["uid"] for ring in ws.ring_list() for m in ring["members"]}
    assert MEN[0] in members and MEN[1] not in members
    assert [MEN[1]] not in graph(ws)[1]
    ws.same_person(MEN[0], MEN[1], "undo", reason="two men after all", by="brahim")
    assert (ws.detect()["run"], rings(ws), graph(ws)) == before
    ws.same_person(MEN[0], MEN[1], "accept", reason="again", by="amal", override=True)
    assert ws.detect()["run"] == merged


def test_a_merge_of_people_the_view_does_not_hold_changes_no_answer(ws: Workspace) -> None:
    early = datetime(2024, 6, 5, tzinfo=UTC)
    with pytest.raises(NothingFound):
        ws.same_person(ONE, "person:doc:MA:cin:QQ999999", "accept", reason="x", override=True)
    assert ws.view(early).entities.height == 0 or ws.view(early).code(TWO) is None
    run_then = ws.ring_list(as_of=early)
    ws.same_person(ONE, TWO, "accept", reason="same line")
    assert ws.view(early).same == {}, "decided after that time"
    assert ws.ring_list(as_of=early) == run_then


def test_proposals_carry_what_speaks_for_them_and_shrink_as_people_decide(ws: Workspace) -> None:
    first, second = ws.same_person_proposals()
    assert (first["a"], first["b"]) == (ONE, TWO) and not first["name_only"]
    assert {f["code"] for f in first["features"]} == {"shared_phone", "same_name", "same_payee"}
    assert first["sources"] == {"a": ["remit"], "b": ["remit"]}
    assert {second["a"], second["b"]} <= {ONE, TWO, THREE}
    ws.same_person(ONE, TWO, "accept", reason="same line and payee")
    (left,) = ws.same_person_proposals()
    assert (left["a"], left["b"]) == (ONE, THREE)
    ws.same_person(ONE, THREE, "reject", reason="her brother")
    assert ws.same_person_proposals() == []
    ws.same_person(ONE, THREE, "undo", reason="not sure")
    assert [(p["a"], p["b"]) for p in ws.same_person_proposals()] == [(ONE, THREE)]
    ws.same_person(ONE, THREE, "propose", reason="ask the unit", by="amal")
    assert [p["proposed_by"] for p in ws.same_person_proposals()] == ["amal"]


def test_who_and_path_see_one_node_and_say_under_which_names(ws: Workspace) -> None:
    ws.same_person(ONE, TWO, "accept", reason="same line", by="amal")
    ws.same_person(TWO, THREE, "accept", reason="same line", by="amal")
    for uid in (ONE, TWO, THREE):
        found = ws.who(uid)
        assert found["uid"] == ONE
        assert [(s["uid"], s["records"]) for s in found["same_as"]] == [
            (sender(ref), [f"tx:wu:{ref}:2024-06"]) for ref in ("0000000001", "0000000002", "0000000003")
        ]
        assert {d["with"] for d in found["same_as"][1]["decisions"]} == {ONE, THREE}
        assert len([link for link in found["links"] if link["rel"] == "SENT"]) == 3
    path = ws.path("person:doc:MA:cin:QQ900001", "person:doc:MA:cin:QQ900002")
    assert path["found"] and any(ONE in p["nodes"] for p in path["paths"])
    assert ws.neighbourhood(THREE)["nodes"][0]["uid"]
    assert ws.who(FOUR)["same_as"] == []


def test_a_name_alone_needs_an_override_and_a_contradiction_too(ws: Workspace) -> None:
    for a, b in ((ONE, FOUR), (MEN[0], MEN[1])):
        with pytest.raises(UsageError, match=r"contradict|name"):
            ws.same_person(a, b, "accept", reason="I think so")
    with pytest.raises(UsageError, match="reason"):
        ws.same_person(ONE, TWO, "accept", reason=" ")
    assert ws.same_person(ONE, FOUR, "accept", reason="told me so", override=True)["override"]


def test_whoever_is_masked_is_in_no_proposal_and_in_no_decision(ws: Workspace) -> None:
    masked = sorted(uid for uid in ws.mask().masks if uid.startswith("person:doc:"))
    assert masked, "payers of the suspected payees"
    for text in (masked[0], ws.mask().uid(masked[0])):
        with pytest.raises(UsageError, match=r"protection|victim"):
            ws.same_person(text, ONE, "accept", reason="x", override=True)
    shown = json.dumps(ws.same_person_proposals())
    assert not any(uid in shown for uid in ws.mask().masks)


def test_somebody_merged_with_a_victim_is_masked_with_them(ws: Workspace) -> None:
    """Who becomes known as a victim is hidden under all their uids, before any further run."""
    ws.same_person(MEN[0], MEN[1], "accept", reason="one man", override=True)
    ws.detect()
    person = ws.vault.pseudonym("doc:MA:cin:QQ300302", "victims")
    identity = "doc:MA:cin:QQ300302"
    ws.vault.put([VaultEntry("victims", "report:eblagh:1", person, (identity,), {"name": "x"})])
    assert MEN[0] in json.dumps(ws.ring_list())
    with lease(ws.home):
        mask_findings(ws)
    assert not any(man in json.dumps(ws.ring_list()) for man in MEN[:2]), "what was found before is masked too"
    for uid in MEN[:2]:
        found = ws.who(uid)
        assert found["uid"] == person and found["facts"] == [] and found["same_as"] == []
    assert ws.who(MEN[2])["uid"] == MEN[2]


def test_findings_are_stale_after_a_decision_and_not_after_it_was_taken_back(ws: Workspace) -> None:
    assert not ws.status()["stale"]
    ws.same_person(ONE, TWO, "accept", reason="same line")
    assert ws.status()["stale"]
    ws.same_person(ONE, TWO, "undo", reason="no")
    assert not ws.status()["stale"]


def test_the_command(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    def shell(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["--home", str(ws.home), "same", *arguments]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    assert [(p["a"], p["b"]) for p in json.loads(shell("--json", "--limit", "1"))] == [(ONE, TWO)]
    looked_at = json.loads(shell(ONE, TWO, "--json"))
    assert looked_at["decision"] is None and looked_at["decisions"] == []
    shell(ONE, TWO, "accept", code=2)
    shell(ONE, code=2)
    shell(ONE, TWO, "marry", "--reason", "x", code=2)
    made = json.loads(shell(ONE, TWO, "accept", "--reason", "same line", "--by", "amal", "--json"))
    assert (made["decision"], made["by"], made["reason"]) == ("accept", "amal", "same line")
    assert json.loads(shell(ONE, TWO, "--json"))["decision"] == "accept"
    assert "accept" in shell(TWO, ONE) and "undo" in shell(ONE, TWO, "undo", "--reason", "no")
