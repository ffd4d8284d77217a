"""Candidate rings: communities with their members, their reports, and payees who serve two sides set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import staff
from analysis.communities import slices
from analysis.contacts import totals
from analysis.network import Network, components
from analysis.nodes import Evidence
from analysis.support import Support

_SIDE_VOICES = 2
_TOLD_OF = ("HAS_ROLE", "HAS_EVENT", "EMPLOYED_BY", "MANAGES")
"""Relations that say more of a person than in whose name a line is."""


@dataclass(frozen=True)
class Candidates:
    """``members``: ``ring, node``; ``reports``: ``ring, report, voice, identified, copy, coercive, category, at, rec``;
    ``shared``: ``node, rings`` of payees who belong to several rings; ``mistaken``: ``ring, node`` set aside by
    :func:`named_once`; ``callers``: ``ring, node`` of hands that only talk with two of its hands; ``holders``:
    ``ring, node, line, rec``, set aside by :func:`without_holders`. Rings are numbered by their smallest node."""

    members: pl.DataFrame
    reports: pl.DataFrame
    shared: pl.DataFrame
    mistaken: pl.DataFrame
    holders: pl.DataFrame
    callers: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of candidates."""
        return self.members["ring"].n_unique()


def find(evidence: Evidence, support: Support, network: Network, community: NDArray[np.int64]) -> Candidates:
    """Communities that reports name, split at payees who serve two sides."""
    inside = np.flatnonzero(community >= 0)
    labelled = pl.DataFrame({"node": inside.astype(np.uint32), "group": community[inside]})
    labelled = _named_groups(evidence, support, labelled)
    rows = split_at_shared_payees(evidence, support, network, labelled)
    rows = pl.concat([rows, lent_payees(support, network, rows)]).unique().sort("group", "node")
    order = (
        rows.group_by("group")
        .agg(pl.col("node").min().alias("low"), pl.col("node").sort().alias("all"))
        .sort("low", "all")
    )
    numbers = order.with_row_index("ring").select("group", pl.col("ring").cast(pl.UInt32))
    members = rows.join(numbers, on="group").select("ring", "node").unique().sort("ring", "node")
    members = _without_aliases(evidence, network, members)
    members, mistaken, callers = named_once(evidence, support, network, members)
    still = _named_groups(evidence, support, members.rename({"ring": "group"}))
    members = members.join(still.rename({"group": "ring"}), on=["ring", "node"], how="semi").sort("ring", "node")
    members = pl.concat([members, staff.joined(network.ties, members, network.hands.of, network.part)])
    members, holders = without_holders(evidence, support, network, members.unique().sort("ring", "node"))
    shared = members.group_by("node").agg(pl.len().alias("rings")).filter(pl.col("rings") > 1).sort("node")
    return Candidates(members, reports_of(support, members), shared, mistaken, holders, callers)


def reports_of(support: Support, members: pl.DataFrame) -> pl.DataFrame:
    """Reports that name members, one row a ring and report."""
    named = support.names.select("report", "node").join(members, on="node").select("ring", "report").unique()
    facts = support.reports.select("report", "voice", "identified", "copy", "coercive", "category", "at", "rec")
    return named.join(facts, on="report").sort("ring", "report")


def _named_groups(evidence: Evidence, support: Support, labelled: pl.DataFrame) -> pl.DataFrame:
    """Groups with enough voices; one identifier alone needs more of them."""
    p = evidence.params
    voices = (
        support.names.select("node", "voice")
        .join(labelled, on="node")
        .group_by("group")
        .agg(pl.col("voice").n_unique().alias("voices"))
    )
    sizes = labelled.group_by("group").agg(pl.len().alias("n"))
    need = pl.when(pl.col("n") < p.min_members).then(p.lone_reports).otherwise(p.min_reports)
    kept = voices.join(sizes, on="group").filter(pl.col("voices") >= need).select("group")
    return labelled.join(kept, on="group", how="semi").sort("group", "node")


