"""Papers that were lent or sold: a name on contracts of lines that groups who have nothing else in common use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.support import Support
from analysis.ties import PAPERS

Parts = Callable[[Evidence, Support, pl.DataFrame, int], NDArray[np.int64]]


def between_groups(evidence: Evidence, support: Support, rows: pl.DataFrame, supported: Parts) -> pl.DataFrame:
    """``node, groups``: people whom no report names and in whose name are things of several groups (their number), each
    of which stands on reports of its own without such papers.

    ``rows`` are the ties; ``supported`` labels components that enough voices name (:mod:`analysis.network`). Who lends
    papers, and whose papers were copied, is known in several crews and belongs to none (domain/04, T05); a group that
    has too few reports to stand alone keeps whoever joins it to another.
    """
    people = _unnamed_people(evidence, support)
    kinds = pl.col("kind").is_in(PAPERS)
    held = both_ends(rows.filter(kinds), ("u", "v"), ("node", "other"))
    held = held.filter(pl.col("node").is_in(people.implode()))
    bare = rows.filter(~(kinds & (pl.col("u").is_in(people.implode()) | pl.col("v").is_in(people.implode()))))
    label = supported(evidence, support, bare, evidence.params.min_reports)
    held = held.with_columns(pl.Series("group", label[held["other"].to_numpy()], dtype=pl.Int64))
    return (
        held.filter(pl.col("group") >= 0)
        .group_by("node")
        .agg(pl.col("group").n_unique().cast(pl.UInt32).alias("groups"))
        .filter(pl.col("groups") >= 2)
        .sort("node")
    )


def _unnamed_people(evidence: Evidence, support: Support) -> pl.Series:
    people = np.flatnonzero((evidence.labels == "Person")[evidence.node_code]).astype(np.uint32)
    named = support.names["node"].unique()
    nodes = pl.Series(people)
    return nodes.filter(~nodes.is_in(named.implode()))
