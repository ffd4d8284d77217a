"""Neo4j 5.26 or later, through the official driver.

Every node carries its generation in ``gen``; the pointer, one ``HalqaSnapshot`` node, says which generation is
shown. A projection writes under a new generation and moves the pointer in one transaction, so a killed one was never
seen. A query is limited to the generation shown when it began and is asked again when the pointer moved meanwhile.
One database holds one workspace.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, LiteralString, Self

import neo4j
import polars as pl
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    TransientError,
)
from neo4j.graph import Node as GraphNode
from neo4j.graph import Path as GraphPath
from neo4j.graph import Relationship
from pydantic import JsonValue

from graph.cypher_guard import check
from graph.errors import QueryError, QueryTimeout, StoreError, StoreUnavailable, UsageError
from graph.schema import LABELS
from graph.stores import walk
from graph.stores.base import (
    DEFAULT_LIMIT,
    DEFAULT_TIMEOUT,
    EVERY,
    NOT_BUILT,
    NOT_BUILT_HINT,
    TIMED_OUT,
    TIMED_OUT_HINT,
    Links,
    Neighbourhood,
    Params,
    Paths,
    Snapshot,
    Table,
)
from graph.stores.generation import PARAMETER, scoped

OLDEST = (5, 26)
_BATCH = 5_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TIMEOUT_CODES = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockClientStopped")
_UNCHANGED = "Evidence is intact and the graph shown before is unchanged."

INDEXES = (
    ("Phone", "e164"), ("Account", "handle"), ("BankAccount", "iban"), ("Transfer", "sent_at"),
    ("Report", "received_at"), ("Report", "source"), ("Ring", "ring"),
)  # fmt: skip
"""Domain model 2.4, as far as the projection has the property."""


class Neo4jStore:
    """Graph in a Neo4j database. Reading is safe from several threads; one process writes at a time."""

    def __init__(self, url: str, *, user: str | None = None, password: str | None = None) -> None:
        """Connects at once.

        Raises:
            StoreUnavailable: no server there, wrong password, or a version older than 5.26.
            UsageError: the address is not one the driver takes.
        """
        self._url = url
        auth = None if user is None else (user, password or "")
        try:
            self._driver = neo4j.GraphDatabase.driver(
                url, auth=auth, connection_timeout=10.0, max_transaction_retry_time=10.0,
                notifications_min_severity="OFF", user_agent="halqa",
            )  # fmt: skip
        except (ConfigurationError, ValueError) as error:
            raise _no_address(url, error) from error
        try:
            with self._errors():
                self._driver.verify_connectivity()
                self._check_version()
        except ValueError as error:
            self._driver.close()
            raise _no_address(url, error) from error
        except BaseException:
            self._driver.close()
            raise

    @property
    def url(self) -> str:
        return self._url

    def _check_version(self) -> None:
        with self._driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
            found = session.run("CALL dbms.components() YIELD name, versions RETURN versions[0] AS version").single()
        version = "" if found is None else str(found["version"])
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise StoreUnavailable(
                f"The graph server at {self._url} is Neo4j {version or 'of some version'}; 5.26 or later is needed.",
                "Update the server, or set store.url to `embedded`.",
            )

    # --- writing

    def snapshot(self) -> str:
        with self._errors():
            self._make_schema()
            with self._driver.session() as session:
                pointer = session.run("MATCH (s:HalqaSnapshot) RETURN s.generation AS generation").single()
            self._remove_others(keep=None if pointer is None else int(pointer["generation"]))
            with self._driver.session() as session:
                found = session.run("MERGE (c:HalqaCounter) SET c.last = coalesce(c.last, 0) + 1 RETURN c.last AS last")
                number = found.single(strict=True)["last"]
        return str(number)

    def load(self, name: str, nodes: Mapping[str, pl.DataFrame], links: Iterable[Links]) -> tuple[int, int]:
        generation = int(name)
        with self._errors(), self._driver.session() as session:
            made_nodes = _write(session, _node_parts(nodes), generation)
            made_links = _write(session, _link_parts(links), generation)
        return made_nodes, made_links

    def swap(self, snapshot: Snapshot) -> None:
        text = json.dumps(snapshot.to_json(), sort_keys=True)
        with self._errors():
            with self._driver.session() as session:
                session.execute_write(
                    lambda tx: tx.run(
                        "MERGE (s:HalqaSnapshot) SET s.generation = $generation, s.about = $about",
                        generation=int(snapshot.name), about=text,
                    ).consume()
                )  # fmt: skip
            self._remove_others(keep=int(snapshot.name))

    def discard(self, name: str) -> None:
        with self._errors():
            self._remove(f"n.gen = {int(name)}")

    def _remove_others(self, keep: int | None) -> None:
        self._remove("true" if keep is None else f"n.gen <> {keep}")

    def _remove(self, condition: str) -> None:
        query = (
            f"MATCH (n:{EVERY}) WHERE {condition} CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF {_BATCH} ROWS"
        )
        with self._driver.session() as session:
            session.run(_trusted(query)).consume()

    def _make_schema(self) -> None:
        """Constraints and indexes; labels come before ``Entity``, so that ``labels(n)[0]`` is the label."""
        statements = [
            f"CREATE CONSTRAINT halqa_{label.lower()} IF NOT EXISTS FOR (n:{label}) REQUIRE (n.gen, n.uid) IS UNIQUE"
            for label in (*LABELS, EVERY)
        ]
        statements += [
            f"CREATE INDEX halqa_{label.lower()}_{prop} IF NOT EXISTS FOR (n:{label}) ON (n.{prop})"
            for label, prop in INDEXES
        ]
        with self._driver.session() as session:
            known = {str(row["name"]) for row in session.run("SHOW INDEXES YIELD name")}
            for statement in statements:
                if statement.split(" ")[2] not in known:
                    session.run(_trusted(statement)).consume()
            session.run("CALL db.awaitIndexes(120)").consume()

    # --- reading

    def current(self) -> Snapshot | None:
        with self._errors(), self._driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
            found = session.run("MATCH (s:HalqaSnapshot) RETURN s.about AS about").single()
        return None if found is None else Snapshot.from_text(str(found["about"]))

    def run(
        self,
        query: str,
        params: Params | None = None,
        *,
        limit: int = DEFAULT_LIMIT,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Table:
        text = scoped(query, check(query))
        began = time.perf_counter()
        with self._errors(timeout), self._driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
            for _ in range(5):
                with session.begin_transaction(timeout=timeout) as tx:
                    generation = _shown(tx)
                    result = tx.run(_trusted(text), {**(params or {}), PARAMETER: generation})
                    columns = tuple(result.keys())
                    rows = [[_plain(value) for value in record.values()] for record in result.fetch(limit + 1)]
                    result.consume()
                    if _shown(tx) == generation:
                        seconds = time.perf_counter() - began
                        return Table(columns, rows[:limit], len(rows) > limit, limit, seconds)
        raise StoreError("The graph was replaced again and again while it was read.", "Ask again in a moment.")

    def expand(self, uid: str, hops: int = 1, limit: int = 150, *, rels: Sequence[str] | None = None) -> Neighbourhood:
        return walk.expand(self, uid, hops, limit, rels=rels)

    def shortest_paths(
        self, a: str, b: str, max_hops: int = 6, k: int = 3, *, through_hubs: bool = False, longer: bool = False
    ) -> Paths:
        return walk.shortest_paths(self, a, b, max_hops, k, through_hubs=through_hubs, longer=longer)

    def close(self) -> None:
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _errors(self, timeout: float = DEFAULT_TIMEOUT) -> Iterator[None]:
        """The driver's errors as ours."""
        try:
            yield
        except AuthError as error:
            raise StoreUnavailable(
                f"The graph server at {self._url} refused the user or the password.",
                "Set store.user and HALQA_STORE__PASSWORD.",
            ) from error
        except ServiceUnavailable as error:
            raise StoreUnavailable(
                f"No graph server answers at {self._url}.",
                "Start it, correct store.url, or set store.url to `embedded`. Evidence is intact.",
            ) from error
        except (ClientError, TransientError) as error:
            if any(code in (error.code or "") for code in _TIMEOUT_CODES):
                raise QueryTimeout(TIMED_OUT.format(timeout), TIMED_OUT_HINT) from error
            if "Statement" in (error.code or ""):
                raise QueryError(
                    str(error.message), "The query only reads, but the graph store cannot answer it."
                ) from error
            raise StoreError(f"The graph server failed: {error.message}", _UNCHANGED) from error
        except (Neo4jError, DriverError) as error:
            raise StoreError(f"The graph server failed: {error}", _UNCHANGED) from error


