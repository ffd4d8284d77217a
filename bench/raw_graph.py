"""What somebody would write who knows the store and not Halqa: bulk load, two steps around a node, shortest paths.

The same statements for both stores; how they are sent is each store's own way. A uid is looked up with its label, as
both stores want it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, LiteralString

import kglite
import neo4j

from bench.large_graph import SHARES, Made
from graph.schema import PREFIX_LABEL

HUB: Final = 50
SHOWN: Final = 150
HOPS: Final = 6
PATHS: Final = 3

Ask = Callable[[str, Mapping[str, object]], list[dict[str, Any]]]
"""A statement and its parameters -> rows."""

FIRST: Final = """
MATCH (a:{label} {{uid: $uid}})-[r]-(b)
WITH b, sum(r.n) AS weight ORDER BY weight DESC, b.uid LIMIT $room
RETURN b.uid AS uid, labels(b)[0] AS label, b.degree AS degree
"""
SECOND: Final = """
MATCH (a:{label} {{uid: $uid}})-[]-(m) WHERE m.uid IN $through WITH DISTINCT m
MATCH (m)-[r]-(b) WHERE NOT b.uid IN $shown
WITH b, sum(r.n) AS weight ORDER BY weight DESC, b.uid LIMIT $room
RETURN b.uid AS uid, labels(b)[0] AS label, b.degree AS degree
"""
AMONG: Final = """
UNWIND $some AS one
MATCH (a:{label} {{uid: one}})-[r]->(b) WHERE b.uid IN $all
RETURN a.uid AS src, type(r) AS rel, b.uid AS dst, r.n AS n, r.first AS first, r.last AS last, r.records AS records
"""
PATH: Final = """
MATCH p = allShortestPaths((a:{label} {{uid: $a}})-[*..6]-(b:{other} {{uid: $b}}))
WITH DISTINCT [x IN nodes(p) | x.uid] AS names
RETURN names AS names ORDER BY names LIMIT 3
"""
QUIET_PATH: Final = """
MATCH p = allShortestPaths((a:{label} {{uid: $a}})-[*..6]-(b:{other} {{uid: $b}}))
WHERE all(x IN nodes(p) WHERE x.degree <= 50 OR x.uid IN [$a, $b])
WITH DISTINCT [x IN nodes(p) | x.uid] AS names
RETURN names AS names ORDER BY names LIMIT 3
"""

STEPS: Final = """
UNWIND $some AS step
MATCH (a:{src} {{uid: step.src}})-[r]-(b:{dst} {{uid: step.dst}})
RETURN step.src AS src, step.dst AS dst, type(r) AS rel, r.n AS n, r.first AS first, r.last AS last,
       r.records AS records
"""


def expand(ask: Ask, uid: str) -> list[str]:
    """Uids of the heaviest nodes within two steps, hubs not gone through; reads the links among them."""
    found = {uid: label_of(uid)}
    near = ask(FIRST.format(label=found[uid]), {"uid": uid, "room": SHOWN - 1})
    found |= {row["uid"]: row["label"] for row in near}
    through = [row["uid"] for row in near if row["degree"] <= HUB]
    if through and len(found) < SHOWN:
        params = {"uid": uid, "through": through, "shown": list(found), "room": SHOWN - len(found)}
        found |= {row["uid"]: row["label"] for row in ask(SECOND.format(label=found[uid]), params)}
    for label in sorted(set(found.values())):
        some = [one for one, its in found.items() if its == label]
        ask(AMONG.format(label=label), {"some": some, "all": list(found)})
    return sorted(found)


def path(ask: Ask, a: str, b: str, *, quiet: bool = False) -> list[list[str]]:
    """The first three shortest paths; ``quiet``: through no hub (a store may only look afterwards).

    Reads the links of their steps, which are what a path is believed for.
    """
    query = (QUIET_PATH if quiet else PATH).format(label=label_of(a), other=label_of(b))
    names: list[list[str]] = [row["names"] for row in ask(query, {"a": a, "b": b})]
    steps = sorted({step for one in names for step in itertools.pairwise(one)})
    for src, dst in sorted({(label_of(x), label_of(y)) for x, y in steps}):
        some = [{"src": x, "dst": y} for x, y in steps if (label_of(x), label_of(y)) == (src, dst)]
        ask(STEPS.format(src=src, dst=dst), {"some": some})
    return names


def label_of(uid: str) -> str:
    """The label of a uid of the bench's graph."""
    return PREFIX_LABEL[uid.split(":", 1)[0]]


def load_kglite(made: Made, file: Path) -> None:
    """Bulk load and save."""
    graph = kglite.KnowledgeGraph()
    for label, frame in made.nodes.items():
        graph.add_nodes(frame.to_pandas(), label, "uid")
    for group in made.links:
        graph.add_relationships(group.frame.to_pandas(), group.rel, group.src_label, "src", group.dst_label, "dst")
    graph.save(str(file))


def ask_kglite(graph: kglite.FrozenGraph) -> Ask:
    return lambda query, params: graph.cypher(query, params=dict(params)).to_list()


def load_neo4j(made: Made, driver: neo4j.Driver) -> None:
    """Constraints, then batches of parameters."""
    for label, frame in made.nodes.items():
        driver.execute_query(_own(f"CREATE CONSTRAINT raw_{label} FOR (n:{label}) REQUIRE n.uid IS UNIQUE"))
        for part in frame.iter_slices(5_000):
            driver.execute_query(_own(f"UNWIND $rows AS row CREATE (n:{label}) SET n = row"), rows=part.to_dicts())
    for group in made.links:
        query = (
            f"UNWIND $rows AS row MATCH (a:{group.src_label} {{uid: row.src}}) MATCH (b:{group.dst_label} "
            f"{{uid: row.dst}}) CREATE (a)-[r:{group.rel}]->(b) SET r = row.props"
        )
        for part in group.frame.iter_slices(5_000):
            rows = [{"src": row.pop("src"), "dst": row.pop("dst"), "props": row} for row in part.to_dicts()]
            driver.execute_query(_own(query), rows=rows)


def index_neo4j(driver: neo4j.Driver) -> None:
    """Indexes on the uid alone, which these statements want and ours do not."""
    for label in SHARES:
        driver.execute_query(_own(f"CREATE INDEX raw_{label} FOR (n:{label}) ON (n.uid)"))
    driver.execute_query("CALL db.awaitIndexes(300)")


def ask_neo4j(driver: neo4j.Driver) -> Ask:
    def ask(query: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
        with driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
            return session.run(_own(query), dict(params)).data()

    return ask


def _own(text: str) -> LiteralString:
    return text  # pyright: ignore[reportReturnType]  # put together from the constants above
