"""Candidate rings: communities with their members, their reports, and payees who serve two sides set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import acquaintances, staff
from analysis.aside import set_aside
from analysis.communities import slices
from analysis.holders import without_holders
from analysis.network import Network
from analysis.nodes import Evidence
from analysis.parts import Edges, both_ends, components, connected
from analysis.support import Support, named_groups
from analysis.ties import users_of_machines

_SIDE_VOICES = 2


@dataclass(frozen=True)
class Candidates:
    """``members``: ``ring, node``; ``reports``: ``ring, report, voice, identified, copy, coercive, says_what, category,
    at, rec``;
    ``shared``: ``node, rings`` of payees who belong to several rings; ``mistaken`` and ``callers``: ``ring, node`` as
    :class:`analysis.aside.Aside` has them; ``holders``: ``ring, node, line, rec``, set aside by
    :func:`analysis.holders.without_holders`. Rings are numbered by their smallest node."""

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
    labelled = standing_together(evidence, support, network, labelled)
    labelled = acquaintances.apart(evidence, support, network, named_groups(support, labelled, evidence.params))
    labelled = named_groups(support, labelled, evidence.params)
    rows = split_at_shared_payees(evidence, support, network, labelled)
    rows = pl.concat([rows, lent_payees(support, network, rows)]).unique().sort("group", "node")
    order = (
        rows.group_by("group")
        .agg(pl.col("node").min().alias("low"), pl.col("node").sort().alias("all"))
        .sort("low", "all")
    )
    numbers = order.with_row_index("ring").select("group", pl.col("ring").cast(pl.UInt32))
    members = rows.join(numbers, on="group").select("ring", "node").unique().sort("ring", "node")
    near = set_aside(evidence, support, network, members)
    members = near.members
    still = named_groups(support, members.rename({"ring": "group"}), evidence.params)
    members = members.join(still.rename({"group": "ring"}), on=["ring", "node"], how="semi").sort("ring", "node")
    members = pl.concat([members, staff.joined(network.ties, members, network.hands.of, network.part)])
    members = _without_public_machines(evidence, network, members.unique())
    members, holders = without_holders(evidence, support, network, members.sort("ring", "node"))
    shared = members.group_by("node").agg(pl.len().alias("rings")).filter(pl.col("rings") > 1).sort("node")
    return Candidates(members, reports_of(support, members), shared, near.mistaken, holders, near.callers)


def _without_public_machines(evidence: Evidence, network: Network, members: pl.DataFrame) -> pl.DataFrame:
    """Members without machines into which no card goes and that others, outside the ring, use too, or, where they are
    no telephones by their number, one profile alone: a computer in a cafe is nobody's."""
    used = users_of_machines(evidence, network.ties).rename({"machine": "node"})
    ends = used.join(members, on="node")
    codes = pl.Series(evidence.node_code[ends["node"].to_numpy()], dtype=pl.UInt32)
    telephone = evidence.view.entities["uid"].gather(codes).str.starts_with("dev:imei:")
    ends = ends.with_columns(telephone.alias("telephone"))
    mine = ends.join(members.rename({"node": "user"}), on=["ring", "user"], how="left", coalesce=False)
    public = (
        mine.group_by("ring", "node")
        .agg(
            pl.col("ring_right").is_null().any().alias("others"),
            pl.len().alias("users"),
            pl.col("telephone").first(),
        )
        .filter(pl.col("others") | (~pl.col("telephone") & (pl.col("users") < 2)))
    )
    return members.join(public, on=["ring", "node"], how="anti")


def standing_together(evidence: Evidence, support: Support, network: Network, labelled: pl.DataFrame) -> pl.DataFrame:
    """``labelled`` (``node, group``), groups that too few voices name joined to the one they are most tied to, where
    that has too few as well: a component that stands on its reports is not lost because each of its pieces has one."""
    groups = labelled
    while True:
        voices = (
            groups.join(support.names.select("node", "voice"), on="node", how="left")
            .group_by("group")
            .agg(pl.col("voice").drop_nulls().n_unique().alias("voices"))
        )
        weak = voices.filter((pl.col("voices") >= 1) & (pl.col("voices") < evidence.params.min_reports))
        between = (
            network.edges.join(groups.rename({"node": "u", "group": "a"}), on="u")
            .join(groups.rename({"node": "v", "group": "b"}), on="v")
            .filter(pl.col("a") != pl.col("b"))
        )
        best = (
            both_ends(between, ("a", "b"), ("group", "to"), "w")
            .group_by("group", "to")
            .agg(pl.col("w").sum().round(9))
            .join(weak.select("group"), on="group", how="semi")
            .sort("group", "w", "to", descending=[False, True, False])
            .unique("group", keep="first", maintain_order=True)
            .join(weak.select(pl.col("group").alias("to")), on="to", how="semi")
        )
        if not best.height:
            return groups
        names = pl.concat([best["group"], best["to"]]).unique().sort()
        at = [names.search_sorted(best[side]).cast(pl.UInt32) for side in ("group", "to")]
        low = components(len(names), pl.DataFrame({"u": at[0], "v": at[1]}))
        renamed = pl.DataFrame({"group": names, "low": names.gather(low)})
        groups = (
            groups.join(renamed, on="group", how="left", maintain_order="left")
            .with_columns(pl.coalesce("low", "group").alias("group"))
            .drop("low")
        )


def reports_of(support: Support, members: pl.DataFrame) -> pl.DataFrame:
    """Reports that name members, one row a ring and report."""
    named = support.names.select("report", "node").join(members, on="node").select("ring", "report").unique()
    facts = support.reports.select(
        "report", "voice", "identified", "copy", "coercive", "says_what", "category", "at", "rec"
    )
    return named.join(facts, on="report").sort("ring", "report")


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
    for nodes, edges in slices(inner, groups):
        done.update(nodes.tolist())
        sides = _sides(nodes, edges, told)
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
    pairs = both_ends(told, ("u", "v"), ("payee", "node"), "voice").filter(pl.col("payee").is_in(payees))
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


def _sides(nodes: NDArray[np.int64], edges: Edges, told: _Told) -> list[frozenset[int]]:
    """The group itself, or its sides, each with the payee they share; the payee hand with the most voices first."""
    whole = frozenset(nodes.tolist())
    hands: dict[int, set[int]] = {}
    for node in sorted(whole & told.payees):
        hands.setdefault(int(told.hand[node]), set()).update(n for n in whole if told.hand[n] == told.hand[node])
    ranked = sorted(hands.values(), key=lambda hand: (-len(_voices(hand, told)), min(hand)))
    for hand in ranked[:4] if len(ranked) > 1 or told.talk else ():
        inside = np.isin(nodes, np.fromiter(sorted(hand), dtype=np.int64))
        apart = ~inside[edges.u] & ~inside[edges.v]
        label = connected(len(nodes), edges.u[apart], edges.v[apart])
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
