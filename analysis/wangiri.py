"""One-ring calls and call-backs, summed once for T11 and T12."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.ties import empty, shaped


def pings(evidence: Evidence) -> pl.DataFrame:
    """``line, hour, called, calls, answered_share, ring_s, recs``: hours in which a line let many numbers ring."""
    p = evidence.params
    voice = evidence.view["calls"].filter(
        (pl.col("kind") == "VOICE") & pl.all_horizontal(pl.col("a", "b", "start").is_not_null())
    )  # fmt: skip
    hours = voice.with_columns(pl.col("start").dt.truncate("1h").alias("hour"))
    busy = hours.group_by("a", "hour").agg(pl.len().alias("calls")).filter(pl.col("calls") >= p.t11_called)
    return (
        hours.join(busy.select("a", "hour"), on=["a", "hour"], how="semi")
        .group_by("a", "hour")
        .agg(
            pl.col("b").n_unique().alias("called"),
            pl.len().alias("calls"),
            (pl.col("answered").fill_null(value=False) | (pl.col("duration_s").fill_null(0) > 0))
            .mean()
            .alias("answered_share"),
            pl.col("ring_s").median().alias("ring_s"),
            pl.col("rec").sort().head(50).alias("recs"),
        )
        .filter((pl.col("called") >= p.t11_called) & (pl.col("answered_share") <= p.t11_answered))
        .filter(pl.col("ring_s").is_null() | (pl.col("ring_s") <= p.t11_ring_s))
        .rename({"a": "line"})
        .sort("line", "hour")
    )


def rung(evidence: Evidence, lines: pl.Series) -> pl.DataFrame:
    """``line, called, at``: calls of ``lines`` (codes), in order of time."""
    calls = evidence.view["calls"].filter(pl.col("start").is_not_null() & pl.col("b").is_not_null())
    return (
        calls.filter(pl.col("a").is_in(lines.unique().implode()))
        .select(pl.col("a").alias("line"), pl.col("b").alias("called"), pl.col("start").alias("at"))
        .sort("at")
    )


def called_back(evidence: Evidence, out: pl.DataFrame) -> pl.DataFrame:
    """``line, called, at, duration_s, c, rec``: calls back by numbers that a line had just called (:func:`rung`).

    A call-back that is diverted has a record of its own for that: the two are one call, ``c`` and ``rec`` are lists.
    """
    calls = evidence.view["calls"].filter(pl.col("start").is_not_null() & pl.col("a").is_not_null())
    back = calls.filter(pl.col("b").is_in(out["line"].unique().implode())).select(
        pl.col("b").alias("line"), pl.col("a").alias("called"), pl.col("start").alias("at"), "duration_s", "c", "rec"
    ).sort("at")  # fmt: skip
    return (
        back.join_asof(
            out.with_columns(pl.col("at").alias("rung_at")), on="at", by=["line", "called"], strategy="backward",
            tolerance=f"{int(evidence.params.t12_hours * 3600)}s", check_sortedness=False,
        )
        .filter(pl.col("rung_at").is_not_null())
        .group_by("line", "called", "at")
        .agg(pl.col("duration_s").max(), pl.col("c").drop_nulls(), pl.col("rec").sort())
    )  # fmt: skip


def drains(evidence: Evidence, bursts: pl.DataFrame) -> pl.DataFrame:
    """``line, callbacks, callers, pinged, mean_s, diverted, recs``: lines that many called back, at length."""
    p = evidence.params
    out = rung(evidence, bursts["line"])
    pinged = out.group_by("line").agg(pl.col("called").n_unique().alias("pinged"))
    return (
        called_back(evidence, out)
        .group_by("line")
        .agg(
            pl.len().alias("callbacks"),
            pl.col("called").n_unique().alias("callers"),
            pl.col("duration_s").filter(pl.col("duration_s") > 0).mean().fill_null(0.0).alias("mean_s"),
            pl.col("c").explode().drop_nulls().n_unique().alias("diverted"),
            pl.col("rec").explode().sort().head(100).alias("recs"),
        )
        .join(pinged, on="line")
        .filter((pl.col("callers") >= p.t12_callers) & (pl.col("callers") >= p.t12_share * pl.col("pinged")))
        .filter(pl.col("mean_s") >= p.t12_mean_s)
        .sort("line")
    )


def harmed(evidence: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """``node, line``: nodes of the numbers that called one of these lines back (:func:`pings`, :func:`drains`), and a
    node of that line."""
    lines = found["line"].unique().implode()
    calls = evidence.view["calls"].filter(pl.col("b").is_in(lines) & pl.col("a").is_not_null())
    code = pl.Series("code", evidence.node_code, dtype=pl.UInt32)
    nodes = pl.DataFrame({"node": pl.Series(range(len(code)), dtype=pl.UInt32), "code": code})
    back = calls.select(pl.col("a").alias("code"), pl.col("b").alias("drain")).unique()
    return (
        back.join(nodes, on="code")
        .join(nodes.rename({"node": "line", "code": "drain"}), on="drain")
        .select("node", "line")
        .unique()
        .sort("node", "line")
    )


def diverted(evidence: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """Ties of lines that drain callers to the lines their calls are diverted to."""
    calls = evidence.view["calls"].filter(pl.col("start").is_not_null() & pl.col("c").is_not_null())
    rows = (
        calls.filter(pl.col("b").is_in(found["line"].implode()))
        .group_by(pl.col("b").alias("line"), pl.col("c").alias("other"))
        .agg(pl.col("start").min().alias("since"), pl.col("start").max().alias("until"), pl.col("rec").min())
        .with_columns(pl.lit("series").alias("kind"))
    )
    return shaped(rows, evidence, "line", "other") if rows.height else empty()


def series(evidence: Evidence, found: pl.DataFrame, divert: pl.DataFrame, part: NDArray[np.int64]) -> pl.DataFrame:
    """Ties between neighbours, among lines that drain callers, of one block (all but the last four digits equal).

    Ranges are sold in slices, and neighbours may belong to two crews: where the calls of both are diverted
    (``divert``), to parts (of each node) that nothing else joins, they are not tied.
    """
    calls = evidence.view["calls"].filter(pl.col("start").is_not_null())
    life = calls.group_by(pl.col("a").alias("line")).agg(
        pl.col("start").min().alias("since"), pl.col("start").max().alias("until")
    )
    uids = evidence.view.entities["uid"].gather(found["line"])
    rows = (
        found.select("line", pl.col("recs").list.first().alias("rec"))
        .with_columns(uids.str.head(-4).alias("block"), uids.alias("uid"))
        .join(life, on="line")
        .sort("block", "uid")
        .with_columns(pl.col("line").shift(1).over("block").alias("other"))
        .filter(pl.col("other").is_not_null())
        .select("line", "other", "since", "until", "rec", pl.lit("series").alias("kind"))
    )
    if not rows.height:
        return empty()
    tied = shaped(rows, evidence, "line", "other")
    led = pl.concat([divert["u"], divert["v"]]).unique().implode()
    apart = pl.Series(part[tied["u"].to_numpy()] != part[tied["v"].to_numpy()], dtype=pl.Boolean)
    return tied.filter(~(apart & pl.col("u").is_in(led) & pl.col("v").is_in(led)))
