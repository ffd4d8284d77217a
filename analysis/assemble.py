"""From verdicts to rings as people read them: members with roles, money, links, reasons with records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from analysis import fringe, roles, telling, victims
from analysis.findings import Bridge, Fragility, Member, Money, Reason, Ring, RingLink, TypologyHit
from analysis.money import call_backs, totals
from analysis.reasons import CITED, reason
from analysis.scoring import percentiles
from analysis.typologies.base import Context
from analysis.verdicts import Verdict, inner_ties

REL: Final[Mapping[str, str]] = {
    "co_named": "CO_NAMED", "contract": "USES", "stated": "USES", "holds": "HOLDS", "card": "HAS_SIM",
    "device": "INSERTED_IN", "recovery": "RECOVERY_OF", "administers": "ADMINISTERS", "presents": "PRESENTS_AS",
    "diverted": "DIVERTED_TO", "associated": "ASSOCIATED_WITH", "passed_on": "PASSED_ON", "co_paid": "CO_PAID",
    "talk": "CALLED", "seized": "MENTIONS", "series": "SERIES", "script": "SIMILAR_TO",
    "staff": "CALLED",
}  # fmt: skip
"""Relation shown for each kind of tie; CO_NAMED, PASSED_ON and CO_PAID are derived from several records."""

_BY_KIND: Final[Mapping[str, str]] = {
    "contract": "member_contract", "stated": "member_contract", "holds": "member_holds", "card": "member_device",
    "device": "member_device", "recovery": "member_recovery", "administers": "member_recovery",
    "associated": "member_recovery", "presents": "member_recovery", "seized": "member_seized",
    "series": "member_series", "diverted": "member_diverted",
}  # fmt: skip


@dataclass(frozen=True)
class _Tables:
    """Frames by ring, cut once for all rings."""

    ties: dict[int, pl.DataFrame]
    edges: dict[int, pl.DataFrame]
    names: dict[int, pl.DataFrame]
    received: dict[int, pl.DataFrame]
    weight: dict[int, float]
    money: dict[int, tuple[Money, ...]]
    charged: dict[int, list[Reason]]
    victims: dict[int, victims.Harmed]
    bridges: dict[int, list[Bridge]]
    associates: dict[int, list[tuple[int, Reason]]]
    passes: dict[int, list[tuple[int, int, float]]]
    sick: dict[int, dict[int, int]]


def rings(context: Context, verdicts: Sequence[Verdict], fragility: Mapping[int, Fragility], run: str) -> list[Ring]:
    """Rings in the order of ``verdicts``, without display numbers."""
    tables = _tables(context)
    ranks = percentiles([v.score for v in verdicts])
    return [
        _ring(context, tables, v, rank, fragility.get(v.ring, Fragility()), run)
        for v, rank in zip(verdicts, ranks, strict=True)
    ]


def _by_ring(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {int(key[0]): part for key, part in frame.partition_by("ring", as_dict=True, maintain_order=True).items()}


def _tables(context: Context) -> _Tables:
    members = context.members
    edges = context.network.edges
    ends = pl.concat([edges.select(pl.col("u").alias("node"), "w"), edges.select(pl.col("v").alias("node"), "w")])
    names = context.support.names.join(members, on="node").sort("ring", "node", "report")
    passing = context.network.passing
    inner = passing.join(members.rename({"node": "via"}), on="via").join(
        members.rename({"node": "to"}), on=["ring", "to"]
    )
    passes: dict[int, list[tuple[int, int, float]]] = {}
    for ring, via, to, share in inner.select("ring", "via", "to", "share").sort("ring", "via", "to").iter_rows():
        passes.setdefault(ring, []).append((via, to, share))
    return _Tables(
        ties=_by_ring(inner_ties(context)),
        edges=_by_ring(context.inner_edges),
        names=_by_ring(names),
        received=_by_ring(context.received),
        weight=dict(ends.group_by("node").agg(pl.col("w").sum()).iter_rows()),
        money=totals(context.received),
        charged=call_backs(context),
        victims=victims.counts(context),
        bridges=fringe.bridges(context),
        associates=fringe.associates(context),
        passes=passes,
        sick=_sick(context),
    )


def _sick(context: Context) -> dict[int, dict[int, int]]:
    """Members who are payees by reports and had paid the same ring before: perhaps victims used as mules."""
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
    out: dict[int, dict[int, int]] = {}
    for ring, node, n in early.select("ring", "node", "n").sort("ring", "node").iter_rows():
        out.setdefault(ring, {})[node] = n
    return out


def _ring(context: Context, tables: _Tables, verdict: Verdict, rank: float, fragility: Fragility, run: str) -> Ring:
    ring, evidence = verdict.ring, context.evidence
    uid = dict(
        zip(verdict.members, evidence.view.uids([int(evidence.node_code[n]) for n in verdict.members]), strict=True)
    )
    ties, edges = tables.ties.get(ring), tables.edges.get(ring)
    names, received = tables.names.get(ring), tables.received.get(ring)
    facts = _role_facts(context, tables, verdict, uid)
    given = roles.assign(facts)
    seen = _first_seen(ties, names, received)
    inside = _inside(edges)
    why = _read(ties, names, received)
    members = []
    for node in verdict.members:
        role, basis = given[node]
        total = tables.weight.get(node, 0.0)
        members.append(
            Member(
                uid=uid[node],
                label=str(evidence.labels[evidence.node_code[node]]),
                role=role,
                score=round(inside.get(node, 0.0) / total, 3) if total else 1.0,
                first_seen=seen.get(node),
                basis=(*basis, *_why_member(context, node, uid, why)),
            )
        )
    harmed = tables.victims.get(ring, victims.Harmed(0, 0, ()))
    times = [t for t in _span(context, verdict.ring, received) if t is not None]
    return Ring(
        ring="",
        status=verdict.status,
        score=verdict.score,
        percentile=rank,
        run=run,
        members=tuple(sorted({m.uid: m for m in members}.values(), key=lambda m: (-m.score, m.uid))),
        associates=tuple(
            sorted({evidence.view.uid(int(evidence.node_code[n])) for n, _ in tables.associates.get(ring, ())})
        ),
        bridges=tuple(tables.bridges.get(ring, ())),
        typologies=_typologies(context, verdict),
        source_types=tuple(sorted(verdict.custodians)),
        reports=verdict.reports,
        victims=harmed.victims,
        silent_victims=harmed.silent,
        money=tables.money.get(ring, ()),
        countries=_countries(received),
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
        fragility=fragility,
        reasons=telling.reasons(
            context,
            verdict,
            received=received,
            money=tables.money.get(ring, ()),
            charged=tables.charged.get(ring, ()),
            harmed=harmed,
            associates=[why for _, why in tables.associates.get(ring, ())],
        ),
        counter_indicators=verdict.against,
        links=_links(context, ties, edges, uid),
    )


def _typologies(context: Context, verdict: Verdict) -> tuple[TypologyHit, ...]:
    best: dict[str, tuple[float, set[int]]] = {}
    for one in verdict.found:
        strength, records = best.get(one.hit.typology, (0.0, set()))
        best[one.hit.typology] = (max(strength, one.hit.strength), records | set(one.hit.records))
    return tuple(
        TypologyHit(
            id=name, strength=strength, records=tuple(context.evidence.view.record_ids(sorted(records)[:CITED]))
        )
        for name, (strength, records) in sorted(best.items())
    )


def _role_facts(context: Context, tables: _Tables, verdict: Verdict, uid: Mapping[int, str]) -> roles.Facts:
    evidence, ring = context.evidence, verdict.ring
    names, received, ties = tables.names.get(ring), tables.received.get(ring), tables.ties.get(ring)

    def voices(role: str) -> dict[int, int]:
        if names is None:
            return {}
        rows = names.filter(pl.col("role") == role).group_by("node").agg(pl.col("voice").n_unique())
        return dict(rows.iter_rows())

    payers: dict[int, int] = {}
    transfers: dict[int, int] = {}
    if received is not None:
        rows = received.group_by("payee").agg(
            pl.col("payer").drop_nulls().n_unique().alias("payers"), pl.len().alias("n")
        )
        payers = dict(rows.select("payee", "payers").iter_rows())
        transfers = dict(rows.select("payee", "n").iter_rows())
    cleared = {str(r.params["uid"]) for r in verdict.against if r.code == "counter_acquittal"}
    return roles.Facts(
        members=verdict.members,
        label={n: str(evidence.labels[evidence.node_code[n]]) for n in verdict.members},
        uid=uid,
        hand={n: int(context.network.hands.of[n]) for n in verdict.members},
        suspect_voices=voices("suspect"),
        payee_voices=voices("payee"),
        payers=payers,
        transfers=transfers,
        ties=[] if ties is None else list(ties.select("u", "v", "kind").unique().sort("u", "v", "kind").iter_rows()),
        passes=tables.passes.get(ring, []),
        mule_victims=tables.sick.get(ring, {}),
        acquitted={n for n in verdict.members if uid[n] in cleared},
        employed={n for n in verdict.members if context.network.part[n] < 0},
    )


def _inside(edges: pl.DataFrame | None) -> dict[int, float]:
    if edges is None:
        return {}
    ends = pl.concat([edges.select(pl.col("u").alias("node"), "w"), edges.select(pl.col("v").alias("node"), "w")])
    return dict(ends.group_by("node").agg(pl.col("w").sum()).iter_rows())


def _first_seen(
    ties: pl.DataFrame | None, names: pl.DataFrame | None, received: pl.DataFrame | None
) -> dict[int, datetime]:
    parts = []
    if ties is not None:
        parts += [ties.select(pl.col(side).alias("node"), pl.col("since").alias("at")) for side in ("u", "v")]
    if names is not None:
        parts.append(names.select("node", "at"))
    if received is not None:
        parts.append(received.select(pl.col("payee").alias("node"), "at"))
    if not parts:
        return {}
    rows = pl.concat(parts).drop_nulls().group_by("node").agg(pl.col("at").min())
    return dict(rows.iter_rows())


@dataclass(frozen=True)
class _Why:
    """What speaks for each member of one ring, read once."""

    named: dict[tuple[int, str], tuple[set[int], set[int]]]
    """(node, role) -> voices, records."""
    payers: dict[int, int]
    ties: dict[int, dict[str, list[tuple[int, float, int]]]]
    """node -> kind -> (other end, base, record)."""


def _read(ties: pl.DataFrame | None, names: pl.DataFrame | None, received: pl.DataFrame | None) -> _Why:
    named: dict[tuple[int, str], tuple[set[int], set[int]]] = {}
    payers: dict[int, set[int]] = {}
    near: dict[int, dict[str, list[tuple[int, float, int]]]] = {}
    if names is not None:
        for node, role, voice, rec in names.select("node", "role", "voice", "rec").iter_rows():
            voices, records = named.setdefault((node, role), (set(), set()))
            voices.add(voice)
            records.add(rec)
    if received is not None:
        for payee, payer in received.select("payee", "payer").drop_nulls().iter_rows():
            payers.setdefault(payee, set()).add(payer)
    if ties is not None:
        for u, v, kind, base, rec in ties.select("u", "v", "kind", "base", "rec").iter_rows():
            near.setdefault(u, {}).setdefault(kind, []).append((v, -base, rec))
            near.setdefault(v, {}).setdefault(kind, []).append((u, -base, rec))
    return _Why(named, {payee: len(found) for payee, found in payers.items()}, near)


def _why_member(context: Context, node: int, uid: Mapping[int, str], why: _Why) -> list[Reason]:
    """Why this node is a member: who names it, and its strongest tie of each kind."""
    view = context.evidence.view
    out: list[Reason] = []
    for role, code in (("suspect", "member_named"), ("payee", "member_payee")):
        if (node, role) in why.named:
            voices, records = why.named[node, role]
            cited = view.record_ids(sorted(records)[:CITED])
            extra = {} if role == "suspect" else {"payers": why.payers.get(node, 0)}
            out.append(reason(code, cited, reports=len(voices), **extra))
    for kind, rows in sorted(why.ties.get(node, {}).items()):
        other, _, rec = min(rows, key=lambda row: (row[1], row[0], row[2]))
        cited = view.record_ids([rec])
        if kind in _BY_KIND:
            out.append(reason(_BY_KIND[kind], cited, uid=uid[other]))
        elif kind == "co_paid":
            out.append(reason("member_co_paid", cited, uid=uid[other], payers=context.params.co_payers))
        elif kind == "passed_on":
            for one in context.passes_between(node, other):
                facts = {"uid": uid[other], "cycles": one["cycles"], "share": round(one["share"], 2)}
                out.append(reason("member_passed_on", view.record_ids(one["recs"][:CITED]), **facts))
        elif kind == "talk":
            calls, share = context.talk(node, {row[0] for row in rows})
            members = len({row[0] for row in rows})
            out.append(reason("member_regular_caller", cited, members=members, calls=calls, share=share))
        elif kind == "staff" and context.network.part[node] < 0:
            lines = len({row[0] for row in why.ties[other]["staff"]})
            out.append(reason("member_staff", cited, uid=uid[other], lines=lines))
    return out


def _links(
    context: Context, ties: pl.DataFrame | None, edges: pl.DataFrame | None, uid: Mapping[int, str]
) -> tuple[RingLink, ...]:
    if ties is None or edges is None:
        return ()
    view = context.evidence.view
    rows = (
        ties.group_by("u", "v", "kind")
        .agg(pl.col("base").sum().alias("sum"), pl.col("base").max().alias("top"), pl.col("rec").unique().sort())
        .sort("u", "v", "kind")
    )
    out: list[RingLink] = []
    for u, v, kind, total, top, recs in rows.iter_rows():
        weight = round(min(3.0, total) if kind == "co_named" else top, 3)
        out.append(
            RingLink(src=uid[u], rel=REL[kind], dst=uid[v], weight=weight, records=tuple(view.record_ids(recs[:CITED])))
        )
    return tuple(sorted(out, key=lambda link: (link.src, link.rel, link.dst)))


def _countries(received: pl.DataFrame | None) -> tuple[str, ...]:
    if received is None:
        return ()
    found = (
        received["payer_country"].drop_nulls().value_counts().sort(["count", "payer_country"], descending=[True, False])
    )
    return tuple(found["payer_country"].to_list())


def _span(context: Context, ring: int, received: pl.DataFrame | None) -> list[datetime | None]:
    at = context.candidates.reports.filter(pl.col("ring") == ring)["at"]
    out: list[datetime | None] = []
    for series in (at, None if received is None else received["at"]):
        if series is not None and len(series):
            low, high = series.min(), series.max()
            out += [low if isinstance(low, datetime) else None, high if isinstance(high, datetime) else None]
    return out
