"""Structure, what if and succession through the front door, as the contract says them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from fixtures.stories import write_story
from graph.errors import NothingFound, UsageError
from graph.ids import is_victim
from halqa import Workspace
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED
from tests.halqa.conftest import detected

BURNER, SUCCESSOR = "+212683000012", "+212683000550"
MATES = [f"+2126830006{n:02d}" for n in range(6)]
CDR = "record_id,call_type,direction,a_number,b_number,start_ts,tz,ring_s,duration_s,answered,imsi,imei,operator\n"


def calls() -> str:
    """A line that a report names falls silent on 10 July; another one talks to its contacts from the next day on."""
    rows: list[str] = []

    def call(a: str, b: str, day: float) -> None:
        at = datetime(2024, 6, 5, tzinfo=UTC) + timedelta(days=day)
        rows.append(f"K{len(rows):06d},VOICE,MO,{a},{b},{at:%Y-%m-%d %H:%M:%S},UTC,8,60,1,,,op1\n")

    for n in range(40):
        for week in range(0, 84, 12):
            call(f"+2126830007{n:02d}", f"+2126830007{(n * 7 + 3) % 40:02d}", week + n / 100)
    for day in range(35):
        call(BURNER, MATES[day % 6], day + 0.3)
    for day in range(36, 70):
        call(SUCCESSOR, MATES[day % 6], day + 0.3)
    return CDR + "".join(rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Oued Zem story with the calls of one of its lines and of the line after it."""
    folder = tmp_path_factory.mktemp("structure")
    write_story(folder, "oued_zem")
    (folder / "files" / "calls.csv").write_text(calls(), encoding="utf-8")
    return detected(folder)


# --- structure


def test_a_ring_is_its_members_joined_over_reports_and_payments(ws: Workspace) -> None:
    found = ws.structure(ring="R-0001")
    [ring] = ws.rings()
    inside = {member.uid for member in ring.members} | set(ring.associates)
    assert {node["uid"] for node in found["nodes"]} <= inside
    assert {"Report", "Transfer", "Victim"}.isdisjoint(node["label"] for node in found["nodes"])
    assert found["method"]["events"] > 0 and found["truncated"] is False


def test_nobody_who_was_harmed_holds_a_position(ws: Workspace) -> None:
    found = ws.structure()
    assert not any(is_victim(node["uid"]) for node in found["nodes"])
    assert found["method"]["victims_left_out"] > 0
    assert not any(":passport:" in node["uid"] for node in found["nodes"]), "payers are presumed victims"


def test_events_stay_nodes_when_asked(ws: Workspace) -> None:
    labels = {node["label"] for node in ws.structure(rels=["MENTIONS"], events=True)["nodes"]}
    assert "Report" in labels and "events" not in ws.structure(rels=["CALLED"])["method"]


def test_a_window_is_a_moment_whatever_its_zone(ws: Workspace) -> None:
    ends = datetime(2024, 6, 8, 12, tzinfo=UTC)
    there = ends.astimezone(timezone(timedelta(hours=5)))
    measured = ws.structure(rels=["CALLED"], window=(None, ends))
    assert ws.structure(rels=["CALLED"], window=(None, there)) == measured
    assert len(measured["nodes"]) < len(ws.structure(rels=["CALLED"])["nodes"])
    with pytest.raises(UsageError, match="no time zone"):
        ws.structure(rels=["CALLED"], window=(ends.replace(tzinfo=None), None))


def test_what_is_cut_is_said(ws: Workspace) -> None:
    found = ws.structure(rels=["CALLED"], limit=10)
    assert found["truncated"] and found["method"]["cut"]["of"] > 10 >= len(found["nodes"])
    with pytest.raises(NothingFound, match="no link"):
        ws.structure(rels=["ATTENDED"])
    with pytest.raises(NothingFound, match="no link"):
        ws.structure(rels=["CALLED"], window=(datetime(2030, 1, 1, tzinfo=UTC), None))
    with pytest.raises(NothingFound, match="no 'CALED'"):
        ws.structure(rels=["CALLED", "CALED"])
    with pytest.raises(NothingFound, match="no 'Phones'"):
        ws.structure(labels=["Phones"])
    with pytest.raises(UsageError):
        ws.structure(limit=1)
    with pytest.raises(UsageError):
        ws.structure(key_players=0)


