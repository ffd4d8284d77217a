"""Walking a graph store: neighbourhoods and shortest paths, on every store by the same few queries.

Rings written back to the graph are findings, not evidence: nothing here goes through them. Hubs (more than
``hub_cap`` neighbours) are shown where they are met and not gone through, unless asked.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from graph.errors import NothingFound, UsageError
from graph.schema import LABELS, RELATIONS
from graph.stores.base import Link, Neighbourhood, Node, Path, Paths, Reader
from graph.stores.longer import k_shortest

HUB_CAP: Final = 50
"""Neighbours beyond which a node is a hub on a walk (domain model 2.2, ``hub_cap``)."""

_MOST_ROWS = 200_000
_CHUNK = 500
_EVIDENCE = sorted(RELATIONS - {"HAS_MEMBER"})

_NODE = """
UNWIND $uids AS wanted
MATCH (a:{label} {{uid: wanted}})
RETURN a.uid AS uid, labels(a)[0] AS kind, coalesce(a.degree, 0) AS degree
ORDER BY uid
"""

_AROUND = """
UNWIND $uids AS wanted
MATCH (a:{label} {{uid: wanted}})-[r]-(b)
WHERE type(r) IN $rels
WITH a, b, sum(coalesce(r.n, 1)) AS weight
RETURN a.uid AS near, b.uid AS uid, labels(b)[0] AS kind, coalesce(b.degree, 0) AS degree, weight AS weight
ORDER BY weight DESC, uid, near
"""

_BETWEEN = """
UNWIND $uids AS wanted
MATCH (a:{label} {{uid: wanted}})-[r]->(b)
WHERE type(r) IN $rels AND b.uid IN $others
RETURN a.uid AS src, type(r) AS rel, b.uid AS dst, coalesce(r.n, 1) AS n, r.first AS first, r.last AS last,
       r.records AS records
