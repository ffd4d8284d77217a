"""T01: many payers, one payee (funnel). Alone it is no alarm: families, sellers and collectors do the same.

How many countries they pay from is told and asked for by nobody: geography weighs nothing (S11), so that payments
dealt out to other countries at random would move no digit.
"""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Payees with many payers in the window; fewer suffice where a report names the payee."""
    p = context.params
    rows = context.received.filter(pl.col("payer").is_not_null()).sort("ring", "payee", "at", "tx")
    back = context.network.paid.select(pl.col("payer").alias("payee"), pl.col("payee").alias("payer"))
    rows = rows.join(
        back.drop_nulls().unique(), on=["payee", "payer"], how="anti"
    )  # somebody who is also paid back is known
    if not rows.height:
        return hits("t01_funnel", ())
    windows = (
        rows.sort("at")
        .rolling(index_column="at", period=f"{p.t01_days}d", group_by=["ring", "payee"])
        .agg(
            pl.col("payer").n_unique().alias("payers"),
            pl.col("payer_country").drop_nulls().n_unique().alias("countries"),
            pl.col("rec").alias("records"),
        )
        .with_columns(pl.col("payee").is_in(context.named_payees.implode()).alias("named"))
    )
    enough = pl.when(pl.col("named")).then(
        (pl.col("payers") >= p.t01_payers) & (pl.col("countries") >= p.t01_countries)
    ).otherwise(
        (pl.col("payers") >= p.t01_payers_unreported) & (pl.col("countries") >= p.t01_countries_unreported)
    )  # fmt: skip
    best = (
        windows.filter(enough)
        .sort("ring", "payee", "payers", "at", descending=[False, False, True, False])
        .unique(["ring", "payee"], keep="first", maintain_order=True)
    )
    return hits(
        "t01_funnel",
        (
            (
                row["ring"],
                0.4 + 0.1 * (row["payers"] - p.t01_payers) + (0.2 if row["named"] else 0.0),
                {
                    "payee": context.uid(row["payee"]),
                    "payers": row["payers"],
                    "countries": row["countries"],
                    "days": p.t01_days,
                },
                row["records"],
            )
            for row in best.iter_rows(named=True)
        ),
    )
