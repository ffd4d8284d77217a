"""Calls between lines, summed by pair: who talks regularly with whom. One pass over the calls, no loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.params import Params
from analysis.parts import both_ends
from analysis.ties import empty, shaped


@dataclass(frozen=True)
class Talk:
    """Who talks with whom. ``pairs`` as :func:`pairs` makes them; ``given``: of which nodes these are all calls, as far
    as one can tell (:func:`given`)."""

    pairs: pl.DataFrame
    given: NDArray[np.bool_]

    @cached_property
    def totals(self) -> pl.DataFrame:
        """``node, calls, partners`` of every line."""
        ends = [self.pairs.select(pl.col(side).alias("node"), "n") for side in ("a", "b")]
        return pl.concat(ends).group_by("node").agg(pl.col("n").sum().alias("calls"), pl.len().alias("partners"))

    @cached_property
    def whole(self) -> pl.DataFrame:
        """:attr:`totals` of those lines of which they are all calls."""
        return self.totals.filter(pl.Series(self.given[self.totals["node"].to_numpy()], dtype=pl.Boolean))

    @cached_property
    def shown(self) -> pl.DataFrame:
        """:attr:`totals` of those lines that only the calls of others show."""
        return self.totals.filter(pl.Series(~self.given[self.totals["node"].to_numpy()], dtype=pl.Boolean))

    @cached_property
    def cover(self) -> float:
        """Share of the calls of lines that operators gave which is with other lines that they gave."""
        a, b = (self.given[self.pairs[end].to_numpy()] for end in ("a", "b"))
        calls = self.pairs["n"].to_numpy()
        inside, across = 2 * int(calls[a & b].sum()), int(calls[a ^ b].sum())
        return inside / (inside + across) if inside else 0.0


def pairs(evidence: Evidence) -> pl.DataFrame:
    """``a, b`` (nodes, a < b), ``n, days, both, since, until, rec``: voice calls and messages of each pair of lines."""
    calls = _between_two(evidence).select("a", "b", "start", "rec")
    placed = evidence.place(evidence.place(calls, "a", "start"), "b", "start")
    return (
        placed.with_columns(
            pl.min_horizontal("a", "b").alias("x"),
            pl.max_horizontal("a", "b").alias("y"),
            (pl.col("a") < pl.col("b")).alias("up"),
            pl.col("start").dt.truncate("1d").alias("day"),
        )
        .group_by("x", "y")
        .agg(
            pl.len().alias("n"),
            pl.col("day").n_unique().alias("days"),
            (pl.col("up").n_unique() == 2).alias("both"),
            pl.col("start").min().alias("since"),
            pl.col("start").max().alias("until"),
            pl.col("rec").min(),
        )
        .rename({"x": "a", "y": "b"})
        .sort("a", "b")
    )


def _between_two(evidence: Evidence) -> pl.DataFrame:
    """Calls at a known time between two known lines that are not one."""
    known = pl.all_horizontal(pl.col("a", "b", "start").is_not_null())
    return evidence.view["calls"].filter(known & (pl.col("a") != pl.col("b")))


def given(evidence: Evidence, bursts: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether each node is, as far as one can tell, a line whose own calls operators gave.

    Operators give the calls of the lines they are asked for. Of any other line one sees its calls with those and no
    others, so whom it mostly talks with, nobody knows. Records say whose they are; one-ring calls (``bursts``, as of
    :func:`analysis.wangiri.pings`) reach everybody and are left out.
    """
    lines = bursts["line"].unique().implode()
    calls = _between_two(evidence).filter(~pl.col("a").is_in(lines) & ~pl.col("b").is_in(lines))
    ends = [
        calls.select(pl.col(end).alias("line"), "start", (pl.col("direction") == of).fill_null(value=True).alias("own"))
        for end, of in (("a", "MO"), ("b", "MT"))
    ]
    shares = evidence.place(pl.concat(ends), "line", "start").group_by("line").agg(pl.col("own").mean())
    out = np.ones(len(evidence.node_code), dtype=np.bool_)
    out[shares.filter(pl.col("own") < evidence.params.given_share)["line"].to_numpy()] = False
    return out


def regular(
    evidence: Evidence,
    talk: Talk,
    part: NDArray[np.int64],
    hand: NDArray[np.int64],
    barred: pl.Series,
    loud: pl.Series,
) -> pl.DataFrame:
    """Ties by talk between hands. ``part`` gives the component of each node that reports name, -1 outside.

    Two hands of such components tie when they talk often, on several days, both ways. A hand outside ties to those it
    talks with when several are of one component, or their lines are many, the talk is regular, and it is a good share
    of all its calls. Talk goes both ways, but for whoever gives orders. A lone call to a once-reported number ties
    nothing; nor do few calls of many with a line that rings everybody (``loud``).
    """
    p = evidence.params
    stop = barred.implode()
    often = talk.pairs.filter((pl.col("n") >= 2) & ~pl.col("a").is_in(stop) & ~pl.col("b").is_in(stop))
    a, b = often["a"].to_numpy(), often["b"].to_numpy()
    sided = often.with_columns(
        pl.Series("hand_a", hand[a]), pl.Series("hand_b", hand[b]),
        pl.Series("in_a", part[a] >= 0), pl.Series("in_b", part[b] >= 0),
    ).filter(pl.col("hand_a") != pl.col("hand_b"))  # fmt: skip
    columns = ["since", "until", "rec"]
    inside = sided.filter(pl.col("in_a") & pl.col("in_b")).with_columns(
        pl.min_horizontal("hand_a", "hand_b").alias("x"), pl.max_horizontal("hand_a", "hand_b").alias("y")
    )
    firm = (
        inside.group_by("x", "y")
        .agg(pl.col("n").sum(), pl.col("days").sum(), pl.col("both").any())
        .filter((pl.col("n") >= p.talk_calls) & (pl.col("days") >= p.talk_days) & pl.col("both"))
    )
    joined = inside.join(firm.select("x", "y"), on=["x", "y"], how="semi").select(
        pl.col("a").alias("line"), pl.col("b").alias("member"), *columns
    )
    outside = _callers(evidence, talk, sided, hand, part)
    above_all = _above_all(evidence, talk, hand, part, pl.concat([barred, loud]).unique().implode())
    rows = pl.concat([joined, *(found.select("line", "member", *columns) for found in (outside, above_all))])
    return (
        shaped(rows.with_columns(pl.lit("talk").alias("kind")), evidence, "line", "member") if rows.height else empty()
    )


def _callers(
    evidence: Evidence, talk: Talk, sided: pl.DataFrame, hand: NDArray[np.int64], part: NDArray[np.int64]
) -> pl.DataFrame:
    """Talk of hands outside with hands inside, of those outside who pass the test of :func:`regular`."""
    p = evidence.params
    sides = [
        sided.filter(pl.col(f"in_{there}") & ~pl.col(f"in_{here}")).select(
            pl.col(here).alias("line"), pl.col(there).alias("member"), pl.col(f"hand_{here}").alias("caller"),
            pl.col(f"hand_{there}").alias("to"), "n", "days", "both", "since", "until", "rec",
        )
        for here, there in (("a", "b"), ("b", "a"))
    ]  # fmt: skip
    calls = pl.concat(sides)
    calls = calls.with_columns(
        pl.Series("part", part[calls["member"].to_numpy()]), pl.Series("given", talk.given[calls["line"].to_numpy()])
    )
    of_one = calls.group_by("caller", "part").agg(pl.col("to").n_unique().alias("of_one"))
    of_one = of_one.group_by("caller").agg(pl.col("of_one").max())
    per_line = talk.totals
    everything = per_line.with_columns(pl.Series("caller", hand[per_line["node"].to_numpy()])).group_by("caller").agg(
        pl.col("calls").sum().alias("all")
    )  # fmt: skip
    callers = (
        calls.group_by("caller")
        .agg(
            pl.col("member").n_unique().alias("lines"),
            pl.col("n").sum().alias("calls"),
            pl.col("days").sum(),
            pl.col("both").any(),
            pl.col("given").all(),
        )
        .join(everything, on="caller")
        .join(of_one, on="caller")
        .filter((pl.col("of_one") >= p.talk_members) | (pl.col("lines") >= p.talk_lines))
        .filter((pl.col("calls") >= p.talk_calls) & (pl.col("days") >= p.talk_days))
        .filter(pl.col("calls") >= p.talk_share * pl.col("all"))
        .filter(pl.col("both") | _gives_orders(p))
    )
    return calls.join(callers.select("caller"), on="caller", how="semi")