def split_at_shared_payees(
    evidence: Evidence, support: Support, network: Network, labelled: pl.DataFrame
) -> pl.DataFrame:
    """``node, group`` with a payee hand that serves several sides in each of them.

    Taken out, such a hand leaves at least two sides, each with voices of its own and either another payee of its own or
    its own regular talk with the shared one. Operators of one crew share all their payees, so they stay together; what
    hangs on the payee alone stays with the side that most voices name.
    """
    groups = np.full(len(evidence.node_code), -1, dtype=np.int64)
    groups[labelled["node"].to_numpy()] = labelled["group"].to_numpy()
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    inner = network.edges.filter(pl.Series((groups[u] == groups[v]) & (groups[u] >= 0), dtype=pl.Boolean))
    payees = set(support.names.filter(pl.col("role") == "payee")["node"].to_list())
    heard = support.names.group_by("node").agg(pl.col("voice").unique().sort())
    voices = {node: frozenset(found) for node, found in heard.iter_rows()}
    talk = network.ties.filter(pl.col("kind") == "talk")
    lines = frozenset(zip(talk["u"].to_list(), talk["v"].to_list(), strict=True))
    told = _Told(payees, voices, lines, network.hands.of)
    out: list[tuple[int, int]] = []
    done: set[int] = set()
    for nodes, rows in slices(inner, groups):
        done.update(nodes.tolist())
        sides = _sides(nodes, rows, told)
        for side in sides:
            name = min(side)
            out += [(node, name * len(groups) + len(side) if len(sides) > 1 else name) for node in sorted(side)]
    lone = labelled.filter(~pl.col("node").is_in(pl.Series(sorted(done), dtype=pl.UInt32).implode()))
    split = pl.DataFrame(out, schema={"node": pl.UInt32, "group": pl.Int64}, orient="row")
    return pl.concat([split, lone.select("node", "group")]).sort("group", "node")


