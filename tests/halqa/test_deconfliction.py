"""Who works on this one already: the ring and its owner, and nothing of what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.cases import write_case
from graph.errors import NothingFound, UsageError
from halqa import Workspace
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crews with one payer: R-0001 and R-0002."""
    folder = tmp_path_factory.mktemp("two")
    write_case(folder, "shared_payer")
    with Workspace.open(folder / "ws") as ws:
        ws.ingest(folder / "files", received_at=RECEIVED)
        ws.detect()
        ws.judge("R-0002", "confirm", reason="statements taken", by="amal")
    return folder / "ws"


@pytest.fixture
def ws(home: Path) -> Iterator[Workspace]:
    with Workspace.open(home) as opened:
        yield opened


def member(ws: Workspace, ring: str) -> str:
    return next(m.uid for m in ws.ring(ring).members if m.label == "Phone")


def test_a_member_of_another_ring_is_answered_with_its_owner(ws: Workspace) -> None:
    uid = member(ws, "R-0002")
    assert ws.deconflict(uid, "r1") == {
        "uid": uid, "mine": ["R-0001"], "answer": "in_another_ring", "in_mine": [],
        "rings": [{"ring": "R-0002", "owner": "amal"}],
    }  # fmt: skip
    assert ws.deconflict(uid.removeprefix("phone:e164:+212"), "R-0001", country="MA")["rings"], "any written form"


def test_a_ring_that_nobody_decided_on_has_no_owner(ws: Workspace) -> None:
    found = ws.deconflict(member(ws, "R-0001"), "R-0002")
    assert found["rings"] == [{"ring": "R-0001", "owner": None}]


def test_ones_own_rings_are_no_conflict(ws: Workspace) -> None:
    found = ws.deconflict(member(ws, "R-0002"), "R-0002")
    assert (found["answer"], found["in_mine"], found["rings"]) == ("in_your_ring", ["R-0002"], [])
    both = ws.deconflict(member(ws, "R-0002"), ["R-0001", "R-0002"])
    assert (both["answer"], both["mine"]) == ("in_your_ring", ["R-0001", "R-0002"])


def test_victims_and_the_unheard_of_are_answered_alike(ws: Workspace) -> None:
    masked = sorted(ws.mask().masks)
    assert masked
    for asked in ("+212683099999", *masked[:5], *(ws.mask().uid(uid) for uid in masked[:5])):
        assert ws.deconflict(asked, "R-0001") == {
            "uid": None, "mine": ["R-0001"], "answer": "in_no_ring", "in_mine": [], "rings": [],
        }  # fmt: skip


def test_a_ring_of_mine_must_exist(ws: Workspace) -> None:
    with pytest.raises(NothingFound, match="R-0099"):
        ws.deconflict("0683000001", "R-0099")
    with pytest.raises(UsageError, match="seven"):
        ws.deconflict("0683000001", "seven")


def test_every_question_is_logged_and_the_log_names_no_victim(ws: Workspace) -> None:
    uid, hidden = member(ws, "R-0002"), sorted(ws.mask().masks)
    before = len(ws.casebook.audit())
    for asked in (uid, hidden[0], ws.mask().uid(hidden[0]), "+212683099999", "+212683099999"):
        ws.deconflict(asked, ["R-0001"], by="nadia")
    lines = ws.casebook.audit()[before:]
    assert {(line["by"], line["operation"], line["purpose"]) for line in lines} == {
        ("nadia", "consultation", "deconfliction for R-0001")
    }
    member_line, *others = [line["object"] for line in lines]
    assert member_line == uid
    assert all(name.startswith("asked:h:") for name in others), "a victim is logged as the unheard of are"
    assert others[0] == others[1] and others[2] == others[3] and others[0] != others[2], "the same one asked again"
    assert ws.casebook.verify() == []


def test_the_command_says_whom_to_call_and_no_more(
    ws: Workspace, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uid = member(ws, "R-0002")
    assert run(["who", uid, "--mine", "R-0001", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "already in ring R-0002, owner amal\n"
    assert run(["who", uid, "--mine", "R-0002", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "in your ring R-0002\n"
    assert run(["who", "+212683099999", "--mine", "R-0002", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "in no ring\n"
    assert run(["who", uid, "--mine", "R-0001", "--json", "--home", str(home)]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"uid", "mine", "answer", "in_mine", "rings"}


def test_what_was_judged_stays_somebodys_until_it_is_dismissed(tmp_path: Path) -> None:
    write_case(tmp_path, "shared_payer")
    with Workspace.open(tmp_path / "ws") as ws:
        taken = ws.ingest(tmp_path / "files", received_at=RECEIVED)
        ws.detect()
        uid = member(ws, "R-0002")
        ws.judge("R-0002", "confirm", reason="statements taken", by="amal")
        ws.withdraw(taken["batch"], reason="sent by mistake", by="amal")
        write_case(tmp_path / "more", "six_identifiers")
        ws.ingest(tmp_path / "more" / "files", received_at=RECEIVED)
        ws.detect()
        assert ws.view().code(uid) is None and "R-0002" not in {ring["ring"] for ring in ws.ring_list()}
        assert ws.deconflict(uid, "R-0001")["rings"] == [{"ring": "R-0002", "owner": "amal"}]
        ws.judge("R-0002", "dismiss", reason="another unit's", by="nadia")
        assert ws.deconflict(uid, "R-0001")["answer"] == "in_no_ring"
        ws.judge("R-0002", "reopen", reason="it is ours", by="nadia")
        assert ws.deconflict(uid, "R-0001")["rings"] == [{"ring": "R-0002", "owner": "nadia"}]
