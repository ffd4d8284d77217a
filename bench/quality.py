"""Quality of detection on a synthetic country, beside what simpler methods give on the same evidence.

    python -m bench.quality --scale medium --seed 1 [--out results.json]

Truth is read here and nowhere else. Ring F1 is the best match of each detectable ring by F1 over its members (the part
that records connect); a lead is real when more of its members belong to an extortion ring than to anything else and at
least half of those the truth knows do.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import igraph as ig
import numpy as np
import polars as pl

from analysis import network, support
from analysis.findings import Findings
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.run import detect
from bench import hypotheses
from fixtures.country import make_country
from graph.access import known_victims
from graph.evidence import View
from graph.ledger import Ledger
from graph.vault import Vault
from ingest.intake import Options, read

Members = frozenset[str]
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
"""When we are told of our own country, which ends in 2024."""
CUT = 50
"""Members from which the naive methods drop a group as a hub's."""


@dataclass(frozen=True)
class Truth:
    """What the generator knows."""

    rings: list[dict[str, Any]]
    crimes: list[dict[str, Any]]
    traps: dict[str, str]
    lone: set[str]


def read_truth(folder: Path) -> Truth:
    """Truth files of a country."""

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / name).read_text().splitlines()]

    lone = {str(uid) for row in rows("lone.jsonl") for uid in row.get("uids", [row.get("uid", "")])}
    return Truth(rows("rings.jsonl"), rows("crimes.jsonl"), {r["uid"]: r["kind"] for r in rows("traps.jsonl")}, lone)


def load(files: Path, home: Path, received: datetime = RECEIVED) -> tuple[View, dict[str, str], dict[str, float]]:
    """Files to a view and the parties known as victims (uid -> pseudonym); seconds of each step. All of it was
    ``received`` then: what is dated later is refused."""
    seconds: dict[str, float] = {}
    ledger, vault = Ledger(home / "evidence"), Vault(home / "vault")
    start = time.perf_counter()
    intake = read([files], Options(received_at=received), vault, ledger)
    seconds["read"] = time.perf_counter() - start
    start = time.perf_counter()
    vault.put(intake.draft.vault)
    ledger.append(intake.draft, at=received)
    seconds["append"] = time.perf_counter() - start
    start = time.perf_counter()
    view = ledger.view()
    seconds["view"] = time.perf_counter() - start
    return view, dict(sorted(known_victims(view, vault).items())), seconds


def f1(found: Members, truth: Members) -> float:
    """F1 of two member sets."""
    common = len(found & truth)
    return 2 * common / (len(found) + len(truth)) if common else 0.0


def truth_members(ring: Mapping[str, Any], *, connected: bool = True) -> Members:
    """Member uids of a true ring: those that the files connect, or all that they show."""
    return frozenset(m["uid"] for m in ring["members"] if m["connected"] or not connected)


def best_f1(groups: Sequence[Members], rings: Sequence[Mapping[str, Any]]) -> list[float]:
    """Best F1 over groups of each ring. Whoever belongs to it and is not joined by records is neither asked for nor
    held against a group that has them."""
    owner: dict[str, list[int]] = defaultdict(list)
    for i, group in enumerate(groups):
        for uid in group:
            owner[uid].append(i)
    out = []
    for ring in rings:
        mine = truth_members(ring)
        loose = truth_members(ring, connected=False) - mine
        near = {i for uid in mine for i in owner.get(uid, ())}
        out.append(max((f1(groups[i] - loose, mine) for i in near), default=0.0))
    return out


def kind_of(members: Members, truth: Truth) -> str:
    """What a found group mostly is: an extortion family, other crime, lone, trap or unknown."""
    votes: Counter[str] = Counter()
    for ring in truth.rings:
        hit = len(members & truth_members(ring, connected=False))
        if hit:
            votes[f"ring {ring['family']}" if ring["extortion"] else "other crime"] += hit
    for ring in truth.crimes:
        hit = len(members & truth_members(ring, connected=False))
        if hit:
            votes["other crime"] += hit
    lone = len(members & truth.lone)
    if lone:
        votes["lone"] += lone
    for uid in members:
        if uid in truth.traps:
            votes[f"trap {truth.traps[uid]}"] += 1
    if not votes:
        return "unknown"
    # One identifier in a trap's list does not make a real ring false; a majority does.
    return max(sorted(votes.items()), key=lambda item: (item[1], item[0].startswith("ring")))[0]


