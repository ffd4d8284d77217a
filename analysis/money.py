"""Money of a ring: payments from outside to its members, each once, exact, by currency."""

from __future__ import annotations

import polars as pl

from analysis.findings import Money
from graph.money import amount_text


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
