"""How much hangs on one link: rings without their critical links are judged again, by the same rules.

A critical link is one whose loss takes part of the ring away (a bridge of its network). The part that keeps most
voices is judged as a candidate of its own, in one batch for all rings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import igraph as ig
import numpy as np
import polars as pl

from analysis import counter
from analysis.findings import Fragility
from analysis.nodes import uid_of
from analysis.rings import reports_of
from analysis.typologies.base import Context
from analysis.verdicts import Verdict, judge

MOST = 3
"""Critical links looked at in each ring."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A ring without one link: what is left of it."""

    ring: int
    link: tuple[int, int]
    left: tuple[int, ...]


def weigh(context: Context, verdicts: list[Verdict], against: counter.Against) -> dict[int, Fragility]:
    """Critical links with the score without each, and records that alone keep the status, by ring."""
    variants = [v for verdict in verdicts for v in _variants(context, verdict)]
    scores = _scores(context, variants, against)
    whole = {v.ring: v.score for v in verdicts}
    found: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    for variant, score in zip(variants, scores, strict=True):
        if score < whole[variant.ring]:
            found.setdefault(variant.ring, []).append((score, variant.link))
    out: dict[int, Fragility] = {}
    for verdict in verdicts:
        rows = sorted(found.get(verdict.ring, []))[:MOST]
        links = tuple((uid_of(context.evidence, u), uid_of(context.evidence, v)) for _, (u, v) in rows)
        records = context.evidence.view.record_ids(_minimal(verdict))
        out[verdict.ring] = Fragility(
            critical_links=links, minimal_evidence=tuple(records), score_without=tuple(score for score, _ in rows)
        )
    return out


def _variants(context: Context, verdict: Verdict) -> list[Variant]:
    nodes = np.asarray(verdict.members, dtype=np.int64)
    if len(nodes) < 3:
        return []
    inside = context.edges_by_ring.get(verdict.ring)
    if inside is None:
        return []
    u, v = (np.searchsorted(nodes, side).tolist() for side in inside)
    graph = ig.Graph(n=len(nodes), edges=list(zip(u, v, strict=True)))
    voices = context.voices_by_node
    rows: list[tuple[int, int, Variant]] = []
    for edge in graph.bridges():
        one, other = graph.es[edge].tuple
        cut = graph.copy()
        cut.delete_edges([edge])
        parts = [part for part in cut.connected_components() if one in part or other in part]
        if len(parts) != 2 or min(len(p) for p in parts) < 2:
            continue
        heard = [len(frozenset().union(*(voices.get(int(nodes[n]), frozenset()) for n in part))) for part in parts]
        keep = max(range(2), key=lambda i: (heard[i], len(parts[i]), -min(parts[i])))
        lost = heard[1 - keep]
        link = (int(nodes[one]), int(nodes[other]))
        rows.append(
            (
                -lost,
                -len(parts[1 - keep]),
                Variant(verdict.ring, link, tuple(int(nodes[n]) for n in sorted(parts[keep]))),
            )
        )
    return [variant for *_, variant in sorted(rows, key=lambda r: (r[0], r[1], r[2].link))[:MOST]]


def _scores(context: Context, variants: list[Variant], against: counter.Against) -> list[float]:
    """Scores of the variants, judged as candidates numbered by their place."""
    if not variants:
        return []
    members = pl.DataFrame(
        [(i, node) for i, variant in enumerate(variants) for node in variant.left],
        schema={"ring": pl.UInt32, "node": pl.UInt32},
        orient="row",
    ).sort("ring", "node")
    candidates = replace(context.candidates, members=members, reports=reports_of(context.support, members))
    verdicts = judge(replace(context, candidates=candidates), against)
    return [verdict.score for verdict in verdicts]


def _minimal(verdict: Verdict) -> list[int]:
    """Few records that would keep the two patterns a status rests on: of each the strongest hit, its first records."""
    best: dict[str, tuple[float, tuple[int, ...]]] = {}
    for one in verdict.found:
        gain = one.hit.llr * one.hit.strength
        if one.hit.llr > 0 and gain > best.get(one.hit.typology, (-1.0, ()))[0]:
            best[one.hit.typology] = (gain, one.hit.records)
    strongest = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:2]
    few = {"T01": 3, "T03": 2, "T04": 2, "T11": 1, "T12": 1}
    return sorted({rec for name, (_, records) in strongest for rec in records[: few.get(name, 2)]})
