"""Communities of any network by the method that suits it: tried side by side, the steadiest one taken.

Leiden with modularity suits middling communities, Leiden with the constant Potts model (resolution: density of the
network) also small ones in large networks, Infomap those between which little flows. Which of them is right for given
data nobody knows beforehand, but a partition that changes when a tenth of the links is missing says little; so each
method is run on such samples, and the one that agrees with itself most is taken. Where the found partition is no
better than what the same degrees at random give, there are no communities, and the connected components are shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import igraph as ig
import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

SAMPLES: Final = 8
"""Networks with missing links on which each method is tried."""
MISSING: Final = 0.1
LARGE: Final = 1_000
"""Nodes from which only Leiden is tried, on fewer samples."""
RANDOM: Final = 12
"""Networks of the same degrees with which the modularity is compared."""
SURPRISE: Final = 2.0
"""Standard deviations above random that make communities."""
STEADY: Final = 0.6
"""Steadiness that makes communities where random networks divide as well."""
FEW: Final = 6
"""Nodes up to which a component is not divided."""
CLOSE: Final = 0.02
"""Difference of steadiness that decides nothing; the method named first is taken."""

Weights = NDArray[np.float64]
Partition = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grouped:
    """``member``: community of each node, 0 the largest. ``chosen`` and ``why`` say how; ``compared`` holds each
    method's communities, modularity and steadiness (mean adjusted Rand index with itself under missing links)."""

    member: Partition
    chosen: str
    why: str
    compared: tuple[Mapping[str, JsonValue], ...] = ()
    surprise: float | None = None


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """igraph's random numbers from a seed, and the usual ones again afterwards."""
    ig.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        ig.set_random_number_generator(random)


def _modularity(graph: ig.Graph, weights: Weights) -> list[int]:
    found = graph.community_leiden(objective_function="modularity", weights=weights.tolist(), n_iterations=10)
    return list(found.membership)


def _potts(graph: ig.Graph, weights: Weights) -> list[int]:
    n = graph.vcount()
    density = 2 * float(weights.sum()) / (n * (n - 1))
    found = graph.community_leiden(
        objective_function="CPM", weights=weights.tolist(), resolution=density, n_iterations=10
    )
    return list(found.membership)


def _flow(graph: ig.Graph, weights: Weights) -> list[int]:
    return list(graph.community_infomap(edge_weights=weights.tolist(), trials=5).membership)


_METHODS: Final[tuple[tuple[str, Callable[[ig.Graph, Weights], list[int]]], ...]] = (
    ("Leiden, modularity", _modularity),
    ("Leiden, CPM", _potts),
    ("Infomap", _flow),
)


def communities(graph: ig.Graph, weights: Weights, seed: int) -> Grouped:
    """Communities of a simple undirected weighted graph. Deterministic in ``graph``, ``weights`` and ``seed``."""
    n = graph.vcount()
    parts = graph.connected_components()
    whole = np.asarray(parts.membership, dtype=np.int64)
    if max(parts.sizes(), default=0) <= FEW:
        return Grouped(_numbered(whole), "connected components", f"no component has more than {FEW} nodes")
    methods = _METHODS if n <= LARGE else _METHODS[:2]
    tried = [_tried(name, divide, graph, weights, seed) for name, divide in methods]
    compared: tuple[dict[str, JsonValue], ...] = tuple(
        {"method": one.method, "communities": int(one.member.max()) + 1, "modularity": one.modularity,
         "stability": one.steady}
        for one in tried
    )  # fmt: skip
    surprise = _surprise(graph, seed)
    dividing = [one for one in tried if _divides(one.member, len(parts))]
    if not dividing:
        return Grouped(_numbered(whole), "connected components", "no method divides it further", compared, surprise)
    best = max(one.steady for one in dividing)
    taken = next(one for one in dividing if one.steady >= best - CLOSE)
    why = f"agrees with itself most when links are missing ({taken.steady:.2f})"
    if surprise < SURPRISE and taken.steady < STEADY:
        why = "no division is steady, and networks of the same degrees at random divide as well"
        return Grouped(_numbered(whole), "connected components", why, compared, surprise)
    if surprise < SURPRISE:
        why += "; networks of the same degrees at random divide as well: read with care"
    return Grouped(_numbered(taken.member), taken.method, why, compared, surprise)


@dataclass(frozen=True, slots=True)
class _Tried:
    method: str
    member: Partition
    steady: float
    modularity: float


def _divides(member: Partition, parts: int) -> bool:
    """Whether there are more communities than components, and most nodes are not left alone."""
    sizes = np.bincount(member)
    return len(sizes) > parts and int((sizes == 1).sum()) * 3 <= len(member)


def _tried(
    name: str, divide: Callable[[ig.Graph, Weights], list[int]], graph: ig.Graph, weights: Weights, seed: int
) -> _Tried:
    with seeded(seed):
        member = np.asarray(divide(graph, weights), dtype=np.int64)
    rng = np.random.Generator(np.random.PCG64(seed))
    m, samples = graph.ecount(), SAMPLES if graph.vcount() <= LARGE else 3
    agreed: list[float] = []
    for sample in range(samples):
        keep = np.sort(rng.permutation(m)[: max(1, round(m * (1 - MISSING)))])
        thinned = graph.subgraph_edges(keep.tolist(), delete_vertices=False)
        with seeded(seed + 1 + sample):
            other = divide(thinned, weights[keep])
        agreed.append(_agreement(member.tolist(), other))
    quality = graph.modularity(member.tolist(), weights=weights.tolist())
    return _Tried(name, member, round(float(np.mean(agreed)), 3), round(float(quality), 3))


def _agreement(one: list[int], other: list[int]) -> float:
    """Adjusted Rand index; 1 where both are one community or all alone."""
    if max(one) == max(other) and max(one) in (0, len(one) - 1):
        return 1.0
    found = float(ig.compare_communities(one, other, method="adjusted_rand"))
    return 0.0 if np.isnan(found) else found


def _surprise(graph: ig.Graph, seed: int) -> float:
    """By how many standard deviations the modularity (unweighted) exceeds that of rewired networks."""
    flat = np.ones(graph.ecount())
    with seeded(seed):
        own = graph.modularity(_modularity(graph, flat))
        found: list[float] = []
        for _ in range(RANDOM if graph.vcount() <= LARGE else 4):
            other = graph.copy()
            other.rewire(n=10 * graph.ecount())
            found.append(other.modularity(_modularity(other, flat)))
    spread = max(float(np.std(found)), 1e-3)
    return round((float(own) - float(np.mean(found))) / spread, 2)


def _numbered(member: Partition) -> Partition:
    """Community numbers from 0, largest first, then by smallest node."""
    groups = sorted((np.flatnonzero(member == g).tolist() for g in np.unique(member)), key=lambda g: (-len(g), g[0]))
    out = np.empty(len(member), dtype=np.int64)
    for number, group in enumerate(groups):
        out[group] = number
    return out
