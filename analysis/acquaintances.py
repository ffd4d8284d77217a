"""Groups that hang together because people know each other.

Reports name innocent people, by mistake or for a quarrel, one here and one there. Some of these talk with each other,
as everybody talks with somebody, and with whom both talk; where many are named, whole towns come to hang together. In
a crew only a few hands have no other tie to it than talk; in a group of acquaintances nearly half have none, or more.
"""

from __future__ import annotations

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.parts import both_ends, components
from analysis.support import Support

_FEWEST = 4
"""Hands of a group from which it is looked at: of two that talk, one without any other tie is half."""


def apart(evidence: Evidence, support: Support, network: Network, labelled: pl.DataFrame) -> pl.DataFrame:
    """``labelled`` (``node, group``) with groups of acquaintances in pieces: what hangs together without the talk of
    named hands that have no other tie to the group. Each such hand is a piece of its own."""
    hand = network.hands.of
    groups = labelled.select("node", "group", pl.Series("hand", hand[labelled["node"].to_numpy()]))
    ends = [groups.rename({"node": end, "hand": name}) for end, name in (("u", "a"), ("v", "b"))]
    ties = network.ties.select("u", "v", "kind").join(ends[0], on="u").join(ends[1], on=["v", "group"])
    between = both_ends(ties.filter(pl.col("a") != pl.col("b")), ("a", "b"), ("hand", "other"), "group", "kind")
    named = groups.join(support.names.select("node"), on="node", how="semi").select("group", "hand").unique()
    quiet = (
        between.group_by("group", "hand")
        .agg((pl.col("kind") == "talk").all().alias("talks"))
        .filter("talks")
        .join(named, on=["group", "hand"], how="semi")
        .select("group", "hand")
    )
    size = groups.group_by("group").agg(pl.col("hand").n_unique().alias("hands"))
    known = (
        quiet.group_by("group")
        .agg(pl.len().alias("quiet"))
        .join(size, on="group")
        .filter((pl.col("hands") >= _FEWEST) & (pl.col("quiet") >= evidence.params.acquainted * pl.col("hands")))
    )
    if not known.height:
        return labelled
    quiet = quiet.join(known, on="group", how="semi")
    split = groups.join(known, on="group", how="semi")
    firm = ties.join(known, on="group", how="semi")
    talk = quiet.select("group", "hand", pl.lit("talk").alias("kind"))
    for end in ("a", "b"):
        firm = firm.join(talk.rename({"hand": end}), on=["group", end, "kind"], how="anti")
    low = components(len(evidence.node_code), firm.select("u", "v"))
    return pl.concat(
        [
            labelled.join(known, on="group", how="anti"),
            split.select("node", pl.Series("group", low[split["node"].to_numpy()], dtype=labelled["group"].dtype)),
        ]
    ).sort("node", "group")
