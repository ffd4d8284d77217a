"""T14: pay-outs of several payees of a ring at one outlet, far above its usual share. A data request, no accusation."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Outlets where a ring's pay-outs concentrate."""
    p = context.params
    all_paid = context.network.paid.filter(pl.col("outlet").is_not_null())
    everywhere = all_paid.group_by("outlet").agg((pl.len() / max(1, all_paid.height)).alias("usual"))
    mine = context.received.filter(pl.col("outlet").is_not_null()).with_columns(pl.len().over("ring").alias("n"))
    rows = (
        mine.group_by("ring", "outlet")
        .agg(
            pl.col("payee").n_unique().alias("payees"),
            (pl.len() / pl.col("n").first()).alias("share"),
            pl.col("rec").unique().sort().alias("records"),
        )
        .join(everywhere, on="outlet")
        .filter((pl.col("payees") >= p.t14_payees) & (pl.col("share") >= p.t14_share))
        .filter(pl.col("share") >= p.t14_lift * pl.col("usual"))
        .sort("ring", "outlet")
    )
    return hits(
        "t14_cash_out",
        (
            (
                row["ring"],
                row["share"],
                {"outlet": context.uid(row["outlet"]), "payees": row["payees"], "share": round(row["share"], 2)},
                row["records"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )
