"""Who is near a candidate ring without being of it: set aside, or left beside it as an associate with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.circles import CALLS
from analysis.contacts import for_nothing_else, only_seen_with
from analysis.network import Network
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.parts import both_ends
from analysis.support import Support, named_groups

_SAID = ("co_named", "script")
"""Kinds of tie that rest on what reports say: who is named with others, in words that others use too."""


@dataclass(frozen=True, slots=True)
class Aside:
    """``members`` who stay, and who does not, all ``ring, node``. ``mistaken``: hands that one report alone ties to the
    ring and that have a life of their own, or no life at all. ``callers``: hands that only talk with some of its
    hands."""

    members: pl.DataFrame
    mistaken: pl.DataFrame
    callers: pl.DataFrame


def set_aside(evidence: Evidence, support: Support, network: Network, members: pl.DataFrame) -> Aside:
    """Members (``ring, node``) without those whom a mistake or mere company puts near them."""
    hands = members.with_columns(pl.Series("hand", network.hands.of[members["node"].to_numpy()]))
    ends = _tied_hands(network, hands)
    told = support.names.join(hands, on="node").join(support.reports.select("report", "coercive"), on="report")
    heard = told.group_by("ring", "hand").agg(
        pl.col("voice").n_unique().alias("heard"),
        (pl.col("role") == "payee").any().alias("payee"),
        pl.col("coercive").any(),
        pl.col("at").min(),
    )
    mistaken = _mistaken(evidence, support, network, hands, ends, heard)
    out = _company(evidence, network, hands.join(mistaken, on=["ring", "node"], how="anti"), ends, heard)
    rest = members.join(pl.concat([mistaken, out.select("ring", "node")]).unique(), on=["ring", "node"], how="anti")
    # A ring that stands on such hands alone keeps them: two reports are worth a look.
    standing = _standing(evidence, support, rest)
    kept = (
        out.filter(~pl.col("named")).select("ring", "node"),
        out.filter("named").join(standing, on="ring", how="semi"),
    )
    aside = pl.concat([mistaken, kept[0], kept[1].select("ring", "node")]).unique()
    callers = out.filter(~pl.col("named") & (pl.col("others") >= evidence.params.talk_members)).select("ring", "node")
    return Aside(
        members.join(aside, on=["ring", "node"], how="anti").sort("ring", "node"),
        mistaken,
        callers.sort("ring", "node"),
    )


def _tied_hands(network: Network, hands: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand, other, kind, voice``: ties between the hands of a ring, each from both ends."""
    ties = (
        network.ties.join(hands.rename({"node": "u", "hand": "a"}), on="u")
        .join(hands.rename({"node": "v", "hand": "b"}), on=["ring", "v"])
        .filter(pl.col("a") != pl.col("b"))
        .select("ring", "a", "b", "kind", "voice")
    )
    return both_ends(ties, ("a", "b"), ("hand", "other"), "ring", "kind", "voice")


def _standing(evidence: Evidence, support: Support, members: pl.DataFrame) -> pl.DataFrame:
    """``ring`` of those that these members still make."""
    groups = named_groups(support, members.rename({"ring": "group"}), evidence.params)
    return groups.select(pl.col("group").alias("ring")).unique()


def _mistaken(
    evidence: Evidence,
    support: Support,
    network: Network,
    hands: pl.DataFrame,
    ends: pl.DataFrame,
    heard: pl.DataFrame,
) -> pl.DataFrame:
    """``ring, node`` of hands that one report alone ties to the ring and that lead a life of their own, or none.

    A wrong digit, a forged number or the reporter's own one in the wrong field looks like that: calls, payments or an
    old contract, none of them with the ring; or, where operators have answered, a line in no record of theirs.
    """
    weak = (
        ends.group_by("ring", "hand")
        .agg(
            pl.col("kind").is_in(_SAID).all().alias("told"),
            pl.col("voice").drop_nulls().n_unique().alias("voices"),
        )
        .filter(pl.col("told") & (pl.col("voices") <= 1))
        .select("ring", "hand")
    )
    doubtful = weak.join(heard, on=["ring", "hand"]).filter((pl.col("heard") <= 1) & ~pl.col("payee"))
    nodes = hands.join(doubtful.select("ring", "hand", "at"), on=["ring", "hand"])
    nodes = nodes.join(_many_lines(evidence, hands), on=["ring", "hand"], how="anti")
    alive = _own_life(evidence, network, nodes)
    found = nodes.join(alive, on=["ring", "hand"], how="semi").select("ring", "node")
    found = pl.concat([found, _seen_nowhere(evidence, network, nodes).select("ring", "node")]).unique()
    rest = hands.select("ring", "node").join(found, on=["ring", "node"], how="anti")
    return found.join(_standing(evidence, support, rest), on="ring", how="semi").sort("ring", "node")


