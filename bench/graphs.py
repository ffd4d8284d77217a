"""The graph stores: filling one, two steps around a node, shortest paths; each beside the store's own statements.

    python -m bench --only graph                 # the embedded store, and a Neo4j server if the tests' one is fetched

Every question is asked of both in turn, and both must answer the same. Seconds are the 95th percentile of ours; the
ratio is of all our time to all of theirs.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import kglite
import neo4j

from bench import large_graph, raw_graph
from bench.large_graph import Made
from bench.measure import Cost, Row, apart, timed
from bench.raw_graph import Ask
from graph.stores import Snapshot, Store, open_store
from tests.contract.neo4j_server import Server, Unavailable, serve

SIZES = {"small": (50_000, 250_000), "large": (1_000_000, 5_100_000)}
SERVER_SIZES = {"small": (10_000, 50_000), "large": (100_000, 500_000)}
ASKED = 200
"""Starts and pairs of ends that are asked about."""

ASKED_HUBS = 40
"""Pairs of ends between which paths go through hubs: the stores' own statement takes a second or two."""

WARM = 3
MOST = 10_000_000

Pair = tuple[Callable[[], Any], Callable[[], Any]]
"""A question as ours and as theirs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Seconds of every question, ours and theirs, and how often the answers differed."""

    ours: list[float]
    theirs: list[float]
    differ: int

    def row(self, what: str, size: str, peak: float, *, same_work: bool = True) -> Row:
        ours, theirs = Cost(_p95(self.ours), peak), Cost(_p95(self.theirs), 0)
        if same_work and self.differ:
            raise RuntimeError(f"{what}: {self.differ} of {len(self.ours)} answers differ")
        ratio = sum(self.ours) / sum(self.theirs) if same_work else None
        return Row(
            f"{what}, p95",
            size,
            ours,
            theirs if same_work else None,
            "<= 1.3x, <= .1 s" if same_work else "<= .1 s",
            ratio,
        )


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def rows(folder: Path, size: str) -> Iterator[Row]:
    """Measure the embedded store, then a server if there is one."""
    yield from _embedded(folder, *SIZES[size])
    try:
        yield from _served(*SERVER_SIZES[size])
    except Unavailable as why:
        print(f"no Neo4j server: {why}")


# --- embedded


def _embedded(folder: Path, nodes: int, links: int) -> Iterator[Row]:
    (seconds, held), peak = apart(load_embedded, str(folder / "ours"), nodes, links)
    told, ours = "{:,} nodes, {:,} links".format(*held), Cost(seconds, peak)
    plain = Cost(*apart(load_raw, str(folder / "raw"), nodes, links))
    yield Row("fill kglite", told, ours, plain, "<= 1.3x")
    yield Row("fill kglite: peak memory", told, ours, plain, "<= 1.3x", ours.peak_mb / plain.peak_mb)
    shutil.rmtree(folder / "raw")
    asked, peak = apart(ask_embedded, str(folder / "ours"))
    yield asked[0].row("kglite: 2 steps around", told, peak)
    yield asked[1].row("kglite: path <= 6, through hubs", told, peak)
    yield asked[2].row("kglite: path <= 6, hubs avoided", told, peak, same_work=False)


def load_embedded(folder: str, nodes: int, links: int) -> tuple[float, tuple[int, int]]:
    """Seconds our store takes to be filled and shown, and what it then holds."""
    made = large_graph.make(nodes, links)
    shutil.rmtree(folder, ignore_errors=True)
    with open_store("embedded", Path(folder)) as store:
        return timed(_fill, store, made), made.size


def load_raw(folder: str, nodes: int, links: int) -> float:
    """Seconds of the store's own bulk load and save of the same rows."""
    made = large_graph.make(nodes, links)
    Path(folder).mkdir(parents=True, exist_ok=True)
    return timed(raw_graph.load_kglite, made, Path(folder) / "raw.kgl")


def _fill(store: Store, made: Made) -> None:
    name = store.snapshot()
    held = store.load(name, made.nodes, made.links)
    store.swap(Snapshot(name, "bench", nodes=held[0], links=held[1]))