def _no_address(url: str, error: Exception) -> UsageError:
    return UsageError(
        f"store.url is {url!r}, which Neo4j's driver does not take: {error}",
        "Write an address such as bolt://localhost:7687.",
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """At most a batch of rows, and the query that makes them."""

    what: str
    query: str
    rows: list[dict[str, Any]]


def _node_parts(nodes: Mapping[str, pl.DataFrame]) -> Iterator[_Part]:
    for label, frame in nodes.items():
        query = (
            f"UNWIND $rows AS row CREATE (n:{_plain_name(label)}:{EVERY}) SET n = row, n.gen = $gen "
            "RETURN count(n) AS made"
        )
        yield from _parts(f"{label} nodes", query, frame)


def _link_parts(links: Iterable[Links]) -> Iterator[_Part]:
    for group in links:
        source, target, rel = (_plain_name(name) for name in (group.src_label, group.dst_label, group.rel))
        query = (
            f"UNWIND $rows AS row MATCH (a:{source} {{gen: $gen, uid: row.src}}) "
            f"MATCH (b:{target} {{gen: $gen, uid: row.dst}}) "
            f"CREATE (a)-[r:{rel}]->(b) SET r = row, r.src = null, r.dst = null RETURN count(r) AS made"
        )
        yield from _parts(f"{rel} links", query, group.frame)


def _parts(what: str, query: str, frame: pl.DataFrame) -> Iterator[_Part]:
    for part in frame.iter_slices(_BATCH):
        rows = [{key: value for key, value in row.items() if value is not None} for row in part.to_dicts()]
        yield _Part(what, query, rows)


def _write(session: neo4j.Session, parts: Iterable[_Part], generation: int) -> int:
    """Rows made. Small groups share a transaction: a commit waits for the disk, and most groups are small."""
    made = size = 0
    pending: list[_Part] = []
    for part in parts:
        if pending and size + len(part.rows) > _BATCH:
            made += session.execute_write(_make, pending, generation)
            pending, size = [], 0
        pending.append(part)
        size += len(part.rows)
    return made + (session.execute_write(_make, pending, generation) if pending else 0)


def _make(tx: neo4j.ManagedTransaction, parts: Sequence[_Part], generation: int) -> int:
    total = 0
    for part in parts:
        found = tx.run(_trusted(part.query), {"rows": part.rows, "gen": generation}).single(strict=True)
        if found["made"] != len(part.rows):
            raise StoreError(f"The graph store took {found['made']:,} of {len(part.rows):,} {part.what}.", _UNCHANGED)
        total += len(part.rows)
    return total


def _shown(tx: neo4j.Transaction) -> int:
    found = tx.run("MATCH (s:HalqaSnapshot) RETURN s.generation AS generation").single()
    if found is None:
        raise StoreError(NOT_BUILT, NOT_BUILT_HINT)
    return int(found["generation"])


def _trusted(text: str) -> LiteralString:
    """Only for texts that the guard passed or that are put together here from checked names."""
    return text  # pyright: ignore[reportReturnType]


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StoreError(f"{name!r} is no label or relation.")
    return name


def _plain(value: Any) -> JsonValue:
    """A JSON value, the same one the embedded store gives."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, GraphNode):
        label = min(value.labels - {EVERY}, default="")
        return {"label": label, **_properties(value)}
    if isinstance(value, Relationship):
        return {"rel": value.type, **_properties(value)}
    if isinstance(value, GraphPath):
        return {"nodes": [_plain(node) for node in value.nodes], "links": [_plain(r) for r in value.relationships]}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "to_native"):
        value = value.to_native()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _properties(found: Mapping[str, Any]) -> dict[str, JsonValue]:
    return {key: _plain(value) for key, value in sorted(found.items()) if key != "gen"}
