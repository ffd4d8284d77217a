"""Communities: Leiden with the constant Potts model, one supported component at a time.

Per component with sorted vertices and edges and a seed from its smallest uid, so that incremental, full and distributed
runs agree (prototype measurements: whole-graph Leiden differs from run to run, per component it does not).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence, uid_of
from analysis.params import Params


def seed_of(uid: str) -> int:
    """Seed of a component, from its smallest uid: the same wherever the component is solved."""
    return int.from_bytes(hashlib.sha256(uid.encode()).digest()[:6])


def solve(evidence: Evidence, edges: pl.DataFrame, part: NDArray[np.int64]) -> NDArray[np.int64]:
    """Community of every node (its smallest node), -1 outside of supported components.

    ``edges`` as :class:`analysis.network.Network` gives them.
    """
    out = part.copy()
    for nodes, rows in slices(edges, part):
        member = leiden(len(nodes), rows, seed_of(uid_of(evidence, int(nodes[0]))), evidence.params)
        low = np.full(int(member.max(initial=0)) + 1, np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(low, member, nodes)
        out[nodes] = low[member]
    return out


def slices(edges: pl.DataFrame, part: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], pl.DataFrame]]:
    """Nodes and edges of each component, edges renumbered to positions among its nodes; by smallest node."""
    if not edges.height:
        return
    tagged = edges.with_columns(pl.Series("part", part[edges["u"].to_numpy()], dtype=pl.Int64)).sort("part", "u", "v")
    for rows in tagged.partition_by("part", maintain_order=True):
        u, v = rows["u"].to_numpy(), rows["v"].to_numpy()
        nodes = np.unique(np.concatenate([u, v])).astype(np.int64)
        yield (
            nodes,
            rows.select(
                pl.Series("u", np.searchsorted(nodes, u), dtype=pl.UInt32),
                pl.Series("v", np.searchsorted(nodes, v), dtype=pl.UInt32),
                "w",
            ),
        )


def leiden(n: int, edges: pl.DataFrame, seed: int, params: Params) -> NDArray[np.int64]:
    """Community number of ``n`` connected nodes, refined until nothing moves (Traag et al. 2019, CPM)."""
    weights = edges["w"].to_list()
    if n <= 2 * float(np.sqrt(min(weights) / params.gamma)):
        return np.zeros(n, dtype=np.int64)  # one community is an optimum: any cut loses more than it gains
    graph = ig.Graph(n=n, edges=list(zip(edges["u"].to_list(), edges["v"].to_list(), strict=True)))
    ig.set_random_number_generator(random.Random(seed))
    try:
        found = graph.community_leiden(
            objective_function="CPM", weights=weights, resolution=params.gamma, n_iterations=params.leiden_iterations
        )
    finally:
        ig.set_random_number_generator(random)
    return np.asarray(found.membership, dtype=np.int64)
