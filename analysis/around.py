"""What each ring's page is made of, by ring: every frame is gone through once for all rings.

A run has hundreds of rings of a few members each: to ask frames ring by ring would be most of what a run costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from analysis import fringe, money, victims
from analysis.direction import turned
from analysis.findings import Bridge, Money, Reason
from analysis.reasons import CITED
from analysis.typologies.base import Context
from analysis.verdicts import inner_ties


@dataclass(slots=True)
class Around:
    """One ring. Nodes and records are ints; a list has the order of its frame."""

    named: dict[tuple[int, str], tuple[int, list[int]]] = field(default_factory=dict)
    """(node, role in reports) -> voices, the first of its records."""
    ties: list[tuple[int, int, str, float, int]] = field(default_factory=list)
    """(u, v, kind, base, record)."""
    turned: set[tuple[int, int, str]] = field(default_factory=set)
    """Of the ties, those whose link reads from ``v`` to ``u``."""
    edges: list[tuple[int, int, float]] = field(default_factory=list)
    payees: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Node -> payers, transfers."""
    payments: dict[str, list[int]] = field(default_factory=dict)
    """Currency -> the first records of payments from outside."""
    countries: tuple[str, ...] = ()
    """Of payers, the commonest first."""
    first_seen: dict[int, datetime] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)
    """First and last of its reports and of its payments."""
    reports: list[tuple[int, bool, bool]] = field(default_factory=list)
    """(record, whether its voice is identified, whether it speaks of coercion)."""
    scripts: list[tuple[str, list[int]]] = field(default_factory=list)
    """Text that is not public -> records of the reports that tell it."""
    passes: list[tuple[int, int, float]] = field(default_factory=list)
    """(via, to, share)."""
    sick: dict[int, int] = field(default_factory=dict)
    """Members who may be victims used as mules -> payments they made to it."""
    money: tuple[Money, ...] = ()
    charged: list[Reason] = field(default_factory=list)
    harmed: victims.Harmed = field(default_factory=lambda: victims.Harmed(0, 0, ()))
    bridges: list[Bridge] = field(default_factory=list)
    associates: list[tuple[int, Reason]] = field(default_factory=list)

    @property
    def inside(self) -> dict[int, float]:
        """Weight of each member's edges to other members."""
        out: dict[int, float] = defaultdict(float)
        for u, v, weight in self.edges:
            out[u] += weight
            out[v] += weight
        return out

    def voices(self, role: str) -> dict[int, int]:
        """Voices that name each node in this role."""
        return {node: voices for (node, told), (voices, _) in self.named.items() if told == role}


def gather(context: Context) -> dict[int, Around]:
    """What is around every candidate; an empty one for a ring that nothing is known of."""
    out: dict[int, Around] = defaultdict(Around)
    ties = inner_ties(context)
    names = context.support.names.join(context.members, on="node")
    received, reports = context.received, context.candidates.reports
    for ring, node, role, voices, recs in _rows(
        names.group_by("ring", "node", "role").agg(
            pl.col("voice").n_unique(), pl.col("rec").unique().sort().head(CITED)
        )
    ):
        out[ring].named[node, role] = (voices, recs)
    for ring, *tie in ties.select("ring", "u", "v", "kind", "base", "rec").iter_rows():
        out[ring].ties.append(tuple(tie))
    for ring, *tie in (
        ties.join(turned(context, ties), on=["u", "v", "kind"]).select("ring", "u", "v", "kind").iter_rows()
    ):
        out[ring].turned.add(tuple(tie))
    for ring, *edge in context.inner_edges.select("ring", "u", "v", "w").iter_rows():
        out[ring].edges.append(tuple(edge))
    for ring, node, payers, n in _rows(
        received.group_by("ring", "payee").agg(pl.col("payer").drop_nulls().n_unique(), pl.len().alias("n"))
    ):
        out[ring].payees[node] = (payers, n)
    sums = received.filter(pl.col("currency").is_not_null()).group_by("ring", "currency")
    for ring, currency, recs in _rows(sums.agg(pl.col("rec").sort().head(CITED))):
        out[ring].payments[currency] = recs
    for ring, countries in _countries(received):
        out[ring].countries = countries
    for ring, node, at in _first_seen(ties, names, received).iter_rows():
        out[ring].first_seen[node] = at
    for frame in (reports, received):
        spans = frame.group_by("ring").agg(pl.col("at").min().alias("since"), pl.col("at").max().alias("until"))
        for ring, *span in _rows(spans):
            out[ring].times += [at for at in span if at is not None]
    for ring, *report in reports.select("ring", "rec", "identified", "coercive").iter_rows():
        out[ring].reports.append(tuple(report))
    told = reports.select("ring", "report", "rec").join(context.network.scripts.private, on="report")
    for ring, script, recs in _rows(told.group_by("ring", "script").agg(pl.col("rec").sort())):
        out[ring].scripts.append((script, recs))
    for ring, via, to, share in _passes(context).iter_rows():
        out[ring].passes.append((via, to, share))
    for ring, node, payments in _sick(context).iter_rows():
        out[ring].sick[node] = payments
    _told(context, out)
    return out


