"""Neo4j 5.26 or later, through the official driver.

Every node carries its generation in ``gen``; the pointer, one ``HalqaSnapshot`` node, says which generation is
shown. A projection writes under a new generation and moves the pointer in one transaction, or changes the generation
that is shown, all in one transaction: a killed one was never seen. A query is limited to the generation shown when it
began and is asked again when the pointer moved meanwhile. One database holds one workspace.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
import polars as pl
from neo4j.exceptions import ConfigurationError, DriverError, Neo4jError
from neo4j.graph import Node as GraphNode
from neo4j.graph import Path as GraphPath
from neo4j.graph import Relationship
from pydantic import JsonValue

from graph.cypher_guard import check
from graph.errors import StoreError, StoreUnavailable, UsageError
from graph.stores import neo4j_errors, neo4j_pointer, neo4j_write, paths, walk
from graph.stores.base import (
    DEFAULT_LIMIT,
    DEFAULT_TIMEOUT,
    EVERY,
    Change,
    Links,
    Neighbourhood,
    Params,
    Paths,
    Snapshot,
    Table,
)
from graph.stores.generation import PARAMETER, scoped

OLDEST = (5, 26)
T = TypeVar("T")

MOST_CHANGES = 40_000
UPDATE_TIMEOUT = 600.0
_TRIES = 5
# A failure is told once, by the error that is raised: the driver's own warnings stay with who asks for them.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class Neo4jStore:
    """Graph in a Neo4j database. Reading is safe from several threads; one process writes at a time."""

    one_index = True

    def __init__(self, url: str, *, user: str | None = None, password: str | None = None) -> None:
        """Connects at once.

        Raises:
            StoreUnavailable: no server there, wrong password, or a version older than 5.26.
            UsageError: the address is not one the driver takes.
        """
        self._url = url
        self._seen: neo4j_pointer.Shown | None = None
        self._walk = threading.local()
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
                f"The graph server at {self._url} is Neo4j {version or 'of some version'}; {neo4j_errors.NEEDED}",
                neo4j_errors.UPDATE,
            )

    # --- writing

    def snapshot(self) -> str:
        with self._errors(), self._driver.session() as session:
            neo4j_write.make_schema(session)
            pointer = session.run("MATCH (s:HalqaSnapshot) RETURN s.generation AS generation").single()
            self._remove_others(keep=None if pointer is None else int(pointer["generation"]))
            return str(_next_number(session))

    def load(self, name: str, nodes: Mapping[str, pl.DataFrame], links: Iterable[Links]) -> tuple[int, int]:
        with self._errors(), self._driver.session() as session:
            return neo4j_write.load(session, nodes, links, _generation(name))

    def swap(self, snapshot: Snapshot) -> None:
        generation = _generation(snapshot.name)
        with self._errors():
            with self._driver.session() as session:
                session.execute_write(neo4j_pointer.move, generation, _about(snapshot))
            self._remove_others(keep=generation)

    def discard(self, name: str) -> None:
        with self._errors():
            self._remove(f"n.gen = {_generation(name)}")

    @property
    def most_changes(self) -> int:
        """What one transaction of a small server holds."""
        return MOST_CHANGES

    def update(self, change: Change, snapshot: Snapshot) -> Snapshot:
        """One transaction, announced while it is committed (:mod:`graph.stores.neo4j_pointer`)."""
        wanted = (snapshot.nodes, snapshot.links)
        with self._errors(), self._driver.session() as session, self._driver.session() as aside:
            shown, before = neo4j_pointer.look(session), self.current()
            if before is None or neo4j_write.counted(session) != (before.nodes, before.links):
                self._remove_others(keep=shown.generation)
            made = replace(snapshot, name=f"{shown.generation}.{_next_number(session)}")
            announced = False
            try:
                with session.begin_transaction(metadata=dict(neo4j_pointer.UPDATE), timeout=UPDATE_TIMEOUT) as tx:
                    neo4j_write.apply(tx, change, shown.generation)
                    if (held := neo4j_write.counted(tx)) != wanted:
                        raise StoreError(
                            f"The graph store holds {held[0]:,} nodes and {held[1]:,} links, not {wanted[0]:,} and "
                            f"{wanted[1]:,}.",
                            neo4j_write.UNCHANGED,
                        )
                    announced = True
                    neo4j_pointer.announce(aside, updating=True)
                    neo4j_pointer.update(tx, shown, _about(made))
                    tx.commit()
            finally:
                if announced:
                    neo4j_pointer.announce(aside, updating=False)
        return made

    def _remove_others(self, keep: int | None) -> None:
        self._remove("true" if keep is None else f"n.gen <> {keep}")

    def _remove(self, condition: str) -> None:
        query = (
            f"MATCH (n:{EVERY}) WHERE {condition} CALL {{ WITH n DETACH DELETE n }} "
            f"IN TRANSACTIONS OF {neo4j_write.BATCH} ROWS"
        )
        with self._driver.session() as session:
            session.run(neo4j_write.trusted(query)).consume()

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
            # What was seen last serves for a first try: whether it still stands is asked afterwards anyway.
            shown = self._seen or neo4j_pointer.settled(session, timeout)
            asked = neo4j.Query(neo4j_write.trusted(text), timeout=timeout)
            for _ in range(_TRIES):
                # A transaction of its own each: what they see is the same, and the way is half as long.
                result = session.run(asked, {**(params or {}), PARAMETER: shown.generation})
                columns = tuple(result.keys())
                rows = [[_plain(value) for value in record.values()] for record in result.fetch(limit + 1)]
                result.consume()
                now = neo4j_pointer.look(session)
                if now.updating:
                    now = neo4j_pointer.settled(session, timeout)
                self._seen = now
                if now == shown:
                    self._same_graph(now)
                    return Table(columns, rows[:limit], len(rows) > limit, limit, time.perf_counter() - began)
                shown = now
        raise _replaced()

    def expand(self, uid: str, hops: int = 1, limit: int = 150, *, rels: Sequence[str] | None = None) -> Neighbourhood:
        return self._walked(lambda: walk.expand(self, uid, hops, limit, rels=rels))

    def shortest_paths(
        self, a: str, b: str, max_hops: int = 6, k: int = 3, *, through_hubs: bool = False, longer: bool = False
    ) -> Paths:
        return self._walked(
            lambda: paths.shortest_paths(self, a, b, max_hops, k, through_hubs=through_hubs, longer=longer)
        )

    def _walked(self, ask: Callable[[], T]) -> T:
        """What several queries together answer, all of them of one graph; asked again when it was replaced between."""
        for _ in range(_TRIES):
            self._walk.on, self._walk.shown = True, None
            try:
                return ask()
            except _MovedOnError:
                continue
            finally:
                self._walk.on = False
        raise _replaced()

    def _same_graph(self, shown: neo4j_pointer.Shown) -> None:
        """Within a walk: is this still the graph that its first query saw?"""
        if getattr(self._walk, "on", False):
            if self._walk.shown not in (None, shown):
                raise _MovedOnError
            self._walk.shown = shown

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
        """The driver's errors as ours (:mod:`graph.stores.neo4j_errors`)."""
        try:
            yield
        except (Neo4jError, DriverError) as error:
            raise neo4j_errors.told(error, self._url, timeout) from error


class _MovedOnError(Exception):
    """The graph was replaced between two queries of one walk."""


def _replaced() -> StoreError:
    return StoreError("The graph was replaced again and again while it was read.", "Ask again in a moment.")


def _generation(name: str) -> int:
    """``7`` was written whole; ``7.9`` is the same, changed since."""
    return int(name.partition(".")[0])


def _about(snapshot: Snapshot) -> str:
    return json.dumps(snapshot.to_json(), sort_keys=True)


def _next_number(session: neo4j.Session) -> int:
    found = session.run("MERGE (c:HalqaCounter) SET c.last = coalesce(c.last, 0) + 1 RETURN c.last AS last")
    return int(found.single(strict=True)["last"])


def _no_address(url: str, error: Exception) -> UsageError:
    return UsageError(
        f"store.url is {url!r}, which Neo4j's driver does not take: {error}",
        "Write an address such as bolt://localhost:7687.",
    )


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
