"""T14: pay-outs of several payees of a ring at one outlet, far above what its town's other outlets pay to them.

The measure is the share of the outlet's whole volume that goes to the ring, against the same share at its peers of the
town: ten times the legitimate customers lower it. The only outlet of a place has no peers and no surprise. A hit is a
data request, never an accusation of the agent.
"""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Final

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.typologies.base import Context, hits

CODE: Final = "t14_cash_out"


def detect(context: Context) -> pl.DataFrame:
    """Outlets where a ring's pay-outs concentrate beyond those of the town, one hit an outlet."""
    p = context.params
    mine = context.received.filter(pl.col("outlet").is_not_null()).with_columns(pl.len().over("ring").alias("n"))
    here = mine.group_by("ring", "outlet").agg(
        pl.col("payee").n_unique().alias("payees"),
        pl.len().alias("flagged"),
        (pl.len() / pl.col("n").first()).alias("share"),
        pl.col("rec").unique().sort().alias("records"),
    )
    rows = (
        against_peers(here, context.once("t14 outlets", outlets))
        .filter((pl.col("payees") >= p.t14_payees) & (pl.col("share") >= p.t14_share) & (pl.col("lift") >= p.t14_lift))
        .sort("ring", "outlet")
    )
    sure = [
        unlikely(*numbers) >= p.t14_surprise
        for numbers in rows.select("town_paid", "town_flagged", "paid", "flagged").iter_rows()
    ]
    return hits(
        CODE,
        (
            (
                row["ring"],
                row["share"],
                {"outlet": context.uid(row["outlet"]), "payees": row["payees"], "share": round(row["share"], 2)},
                row["records"],
            )
            for row in rows.filter(pl.Series(sure, dtype=pl.Boolean)).iter_rows(named=True)
        ),
    )


def outlets(evidence: Evidence, network: Network) -> pl.DataFrame:
    """:func:`outlets_of` all payments."""
    return outlets_of(evidence, network.paid)


def outlets_of(evidence: Evidence, payments: pl.DataFrame) -> pl.DataFrame:
    """``outlet, town, paid, town_paid, peers``: all pay-outs of every outlet, of its town, and how many others the town
    has. Towns as the operators write them; outlets of which none is written are peers of their operator's."""
    paid = payments.filter(pl.col("outlet").is_not_null()).select("tx", "outlet", "rail")
    said = (
        evidence.view["statements"]
        .filter((pl.col("prop") == "pay_city") & pl.col("text").is_not_null())
        .group_by(pl.col("subject").alias("tx"))
        .agg(pl.col("text").str.strip_chars().str.to_lowercase().min().alias("town"))
    )
    of = (
        paid.join(said, on="tx", how="left")
        .group_by("outlet", "town", "rail")
        .len("n")
        .sort("outlet", pl.col("town").is_null(), "n", "town", "rail", descending=[False, False, True, False, False])
        .unique("outlet", keep="first", maintain_order=True)
        .select("outlet", pl.coalesce("town", pl.lit("\x1f") + pl.col("rail"), pl.lit("\x1f")).alias("town"))
    )
    return (
        paid.group_by("outlet")
        .agg(pl.len().cast(pl.Int64).alias("paid"))
        .join(of, on="outlet")
        .with_columns(pl.col("paid").sum().over("town").alias("town_paid"), (pl.len().over("town") - 1).alias("peers"))
        .select("outlet", "town", "paid", "town_paid", "peers")
        .sort("outlet")
    )


def against_peers(flagged: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``flagged`` (``ring, outlet, flagged`` and more) with ``paid, town_paid, town_flagged, lift`` of outlets that
    have peers. ``lift``: flagged share of the outlet's pay-outs over that of its peers' (half a pay-out is added to
    these, so that none is no division by zero)."""
    rows = flagged.join(known, on="outlet").filter(pl.col("peers") > 0)
    town = rows.with_columns(pl.col("flagged").cast(pl.Int64).sum().over("ring", "town").alias("town_flagged"))
    elsewhere = (pl.col("town_flagged") - pl.col("flagged") + 0.5) / (pl.col("town_paid") - pl.col("paid") + 0.5)
    return town.with_columns((pl.col("flagged") / pl.col("paid") / elsewhere).alias("lift"))


def unlikely(town_paid: int, town_flagged: int, paid: int, flagged: int) -> float:
    """Surprise: minus the decimal logarithm of the chance that an outlet with ``paid`` of its town's ``town_paid``
    pay-outs has ``flagged`` or more of the ``town_flagged`` (hypergeometric)."""

    def ways(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    whole = ways(town_paid, town_flagged)
    most = min(paid, town_flagged)
    least = max(flagged, town_flagged - (town_paid - paid))
    terms = [ways(paid, k) + ways(town_paid - paid, town_flagged - k) - whole for k in range(least, most + 1)]
    top = max(terms, default=0.0)
    return -(top + log(sum(exp(term - top) for term in terms) or 1.0)) / log(10)
