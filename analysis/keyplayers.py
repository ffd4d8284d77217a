"""Key players (Borgatti 2006): whose removal fragments a network, and who together reach most of it. Greedy search."""

from __future__ import annotations

from typing import Final

import igraph as ig
import numpy as np

SMALL: Final = 400
"""Up to so many nodes distances count; above, fragmentation is by component sizes."""
CANDIDATES: Final = 40
"""Nodes tried in each step, the most central ones."""


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


def disrupting(graph: ig.Graph, size: int) -> list[int]:
    """Up to ``size`` nodes whose removal, one after the other, fragments the rest most; ties go to the smaller node."""
    left = list(range(graph.vcount()))
    chosen: list[int] = []
    while len(chosen) < size and len(left) > 2:
        rest = graph.induced_subgraph(left)
        if not rest.ecount():
            break
        central = rest.betweenness()
        degree = rest.degree()
        tried = sorted(range(len(left)), key=lambda i: (-central[i], -degree[i], i))[:CANDIDATES]
        best = max(tried, key=lambda i: (round(fragmentation(_without(rest, i)), 9), -i))
        chosen.append(left.pop(best))
    return chosen


def _without(graph: ig.Graph, node: int) -> ig.Graph:
    copy = graph.copy()
    copy.delete_vertices([node])
    return copy


def reaching(graph: ig.Graph, size: int, steps: int = 2) -> list[int]:
    """Up to ``size`` nodes that together reach most others within ``steps``; ties: better connected, smaller."""
    around = [frozenset(found) for found in graph.neighborhood(order=steps)] if graph.vcount() else []
    degree = graph.degree()
    chosen: list[int] = []
    reached: set[int] = set()
    while len(chosen) < size:
        free = [i for i in range(len(around)) if i not in chosen]
        best = max(free, key=lambda i: (len(around[i] - reached), degree[i], -i), default=None)
        if best is None or not around[best] - reached:
            break
        chosen.append(best)
        reached |= around[best]
    return chosen