ORDER BY src, rel, dst, first, n
"""


def expand(
    store: Reader,
    uid: str,
    hops: int = 1,
    limit: int = 150,
    *,
    rels: Sequence[str] | None = None,
    hub_cap: int = HUB_CAP,
) -> Neighbourhood:
    """The neighbourhood of ``uid`` within ``hops`` steps: its ``limit`` heaviest nodes and all links among them.

    Weight is the number of statements on the links to what is already shown; nearer steps come first. ``total``
    counts every node that was met, so "N of M" can be said. ``cut`` are hubs that were not gone through.

    Raises:
        NothingFound: no node has this uid.
        UsageError: a relation in ``rels`` does not exist.
    """
    allowed = _relations(rels)
    start = _nodes(store, [uid])
    if not start:
        raise NothingFound(f"{uid} is not in the graph.")
    shown: dict[str, Node] = {uid: start[0]}
    met = {uid}
    cut: dict[str, Node] = {}
    frontier = [uid]
    for hop in range(hops):
        weights: dict[str, int] = defaultdict(int)
        found: dict[str, Node] = {}
        for near, node, weight in _around(store, [shown[name] for name in frontier], allowed):
            if near != node.uid and node.uid not in shown:
                weights[node.uid] += weight
                found[node.uid] = node
        met |= found.keys()
        ranked = sorted(found, key=lambda name: (-weights[name], name))[: max(0, limit - len(shown))]
        shown |= {name: found[name] for name in ranked}
        frontier = [name for name in ranked if found[name].degree <= hub_cap]
        if hop + 1 < hops:
            cut |= {name: found[name] for name in ranked if found[name].degree > hub_cap}
        if not frontier:
            break
    return Neighbourhood(
        nodes=tuple(shown.values()),
        links=tuple(_between(store, shown.values(), allowed)),
        total=len(met),
        cut=tuple(cut[name] for name in sorted(cut)),
    )


def among(store: Reader, uids: Iterable[str]) -> Neighbourhood:
    """The nodes that have these uids, in the order of the uids, and the evidence links among them.

    A text that is no node's uid is left out.
    """
    found = {node.uid: node for node in _nodes(store, uids)}
    nodes = tuple(found[uid] for uid in sorted(found))
    return Neighbourhood(nodes, tuple(_between(store, nodes, _EVIDENCE)), total=len(nodes), cut=())


def shortest_paths(
    store: Reader,
    a: str,
    b: str,
    max_hops: int = 6,
    k: int = 3,
    *,
    through_hubs: bool = False,
    longer: bool = False,
    hub_cap: int = HUB_CAP,
    max_seen: int = 100_000,
) -> Paths:
    """The ``k`` first of the shortest evidence paths between two nodes, in the order of their uids.

    With ``longer``, where fewer than ``k`` are shortest, the next longer ones too (:mod:`graph.stores.longer`).
    Searches from both ends a step at a time; nodes with more than ``hub_cap`` neighbours are not gone through
    unless ``through_hubs``. The search stops, and says so by ``truncated``, after ``max_seen`` nodes.

    Raises:
        NothingFound: one of the two is not in the graph.
    """
    ends = {node.uid: node for node in _nodes(store, [a, b])}
    for uid in (a, b):
        if uid not in ends:
            raise NothingFound(f"{uid} is not in the graph.")
    if a == b:
        return Paths(0, (Path((ends[a],), ()),), truncated=False)
    known = dict(ends)
    if longer:

        def around(uids: Collection[str]) -> dict[str, set[str]]:
            neighbours: dict[str, set[str]] = {}
            for near, node, _ in _around(store, [known[uid] for uid in uids], _EVIDENCE):
                if node.degree <= hub_cap or through_hubs or node.uid in ends:
                    known.setdefault(node.uid, node)
                    neighbours.setdefault(near, set()).add(node.uid)
            return neighbours

        found = k_shortest(around, a, b, max_hops, k, max_seen=max_seen)
        hops = len(found.paths[0]) - 1 if found.paths else 0
        return Paths(hops, _spelled(store, found.paths, known), found.truncated)
    depth: tuple[dict[str, int], dict[str, int]] = ({a: 0}, {b: 0})
    before: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    layers = [[a], [b]]
    meeting: set[str] = set()
    for hop in range(max_hops):
        side = 0 if len(layers[0]) <= len(layers[1]) else 1
        here, there = depth[side], depth[1 - side]
        level = here[layers[side][0]] + 1
        layer: set[str] = set()
        for near, node, _ in _around(store, [known[name] for name in layers[side]], _EVIDENCE):
            if node.degree > hub_cap and not through_hubs and node.uid not in ends:
                continue
            known.setdefault(node.uid, node)
            if here.setdefault(node.uid, level) == level:
                before[side][node.uid].add(near)
                layer.add(node.uid)
        meeting = layer & there.keys()
        if meeting:
            return _all_paths(store, a, b, hop + 1, k, meeting, before, known)
        if len(here) + len(there) > max_seen:
            return Paths(0, (), truncated=True)
        layers[side] = sorted(layer)
        if not layers[side]:
            break
    return Paths(0, (), truncated=False)


def _all_paths(
    store: Reader,
    a: str,
    b: str,
    hops: int,
    k: int,
    meeting: set[str],
    before: tuple[dict[str, set[str]], dict[str, set[str]]],
    known: dict[str, Node],
) -> Paths:
    """Spell the paths out: from each meeting node back to both ends, smallest uids first."""
    found: list[tuple[str, ...]] = []
    enough = k + 1
    for middle in sorted(meeting):
        heads = _trails(middle, a, before[0], enough)
        tails = _trails(middle, b, before[1], enough)
        found += [(*reversed(head), *tail[1:]) for head in heads for tail in tails]
    chosen = sorted(set(found))
    return Paths(hops, _spelled(store, chosen[:k], known), truncated=len(chosen) > k)


def _spelled(store: Reader, chosen: Iterable[Sequence[str]], known: Mapping[str, Node]) -> tuple[Path, ...]:
    """Paths with the links of every step."""
    paths = []
    for names in chosen:
        links: dict[frozenset[str], list[Link]] = defaultdict(list)
        for link in _between(store, [known[name] for name in names], _EVIDENCE):
            links[frozenset((link.src, link.dst))].append(link)
        steps = (tuple(links[frozenset(pair)]) for pair in itertools.pairwise(names))
        paths.append(Path(tuple(known[name] for name in names), tuple(steps)))
    return tuple(paths)


def _trails(start: str, end: str, before: dict[str, set[str]], enough: int) -> list[tuple[str, ...]]:
    """Up to ``enough`` trails from ``start`` back to ``end``, smallest uids first."""
    done: list[tuple[str, ...]] = []
    open_: list[tuple[str, ...]] = [(start,)]
    while open_ and len(done) < enough:
        trail = open_.pop()
        if trail[-1] == end:
            done.append(trail)
        else:
            open_ += [(*trail, name) for name in sorted(before.get(trail[-1], ()), reverse=True)]
    return done


def _relations(rels: Sequence[str] | None) -> list[str]:
    if rels is None:
        return _EVIDENCE
    unknown = sorted(set(rels) - RELATIONS)
    if unknown:
        raise UsageError(f"No relation is called {', '.join(unknown)}.", "Relations: " + ", ".join(_EVIDENCE))
    return sorted(set(rels) - {"HAS_MEMBER"})


def _labels(uid: str) -> list[str]:
    """Labels a node with this uid may have, by its prefix."""
    return [label.name for label in LABELS.values() if label.prefix == uid.split(":", 1)[0]]


def _ask(
    store: Reader, query: str, nodes: Mapping[str, Sequence[str]], params: Mapping[str, object]
) -> Iterator[dict[str, JsonValue]]:
    """Rows of ``query`` for the uids of each label, some hundreds at a time."""
    for label in sorted(nodes):
        ordered = sorted(nodes[label])
        for at in range(0, len(ordered), _CHUNK):
            chunk = {"uids": ordered[at : at + _CHUNK], **params}
            yield from store.run(query.format(label=label), chunk, limit=_MOST_ROWS).dicts()


def _by_label(nodes: Iterable[Node]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        grouped[node.label].append(node.uid)
    return grouped


def _nodes(store: Reader, uids: Iterable[str]) -> list[Node]:
    wanted: dict[str, list[str]] = defaultdict(list)
    for uid in set(uids):
        for label in _labels(uid):
            wanted[label].append(uid)
    return [Node(str(row["uid"]), str(row["kind"]), _whole(row["degree"])) for row in _ask(store, _NODE, wanted, {})]


def _around(store: Reader, nodes: Iterable[Node], rels: list[str]) -> list[tuple[str, Node, int]]:
    return [
        (str(row["near"]), Node(str(row["uid"]), str(row["kind"]), _whole(row["degree"])), _whole(row["weight"]))
        for row in _ask(store, _AROUND, _by_label(nodes), {"rels": rels})
    ]


def _between(store: Reader, nodes: Collection[Node], rels: list[str]) -> list[Link]:
    """Links among nodes; the daily links of one relation become one."""
    merged: dict[tuple[str, str, str], Link] = {}
    params = {"others": sorted(node.uid for node in nodes), "rels": rels}
    for row in _ask(store, _BETWEEN, _by_label(nodes), params):
        records = row["records"] if isinstance(row["records"], list) else []
        link = Link(
            str(row["src"]), str(row["rel"]), str(row["dst"]), _whole(row["n"]), _text(row["first"]),
            _text(row["last"]), tuple(str(record) for record in records),
        )  # fmt: skip
        key = (link.src, link.rel, link.dst)
        merged[key] = _joined(merged[key], link) if key in merged else link
    return [merged[key] for key in sorted(merged)]


def _joined(one: Link, other: Link) -> Link:
    firsts = [text for text in (one.first, other.first) if text]
    lasts = [text for text in (one.last, other.last) if text]
    records = sorted({*one.records, *other.records})[:20]
    return Link(
        one.src, one.rel, one.dst, one.n + other.n, min(firsts, default=None), max(lasts, default=None), tuple(records)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