def victims_shown(groups: Sequence[Members], truth: Truth) -> int:
    """Members that are victims by truth, or pseudonyms."""
    known = {
        str(value)
        for ring in [*truth.rings, *truth.crimes]
        for victim in ring["victims"]
        for key, value in victim.items()
        if key in ("uid", "phone", "wallet", "person") and value
    }
    known |= {f"phone:e164:{uid}" for uid in known if uid.startswith("+")}
    members = {str(m["uid"]) for ring in [*truth.rings, *truth.crimes] for m in ring["members"]}
    return sum(
        1 for group in groups for uid in group if (uid in known and uid not in members) or uid.startswith("victim:")
    )


def baselines(view: View, masked: Mapping[str, str]) -> dict[str, list[Members]]:
    """Groups of naive methods on the same ties: connected components, Leiden modularity, neighbours of high degree."""
    codes = {code: uid for uid in masked if (code := view.code(uid)) is not None}
    evidence = Evidence(view, Params(), codes)
    backing = support.gather(evidence)
    net = network.build(evidence, backing)
    edges = net.edges
    pairs = list(zip(edges["u"].to_list(), edges["v"].to_list(), strict=True))
    graph = ig.Graph(n=len(evidence.node_code), edges=pairs)

    def groups(membership: Sequence[int]) -> list[Members]:
        out: dict[int, set[str]] = defaultdict(set)
        degree = graph.degree()
        for node, group in enumerate(membership):
            if degree[node]:
                out[group].add(uid_of(evidence, node))
        return [frozenset(found) for found in out.values() if len(found) > 1]

    modular = graph.community_leiden(objective_function="modularity", weights=edges["w"].to_list(), n_iterations=5)
    degree = np.asarray(graph.degree())
    top = np.argsort(-degree, kind="stable")[:200]
    ego = [frozenset(uid_of(evidence, n) for n in graph.neighborhood(int(node))) for node in top if degree[node] > 1]
    return {
        "connected components": groups(graph.connected_components().membership),
        "Leiden modularity": groups(modular.membership),
        "degree ranking": ego,
    }


def judged(findings: Findings, truth: Truth) -> dict[str, Any]:
    """All quality figures of a run."""
    groups = [frozenset(m.uid for m in ring.members) for ring in findings.rings]
    detectable = [r for r in truth.rings if r["detectable"]]
    scores = best_f1(groups, detectable)
    leads = [(ring, group) for ring, group in zip(findings.rings, groups, strict=True) if ring.status == "lead"]
    kinds = [kind_of(group, truth) for _, group in leads]
    by_family: dict[str, list[float]] = defaultdict(list)
    by_size: dict[str, list[float]] = defaultdict(list)
    for ring, value in zip(detectable, scores, strict=True):
        by_family[ring["family"]].append(value)
        n = len({m["hand"] for m in ring["members"] if m["hand"] is not None})
        by_size["1-2" if n <= 2 else "3-8" if n <= 8 else "9+"].append(value)
    lead_scores = best_f1([g for _, g in leads], detectable)
    hits, known = _leaders(findings, groups, detectable)
    sprung = Counter(
        truth.traps[uid] for _, group in leads for uid in group if uid in truth.traps and not _in_ring(uid, truth)
    )
    return {
        "rings": {"all": len(truth.rings), "detectable": len(detectable)},
        "found": dict(Counter(ring.status for ring in findings.rings)),
        "ring_f1": _mean(scores),
        "found_at_half": _mean([float(s >= 0.5) for s in scores]),
        "ring_f1_in_leads": _mean(lead_scores),
        "found_in_leads": _mean([float(s >= 0.5) for s in lead_scores]),
        "leads_real": _mean([float(kind.startswith("ring")) for kind in kinds]),
        "precision_at_12": _mean([float(kind.startswith("ring")) for kind in kinds[:12]]),
        "leads_by_kind": dict(Counter(kinds)),
        "f1_by_family": {k: [_mean(v), len(v)] for k, v in sorted(by_family.items())},
        "f1_by_hands": {k: [_mean(v), len(v)] for k, v in sorted(by_size.items())},
        "leader_hit": [hits, known],
        "traps_in_leads": dict(sprung),
        "victims_shown": victims_shown(groups, truth),
    }


