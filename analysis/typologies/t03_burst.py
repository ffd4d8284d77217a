"""T03: a payer pays again within days, then stops (the rhythm of extortion). Its first use is a welfare contact."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits
from graph.schema import UTC_TIME


def bursts(context: Context) -> pl.DataFrame:
    """``ring, payer, payee, n, hours, total, records`` of payers with a burst to one ring."""
    p = context.params
    rows = context.received.filter(pl.col("payer").is_not_null() & pl.col("mad").is_not_null()).sort(
        "ring", "payer", "at", "tx"
    )
    end = context.network.paid["at"].max()
    return (
        rows.group_by("ring", "payer", maintain_order=True)
        .agg(
            pl.col("payee").first(),
            pl.len().alias("n"),
            (pl.col("at").diff().dt.total_seconds() / 3600).min().alias("gap"),
            (pl.col("at").diff().dt.total_seconds() / 3600).max().alias("widest"),
            pl.col("mad").first().alias("first"),
            pl.col("mad").sum().alias("total"),
            (pl.col("mad").diff() >= -0.5 * pl.col("mad").shift(1)).drop_nulls().mean().alias("rising"),
            pl.col("at").max().alias("last"),
            pl.col("rec").alias("records"),
        )
        .filter((pl.col("n") >= 2) & (pl.col("gap") <= p.t03_hours) & (pl.col("widest") <= 30 * 24))
        .filter((pl.col("first") <= p.t03_first_mad) & (pl.col("total") <= p.t03_total_mad) & (pl.col("rising") >= 0.5))
        .with_columns((pl.lit(end, dtype=UTC_TIME) - pl.col("last")).dt.total_days().alias("quiet"))
        .sort("ring", "payer")
    )


def detect(context: Context) -> pl.DataFrame:
    """Rings with payers who paid again within hours; one hit a ring and first payee."""
    found = bursts(context)
    if not found.height:
        return hits("t03_payment_burst", ())
    rings = (
        found.group_by("ring", "payee")
        .agg(pl.len().alias("payers"), pl.col("gap").median().alias("hours"), pl.col("records").explode())
        .sort("ring", "payee")
    )
    return hits(
        "t03_payment_burst",
        (
            (
                row["ring"],
                {1: 0.45, 2: 0.75}.get(row["payers"], 1.0),
                {"payee": context.uid(row["payee"]), "payers": row["payers"], "hours": round(row["hours"], 1)},
                row["records"],
            )
            for row in rings.iter_rows(named=True)
        ),
    )
