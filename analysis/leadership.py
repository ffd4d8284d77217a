"""Who stands out in a network, and how sure that is when links and nodes are missing. A position, not a role."""

from __future__ import annotations

from typing import Final

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

SAMPLES: Final = 24
"""Networks with missing links and nodes behind the band."""
MISSING: Final = 0.1

Weights = NDArray[np.float64]


def eigenvector(graph: ig.Graph, weights: Weights) -> Weights:
    """Eigenvector centrality by power iteration on A + I (converges on bipartite graphs too), largest is 1."""
    n = graph.vcount()
    ends = np.asarray(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    x = np.ones(n)
    for _ in range(500):
        new = x.copy()
        new += np.bincount(ends[:, 0], weights * x[ends[:, 1]], n) + np.bincount(ends[:, 1], weights * x[ends[:, 0]], n)
        top = new.max(initial=0.0)
        new = new / top if top else new
        if np.abs(new - x).max(initial=0.0) < 1e-10:
            return new
        x = new
    return x


def _ranks(values: Weights) -> Weights:
    """Ranks from 0 to 1, equal values share the mean rank."""
    if len(values) < 2:
        return np.zeros(len(values))
    rounded = np.round(values, 9)
    ordered = np.sort(rounded)
    middle = (np.searchsorted(ordered, rounded, "left") + np.searchsorted(ordered, rounded, "right") - 1) / 2
    return np.asarray(middle / (len(values) - 1))


def leadership(graph: ig.Graph, weights: Weights, flow: ig.Graph, flow_weights: Weights) -> Weights:
    """Mean rank (0-1) by betweenness and page rank of ``flow`` and eigenvector centrality of ``graph``."""
    if not graph.vcount():
        return np.zeros(0)
    parts = (flow.betweenness(), eigenvector(graph, weights), flow.pagerank(weights=flow_weights.tolist()))
    return np.asarray(sum(_ranks(np.asarray(part, dtype=np.float64)) for part in parts) / len(parts))


def samples(n: int) -> int:
    """Networks with missing links and nodes behind the band of ``n`` nodes."""
    return SAMPLES if n <= 1_000 else 8


def band(graph: ig.Graph, weights: Weights, arcs: pl.DataFrame | None, seed: int) -> tuple[Weights, Weights]:
    """5th and 95th percentile of ``leader`` when a tenth of the links and of the nodes is missing. A node says nothing
    where it is missing itself."""
    n, m = graph.vcount(), graph.ecount()
    if m < 2:
        same = leadership(graph, weights, graph, weights)
        return same, same
    rng = np.random.Generator(np.random.PCG64(seed))
    values = np.full((samples(n), n), np.nan)
    ends = np.asarray(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    for sample in values:
        gone = rng.permutation(n)[: round(n * MISSING)]
        lost = rng.random(m) < MISSING
        there = np.ones(n, dtype=np.bool_)
        there[gone] = False
        kept = np.flatnonzero(there[ends[:, 0]] & there[ends[:, 1]] & ~lost)
        position = np.cumsum(there) - 1
        rest = ig.Graph(n=int(there.sum()), edges=position[ends[kept]].tolist())
        if arcs is None:
            sample[there] = leadership(rest, weights[kept], rest, weights[kept])
            continue
        pairs = {(int(ends[i, 0]), int(ends[i, 1])) for i in kept}
        left = [
            (int(position[u]), int(position[v]), w) for u, v, w in arcs.iter_rows() if (min(u, v), max(u, v)) in pairs
        ]
        flow = ig.Graph(n=int(there.sum()), edges=[(u, v) for u, v, _ in left], directed=True)
        sample[there] = leadership(rest, weights[kept], flow, np.asarray([w for _, _, w in left]))
    whole = leadership(graph, weights, graph, weights)
    values = np.where(np.isnan(values).all(axis=0), whole, values)
    return np.nanpercentile(values, 5, axis=0), np.nanpercentile(values, 95, axis=0)
