"""Communities: Leiden with the constant Potts model over hands, one supported component at a time.

A hand is what structural ties make one (a line, its card and device, the profiles it recovers, its holder): detection
must not depend on how many identifiers of a hand some custodian happened to disclose, so a hand weighs one, and a thing
that a single report names and nothing else ties weighs less. Per component with sorted vertices and edges and a seed
from its smallest uid, incremental, full and distributed runs agree.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.joining import rejoined
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.parts import Edges
from analysis.support import Support


@dataclass(frozen=True)
class Hands:
    """``of``: hand of every node (its smallest node); ``weight``: node weight of every hand, by its smallest node."""

    of: NDArray[np.int64]
    weight: NDArray[np.float64]


def weigh_hands(evidence: Evidence, support: Support, hand: NDArray[np.int64]) -> Hands:
    """Weights of hands: one, or ``light_hand`` for one thing that a single voice names."""
    size = np.bincount(hand, minlength=len(hand))
    voices = (
        support.names.with_columns(pl.Series("hand", hand[support.names["node"].to_numpy()], dtype=pl.Int64))
        .group_by("hand")
        .agg(pl.col("voice").n_unique().alias("voices"))
    )
    heard = np.zeros(len(hand), dtype=np.int64)
    heard[voices["hand"].to_numpy()] = voices["voices"].to_numpy()
    weight = np.where((size >= 2) | (heard >= 2), 1.0, evidence.params.light_hand)
    return Hands(hand, weight)


def seed_of(uid: str) -> int:
    """Seed of a component, from its smallest uid: the same wherever the component is solved."""
    return int.from_bytes(hashlib.sha256(uid.encode()).digest()[:6])


def solve(evidence: Evidence, edges: pl.DataFrame, part: NDArray[np.int64], hands: Hands) -> NDArray[np.int64]:
    """Community of every node (its smallest node), -1 outside of supported components.

    ``edges`` as :class:`analysis.network.Network` gives them.
    """
    out = part.copy()
    between = (
        edges.with_columns(
            pl.Series("a", hands.of[edges["u"].to_numpy()], dtype=pl.Int64),
            pl.Series("b", hands.of[edges["v"].to_numpy()], dtype=pl.Int64),
        )
        .filter(pl.col("a") != pl.col("b"))
        .select(pl.min_horizontal("a", "b").alias("u"), pl.max_horizontal("a", "b").alias("v"), "w")
        .group_by("u", "v")
        .agg(pl.col("w").sum().round(9))
        .sort("u", "v")
    )
    by_hand = part.copy()
    for nodes, of_part in slices(between, part):
        uid = uid_of(evidence, int(nodes[0]))
        member = leiden(of_part, hands.weight[nodes], seed_of(uid), evidence.params)
        member = rejoined(of_part, member, evidence.params)
        low = np.full(int(member.max(initial=0)) + 1, np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(low, member, nodes)
        by_hand[nodes] = low[member]
    inside = part >= 0
    out[inside] = by_hand[hands.of[inside]]
    return out


def slices(edges: pl.DataFrame, part: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Edges]]:
    """Nodes and edges of each component, edges renumbered to positions among its nodes; by smallest node."""
    if not edges.height:
        return
    tagged = edges.with_columns(pl.Series("part", part[edges["u"].to_numpy()], dtype=pl.Int64)).sort("part", "u", "v")
    of, u, v, w = (tagged[name].to_numpy() for name in ("part", "u", "v", "w"))
    starts = np.flatnonzero(np.diff(of, prepend=of[0] - 1)).tolist()
    for start, end in pairwise([*starts, len(of)]):
        nodes = np.unique(np.concatenate([u[start:end], v[start:end]])).astype(np.int64)
        a, b = np.searchsorted(nodes, u[start:end]), np.searchsorted(nodes, v[start:end])
        yield nodes, Edges(a, b, w[start:end])


def leiden(edges: Edges, sizes: NDArray[np.float64], seed: int, params: Params) -> NDArray[np.int64]:
    """Community number of connected vertices with these sizes (Traag et al. 2019, CPM with node weights)."""
    if float(sizes.sum()) <= 2 * float(np.sqrt(edges.w.min() / params.gamma)):
        return np.zeros(len(sizes), dtype=np.int64)  # one community is an optimum: any cut loses more than it gains
    weights = edges.w.tolist()
    graph = ig.Graph(n=len(sizes), edges=list(zip(edges.u.tolist(), edges.v.tolist(), strict=True)))
    ig.set_random_number_generator(random.Random(seed))
    try:
        found = graph.community_leiden(
            objective_function="CPM", weights=weights, node_weights=sizes.tolist(), resolution=params.gamma,
            n_iterations=params.leiden_iterations,
        )  # fmt: skip
    finally:
        ig.set_random_number_generator(random)
    return np.asarray(found.membership, dtype=np.int64)
