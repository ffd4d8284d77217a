"""Detection, whole, beside Neo4j's Graph Data Science on the same links: project, Leiden, stream back.

    python -m bench --only gds        # needs the tests' Neo4j server; fetches the plugin once, with Maven

The server is given every link of the view by its own bulk import, which is not timed. Doubts are decided in its favour:
a small heap, memory as it was after one run, the best time of several once warm, and the answer in two lists, which the
driver for Python reads many times as fast as rows (both are shown). Ours does more: the cut, typologies, masks,
findings on disk. That both had the same links is proved in the run: see ``_run`` and ``_prove``.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import igraph
import neo4j
import numpy as np
import polars as pl

from bench import speed
from bench.measure import Cost, Row, apart, cost, high_water
from fixtures.country import make_country
from fixtures.streams import Scale
from graph.evidence import View
from tests.contract.neo4j_server import Extras, Unavailable, fetched, jars, process
from tests.contract.neo4j_server import version as server_version

POM: Final = Path(__file__).with_name("gds_pom.xml")
HEAP_MB: Final = {"large": 4096}
"""By country; else ``SMALL_HEAP_MB``."""
SMALL_HEAP_MB: Final = 1024
"""With four times as much it was no faster on 0.3 million entities, and its peak a quarter higher."""

THREADS: Final = min(4, os.cpu_count() or 1)
"""The community edition takes no more than four."""

RUNS: Final = 3
"""Runs of a warm server, of which the best counts."""

PROJECT: Final = """
CALL gds.graph.project('bench', '*', {L: {type: '*', orientation: 'UNDIRECTED', aggregation: 'SINGLE'}},
  {readConcurrency: $threads})
YIELD nodeCount, relationshipCount RETURN nodeCount, relationshipCount
"""
BY_ROWS: Final = """
CALL gds.leiden.stream('bench', {concurrency: $threads}) YIELD nodeId, communityId
RETURN gds.util.asNode(nodeId).code AS code, communityId
"""
IN_LISTS: Final = """
CALL gds.leiden.stream('bench', {concurrency: $threads}) YIELD nodeId, communityId
RETURN collect(gds.util.asNode(nodeId).code) AS codes, collect(communityId) AS communities
"""
MUTATE: Final = """
CALL gds.leiden.mutate('bench', {concurrency: $threads, mutateProperty: 'community'})
YIELD modularity RETURN modularity
"""
MUTATED: Final = """
CALL gds.graph.nodeProperty.stream('bench', 'community') YIELD nodeId, propertyValue
RETURN collect(gds.util.asNode(nodeId).code) AS codes, collect(propertyValue) AS communities
"""
DROP: Final = "CALL gds.graph.drop('bench') YIELD graphName RETURN graphName"

Communities = tuple[list[int], list[int]]
"""Codes of nodes, and the community of each."""

Reader = Callable[[neo4j.Session], Communities]


@dataclass(frozen=True, slots=True)
class Links:
    """What the server was given: entities, and the distinct pairs (``a`` < ``b``) that are linked at all."""

    entities: int
    pairs: pl.DataFrame


def rows(folder: Path, size: str) -> Iterator[Row]:
    """Measure both on the countries that detection is timed on; says why when there is no GDS."""
    try:
        plugin = fetch()
        for scale in speed.SCALES[size]:
            (folder / f"gds-{scale}").mkdir()
            yield from _rows(folder / f"gds-{scale}", scale, plugin)
    except Unavailable as why:
        print(f"no Neo4j GDS: {why}")


def _rows(folder: Path, scale: Scale, plugin: Path) -> Iterator[Row]:
    home = str(folder / "workspace")
    make_country(folder / scale, scale=scale, seed=5)
    apart(speed.ingest_file, str(folder / scale / "files"), home)
    view = speed._view(home)
    told = f"{view.entities.height:,} entities, {view.links.height:,} links"
    links = write(view, folder)
    ours = cost(speed.detect_kept, home)
    settings = {"dbms.security.procedures.unrestricted": "gds.*"}
    with process(heap_mb=HEAP_MB.get(scale, SMALL_HEAP_MB), extras=Extras(plugin, settings, short_lived=False)) as made:
        made.fill(folder / "nodes.csv", folder / "links.csv")
        server = made.start()
        login = (server.user, server.password)
        with (
            neo4j.GraphDatabase.driver(server.uri, auth=login, notifications_min_severity="OFF") as driver,
            driver.session() as session,
        ):
            first = _run(session, in_lists, links)
            high = high_water(server.pid)
            warm = min(_run(session, in_lists, links) for _ in range(RUNS))
            by_row = min(_run(session, by_rows, links) for _ in range(RUNS))
            _prove(session, links)
    yield Row("detect, whole; GDS warm", told, ours, Cost(warm, high), "< 1x")
    yield Row("detect, whole; GDS warm, row by row", told, ours, Cost(by_row, high), "< 1x")
    yield Row("detect, whole; GDS just started", told, ours, Cost(first, high), "< 1x")
    yield Row("detect, whole: peak memory; GDS", told, ours, Cost(first, high), "< 1x", ours.peak_mb / high)


# --- the plugin


def version() -> str:
    """The pinned version of the plugin."""
    found = re.search(r"<artifactId>proc</artifactId>\s*<version>([\d.]+)</version>", POM.read_text())
    assert found is not None
    return found[1]


def fetch() -> Path:
    """The folder of the plugin's jars, filled with Maven when it is not there.

    Raises:
        Unavailable: no jars of the server, no Maven, or it could not resolve the jars.
    """
    if not jars().is_dir():
        raise Unavailable("the server's jars are not there; run `python -m tests.contract.neo4j_server fetch`")
    folder = Path("~/.cache/halqa").expanduser() / f"gds-{version()}-for-neo4j-{server_version()}"
    if not folder.is_dir():
        with fetched(POM, folder) as scratch:
            theirs = [jar.name for jar in jars().glob("*.jar")]
            for name in doubled([jar.name for jar in scratch.glob("*.jar")], theirs, version()):
                (scratch / name).unlink()
    return folder


def doubled(plugin: Iterable[str], server: Iterable[str], own: str) -> list[str]:
    """Jars of the plugin that the server has too, of whatever version; those of version ``own`` are the plugin's."""
    held = {artifact(name) for name in server}
    return sorted(name for name in plugin if artifact(name) in held and not name.endswith(f"-{own}.jar"))


