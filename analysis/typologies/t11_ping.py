"""T11: bursts of one-ring calls. Verification services do the same: it needs T12."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Member lines with ping bursts, one hit a line."""
    bursts = context.network.pings
    if not bursts.height:
        return hits("t11_ping_burst", ())
    lines = (
        bursts.join(context.members.rename({"node": "line"}), on="line")
        .group_by("ring", "line")
        .agg(
            pl.col("called").max(),
            pl.col("answered_share").mean(),
            pl.col("ring_s").median(),
            pl.len().alias("hours"),
            pl.col("recs").explode().sort().head(50),
        )
        .sort("ring", "line")
    )
    return hits(
        "t11_ping_burst",
        (
            (
                row["ring"],
                0.4 + 0.1 * row["hours"],
                {"line": context.uid(row["line"]), "called": row["called"],
                 "answered_share": round(row["answered_share"], 3), "ring_s": row["ring_s"]},
                row["recs"],
            )
            for row in lines.iter_rows(named=True)
        ),
    )  # fmt: skip
