"""Walking a graph store: neighbourhoods and shortest paths, on every store by the same few queries.

Rings written back to the graph are findings, not evidence: nothing here goes through them. Hubs (more than
``hub_cap`` neighbours) are shown where they are met and not gone through, unless asked.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from graph.errors import NothingFound, QueryTimeout, UsageError
from graph.schema import LABELS, RELATIONS
from graph.stores.base import EVERY, Link, Neighbourhood, Node, Path, Paths, Reader
from graph.stores.longer import Around, k_shortest

HUB_CAP: Final = 50
"""Neighbours beyond which a node is a hub on a walk (domain model 2.2, ``hub_cap``)."""

RECORDS_SHOWN: Final = 20
"""Records named on a link."""

_MOST_ROWS = 1_000_000
_CHUNK = 500
RING: Final = "Ring"
_BUSY: Final = 200
"""Neighbours beyond which a node's links are not all gone through to find those to a few others."""

_EVIDENCE = sorted(RELATIONS - {"HAS_MEMBER"})

# Nodes are looked up one by one with UNWIND: the embedded store has an index for that and none for IN.

_NODE = """
UNWIND $uids AS wanted
MATCH (a:{label} {{uid: wanted}})
RETURN a.uid AS uid, labels(a)[0] AS kind, coalesce(a.degree, 0) AS degree
ORDER BY uid
"""

_AROUND = """
UNWIND $uids AS near
MATCH (a:{label} {{uid: near}})-[r{rels}]-(b)
WHERE b.uid <> near
RETURN b.uid AS uid, labels(b)[0] AS kind, coalesce(b.degree, 0) AS degree, sum(coalesce(r.n, 1)) AS weight
"""

_NEIGHBOURS = """
UNWIND $uids AS near
MATCH (a:{label} {{uid: near}})-[{rels}]-(b)
WHERE $hubs OR coalesce(b.degree, 0) <= $cap OR b.uid IN $ends
RETURN near AS near, collect(DISTINCT b.uid) AS uids
"""

_TOLD = """type(r) AS rel, sum(coalesce(r.n, 1)) AS n, min(r.first) AS first, max(r.last) AS last,
       collect(r.records) AS records"""

_SHORTEST = f"""
MATCH p = allShortestPaths((a:{{label}} {{{{uid: $a}}}})-[{{rels}}*..{{hops}}]-(b:{{label}} {{{{uid: $b}}}})){{quiet}}
WITH DISTINCT nodes(p) AS met
WITH met, [x IN met | x.uid] AS names ORDER BY names LIMIT $most
UNWIND range(0, size(met) - 2) AS step
WITH met, names, step, met[step] AS here, met[step + 1] AS there
MATCH (here)-[r]-(there)
WITH met, names, step, startNode(r) = here AS onward, {_TOLD}
RETURN names AS names, CASE step WHEN 0 THEN [x IN met | [labels(x)[0], coalesce(x.degree, 0)]] END AS nodes,
       step AS step, onward AS onward, rel AS rel, n AS n, first AS first, last AS last, records AS records
"""

_QUIET = " WHERE all(x IN nodes(p) WHERE coalesce(x.degree, 0) <= $cap OR x.uid IN [$a, $b])"

_PATIENCE: Final = 2.0
"""Seconds for the store's own search."""

_OUT = f"""
UNWIND $uids AS src
MATCH (a:{{label}} {{{{uid: src}}}})-[r{{rels}}]->(b)
WHERE b.uid IN $others
RETURN src AS src, b.uid AS dst, {_TOLD}
"""

_IN = f"""
UNWIND $uids AS dst
MATCH (b:{{label}} {{{{uid: dst}}}})<-[r{{rels}}]-(a)
WHERE a.uid IN $others
RETURN a.uid AS src, dst AS dst, {_TOLD}
"""

