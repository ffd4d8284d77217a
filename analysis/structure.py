"""Structure of any network of links: communities, centralities, brokers, key players. Positions, not guilt.

Works on the links of a ring and on plain networks of calls or meetings alike. The graph is simple, undirected and
weighted (links between the same two add up). All results are deterministic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

from analysis.communities import seed_of
from analysis.keyplayers import disrupting, reaching

SAMPLES: Final = 24
"""Networks with missing links behind the band of ``leader``."""
MISSING: Final = 0.1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StructureNode(_Part):
    """Position of one node. ``broker`` is 1 minus Burt's constraint; ``leader`` the mean rank (0-1) by betweenness,
    eigenvector and page rank, with the band it keeps when a tenth of the links is missing."""

    uid: str
    label: str
    community: int
    degree: int
    betweenness: float
    eigenvector: float
    pagerank: float
    core: int
    broker: float
    leader: float
    leader_low: float
    leader_high: float


class Community(_Part):
    """``density``: share of possible links present; ``cohesion``: share of its members' weight that stays inside."""

    community: int
    size: int
    density: float
    cohesion: float


class KeyPlayers(_Part):
    """``disrupt``: whose absence fragments the network most; ``reach``: who together reach most in two steps."""

    disrupt: tuple[str, ...]
    reach: tuple[str, ...]


class Structure(_Part):
    """What ``halqa structure`` prints."""

    nodes: tuple[StructureNode, ...]
    communities: tuple[Community, ...]
    key_players: KeyPlayers
    method: dict[str, JsonValue]
    truncated: bool


def structure(nodes: pl.DataFrame, links: pl.DataFrame, *, key_players: int = 5, limit: int = 5_000) -> dict[str, Any]:
    """JSON of ``halqa structure`` (the fields of :class:`Structure`).

    ``nodes``: ``uid, label``. ``links``: ``src, dst`` as uids and, if the source gave a count, ``number``; a row
    without one counts one. Nodes without a link are left out. Above ``limit`` nodes the best connected ones are kept
    and ``truncated`` says so.
    """
    labels = dict(nodes.select("uid", "label").iter_rows())
    return measure(links, labels, key_players=key_players, limit=limit).model_dump(mode="json")


def measure(links: pl.DataFrame, labels: Mapping[str, str], *, key_players: int = 5, limit: int = 5_000) -> Structure:
    """:func:`structure` as a model."""
    uids, edges, truncated = _simple(links, limit)
    graph = ig.Graph(n=len(uids), edges=list(zip(edges["u"].to_list(), edges["v"].to_list(), strict=True)))
    weights = np.asarray(edges["w"].to_list(), dtype=np.float64)
    graph.es["w"] = weights.tolist()
    community = _communities(graph, uids)
    leader = _leadership(graph, weights)
    low, high = _band(graph, weights, uids)
    n = len(uids)
    pairs = (n - 1) * (n - 2) / 2
    between = [round(b / pairs, 6) if pairs > 0 else 0.0 for b in graph.betweenness()]
    eigen, rank = _eigenvector(graph, weights), graph.pagerank(weights="w") if n else []
    constraint = graph.constraint(weights="w") if n else []
    degree, core = graph.degree(), graph.coreness()
    nodes = tuple(
        StructureNode(
            uid=uid, label=labels.get(uid, ""), community=int(community[i]), degree=degree[i], betweenness=between[i],
            eigenvector=round(float(eigen[i]), 6), pagerank=round(rank[i], 6), core=core[i],
            broker=_broker(constraint[i], degree[i]), leader=round(float(leader[i]), 3),
            leader_low=round(float(min(low[i], leader[i])), 3), leader_high=round(float(max(high[i], leader[i])), 3),
        )
        for i, uid in enumerate(uids)
    )  # fmt: skip
    players = KeyPlayers(
        disrupt=tuple(uids[i] for i in disrupting(graph, key_players)),
        reach=tuple(uids[i] for i in reaching(graph, key_players)),
    )
    method: dict[str, JsonValue] = {
        "graph": "simple undirected weighted",
        "communities": "Leiden, modularity",
        "leader": "mean rank of betweenness, eigenvector, page rank",
        "band": f"{SAMPLES} samples with {MISSING:.0%} of links missing, 5th to 95th percentile",
        "key_players": "Borgatti 2006, greedy: distance-weighted fragmentation, two-step reach",
        "nodes": n,
        "links": graph.ecount(),
    }
    ranked = tuple(sorted(nodes, key=lambda node: (-node.leader, node.uid)))
    return Structure(
        nodes=ranked, communities=_describe(graph, weights, community), key_players=players, method=method,
        truncated=truncated,
    )  # fmt: skip


