"""Paths of evidence between two nodes of a graph store: by its own search, or from both ends a step at a time.

Rings written back to the graph are findings, not evidence: nothing here goes through them. Hubs (more than
``hub_cap`` neighbours) are not gone through, unless asked.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from graph.errors import NothingFound, QueryTimeout
from graph.stores.asking import (
    EVIDENCE,
    HUB_CAP,
    MOST_ROWS,
    TOLD,
    ask,
    by_ends,
    by_possible_label,
    joined,
    links_among,
    listed,
    nodes_of,
    pattern_of,
    whole,
)
from graph.stores.base import EVERY, Link, Node, Path, Paths, Reader
from graph.stores.longer import Around, k_shortest

_NEIGHBOURS = """
UNWIND $uids AS near
MATCH (a:{label} {{uid: near}})-[{rels}]-(b)
WHERE $hubs OR coalesce(b.degree, 0) <= $cap OR b.uid IN $ends
RETURN near AS near, collect(DISTINCT b.uid) AS uids
"""

_SHORTEST = f"""
MATCH p = allShortestPaths((a:{{label}} {{{{uid: $a}}}})-[{{rels}}*..{{hops}}]-(b:{{label}} {{{{uid: $b}}}})){{quiet}}
WITH DISTINCT nodes(p) AS met
WITH met, [x IN met | x.uid] AS names ORDER BY names LIMIT $most
UNWIND range(0, size(met) - 2) AS step
WITH met, names, step, met[step] AS here, met[step + 1] AS there
MATCH (here)-[r]-(there)
WITH met, names, step, startNode(r) = here AS onward, {TOLD}
RETURN names AS names, CASE step WHEN 0 THEN [x IN met | [labels(x)[0], coalesce(x.degree, 0)]] END AS nodes,
       step AS step, onward AS onward, rel AS rel, n AS n, first AS first, last AS last, records AS records
"""

_QUIET = " WHERE all(x IN nodes(p) WHERE coalesce(x.degree, 0) <= $cap OR x.uid IN [$a, $b])"

_PATIENCE: Final = 2.0
"""Seconds for the store's own search."""


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
    ends = {node.uid: node for node in nodes_of(store, [a, b])}
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
    query = _SHORTEST.format(label=EVERY, rels=pattern_of(EVIDENCE), hops=max_hops, quiet="" if cap is None else _QUIET)
    try:
        table = store.run(query, {"a": a, "b": b, "cap": cap, "most": k + 1}, limit=MOST_ROWS, timeout=_PATIENCE)
    except QueryTimeout:
        return None
    nodes: dict[tuple[str, ...], tuple[Node, ...]] = {}
    links: dict[tuple[str, ...], list[list[Link]]] = {}
    for row in table.dicts():
        names = tuple(map(str, listed(row["names"])))
        here, there = names[whole(row["step"]) :][:2]
        steps = links.setdefault(names, [[] for _ in names[1:]])
        steps[whole(row["step"])].append(joined(row, *((here, there) if row["onward"] else (there, here))))
        if told := listed(row["nodes"]):
            pairs = zip(names, map(listed, told), strict=True)
            nodes[names] = tuple(Node(uid, str(kind), whole(degree)) for uid, (kind, degree) in pairs)
    paths = [
        Path(nodes[names], tuple(tuple(sorted(step, key=by_ends)) for step in links[names])) for names in sorted(nodes)
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
    nodes = {node.uid: node for node in nodes_of(store, {uid for names in paths for uid in names})}
    links: dict[frozenset[str], list[Link]] = defaultdict(list)
    for link in links_among(store, nodes.values(), EVIDENCE):
        links[frozenset((link.src, link.dst))].append(link)
    return tuple(
        Path(
            tuple(nodes[uid] for uid in names),
            tuple(tuple(links[frozenset(pair)]) for pair in itertools.pairwise(names)),
        )
        for names in paths
    )


def _neighbours(store: Reader, uids: Iterable[str], params: Mapping[str, object]) -> dict[str, list[str]]:
    """Uid -> its neighbours that may be gone to."""
    found: dict[str, list[str]] = {}
    for row in ask(store, _NEIGHBOURS, by_possible_label(store, uids), params):
        if isinstance(row["uids"], list):
            found[str(row["near"])] = [str(uid) for uid in row["uids"]]
    return found
