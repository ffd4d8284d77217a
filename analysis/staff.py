"""Who works for a call-back drain: lines that talk mostly with the line of somebody who runs it.

Nobody names such lines, and each alone may be a friend's. Many of them on one line, whose hand holds the ends to which
a draining number is diverted or talks with them, are a centre. Those who answer may know nothing: they are members as
*employees*, found after the communities, so that they join no rings and lend no ring any weight.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.contacts import Talk
from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.support import Support
from analysis.ties import empty, shaped

WORK: Final = {"EMPLOYED_BY": "employee", "MANAGES": "manager"}
"""Relations of people to the organisation they work for, and what they are in it."""

_CALLS = 3
_DAYS = 2
_LISTED = 3
"""People on a list found in a search who belong to a crew, from which the list is the crew's."""


def works_for(
    evidence: Evidence,
    support: Support,
    rows: pl.DataFrame,
    talk: Talk,
    drains: pl.DataFrame,
    harm: pl.DataFrame,
    part: NDArray[np.int64],
    hand: NDArray[np.int64],
    stop: pl.Series,
) -> pl.DataFrame:
    """Ties of kind ``staff`` between a line outside every component and the line it works for, and of kind ``listed``
    between people on a list of staff (:func:`_listed`).

    Args:
        evidence: the evidence.
        support: who is named; a named line is no employee for it.
        rows: the other ties.
        talk: who talks with whom. Of a line of which operators did not give all calls nobody knows whom it mostly talks
            with, and the friends of one line that was asked for are no staff of it.
        drains: lines that drain callers (:func:`analysis.wangiri.drains`).
        harm: who called one-ring lines back (:func:`analysis.wangiri.harmed`); nobody of these is an employee.
        part: component of every node, -1 outside.
        hand: hand of every node.
        stop: nodes that may be no members.
    """
    p = evidence.params
    if not drains.height:
        return empty()
    chiefs = _chiefs(evidence, rows, drains, part, hand)
    outside = pl.Series(np.flatnonzero(part < 0).astype(np.uint32))
    away = pl.concat([support.names["node"], stop, harm["node"]]).unique()
    outside = outside.filter(~outside.is_in(away.implode())).implode()
    sides = both_ends(talk.pairs, ("a", "b"), ("line", "chief"), "n", "days", "since", "until", "rec")
    calls = sides.filter(pl.col("chief").is_in(chiefs.implode()) & pl.col("line").is_in(outside))
    firm = (
        calls.group_by("line")
        .agg(pl.col("n").sum(), pl.col("days").sum())
        .join(talk.whole.rename({"node": "line"}), on="line")
        .filter((pl.col("n") >= _CALLS) & (pl.col("days") >= _DAYS))
        .filter(pl.col("n") >= p.talk_share * pl.col("calls"))
    )
    calls = calls.join(firm.select("line"), on="line", how="semi")
    many = (
        calls.group_by("chief").agg(pl.col("line").n_unique().alias("lines")).filter(pl.col("lines") >= p.staff_lines)
    )
    calls = calls.join(many.select("chief"), on="chief", how="semi").with_columns(pl.lit("staff").alias("kind"))
    listed = _listed(evidence, drains, part, hand, away)
    found = pl.concat([calls.select("line", "chief", "since", "until", "rec", "kind"), listed])
    return shaped(found, evidence, "line", "chief") if found.height else empty()