_ACROSS = f"""
UNWIND $uids AS src
MATCH (a:{{label}} {{{{uid: src}}}})
UNWIND $others AS dst
MATCH (b:{{other}} {{{{uid: dst}}}})
MATCH (a)-[r{{rels}}]->(b)
RETURN src AS src, dst AS dst, {_TOLD}
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
        for node, weight in _around(store, [shown[name] for name in frontier], allowed):
            if node.uid not in shown:
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
    asked = None if longer or a == b else _asked(store, a, b, max_hops, k, None if through_hubs else hub_cap)
    if asked is not None and asked.found:
        return asked
    ends = {node.uid: node for node in _nodes(store, [a, b])}
    for uid in (a, b):
        if uid not in ends:
            raise NothingFound(f"{uid} is not in the graph.")
    if asked is not None:
        return asked
    if a == b:
        return Paths(0, (Path((ends[a],), ()),), truncated=False)

    def around(uids: Collection[str]) -> dict[str, list[str]]:
        return _neighbours(store, uids, {"hubs": through_hubs, "cap": hub_cap, "ends": [a, b]})

    if longer:
        found = k_shortest(around, a, b, max_hops, k, max_seen=max_seen)
        names, truncated = found.paths, found.truncated
    else:
        names, truncated = _shortest(around, a, b, max_hops, k, max_seen)
    return Paths(len(names[0]) - 1 if names else 0, _spelled(store, names), truncated)


def _asked(store: Reader, a: str, b: str, max_hops: int, k: int, cap: int | None) -> Paths | None:
    """The shortest paths with the links of every step by one statement, the store's own search.

    None where the store cannot leave out hubs while it searches, or where it takes long: it tells every combination
    of the parallel links on a path apart.
    """
    if not store.one_index:
        return None
    query = _SHORTEST.format(label=EVERY, rels=_pattern(_EVIDENCE), hops=max_hops, quiet="" if cap is None else _QUIET)
    try:
        table = store.run(query, {"a": a, "b": b, "cap": cap, "most": k + 1}, limit=_MOST_ROWS, timeout=_PATIENCE)
    except QueryTimeout:
        return None
    nodes: dict[tuple[str, ...], tuple[Node, ...]] = {}
    links: dict[tuple[str, ...], list[list[Link]]] = {}
    for row in table.dicts():
        names = tuple(map(str, _list(row["names"])))
        here, there = names[_whole(row["step"]) :][:2]
        steps = links.setdefault(names, [[] for _ in names[1:]])
        steps[_whole(row["step"])].append(_link(row, *((here, there) if row["onward"] else (there, here))))
        if told := _list(row["nodes"]):
            pairs = zip(names, map(_list, told), strict=True)
            nodes[names] = tuple(Node(uid, str(kind), _whole(degree)) for uid, (kind, degree) in pairs)
    paths = [
        Path(nodes[names], tuple(tuple(sorted(step, key=_by_ends)) for step in links[names])) for names in sorted(nodes)
    ]
    return Paths(len(paths[0].links) if paths else 0, tuple(paths[:k]), truncated=len(paths) > k)


def _shortest(
    around: Around, a: str, b: str, max_hops: int, k: int, max_seen: int
) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """The ``k`` first of the shortest paths, as their nodes, and whether there are more or the search was cut."""
    depth: tuple[dict[str, int], dict[str, int]] = ({a: 0}, {b: 0})
    before: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    layers = [{a}, {b}]
    for _ in range(max_hops):
        side = 0 if len(layers[0]) <= len(layers[1]) else 1
        here, there = depth[side], depth[1 - side]
        level = here[next(iter(layers[side]))] + 1
        layer: set[str] = set()
        for near, others in around(layers[side]).items():
            for uid in others:
                if here.setdefault(uid, level) == level:
                    before[side][uid].add(near)
                    layer.add(uid)
        if meeting := layer & there.keys():
            first = _first_paths(a, b, k + 1, meeting, before)
            return tuple(first[:k]), len(first) > k
        if len(here) + len(there) > max_seen:
            return (), True
        layers[side] = layer
        if not layer:
            break
    return (), False


def _first_paths(
    a: str, b: str, k: int, meeting: set[str], before: tuple[Mapping[str, set[str]], Mapping[str, set[str]]]
) -> list[tuple[str, ...]]:
    """The ``k`` first paths through the nodes where the two searches met, in the order of their uids."""
    nexts: dict[str, set[str]] = defaultdict(set)
    for side, end in enumerate((a, b)):
        layer = meeting - {end}
        while layer:
            for uid in layer:
                for towards in before[side][uid]:
                    nexts[(towards, uid)[side]].add((uid, towards)[side])
            layer = {towards for uid in layer for towards in before[side][uid]} - {end}
    found: list[tuple[str, ...]] = []
    open_: list[tuple[str, ...]] = [(a,)]
    while open_ and len(found) < k:
        path = open_.pop()
        if path[-1] == b:
            found.append(path)
        else:
            open_ += [(*path, uid) for uid in sorted(nexts[path[-1]], reverse=True)]
    return found


def _spelled(store: Reader, paths: Collection[Sequence[str]]) -> tuple[Path, ...]:
    """Paths with the links of every step."""
    nodes = {node.uid: node for node in _nodes(store, {uid for names in paths for uid in names})}
    links: dict[frozenset[str], list[Link]] = defaultdict(list)
    for link in _between(store, nodes.values(), _EVIDENCE):
        links[frozenset((link.src, link.dst))].append(link)
    return tuple(
        Path(
            tuple(nodes[uid] for uid in names),
            tuple(tuple(links[frozenset(pair)]) for pair in itertools.pairwise(names)),
        )
        for names in paths
    )


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


def _pattern(rels: Sequence[str]) -> str:
    return ":" + "|".join(rels)


def _ask(
    store: Reader,
    query: str,
    nodes: Mapping[str, Sequence[str]],
    params: Mapping[str, object],
    rels: Sequence[str] = _EVIDENCE,
    other: str = "",
    pattern: str | None = None,
) -> Iterator[dict[str, JsonValue]]:
    """Rows of ``query`` for the uids of each label, some hundreds at a time; ``pattern`` instead of the relations."""
    for label in sorted(nodes) if rels else ():
        text = query.format(label=label, rels=_pattern(rels) if pattern is None else pattern, other=other)
        ordered = sorted(nodes[label])
        for at in range(0, len(ordered), _CHUNK):
            yield from store.run(text, {"uids": ordered[at : at + _CHUNK], **params}, limit=_MOST_ROWS).dicts()


def _by_label(store: Reader, nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Uids by the label under which the store looks for them."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        grouped[EVERY if store.one_index else node.label].append(node.uid)
    return grouped


def _wanted(store: Reader, uids: Iterable[str]) -> dict[str, list[str]]:
    """The same for nodes of which only the uids are known: each under every label it may have."""
    if store.one_index:
        return {EVERY: sorted(set(uids))}
    wanted: dict[str, list[str]] = defaultdict(list)
    for uid in set(uids):
        for label in _labels(uid):
            wanted[label].append(uid)
    return wanted


def _nodes(store: Reader, uids: Iterable[str]) -> list[Node]:
    rows = _ask(store, _NODE, _wanted(store, uids), {})
    return [Node(str(row["uid"]), str(row["kind"]), _whole(row["degree"])) for row in rows]


def _around(store: Reader, nodes: Iterable[Node], rels: list[str]) -> list[tuple[Node, int]]:
    """Neighbours with the number of statements on the links to them; one that is met from several sides comes again."""
    return [
        (Node(str(row["uid"]), str(row["kind"]), _whole(row["degree"])), _whole(row["weight"]))
        for row in _ask(store, _AROUND, _by_label(store, nodes), {}, rels)
    ]


def _neighbours(store: Reader, uids: Iterable[str], params: Mapping[str, object]) -> dict[str, list[str]]:
    """Uid -> its neighbours that may be gone to."""
    found: dict[str, list[str]] = {}
    for row in _ask(store, _NEIGHBOURS, _wanted(store, uids), params):
        if isinstance(row["uids"], list):
            found[str(row["near"])] = [str(uid) for uid in row["uids"]]
    return found


def _between(store: Reader, nodes: Collection[Node], rels: list[str]) -> list[Link]:
    """Links among nodes; the daily links of one relation become one.

    They are looked for at the end with fewer neighbours: a hub's thousands are gone through for other hubs only.
    """
    # What is found starts at a ring: links among all others are evidence, and not asking which is faster.
    nodes = [node for node in nodes if node.label != RING]
    pattern = "" if rels == _EVIDENCE else None
    most = math.inf if store.one_index else _BUSY  # a server takes longer to look up all pairs of hubs
    busy = _by_label(store, (node for node in nodes if node.degree > most))
    quiet = _by_label(store, (node for node in nodes if node.degree <= most))
    hubs = sorted(itertools.chain(*busy.values()))
    rows = itertools.chain(
        _ask(store, _OUT, quiet, {"others": sorted(node.uid for node in nodes)}, rels, pattern=pattern),
        _ask(store, _IN, quiet, {"others": hubs}, rels, pattern=pattern) if busy else (),
        *(_ask(store, _ACROSS, busy, {"others": uids}, rels, other, pattern) for other, uids in busy.items()),
    )
    return sorted((_link(row, str(row["src"]), str(row["dst"])) for row in rows), key=_by_ends)


def _link(row: Mapping[str, JsonValue], src: str, dst: str) -> Link:
    """Parallel links of one relation as one, from what :data:`_TOLD` returns."""
    first, last, records = _text(row["first"]), _text(row["last"]), _records(row["records"])
    return Link(src, str(row["rel"]), dst, _whole(row["n"]), first, last, records)


def _by_ends(link: Link) -> tuple[str, str, str]:
    return link.src, link.rel, link.dst


def _records(lists: object) -> tuple[str, ...]:
    """The first of the records of parallel links."""
    found = [one for one in _list(lists) if isinstance(one, list)]
    if len(found) == 1:
        return tuple(map(str, found[0]))
    return tuple(sorted({str(record) for one in found for record in one})[:RECORDS_SHOWN])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
