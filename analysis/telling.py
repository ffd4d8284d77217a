"""Why a ring is shown: its reasons, each with the records it rests on. No reason about the evidence goes without."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.around import Around
from analysis.findings import Reason
from analysis.reasons import CITED, reason
from analysis.typologies.base import Context
from analysis.verdicts import Found, Verdict

_MOST_HITS = 40


def reasons(context: Context, around: Around, verdict: Verdict) -> tuple[Reason, ...]:
    """Status and what it rests on first, then the patterns, strongest first, money, and what hangs on loosely."""
    records = context.evidence.view.record_ids
    told = [rec for rec, _, _ in around.reports]
    out = [_with_records(context, around, verdict, one) for one in verdict.reasons]
    voices = verdict.voices
    out.append(
        reason(
            "independent_reports",
            records(told[:CITED]),
            n=voices.identified + voices.anonymous,
            identified=voices.identified,
            anonymous=voices.anonymous,
            copies=verdict.copies,
        )
    )
    if voices.anonymous:
        p = context.params
        weight = round(min(p.anonymous_cap, p.anonymous_weight * voices.anonymous), 2)
        nameless = [rec for rec, identified, _ in around.reports if not identified]
        out.append(reason("anonymous_capped", records(nameless[:CITED]), n=voices.anonymous, weight=weight))
    out.append(
        reason("custodians", records(_by_custodian(context, verdict, told)), types=[*sorted(verdict.custodians)])
    )
    for script, recs in around.scripts:
        if len(recs) > 1:
            out.append(reason("shared_script", records(recs[:CITED]), uid=script, reports=len(recs)))
    strongest = sorted(
        verdict.found, key=lambda f: (-f.hit.llr * f.hit.strength, f.code, sorted(f.params.items(), key=str))
    )
    for one in _of_every_pattern(strongest):
        out.append(reason(one.code, records(one.hit.records[:CITED]), **one.params))
    for total in around.money:
        out.append(
            reason(
                "money_total",
                records(around.payments[total.currency]),
                currency=total.currency,
                total=total.total,
                transfers=total.transfers,
            )
        )
    out += around.charged
    if around.harmed.silent:
        out.append(reason("silent_payers", records(around.harmed.records[:CITED]), n=around.harmed.silent))
    return (*out, *(why for _, why in around.associates))


def _of_every_pattern(strongest: Sequence[Found]) -> list[Found]:
    """The strongest hits, and of every pattern at least its strongest, however many another one has."""
    kept = list(strongest[:_MOST_HITS])
    first = {one.code: one for one in reversed(strongest)}
    left = [one for code, one in sorted(first.items()) if all(other.code != code for other in kept)]
    return [*kept[: _MOST_HITS - len(left)], *left]


def _with_records(context: Context, around: Around, verdict: Verdict, told: Reason) -> Reason:
    """A reason of the status with its records; decisions of people keep none."""
    if told.records:
        return told
    reports = [rec for rec, _, _ in around.reports]
    match told.code:
        case "coercion_reported":
            recs = [rec for rec, _, coercive in around.reports if coercive]
        case "coercion_repeat_payment":
            recs = _hits(verdict, "T03")
        case "coercion_callback":
            recs = [*_hits(verdict, "T12"), *reports]
        case "status_lead" | "status_corroborate":
            recs = [*_hits(verdict, None), *reports]
        case "status_dismissed" | "status_confirmed":
            return told
        case _:
            recs = reports
    cited = list(dict.fromkeys(recs))[:CITED]
    return told.model_copy(update={"records": tuple(context.evidence.view.record_ids(cited))})


def _hits(verdict: Verdict, typology: str | None) -> list[int]:
    """Records of hits, a few of each in turn, so that a cut list still shows every pattern."""
    lists = [one.hit.records for one in verdict.found if typology in (None, one.hit.typology)]
    longest = max((len(one) for one in lists), default=0)
    return [one[n] for n in range(longest) for one in lists if n < len(one)]


def _by_custodian(context: Context, verdict: Verdict, reports: Sequence[int]) -> list[int]:
    """A few records of each kind of custodian."""
    types = context.evidence.source_type
    found: dict[str, list[int]] = {}
    for rec in [*_hits(verdict, None), *reports]:
        kept = found.setdefault(str(types[rec]), [])
        if rec not in kept and len(kept) < max(1, CITED // 6):
            kept.append(rec)
    return [rec for kind in sorted(found) for rec in found[kind]]
