"""Where detection holds and where it fails: crews of one kind at a time, one cause varied, beside simpler methods.

    python -m bench.calibration [--seeds 3] [--out results.json]

Each case is evidence of twenty crews among noise, made here with the truth beside it (no file format in between, so
that what is measured is the analysis). Ring F1 is the mean, over crews of which at least two reports tell, of the best
F1 over members (:mod:`bench.quality`); *found* is the share of them with F1 >= .5, *real* the share of leads of which
most members belong to one crew. The simpler methods work on the same ties.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import igraph as ig
import numpy as np
import polars as pl

from analysis import network, support
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.run import detect
from bench.quality import Members, f1
from graph.batch_files import encode
from graph.evidence import View
from graph.schema import TABLES, label_of
from graph.views import build_view

CREWS = 20
BEGIN = datetime(2024, 6, 3, tzinfo=UTC)
DAYS = 90


@dataclass(frozen=True)
class Case:
    """What varies. Rates are shares; ``noise`` multiplies the reports, payments and calls that are nobody's crew's."""

    size: tuple[int, int] = (3, 8)
    star: bool = False
    shared_mules: float = 0.0
    bridges: float = 0.0
    reported: float = 0.5
    noise: float = 1.0


CASES: dict[str, Case] = {
    "crews of 3-8": Case(),
    "crews of 8-20": Case(size=(8, 20)),
    "crews of 20-60": Case(size=(20, 60)),
    "stars: reports that name one payee": Case(star=True),
    "every second crew shares a mule": Case(shared_mules=0.5),
    "all crews share a mule": Case(shared_mules=1.0),
    "a false bridge every second crew": Case(bridges=0.5),
    "two false bridges a crew": Case(bridges=2.0),
    "20 % of victims report": Case(reported=0.2),
    "90 % of victims report": Case(reported=0.9),
    "noise x3": Case(noise=3.0),
    "noise x10": Case(noise=10.0),
}


@dataclass
class World:
    """Rows of evidence, one record a fact."""

    rng: np.random.Generator
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    made: int = 0
    reports: int = 0

    def new(self, form: str) -> str:
        self.made += 1
        return form.format(self.made)

    def line(self) -> str:
        return self.new("phone:e164:+21268{:07d}")

    def at(self, low: float = 0.0, high: float = DAYS) -> datetime:
        return BEGIN + timedelta(seconds=int(86_400 * self.rng.uniform(low, high)))

    def record(self, kind: str, when: datetime, uid: str | None = None) -> int:
        n = len(self.rows["records"])
        key = uid or f"row:{kind}:{n}"
        self.rows["records"].append(
            {
                "record": key, "source": kind, "source_type": kind, "format": "mapping", "key": key,
                "hash": hashlib.sha256(key.encode()).hexdigest()[:32], "received_at": when, "file": 0, "line": n + 1,
                "index": None, "root": uid, "extra": None,
            }
        )  # fmt: skip
        return n

    def appear(self, rec: int, *uids: str) -> None:
        self.rows["appearances"] += [{"entity": uid, "label": label_of(uid), "rec": rec} for uid in uids]

    def report(self, names: Sequence[str], payees: Sequence[str], category: str) -> None:
        self.reports += 1
        uid, when = f"report:eblagh:C{self.reports}", self.at()
        rec = self.record("report", when, uid)
        mode = "identified" if self.rng.random() < 0.6 else "anonymous"
        for prop, text in (("category", category), ("reporter_mode", mode)):
            self.rows["statements"].append({"subject": uid, "prop": prop, "text": text, "rec": rec})
        for role, targets in (("suspect", names), ("payee", payees)):
            for target in targets:
                self.rows["mentions"].append({"report": uid, "target": target, "role": role, "at": when, "rec": rec})
        if mode == "identified":
            self._link(uid, "REPORTED_BY", self.new("victim:h:{:024x}"), rec)
        self.appear(rec, uid, *names, *payees)

    def link(self, src: str, rel: str, dst: str, kind: str, *, basis: str | None = None) -> None:
        self._link(src, rel, dst, self.record(kind, BEGIN), basis=basis, since=BEGIN)

    def _link(
        self, src: str, rel: str, dst: str, rec: int, *, basis: str | None = None, since: datetime | None = None
    ) -> None:
        self.rows["links"].append(
            {"src": src, "rel": rel, "dst": dst, "since": since, "until": None, "basis": basis, "props": None,
             "rec": rec}
        )  # fmt: skip
        self.appear(rec, src, dst)

    def pay(self, payer: str, payee: str, centimes: int, when: datetime) -> None:
        uid = self.new("tx:wafacash:{:09d}")
        rec = self.record("money", when, uid)
        country = str(self.rng.choice(["KW", "SA", "AE", "MA"]))
        self.rows["transfers"].append(
            {
                "tx": uid, "payer": payer, "payee": payee, "rail": "wafacash", "kind": "remittance",
                "amount": centimes, "currency": "MAD", "sent_at": when, "paid_at": when, "status": "paid",
                "outlet": None, "payer_country": country, "payee_country": "MA", "rec": rec,
            }
        )  # fmt: skip
        self.appear(rec, uid, payer, payee)

    def call(self, a: str, b: str) -> None:
        when = self.at()
        rec = self.record("telecom", when)
        self.rows["calls"].append(
            {
                "a": a, "b": b, "c": None, "kind": "VOICE", "direction": "MO", "start": when, "ring_s": 8,
                "duration_s": int(self.rng.integers(10, 300)), "answered": True, "rec": rec,
            }
        )  # fmt: skip

    def view(self) -> View:
        order = self.rng.permutation(len(self.rows["records"]))
        place = {int(old): new for new, old in enumerate(order)}
        tables: dict[str, pl.DataFrame] = {}
        for name, schema in TABLES.items():
            rows = self.rows[name]
            if name == "records":
                rows = [rows[int(old)] for old in order]
            else:
                rows = [{**row, "rec": place[row["rec"]]} for row in rows]
            tables[name] = pl.DataFrame(rows, schema=schema) if rows else pl.DataFrame(schema=schema)
        entities, coded = encode(tables)
        return build_view([("batch", {**coded, "entities": entities})], head="h", as_of=None, compartments=("general",))


@dataclass
class Crew:
    """Hands of a crew: what each has, in the order of its making."""

    leader: list[str]
    operators: list[list[str]]
    mules: list[list[str]]
    told: int = 0
    """Reports that tell of it."""

    @property
    def hands(self) -> list[list[str]]:
        return [self.leader, *self.operators, *self.mules]

    @property
    def members(self) -> Members:
        return frozenset(uid for hand in self.hands for uid in hand)


def make(case: Case, seed: int) -> tuple[View, list[Crew]]:
    """Evidence of a case and its crews."""
    world = World(np.random.Generator(np.random.PCG64(seed)))
    rng = world.rng
    crews = [_crew(world, int(rng.integers(case.size[0], case.size[1] + 1))) for _ in range(CREWS)]
    for n, crew in enumerate(crews):
        if n and rng.random() < case.shared_mules:
            crew.mules.append(crews[n - 1].mules[0])
    for crew in crews:
        _talk(world, crew, star=case.star)
        _victims(world, crew, case)
    _bridges(world, crews, case)
    _noise(world, case)
    return world.view(), crews


def _crew(world: World, size: int) -> Crew:
    rng = world.rng
    mules = max(1, round(0.35 * size))
    operators = max(1, size - mules - 1)

    def mule() -> list[str]:
        line, person = world.line(), world.new("person:doc:MA:cin:QQ{:06d}")
        wallet = f"wallet:orange_money:{line.removeprefix('phone:e164:')}"
        world.link(person, "USES", line, "registry", basis="registered")
        world.link(person, "HOLDS", wallet, "registry")
        return [wallet, line, person]

    def operator() -> list[str]:
        line, profile = world.line(), world.new("acct:facebook:id:99900{:010d}")
        held = [profile, line]
        if rng.random() < 0.6:
            world.link(line, "RECOVERY_OF", profile, "platform")
            if rng.random() < 0.5:
                held.append(world.new("acct:instagram:h:syn_{}"))
                world.link(line, "RECOVERY_OF", held[-1], "platform")
        return held

    leader = world.line()
    return Crew([leader], [operator() for _ in range(operators)], [mule() for _ in range(mules)])


def _talk(world: World, crew: Crew, *, star: bool) -> None:
    """The leader talks with most, others with some; in a star nobody talks with anybody."""
    rng = world.rng
    lines = [next(uid for uid in hand if uid.startswith("phone:")) for hand in crew.hands]
    for i, a in enumerate(lines):
        for b in lines[i + 1 :]:
            if not star and rng.random() < (0.8 if i == 0 else min(0.5, 3.0 / len(lines))):
                for _ in range(int(rng.integers(6, 13))):
                    world.call(*((a, b) if rng.random() < 0.5 else (b, a)))
    for line in lines:
        for _ in range(int(rng.integers(2, 8))):
            world.call(line, world.line())


def _victims(world: World, crew: Crew, case: Case) -> None:
    rng = world.rng
    for _ in range(6 + 2 * len(crew.hands)):
        asked = crew.operators[int(rng.integers(len(crew.operators)))]
        payee = crew.mules[0 if case.star else int(rng.integers(len(crew.mules)))]
        payer, begun = world.line(), world.at(5, DAYS - 5)
        paid = rng.random() < 0.55
        for k in range(int(rng.integers(1, 4)) if paid else 0):
            world.pay(payer, payee[0], int(rng.integers(5, 80)) * 10_000, begun + timedelta(hours=30 * k))
        if rng.random() >= case.reported:
            continue
        names = [uid for uid, share in zip(asked, (0.8, 0.5, 0.3), strict=False) if rng.random() < share]
        payees = [payee[0]] if (paid and rng.random() < 0.7) or case.star else []
        if names or payees:
            crew.told += 1
            world.report(names, payees, "sexual_blackmail" if rng.random() < 0.8 else "fraud")


def _bridges(world: World, crews: Sequence[Crew], case: Case) -> None:
    """Public numbers in reports of two crews, and strangers who talk a little with both."""
    rng = world.rng
    for _ in range(round(case.bridges * len(crews))):
        one, other = (crews[int(n)] for n in rng.choice(len(crews), 2, replace=False))
        public, friend = world.line(), world.line()
        for crew in (one, other):
            asked = crew.operators[int(rng.integers(len(crew.operators)))]
            world.report([asked[0], public], [], "sexual_blackmail")
            crew.told += 1
            for _ in range(3):
                world.call(friend, asked[1])
        for _ in range(12):
            world.report([public, world.line()], [], str(rng.choice(["fraud", "insult", "other"])))
            world.call(friend, world.line())


def _noise(world: World, case: Case) -> None:
    """Lone reports, sellers whom buyers call swindlers, families, ordinary calls."""
    rng = world.rng
    lines = [world.line() for _ in range(round(400 * case.noise))]

    def some() -> str:
        return lines[int(rng.integers(len(lines)))]

    for _ in range(round(150 * case.noise)):
        world.report([world.line()], [], str(rng.choice(["fraud", "fraud", "insult", "threat", "sexual_blackmail"])))
    for _ in range(round(15 * case.noise)):
        seller, wallet = world.line(), world.new("wallet:orange_money:+21269{:07d}")
        world.link(seller, "USES", wallet, "registry")
        for _ in range(int(rng.integers(5, 15))):
            buyer = some()
            world.pay(buyer, wallet, int(rng.integers(1, 60)) * 10_000, world.at())
            if rng.random() < 0.3:
                world.report([seller], [wallet], "fraud")
    for _ in range(round(120 * case.noise)):
        a, b = some(), some()
        if a != b:
            for _ in range(int(rng.integers(2, 20))):
                world.call(*((a, b) if rng.random() < 0.5 else (b, a)))
    for _ in range(round(100 * case.noise)):
        giver, taker = some(), some()
        if giver != taker:
            for k in range(int(rng.integers(1, 4))):
                world.pay(giver, taker, int(rng.integers(3, 30)) * 10_000, world.at(30 * k, 30 * k + 5))


def simpler(view: View) -> dict[str, list[Members]]:
    """Groups of simpler methods on the same ties."""
    evidence = Evidence(view, Params(), {})
    net = network.build(evidence, support.gather(evidence))
    edges = net.edges
    graph = ig.Graph(
        n=len(evidence.node_code), edges=list(zip(edges["u"].to_list(), edges["v"].to_list(), strict=True))
    )
    weights = edges["w"].to_list()
    degree = graph.degree()
    ig.set_random_number_generator(random.Random(1))

    def groups(membership: Sequence[int]) -> list[Members]:
        out: dict[int, set[str]] = defaultdict(set)
        for node, group in enumerate(membership):
            if degree[node]:
                out[group].add(uid_of(evidence, node))
        return [frozenset(nodes) for nodes in out.values() if len(nodes) > 1]

    top = sorted((n for n in range(graph.vcount()) if degree[n] > 1), key=lambda n: (-degree[n], n))[:200]
    modular = graph.community_leiden(objective_function="modularity", weights=weights, n_iterations=5)
    ways = {
        "components": graph.connected_components().membership,
        "Louvain": cast(ig.VertexClustering, graph.community_multilevel(weights=weights)).membership,
        "Leiden modularity": modular.membership,
        "Infomap": graph.community_infomap(edge_weights=weights, trials=3).membership,
    }
    made = {name: groups(membership) for name, membership in ways.items()}
    made["degree"] = [frozenset(uid_of(evidence, n) for n in graph.neighborhood(node)) for node in top]
    return made


def measure(case: Case, seed: int) -> dict[str, dict[str, float]]:
    """``{method: {f1, found, real}}`` of one case; ``real`` only of Halqa."""
    view, crews = make(case, seed)
    truth = [crew.members for crew in crews if crew.told >= 2]
    found = detect(view)
    shown = [frozenset(m.uid for m in ring.members) for ring in found.rings]
    out = {"Halqa": _scores(shown, truth)}
    whole = [crew.members for crew in crews]
    firm = [group for group, ring in zip(shown, found.rings, strict=True) if ring.status == "lead"]
    mostly = [max(len(group & crew) for crew in whole) > len(group) / 2 for group in firm]
    out["Halqa"]["real"] = float(np.mean(mostly)) if mostly else 1.0
    for name, groups in simpler(view).items():
        out[name] = _scores(groups, truth)
    return out


def _scores(groups: Sequence[Members], truth: Sequence[Members]) -> dict[str, float]:
    best = [max((f1(group, crew) for group in groups if group & crew), default=0.0) for crew in truth]
    return {"f1": float(np.mean(best)), "found": float(np.mean([value >= 0.5 for value in best]))}


def report(seeds: int) -> dict[str, Any]:
    """Run all cases, print one table, return the figures (means over seeds, from 101 on)."""
    methods = ("Halqa", "components", "Louvain", "Leiden modularity", "Infomap", "degree")
    print(f"{'ring F1':<38}" + "".join(f"{name:>19}" for name in methods) + f"{'found':>8}{'real':>8}")
    figures: dict[str, Any] = {}
    for title, case in CASES.items():
        runs = [measure(case, 101 + seed) for seed in range(seeds)]
        mean = {
            name: {key: round(float(np.mean([run[name][key] for run in runs])), 3) for key in runs[0][name]}
            for name in methods
        }
        figures[title] = mean
        cells = "".join(f"{mean[name]['f1']:>19.3f}" for name in methods)
        print(f"{title:<38}{cells}{mean['Halqa']['found']:>8.2f}{mean['Halqa']['real']:>8.2f}", flush=True)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Where detection holds and where it fails")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    figures = report(given.seeds)
    if given.out:
        given.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
