"""The embedded store: one kglite file a snapshot, and a pointer file that says which one is shown.

``<folder>/snapshot.json`` is replaced in one step, so a reader has the old graph or the new one; readers look at
the pointer before every query and load the new file when it moved. A file that is still open elsewhere stays
readable after it was removed.
"""

from __future__ import annotations

import errno
import json
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any, Self

import kglite
import polars as pl
from pydantic import JsonValue

from graph.cypher_guard import check
from graph.cypher_tokens import without_comments
from graph.errors import QueryError, QueryTimeout, StoreError
from graph.files import storage, write_atomic
from graph.stores import paths, walk
from graph.stores.base import (
    DEFAULT_LIMIT,
    DEFAULT_TIMEOUT,
    EVERY,
    NOT_BUILT,
    NOT_BUILT_HINT,
    TIMED_OUT,
    TIMED_OUT_HINT,
    Change,
    Links,
    Neighbourhood,
    Params,
    Paths,
    Snapshot,
    Table,
)
from graph.stores.kglite_write import add_links, add_nodes, apply, expect

MOST_CHANGES = 40_000
_POINTER = "snapshot.json"
_FILE = re.compile(r"\d{8}\.kgl")
_OS_ERROR = re.compile(r"os error (\d+)")
_BUILT_IN = frozenset({"id", "title", "type"})
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})
# Warnings are read from the result; printing them would mix with what a command prints.
kglite.set_query_warning_policy("silent")