def _told(context: Context, out: dict[int, Around]) -> None:
    """What other modules say of rings."""
    for ring, sums in money.totals(context.received).items():
        out[ring].money = sums
    for ring, charged in money.call_backs(context).items():
        out[ring].charged = charged
    for ring, harmed in victims.counts(context).items():
        out[ring].harmed = harmed
    for ring, bridges in fringe.bridges(context).items():
        out[ring].bridges = bridges
    for ring, associates in fringe.associates(context).items():
        out[ring].associates = associates


def _rows(grouped: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows of groups, by the columns they were grouped by: these come first."""
    keys = [name for name, kind in grouped.schema.items() if not kind.is_nested()]
    yield from grouped.sort(keys).iter_rows()


def _countries(received: pl.DataFrame) -> Iterable[tuple[int, tuple[str, ...]]]:
    counted = received.filter(pl.col("payer_country").is_not_null()).group_by("ring", "payer_country").len()
    ranked = counted.sort(["ring", "len", "payer_country"], descending=[False, True, False])
    for ring, found in ranked.group_by("ring", maintain_order=True).agg("payer_country").iter_rows():
        yield ring, tuple(found)


def _first_seen(ties: pl.DataFrame, names: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    """``ring, node, at``."""
    parts = [
        *(ties.select("ring", pl.col(side).alias("node"), pl.col("since").alias("at")) for side in ("u", "v")),
        names.select("ring", "node", "at"),
        received.select("ring", pl.col("payee").alias("node"), "at"),
    ]
    return pl.concat(parts).drop_nulls().group_by("ring", "node").agg(pl.col("at").min())


def _passes(context: Context) -> pl.DataFrame:
    """``ring, via, to, share`` between members."""
    members = context.members
    inner = context.network.passing.join(members.rename({"node": "via"}), on="via")
    inner = inner.join(members.rename({"node": "to"}), on=["ring", "to"])
    return inner.select("ring", "via", "to", "share").sort("ring", "via", "to")


def _sick(context: Context) -> pl.DataFrame:
    """``ring, node, n``: members who are payees by reports and had paid the same ring before."""
    paid = context.network.paid
    taken = context.received.group_by("ring", pl.col("payee").alias("node")).agg(
        pl.col("at").min().alias("first_taken")
    )
    gave = (
        paid.filter(pl.col("payer").is_not_null() & pl.col("payee").is_not_null())
        .join(context.members.rename({"node": "payer"}), on="payer")
        .join(context.members.rename({"node": "payee"}), on=["ring", "payee"], how="semi")
        .group_by("ring", pl.col("payer").alias("node"))
        .agg(pl.col("at").min().alias("first_paid"), pl.len().alias("n"))
    )
    passing = context.network.passing.select(pl.col("via").alias("node")).unique()
    rows = gave.join(taken, on=["ring", "node"], how="left").join(passing, on="node", how="anti")
    early = rows.filter(pl.col("first_taken").is_not_null() & (pl.col("first_paid") < pl.col("first_taken")))
    return early.select("ring", "node", "n").sort("ring", "node")
