"""Connected parts of anything that has pairs."""

from __future__ import annotations

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray


def components(n: int, edges: pl.DataFrame) -> NDArray[np.int64]:
    """Smallest node of each of ``n`` nodes' connected component."""
    low = np.arange(n, dtype=np.int64)
    nodes, ends = np.unique(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]), return_inverse=True)
    if not len(nodes):
        return low
    u, v = np.split(ends, 2)
    graph = ig.Graph(n=len(nodes), edges=list(zip(u.tolist(), v.tolist(), strict=True)))
    member = np.asarray(graph.connected_components().membership, dtype=np.int64)
    first = np.unique(member, return_index=True)[1]
    low[nodes] = nodes[first][member]
    return low