class KgliteStore:
    """Graph in files below ``folder``. Reading is safe from several threads; one process writes at a time."""

    one_index = False

    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self._building: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._walk = threading.local()
        self._seen: tuple[int, int, int] | None = None
        self._shown: tuple[Snapshot, Any] | None = None

    @property
    def url(self) -> str:
        return "embedded"

    # --- writing

    def snapshot(self) -> str:
        try:
            shown = self.current()
        except StoreError:  # a pointer nobody can read holds nothing worth keeping
            shown = None
        with storage(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._remove_others(keep=shown)
        taken = [int(path.stem) for path in self.folder.glob("*.kgl") if _FILE.fullmatch(path.name)]
        taken += [int(name) for name in self._building]
        name = f"{max(taken, default=0) + 1:08d}"
        self._building[name] = kglite.KnowledgeGraph()
        return name

    def load(self, name: str, nodes: Mapping[str, pl.DataFrame], links: Iterable[Links]) -> tuple[int, int]:
        graph = self._building[name]
        held = {label: frame["uid"] for label, frame in nodes.items()}
        add_nodes(graph, nodes)
        loaded: set[tuple[str, str]] = set()
        total = 0
        for group in links:
            for end, label in (("src", group.src_label), ("dst", group.dst_label)):
                known = held.get(label, pl.Series("uid", [], dtype=pl.String))
                ends = group.frame[end].is_in(known.implode())
                expect(f"{group.rel} links with both ends", group.frame.height, int(ends.sum()))
            first = (group.rel, group.src_label) not in loaded
            loaded.add((group.rel, group.src_label))
            total += add_links(graph, group, first=first)
        return _count(graph, f"MATCH (n:{EVERY})") if nodes else 0, total

    def swap(self, snapshot: Snapshot) -> None:
        graph = self._building.pop(snapshot.name)
        path = self.folder / f"{snapshot.name}.kgl"
        with storage(path):
            try:
                # Held in memory when loaded: a file that is mapped could not keep lists of texts.
                graph.save(str(path), fsync=True, layout="compact")
            except kglite.FileIoError as error:
                found = _OS_ERROR.search(str(error))
                raise OSError(int(found[1]) if found else errno.EIO, str(error)) from error
        self._point(snapshot)
        self._remove_others(keep=snapshot)

    def _point(self, snapshot: Snapshot) -> None:
        write_atomic(self.folder / _POINTER, json.dumps(snapshot.to_json(), indent=1, sort_keys=True).encode())

    def discard(self, name: str) -> None:
        self._building.pop(name, None)

    @property
    def most_changes(self) -> int:
        """Changing a row costs about what writing it does, and the file is read and written whole anyway."""
        return MOST_CHANGES

    def update(self, change: Change, snapshot: Snapshot) -> Snapshot:
        """Change the graph of the file in memory, write it under a new name, move the pointer."""
        shown = self.current()
        if shown is None:
            raise StoreError(NOT_BUILT, NOT_BUILT_HINT)
        if not change:
            made = replace(snapshot, name=shown.name)
            self._point(made)
            return made
        try:
            graph = kglite.load(str(self.folder / f"{shown.name}.kgl"))
            apply(graph, change)
            held = (_count(graph, f"MATCH (n:{EVERY})"), _count(graph, f"MATCH (:{EVERY})-[n]->()"))
        except kglite.KgError as error:
            raise StoreError(_first_line(error), "The graph shown before is unchanged.") from error
        expect("nodes", snapshot.nodes, held[0])
        expect("links", snapshot.links, held[1])
        made = replace(snapshot, name=self.snapshot())
        self._building[made.name] = graph
        self.swap(made)
        return made

    def _remove_others(self, keep: Snapshot | None) -> None:
        for path in self.folder.glob("*.kgl*"):
            if keep is None or not path.name.startswith(f"{keep.name}.kgl"):
                path.unlink(missing_ok=True)

    # --- reading

    def current(self) -> Snapshot | None:
        try:
            text = (self.folder / _POINTER).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return Snapshot.from_text(text)

    def run(
        self,
        query: str,
        params: Params | None = None,
        *,
        limit: int = DEFAULT_LIMIT,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Table:
        check(query)
        if "/*" in query:  # kglite knows comments of one line only
            query = without_comments(query)
        graph = getattr(self._walk, "graph", None) or self._frozen()
        began = time.perf_counter()
        try:
            view = graph.cypher(
                query, params=dict(params or {}), timeout_ms=max(1, round(timeout * 1000)), row_limit=limit + 1
            )
            columns = tuple(str(column) for column in view.columns)
            rows = [[v if v.__class__ in _AS_IT_IS else _plain(v) for v in row.values()] for row in view.to_list()]
        except kglite.CypherTimeoutError as error:
            raise QueryTimeout(TIMED_OUT.format(timeout), TIMED_OUT_HINT) from error
        except (kglite.CypherError, kglite.SchemaError, kglite.ArgumentError, kglite.PropertyNotFoundError) as error:
            raise QueryError(
                _first_line(error), "The query only reads, but the graph store cannot answer it."
            ) from error
        except kglite.KgError as error:
            raise StoreError(_first_line(error), "Evidence is intact: run `halqa rebuild`.") from error
        return Table(columns, rows[:limit], len(rows) > limit, limit, time.perf_counter() - began)

    def _frozen(self) -> Any:
        """The graph the pointer names; loaded again when the pointer moved."""
        pointer = self.folder / _POINTER
        for _ in range(5):
            try:
                stat = pointer.stat()
            except FileNotFoundError as error:
                raise StoreError(NOT_BUILT, NOT_BUILT_HINT) from error
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            with self._lock:
                if self._shown is not None and seen == self._seen:
                    return self._shown[1]
                try:
                    snapshot = Snapshot.from_text(pointer.read_text(encoding="utf-8"))
                    frozen = self._still(snapshot) or _open(self.folder / f"{snapshot.name}.kgl")
                except FileNotFoundError:
                    continue  # swapped away between the two looks: look again
                self._seen, self._shown = seen, (snapshot, frozen)
                return frozen
        raise StoreError("The graph's snapshot file is missing.", "Evidence is intact: run `halqa rebuild`.")

    def _still(self, snapshot: Snapshot) -> Any:
        """The graph in memory, when the pointer moved and says that it holds the same."""
        if self._shown is None or not snapshot.digest:
            return None
        held, frozen = self._shown
        return frozen if (held.name, held.digest) == (snapshot.name, snapshot.digest) else None

    def expand(self, uid: str, hops: int = 1, limit: int = 150, *, rels: Sequence[str] | None = None) -> Neighbourhood:
        with self._one_graph():
            return walk.expand(self, uid, hops, limit, rels=rels)

    def shortest_paths(
        self, a: str, b: str, max_hops: int = 6, k: int = 3, *, through_hubs: bool = False, longer: bool = False
    ) -> Paths:
        with self._one_graph():
            return paths.shortest_paths(self, a, b, max_hops, k, through_hubs=through_hubs, longer=longer)

    @contextmanager
    def _one_graph(self) -> Iterator[None]:
        """All queries of this thread meanwhile see the graph of now, whatever is swapped in."""
        self._walk.graph = self._frozen()
        try:
            yield
        finally:
            self._walk.graph = None

    def close(self) -> None:
        self._building.clear()
        self._shown = self._seen = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open(path: FilePath) -> Any:
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        return kglite.load(str(path)).freeze()
    except kglite.KgError as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise StoreError(
            f"The graph's snapshot {path.name} cannot be read: {_first_line(error)}",
            "Evidence is intact: run `halqa rebuild`.",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).split("\n  Valid properties", 1)[0].split(" Hints:", 1)[0].strip()


def _count(graph: Any, pattern: str) -> int:
    return int(graph.cypher(f"{pattern} RETURN count(n) AS n").scalar())


def _plain(value: Any) -> JsonValue:
    """A JSON value: times as ISO texts, nodes as their properties and label, links as type and properties."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [item if item.__class__ in _AS_IT_IS else _plain(item) for item in value]
    if not isinstance(value, dict):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    if value.keys() == {"nodes", "relationships"}:
        return {"nodes": _plain(value["nodes"]), "links": _plain(value["relationships"])}
    if value.keys() == {"id", "labels", "properties"}:
        return {"label": value["labels"][0], **_properties(value["properties"])}
    if value.keys() == {"id", "start", "end", "type", "properties"}:
        return {"rel": str(value["type"]), **_properties(value["properties"])}
    return {str(key): _plain(item) for key, item in value.items()}


def _properties(found: Mapping[str, Any]) -> dict[str, JsonValue]:
    return {key: _plain(value) for key, value in sorted(found.items()) if key not in _BUILT_IN and value is not None}
