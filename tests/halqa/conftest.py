"""A workspace that a module made once, opened anew for each of its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED


def detected(folder: Path) -> Path:
    """The workspace beside ``folder/files``, those files taken in and searched for rings."""
    with Workspace.open(folder / "ws") as ws:
        ws.ingest(folder / "files", received_at=RECEIVED)
        ws.detect()
    return folder / "ws"


@pytest.fixture
def ws(home: Path) -> Iterator[Workspace]:
    """The workspace of the module's ``home``."""
    with Workspace.open(home) as opened:
        yield opened
