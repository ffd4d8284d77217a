"""The demo: from a seed to rings, again at once, never mixed with a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halqa import Workspace
from halqa.cli import run
from tests.halqa.test_bad_input import REPORT


def test_the_demo_shows_rings_and_does_nothing_twice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    home = str(tmp_path / "demo")
    assert run(["demo", "--home", home, "--scale", "tiny", "--no-ui", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["rings"]["lead"] >= 1
    assert run(["demo", "--home", home, "--scale", "tiny", "--no-ui"]) == 0
    captured = capsys.readouterr()
    assert "R-0001" in captured.out
    assert "ingesting" not in captured.err
    with Workspace.open(home) as ws:
        assert len(ws.ledger.batches()) == 1


def test_the_demo_never_mixes_with_a_case(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "reports.jsonl").write_text(REPORT % "A")
    with Workspace.open(tmp_path / "case") as ws:
        ws.ingest(tmp_path / "reports.jsonl")
    assert run(["--home", str(tmp_path / "case"), "demo", "--scale", "tiny", "--no-ui"]) == 2
    assert "already holds evidence" in capsys.readouterr().err
    assert run(["--home", str(tmp_path / "case"), "demo", "--scale", "vast"]) == 2