def _in_ring(uid: str, truth: Truth) -> bool:
    return any(uid == m["uid"] for ring in truth.rings for m in ring["members"])


def _leaders(findings: Findings, groups: Sequence[Members], rings: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Rings whose first named leader is one, of rings found whose leader the files show."""
    hits = known = 0
    for ring in rings:
        mine = truth_members(ring)
        leaders = {m["uid"] for m in ring["members"] if m["role"] == "leader" and m["connected"]}
        best = max(range(len(groups)), key=lambda i: f1(groups[i], mine), default=None)
        if not leaders or best is None or f1(groups[best], mine) < 0.5:
            continue
        known += 1
        named = {m.uid for m in findings.rings[best].members if m.role == "leader"}
        hits += bool(named & leaders)
    return hits, known


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 3) if values else 0.0


def measure(scale: str, seed: int) -> dict[str, Any]:
    """Make a country, load it, detect, compare."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_country(home / "country", scale=scale, seed=seed)  # type: ignore[arg-type]  # checked there
        view, masked, seconds = load(home / "country" / "files", home)
        truth = read_truth(home / "country" / "truth")
        start = time.perf_counter()
        findings = detect(view, masked_parties=masked)
        seconds["detect"] = time.perf_counter() - start
        figures = judged(findings, truth)
        figures |= hypotheses.measured(view, masked, findings, truth.rings, truth.crimes)
        detectable = [r for r in truth.rings if r["detectable"]]
        figures["baselines"] = {}
        for name, groups in baselines(view, masked).items():
            values = best_f1(groups, detectable)
            ranked = sorted(groups, key=lambda g: (-len(g), min(g)))[: max(1, figures["found"].get("lead", 1))]
            real = [float(kind_of(group, truth).startswith("ring")) for group in ranked]
            half = _mean([float(v >= 0.5) for v in values])
            figures["baselines"][name] = {"ring_f1": _mean(values), "found_at_half": half,
                                          "largest_real": _mean(real)}  # fmt: skip
    figures["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
    figures["machine"] = {"python": platform.python_version(), "polars": pl.__version__, "igraph": ig.__version__}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures |= {"scale": scale, "seed": seed}
    return figures


def report(size: str) -> dict[str, Any]:
    """Measure the medium country (``size`` small: one seed; large: five, and a large country), print one table, return
    the figures.

    Seeds below 30, 31 and 33 were looked at while choosing parameters; 32 and 34 are only reported.
    """
    runs = {f"seed {seed}": measure("medium", seed) for seed in ((1,) if size == "small" else (1, 31, 32, 33, 34))}
    if size == "large":
        runs["large, seed 32"] = measure("large", 32)
    rows: list[tuple[str, str]] = [
        ("ring F1, detectable rings", "ring_f1"), ("found at F1 >= .5", "found_at_half"),
        ("ring F1 in leads", "ring_f1_in_leads"), ("found in leads", "found_in_leads"),
        ("leads that are real", "leads_real"), ("precision at 12", "precision_at_12"),
        ("leader hits of rings found", "leader_hit"), ("traps in leads", "traps_in_leads"),
        ("victims shown", "victims_shown"),
    ]  # fmt: skip
    print(f"\n{'quality':<34}" + "".join(f"{name:>16}" for name in runs))
    for title, key in rows:
        print(f"{title:<34}" + "".join(f"{_text(figures[key]):>16}" for figures in runs.values()))
    for name in ("connected components", "Leiden modularity", "degree ranking"):
        values = "".join(f"{_text(figures['baselines'][name]['ring_f1']):>16}" for figures in runs.values())
        print(f"{'ring F1 of ' + name:<34}" + values)
        values = "".join(f"{_text(figures['baselines'][name]['largest_real']):>16}" for figures in runs.values())
        print(f"{'real, ' + name:<34}" + values)
    return runs


def _text(value: object) -> str:
    if isinstance(value, list):
        return " of ".join(str(part) for part in value)
    return str(sum(value.values())) if isinstance(value, dict) else str(value)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Quality of detection on a synthetic country")
    parser.add_argument("--scale", default="small", choices=["tiny", "small", "medium", "large"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    text = json.dumps(measure(given.scale, given.seed), indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
