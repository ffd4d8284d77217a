"""T04: independent reports name the same identifier."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Identifiers that enough independent voices name within the window; payees need fewer. Anonymous voices show it
    but give no strength of their own (their weight is capped in the score)."""
    p = context.params
    rows = context.support.names.join(context.members, on="node").sort("ring", "node", "at", "report")
    # Lines that drain callers are one thing with many numbers: the reports on any of them count together.
    lines = context.network.drains["line"].implode()
    series = pl.when(pl.col("node").is_in(lines)).then(
        pl.col("node").filter(pl.col("node").is_in(lines)).min().over("ring")
    )
    rows = rows.with_columns(series.otherwise("node").alias("node"))
    if not rows.height:
        return hits("t04_shared_identifier", ())
    windows = rows.sort("at").rolling(index_column="at", period=f"{p.t04_days}d", group_by=["ring", "node"]).agg(
        pl.col("voice").n_unique().alias("voices"),
        pl.col("voice").filter("identified").n_unique().alias("identified"),
        (pl.col("role") == "payee").any().alias("payee"),
        pl.col("rec").alias("all_records"),
        pl.col("rec").filter("identified").alias("own_records"),
    )  # fmt: skip
    need = pl.when(pl.col("payee")).then(p.t04_reports_payee).otherwise(p.t04_reports)
    best = (
        windows.filter(pl.col("voices") >= need)
        .sort("ring", "node", "identified", "voices", "at", descending=[False, False, True, True, False])
        .unique(["ring", "node"], keep="first", maintain_order=True)
    )
    return hits(
        "t04_shared_identifier",
        (
            (
                row["ring"],
                min(1.0, 0.2 * row["identified"]) if row["identified"] >= 2 else 0.05,
                {"uid": context.uid(row["node"]), "reports": row["voices"]},
                row["own_records"] if row["identified"] >= 2 else row["all_records"],
            )
            for row in best.iter_rows(named=True)
        ),
    )