# --- what if


def test_what_is_left_of_a_ring_without_one_of_its_men(ws: Workspace) -> None:
    [ring] = ws.rings()
    man = next(member.uid for member in ring.members if member.label == "Person")
    found = ws.what_if("R-0001", remove=man)
    assert any(man in hand for hand in found["removed"])
    assert found["after"]["hands"] == found["before"]["hands"] - 1
    assert found["before"]["money"] == [{"currency": "MAD", "total": "50000.00"}]
    assert float(found["after"]["money"][0]["total"]) < 50_000
    assert found["connected_low"] <= found["after"]["connected"] <= found["connected_high"]


def test_any_written_form_names_a_member_and_others_are_refused(ws: Workspace) -> None:
    assert ws.what_if("R-0001", remove=["0683000012"]) == ws.what_if("R-0001", remove=[f"phone:e164:{BURNER}"])
    for remove, best in (([MATES[0]], None), (["0683000012"], 1), ([], None), ([], 0)):
        with pytest.raises(UsageError):
            ws.what_if("R-0001", remove=remove, best=best)
    everybody = [member.uid for member in ws.rings()[0].members]
    with pytest.raises(UsageError, match="everybody"):
        ws.what_if("R-0001", remove=everybody)


def test_the_command_adds_what_if_and_says_what_it_does_not_claim(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["structure", "--ring", "R-0001", "--best", "1", "--json", "--home", str(home)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"nodes", "communities", "key_players", "method", "truncated", "what_if"}
    assert len(found["what_if"]["removed"]) == 1
    assert run(["structure", "--ring", "R-0001", "--best", "1", "--home", str(home)]) == 0
    printed = capsys.readouterr()
    assert "pairs still joined" in printed.out and "not a forecast" in printed.err
    assert run(["structure", "--best", "1", "--home", str(home)]) == 2


# --- succession


def test_a_replaced_line_is_told_as_the_contract_says(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["succession", "--json", "--home", str(home)]) == 0
    [one] = json.loads(capsys.readouterr().out)
    assert set(one) >= {"old", "new", "at", "score", "evidence", "runner_up"}
    assert (one["old"], one["new"]) == (f"phone:e164:{BURNER}", f"phone:e164:{SUCCESSOR}")
    assert one["at"] == "2024-07-11T07:12:00Z" and 0.5 <= one["score"] < 1 and one["runner_up"] is None
    assert one["evidence"] == {"shared_contacts": 6, "gap_hours": 48.0, "overlap_hours": 0.0, "same_device": False}
    assert one["rings"] == ["R-0001"] and len(one["contacts"]) == 6 and one["records"]


def test_since_looks_at_when_the_new_line_began(ws: Workspace) -> None:
    assert len(ws.succession(since=datetime(2024, 7, 11, tzinfo=UTC))) == 1
    assert ws.succession(since=datetime(2024, 7, 12, tzinfo=UTC)) == []


def test_the_ring_tells_it_and_the_terminal_prints_it(
    ws: Workspace, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [why.code for why in ws.ring("R-0001").succession] == ["succession_contacts", "succession_gap"]
    assert run(["succession", "--home", str(home)]) == 0
    assert SUCCESSOR in capsys.readouterr().out
    assert run(["succession", "--since", "2025-01-01", "--home", str(home)]) == 0
    assert "No line" in capsys.readouterr().err
    assert run(["succession", "--since", "soon", "--home", str(home)]) == 2


def test_who_else_changed_their_number_is_shown_on_demand_only(tmp_path: Path) -> None:
    files = tmp_path / "files"
    write_story(tmp_path, "oued_zem")
    text = calls().replace(BURNER, "+212683000560")
    (files / "calls.csv").write_text(text, encoding="utf-8")
    with Workspace.open(tmp_path / "ws") as ws:
        ws.ingest(files, received_at=RECEIVED)
        assert ws.succession() == []
        assert [one["old"] for one in ws.succession(everything=True)] == ["phone:e164:+212683000560"]
    with Workspace.open(tmp_path / "plain") as ws:
        ws.ingest(files / "calls.csv", received_at=RECEIVED)
        assert len(ws.succession()) == 1, "where nothing is suspected there is nothing to be near to"
