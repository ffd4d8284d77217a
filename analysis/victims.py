"""Those who are harmed, as counts: who paid or reported, and who paid without reporting."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context


def counts(context: Context) -> dict[int, tuple[int, int]]:
    """``(victims, silent victims)`` by ring. A payer and a reporter who cites the payment are one; a silent victim paid
    and no report of theirs is known."""
    evidence, view = context.evidence, context.evidence.view
    reporters = (
        view["links"]
        .filter(pl.col("rel") == "REPORTED_BY")
        .select(pl.col("src").alias("report"), pl.col("dst").alias("reporter"))
    )
    heard = context.candidates.reports.select("ring", "report", "voice").join(reporters, on="report", how="left")
    cited = heard.join(view["mentions"].select("report", pl.col("target").alias("tx")), on="report").select(
        "ring", "tx", "voice"
    )
    paid = context.received.filter(pl.col("payer").is_not_null()).select("ring", "tx", "payer")
    told = (
        view["transfers"]
        .filter((pl.col("kind") == "told") & pl.col("payer").is_not_null())
        .select("tx", pl.col("payer").alias("teller"))
    )
    speaking = (
        paid.join(cited.select("ring", "tx").unique(), on=["ring", "tx"], how="semi").select("ring", "payer").unique()
    )
    known = pl.Series(sorted(evidence.masked), dtype=pl.UInt32).implode()
    victims = pl.concat(
        [told.select(pl.col("teller").alias("payer")), reporters.select(pl.col("reporter").alias("payer"))]
    )["payer"].unique()
    payers = paid.select("ring", "payer").unique()
    silent = (
        payers.join(speaking, on=["ring", "payer"], how="anti")
        .filter(~pl.col("payer").is_in(known) & ~pl.col("payer").is_in(victims.implode()))
        .group_by("ring")
        .agg(pl.len().alias("silent"))
    )
    # A voice whose payment is known stands for its payer; the other voices are victims of their own.
    matched = cited.join(paid, on=["ring", "tx"]).select("ring", "voice").unique()
    unpaid = (
        heard.select("ring", "voice")
        .unique()
        .join(matched, on=["ring", "voice"], how="anti")
        .group_by("ring")
        .agg(pl.len().alias("unpaid"))
    )
    paying = payers.group_by("ring").agg(pl.len().alias("paying"))
    rows = context.members.select("ring").unique().sort("ring")
    for part in (paying, unpaid, silent):
        rows = rows.join(part, on="ring", how="left", maintain_order="left")
    return {
        ring: (paying_n + unpaid_n, silent_n) for ring, paying_n, unpaid_n, silent_n in rows.fill_null(0).iter_rows()
    }