def lent_payees(support: Support, network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """``node, group`` of payee hands that also work for another group: several voices name them with its own nodes."""
    payees = support.names.filter(pl.col("role") == "payee")["node"].unique().implode()
    groups = rows.with_columns(pl.Series("hand", network.hands.of[rows["node"].to_numpy()]))
    told = network.ties.filter(pl.col("kind") == "co_named")
    pairs = pl.concat(
        [
            told.select(pl.col(here).alias("payee"), pl.col(there).alias("node"), "voice")
            for here, there in (("u", "v"), ("v", "u"))
        ]
    ).filter(pl.col("payee").is_in(payees))
    of_payee = groups.select(pl.col("node").alias("payee"), "hand")
    lent = (
        pairs.join(of_payee, on="payee")
        .join(groups.select("node", "group"), on="node")
        .group_by("hand", "group")
        .agg(pl.col("voice").n_unique().alias("voices"))
        .filter(pl.col("voices") >= _SIDE_VOICES)
    )
    nodes = groups.select("node", "hand").unique().join(lent.select("hand", "group"), on="hand").select("node", "group")
    return nodes.join(rows, on=["node", "group"], how="anti").sort("group", "node")


@dataclass(frozen=True)
class _Told:
    """What the split asks: payees by reports, voices of nodes, pairs of lines that talk, hands."""

    payees: set[int]
    voices: dict[int, frozenset[int]]
    talk: frozenset[tuple[int, int]]
    hand: NDArray[np.int64]


def _sides(nodes: NDArray[np.int64], rows: pl.DataFrame, told: _Told) -> list[frozenset[int]]:
    """The group itself, or its sides, each with the payee they share; the payee hand with the most voices first."""
    whole = frozenset(nodes.tolist())
    hands: dict[int, set[int]] = {}
    for node in sorted(whole & told.payees):
        hands.setdefault(int(told.hand[node]), set()).update(n for n in whole if told.hand[n] == told.hand[node])
    ranked = sorted(hands.values(), key=lambda hand: (-len(_voices(hand, told)), min(hand)))
    for hand in ranked[:4] if len(ranked) > 1 or told.talk else ():
        inside = np.isin(nodes, np.fromiter(sorted(hand), dtype=np.int64))
        u, v = rows["u"].to_numpy(), rows["v"].to_numpy()
        label = components(len(nodes), rows.filter(pl.Series(~inside[u] & ~inside[v], dtype=pl.Boolean)))
        sides: list[set[int]] = []
        rest: set[int] = set()
        for low in np.unique(label[~inside]):
            side = {int(n) for n in nodes[(label == low) & ~inside]}
            (sides.append(side) if _stands_alone(side, hand, told) else rest.update(side))
        if len(sides) >= 2:
            sides.sort(key=lambda side: (-len(_voices(side, told)), min(side)))
            sides[0] |= rest
            return [frozenset(side | hand) for side in sides]
    return [whole]


def _voices(nodes: set[int], told: _Told) -> frozenset[int]:
    return frozenset().union(*(told.voices.get(n, frozenset()) for n in nodes))


def _stands_alone(side: set[int], shared: set[int], told: _Told) -> bool:
    """Whether a side would be a ring without the shared payee."""
    if len(_voices(side - told.payees, told)) < _SIDE_VOICES:
        return False
    talks = any((min(a, b), max(a, b)) in told.talk for a in side for b in shared) if told.talk else False
    return bool(side & told.payees) or talks


def named_once(
    evidence: Evidence, support: Support, network: Network, members: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Members, those set aside (hands that one report alone ties to the ring and that have a life of their own, or no
    life at all), and those left out whom nobody named and who only talk with two of its hands.

    A wrong digit, a forged number or the reporter's own one in the wrong field looks like that: calls, payments or an
    old contract, none of them with the ring; or, where operators have answered, a line in no record of theirs.
    """
    rows = members.with_columns(pl.Series("hand", network.hands.of[members["node"].to_numpy()]))
    hands = rows.select("ring", "node", "hand")
    ties = (
        network.ties.join(hands.rename({"node": "u", "hand": "a"}), on="u")
        .join(hands.rename({"node": "v", "hand": "b"}), on=["ring", "v"])
        .filter(pl.col("a") != pl.col("b"))
        .select("ring", "a", "b", "kind", "voice")
    )
    ends = pl.concat(
        [
            ties.select("ring", pl.col(here).alias("hand"), pl.col(there).alias("other"), "kind", "voice")
            for here, there in (("a", "b"), ("b", "a"))
        ]
    )
    weak = (
        ends.group_by("ring", "hand")
        .agg(
            (pl.col("kind") == "co_named").all().alias("told"),
            pl.col("voice").drop_nulls().n_unique().alias("voices"),
        )
        .filter(pl.col("told") & (pl.col("voices") <= 1))
        .select("ring", "hand")
    )
    named = support.names.join(hands, on="node").group_by("ring", "hand").agg(
        pl.col("voice").n_unique().alias("heard"), (pl.col("role") == "payee").any().alias("payee"), pl.col("at").min()
    )  # fmt: skip
    doubtful = weak.join(named, on=["ring", "hand"]).filter((pl.col("heard") <= 1) & ~pl.col("payee"))
    nodes = hands.join(doubtful.select("ring", "hand", "at"), on=["ring", "hand"])
    alive = _own_life(evidence, network, nodes)
    mistaken = nodes.join(alive, on=["ring", "hand"], how="semi").select("ring", "node")
    unseen = _seen_nowhere(evidence, network, nodes).select("ring", "node")
    # A ring that stands on such hands alone keeps them: two reports are worth a look.
    mistaken = pl.concat([mistaken, unseen]).unique()
    rest = members.join(mistaken, on=["ring", "node"], how="anti").rename({"ring": "group"})
    standing = _named_groups(evidence, support, rest).select(pl.col("group").alias("ring")).unique()
    mistaken = mistaken.join(standing, on="ring", how="semi").sort("ring", "node")
    # Friends and relatives talk with one member, sometimes with two: whom nobody named is no accomplice for it, unless
    # the two are one who asks and one who is paid, or one who holds the ends of a drain.
    known = named.select("ring", pl.col("hand").alias("other"), "payee")
    drain = network.ties.filter(pl.col("kind").is_in(["series", "diverted"]))
    answering = np.unique(network.hands.of[pl.concat([drain["u"], drain["v"]]).to_numpy()]).tolist()
    quiet = (
        ends.join(known, on=["ring", "other"], how="left")
        .group_by("ring", "hand")
        .agg(
            (pl.col("kind") == "talk").all().alias("talks"),
            pl.col("other").n_unique().alias("others"),
            (pl.col("payee").any() & (~pl.col("payee")).any()).alias("between"),
            pl.col("other").is_in(answering).any().alias("answers"),
        )
        .filter(pl.col("talks") & (pl.col("others") < evidence.params.talk_hands))
        .filter(~pl.col("between") & ~pl.col("answers"))
    )
    unheard = hands.join(quiet, on=["ring", "hand"]).join(named, on=["ring", "hand"], how="anti")
    aside = pl.concat([mistaken, unheard.select("ring", "node")]).unique()
    callers = unheard.filter(pl.col("others") >= evidence.params.talk_members).select("ring", "node")
    return members.join(aside, on=["ring", "node"], how="anti").sort("ring", "node"), mistaken, callers


def without_holders(
    evidence: Evidence, support: Support, network: Network, members: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Members, and people set aside of whom nothing is known but that one line is registered in their name.

    Papers are lent, sold and forged: crews use numbers that stand in the name of somebody who never saw them. Who is
    named, is paid or pays, holds a second line or anything else of the ring, or stands in a case or on a list of staff,
    stays.
    """
    codes = evidence.node_code[members["node"].to_numpy()]
    people = members.filter(pl.Series(evidence.labels[codes] == "Person", dtype=pl.Boolean))
    moved = pl.concat([network.paid["payer"], network.paid["payee"]]).drop_nulls()
    links = evidence.view["links"]
    told = links.filter(pl.col("rel").is_in(_TOLD_OF) & pl.col("src").is_not_null())["src"]
    known = pl.concat([support.names["node"], moved, told]).unique()
    people = people.filter(~pl.col("node").is_in(known.implode()))
    ends = pl.concat(
        [
            network.ties.select(pl.col(x).alias("node"), pl.col(y).alias("line"), "kind", "rec")
            for x, y in (("u", "v"), ("v", "u"))
        ]
    )
    lone = (
        ends.filter(pl.col("node").is_in(people["node"].unique().implode()))
        .group_by("node")
        .agg(pl.col("kind").unique(), pl.col("line").unique(), pl.col("rec").min())
        .filter((pl.col("line").list.len() == 1) & (pl.col("kind").list.join(",") == "contract"))
        .select("node", pl.col("line").list.first(), "rec")
    )
    holders = people.join(lone, on="node").sort("ring", "node")
    return members.join(holders, on=["ring", "node"], how="anti").sort("ring", "node"), holders


def _own_life(evidence: Evidence, network: Network, nodes: pl.DataFrame) -> pl.DataFrame:
    """``ring, hand`` of those of ``nodes`` with calls, payments or an old contract of their own."""
    p = evidence.params
    real = network.paid.filter(~pl.col("told"))
    moved = pl.concat(
        [real.select(pl.col("payer").alias("node")), real.select(pl.col("payee").alias("node"))]
    ).drop_nulls()
    parts = [
        totals(network.contact).select("node", "calls", pl.lit(0, dtype=pl.UInt32).alias("payments")),
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
    lines = pl.Series(evidence.labels[evidence.node_code[nodes["node"].to_numpy()]] == "Phone", dtype=pl.Boolean)
    others = network.ties.filter(pl.col("kind") != "co_named")
    seen = pl.concat([others["u"], others["v"], totals(network.contact)["node"]])
    paid = network.paid.filter(~pl.col("told"))
    seen = pl.concat([seen, paid["payer"].drop_nulls(), paid["payee"].drop_nulls()]).unique()
    return nodes.filter(lines & ~pl.col("node").is_in(seen.implode()))


def _without_aliases(evidence: Evidence, network: Network, members: pl.DataFrame) -> pl.DataFrame:
    """Members without nameless persons of single records (``person:rec:``) where a line stands for them."""
    uids = evidence.view.entities["uid"]
    codes = pl.Series(evidence.node_code)[members["node"]]
    alias = members.filter(uids.gather(codes).str.starts_with("person:rec:"))
    others = members.join(alias, on=["ring", "node"], how="anti")
    tied = network.ties.select("u", "v")
    both = pl.concat(
        [
            tied.select(pl.col("u").alias("node"), pl.col("v").alias("other")),
            tied.select(pl.col("v").alias("node"), pl.col("u").alias("other")),
        ]
    )
    stood = (
        alias.join(both, on="node")
        .join(others.rename({"node": "other"}), on=["ring", "other"])
        .select("ring", "node")
        .unique()
    )
    return members.join(stood, on=["ring", "node"], how="anti").sort("ring", "node")
