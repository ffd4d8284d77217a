"""What a graph store is: a few methods, the same on every store, and the gaps that remain.

A store keeps *snapshots*. A projection fills a new one and swaps it in with one atomic step, so that a reader
sees the old graph or the new one. Reading goes through :meth:`Store.run`, which refuses whatever could write.

Gaps every query must live with (declared here, checked by the contract tests):

* times are ISO 8601 texts in UTC (``2024-06-03T10:00:00Z``, days ``2024-06-03``) and epoch seconds (``*_s``), never
  temporal values, because the stores compare those differently;
* ``labels(n)[0]`` is the label; further labels, ``id(n)`` and ``elementId(n)`` differ between stores;
* write a condition on a property that may be absent with WHERE, not in the map of a pattern;
* names (of columns too) are ASCII letters, digits and underscores;
* a path has an upper bound; every column has an alias; ORDER BY ends in a unique column; a name that WITH dropped is
  not given to something else (the guard refuses the first and the last).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Protocol, Self

import polars as pl
from pydantic import JsonValue

from graph.errors import StoreError

Params = Mapping[str, object]

RESERVED = frozenset({"id", "title", "type", "name", "label", "labels", "uid", "gen"})
"""Property names no statement may take: one store or the other builds them in."""

EVERY = "Entity"
"""Second label of every node, so that a uid is found without knowing its label."""

DEFAULT_LIMIT = 1000
DEFAULT_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one relation between two labels: ``src``, ``dst`` (uids) and one column a property."""

    rel: str
    src_label: str
    dst_label: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Change:
    """What makes the graph that is shown into the next one, in the order in which a store does it."""

    links_gone: Sequence[Links] = ()
    """``src, dst, n``: all links of the relation from one node to the other go, and there are ``n`` of them."""
    nodes_gone: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """``uid`` by label; no link is left on them."""
    nodes_changed: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Whole rows by label: a node has these properties and no other."""
    nodes_new: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    links_new: Sequence[Links] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return any((self.links_gone, self.nodes_gone, self.nodes_changed, self.nodes_new, self.links_new))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot shows: the evidence head and run it was made from, and how much it holds."""

    name: str
    head: str
    run: str | None = None
    as_of: str | None = None
    nodes: int = 0
    links: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """Number of nodes by label and of links by relation."""
    schema: Mapping[str, JsonValue] = field(default_factory=dict)
    """Its labels and relations with their properties (:func:`graph.projection.described.described`)."""
    layout: int = 0
    """Which properties its nodes and links have (``graph.projection.LAYOUT``)."""
    digest: str = ""
    """Of all that it holds (``graph.projection.prints``); empty when nobody reckoned it."""

    def to_json(self) -> dict[str, JsonValue]:
        """A JSON object; :meth:`from_json` reads it back."""
        made: dict[str, JsonValue] = asdict(self)
        return made

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From JSON text; see :meth:`from_json`."""
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        return cls.from_json(value)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Raises StoreError when the value is not what :meth:`to_json` wrote."""
        try:
            assert isinstance(value, dict)
            counts = {str(key): int(number) for key, number in value["counts"].items()}
            run, as_of, schema = value["run"], value["as_of"], value.get("schema", {})
            assert isinstance(schema, dict)
            return cls(
                name=str(value["name"]),
                head=str(value["head"]),
                run=None if run is None else str(run),
                as_of=None if as_of is None else str(as_of),
                nodes=int(value["nodes"]),
                links=int(value["links"]),
                counts=counts,
                schema=schema,
                layout=int(value.get("layout", 0)),
                digest=str(value.get("digest", "")),
            )
        except (AssertionError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StoreError(
                "The pointer to the graph's snapshot cannot be read.", "Evidence is intact: run `halqa rebuild`."
            ) from error


@dataclass(frozen=True, slots=True)
class Table:
    """Answer of a query. ``truncated`` says that rows beyond ``limit`` were left out."""

    columns: tuple[str, ...]
    rows: list[list[JsonValue]]
    truncated: bool
    limit: int
    seconds: float

    def dicts(self) -> list[dict[str, JsonValue]]:
        """The rows as mappings from column to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Node:
    uid: str
    label: str
    degree: int


@dataclass(frozen=True, slots=True)
class Link:
    """``n`` statements between two nodes, with up to twenty of the records they come from."""

    src: str
    rel: str
    dst: str
    n: int
    first: str | None
    last: str | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes around one, the heaviest links first; ``cut`` are hubs that were shown but not gone through."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    total: int
    cut: tuple[Node, ...]

    @property
    def shown(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True, slots=True)
class Path:
    """``links[i]`` are the parallel links between ``nodes[i]`` and ``nodes[i + 1]``."""

    nodes: tuple[Node, ...]
    links: tuple[tuple[Link, ...], ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Up to ``k`` shortest paths, the first of ``hops`` steps, and all unless longer ones were asked for.

    ``truncated`` when there are more or the search was cut.
    """

    hops: int
    paths: tuple[Path, ...]
    truncated: bool

    @property
    def found(self) -> bool:
        return bool(self.paths)


class Reader(Protocol):
    """Whatever answers read-only Cypher."""

    one_index: bool
    """Whether a uid is found without its label."""

    def run(
        self,
        query: str,
        params: Params | None = None,
        *,
        limit: int = DEFAULT_LIMIT,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Table:
        """Answer a query that only reads, on the current snapshot.

        Args:
            query: Cypher of the common language, checked by :func:`graph.cypher_guard.check`.
            params: values of its ``$parameters``.
            limit: most rows given back.
            timeout: seconds after which the store gives up.

        Raises:
            QueryError: the query is refused or wrong.
            QueryTimeout: it ran longer than ``timeout``.
            StoreError: there is no graph yet, or the store failed.
        """
        ...


class Store(Reader, Protocol):
    """A graph store. Open one with :func:`graph.stores.open_store`; close it, or use it in a ``with`` block."""

    @property
    def url(self) -> str:
        """Where it is, without credentials."""
        ...

    def snapshot(self) -> str:
        """Begin a new, empty snapshot and give its name. What a killed projection left behind is removed."""
        ...

    def load(self, name: str, nodes: Mapping[str, pl.DataFrame], links: Iterable[Links]) -> tuple[int, int]:
        """Fill a snapshot that was begun: node frames by label (with ``uid``), then links between those nodes.

        Returns:
            Number of nodes and of links the store holds now in that snapshot.

        Raises:
            StoreError: a node or an end of a link is refused or missing.
        """
        ...

    def swap(self, snapshot: Snapshot) -> None:
        """Show this snapshot from now on, in one atomic step, and drop the older ones."""
        ...

    def discard(self, name: str) -> None:
        """Drop a snapshot that was begun and will not be shown."""
        ...

    @property
    def most_changes(self) -> int:
        """Nodes and links beyond which a new snapshot is better than :meth:`update`."""
        ...

    def update(self, change: Change, snapshot: Snapshot) -> Snapshot:
        """Make the snapshot that is shown into another one, in one atomic step: a reader sees the old graph or the new.

        Args:
            change: what the two differ in.
            snapshot: what will be shown; the store gives the name.

        Returns:
            What is shown now.

        Raises:
            StoreError: something was refused, or the graph would not hold as many nodes and links as ``snapshot`` says;
                the graph that was shown stays.
        """
        ...

    def current(self) -> Snapshot | None:
        """What readers see now; None when nothing was projected yet."""
        ...

    def expand(self, uid: str, hops: int = 1, limit: int = 150, *, rels: Sequence[str] | None = None) -> Neighbourhood:
        """See :func:`graph.stores.walk.expand`."""
        ...

    def shortest_paths(
        self, a: str, b: str, max_hops: int = 6, k: int = 3, *, through_hubs: bool = False, longer: bool = False
    ) -> Paths:
        """See :func:`graph.stores.paths.shortest_paths`."""
        ...

    def close(self) -> None:
        """Let go of files, connections and memory."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


NOT_BUILT = "The graph has not been built yet."
NOT_BUILT_HINT = "Run `halqa detect`, or `halqa rebuild`."
TIMED_OUT = "The query was stopped after {:g} seconds."
TIMED_OUT_HINT = "Start it from one identifier, shorten its paths, or allow more time."
