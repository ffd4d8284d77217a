"""Status of a ring: watch, corroborate or lead, and what record would decide.

lead: two typologies resting on different records, of two kinds of custodian, and a sign of coercion. corroborate:
several independent indications of one kind of custodian. watch: less (ARCHITECTURE section 5, domain/04 4.18).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from analysis.findings import Reason, Status
from analysis.params import Params
from analysis.reasons import reason
from analysis.scoring import Hit


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision needs to know of one ring. Counts are voices, not reports."""

    hits: Sequence[Hit]
    custodians_of: Sequence[frozenset[str]]
    """Kinds of custodian behind each hit, in the order of ``hits``."""
    voices: int
    spoken: int
    """Of the voices, those who say what happened to them."""
    coercive: int
    """Of these, those who speak of force."""
    accountable: int
    """Of the voices, those who said who they are or cite a payment that an operator states."""
    repeat_payers: int
    demands: int
    callbacks: int
    members: tuple[str, ...]
    labels: frozenset[str]
    hands: int
    """Hands with a line, a person or an instrument."""


def most_speak_of_force(coercive: int, voices: int) -> float:
    """Probability that more than half of all whom the ring harmed would speak of force, when ``coercive`` of ``voices``
    do: the upper half of a beta distribution from an even prior (Bayes 1763), .875 for two of two, .77 for four of six.
    """
    return sum(math.comb(voices + 1, i) for i in range(coercive + 1)) / float(2 ** (voices + 1))


def coercion(facts: Facts, params: Params) -> list[Reason]:
    """Signs that somebody was forced: none means that it may be another offence.

    Swindlers threaten now and then and are paid again as well, so most reports must speak of force, and enough of them
    that this is no accident of who reported.
    """
    out: list[Reason] = []
    share = facts.coercive / max(1, facts.spoken)
    sure = most_speak_of_force(facts.coercive, facts.spoken) >= params.coercion_sure
    if facts.coercive and share >= params.coercion_share and sure:
        out.append(reason("coercion_reported", n=facts.coercive, share=round(share, 2)))
        if facts.demands and facts.repeat_payers >= 2:
            out.append(reason("coercion_repeat_payment", payers=facts.repeat_payers))
    if facts.callbacks and facts.voices:
        out.append(reason("coercion_callback", callbacks=facts.callbacks, reports=facts.voices))
    return out


def decide(facts: Facts, params: Params) -> tuple[Status, list[Reason]]:
    """Status and its reasons, what is missing included."""
    signs = coercion(facts, params)
    corroborated = _two_typologies(facts)
    credible = facts.accountable >= params.accountable or facts.callbacks > 0
    several = facts.hands >= 2 or facts.accountable >= params.lone_hand_reports
    if corroborated and signs and credible and several:
        ids, custodians = corroborated
        return "lead", [reason("status_lead", typologies=_json(ids), custodians=_json(custodians)), *signs]
    kinds = frozenset().union(*facts.custodians_of) if facts.custodians_of else frozenset()
    missing: list[Reason] = list(signs)
    if not signs:
        share = facts.coercive / facts.spoken if facts.spoken else 0.0
        missing.append(reason("needs_coercion_sign", share=round(share, 2)))
    if signs and not credible:
        missing.append(reason("needs_accountable_report", have=facts.accountable, n=params.accountable))
    if not several:
        missing.append(reason("needs_second_hand", n=params.lone_hand_reports - facts.accountable))
    if len(kinds) < 2:
        asked = requisition(facts.labels, kinds)
        missing.append(reason("needs_second_custodian", have=_json(kinds), ask=asked, uids=list(facts.members[:5])))
    elif not corroborated:
        missing.append(reason("needs_second_typology", have=_json({hit.typology for hit in facts.hits})))
    if facts.voices < params.lone_reports and not corroborated:
        missing.append(reason("needs_second_report", n=facts.voices))
    indications = sum(1 for hit in facts.hits if hit.records)
    if corroborated or (indications >= 1 and facts.voices >= params.lone_reports) or indications >= 2:
        return "corroborate", [reason("status_corroborate", custodians=_json(kinds)), *missing]
    return "watch", [reason("status_watch"), *missing]


def _two_typologies(facts: Facts) -> tuple[set[str], set[str]] | None:
    """Two typologies on different records that together come from two kinds of custodian, or None. One-ring calls (T11)
    are one of them only where they are called back (T12): whoever sends codes by flash call makes them, too."""
    drained = any(hit.typology == "T12" for hit in facts.hits)
    rows = [
        (hit, kinds)
        for hit, kinds in zip(facts.hits, facts.custodians_of, strict=True)
        if drained or hit.typology != "T11"
    ]
    for i, (one, kinds) in enumerate(rows):
        for other, other_kinds in rows[i + 1 :]:
            if one.typology == other.typology or len(kinds | other_kinds) < 2:
                continue
            mine, theirs = set(one.records), set(other.records)
            if mine - theirs and theirs - mine:
                return {hit.typology for hit in facts.hits}, set().union(*facts.custodians_of)
    return None


def _json(names: Iterable[str]) -> list[JsonValue]:
    return [*sorted(names)]


def requisition(labels: frozenset[str], have: frozenset[str]) -> str:
    """Which records would decide, by what the members are and which custodians have spoken."""
    if "money" not in have and "Wallet" in labels:
        return "wallet_records"
    if "money" not in have and "BankAccount" in labels:
        return "bank_statement"
    if "money" not in have and "Person" in labels:
        return "remittance_records"
    if "telecom" not in have and labels & {"Phone", "Sim", "Device"}:
        return "subscriber_and_call_records"
    if "platform" not in have and labels & {"Account", "Page", "Email"}:
        return "platform_return"
    if "report" not in have:
        return "report_follow_up"
    return "remittance_records"