def _listed(
    evidence: Evidence, drains: pl.DataFrame, part: NDArray[np.int64], hand: NDArray[np.int64], away: pl.Series
) -> pl.DataFrame:
    """``line, chief, since, until, rec, kind``: people of one organisation by papers found where a search was made, one
    of whose managers, or several of whom, belong to the component of a drain.

    A register of employers says nothing: half of a town works in call centres.
    """
    code_of = pl.Series(evidence.node_code)
    draining = part[np.isin(evidence.node_code, drains["line"].to_numpy())]
    inside = np.unique(draining[draining >= 0])
    seized = np.flatnonzero(evidence.source_type == "seizure").astype(np.uint32)
    work = (
        evidence.view["links"]
        .filter(pl.col("rel").is_in(sorted(WORK)) & pl.col("rec").is_in(pl.Series(seized).implode()))
        .select(pl.col("src").alias("code"), pl.col("dst").alias("centre"), "rel", "since", "until", "rec")
    )
    nodes = pl.DataFrame({"node": np.arange(len(code_of), dtype=np.uint32), "code": code_of, "hand": hand})
    people = work.join(nodes, on="code").filter(~pl.col("node").is_in(away.implode()))
    within = pl.DataFrame({"hand": hand, "part": part}).filter(pl.col("part").is_in(inside.tolist())).unique()
    crew = people.join(within.group_by("hand").agg(pl.col("part").min()), on="hand")
    chiefs = (
        crew.group_by("centre", "part")
        .agg(
            (pl.col("rel") == "MANAGES").any().alias("led"),
            pl.col("hand").n_unique().alias("hands"),
            pl.col("node").sort_by(pl.col("rel") != "MANAGES", "node").first().alias("chief"),
        )
        .filter(pl.col("led") | (pl.col("hands") >= _LISTED))
        .sort("centre", "hands", "part", descending=[False, True, False])
        .unique("centre", keep="first", maintain_order=True)
    )
    outside = people.filter(pl.Series(part[people["node"].to_numpy()] < 0, dtype=pl.Boolean))
    return outside.join(chiefs.select("centre", "chief"), on="centre").select(
        pl.col("node").alias("line"), "chief", "since", "until", "rec", pl.lit("listed").alias("kind")
    )


def _chiefs(
    evidence: Evidence, rows: pl.DataFrame, drains: pl.DataFrame, part: NDArray[np.int64], hand: NDArray[np.int64]
) -> pl.Series:
    """Lines of the hands that hold, or talk with, what draining lines are diverted to; never those ends themselves."""
    code_of = pl.Series(evidence.node_code)
    draining = drains["line"].unique().implode()
    ends = rows.filter(pl.col("kind") == "diverted").select("u", "v")
    sides = both_ends(ends, ("u", "v"), ("drain", "trunk"))
    trunks = sides.filter(code_of.gather(sides["drain"]).is_in(draining))["trunk"].unique()
    near = both_ends(rows.filter(pl.col("kind") == "talk"), ("u", "v"), ("trunk", "beside"))
    beside = near.filter(pl.col("trunk").is_in(trunks.implode()))["beside"].unique()
    hands = np.unique(hand[pl.concat([trunks, beside]).to_numpy()])
    tied = pl.concat([ends["u"], ends["v"], trunks]).unique()
    lines = np.flatnonzero(np.isin(hand, hands) & (part >= 0)).astype(np.uint32)
    chosen = pl.Series(lines).filter(evidence.are(lines, "Phone"))
    return chosen.filter(~chosen.is_in(tied.implode()))


def joined(rows: pl.DataFrame, members: pl.DataFrame, hand: NDArray[np.int64], part: NDArray[np.int64]) -> pl.DataFrame:
    """``ring, node`` of employees of members, each with what belongs to the same hand."""
    staff = rows.filter(pl.col("kind").is_in(["staff", "listed"]))
    if not staff.height:
        return members.clear()
    sides = both_ends(staff, ("u", "v"), ("line", "node"))
    sides = sides.filter(pl.Series(part[sides["line"].to_numpy()] < 0, dtype=pl.Boolean))
    found = members.join(sides, on="node").select("ring", "line")
    found = found.with_columns(pl.Series("hand", hand[found["line"].to_numpy()])).select("ring", "hand").unique()
    whose = pl.DataFrame({"node": np.arange(len(hand), dtype=np.uint32), "hand": hand}).filter(
        pl.Series(part < 0, dtype=pl.Boolean)
    )
    return found.join(whose, on="hand").select("ring", "node").unique().sort("ring", "node")
