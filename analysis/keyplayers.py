"""Key players (Borgatti 2006, "Identifying sets of key players in a social network"): whose absence fragments a network
(KPP-NEG), and who together are nearest to everybody (KPP-POS). Sets, not rankings: two brokers of one gap are one too
many.

Small questions are answered exactly. Others by greedy choice and then Borgatti's swaps, from three starts: a member is
exchanged for somebody outside as long as that improves the set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb
from typing import Final

import igraph as ig
import numpy as np
from numpy.typing import NDArray

EXACT: Final = 3_000
"""Most sets that are tried one by one."""
SMALL: Final = 250
"""Up to so many nodes distances count in fragmentation; above, sizes of components alone."""
NEAR: Final = 2_000
"""Up to so many nodes all distances are held for reach; above, who is within two steps."""
CANDIDATES: Final = 25
"""Nodes tried in a search, the most central ones."""
_DIGITS: Final = 9

Value = Callable[[Sequence[int]], float]


def fragmentation(graph: ig.Graph) -> float:
    """Distance-weighted fragmentation (Borgatti's DF): 1 minus the mean of 1/distance over pairs."""
    n = graph.vcount()
    if n < 2:
        return 1.0
    if n > SMALL:
        sizes = np.asarray(graph.connected_components().sizes(), dtype=np.float64)
        return float(1 - (sizes * (sizes - 1)).sum() / (n * (n - 1)))
    distances = np.asarray(graph.distances(), dtype=np.float64)
    np.fill_diagonal(distances, np.inf)
    return float(1 - (1 / distances).sum() / (n * (n - 1)))


def without(graph: ig.Graph, nodes: Sequence[int]) -> ig.Graph:
    """The graph that is left when these nodes are gone."""
    gone = set(nodes)
    return graph.induced_subgraph([node for node in range(graph.vcount()) if node not in gone])


def exact(graph: ig.Graph, size: int) -> bool:
    """Whether key players of this graph are looked for among all sets."""
    return comb(graph.vcount(), min(size, graph.vcount())) <= EXACT


def disrupting(graph: ig.Graph, size: int, allowed: Sequence[int] | None = None) -> list[int]:
    """Up to ``size`` nodes (of ``allowed``) whose absence fragments the rest most; the most fragmenting one first.

    Fewer when fewer do as much. Between equal sets the one of the smaller nodes.
    """
    pool = list(range(graph.vcount())) if allowed is None else sorted(allowed)
    if not graph.ecount():
        return []
    return _best(pool, size, lambda chosen: fragmentation(without(graph, chosen)), _central(graph, pool))


def reaching(graph: ig.Graph, size: int) -> list[int]:
    """Up to ``size`` nodes from whom the mean of 1/distance to everybody is largest (Borgatti's DR); best one first.

    Fewer when fewer reach as much.
    """
    if not graph.ecount():
        return []
    pool = list(range(graph.vcount()))
    near = _nearness(graph)
    return _best(pool, size, lambda chosen: float(near[list(chosen)].max(axis=0).mean()), _central(graph, pool))


def _nearness(graph: ig.Graph) -> NDArray[np.float64]:
    """1/distance between all pairs, 1 for a node itself; in large graphs 1 and 1/2 within two steps, else 0."""
    n = graph.vcount()
    if n <= NEAR:
        distances = np.asarray(graph.distances(), dtype=np.float64)
        np.fill_diagonal(distances, 1.0)
        return 1 / distances
    near = np.zeros((n, n))
    for node, around in enumerate(graph.neighborhood(order=2)):
        near[node, around] = 0.5
    for node, around in enumerate(graph.neighborhood(order=1)):
        near[node, around] = 1.0
    return near


def _central(graph: ig.Graph, pool: Sequence[int]) -> list[list[int]]:
    """``pool`` ranked by betweenness and by degree."""
    between, degree = graph.betweenness(), graph.degree()
    return [
        sorted(pool, key=lambda i: (-round(between[i], _DIGITS), -degree[i], i)),
        sorted(pool, key=lambda i: (-degree[i], -round(between[i], _DIGITS), i)),
    ]


def _best(pool: Sequence[int], size: int, value: Value, ranked: Sequence[Sequence[int]]) -> list[int]:
    """The best set of up to ``size``, no larger than it must be, in the order in which each adds most."""
    size = min(size, len(pool))
    known: dict[tuple[int, ...], float] = {}

    def worth(chosen: Sequence[int]) -> float:
        key = tuple(sorted(chosen))
        if key not in known:
            known[key] = round(value(key), _DIGITS)
        return known[key]

    if comb(len(pool), size) <= EXACT:
        best = max((_all(pool, k, worth) for k in range(size, 0, -1)), key=lambda c: (worth(c), -len(c)), default=[])
    else:
        best = _searched(size, worth, ranked)
        while len(best) > 1:
            fewer = max([[i for i in best if i != out] for out in sorted(best)], key=worth)
            if worth(fewer) < worth(best):
                break
            best = fewer
    return _in_order(best, worth)


def _all(pool: Sequence[int], k: int, worth: Value) -> list[int]:
    best: tuple[int, ...] = max(combinations(pool, k), key=lambda c: (worth(c), tuple(-i for i in c)))
    return list(best)


def _searched(k: int, worth: Value, ranked: Sequence[Sequence[int]]) -> list[int]:
    tried = list(dict.fromkeys(node for order in ranked for node in order[:CANDIDATES]))
    greedy: list[int] = []
    while len(greedy) < k and (left := [node for node in tried if node not in greedy]):
        greedy.append(max(left, key=lambda node: (worth([*greedy, node]), -node)))
    starts = [greedy, *(list(order[:k]) for order in ranked)]
    return max((_swapped(start, tried, worth) for start in starts), key=lambda c: (worth(c), [-i for i in sorted(c)]))


def _swapped(chosen: list[int], tried: Sequence[int], worth: Value) -> list[int]:
    """Exchange one inside for one outside as long as that improves the set."""
    while True:
        swaps = [
            [*(node for node in chosen if node != out), inside]
            for out in sorted(chosen)
            for inside in tried
            if inside not in chosen
        ]
        better = max(swaps, key=worth, default=chosen)
        if worth(better) <= worth(chosen):
            return chosen
        chosen = better


def _in_order(chosen: Sequence[int], worth: Value) -> list[int]:
    left, out = sorted(chosen), list[int]()
    while left:
        first = max(left, key=lambda node: (worth([*out, node]), -node))
        left.remove(first)
        out.append(first)
    return out
