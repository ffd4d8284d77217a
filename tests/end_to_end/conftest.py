"""Workspaces made from stories and scenes, through the front door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import write_case
from fixtures.stories import write_story
from halqa import Workspace

RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)

Made = Callable[..., Workspace]


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    """``scene(name, **params)``: one small scene ingested and detected."""
    opened: list[Workspace] = []

    def make(name: str, **params: Any) -> Workspace:
        folder = tmp_path / f"scene{len(opened)}"
        write_case(folder, name, **params)
        return _detected(folder, opened)

    yield make
    for ws in opened:
        ws.close()


@pytest.fixture
def story(tmp_path: Path) -> Any:
    """``story(name)``: one of the five stories ingested and detected."""
    opened: list[Workspace] = []

    def make(name: str) -> Workspace:
        folder = tmp_path / f"story{len(opened)}"
        write_story(folder, name)
        return _detected(folder, opened)

    yield make
    for ws in opened:
        ws.close()


def _detected(folder: Path, opened: list[Workspace]) -> Workspace:
    ws = Workspace.open(folder / "ws")
    opened.append(ws)
    ws.ingest(folder / "files", received_at=RECEIVED)
    ws.detect()
    return ws
