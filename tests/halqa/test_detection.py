"""A run, from the workspace's side."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.run import detect
from graph.errors import NothingFound
from halqa import Workspace
from tests.graph.drafts import T0, Told, draft


@pytest.fixture
def searching() -> Iterator[None]:
    """Python looks for cycles, whatever a test does to it."""
    gc.enable()
    yield
    gc.enable()


@pytest.mark.usefixtures("searching")
def test_cycles_are_not_searched_in_a_run_and_are_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def watched(*given: object, **named: object) -> object:
        seen.append(gc.isenabled())
        return detect(*given, **named)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr("halqa.detection.analyse", watched)
    with Workspace.open(tmp_path / "work") as ws:
        with pytest.raises(NothingFound):
            ws.detect()
        assert gc.isenabled(), "after a run that failed"
        ws.ledger.append(draft([Told("1", ("+212683000001",))]), at=T0)
        ws.detect()
        assert (seen, gc.isenabled()) == ([False], True)
        gc.disable()
        ws.detect(full=True)
        assert (seen, gc.isenabled()) == ([False, False], False), "who switched it off keeps it off"
