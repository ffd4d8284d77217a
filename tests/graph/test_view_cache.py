"""A view that lies on disk: where records came from is read when somebody asks for it."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from graph.evidence import TOLD, View
from graph.ledger import Ledger
from graph.view_cache import cached_view
from tests.graph.drafts import T0, Told, draft


@pytest.fixture
def kept(tmp_path: Path) -> tuple[View, View]:
    """A view as it was built, and as it is read."""
    ledger = Ledger(tmp_path / "evidence")
    ledger.append(draft([Told("1", ("+212683000001",)), Told("2", ("+212683000002",))]), at=T0)
    built = cached_view(ledger, tmp_path / "cache")
    return built, cached_view(ledger, tmp_path / "cache")


def test_what_a_run_asks_of_records_is_read_alone(kept: tuple[View, View], monkeypatch: pytest.MonkeyPatch) -> None:
    built, view = kept
    read: list[object] = []
    real = pl.read_ipc

    def counted(source: object, **told: object) -> pl.DataFrame:
        read.append(told.get("columns"))
        return real(source, **told)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(pl, "read_ipc", counted)
    assert view.told.equals(built.records.select(TOLD))
    assert view.record_ids([1, 0]) == built.record_ids([1, 0])
    assert "records" in view.tables
    assert read == [list(TOLD)]
    assert view.records.equals(built.records)
    assert view["records"] is view.records, "once"
    assert read == [list(TOLD), None]


def test_it_is_read_though_others_have_put_the_view_away(kept: tuple[View, View], tmp_path: Path) -> None:
    built, view = kept
    shutil.rmtree(tmp_path / "cache")
    assert view.told.equals(built.told)
    assert view.records.equals(built.records)


def test_it_goes_to_another_process_whole(kept: tuple[View, View], tmp_path: Path) -> None:
    built, view = kept
    sent = pickle.dumps(view)
    shutil.rmtree(tmp_path / "cache")
    there: View = pickle.loads(sent)
    assert isinstance(there.tables, Mapping)
    assert set(there.tables) == set(built.tables)
    assert all(there[name].equals(frame) for name, frame in built.tables.items())


def test_a_table_that_is_not_there_is_none(kept: tuple[View, View]) -> None:
    _, view = kept
    with pytest.raises(KeyError):
        view.tables["nothing"]
