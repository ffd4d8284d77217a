"""T15: a ring goes on after an intervention: what was seized is tied to what reports name afterwards."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Rings with seized members, at least two, and independent reports within ``t15_days`` after the seizure."""
    evidence = context.evidence
    seized_records = evidence.received.filter(pl.col("source_type") == "seizure").select("rec", "told_at")
    ties = context.network.ties.join(seized_records, on="rec", how="inner")
    if not ties.height:
        return hits("t15_re_emergence", ())
    ends = pl.concat([ties.select(pl.col(side).alias("node"), "rec", "told_at", "since") for side in ("u", "v")])
    when = pl.coalesce("since", "told_at").min().alias("at")
    seized = (
        ends.join(context.members, on="node")
        .group_by("ring")
        .agg(pl.col("node").n_unique().alias("shared"), when, pl.col("rec").unique().sort().alias("records"))
        .filter(pl.col("shared") >= 2)
    )
    after = (
        context.candidates.reports.select("ring", pl.col("at").alias("heard"), "voice", "rec")
        .join(seized, on="ring")
        .filter(
            (pl.col("heard") > pl.col("at"))
            & (pl.col("heard") <= pl.col("at") + pl.duration(days=context.params.t15_days))
        )
        .group_by("ring")
        .agg(pl.col("voice").n_unique().alias("voices"), pl.col("rec").unique().sort().alias("later"))
    )
    rows = seized.join(after, on="ring").sort("ring")
    return hits(
        "t15_re_emergence",
        (
            (
                row["ring"],
                0.4 + 0.1 * row["voices"],
                {"ring": "", "shared": row["shared"]},
                [*row["records"], *row["later"]],
            )
            for row in rows.iter_rows(named=True)
        ),
    )
