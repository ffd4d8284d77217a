"""``halqa ingest --propose`` and the notes of an intake, through the front door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from graph.errors import InputError
from halqa import Workspace
from halqa.cli import run
from tests.ingest.loading import SAMPLES

UNKNOWN = SAMPLES / "unknown" / "fr_plaintes.csv"


def test_a_proposal_is_printed_as_yaml_and_takes_nothing_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "ws")
    assert run(["--home", home, "ingest", str(UNKNOWN), "--propose"]) == 0
    printed = capsys.readouterr()
    saved = tmp_path / "saved.yaml"
    saved.write_text(printed.out, "utf-8")
    assert "Nothing was taken in" in printed.err
    with Workspace.open(home) as ws:
        assert ws.status()["batches"] == 0
    assert run(["--home", home, "ingest", str(UNKNOWN), "--mapping", str(saved), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accepted"], answer["rejected"]) == (2, 0)


def test_a_proposal_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(tmp_path / "ws"), "ingest", str(UNKNOWN), "--propose", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"file", "confidence", "rows", "columns", "left_out", "mapping", "yaml"} == set(answer)
    assert yaml.safe_load(answer["yaml"]) == answer["mapping"]


def test_one_file_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "ws")
    assert run(["--home", home, "ingest", str(UNKNOWN), str(UNKNOWN), "--propose"]) == 2
    assert "--propose takes one file" in capsys.readouterr().err
    with Workspace.open(home) as ws, pytest.raises(InputError, match="is not a file"):
        ws.propose_mapping(tmp_path)


def test_an_operators_own_columns_are_told_in_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, path = str(tmp_path / "ws"), str(SAMPLES / "operators" / "appels.csv")
    assert run(["--home", home, "ingest", path]) == 0
    assert "Numéro appelant as a_number" in capsys.readouterr().err
    assert run(["--home", home, "ingest", path, "--json"]) == 3  # all of it is there already
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert "read as cdr" in file["notes"][0]


def test_an_unknown_table_is_pointed_to_the_proposal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(tmp_path / "ws"), "ingest", str(UNKNOWN)]) == 2
    assert "halqa ingest fr_plaintes.csv --propose" in capsys.readouterr().err
