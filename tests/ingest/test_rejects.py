"""What is told of bad rows: each one while they are few, how many there were when they are not."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from halqa.intake import ingest_json
from ingest.intake import Intake
from ingest.rejects import KEPT, Problem, Problems
from tests.ingest.loading import load, places

MORE = 250


def _told(intake: Intake, which: str) -> pl.DataFrame:
    frame = getattr(intake.draft, which)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _lines(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    """A file of empty objects, with two lines among them that are no objects."""
    lines = ["{}"] * (KEPT + MORE)
    lines[1] = lines[-1] = "1"
    return load(_lines(tmp_path_factory.mktemp("refused"), *lines), format="ftm")


def test_every_bad_row_is_counted_and_the_first_of_each_code_are_kept(refused: Intake) -> None:
    result = refused.files[0]
    codes = {"malformed": 2, "missing_key": KEPT + MORE - 2}
    assert (result.records, result.counts.rejected, result.reject_codes) == (KEPT + MORE, KEPT + MORE, codes)
    kept = places(result.rejects)
    assert (KEPT + MORE, "malformed") in kept, "a code that is rare is kept, wherever it stands"
    assert [line for line, code in kept if code == "missing_key"] == [1, *range(3, KEPT + 2)]


def test_the_batch_says_how_many_more_there_were(refused: Intake) -> None:
    told = _told(refused, "rejects")
    assert told.height == KEPT + 2 + 1
    last = told.row(-1, named=True)
    assert (last["line"], last["index"], last["code"]) == (None, None, "missing_key")
    assert last["message"].startswith(f"{MORE - 2} more")


def test_the_answer_counts_what_it_does_not_list(refused: Intake) -> None:
    answer = ingest_json(refused)
    assert len(answer["rejects"]) == 1_000
    assert answer["reject_codes"] == answer["files"][0]["reject_codes"] == refused.files[0].reject_codes
    assert sum(answer["reject_codes"].values()) == answer["rejected"]
    assert answer["warning_codes"] == {}


def test_codes_of_several_files_add_up(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("{}\n1\n", "utf-8")
    answer = ingest_json(load(tmp_path / "a.jsonl", tmp_path / "b.jsonl", format="ftm"))
    assert answer["reject_codes"] == {"malformed": 2, "missing_key": 2}
    assert [file["reject_codes"] for file in answer["files"]] == [{"malformed": 1, "missing_key": 1}] * 2


def test_remarks_are_bounded_too(tmp_path: Path) -> None:
    versions = (
        json.dumps({"id": "p", "schema": "Person", "properties": {"name": [f"A {n}"]}}) for n in range(KEPT + MORE)
    )
    intake = load(_lines(tmp_path, *versions))
    result = intake.files[0]
    assert (result.counts.accepted, result.warning_codes) == (KEPT + MORE, {"revision": KEPT + MORE - 1})
    assert len(result.warnings) == KEPT
    assert _told(intake, "warnings")["message"][-1].startswith(f"{MORE - 1} more")


def test_few_problems_are_told_one_by_one(tmp_path: Path) -> None:
    intake = load(_lines(tmp_path, "{}", "1"), format="ftm")
    told = _told(intake, "rejects")
    assert told["line"].to_list() == [1, 2]
    assert told["code"].to_list() == ["missing_key", "malformed"]


def test_a_document_of_empty_reports_is_counted_and_leaves_nothing_in_the_vault(tmp_path: Path) -> None:
    path = tmp_path / "tips.xml"
    path.write_text(f"<cyberTips>{'<cyberTip/>' * (KEPT + MORE)}</cyberTips>", "utf-8")
    intake = load(path)
    result = intake.files[0]
    assert (result.counts.rejected, len(result.rejects)) == (KEPT + MORE, KEPT)
    assert result.rejects[-1].position == KEPT
    assert intake.draft.vault == []


def test_each_code_has_its_own_room() -> None:
    problems = Problems()
    for n in range(KEPT + 1):
        problems.append(Problem(n, "datetime", "when"))
    problems.append(Problem(0, "key", "id"))
    assert [len(problems), problems[-1].code, problems.counts] == [KEPT + 1, "key", {"datetime": KEPT + 1, "key": 1}]
