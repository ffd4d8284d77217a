"""Graph stores: the embedded one by default, Neo4j by URI."""

from __future__ import annotations

from pathlib import Path

from graph.errors import UsageError
from graph.stores.base import Link, Links, Neighbourhood, Node, Paths, Reader, Snapshot, Store, Table

__all__ = [
    "Link", "Links", "Neighbourhood", "Node", "Paths", "Reader", "Snapshot", "Store", "Table", "open_store",
]  # fmt: skip

EMBEDDED = "embedded"
SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def open_store(url: str, folder: Path, *, user: str | None = None, password: str | None = None) -> Store:
    """Open the store at ``url``: ``embedded`` keeps it in ``folder``, any other is a Neo4j URI.

    Raises:
        UsageError: the URL is neither.
        StoreUnavailable: the server does not answer, refuses the password, or is of a version too old.
    """
    if url == EMBEDDED:
        from graph.stores.kglite import KgliteStore

        return KgliteStore(folder)
    if url.split("://", 1)[0] not in SCHEMES or "://" not in url:
        raise UsageError(
            f"store.url is {url!r}, which is no graph store.",
            "Write `embedded`, or a Neo4j address such as bolt://localhost:7687.",
        )
    from graph.stores.neo4j import Neo4jStore

    return Neo4jStore(url, user=user, password=password)
