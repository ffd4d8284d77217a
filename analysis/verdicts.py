"""One verdict a candidate: hits of all typologies, voices, custodians, score and status. Variants are judged alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from pydantic import JsonValue

from analysis import counter, status
from analysis.findings import Judgement, Reason, Status
from analysis.reasons import reason
from analysis.scoring import Hit, Voices, score
from analysis.typologies import t09_facade
from analysis.typologies.base import Context
from analysis.typologies.registry import TYPOLOGIES

_LIVE = frozenset({"Phone", "Person", "Wallet", "Device"})
"""Labels that show a hand of its own; profiles, accounts and addresses are made at will by one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with what it says."""

    hit: Hit
    code: str
    params: Mapping[str, JsonValue]
    custodians: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run concludes of one candidate."""

    ring: int
    members: tuple[int, ...]
    found: tuple[Found, ...]
    voices: Voices
    reports: int
    copies: int
    custodians: frozenset[str]
    score: float
    status: Status
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]


def inner_ties(context: Context) -> pl.DataFrame:
    """``ring`` and columns of ties, for ties with both ends in one candidate."""
    members = context.members
    return (
        context.network.ties.join(members.rename({"node": "u"}), on="u")
        .join(members.rename({"node": "v"}), on=["ring", "v"], how="semi")
        .sort("ring", "u", "v", "kind", "since", "rec")
    )


def judge(context: Context, against: counter.Against, judgements: Sequence[Judgement] = ()) -> list[Verdict]:
    """Verdicts of all candidates, in their order."""
    evidence = context.evidence
    found = _hits(context)
    members: dict[int, tuple[int, ...]] = dict(
        context.members.group_by("ring")
        .agg(pl.col("node").sort())
        .sort("ring")
        .with_columns(pl.col("node"))
        .iter_rows()
    )
    said = {row["ring"]: row for row in _voices(context).iter_rows(named=True)}
    accountable, demands = _accountable(context), _demands(context)
    behind = _custodians(context)
    about_pages = t09_facade.restrained(context)
    hand_of = context.network.hands.of
    out: list[Verdict] = []
    for ring, nodes in sorted(members.items()):
        mine = tuple(found.get(ring, ()))
        row = said[ring]
        voices = Voices(
            row["identified"], row["spoken_identified"], row["coercive_identified"], row["voices"] - row["identified"]
        )
        # What weighs nothing (T08) is shown, and neither scores nor opens a status.
        weighing = [one for one in mine if one.hit.llr > 0]
        kinds = frozenset(behind.get(ring, ())).union(*(one.custodians for one in weighing))
        reasons_against, weight = counter.of_members(evidence, against, nodes)
        reasons_against += counter.of_reports(
            row["voices"], row["identified"], row["spoken"], row["coercive"], row["reports"], row["copies"]
        )
        uids = tuple(evidence.view.uids([int(evidence.node_code[n]) for n in nodes]))
        facts = status.Facts(
            hits=[one.hit for one in weighing],
            custodians_of=[one.custodians for one in weighing],
            voices=row["voices"],
            spoken=row["spoken"],
            coercive=row["coercive"],
            accountable=accountable.get(ring, 0),
            repeat_payers=sum(_whole(one.params["payers"]) for one in mine if one.hit.typology == "T03"),
            demands=demands.get(ring, 0),
            callbacks=sum(_whole(one.params["callbacks"]) for one in mine if one.hit.typology == "T12"),
            members=uids,
            labels=frozenset(evidence.label(n) for n in nodes),
            hands=len({int(hand_of[n]) for n in nodes if evidence.label(n) in _LIVE}),
        )
        grade, reasons = status.decide(facts, evidence.params)
        if ring in about_pages:
            grade = "watch"
            kept = [one for one in reasons if one.code not in ("status_lead", "status_corroborate", "status_watch")]
            reasons = [reason("status_watch"), *kept]
            reasons_against.append(reason("counter_public_page", uid=context.uid(about_pages[ring])))
        decision = counter.verdict(judgements, uids)
        if decision is not None and decision.verdict == "dismiss":
            grade = "watch"
            reasons = [reason("status_dismissed", by=decision.by, reason=decision.reason), *reasons]
            reasons_against.append(reason("counter_dismissed", by=decision.by, reason=decision.reason))
        elif decision is not None:
            reasons = [reason("status_confirmed", by=decision.by, reason=decision.reason), *reasons]
        points = score(facts.hits, voices, len(kinds), weight, evidence.params)
        out.append(
            Verdict(
                ring,
                nodes,
                mine,
                voices,
                row["reports"],
                row["copies"],
                kinds,
                points,
                grade,
                tuple(reasons),
                tuple(reasons_against),
            )
        )
    return out


def _whole(value: JsonValue) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _hits(context: Context) -> dict[int, list[Found]]:
    types = context.evidence.source_type
    out: dict[int, list[Found]] = {}
    for typology in TYPOLOGIES:
        for ring, strength, code, params, records in typology.detect(context).iter_rows():
            hit = Hit(typology.id, typology.llr, strength, tuple(records))
            kinds = frozenset(str(types[r]) for r in records)
            out.setdefault(ring, []).append(Found(hit, code, json.loads(params), kinds))
    return out


def _voices(context: Context) -> pl.DataFrame:
    """``ring, reports, voices, identified, coercive, spoken, coercive_identified, spoken_identified, copies``; in
    voices but the ends. ``spoken``: those that say what it was about at all."""
    rows = context.candidates.reports
    counts = rows.group_by("ring").agg(
        pl.len().alias("reports"),
        pl.col("voice").n_unique().alias("voices"),
        pl.col("voice").filter("identified").n_unique().alias("identified"),
        pl.col("voice").filter("coercive").n_unique().alias("coercive"),
        pl.col("voice").filter("says_what").n_unique().alias("spoken"),
        pl.col("voice").filter(pl.col("coercive") & pl.col("identified")).n_unique().alias("coercive_identified"),
        pl.col("voice").filter(pl.col("says_what") & pl.col("identified")).n_unique().alias("spoken_identified"),
        pl.col("copy").sum().alias("copies"),
    )
    rings = context.members.select("ring").unique()
    return rings.join(counts, on="ring", how="left").fill_null(0).sort("ring")


def _accountable(context: Context) -> dict[int, int]:
    """Voices of the ring who said who they are, or cite a payment that a money record states."""
    reports = context.candidates.reports.select("ring", "report", "voice", "identified")
    real = context.network.paid.filter(~pl.col("told")).select("tx")
    cited = context.evidence.cited.join(real, on="tx")
    sure = reports.filter(pl.col("identified") | pl.col("report").is_in(cited["report"].implode()))
    return dict(sure.group_by("ring").agg(pl.col("voice").n_unique()).iter_rows())


def _demands(context: Context) -> dict[int, int]:
    asked = context.evidence.demanding
    rows = context.candidates.reports.select("ring", "report").join(asked, on="report", how="semi")
    return dict(rows.group_by("ring").agg(pl.len()).iter_rows())


def _custodians(context: Context) -> dict[int, list[str]]:
    """Kinds of custodian whose records tie or name members."""
    types = context.evidence.received.select("rec", "source_type")
    ties = inner_ties(context).select("ring", "rec")
    names = context.candidates.reports.select("ring", "rec")
    rows = pl.concat([ties, names]).unique().join(types, on="rec")
    return dict(rows.group_by("ring").agg(pl.col("source_type").unique().sort()).iter_rows())