def _above_all(
    evidence: Evidence, talk: Talk, hand: NDArray[np.int64], part: NDArray[np.int64], stop: pl.Series
) -> pl.DataFrame:
    """``line, member, since, until, rec``: calls of lines outside that are for hands of one component and hardly for
    anybody else.

    Of a line whose calls operators gave, with many hands, each seldom: whoever works with many has little to say to
    each, and no stranger knows them all; or, often and both ways, with one and with nobody else: whoever has a line for
    nothing but that has another one to live with. Of a line whose calls nobody gave, with several, either way: where
    operators gave most of what their lines call, somebody with a life of their own would be seen with others.
    """
    p = evidence.params
    pairs = talk.pairs.filter(~pl.col("a").is_in(stop) & ~pl.col("b").is_in(stop))
    sides = both_ends(pairs, ("a", "b"), ("line", "member"), "n", "both", "since", "until", "rec")
    members = sides["member"].to_numpy()
    sided = sides.with_columns(pl.Series("part", part[members]), pl.Series("to", hand[members])).filter(
        pl.Series((part[sides["line"].to_numpy()] < 0) & (part[members] >= 0), dtype=pl.Boolean)
    )
    sums = sided.group_by("line", "part").agg(
        pl.col("n").sum(), pl.col("to").n_unique().alias("hands"), pl.col("both").any()
    )
    whole = sums.join(talk.whole.rename({"node": "line"}), on="line")
    spread = whole.filter(
        (pl.col("hands") >= p.spread_hands)
        & (pl.col("n") >= p.talk_calls)
        & (pl.col("n") >= p.works_share * pl.col("calls"))
    )
    only = whole.filter(pl.col("both") & for_nothing_else(p))
    shown = sums.join(talk.shown.rename({"node": "line"}), on="line").filter(
        (pl.col("hands") >= p.talk_members) & only_seen_with(p, talk)
    )
    found = pl.concat([rows.select("line", "part") for rows in (spread, only, shown)])
    return sided.join(found, on=["line", "part"], how="semi")


def for_nothing_else(p: Params) -> pl.Expr:
    """Whether a line has so many calls, and nearly all (``calls``) with a crew (``n``), that it is for nothing else."""
    return (pl.col("n") >= p.own_calls) & (pl.col("n") >= p.works_only * pl.col("calls"))


def only_seen_with(p: Params, talk: Talk) -> pl.Expr:
    """Whether a line that only others' calls show has nearly all of these (``calls``) with a crew (``n``)."""
    if talk.cover < p.seen_cover:
        return pl.lit(value=False)
    return (pl.col("n") >= p.seen_calls) & (pl.col("n") >= p.seen_share * pl.col("calls"))


def _gives_orders(p: Params) -> pl.Expr:
    """Whether a caller whom nobody calls is one who tells several of a crew what to do, and does little else: of a
    line whose own calls are not in the evidence nobody knows that."""
    often = (pl.col("calls") >= p.orders_calls) & (pl.col("calls") >= p.orders_share * pl.col("all"))
    return pl.col("given") & often & (pl.col("of_one") >= p.talk_hands)