def ask_embedded(folder: str) -> tuple[Asked, Asked, Asked]:
    """Expand, path through hubs, path around hubs."""
    graph = kglite.load(str(next(Path(folder).glob("*.kgl")))).freeze()
    with open_store("embedded", Path(folder)) as store:
        return _asked(store, raw_graph.ask_kglite(graph))


# --- a server


def _served(nodes: int, links: int) -> Iterator[Row]:
    made = large_graph.make(nodes, links)
    told = "{:,} nodes, {:,} links".format(*made.size)
    with serve() as server, _driver(server) as driver:
        raw = timed(raw_graph.load_neo4j, made, driver)
    with serve() as server, _driver(server) as driver, _store(server) as store:
        ours = timed(_fill, store, made)
        yield Row("fill Neo4j", told, Cost(ours, 0), Cost(raw, 0), "<= 1.3x")
        raw_graph.index_neo4j(driver)
        asked = _asked(store, raw_graph.ask_neo4j(driver))
    yield asked[0].row("Neo4j: 2 steps around", told, 0)
    yield asked[1].row("Neo4j: path <= 6, through hubs", told, 0)
    yield asked[2].row("Neo4j: path <= 6, hubs avoided", told, 0)


def _driver(server: Server) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password), notifications_min_severity="OFF")


def _store(server: Server) -> Store:
    return open_store(server.uri, Path(), user=server.user, password=server.password)


# --- both


def _asked(store: Store, ask: Ask) -> tuple[Asked, Asked, Asked]:
    """Expand, path through hubs, path around hubs, from phones that are linked at all."""
    listed = store.run("MATCH (n:Phone) WHERE n.degree > 0 RETURN n.uid AS uid ORDER BY uid", limit=MOST)
    chance = random.Random(1)
    starts = [str(chance.choice(listed.rows)[0]) for _ in range(ASKED)]
    ends = [str(chance.choice(listed.rows)[0]) for _ in range(ASKED)]

    def ours(a: str, b: str, *, hubs: bool) -> list[list[str]]:
        found = store.shortest_paths(a, b, raw_graph.HOPS, raw_graph.PATHS, through_hubs=hubs)
        return [[node.uid for node in one.nodes] for one in found.paths]

    pairs = list(zip(starts, ends, strict=True))

    def theirs(a: str, b: str, *, hubs: bool) -> list[list[str]]:
        return raw_graph.path(ask, a, b, quiet=not hubs)

    around = [(partial(_around, store, uid), partial(raw_graph.expand, ask, uid)) for uid in starts]
    by_step: list[list[Pair]] = [
        [(partial(ours, a, b, hubs=hubs), partial(theirs, a, b, hubs=hubs)) for a, b in some]
        for hubs, some in ((True, pairs[:ASKED_HUBS]), (False, pairs))
    ]
    through, quiet = by_step
    if not store.one_index:  # the embedded store looks for hubs afterwards, and then finds nothing
        quiet = [(mine, nothing) for mine, _ in quiet]
    return _compared(around), _compared(through, steps), _compared(quiet, steps)


def nothing() -> list[list[str]]:
    """Where the store has no statement that does the same."""
    return []


def _around(store: Store, uid: str) -> list[str]:
    return sorted(node.uid for node in store.expand(uid, 2, raw_graph.SHOWN).nodes)


def steps(paths: list[list[str]]) -> int:
    """How long the paths are: the embedded store's own statement stops at 256 of them, so these may be others."""
    return len(paths[0]) if paths else 0


def _compared(questions: Sequence[Pair], seen: Callable[[Any], object] = lambda answer: answer) -> Asked:
    """Each question in both ways, one after the other; the first few only to get warm. ``seen`` must be the same."""
    ours, theirs, differ = [], [], 0
    for number, pair in enumerate((*questions[:WARM], *questions)):
        seconds, answers = [], []
        for question in pair:
            began = time.perf_counter()
            answers.append(question())
            seconds.append(time.perf_counter() - began)
        if number >= WARM:
            ours.append(seconds[0])
            theirs.append(seconds[1])
            differ += seen(answers[0]) != seen(answers[1])
    return Asked(ours, theirs, differ)
