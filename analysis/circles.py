"""Closed circles: hands that nobody names and that talk, above all, with a crew and with one another.

Who works in a crew calls colleagues from a line that is for nothing else. Such lines reach few of those whom reports
name, so that each alone looks like somebody's friend; together they are most of what any of them ever calls. The whole
set is judged at once: from all who talk regularly with a component, whoever has most calls elsewhere, or only one
partner inside, is taken away, and again, until nobody goes. What is left is the same in whatever order one asks.

A family does that too, around one of a crew: what hangs on one named hand alone is left out.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.contacts import Talk
from analysis.nodes import Evidence
from analysis.parts import components
from analysis.ties import empty, shaped

_ROUNDS = 50
CALLS = 3
"""Calls between two hands that are no chance."""
DAYS = 2
"""Days on which these are, at least."""


def around(
    evidence: Evidence, talk: Talk, part: NDArray[np.int64], hand: NDArray[np.int64], stop: pl.Series
) -> pl.DataFrame:
    """Ties of kind ``talk`` of closed circles with the components they surround, and among themselves.

    Args:
        evidence: the evidence.
        talk: who talks with whom.
        part: component of every node that reports name something of, -1 outside.
        hand: hand of every node.
        stop: nodes that may be no members.
    """
    p = evidence.params
    inside = pl.DataFrame({"hand": hand, "part": part}).filter(pl.col("part") >= 0).unique()
    held = _of_hands(inside["hand"], hand)
    calls = _between_hands(talk.pairs, hand, stop)
    free = ~held & ~_of_hands(pl.Series(hand[_may_not_join(evidence, stop)]), hand)
    near = pl.DataFrame(schema={"part": pl.Int64, "line": pl.UInt32, "hand": pl.Int64})
    reached, seen = inside.rename({"hand": "other"}).select("part", "other"), held.copy()
    for _ in range(p.circle_steps):
        firm = _from_lines(calls, _of_hands(reached["other"], hand), free, both=False).filter(pl.col("regular"))
        near = pl.concat([near, firm.join(reached, on="other").select(near.columns)]).unique()
        reached = near.select("part", pl.col("hand").alias("other")).unique()
        seen |= _of_hands(reached["other"], hand)
    circle = near
    ends = _from_lines(calls, seen, free, both=True)
    total = talk.totals.select(pl.col("node").alias("line"), pl.col("calls").alias("all"))
    core = inside.join(circle.select("part").unique(), on="part", how="semi").select(
        "part", pl.col("hand").alias("other")
    )
    for _ in range(_ROUNDS):
        everyone = pl.concat([core, circle.select("part", pl.col("hand").alias("other"))]).unique()
        sums = (
            circle.join(ends, on=["line", "hand"])
            .join(everyone, on=["part", "other"])
            .group_by("part", "line", "hand")
            .agg(pl.col("n").sum(), pl.col("regular").sum().alias("partners"))
            .join(total, on="line")
            .filter((pl.col("n") >= p.talk_calls) & (pl.col("n") >= p.circle_share * pl.col("all")))
        )
        # A hand is in for the line that it has for this, whatever else it has; its partners are those of all its lines.
        left = sums.filter(pl.col("partners").sum().over("part", "hand") >= p.circle_partners)
        if left.height == circle.height:
            break
        circle = left.select("part", "line", "hand")
    return _ties(evidence, talk.pairs, ends, circle, core, hand)


def _of_hands(hands: pl.Series, hand: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each number of a hand is one of these."""
    out = np.zeros(len(hand), dtype=np.bool_)
    out[hands.to_numpy()] = True
    return out


def _between_hands(contact: pl.DataFrame, hand: NDArray[np.int64], stop: pl.Series) -> pl.DataFrame:
    """``a, b, x, y, n, days, both``: calls of each pair of lines in two hands, ``x`` and ``y``, that may be members."""
    gone = np.zeros(len(hand), dtype=np.bool_)
    gone[stop.to_numpy()] = True
    a, b = contact["a"].to_numpy(), contact["b"].to_numpy()
    kept = pl.Series((hand[a] != hand[b]) & ~gone[a] & ~gone[b], dtype=pl.Boolean)
    sided = contact.select("a", "b", pl.Series("x", hand[a]), pl.Series("y", hand[b]), "n", "days", "both")
    return sided.filter(kept)


