"""T07: the order of the crime script as reporters tell it: profile, other channel, demand, payment."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits

_STEPS = 3


def told(context: Context) -> pl.DataFrame:
    """``report, steps``: how many of the four steps each report tells (a payment later than the report is none)."""
    evidence = context.evidence
    view = evidence.view
    labels = pl.DataFrame({"target": pl.Series(range(evidence.size), dtype=pl.UInt32), "label": view.entities["label"]})
    mentions = view["mentions"].select("report", "target").unique().join(labels, on="target")
    paid = context.network.paid.select(pl.col("tx").alias("target"), "at")
    reports = context.support.reports.select("report", pl.col("at").alias("heard"))
    payments = mentions.join(paid, on="target").join(reports, on="report").filter(pl.col("at") <= pl.col("heard"))
    flags = mentions.group_by("report").agg(
        pl.col("label").is_in(["Account", "Page", "Persona"]).any().alias("profile"),
        pl.col("label").is_in(["Phone", "Email"]).any().alias("channel"),
        (pl.col("label") == "Demand").any().alias("demand"),
    )
    return (
        flags.join(payments.select("report").unique().with_columns(paid=pl.lit(value=True)), on="report", how="left")
        .with_columns(pl.col("paid").fill_null(value=False))
        .select(
            "report",
            (pl.col("profile").cast(pl.Int32) + pl.col("channel") + pl.col("demand") + pl.col("paid")).alias("steps"),
        )
        .sort("report")
    )


def detect(context: Context) -> pl.DataFrame:
    """Rings whose independent reports tell at least three of the four steps, demand or payment among them."""
    rows = (
        context.candidates.reports.join(told(context), on="report")
        .filter(pl.col("steps") >= _STEPS)
        .group_by("ring")
        .agg(
            pl.col("voice").n_unique().alias("voices"),
            pl.col("voice").filter("identified").n_unique().alias("identified"),
            pl.col("steps").max(),
            pl.col("rec").unique().sort().alias("all_records"),
            pl.col("rec").filter("identified").unique().sort().alias("own_records"),
        )
        .sort("ring")
    )
    return hits(
        "t07_script_sequence",
        (
            (
                row["ring"],
                0.3 * row["identified"] if row["identified"] else 0.05,
                {"steps": row["steps"], "reports": row["voices"]},
                row["own_records"] if row["identified"] else row["all_records"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )
