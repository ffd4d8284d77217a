"""What is written into a Neo4j graph: its constraints, a whole generation in batches, or a difference at once.

A batch is a query over ``$rows``; each gives back how many nodes or links it met, and as many as there are rows it must
be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, LiteralString

import neo4j
import polars as pl

from graph.errors import StoreError
from graph.schema import LABELS
from graph.stores.base import EVERY, Change, Links

BATCH: Final = 5_000
UNCHANGED: Final = "Evidence is intact and the graph shown before is unchanged."

INDEXES: Final = (
    ("Phone", "e164"), ("Account", "handle"), ("BankAccount", "iban"), ("Transfer", "sent_at"),
    ("Report", "received_at"), ("Report", "source"), ("Ring", "ring"),
)  # fmt: skip
"""Domain model 2.4, as far as the projection has the property."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def trusted(text: str) -> LiteralString:
    """Only for texts that the guard passed or that are put together here from checked names."""
    return text  # pyright: ignore[reportReturnType]


def make_schema(session: neo4j.Session) -> None:
    """Constraints and indexes; labels come before ``Entity``, so that ``labels(n)[0]`` is the label."""
    statements = [
        f"CREATE CONSTRAINT halqa_{label.lower()} IF NOT EXISTS FOR (n:{label}) REQUIRE (n.gen, n.uid) IS UNIQUE"
        for label in (*LABELS, EVERY)
    ]
    statements += [
        f"CREATE INDEX halqa_{label.lower()}_{prop} IF NOT EXISTS FOR (n:{label}) ON (n.{prop})"
        for label, prop in INDEXES
    ]
    known = {str(row["name"]) for row in session.run("SHOW INDEXES YIELD name")}
    for statement in statements:
        if statement.split(" ")[2] not in known:
            session.run(trusted(statement)).consume()
    session.run("CALL db.awaitIndexes(120)").consume()


def load(
    session: neo4j.Session, nodes: Mapping[str, pl.DataFrame], links: Iterable[Links], generation: int
) -> tuple[int, int]:
    """Nodes and links made, batch by batch."""
    return _write(session, _new_nodes(nodes), generation), _write(session, _new_links(links), generation)


def apply(tx: neo4j.Transaction, change: Change, generation: int) -> None:
    """Make a difference within a transaction. Errors: StoreError when the graph is not what it was thought to be."""
    for part in (
        *_gone_links(change.links_gone), *_gone_nodes(change.nodes_gone), *_changed_nodes(change.nodes_changed),
        *_new_nodes(change.nodes_new), *_new_links(change.links_new),
    ):  # fmt: skip
        _make(tx, [part], generation)


def counted(tx: neo4j.Transaction | neo4j.Session) -> tuple[int, int]:
    """Nodes and links of all generations; the server keeps these two numbers, so that nothing is gone through."""
    nodes = tx.run(trusted(f"MATCH (n:{EVERY}) RETURN count(n) AS n")).single(strict=True)["n"]
    links = tx.run(trusted(f"MATCH (:{EVERY})-[r]->() RETURN count(r) AS n")).single(strict=True)["n"]
    return int(nodes), int(links)


@dataclass(frozen=True, slots=True)
class _Part:
    """At most a batch of rows, and the query that makes them."""

    what: str
    query: str
    rows: list[dict[str, Any]]
    wanted: int
    """What the query must count."""


def _new_nodes(nodes: Mapping[str, pl.DataFrame]) -> Iterator[_Part]:
    for label, frame in nodes.items():
        named = f"(n:{_plain_name(label)}:{EVERY})"
        query = f"UNWIND $rows AS row CREATE {named} SET n = row, n.gen = $gen RETURN count(n) AS n"
        yield from _parts(f"{label} nodes", query, frame)


def _changed_nodes(nodes: Mapping[str, pl.DataFrame]) -> Iterator[_Part]:
    for label, frame in nodes.items():
        query = f"UNWIND $rows AS row {_node(label)} SET n = row, n.gen = $gen RETURN count(n) AS n"
        yield from _parts(f"{label} nodes", query, frame)


def _gone_nodes(nodes: Mapping[str, pl.DataFrame]) -> Iterator[_Part]:
    for label, frame in nodes.items():
        # Without DETACH: a link that nobody knew of is a graph that is not what it was thought to be.
        query = f"UNWIND $rows AS row {_node(label)} DELETE n RETURN count(*) AS n"
        yield from _parts(f"{label} nodes", query, frame)


def _new_links(links: Iterable[Links]) -> Iterator[_Part]:
    for group in links:
        query = (
            f"UNWIND $rows AS row {_ends(group)} "
            f"CREATE (a)-[r:{_plain_name(group.rel)}]->(b) SET r = row.props RETURN count(r) AS n"
        )
        for part in _parts(f"{group.rel} links", query, group.frame):
            rows = [{"src": row.pop("src"), "dst": row.pop("dst"), "props": row} for row in part.rows]
            yield replace(part, rows=rows)


def _gone_links(links: Iterable[Links]) -> Iterator[_Part]:
    for group in links:
        # WITH: both ends are found by their index before the links of the one with fewer are gone through.
        query = (
            f"UNWIND $rows AS row {_ends(group)} WITH a, b "
            f"MATCH (a)-[r:{_plain_name(group.rel)}]->(b) DELETE r RETURN count(*) AS n"
        )
        for part in group.frame.iter_slices(BATCH):
            yield _Part(f"{group.rel} links", query, part.select("src", "dst").to_dicts(), int(part["n"].sum()))


def _node(label: str) -> str:
    return f"MATCH (n:{_plain_name(label)} {{gen: $gen, uid: row.uid}})"


def _ends(group: Links) -> str:
    source, target = _plain_name(group.src_label), _plain_name(group.dst_label)
    return f"MATCH (a:{source} {{gen: $gen, uid: row.src}}) MATCH (b:{target} {{gen: $gen, uid: row.dst}})"


def _parts(what: str, query: str, frame: pl.DataFrame) -> Iterator[_Part]:
    for part in frame.iter_slices(BATCH):
        rows = [{key: value for key, value in row.items() if value is not None} for row in part.to_dicts()]
        yield _Part(what, query, rows, len(rows))


def _write(session: neo4j.Session, parts: Iterable[_Part], generation: int) -> int:
    """Rows made. Small groups share a transaction: a commit waits for the disk, and most groups are small."""
    made = size = 0
    pending: list[_Part] = []
    for part in parts:
        if pending and size + len(part.rows) > BATCH:
            made += session.execute_write(_make, pending, generation)
            pending, size = [], 0
        pending.append(part)
        size += len(part.rows)
    return made + (session.execute_write(_make, pending, generation) if pending else 0)


def _make(tx: neo4j.ManagedTransaction | neo4j.Transaction, parts: Sequence[_Part], generation: int) -> int:
    for part in parts:
        found = tx.run(trusted(part.query), {"rows": part.rows, "gen": generation}).single(strict=True)
        if found["n"] != part.wanted:
            raise StoreError(f"The graph store took {found['n']:,} of {part.wanted:,} {part.what}.", UNCHANGED)
    return sum(part.wanted for part in parts)


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StoreError(f"{name!r} is no label or relation.")
    return name
