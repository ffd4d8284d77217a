"""Outlets that surprise: of all that they pay, how much goes to payees whom reports name, against their town's others.

Ten times the legitimate customers lower the surprise; the only outlet of a place has none. A list to ask agencies for
data by, never an accusation of an agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from analysis import flows, support
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.typologies.t14_outlet import against_peers, outlets_of, unlikely
from graph.evidence import View


def surprising(
    view: View, params: Params | None = None, masked_parties: Mapping[str, str] | Iterable[str] = ()
) -> pl.DataFrame:
    """``outlet, town, paid, reported, payees, town_paid, town_reported, lift, surprise``, the most surprising first.

    ``reported`` counts pay-outs to payees whom at least one identified report names, before or after; ``paid`` all of
    the outlet's. ``outlet`` is a code of the view, ``town`` null where operators wrote none. Only outlets of at least
    ``t14_payees``, ``t14_surprise`` and ``t14_lift``.
    """
    p = params or Params()
    names = masked_parties if isinstance(masked_parties, Mapping) else {uid: uid for uid in masked_parties}
    evidence = Evidence(view, p, view.by_code(names))
    paid = flows.payments(evidence)
    backing = support.gather(evidence)
    named = backing.names.filter((pl.col("role") == "payee") & pl.col("identified"))["node"].unique()
    at_outlets = paid.filter(pl.col("outlet").is_not_null() & pl.col("payee").is_in(named.implode()))
    flagged = at_outlets.group_by("outlet").agg(
        pl.lit(0, dtype=pl.UInt32).alias("ring"), pl.len().alias("flagged"), pl.col("payee").n_unique().alias("payees")
    )
    rows = against_peers(flagged, outlets_of(evidence, paid)).filter(
        (pl.col("lift") >= p.t14_lift) & (pl.col("payees") >= p.t14_payees)
    )
    surprise = [
        round(unlikely(*numbers), 3)
        for numbers in rows.select("town_paid", "town_flagged", "paid", "flagged").iter_rows()
    ]
    town = pl.when(pl.col("town").str.starts_with("\x1f")).then(None).otherwise("town").alias("town")
    return (
        rows.with_columns(pl.Series("surprise", surprise, dtype=pl.Float64), town, pl.col("lift").round(2))
        .filter(pl.col("surprise") >= p.t14_surprise)
        .select(
            "outlet", "town", "paid", pl.col("flagged").alias("reported"), "payees", "town_paid",
            pl.col("town_flagged").alias("town_reported"), "lift", "surprise",
        )
        .sort("surprise", "outlet", descending=[True, False])
    )  # fmt: skip
