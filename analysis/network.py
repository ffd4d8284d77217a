"""The suspect network: ties summed to one weighted edge a pair, supported components, and who may not be in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import (
    authorities,
    bystanders,
    circles,
    connectors,
    contacts,
    flows,
    papers,
    scripts,
    staff,
    ties,
    wangiri,
)
from analysis.communities import Hands, weigh_hands
from analysis.findings import Reason
from analysis.nodes import Evidence
from analysis.parts import both_ends, components
from analysis.reasons import reason
from analysis.support import Support

POCKET: Final = frozenset({"contract", "stated", "holds"})
"""Kinds of tie that make one pocket: a person, the numbers she uses, their wallets and accounts."""
HAND: Final = POCKET | {"card", "device", "recovery", "same_account", "seized", "session"}
"""Kinds of tie that make one hand: a pocket with its cards, devices, connections, profiles and what was seized
together."""

_LENT: Final = {"papers": "cut_lent_papers", "machine": "cut_public_machine"}
_VOICES: Final = 3.0
"""Most weight that reports alone give one pair."""


@dataclass(frozen=True)
class Network:
    """Ties and the edges they sum to, among the nodes of supported components.

    ``edges``: ``u, v, w`` sorted, of all ties but ``staff``. ``part``: supported component of every node (its smallest
    node), -1 outside. ``administered``: ``u, v`` of pages and of who runs them, also where that ties nobody.
    """

    ties: pl.DataFrame
    edges: pl.DataFrame
    part: NDArray[np.int64]
    hands: Hands
    cuts: dict[int, Reason]
    barred: pl.Series
    paid: pl.DataFrame
    passing: pl.DataFrame
    passing_weak: pl.DataFrame
    severed: pl.DataFrame
    administered: pl.DataFrame
    talk: contacts.Talk
    pings: pl.DataFrame
    drains: pl.DataFrame
    pocket: NDArray[np.int64]
    scripts: scripts.Scripts


def build(evidence: Evidence, support: Support) -> Network:
    """Network of the evidence: what reports and records join, then, twice, who talks regularly with that."""
    paid = flows.payments(evidence)
    stated = _with_connections(evidence, support, ties.structural(evidence))
    hard = _spoken_of(stated, support)
    pings = wangiri.pings(evidence)
    drains = wangiri.drains(evidence, pings)
    divert = wangiri.diverted(evidence, drains)
    cuts = connectors.find(evidence, support, hard, pl.concat([divert["u"], divert["v"]]))
    cut = pl.Series(sorted(cuts), dtype=pl.UInt32)
    pocket = components(len(evidence.node_code), without(_own(evidence, of_kinds(hard, POCKET)), cut))
    passing_all = flows.passed_on(evidence, paid, pocket)
    firm = flows.mostly(evidence.params)
    passing, weak = passing_all.filter(firm), passing_all.filter(~firm)
    talk = contacts.Talk(contacts.pairs(evidence), contacts.given(evidence, pings))
    rows = pl.concat(
        [
            hard,
            ties.co_named(evidence, support),
            authorities.of_searches(evidence),
            authorities.co_accused(evidence),
            flows.pass_on_ties(evidence, passing),
            flows.co_paid(evidence, paid, support),
            divert,
        ]
    )
    barred = bystanders.payers(evidence, support, paid, passing, hard, pocket)
    stop = pl.concat([barred, cut]).unique()
    joined = components(len(evidence.node_code), without(rows, stop))
    rows = pl.concat([rows, wangiri.series(evidence, drains, divert, joined)])
    severed = touching(rows, cut)
    every, rows = rows, without(rows, stop)
    hand = _hands(evidence, rows)
    harm = wangiri.harmed(evidence, pings)
    loud = pl.concat([pings["line"], drains["line"]]).unique()
    for least in (1, evidence.params.min_reports):
        part = supported(evidence, support, rows, least)
        freed = bystanders.colleagues(evidence, hard, talk, part, hand, barred)
        if len(freed):
            barred = barred.filter(~barred.is_in(freed.implode()))
            stop = pl.concat([barred, cut]).unique()
            rows = pl.concat([rows, without(touching(every, freed), stop)])
            hand = _hands(evidence, rows)
            part = supported(evidence, support, rows, least)
        near = pl.concat(
            [
                contacts.regular(evidence, talk, part, hand, stop, loud),
                circles.around(evidence, talk, part, hand, stop),
            ]
        )
        near = _not_by_harm(without(near, stop), harm, support.names["node"].unique(), part)
        up = flows.collected(evidence, paid, part, hand, stop)
        sums = flows.sums_handed_over(evidence, support, paid, part, hand, stop)
        rows = pl.concat([rows, near, up, sums]).unique()
    lent = papers.between_groups(evidence, support, rows, supported)
    cuts |= {node: reason(_LENT[kind], groups=groups) for node, kind, groups in lent.iter_rows()}
    severed = pl.concat([severed, touching(rows, lent["node"])])
    rows = without(rows, lent["node"])
    stop = pl.concat([stop, lent["node"]]).unique()
    hand = _hands(evidence, rows)
    told = scripts.find(evidence.view, evidence.params)
    rows = pl.concat([rows, scripts.ties(evidence, support, told, rows)]).sort(list(ties.TIES))
    edges = edges_of(rows)
    part = supported(evidence, support, edges, evidence.params.min_reports)
    part[stop.to_numpy()] = -1
    works = staff.works_for(evidence, support, rows, talk, drains, harm, part, hand, stop)
    keep = part[edges["u"].to_numpy()] >= 0 if edges.height else np.zeros(0, dtype=np.bool_)
    return Network(
        ties=pl.concat([rows, works]).sort(list(ties.TIES)),
        edges=edges.filter(pl.Series(keep, dtype=pl.Boolean)),
        part=part,
        hands=weigh_hands(evidence, support, hand),
        cuts=cuts,
        barred=barred,
        paid=paid,
        passing=passing,
        passing_weak=weak,
        severed=severed,
        administered=stated.filter(pl.col("kind") == "administers").select("u", "v").unique().sort("u", "v"),
        talk=talk,
        pings=pings,
        drains=drains,
        pocket=pocket,
        scripts=told,
    )


def _hands(evidence: Evidence, rows: pl.DataFrame) -> NDArray[np.int64]:
    """Hand of every node: what ties of kind ``HAND`` make one.

    A machine into which no card goes and that several people use (a computer in a cafe, a shop, a family) is nobody's
    hand: it ties them, and they stay several.
    """
    alike = _own(evidence, of_kinds(rows, HAND))
    apart = components(len(evidence.node_code), alike.filter(pl.col("kind") != "device"))
    users = ties.users_of_machines(evidence, alike)
    shared = (
        users.with_columns(pl.Series("pocket", apart[users["user"].to_numpy()]))
        .group_by("machine")
        .agg(pl.col("pocket").n_unique().alias("pockets"))
        .filter(pl.col("pockets") >= evidence.params.machine_users)
    )
    return components(len(evidence.node_code), without(alike, shared["machine"]))


def _with_connections(evidence: Evidence, support: Support, rows: pl.DataFrame) -> pl.DataFrame:
    """Ties with those of accounts that one connection carried, but at the addresses of cafes and the like."""
    seen = ties.sessions(evidence)
    public = connectors.public_addresses(evidence, support, rows, seen)
    private = seen.filter(~pl.col("address").is_in(public.implode()))
    return pl.concat([rows, ties.connected(evidence, private)]).sort(list(ties.TIES))


def _spoken_of(rows: pl.DataFrame, support: Support) -> pl.DataFrame:
    """Ties without those of pages that no report names, under any name, to administrators whom none names: running the
    pages of others is a trade, and its staff are many."""
    named = support.names["node"].unique()
    worn = both_ends(rows.filter(pl.col("kind") == "same_account"), ("u", "v"), ("node", "other"))
    named = pl.concat([named, worn.filter(pl.col("node").is_in(named.implode()))["other"]]).unique().implode()
    return rows.filter((pl.col("kind") != "administers") | pl.col("u").is_in(named) | pl.col("v").is_in(named))


def _own(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Ties without those to numbers that a person seldom states, beside another that she states often: who collects for
    a crew gives the number of whoever sends her."""
    stated = rows.filter(pl.col("kind") == "stated")
    said = both_ends(stated, ("u", "v"), ("node", "other")).group_by("node", "other").len("n")
    people = evidence.are(said["node"], "Person")
    seldom = said.filter(people).filter(pl.col("n") < evidence.params.stated_part * pl.col("n").max().over("node"))
    pairs = seldom.select(
        pl.min_horizontal("node", "other").alias("u"), pl.max_horizontal("node", "other").alias("v"),
        pl.lit("stated").alias("kind"),
    )  # fmt: skip
    return rows.join(pairs, on=["u", "v", "kind"], how="anti")


