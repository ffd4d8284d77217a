"""Anything that has pairs: its connected parts, and each pair seen from both ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray


class Edges(NamedTuple):
    """Weighted edges between the positions of a few nodes: a frame for each of a thousand components takes longer
    than what is asked of it."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    w: NDArray[np.float64]


def components(n: int, edges: pl.DataFrame) -> NDArray[np.int64]:
    """Smallest node of each of ``n`` nodes' connected component; ``edges`` are pairs ``u, v`` of nodes."""
    return connected(n, *(edges[side].to_numpy().astype(np.int64) for side in ("u", "v")))


def connected(n: int, u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.int64]:
    """Smallest node of each of ``n`` nodes' connected component, by the ends of its edges.

    Each round hooks every part to the smallest part it has an edge to, follows the hooks to their ends and keeps the
    edges that still join two parts (Shiloach and Vishkin 1982): a run needs many of these, on millions of pairs, and
    igraph takes ten times as long to be given the pairs.
    """
    low = np.arange(n, dtype=np.int64)
    while (apart := u != v).any():
        u, v = u[apart], v[apart]
        high, less = np.maximum(u, v), np.minimum(u, v)
        np.minimum.at(low, high, less)
        while not np.array_equal(further := low[low[high]], low[high]):
            low[high] = further
        u, v = low[high], low[less]
    while not np.array_equal(further := low[low], low):
        low = further
    return low


def both_ends(pairs: pl.DataFrame, of: tuple[str, str], names: tuple[str, str], *kept: str) -> pl.DataFrame:
    """Each pair twice, from either end: the columns ``of`` as ``names`` (this end, the other one), then the columns
    ``kept``."""
    (a, b), (this, other) = of, names
    return pl.concat([pairs.select(pl.col(x).alias(this), pl.col(y).alias(other), *kept) for x, y in ((a, b), (b, a))])
