"""The scheduled job: what lies in the inbox is taken once, every alert is delivered once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fixtures.stories import write_story
from graph.errors import UsageError
from halqa import Workspace
from halqa.watch import watch_once


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose inbox holds the Oued Zem story."""
    write_story(tmp_path, "oued_zem")
    (tmp_path / "ws" / "inbox").mkdir(parents=True)
    for path in (tmp_path / "files").iterdir():
        shutil.copy(path, tmp_path / "ws" / "inbox" / path.name)
    return tmp_path / "ws"


def delivered(home: Path) -> list[dict[str, object]]:
    path = home / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_turn_takes_the_inbox_and_delivers_what_is_new_once(home: Path) -> None:
    with Workspace.open(home) as ws:
        first = watch_once(ws)
        second = watch_once(ws)
    assert (first["ingested"], first["alerts"], first["delivered"]) == (2, 1, 1)
    assert (second["ingested"], second["alerts"], second["delivered"]) == (0, 0, 0)
    assert [alert["kind"] for alert in delivered(home)] == ["born"]
    assert sorted(p.name.split("--")[1] for p in (home / "inbox" / "done").iterdir()) == [
        "eblagh.jsonl",
        "remittance.csv",
    ]


def test_an_alert_waits_for_a_sink_that_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job was stopped between raising and delivering: the next turn delivers."""
    with Workspace.open(home) as ws:
        monkeypatch.setattr("halqa.watch._send", lambda *_: False)
        assert watch_once(ws)["undelivered"] == 1
        monkeypatch.undo()
        assert watch_once(ws)["delivered"] == 1
        assert watch_once(ws)["delivered"] == 0
    assert len(delivered(home)) == 1


def test_a_job_killed_after_writing_does_not_write_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(home) as ws:
        monkeypatch.setattr(Workspace, "mark_delivered", lambda *_: None)
        watch_once(ws)
        monkeypatch.undo()
        watch_once(ws)
    assert len(delivered(home)) == 1


def test_a_half_written_line_of_a_killed_job_is_mended(home: Path) -> None:
    (home / "alerts.jsonl").write_bytes(b'{"alert": "old"}\n{"alert": "ha')
    with Workspace.open(home) as ws:
        watch_once(ws)
    assert delivered(home)[0]["alert"] == "old"
    assert len(delivered(home)) == 2


def test_a_file_that_cannot_be_read_is_set_aside_with_the_reason(home: Path) -> None:
    (home / "inbox" / "strange.bin").write_bytes(bytes(range(256)) * 8)
    (home / "inbox" / "still-coming.jsonl.part").write_bytes(b"{")
    with Workspace.open(home) as ws:
        turn = watch_once(ws)
    assert turn["failed"] == 1 and turn["ingested"] == 2
    refused = sorted(p.name for p in (home / "inbox" / "refused").iterdir())
    assert len(refused) == 2 and "strange.bin.reason.txt" in refused
    assert (home / "inbox" / "still-coming.jsonl.part").exists()


def test_an_empty_inbox_of_an_empty_workspace_is_no_error(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as ws:
        assert watch_once(ws)["run"] is None


def test_a_sink_that_is_none_is_refused(home: Path) -> None:
    with Workspace.open(home) as ws, pytest.raises(UsageError, match="sink"):
        watch_once(ws, sinks=["nonsense"])