def _simple(links: pl.DataFrame, limit: int) -> tuple[list[str], pl.DataFrame, bool]:
    """Uids in order, edges ``u < v`` with summed weights, and whether nodes were left out."""
    weight = pl.col("number").cast(pl.Float64).fill_null(1.0) if "number" in links.columns else pl.lit(1.0)
    rows = (
        links.filter(pl.col("src") != pl.col("dst"))
        .select(
            pl.min_horizontal("src", "dst").alias("a"), pl.max_horizontal("src", "dst").alias("b"), weight.alias("w")
        )
        .filter(pl.col("w") > 0)
        .group_by("a", "b")
        .agg(pl.col("w").sum())
    )
    ends = pl.concat([rows.select(pl.col("a").alias("uid"), "w"), rows.select(pl.col("b").alias("uid"), "w")])
    ranked = (
        ends.group_by("uid")
        .agg(pl.len().alias("n"), pl.col("w").sum())
        .sort("n", "w", "uid", descending=[True, True, False])
    )
    kept = ranked.head(limit)["uid"].sort()
    index = pl.DataFrame({"uid": kept, "i": pl.Series(range(len(kept)), dtype=pl.UInt32)})
    edges = (
        rows.join(index.rename({"uid": "a", "i": "u"}), on="a")
        .join(index.rename({"uid": "b", "i": "v"}), on="b")
        .select("u", "v", pl.col("w").round(9))
        .sort("u", "v")
    )
    return kept.to_list(), edges, ranked.height > limit


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    ig.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        ig.set_random_number_generator(random)


def _communities(graph: ig.Graph, uids: list[str]) -> NDArray[np.int64]:
    """Community numbers from 0, largest first, then by smallest node."""
    if not graph.vcount():
        return np.zeros(0, dtype=np.int64)
    with _seeded(seed_of(uids[0])):
        found = graph.community_leiden(objective_function="modularity", weights="w", n_iterations=10)
    member = np.asarray(found.membership, dtype=np.int64)
    groups = sorted((np.flatnonzero(member == g).tolist() for g in np.unique(member)), key=lambda g: (-len(g), g[0]))
    out = np.empty(len(member), dtype=np.int64)
    for number, group in enumerate(groups):
        out[group] = number
    return out


def _eigenvector(graph: ig.Graph, weights: NDArray[np.float64]) -> NDArray[np.float64]:
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


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 to 1, equal values share the mean rank."""
    if len(values) < 2:
        return np.zeros(len(values))
    rounded = np.round(values, 9)
    ordered = np.sort(rounded)
    middle = (np.searchsorted(ordered, rounded, "left") + np.searchsorted(ordered, rounded, "right") - 1) / 2
    return np.asarray(middle / (len(values) - 1))


def _leadership(graph: ig.Graph, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    if not graph.vcount():
        return np.zeros(0)
    parts = (graph.betweenness(), _eigenvector(graph, weights), graph.pagerank(weights=weights.tolist()))
    return np.asarray(sum(_ranks(np.asarray(part, dtype=np.float64)) for part in parts) / len(parts))


def _band(
    graph: ig.Graph, weights: NDArray[np.float64], uids: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """5th and 95th percentile of ``leader`` when a tenth of the links is missing."""
    n, m = graph.vcount(), graph.ecount()
    if not n or m < 2:
        same = _leadership(graph, weights)
        return same, same
    rng = np.random.Generator(np.random.PCG64(seed_of(uids[0])))
    samples = SAMPLES if n <= 1_000 else 8
    values = np.empty((samples, n))
    for s in range(samples):
        keep = np.sort(rng.permutation(m)[: max(1, round(m * (1 - MISSING)))])
        values[s] = _leadership(graph.subgraph_edges(keep.tolist(), delete_vertices=False), weights[keep])
    return np.percentile(values, 5, axis=0), np.percentile(values, 95, axis=0)


def _broker(constraint: float, degree: int) -> float:
    """1 minus Burt's constraint, between 0 and 1; who has one contact brokers nothing."""
    if degree < 2 or np.isnan(constraint):
        return 0.0
    return round(float(np.clip(1 - constraint, 0, 1)), 6)


def _describe(graph: ig.Graph, weights: NDArray[np.float64], community: NDArray[np.int64]) -> tuple[Community, ...]:
    ends = np.asarray(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    out = []
    for number in range(int(community.max(initial=-1)) + 1):
        inside = community == number
        size = int(inside.sum())
        both = inside[ends[:, 0]] & inside[ends[:, 1]]
        touching = inside[ends[:, 0]] | inside[ends[:, 1]]
        possible = size * (size - 1) / 2
        density = round(float(both.sum()) / possible, 6) if possible else 0.0
        total = float(weights[touching].sum())
        cohesion = round(float(weights[both].sum()) / total, 6) if total else 1.0
        out.append(Community(community=number, size=size, density=density, cohesion=cohesion))
    return tuple(out)
