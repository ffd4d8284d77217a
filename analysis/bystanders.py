"""Bystanders: who only pays those whom reports name, and is never a member for anything that ties them to a crew.

Most of them are harmed. Some are colleagues: these have more to do with a crew than anybody harmed has.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import circles, flows
from analysis.contacts import Talk
from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.support import Support


def payers(
    evidence: Evidence,
    support: Support,
    paid: pl.DataFrame,
    passing: pl.DataFrame,
    hard: pl.DataFrame,
    pocket: NDArray[np.int64],
) -> pl.Series:
    """Payers of named payees and their own lines: never in the network, unless named themselves, in the pocket of a
    payee whom reports name, or passing money on."""
    named = support.names["node"].unique()
    paying = flows.payers_of(paid, named.to_numpy())
    collecting = pl.concat([support.names.filter(pl.col("role") == "payee")["node"], passing["via"], passing["to"]])
    of_them = np.flatnonzero(np.isin(pocket, pocket[collecting.unique().to_numpy()])).astype(np.uint32)
    hands = pl.concat([named, pl.Series(of_them, dtype=pl.UInt32)]).unique()
    bystander = paying.filter(~paying.is_in(hands.implode()))
    own = hard.filter(pl.col("kind").is_in(["stated", "contract", "holds"]))
    around = pl.concat(
        [
            own.filter(pl.col("u").is_in(bystander.implode()))["v"],
            own.filter(pl.col("v").is_in(bystander.implode()))["u"],
        ]
    ).unique()
    around = around.filter(~around.is_in(hands.implode()))
    return pl.concat([bystander, around, _own_numbers(support, paid, own)]).unique().sort()


def colleagues(
    evidence: Evidence,
    hard: pl.DataFrame,
    talk: Talk,
    part: NDArray[np.int64],
    hand: NDArray[np.int64],
    barred: pl.Series,
) -> pl.Series:
    """Lines of ``barred``, and what they hold, that talk now and then, both ways, with ``talk_hands`` hands of one
    component. Whoever is harmed knows one or two of a crew; who works in it pays its payees too."""
    p = evidence.params
    often = talk.pairs.filter((pl.col("n") >= circles.CALLS) & (pl.col("days") >= circles.DAYS) & pl.col("both"))
    theirs = both_ends(often, ("a", "b"), ("node", "other")).filter(pl.col("node").is_in(barred.implode()))
    others = theirs["other"].to_numpy()
    theirs = theirs.with_columns(pl.Series("part", part[others]), pl.Series("hand", hand[others]))
    known = theirs.filter(pl.col("part") >= 0).group_by("node", "part").agg(pl.col("hand").n_unique().alias("hands"))
    several = known.filter(pl.col("hands") >= p.talk_hands).select("node").unique()
    held = both_ends(hard.filter(pl.col("kind") == "holds"), ("u", "v"), ("node", "other")).join(several, on="node")
    return barred.filter(barred.is_in(pl.concat([several["node"], held["other"]]).implode()))


def _own_numbers(support: Support, paid: pl.DataFrame, own: pl.DataFrame) -> pl.Series:
    """Payers' own numbers that a reporter typed among the suspect's: named once, in a report that also names the payee
    whom their holder or wallet paid."""
    once = support.names.group_by("node").agg(
        pl.col("voice").n_unique().alias("voices"), (pl.col("role") == "payee").any().alias("payee"),
        pl.col("report").first(),
    ).filter((pl.col("voices") == 1) & ~pl.col("payee"))  # fmt: skip
    both = pl.concat(
        [
            own.select(pl.col("u").alias("node"), pl.col("v").alias("payer")),
            own.select(pl.col("v").alias("node"), pl.col("u").alias("payer")),
        ]
    ).unique()
    payments = paid.filter(pl.col("payer").is_not_null()).select("payer", "payee").drop_nulls().unique()
    named = support.names.select("report", pl.col("node").alias("payee"))
    return (
        once.select("node", "report")
        .join(both, on="node")
        .join(payments, on="payer")
        .join(named, on=["report", "payee"], how="semi")["node"]
        .unique()
    )