def _many_lines(evidence: Evidence, hands: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand`` of hands with so many lines that nobody writes one of them by mistake."""
    phones = hands.filter(evidence.are(hands["node"], "Phone"))
    codes = phones.with_columns(pl.Series("code", evidence.node_code[phones["node"].to_numpy()]))
    lines = codes.group_by("ring", "hand").agg(pl.col("code").n_unique().alias("lines"))
    return lines.filter(pl.col("lines") >= evidence.params.burner_lines).select("ring", "hand")


def _company(
    evidence: Evidence, network: Network, hands: pl.DataFrame, ends: pl.DataFrame, heard: pl.DataFrame
) -> pl.DataFrame:
    """``ring, node, others, named`` of hands that are tied to the ring by talk alone, as friends and relatives are.

    Friends talk with one member and meet others through them, and most of their calls are not for the crew. Whoever
    runs a crew talks with most of it, with nobody alone, or with one who asks and one who is paid; whoever works in it
    has a line that is for little else. A hand that other reports name and that talks with one of the crew is no
    accomplice for it, as long as it has others to talk with or nobody says that it threatens: in a small town people
    know each other.
    """
    present = hands.select("ring", "hand").unique()
    ends = ends.join(present, on=["ring", "hand"], how="semi")
    known = heard.select("ring", pl.col("hand").alias("other"), "payee")
    quiet = (
        ends.join(known, on=["ring", "other"], how="left")
        .group_by("ring", "hand")
        .agg(
            (pl.col("kind") == "talk").all().alias("talks"),
            pl.col("other").n_unique().alias("others"),
            (pl.col("payee").any() & (~pl.col("payee")).any()).alias("between"),
        )
        .filter("talks")
        .join(heard.select("ring", "hand", "heard", "coercive"), on=["ring", "hand"], how="left")
        .with_columns(pl.col("heard").is_not_null().alias("named"))
    )
    calls = _calls_between(network, hands)
    inside = _inside(network, hands)
    quiet = quiet.join(_closed(evidence, network, inside), on=["ring", "hand"], how="left")
    quiet = quiet.join(_apart(evidence, network, inside), on=["ring", "hand"], how="left").with_columns(
        pl.col("apart").fill_null(value=False)
    )
    core = present.join(quiet.filter(~pl.col("named")), on=["ring", "hand"], how="anti")
    rest = quiet.filter(~pl.col("named"))
    lines = hands.filter(pl.col("node").is_in(network.talk.totals["node"].implode()))
    # Whoever works with who works with the crew: each that stays may show the next one to be in it.
    while True:
        stays = _in_it(evidence.params, lines, rest, calls, core)
        if not stays.height:
            break
        core = pl.concat([core, stays])
        rest = rest.join(stays, on=["ring", "hand"], how="anti")
    works = pl.col("coercive") & (pl.col("closed").fill_null(0) >= evidence.params.named_share)
    strangers = (pl.col("others") < 2) & ~works
    out = pl.concat([rest, quiet.filter(pl.col("named") & strangers)])
    return hands.join(out, on=["ring", "hand"]).select("ring", "node", "others", "named")


def _in_it(
    p: Params, lines: pl.DataFrame, quiet: pl.DataFrame, calls: pl.DataFrame, core: pl.DataFrame
) -> pl.DataFrame:
    """``ring, hand`` of those of ``quiet`` that talk with a ``core`` (``ring, hand``) as one of a crew does; ``lines``
    are the members with calls (``ring, node, hand``)."""
    size = (
        lines.join(core, on=["ring", "hand"], how="semi").group_by("ring").agg(pl.col("hand").n_unique().alias("core"))
    )
    spread = (
        calls.join(core.rename({"hand": "other"}), on=["ring", "other"], how="semi")
        .group_by("ring", "hand")
        .agg(
            (pl.col("n").sum().cast(pl.Float64) ** 2 / (pl.col("n").cast(pl.Float64) ** 2).sum()).alias("evenly"),
            pl.col("other").n_unique().alias("of_core"),
            (pl.col("n") >= CALLS).sum().alias("firm"),
        )
    )
    judged = quiet.join(spread, on=["ring", "hand"], how="left").join(size, on="ring", how="left").fill_null(0)
    runs_it = (pl.col("of_core") >= p.talk_hands) & (pl.col("of_core") >= p.talk_most * pl.col("core"))
    works_in_it = (pl.col("closed") >= p.works_share) & (pl.col("firm") >= p.circle_partners)
    joins_it = (runs_it | works_in_it | pl.col("between")) & (pl.col("evenly") >= p.talk_evenly)
    # A line for nothing else is nobody's private one, whomever of the crew it is for.
    only_for_it = (pl.col("closed") >= p.works_only) & (pl.col("others") >= p.talk_members)
    return judged.filter(joins_it | only_for_it | pl.col("apart")).select("ring", "hand")


def _closed(evidence: Evidence, network: Network, inside: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand, closed``: the largest share of its calls that a line of the hand has with other hands of the
    ring (``inside``)."""
    often = inside.filter(pl.col("n") >= evidence.params.talk_calls).join(network.talk.whole, on="node")
    return often.group_by("ring", "hand").agg((pl.col("n") / pl.col("calls")).max().alias("closed"))


def _apart(evidence: Evidence, network: Network, inside: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand, apart`` (true) of hands with a line that is for other hands of the ring (``inside``) and for
    nothing else, or that is hardly seen with anybody else."""
    p, talk = evidence.params, network.talk
    only = inside.join(talk.whole, on="node").filter(for_nothing_else(p))
    shown = inside.join(talk.shown, on="node").filter(only_seen_with(p, talk))
    found = pl.concat([rows.select("ring", "hand") for rows in (only, shown)]).unique()
    return found.with_columns(pl.lit(value=True).alias("apart"))


def _inside(network: Network, hands: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand, node, n``: calls of the lines of a hand with other hands of the ring."""
    return (
        hands.join(both_ends(network.talk.pairs, ("a", "b"), ("node", "to"), "n"), on="node")
        .join(hands.rename({"node": "to", "hand": "other"}), on=["ring", "to"])
        .filter(pl.col("hand") != pl.col("other"))
        .group_by("ring", "hand", "node")
        .agg(pl.col("n").sum())
    )


def _calls_between(network: Network, hands: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand, other, n``: calls between the hands of a ring, each from both ends."""
    pairs = (
        network.talk.pairs.select("a", "b", "n")
        .join(hands.rename({"node": "a", "hand": "x"}), on="a")
        .join(hands.rename({"node": "b", "hand": "y"}), on=["ring", "b"])
        .filter(pl.col("x") != pl.col("y"))
    )
    both = both_ends(pairs, ("x", "y"), ("hand", "other"), "ring", "n")
    return both.group_by("ring", "hand", "other").agg(pl.col("n").sum())


def _own_life(evidence: Evidence, network: Network, nodes: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand`` of those of ``nodes`` with calls, payments or an old contract of their own."""
    p = evidence.params
    real = network.paid.filter(~pl.col("told"))
    moved = pl.concat(
        [real.select(pl.col("payer").alias("node")), real.select(pl.col("payee").alias("node"))]
    ).drop_nulls()
    parts = [
        network.talk.totals.select("node", "calls", pl.lit(0, dtype=pl.UInt32).alias("payments")),
        moved.group_by("node")
        .agg(pl.len().alias("payments"))
        .select("node", pl.lit(0, dtype=pl.UInt32).alias("calls"), "payments"),
    ]
    sums = (
        nodes.join(pl.concat(parts, how="diagonal_relaxed"), on="node")
        .group_by("ring", "hand")
        .agg(pl.col("calls").sum(), pl.col("payments").sum())
        .filter((pl.col("calls") >= p.own_calls) | (pl.col("payments") >= p.own_payments))
    )
    contracts = network.ties.filter(pl.col("kind") == "contract")
    held = pl.concat([contracts.select(pl.col(side).alias("node"), "since") for side in ("u", "v")])
    old = nodes.join(held, on="node").filter(pl.col("since") <= pl.col("at") - pl.duration(days=p.own_days))
    return pl.concat([sums.select("ring", "hand"), old.select("ring", "hand")]).unique()


def _seen_nowhere(evidence: Evidence, network: Network, nodes: pl.DataFrame) -> pl.DataFrame:
    """Those of ``nodes`` that are lines without any record but the report; none where no operator has answered."""
    if not evidence.view["calls"].height:
        return nodes.clear()
    lines = evidence.are(nodes["node"], "Phone")
    others = network.ties.filter(pl.col("kind") != "co_named")
    seen = pl.concat([others["u"], others["v"], network.talk.totals["node"]])
    paid = network.paid.filter(~pl.col("told"))
    seen = pl.concat([seen, paid["payer"].drop_nulls(), paid["payee"].drop_nulls()]).unique()
    return nodes.filter(lines & ~pl.col("node").is_in(seen.implode()))
