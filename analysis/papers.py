"""What several groups use who have nothing else in common, and so joins nobody: papers that were lent or sold (a name
on contracts) and public machines (a computer in a cafe)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.support import Support
from analysis.ties import PAPERS, users_of_machines

Parts = Callable[[Evidence, Support, pl.DataFrame, int], NDArray[np.int64]]


def between_groups(evidence: Evidence, support: Support, rows: pl.DataFrame, supported: Parts) -> pl.DataFrame:
    """``node, kind, groups``: people whom no report names and in whose name are things of several groups (their number)
    (``papers``), and machines into which no card goes that such groups use (``machine``). Each of the groups stands on
    reports of its own without such papers and machines.

    ``rows`` are the ties; ``supported`` labels components that enough voices name (:mod:`analysis.network`). Who lends
    papers, and whose papers were copied, is known in several crews and belongs to none (domain/04, T05), and so is the
    computer of a cafe; a group that has too few reports to stand alone keeps what joins it to another.
    """
    users = users_of_machines(evidence, rows).select(pl.col("machine").alias("node"), pl.col("user").alias("other"))
    machines = users["node"].unique().implode()
    people = _unnamed_people(evidence, support).implode()
    papers = pl.col("kind").is_in(PAPERS)
    held = both_ends(rows.filter(papers), ("u", "v"), ("node", "other")).filter(pl.col("node").is_in(people))
    bare = rows.filter(
        ~(papers & (pl.col("u").is_in(people) | pl.col("v").is_in(people)))
        & ~((pl.col("kind") == "device") & (pl.col("u").is_in(machines) | pl.col("v").is_in(machines)))
    )
    label = supported(evidence, support, bare, evidence.params.min_reports)
    both = pl.concat([held.with_columns(pl.lit("papers").alias("kind")), users.with_columns(kind=pl.lit("machine"))])
    both = both.with_columns(pl.Series("group", label[both["other"].to_numpy()], dtype=pl.Int64))
    return (
        both.filter(pl.col("group") >= 0)
        .group_by("node", "kind")
        .agg(pl.col("group").n_unique().cast(pl.UInt32).alias("groups"))
        .filter(pl.col("groups") >= 2)
        .sort("node")
    )


def _unnamed_people(evidence: Evidence, support: Support) -> pl.Series:
    every = pl.Series(np.arange(len(evidence.node_code), dtype=np.uint32))
    named = support.names["node"].unique()
    nodes = every.filter(evidence.are(every, "Person"))
    return nodes.filter(~nodes.is_in(named.implode()))
