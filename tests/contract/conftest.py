"""Every store, behind the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph.stores import Store, open_store
from graph.stores.neo4j import Neo4jStore
from tests.conftest import missing
from tests.contract.neo4j_server import Server, Unavailable, serve

Opener = Callable[[], Store]


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Server]:
    """A real server, started once; skips (or fails where it is required) when there is none."""
    try:
        with serve() as server:
            yield server
    except Unavailable as problem:
        missing("neo4j", str(problem))


def empty(server: Server) -> None:
    """Forget every graph the server holds."""
    own = Neo4jStore(server.uri, user=server.user, password=server.password)
    with own as store, store._driver.session() as session:
        # A whole country in one transaction is more than a small server can hold.
        session.run("MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS").consume()


@contextmanager
def both(server: Server, folder: Path) -> Iterator[tuple[Store, Store]]:
    """An empty embedded store and the emptied server."""
    empty(server)
    with (
        open_store("embedded", folder) as embedded,
        open_store(server.uri, folder, user=server.user, password=server.password) as held,
    ):
        yield embedded, held


@pytest.fixture(params=["kglite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens one and the same, at first empty, store; several times when asked."""
    if request.param == "kglite":
        return lambda: open_store("embedded", tmp_path / "graph")
    server: Server = request.getfixturevalue("neo4j_server")
    empty(server)
    return lambda: open_store(server.uri, tmp_path, user=server.user, password=server.password)


@pytest.fixture
def store(opener: Opener) -> Iterator[Store]:
    """An empty store."""
    with opener() as opened:
        yield opened