def _not_by_harm(talk: pl.DataFrame, harm: pl.DataFrame, named: pl.Series, part: NDArray[np.int64]) -> pl.DataFrame:
    """Talk without that of a number which called a one-ring line back: whoever complains, again and again, is no
    accomplice of those who run it; and one that no report names (``named``) is nobody's for talk."""
    if not harm.height or not talk.height:
        return talk
    talk = without(talk, harm.filter(~pl.col("node").is_in(named.implode()))["node"].unique())
    parts = (
        harm.select(pl.col("node"), pl.Series("of", part[harm["line"].to_numpy()])).filter(pl.col("of") >= 0).unique()
    )
    sided = talk.with_columns(
        pl.Series("pu", part[talk["u"].to_numpy()]), pl.Series("pv", part[talk["v"].to_numpy()])
    )  # fmt: skip
    for end, other in (("u", "pv"), ("v", "pu")):
        sided = sided.join(parts, left_on=[end, other], right_on=["node", "of"], how="anti")
    return sided.select(talk.columns)


def of_kinds(rows: pl.DataFrame, kinds: frozenset[str]) -> pl.DataFrame:
    """Ties of some kinds."""
    return rows.filter(pl.col("kind").is_in(sorted(kinds)))


def without(rows: pl.DataFrame, stop: pl.Series) -> pl.DataFrame:
    """Ties that touch none of ``stop``."""
    gone = stop.implode()
    return rows.filter(~pl.col("u").is_in(gone) & ~pl.col("v").is_in(gone))


