"""Structure of any network of links: communities, centralities, brokers, key players. Positions, not guilt.

Works on the links of a ring and on plain networks of calls or meetings alike. What joins actors without being one
(meetings, reports, transfers) is projected (:mod:`analysis.two_mode`); then the graph is simple and weighted (links
between the same two add up). Direction counts where asked for. All results are deterministic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

from analysis.communities import seed_of
from analysis.grouping import Grouped, communities
from analysis.keyplayers import disrupting, exact, reaching
from analysis.leadership import MISSING, band, eigenvector, leadership, samples
from analysis.two_mode import Projected, project


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StructureNode(_Part):
    """Position of one node. ``broker`` is 1 minus Burt's constraint; ``leader`` the mean rank (0-1) by betweenness,
    eigenvector and page rank, with the band it keeps when a tenth of the links and of the other nodes is missing."""

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
    """``disrupt``: whose absence fragments the network most; ``reach``: who together are nearest to everybody."""

    disrupt: tuple[str, ...]
    reach: tuple[str, ...]


class Structure(_Part):
    """What ``halqa structure`` prints."""

    nodes: tuple[StructureNode, ...]
    communities: tuple[Community, ...]
    key_players: KeyPlayers
    method: dict[str, JsonValue]
    truncated: bool


def structure(
    nodes: pl.DataFrame, links: pl.DataFrame, *, key_players: int = 5, limit: int = 2_000, directed: bool = False
) -> dict[str, Any]:
    """JSON of ``halqa structure`` (the fields of :class:`Structure`).

    ``nodes``: ``uid, label``. ``links``: ``src, dst`` as uids and, if the source gave a count, ``number``; a row
    without one counts one. Meetings, reports and transfers join those they name. Nodes without a link are left out.
    Above ``limit`` nodes the best connected ones are kept and ``truncated`` says so. ``directed``: betweenness and page
    rank follow the links from ``src`` to ``dst``.
    """
    labels = dict(nodes.select("uid", "label").iter_rows())
    joined = project(links, nodes)
    found = measure(joined.links, labels, key_players=key_players, limit=limit, directed=directed)
    return found.model_copy(update={"method": found.method | _joined_over(joined)}).model_dump(mode="json")


def _joined_over(joined: Projected) -> dict[str, JsonValue]:
    if not joined.events and not joined.crowds:
        return {}
    return {
        "projection": "two-mode: each event of n actors gives each pair 1/(n-1) (Newman 2001)",
        "events": joined.events,
        "events_too_large": joined.crowds,
    }


def measure(
    links: pl.DataFrame,
    labels: Mapping[str, str],
    *,
    key_players: int = 5,
    limit: int = 2_000,
    directed: bool = False,
) -> Structure:
    """:func:`structure` as a model, of links between actors."""
    uids, edges, arcs, total = _simple(links, limit)
    graph, weights = _graph(len(uids), edges, directed=False)
    flow = _graph(len(uids), arcs, directed=True) if directed else (graph, weights)
    seed = seed_of(uids[0]) if uids else 0
    # Thirty calls tie more than one, but not thirty times as much.
    grouped = communities(graph, np.log2(1 + weights), seed)
    leader = leadership(graph, weights, *flow)
    low, high = band(graph, weights, arcs if directed else None, seed)
    n = len(uids)
    pairs = (n - 1) * (n - 2) / (1 if directed else 2)
    between = [round(b / pairs, 6) if pairs > 0 else 0.0 for b in flow[0].betweenness()]
    eigen = eigenvector(graph, weights)
    rank = flow[0].pagerank(weights=flow[1].tolist()) if n else []
    constraint = graph.constraint(weights="w") if n else []
    degree, core = graph.degree(), graph.coreness()
    nodes = tuple(
        StructureNode(
            uid=uid, label=labels.get(uid, ""), community=int(grouped.member[i]), degree=degree[i],
            betweenness=between[i], eigenvector=round(float(eigen[i]), 6), pagerank=round(rank[i], 6), core=core[i],
            broker=_broker(constraint[i], degree[i]), leader=round(float(leader[i]), 3),
            leader_low=round(float(min(low[i], leader[i])), 3), leader_high=round(float(max(high[i], leader[i])), 3),
        )
        for i, uid in enumerate(uids)
    )  # fmt: skip
    players = KeyPlayers(
        disrupt=tuple(uids[i] for i in disrupting(graph, key_players)),
        reach=tuple(uids[i] for i in reaching(graph, key_players)),
    )
    ranked = tuple(sorted(nodes, key=lambda node: (-node.leader, node.uid)))
    return Structure(
        nodes=ranked,
        communities=_describe(graph, weights, grouped.member),
        key_players=players,
        method=_method(graph, grouped, total, key_players, directed=directed),
        truncated=total > n,
    )


def _method(graph: ig.Graph, grouped: Grouped, total: int, key_players: int, *, directed: bool) -> dict[str, JsonValue]:
    """How it was measured, and what was cut."""
    n = graph.vcount()
    searched = "all sets tried" if exact(graph, key_players) else "greedy choice and swaps"
    method: dict[str, JsonValue] = {
        "graph": "simple weighted, " + ("betweenness and page rank directed" if directed else "undirected"),
        "communities": grouped.chosen,
        "communities_why": grouped.why,
        "communities_weights": "log2(1 + weight)",
        "communities_compared": [dict(one) for one in grouped.compared],
        "modularity_above_random": grouped.surprise,
        "leader": "mean rank of betweenness, eigenvector, page rank",
        "band": f"{samples(n)} samples with {MISSING:.0%} of links and of other nodes missing, 5th to 95th percentile",
        "key_players": f"Borgatti 2006, {searched}: distance-weighted fragmentation, distance-weighted reach",
        "nodes": n,
        "links": graph.ecount(),
    }
    if total > n:
        method["cut"] = {"nodes": total - n, "of": total, "kept": "those with most links"}
    return method


def _simple(links: pl.DataFrame, limit: int) -> tuple[list[str], pl.DataFrame, pl.DataFrame, int]:
    """Uids in order; edges ``u < v`` and arcs ``u -> v``, each ``u, v, w`` with summed weights; number of nodes before
    any were left out."""
    weight = pl.col("number").cast(pl.Float64).fill_null(1.0) if "number" in links.columns else pl.lit(1.0)
    rows = (
        links.filter(pl.col("src") != pl.col("dst"))
        .select(pl.col("src").alias("a"), pl.col("dst").alias("b"), weight.alias("w"))
        .filter(pl.col("w") > 0)
        .group_by("a", "b")
        .agg(pl.col("w").sum())
    )
    ends = pl.concat(
        [
            rows.select(pl.col("a").alias("uid"), pl.col("b").alias("other"), "w"),
            rows.select(pl.col("b").alias("uid"), pl.col("a").alias("other"), "w"),
        ]
    )
    ranked = (
        ends.group_by("uid")
        .agg(pl.col("other").n_unique().alias("n"), pl.col("w").sum().round(9))
        .sort("n", "w", "uid", descending=[True, True, False])
    )
    kept = ranked.head(limit)["uid"].sort()
    index = pl.DataFrame({"uid": kept, "i": pl.Series(range(len(kept)), dtype=pl.UInt32)})
    arcs = (
        rows.join(index.rename({"uid": "a", "i": "u"}), on="a")
        .join(index.rename({"uid": "b", "i": "v"}), on="b")
        .select("u", "v", pl.col("w").round(9))
        .sort("u", "v")
    )
    edges = (
        arcs.select(pl.min_horizontal("u", "v").alias("u"), pl.max_horizontal("u", "v").alias("v"), "w")
        .sort("u", "v", "w")
        .group_by("u", "v", maintain_order=True)
        .agg(pl.col("w").sum().round(9))
    )
    # Who has lost every neighbour to the limit has no place in the network.
    used = np.unique(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]))
    renumbered = {int(old): new for new, old in enumerate(used.tolist())}
    swap = [pl.col(side).replace_strict(renumbered, return_dtype=pl.UInt32) for side in ("u", "v")]
    if len(used) < len(kept):
        edges, arcs = edges.with_columns(swap), arcs.with_columns(swap)
    return [kept[int(i)] for i in used], edges, arcs, ranked.height


def _graph(n: int, edges: pl.DataFrame, *, directed: bool) -> tuple[ig.Graph, NDArray[np.float64]]:
    pairs = list(zip(edges["u"].to_list(), edges["v"].to_list(), strict=True))
    graph = ig.Graph(n=n, edges=pairs, directed=directed)
    weights = np.asarray(edges["w"].to_list(), dtype=np.float64)
    graph.es["w"] = weights.tolist()
    return graph, weights


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