def _from_lines(calls: pl.DataFrame, hands: NDArray[np.bool_], free: NDArray[np.bool_], *, both: bool) -> pl.DataFrame:
    """``line, hand, other, n, regular``: calls of lines of ``free`` hands with ``hands``; with ``both`` of ``hands``
    only."""
    sides = []
    for line, own, there in (("a", "x", "y"), ("b", "y", "x")):
        mine, theirs = calls[own].to_numpy(), calls[there].to_numpy()
        wanted = free[mine] & hands[theirs] & (hands[mine] if both else True)
        sides.append(
            calls.filter(pl.Series(wanted, dtype=pl.Boolean)).select(
                pl.col(line).alias("line"), pl.col(own).alias("hand"), pl.col(there).alias("other"), "n", "days", "both"
            )
        )
    sums = (
        pl.concat(sides)
        .group_by("line", "hand", "other")
        .agg(pl.col("n").sum(), pl.col("days").sum(), pl.col("both").any())
    )
    regular = (pl.col("n") >= CALLS) & (pl.col("days") >= DAYS) & pl.col("both")
    return sums.select("line", "hand", "other", "n", regular.alias("regular"))


def _may_not_join(evidence: Evidence, stop: pl.Series) -> NDArray[np.bool_]:
    """Whether a node is a known victim's or barred: none of its hand is in a circle."""
    gone = np.zeros(evidence.size, dtype=np.bool_)
    gone[np.fromiter(sorted(evidence.masked), dtype=np.int64)] = True
    away = gone[evidence.node_code]
    away[stop.to_numpy()] = True
    return away


def _ties(
    evidence: Evidence,
    contact: pl.DataFrame,
    ends: pl.DataFrame,
    circle: pl.DataFrame,
    core: pl.DataFrame,
    hand: NDArray[np.int64],
) -> pl.DataFrame:
    """Ties by talk of those groups of a circle that several hands of the component hold."""
    if not circle.height:
        return empty()
    rows = circle.select("part", "hand").unique().sort("part", "hand").with_row_index("row")
    talk = circle.join(ends.filter(pl.col("regular")), on=["line", "hand"]).select("part", "hand", "other").unique()
    talk = talk.join(rows, on=["part", "hand"])
    among = talk.join(rows.rename({"hand": "other", "row": "to"}), on=["part", "other"])
    among = among.select(pl.col("row").alias("u"), pl.col("to").alias("v"))
    rows = rows.with_columns(pl.Series("group", components(rows.height, among)))
    held = (
        talk.join(core, on=["part", "other"])
        .join(rows.select("row", "group"), on="row")
        .group_by("group")
        .agg(pl.col("other").n_unique().alias("holding"))
        .filter(pl.col("holding") >= evidence.params.circle_held)
    )
    rows = rows.join(held, on="group", how="semi")
    everyone = pl.concat([rows.select("part", "hand"), core.select("part", pl.col("other").alias("hand"))])
    lines = contact.with_columns(
        pl.Series("x", hand[contact["a"].to_numpy()]), pl.Series("y", hand[contact["b"].to_numpy()])
    )
    chosen = rows.select("part", "hand").unique()
    found = []
    for here, there in (("x", "y"), ("y", "x")):
        found.append(
            lines.join(chosen.rename({"hand": here}), on=here).join(
                everyone.rename({"hand": there}).unique(), on=["part", there], how="semi"
            )
        )
    tied = pl.concat(found).filter(pl.col("x") != pl.col("y")).select("a", "b", "since", "until", "rec").unique()
    return shaped(tied.with_columns(pl.lit("talk").alias("kind")), evidence, "a", "b") if tied.height else empty()