def touching(rows: pl.DataFrame, some: pl.Series) -> pl.DataFrame:
    """Ties that touch one of ``some``."""
    these = some.implode()
    return rows.filter(pl.col("u").is_in(these) | pl.col("v").is_in(these))


def edges_of(rows: pl.DataFrame) -> pl.DataFrame:
    """``u, v, w``: reports add up by voice (to a cap), of each other kind the strongest statement counts once."""
    by_kind = rows.group_by("u", "v", "kind").agg(pl.col("base").sum().alias("sum"), pl.col("base").max().alias("top"))
    weight = (
        pl.when(pl.col("kind") == "co_named").then(pl.col("sum").clip(upper_bound=_VOICES)).otherwise(pl.col("top"))
    )
    return (
        by_kind.sort("u", "v", "kind")
        .group_by("u", "v", maintain_order=True)
        .agg(weight.sum().round(9).alias("w"))
        .sort("u", "v")
    )


def supported(evidence: Evidence, support: Support, edges: pl.DataFrame, least: int) -> NDArray[np.int64]:
    """Component of every node where at least ``least`` voices name something anywhere in it, else -1. ``edges`` are
    pairs ``u, v``, ties or edges alike."""
    label = components(len(evidence.node_code), edges)
    voices = (
        support.names.with_columns(pl.Series("part", label[support.names["node"].to_numpy()], dtype=pl.Int64))
        .group_by("part")
        .agg(pl.col("voice").n_unique().alias("voices"))
        .filter(pl.col("voices") >= least)
    )
    kept = np.zeros(len(label) + 1, dtype=np.bool_)
    kept[voices["part"].to_numpy()] = True
    return np.where(kept[label], label, -1)
