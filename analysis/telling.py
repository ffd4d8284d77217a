"""Why a ring is shown: its reasons, each with the records it rests on. No reason about the evidence goes without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from analysis.findings import Money, Reason
from analysis.reasons import CITED, reason
from analysis.typologies.base import Context
from analysis.verdicts import Found, Verdict
from analysis.victims import Harmed

_MOST_HITS = 40


def reasons(
    context: Context,
    verdict: Verdict,
    *,
    received: pl.DataFrame | None,
    money: Sequence[Money],
    charged: Sequence[Reason],
    harmed: Harmed,
    associates: Iterable[Reason],
) -> tuple[Reason, ...]:
    """Status and what it rests on first, then the patterns, strongest first, money, and what hangs on loosely."""
    records = context.evidence.view.record_ids
    reports = context.candidates.reports.filter(pl.col("ring") == verdict.ring)
    out = [_with_records(context, verdict, reports, one) for one in verdict.reasons]
    voices = verdict.voices
    out.append(
        reason(
            "independent_reports",
            records(reports["rec"].to_list()[:CITED]),
            n=voices.identified + voices.anonymous,
            identified=voices.identified,
            anonymous=voices.anonymous,
            copies=verdict.copies,
        )
    )
    if voices.anonymous:
        p = context.params
        weight = round(min(p.anonymous_cap, p.anonymous_weight * voices.anonymous), 2)
        nameless = reports.filter(~pl.col("identified"))["rec"].to_list()
        out.append(reason("anonymous_capped", records(nameless[:CITED]), n=voices.anonymous, weight=weight))
    out.append(
        reason("custodians", records(_by_custodian(context, verdict, reports)), types=[*sorted(verdict.custodians)])
    )
    mine = reports.select("report", "rec").join(context.network.scripts.private, on="report")
    for script, recs in mine.group_by("script").agg(pl.col("rec").sort()).sort("script").iter_rows():
        if len(recs) > 1:
            out.append(reason("shared_script", records(recs[:CITED]), uid=script, reports=len(recs)))
    strongest = sorted(
        verdict.found, key=lambda f: (-f.hit.llr * f.hit.strength, f.code, sorted(f.params.items(), key=str))
    )
    for one in _of_every_pattern(strongest):
        out.append(reason(one.code, records(one.hit.records[:CITED]), **one.params))
    for total in money:
        paid = [] if received is None else received.filter(pl.col("currency") == total.currency)["rec"].sort().to_list()
        out.append(
            reason(
                "money_total",
                records(paid[:CITED]),
                currency=total.currency,
                total=total.total,
                transfers=total.transfers,
            )
        )
    out += charged
    if harmed.silent:
        out.append(reason("silent_payers", records(harmed.records[:CITED]), n=harmed.silent))
    return (*out, *associates)


def _of_every_pattern(strongest: Sequence[Found]) -> list[Found]:
    """The strongest hits, and of every pattern at least its strongest, however many another one has."""
    kept = list(strongest[:_MOST_HITS])
    first = {one.code: one for one in reversed(strongest)}
    left = [one for code, one in sorted(first.items()) if all(other.code != code for other in kept)]
    return [*kept[: _MOST_HITS - len(left)], *left]


def _with_records(context: Context, verdict: Verdict, reports: pl.DataFrame, told: Reason) -> Reason:
    """A reason of the status with its records; decisions of people keep none."""
    if told.records:
        return told
    match told.code:
        case "coercion_reported":
            recs = reports.filter("coercive")["rec"].to_list()
        case "coercion_repeat_payment":
            recs = _hits(verdict, "T03")
        case "coercion_callback":
            recs = [*_hits(verdict, "T12"), *reports["rec"].to_list()]
        case "status_lead" | "status_corroborate":
            recs = [*_hits(verdict, None), *reports["rec"].to_list()]
        case "status_dismissed" | "status_confirmed":
            return told
        case _:
            recs = reports["rec"].to_list()
    cited = list(dict.fromkeys(recs))[:CITED]
    return told.model_copy(update={"records": tuple(context.evidence.view.record_ids(cited))})


def _hits(verdict: Verdict, typology: str | None) -> list[int]:
    """Records of hits, a few of each in turn, so that a cut list still shows every pattern."""
    lists = [one.hit.records for one in verdict.found if typology in (None, one.hit.typology)]
    longest = max((len(one) for one in lists), default=0)
    return [one[n] for n in range(longest) for one in lists if n < len(one)]


def _by_custodian(context: Context, verdict: Verdict, reports: pl.DataFrame) -> list[int]:
    """A few records of each kind of custodian."""
    types = context.evidence.source_type
    found: dict[str, list[int]] = {}
    for rec in [*_hits(verdict, None), *reports["rec"].to_list()]:
        kept = found.setdefault(str(types[rec]), [])
        if rec not in kept and len(kept) < max(1, CITED // 6):
            kept.append(rec)
    return [rec for kind in sorted(found) for rec in found[kind]]
