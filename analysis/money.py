"""Money of a ring: what came in from outside, and what its call-backs cost others; exact, by currency."""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis import wangiri
from analysis.findings import Money, Reason
from analysis.reasons import CITED, reason
from analysis.typologies.base import Context
from graph.money import DECIMALS, amount_text

ABROAD: Final = "EUR"
"""In what operators settle for calls abroad."""


def totals(received: pl.DataFrame) -> dict[int, tuple[Money, ...]]:
    """Sums by ring, largest number of transfers first."""
    rows = (
        received.filter(pl.col("amount").is_not_null() & pl.col("currency").is_not_null())
        .unique(["ring", "tx"])
        .group_by("ring", "currency")
        .agg(pl.col("amount").sum(), pl.len().alias("n"))
        .sort("ring", "n", "currency", descending=[False, True, False])
    )
    out: dict[int, list[Money]] = {}
    for ring, currency, amount, n in rows.iter_rows():
        out.setdefault(ring, []).append(Money(currency=currency, total=amount_text(amount, currency), transfers=n))
    return {ring: tuple(found) for ring, found in out.items()}


def call_backs(context: Context) -> dict[int, list[Reason]]:
    """What call-backs cost, by ring: charged to those who called, by currency; then what their operators owe abroad.

    The first is what call records state (``charge``, a column that is kept with the record). The second is an estimate:
    minutes times an assumed rate. The two are not one loss: some subscribers pay nothing for what their operator owes.
    """
    drains = context.members.filter(pl.col("node").is_in(context.network.drains["line"].implode()))
    if not drains.height:
        return {}
    members = context.members.join(drains, on="ring", how="semi")
    lines = members.select("ring", pl.Series(context.evidence.node_code).gather(members["node"]).alias("line"))
    calls = (
        wangiri.called_back(context.evidence, wangiri.rung(context.evidence, lines["line"]))
        .join(lines.unique(), on="line")
        .join(lines.rename({"line": "called"}), on=["ring", "called"], how="anti")  # they talk with each other too
    )
    legs = calls.select("ring", "rec").explode("rec").sort("ring", "rec")
    told = legs.with_columns(context.evidence.view.told["extra"].gather(legs["rec"]).alias("extra")).with_columns(
        pl.col("extra").str.json_path_match("$.charge").cast(pl.Float64, strict=False).alias("charge"),
        pl.col("extra").str.json_path_match("$.currency").str.to_uppercase().alias("currency"),
    )
    places = pl.col("currency").replace_strict(
        list(DECIMALS), list(DECIMALS.values()), default=2, return_dtype=pl.Int64
    )
    sums = (
        told.filter(pl.col("charge").is_finite() & (pl.col("charge") > 0) & pl.col("currency").is_not_null())
        .with_columns(places.alias("places"))
        .with_columns((pl.col("charge") * 10 ** pl.col("places")).round().cast(pl.Int64).alias("minor"))
        .group_by("ring", "currency")
        .agg(pl.col("minor").sum(), pl.len().alias("calls"), pl.col("rec").sort().head(CITED))
        .sort("ring", "calls", "currency", descending=[False, True, False])
    )
    records, rate = context.evidence.view.record_ids, context.params.settlement_eur
    out: dict[int, list[Reason]] = {}
    for row in sums.iter_rows(named=True):
        total = amount_text(row["minor"], row["currency"])
        told_by = records(row["rec"])
        one = reason("money_call_backs", told_by, currency=row["currency"], total=total, calls=row["calls"])
        out.setdefault(row["ring"], []).append(one)
    spoken = calls.group_by("ring").agg(pl.col("duration_s").sum()).filter(pl.col("duration_s") >= 60).sort("ring")
    first = dict(legs.group_by("ring").agg(pl.col("rec").head(CITED)).iter_rows())
    for ring, seconds in spoken.iter_rows():
        owed = amount_text(round(seconds / 60 * rate * 100), ABROAD)
        estimate = reason(
            "money_settlement",
            records(first[ring]),
            currency=ABROAD,
            total=owed,
            minutes=seconds // 60,
            rate=f"{rate:.2f}",
        )
        out.setdefault(ring, []).append(estimate)
    return out
