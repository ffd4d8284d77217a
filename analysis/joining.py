"""Communities that are one crew after all: tied by many hands on both sides, not through one.

A resolution fine enough to part two crews that share a mule breaks a crew of forty into pieces. What tells the two
apart is not how much ties the pieces but through whom: take one hand out, and what held two crews together is gone.
Pieces are therefore joined where pairs of hands, no hand in two of them (a matching), tie a good share of the smaller
one to the other, or are many; and a hand alone goes where nearly all its ties go.

In a town where many know many, large pieces are tied by several pairs to every other one. So a fair share of all pairs
between the two must be tied as well, or the other one must be where a good part of the smaller one's outside ties go:
pieces of one crew have few others to be tied to.
"""

from __future__ import annotations

import math
from collections import defaultdict

import igraph as ig
import numpy as np
from numpy.typing import NDArray

from analysis.params import Params
from analysis.parts import Edges

_ROUNDS = 20


def rejoined(edges: Edges, member: NDArray[np.int64], params: Params) -> NDArray[np.int64]:
    """Community of every vertex of one component, pieces of one crew joined.

    Args:
        edges: edges between vertices of the component.
        member: their communities.
        params: ``join_hands``, ``join_share``, ``join_many``, ``join_density``, ``join_part`` and ``join_lone``.

    Communities keep the smallest number of those they are joined of, so the answer does not depend on any order.
    """
    out = member.astype(np.int64, copy=True)
    ends = list(zip(edges.u.tolist(), edges.v.tolist(), edges.w.tolist(), strict=True))
    for _ in range(_ROUNDS):
        if len(np.unique(out)) < 2:
            break
        between, inside, size = _between(ends, out)
        taken: set[int] = set()
        for _, a, b in sorted(_worth(between, inside, size, params)):
            if a not in taken and b not in taken:
                taken |= {a, b}
                out[out == max(a, b)] = min(a, b)
        if not taken:
            break
    return out


Between = dict[tuple[int, int], list[tuple[int, int, float]]]


def _between(
    ends: list[tuple[int, int, float]], member: NDArray[np.int64]
) -> tuple[Between, dict[int, float], dict[int, int]]:
    """Ties between each two communities, weight of the ties inside each, and number of hands of each."""
    between: Between = defaultdict(list)
    inside: dict[int, float] = defaultdict(float)
    for u, v, w in ends:
        a, b = int(member[u]), int(member[v])
        if a != b:
            between[min(a, b), max(a, b)].append((u, v, w) if a < b else (v, u, w))
        else:
            inside[a] += w
    numbers, counts = np.unique(member, return_counts=True)
    return between, inside, dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def _worth(
    between: Between, inside: dict[int, float], size: dict[int, int], params: Params
) -> list[tuple[float, int, int]]:
    """Pairs to join, best first: ``(-how far above what is needed, a, b)``."""
    outside: dict[int, float] = defaultdict(float)
    for (a, b), ties in between.items():
        weight = sum(w for _, _, w in ties)
        outside[a] += weight
        outside[b] += weight
    found = []
    for (a, b), ties in between.items():
        small = a if size[a] <= size[b] else b
        weight = sum(w for _, _, w in ties)
        if min(size[a], size[b]) == 1:
            lone = [one for one in (a, b) if size[one] == 1]
            share = max(weight / outside[one] for one in lone)
            if share >= params.join_lone:
                found.append((-share, a, b))
            continue
        need = max(params.join_hands, min(params.join_many, math.ceil(params.join_share * size[small])))
        dense = len(ties) >= params.join_density * size[a] * size[b]
        mostly = weight >= params.join_part * outside[small]
        firmly = weight >= params.join_inside * inside[small]
        if firmly and (dense or mostly) and (pairs := _matching(ties)) >= need:
            found.append((-1 - pairs / need, a, b))
    return found


def _matching(ties: list[tuple[int, int, float]]) -> int:
    """Most ties of which no two share a hand."""
    left = {node: n for n, node in enumerate(sorted({u for u, _, _ in ties}))}
    right = {node: n + len(left) for n, node in enumerate(sorted({v for _, v, _ in ties}))}
    if len(left) == 1 or len(right) == 1:
        return 1
    graph = ig.Graph(n=len(left) + len(right), edges=[(left[u], right[v]) for u, v, _ in ties])
    graph.vs["side"] = [False] * len(left) + [True] * len(right)
    return len(graph.maximum_bipartite_matching(types="side"))
