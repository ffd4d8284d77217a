"""Calls between lines, summed by pair: who talks regularly with whom. One pass over the calls, no loop."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.ties import empty, shaped


def pairs(evidence: Evidence) -> pl.DataFrame:
    """``a, b`` (nodes, a < b), ``n, days, both, since, until, rec``: voice calls and messages of each pair of lines."""
    calls = evidence.view["calls"].filter(
        pl.col("a").is_not_null() & pl.col("b").is_not_null() & (pl.col("a") != pl.col("b")) & pl.col("start").is_not_null()
    ).select("a", "b", "start", "rec", "answered", "kind")  # fmt: skip
    placed = evidence.place(evidence.place(calls, "a", "start"), "b", "start")
    return (
        placed.with_columns(
            pl.min_horizontal("a", "b").alias("x"),
            pl.max_horizontal("a", "b").alias("y"),
            (pl.col("a") < pl.col("b")).alias("up"),
            pl.col("start").dt.truncate("1d").alias("day"),
        )
        .group_by("x", "y")
        .agg(
            pl.len().alias("n"),
            pl.col("day").n_unique().alias("days"),
            (pl.col("up").n_unique() == 2).alias("both"),
            pl.col("start").min().alias("since"),
            pl.col("start").max().alias("until"),
            pl.col("rec").min(),
        )
        .rename({"x": "a", "y": "b"})
        .sort("a", "b")
    )


def totals(contact: pl.DataFrame) -> pl.DataFrame:
    """``node, calls, partners`` of every line."""
    return (
        pl.concat([contact.select(pl.col("a").alias("node"), "n"), contact.select(pl.col("b").alias("node"), "n")])
        .group_by("node")
        .agg(pl.col("n").sum().alias("calls"), pl.len().alias("partners"))
    )


def regular(evidence: Evidence, contact: pl.DataFrame, part: NDArray[np.int64], barred: pl.Series) -> pl.DataFrame:
    """Ties by talk. ``part`` gives the supported component of each node, -1 outside.

    Two lines inside components tie when they talk often, on several days, both ways. A line outside ties to all members it talks
    with when it talks with several of one component, regularly, and mostly with it; hands in two components tie nothing.
    """
    p = evidence.params
    often = contact.filter(
        (pl.col("n") >= 2) & ~pl.col("a").is_in(barred.implode()) & ~pl.col("b").is_in(barred.implode())
    )
    home = pl.DataFrame({"node": pl.Series(range(len(part)), dtype=pl.UInt32), "part": part})
    sided = often.join(home.rename({"node": "a", "part": "part_a"}), on="a").join(
        home.rename({"node": "b", "part": "part_b"}), on="b"
    )
    inside = sided.filter((pl.col("part_a") >= 0) & (pl.col("part_b") >= 0) & pl.col("both"))
    inside = inside.filter((pl.col("n") >= p.talk_calls) & (pl.col("days") >= p.talk_days))
    outside = pl.concat(
        [
            sided.filter((pl.col("part_a") < 0) & (pl.col("part_b") >= 0)).select(
                pl.col("a").alias("line"),
                pl.col("b").alias("member"),
                pl.col("part_b").alias("part"),
                "n",
                "days",
                "since",
                "until",
                "rec",
            ),
            sided.filter((pl.col("part_b") < 0) & (pl.col("part_a") >= 0)).select(
                pl.col("b").alias("line"),
                pl.col("a").alias("member"),
                pl.col("part_a").alias("part"),
                "n",
                "days",
                "since",
                "until",
                "rec",
            ),
        ]
    )
    callers = (
        outside.group_by("line", "part")
        .agg(pl.len().alias("members"), pl.col("n").sum().alias("calls"), pl.col("days").max())
        .join(totals(contact).select(pl.col("node").alias("line"), pl.col("calls").alias("all")), on="line")
        .with_columns((pl.col("calls") / pl.col("all")).alias("share"))
        .filter(
            (pl.col("members") >= p.talk_members) & (pl.col("calls") >= p.talk_calls) & (pl.col("days") >= p.talk_days)
        )
        .filter(pl.col("share") >= p.talk_share)
    )
    joining = outside.join(callers.select("line", "part", "share"), on=["line", "part"]).filter(pl.col("n") >= 2)
    rows = pl.concat(
        [
            inside.select(pl.col("a").alias("line"), pl.col("b").alias("member"), "since", "until", "rec"),
            joining.select("line", "member", "since", "until", "rec"),
        ]
    )
    return (
        shaped(rows.with_columns(pl.lit("talk").alias("kind")), evidence, "line", "member") if rows.height else empty()
    )