def artifact(jar: str) -> str:
    """The name of a jar without its version: what comes before the last hyphen that a digit follows."""
    return re.sub(r"^(.+)-\d.*$", r"\1", jar)


# --- the links


def write(view: View, folder: Path) -> Links:
    """Every link of the view, one a statement, as the two CSV files that Neo4j imports."""
    nodes = view.entities.with_row_index("code").select(
        pl.col("code").alias("code:ID"), pl.col("label").alias(":LABEL")
    )
    nodes.write_csv(folder / "nodes.csv")
    links = view.links.select(
        pl.col("src").alias(":START_ID"), pl.col("rel").alias(":TYPE"), pl.col("dst").alias(":END_ID")
    )
    links.write_csv(folder / "links.csv")
    return Links(view.entities.height, pairs(view.links))


def pairs(links: pl.DataFrame) -> pl.DataFrame:
    """Distinct ``a``, ``b`` of all ``src``, ``dst``, whichever way they point; nothing is paired with itself."""
    low, high = pl.min_horizontal("src", "dst").alias("a"), pl.max_horizontal("src", "dst").alias("b")
    return links.select(low, high).filter(pl.col("a") != pl.col("b")).unique().sort("a", "b")


# --- the server


def by_rows(session: neo4j.Session) -> Communities:
    """One row a node, as its manual does it."""
    codes, communities = [], []
    for code, community in session.run(BY_ROWS, threads=THREADS):
        codes.append(code)
        communities.append(community)
    return codes, communities


def in_lists(session: neo4j.Session) -> Communities:
    """All nodes in one row: the driver for Python takes its time over each."""
    return _lists(session.run(IN_LISTS, threads=THREADS))


def _lists(result: neo4j.Result) -> Communities:
    row = result.single(strict=True)
    return row[0], row[1]


def _run(session: neo4j.Session, read: Reader, links: Links) -> float:
    """Seconds of project, Leiden and reading back; the answer must speak of every entity and of every pair, once."""
    began = time.perf_counter()
    counts = session.run(PROJECT, threads=THREADS).single(strict=True)
    codes, communities = read(session)
    seconds = time.perf_counter() - began
    session.run(DROP).consume()
    if (seen := tuple(counts)) != (held := (links.entities, 2 * links.pairs.height)):
        raise RuntimeError(f"GDS projected {seen} nodes and ends of pairs, the view has {held}")
    if sorted(codes) != list(range(links.entities)) or len(communities) != len(codes):
        raise RuntimeError("GDS did not answer for every entity once")
    return seconds


def _prove(session: neo4j.Session, links: Links) -> None:
    """GDS and igraph must find the same modularity in GDS's communities: it changes with every link."""
    session.run(PROJECT, threads=THREADS).consume()
    theirs = float(session.run(MUTATE, threads=THREADS).single(strict=True)[0])
    codes, communities = _lists(session.run(MUTATED))
    session.run(DROP).consume()
    ours = modularity(links, codes, communities)
    if abs(ours - theirs) > 1e-9:
        raise RuntimeError(f"GDS was not asked about the same links: modularity {theirs}, of ours {ours}")
    print(f"modularity of GDS's communities: it says {theirs:.9f}, igraph on the links of the view {ours:.9f}")


def modularity(links: Links, codes: list[int], communities: list[int]) -> float:
    """Newman's modularity of communities (by code) on the pairs."""
    member = np.empty(links.entities, dtype=np.int64)
    member[codes] = np.unique(communities, return_inverse=True)[1]
    ends = zip(links.pairs["a"].to_list(), links.pairs["b"].to_list(), strict=True)
    return float(igraph.Graph(n=links.entities, edges=list(ends)).modularity(member.tolist()))
