"""From verdicts to rings as people read them: members with roles, money, links, reasons with records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from analysis import roles, telling
from analysis.around import Around, gather
from analysis.findings import Fragility, Member, Reason, Ring, RingLink, TypologyHit
from analysis.reasons import CITED, reason
from analysis.scoring import percentiles
from analysis.typologies.base import Context
from analysis.verdicts import Verdict

REL: Final[Mapping[str, str]] = {
    "co_named": "CO_NAMED", "contract": "USES", "stated": "USES", "holds": "HOLDS", "card": "HAS_SIM",
    "device": "INSERTED_IN", "recovery": "RECOVERY_OF", "administers": "ADMINISTERS", "presents": "PRESENTS_AS",
    "diverted": "DIVERTED_TO", "associated": "ASSOCIATED_WITH", "passed_on": "PASSED_ON", "co_paid": "CO_PAID",
    "collected": "COLLECTED_FROM", "sums": "COLLECTED_FROM", "talk": "CALLED", "seized": "SEIZED_WITH",
    "searched": "SEIZED_WITH", "accused": "ACCUSED_WITH", "series": "SERIES",
    "script": "SIMILAR_TO", "staff": "CALLED", "listed": "ASSOCIATED_WITH", "same_account": "SAME_ACCOUNT",
    "session": "SAME_CONNECTION",
}  # fmt: skip
"""Relation shown for each kind of tie; CO_NAMED, PASSED_ON, CO_PAID, COLLECTED_FROM, SEIZED_WITH and ACCUSED_WITH
are derived from several records, SAME_ACCOUNT from what a platform or a name says, SAME_CONNECTION from an address with
its port."""

_INSERTED: Final = ("Phone", "Sim")
"""Labels of what is put into a device; everything else is used on one."""

_BY_KIND: Final[Mapping[str, str]] = {
    "contract": "member_contract", "stated": "member_contract", "holds": "member_holds", "card": "member_device",
    "device": "member_device", "recovery": "member_recovery", "administers": "member_recovery",
    "associated": "member_recovery", "presents": "member_recovery", "seized": "member_seized",
    "searched": "member_searched", "accused": "member_accused",
    "series": "member_series", "diverted": "member_diverted", "collected": "member_collected", "sums": "member_sums",
    "listed": "member_listed", "same_account": "member_same_account",
    "session": "member_same_connection",
}  # fmt: skip


def rings(context: Context, verdicts: Sequence[Verdict], fragility: Mapping[int, Fragility], run: str) -> list[Ring]:
    """Rings in the order of ``verdicts``, without display numbers."""
    around = gather(context)
    ends = pl.concat([context.network.edges.select(pl.col(side).alias("node"), "w") for side in ("u", "v")])
    weight = dict(ends.group_by("node").agg(pl.col("w").sum()).iter_rows())
    ranks = percentiles([v.score for v in verdicts])
    return [
        _ring(context, around[v.ring], weight, v, rank, fragility.get(v.ring, Fragility()), run)
        for v, rank in zip(verdicts, ranks, strict=True)
    ]


def _ring(
    context: Context,
    around: Around,
    weight: Mapping[int, float],
    verdict: Verdict,
    rank: float,
    fragility: Fragility,
    run: str,
) -> Ring:
    view, code = context.evidence.view, context.evidence.node_code
    uid = dict(zip(verdict.members, view.uids([int(code[n]) for n in verdict.members]), strict=True))
    given = roles.assign(_role_facts(context, around, verdict, uid))
    inside, near = around.inside, _near(around)
    members = []
    for node in verdict.members:
        role, basis = given[node]
        total = weight.get(node, 0.0)
        members.append(
            Member(
                uid=uid[node],
                label=context.evidence.label(node),
                role=role,
                score=round(inside.get(node, 0.0) / total, 3) if total else 1.0,
                first_seen=around.first_seen.get(node),
                basis=(*basis, *_why_member(context, around, node, uid, near)),
            )
        )
    return Ring(
        ring="",
        status=verdict.status,
        score=verdict.score,
        percentile=rank,
        run=run,
        members=tuple(sorted({m.uid: m for m in members}.values(), key=lambda m: (-m.score, m.uid))),
        associates=tuple(sorted({view.uid(int(code[n])) for n, _ in around.associates})),
        bridges=tuple(around.bridges),
        typologies=_typologies(context, verdict),
        source_types=tuple(sorted(verdict.custodians)),
        reports=verdict.reports,
        victims=around.harmed.victims,
        silent_victims=around.harmed.silent,
        money=around.money,
        countries=around.countries,
        first_seen=min(around.times, default=None),
        last_seen=max(around.times, default=None),
        fragility=fragility,
        reasons=telling.reasons(context, around, verdict),
        counter_indicators=verdict.against,
        links=_links(context, around, uid),
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


def _role_facts(context: Context, around: Around, verdict: Verdict, uid: Mapping[int, str]) -> roles.Facts:
    evidence = context.evidence
    cleared = {str(r.params["uid"]) for r in verdict.against if r.code == "counter_acquittal"}
    return roles.Facts(
        members=verdict.members,
        label={n: evidence.label(n) for n in verdict.members},
        uid=uid,
        hand={n: int(context.network.hands.of[n]) for n in verdict.members},
        suspect_voices=around.voices("suspect"),
        payee_voices=around.voices("payee"),
        payers={node: payers for node, (payers, _) in around.payees.items()},
        transfers={node: n for node, (_, n) in around.payees.items()},
        ties=sorted(
            {(v, u, kind) if (u, v, kind) in around.turned else (u, v, kind) for u, v, kind, _, _ in around.ties}
        ),
        passes=around.passes,
        mule_victims=around.sick,
        apart=_apart(context, around, verdict.members),
        acquitted={n for n in verdict.members if uid[n] in cleared},
        employed={n for n in verdict.members if context.network.part[n] < 0},
    )


def _apart(context: Context, around: Around, members: Sequence[int]) -> dict[int, tuple[int, int, float]]:
    """Line -> (calls, hands, share) of members that are lines for nothing but calls with a few hands of the ring."""
    hand, params = context.network.hands.of, context.params
    out: dict[int, tuple[int, int, float]] = {}
    for node in sorted({n for u, v, kind, _, _ in around.ties if kind == "talk" for n in (u, v)}):
        with_ = context.calls(node, [n for n in members if hand[n] != hand[node]])
        hands = {int(hand[n]) for n in with_}
        if len(hands) > roles.COMMAND_HANDS or not context.network.talk.given[node]:
            continue
        calls, share = context.talk(node, with_)
        if calls >= params.own_calls and share >= params.works_only:
            out[node] = (calls, len(hands), share)
    return out


Near = dict[int, dict[str, list[tuple[float, int, int]]]]
"""Node -> kind of tie -> (less its base, other end, record): the smallest is the strongest."""


def _near(around: Around) -> Near:
    near: Near = {}
    for u, v, kind, base, rec in around.ties:
        near.setdefault(u, {}).setdefault(kind, []).append((-base, v, rec))
        near.setdefault(v, {}).setdefault(kind, []).append((-base, u, rec))
    return near


def _why_member(context: Context, around: Around, node: int, uid: Mapping[int, str], near: Near) -> list[Reason]:
    """Why this node is a member: who names it, and its strongest tie of each kind."""
    view = context.evidence.view
    out: list[Reason] = []
    for role, code in (("suspect", "member_named"), ("payee", "member_payee")):
        if (node, role) in around.named:
            voices, records = around.named[node, role]
            extra = {} if role == "suspect" else {"payers": around.payees.get(node, (0, 0))[0]}
            out.append(reason(code, view.record_ids(records), reports=voices, **extra))
    for kind, rows in sorted(near.get(node, {}).items()):
        _, other, rec = min(rows)
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
            calls, share = context.talk(node, {row[1] for row in rows})
            members = len({row[1] for row in rows})
            # Of a line that only others' calls show, a share would be a share of what nobody was asked for.
            if context.network.talk.given[node]:
                out.append(reason("member_regular_caller", cited, members=members, calls=calls, share=share))
            else:
                out.append(reason("member_caller_seen", cited, members=members, calls=calls))
        elif kind == "staff" and context.network.part[node] < 0:
            lines = len({row[1] for row in near[other]["staff"]})
            out.append(reason("member_staff", cited, uid=uid[other], lines=lines))
    return _once(out)


def _once(told: Sequence[Reason]) -> list[Reason]:
    """Each sentence once, with the records of all who say it: a contract, and what somebody stated, are one to read."""
    out: dict[str, Reason] = {}
    for why in told:
        key = f"{why.code} {sorted(why.params.items())}"
        records = (*out[key].records, *why.records) if key in out else why.records
        out[key] = why.model_copy(update={"records": tuple(dict.fromkeys(records))})
    return list(out.values())


def _links(context: Context, around: Around, uid: Mapping[int, str]) -> tuple[RingLink, ...]:
    if not around.edges:
        return ()
    tied: dict[tuple[int, int, str], list[tuple[float, int]]] = {}
    for u, v, kind, base, rec in around.ties:
        tied.setdefault((u, v, kind), []).append((base, rec))
    out: list[RingLink] = []
    for (u, v, kind), rows in sorted(tied.items()):
        bases = [base for base, _ in rows]
        weight = round(min(3.0, math.fsum(bases)) if kind == "co_named" else max(bases), 3)
        cited = context.evidence.view.record_ids(sorted({rec for _, rec in rows})[:CITED])
        src, dst = (v, u) if (u, v, kind) in around.turned else (u, v)
        worn = kind == "device" and context.evidence.label(src) not in _INSERTED
        rel = "USES" if worn else REL[kind]
        out.append(RingLink(src=uid[src], rel=rel, dst=uid[dst], weight=weight, records=tuple(cited)))
    return tuple(sorted(out, key=lambda link: (link.src, link.rel, link.dst)))
