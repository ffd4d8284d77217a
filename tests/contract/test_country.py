"""The library on the synthetic country: every query finds something there, and the same on every store.

``HALQA_COUNTRY=small,medium`` chooses the scales; medium loads a million rows into a server of its own, with a heap to
match, and takes its time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.queries import library
from graph.stores import Table
from halqa import Workspace
from halqa.demo import run_demo
from tests.contract.conftest import empty
from tests.contract.neo4j_server import HEAP_MB, Server, serve

pytestmark = pytest.mark.slow

EVERYTHING = 10_000_000
PATIENCE = 600.0


@pytest.fixture(scope="module", params=os.environ.get("HALQA_COUNTRY", "small").split(","))
def scale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def home(scale: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the country ingested and its rings found."""
    folder = tmp_path_factory.mktemp(scale) / "demo"
    run_demo(folder, scale=scale, seed=1, say=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def server(scale: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    """An empty server that holds such a country."""
    shared: Server = request.getfixturevalue("neo4j_server")  # skips or fails where there is none
    if scale == "small":
        empty(shared)
        yield shared
    else:
        with serve(heap_mb=3 * HEAP_MB) as own:
            yield own


@pytest.fixture(scope="module")
def embedded(home: Path) -> dict[str, Table]:
    """What every query answers on the embedded store, with its defaults."""
    with Workspace.open(home) as ws:
        return answers(ws)


def answers(ws: Workspace) -> dict[str, Table]:
    ws.schema()  # brings the graph up to date
    return {q.name: ws.store.run(q.text, q.bind(), limit=EVERYTHING, timeout=PATIENCE) for q in library()}


def test_every_query_finds_something_with_its_defaults(embedded: dict[str, Table]) -> None:
    assert len(embedded) >= 32
    assert [name for name, table in embedded.items() if not table.rows] == []


def test_rows_come_in_one_order(embedded: dict[str, Table]) -> None:
    """No two rows are equal, so the order a query asks for can be total."""
    for name, table in embedded.items():
        assert len({repr(row) for row in table.rows}) == len(table.rows), name


@pytest.mark.timeout(7200)
@pytest.mark.neo4j
def test_a_server_answers_the_same(embedded: dict[str, Table], home: Path, server: Server) -> None:
    on_server = {"store.url": server.uri, "store.user": server.user, "store.password": server.password}
    with Workspace.open(home, **on_server) as ws:
        served = answers(ws)
    for name, table in embedded.items():
        assert (name, served[name].columns) == (name, table.columns)
        assert (name, served[name].rows) == (name, table.rows)
