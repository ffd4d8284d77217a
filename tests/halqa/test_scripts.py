"""Scripts are searched once a run, and the graph holds what a search of its own would have found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis import scripts
from bench.scripts import texts
from halqa import Workspace

RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)
TOLD = (
    "MATCH (r:Report)-[t:SIMILAR_TO]->(s:Script) RETURN r.uid AS report, t.similarity AS near, s.uid AS uid, "
    "s.public AS public, s.reports AS reports, s.subjects AS subjects ORDER BY uid, report"
)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Workspace]:
    lines = [
        {
            "ref": f"S{n}", "received_at": "2026-05-02T10:00:00Z", "category": "sexual_blackmail",
            "narrative": one.words,
            "reporter": {"mode": "anonymous", "role": "victim", "country": "MA"},
            "suspect_identifiers": [{"role": "suspect", "type": "phone", "raw": f"06830000{n:02d}"}],
        }
        for n, one in enumerate(texts(12))
    ]  # fmt: skip
    path = tmp_path / "told.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    with Workspace.open(tmp_path / "ws") as ws:
        assert ws.ingest(path, received_at=RECEIVED)["rejected"] == 0
        yield ws


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One entry for each search."""
    made: list[Any] = []
    same_text = scripts.same_text

    def counted(*given: Any) -> Any:
        made.append(given)
        return same_text(*given)

    monkeypatch.setattr(scripts, "same_text", counted)
    return made


def in_graph(ws: Workspace) -> list[Any]:
    return list(ws.query(TOLD, cypher=True, limit=10_000)["rows"])


def test_a_run_searches_once_and_the_graph_is_what_its_own_search_makes(case: Workspace, searches: list[Any]) -> None:
    case.detect()
    assert len(searches) == 1
    handed_on = in_graph(case)
    assert len(handed_on) > 20
    case.close()
    home = case.home
    for path in sorted((home / "graph").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with Workspace.open(home) as again:
        again.detect()  # the run is on disk: only the graph is made anew
        assert len(searches) == 2
        assert in_graph(again) == handed_on


def test_a_run_with_parameters_of_its_own_leaves_the_graph_to_those_of_the_settings(case: Workspace) -> None:
    case.detect()
    usual = in_graph(case)
    case.detect(params={"script_similarity": 0.95, "script_quoted": 1.0})
    assert in_graph(case) == usual
