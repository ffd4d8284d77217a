"""T08: the money of a ring begins to come from a country from which none came before (corridor shift).

It compares a ring with its own past. No country and no town is named, here or in a parameter, so renaming all of them
moves nothing; and the weight is 0: a hit adds nothing to the score, opens no status and is no second typology. Among
rings of one status and score it decides which is read first, and it says where help for the next victims is needed.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis.typologies import t03_burst
from analysis.typologies.base import Context, hits

CODE: Final = "t08_corridor_shift"


def detect(context: Context) -> pl.DataFrame:
    """Rings whose corroborated payees get a new country's money after a time of none; one hit a ring and country."""
    p = context.params
    rows = (
        context.received.join(_corroborated(context), on=["ring", "payee"], how="semi")
        .filter(pl.col("payer").is_not_null() & pl.col("payer_country").is_not_null())
        .with_columns(
            pl.col("at").min().over("ring").alias("begun"),
            pl.col("at").min().over("ring", "payer_country").alias("first"),
        )
    )
    shifts = rows.select("ring", pl.col("payer_country").alias("country"), "first", "begun").unique()
    shifts = shifts.filter(pl.col("first") >= pl.col("begun") + pl.duration(days=p.t08_days))
    since = shifts.join(rows.select("ring", "payer", "payer_country", "at", "rec"), on="ring").filter(
        pl.col("at") >= pl.col("first")
    )
    new = pl.col("payer_country") == pl.col("country")
    found = (
        since.group_by("ring", "country")
        .agg(
            new.mean().alias("share"),
            pl.col("payer").filter(new).n_unique().alias("payers"),
            ((pl.col("first") - pl.col("begun")).dt.total_days()).first().alias("days"),
            pl.col("rec").filter(new).unique().sort().alias("records"),
        )
        .filter((pl.col("share") >= p.t08_share) & (pl.col("payers") >= p.t08_payers))
        .sort("ring", "country")
    )
    return hits(
        CODE,
        (
            (
                row["ring"],
                row["share"],
                {
                    "country": row["country"],
                    "payers": row["payers"],
                    "share": round(row["share"], 2),
                    "days": row["days"],
                },
                row["records"],
            )
            for row in found.iter_rows(named=True)
        ),
    )


def _corroborated(context: Context) -> pl.DataFrame:
    """``ring, payee`` that other patterns hold already: paid again within hours, or named by independent reports."""
    burst = t03_burst.bursts(context).select("ring", "payee")
    named = (
        context.support.names.filter("identified")
        .join(context.members, on="node")
        .group_by("ring", pl.col("node").alias("payee"))
        .agg(pl.col("voice").n_unique().alias("voices"))
        .filter(pl.col("voices") >= context.params.t04_reports_payee)
    )
    return pl.concat([burst, named.select("ring", "payee")]).unique()
