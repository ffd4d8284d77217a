"""What walks and paths ask of a graph store: nodes by their uids and the links among them, by the same few queries.

Rings written back to the graph are findings, not evidence: nothing here goes through them.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from graph.schema import LABELS, RELATIONS
from graph.stores.base import EVERY, Link, Node, Reader

HUB_CAP: Final = 50
"""Neighbours beyond which a node is a hub on a walk (domain model 2.2, ``hub_cap``)."""

RECORDS_SHOWN: Final = 20
"""Records named on a link."""

MOST_ROWS: Final = 1_000_000
"""Rows of one query."""

_CHUNK = 500
_RING: Final = "Ring"
_BUSY: Final = 200
"""Neighbours beyond which a node's links are not all gone through to find those to a few others."""

EVIDENCE: Final = sorted(RELATIONS - {"HAS_MEMBER"})
"""Relations that are no findings."""

# Nodes are looked up one by one with UNWIND: the embedded store has an index for that and none for IN.

_NODE = """
UNWIND $uids AS wanted
MATCH (a:{label} {{uid: wanted}})
RETURN a.uid AS uid, labels(a)[0] AS kind, coalesce(a.degree, 0) AS degree
ORDER BY uid
"""

TOLD: Final = """type(r) AS rel, sum(coalesce(r.n, 1)) AS n, min(r.first) AS first, max(r.last) AS last,
       collect(r.records) AS records"""
"""What a query returns of parallel links, for :func:`joined`."""

_OUT = f"""
UNWIND $uids AS src
MATCH (a:{{label}} {{{{uid: src}}}})-[r{{rels}}]->(b)
WHERE b.uid IN $others
RETURN src AS src, b.uid AS dst, {TOLD}
"""

_IN = f"""
UNWIND $uids AS dst
MATCH (b:{{label}} {{{{uid: dst}}}})<-[r{{rels}}]-(a)
WHERE a.uid IN $others
RETURN a.uid AS src, dst AS dst, {TOLD}
"""

_ACROSS = f"""
UNWIND $uids AS src
MATCH (a:{{label}} {{{{uid: src}}}})
UNWIND $others AS dst
MATCH (b:{{other}} {{{{uid: dst}}}})
MATCH (a)-[r{{rels}}]->(b)
RETURN src AS src, dst AS dst, {TOLD}
"""


def pattern_of(rels: Sequence[str]) -> str:
    """Any of these relations, as a query writes it."""
    return ":" + "|".join(rels)


def ask(
    store: Reader,
    query: str,
    nodes: Mapping[str, Sequence[str]],
    params: Mapping[str, object],
    rels: Sequence[str] = EVIDENCE,
    other: str = "",
    pattern: str | None = None,
) -> Iterator[dict[str, JsonValue]]:
    """Rows of ``query`` for the uids of each label, some hundreds at a time; ``pattern`` instead of the relations."""
    for label in sorted(nodes) if rels else ():
        text = query.format(label=label, rels=pattern_of(rels) if pattern is None else pattern, other=other)
        ordered = sorted(nodes[label])
        for at in range(0, len(ordered), _CHUNK):
            yield from store.run(text, {"uids": ordered[at : at + _CHUNK], **params}, limit=MOST_ROWS).dicts()


def by_label(store: Reader, nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Uids by the label under which the store looks for them."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        grouped[EVERY if store.one_index else node.label].append(node.uid)
    return grouped


def by_possible_label(store: Reader, uids: Iterable[str]) -> dict[str, list[str]]:
    """The same for nodes of which only the uids are known: each under every label it may have."""
    if store.one_index:
        return {EVERY: sorted(set(uids))}
    wanted: dict[str, list[str]] = defaultdict(list)
    for uid in set(uids):
        for label in _labels(uid):
            wanted[label].append(uid)
    return wanted


def _labels(uid: str) -> list[str]:
    """Labels a node with this uid may have, by its prefix."""
    return [label.name for label in LABELS.values() if label.prefix == uid.split(":", 1)[0]]


def nodes_of(store: Reader, uids: Iterable[str]) -> list[Node]:
    """Those nodes of the graph that have one of these uids."""
    rows = ask(store, _NODE, by_possible_label(store, uids), {})
    return [Node(str(row["uid"]), str(row["kind"]), whole(row["degree"])) for row in rows]


def links_among(store: Reader, nodes: Collection[Node], rels: list[str]) -> list[Link]:
    """Links among nodes; the daily links of one relation become one.

    They are looked for at the end with fewer neighbours: a hub's thousands are gone through for other hubs only.
    """
    # What is found starts at a ring: links among all others are evidence, and not asking which is faster.
    nodes = [node for node in nodes if node.label != _RING]
    pattern = "" if rels == EVIDENCE else None
    most = math.inf if store.one_index else _BUSY  # a server takes longer to look up all pairs of hubs
    busy = by_label(store, (node for node in nodes if node.degree > most))
    quiet = by_label(store, (node for node in nodes if node.degree <= most))
    hubs = sorted(itertools.chain(*busy.values()))
    rows = itertools.chain(
        ask(store, _OUT, quiet, {"others": sorted(node.uid for node in nodes)}, rels, pattern=pattern),
        ask(store, _IN, quiet, {"others": hubs}, rels, pattern=pattern) if busy else (),
        *(ask(store, _ACROSS, busy, {"others": uids}, rels, other, pattern) for other, uids in busy.items()),
    )
    return sorted((joined(row, str(row["src"]), str(row["dst"])) for row in rows), key=by_ends)


def joined(row: Mapping[str, JsonValue], src: str, dst: str) -> Link:
    """Parallel links of one relation as one, from what :data:`TOLD` returns."""
    first, last, records = _text(row["first"]), _text(row["last"]), _records(row["records"])
    return Link(src, str(row["rel"]), dst, whole(row["n"]), first, last, records)


def by_ends(link: Link) -> tuple[str, str, str]:
    """The order in which links are told."""
    return link.src, link.rel, link.dst


def _records(lists: object) -> tuple[str, ...]:
    """The first of the records of parallel links."""
    found = [one for one in listed(lists) if isinstance(one, list)]
    if len(found) == 1:
        return tuple(map(str, found[0]))
    return tuple(sorted({str(record) for one in found for record in one})[:RECORDS_SHOWN])


def listed(value: object) -> list[object]:
    """A cell that holds a list; an empty one for any other."""
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def whole(value: object) -> int:
    """A cell that holds a number; 0 for any other."""
    return int(value) if isinstance(value, int | float) else 0
