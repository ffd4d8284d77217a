"""What speaks against: acquittals, forged or reassigned numbers, relatives, copied or one-sided reports, dismissals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import polars as pl

from analysis import spoof
from analysis.findings import Judgement, Reason
from analysis.nodes import Evidence, uid_of
from analysis.reasons import reason
from analysis.scoring import LLR_ACQUITTED, LLR_RELATIVE, LLR_SPOOFED

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "counter_acquittal": ("acquittal", "acquitted"),
    "counter_spoofed": ("confirmed", "suspected"),
}
_PROPS: Final[Mapping[str, tuple[str, ...]]] = {
    "counter_acquittal": ("type", "kind", "role", "outcome", "verdict"),
    "counter_spoofed": ("spoof_risk",),
}
LLR: Final[Mapping[str, float]] = {
    "counter_acquittal": LLR_ACQUITTED,
    "counter_spoofed": LLR_SPOOFED,
    "counter_relative": LLR_RELATIVE,
}
"""What each counter-indication takes from the score of a ring, once however many members it concerns."""

Against = dict[int, list[tuple[str, int]]]
"""Node -> (code, rec)."""


def gather(evidence: Evidence) -> Against:
    """Counter-indications of the evidence by node."""
    out: Against = {}
    statements, links = evidence.view["statements"], evidence.view["links"]
    for code, words in _WORDS.items():
        said = statements.filter(
            pl.col("prop").is_in(list(_PROPS[code])) & pl.col("text").str.to_lowercase().is_in(list(words))
        )
        direct = said.select(pl.col("subject").alias("node"), "rec")
        through = links.filter(pl.col("rel").is_in(["HAS_EVENT", "HAS_ROLE"])).join(
            said.select(pl.col("subject").alias("dst"), pl.col("rec").alias("said")), on="dst"
        )
        held = links.filter((pl.col("rel") == "HAS_ROLE") & pl.col("props").fill_null("").str.contains('"acquitted"'))
        rows = [direct, through.select(pl.col("src").alias("node"), "rec")]
        if code == "counter_acquittal":
            rows.append(held.select(pl.col("src").alias("node"), "rec"))
        for node, rec in pl.concat(rows).unique().sort("node", "rec").iter_rows():
            out.setdefault(node, []).append((code, rec))
    for node, rec in spoof.suspected(evidence.view).iter_rows():
        if ("counter_spoofed", rec) not in out.setdefault(node, []):
            out[node].append(("counter_spoofed", rec))
    family = links.filter(pl.col("rel") == "FAMILY")
    for src, dst, rec in family.select("src", "dst", "rec").unique().sort("src", "dst", "rec").iter_rows():
        out.setdefault(src, []).append(("counter_relative", rec))
        out.setdefault(dst, []).append(("counter_relative", rec))
    return dict(sorted(out.items()))


def of_members(evidence: Evidence, against: Against, members: Sequence[int]) -> tuple[list[Reason], float]:
    """Reasons against these members, and their weight (each kind once)."""
    reasons: list[Reason] = []
    kinds: set[str] = set()
    inside = set(members)
    for node in members:
        found: dict[str, list[int]] = {}
        for code, rec in against.get(int(evidence.node_code[node]), []):
            found.setdefault(code, []).append(rec)
        for code, recs in sorted(found.items()):
            if code == "counter_relative" and len(inside) < 2:
                continue
            kinds.add(code)
            reasons.append(reason(code, evidence.view.record_ids(sorted(recs)), uid=uid_of(evidence, node)))
    reasons += _reassigned(evidence, members)
    return reasons, sum(LLR.get(kind, 0.0) for kind in sorted(kinds))


def _reassigned(evidence: Evidence, members: Sequence[int]) -> list[Reason]:
    """Member numbers that had, or got, another holder: only facts of one period count."""
    changes = evidence.reassigned
    codes = sorted({int(evidence.node_code[n]) for n in members} & changes.keys())
    return [
        reason("counter_reassigned", uid=evidence.view.uid(code), at=_iso(at)) for code in codes for at in changes[code]
    ]


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def of_reports(voices: int, identified: int, spoken: int, coercive: int, reports: int, copies: int) -> list[Reason]:
    """Reasons against that lie in the reports themselves."""
    out: list[Reason] = []
    if voices and not identified:
        out.append(reason("counter_anonymous_only", n=voices))
    if copies:
        out.append(reason("counter_copied_reports", n=copies))
    if reports > 1 and voices == 1:
        out.append(reason("counter_one_reporter"))
    if spoken and coercive / spoken < 0.5:
        out.append(reason("counter_other_crime", share=round(1 - coercive / spoken, 2)))
    return out


def verdict(judgements: Sequence[Judgement], members: Sequence[str]) -> Judgement | None:
    """The latest decision on a ring whose members overlap these by half or more (Jaccard); None when reopened."""
    mine = frozenset(members)
    best: Judgement | None = None
    for one in sorted(judgements, key=lambda j: (j.at, j.verdict, j.by)):
        theirs = frozenset(one.members)
        if len(mine & theirs) >= 0.5 * len(mine | theirs):
            best = one
    return None if best is None or best.verdict == "reopen" else best
