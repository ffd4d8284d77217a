"""The list for welfare contact: it needs a reason, it is logged, and it stands nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.stories import write_story
from graph.errors import NothingFound, UsageError
from halqa import Workspace
from halqa.cli import run
from tests.halqa.conftest import detected


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Oued Zem story, of whose twelve payers seven never reported."""
    folder = tmp_path_factory.mktemp("welfare")
    write_story(folder, "oued_zem")
    return detected(folder)


def quiet(home: Path) -> set[str]:
    """Documents of the payers who did not report, by the truth of the story."""
    [ring] = [json.loads(line) for line in (home.parent / "truth" / "rings.jsonl").read_text().splitlines()]
    return {
        next(i for i in one["identities"] if i.startswith("doc:"))
        for one in ring["victims"]
        if one["reported"] == "none" and one["payments"]
    }


def test_the_list_names_those_who_paid_and_did_not_tell_with_what_reaches_them(ws: Workspace, home: Path) -> None:
    [ring] = ws.rings()
    found = ws.welfare("R-0001", reason="offer of help", by="amal", approved_by="nadia")
    assert (found["ring"], found["reason"], found["by"], found["approved_by"]) == (
        "R-0001", "offer of help", "amal", "nadia",
    )  # fmt: skip
    assert len(found["people"]) == ring.silent_victims
    papers = {uid.removeprefix("person:") for one in found["people"] for uid in one["uids"] if ":passport:" in uid}
    assert papers == quiet(home)
    for one in found["people"]:
        assert one["names"] and one["shown_as"] and any(uid.startswith("phone:") for uid in one["uids"])
        assert all(p["amount"] and p["payee"] and p["record"] for p in one["payments"])


def test_every_reading_is_one_line_of_the_audit_log(ws: Workspace) -> None:
    before = len(ws.casebook.audit())
    found = ws.welfare("r1", reason="second look", by="amal", approved_by="nadia")
    [line] = ws.casebook.audit()[before:]
    assert (line["operation"], line["object"], line["by"]) == ("disclosure", "silent victims of R-0001", "amal")
    assert line["purpose"] == "second look (approved by nadia)" and line["count"] == len(found["people"])
    assert ws.casebook.verify() == []


def test_without_a_reason_nobody_is_named(ws: Workspace, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(ws.casebook.audit())
    with pytest.raises(UsageError, match="reason"):
        ws.welfare("R-0001", reason="  ")
    with pytest.raises(UsageError, match="approved"):
        ws.welfare("R-0001", reason="help", by="amal", approved_by="amal")
    with pytest.raises(NothingFound):
        ws.welfare("R-0099", reason="help")
    assert run(["welfare", "R-0001", "--home", str(home)]) == 2
    assert capsys.readouterr().out == "" and len(ws.casebook.audit()) == before


def test_no_other_answer_holds_the_list(ws: Workspace, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = ws.welfare("R-0001", reason="help")["people"]
    values = {uid.split(":")[-1] for one in people for uid in one["uids"]} | {n for one in people for n in one["names"]}
    capsys.readouterr()
    for command in (["rings"], ["ring", "R-0001"], ["alerts"], ["structure", "--ring", "R-0001"], ["succession"]):
        run([*command, "--json", "--home", str(home)])
    shown = capsys.readouterr().out
    assert shown and not [value for value in values if value in shown]


def test_the_command_prints_the_list_and_says_how_to_use_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["welfare", "R-0001", "--reason", "help", "--json", "--home", str(home)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"ring", "people", "reason", "by", "approved_by", "at"}
    assert run(["welfare", "R-0001", "--reason", "help", "--home", str(home)]) == 0
    printed = capsys.readouterr()
    assert all(uid in printed.out for one in found["people"] for uid in one["uids"])
    assert "presumed victims" in printed.err
