"""Every query of the library gives the same rows on every store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph.projection import project
from graph.queries import NamedQuery, library
from graph.stores import Store
from tests.contract.conftest import both
from tests.contract.neo4j_server import Server
from tests.contract.story import PAYER, VICTIMS
from tests.contract.third_crew import rings_of_three, three_crews

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def stores(neo4j_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """Both stores with the same evidence and rings, one sender masked."""
    with both(neo4j_server, tmp_path_factory.mktemp("library")) as opened:
        for store in opened:
            project(
                three_crews().view(), store, run="r", rings=rings_of_three(),
                mask=lambda uids: [VICTIMS[0] if uid == PAYER else uid for uid in uids],
            )  # fmt: skip
        yield opened


@pytest.mark.parametrize("query", library(), ids=lambda query: query.name)
def test_a_named_query(stores: tuple[Store, Store], query: NamedQuery) -> None:
    one, other = (store.run(query.text, query.bind()) for store in stores)
    assert one.rows, "the story holds an example of everything that is asked"
    assert one.columns == other.columns
    assert one.rows == other.rows
    assert [type(value) for row in one.rows for value in row] == [type(value) for row in other.rows for value in row]


TEXTS = [
    "MATCH (p:Phone)<-[:MENTIONS]-(r:Report) RETURN p.uid, count(r) ORDER BY p.uid",
    "MATCH (n) RETURN labels(n)[0] AS label, count(*) AS n ORDER BY label",
    "MATCH (n) RETURN n AS n ORDER BY n.uid",
    "MATCH (a)-[r]->(b) RETURN a.uid AS a, r AS r, b.uid AS b ORDER BY a, type(r), b, r.day, r.typology",
    "MATCH p = (a:Phone)-[c:CALLED]->(b:Phone) RETURN p AS p ORDER BY a.uid, b.uid, c.day",
    "MATCH (t:Transfer) WHERE t.sent_at >= '2024-06-04T10' RETURN t.uid AS t, t.amount_minor / 100.0 AS mad ORDER BY t",
    "MATCH (p:Phone) WHERE 'report' IN p.source_types RETURN p.uid AS p, size(p.source_types) AS n ORDER BY p",
    "MATCH (p:Phone) OPTIONAL MATCH (p)-[:HOLDS]->(w) RETURN p.uid AS p, w.uid AS w ORDER BY w, p",
    "MATCH (r:Report) WITH r.category AS c, count(r) AS n RETURN c, n ORDER BY n DESC, c",
    "MATCH (a:Phone)-[:CALLED*1..3]->(b:Phone) RETURN DISTINCT a.uid AS a, b.uid AS b ORDER BY a, b",
    "MATCH (p:Phone) RETURN p.uid AS p, COUNT { (p)--() } AS links, EXISTS { (p)<-[:MENTIONS]-() } AS named ORDER BY p",
    "MATCH (a:Device)--(b) RETURN a.uid AS a, b.uid AS b UNION MATCH (a:Page)--(b) RETURN a.uid AS a, b.uid AS b",
    "UNWIND ['a', null, 'b'] AS x RETURN x AS x, coalesce(x, 'none') AS y ORDER BY x",
    "MATCH (g:Ring) CALL { WITH g MATCH (g)-[:HAS_MEMBER]->(x) RETURN count(x) AS n } RETURN g.ring AS g, n ORDER BY g",
    "MATCH (n:Nothing) RETURN n.uid AS uid",
    "MATCH (n:Victim) RETURN count(n.first_seen) AS n",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_free_query(stores: tuple[Store, Store], text: str) -> None:
    one, other = (store.run(text) for store in stores)
    rows = (sorted(one.rows, key=repr), sorted(other.rows, key=repr)) if "UNION" in text else (one.rows, other.rows)
    assert one.columns == other.columns
    assert rows[0] == rows[1]


def test_walks_are_the_same(stores: tuple[Store, Store]) -> None:
    uids = [str(row[0]) for row in stores[0].run("MATCH (n:Entity) RETURN n.uid AS uid ORDER BY uid").rows]
    uids = [uid for uid in uids if not uid.startswith("ring:")]
    for uid in uids:
        assert stores[0].expand(uid, 2, 12) == stores[1].expand(uid, 2, 12)
        assert stores[0].shortest_paths(uids[0], uid, 5, 4) == stores[1].shortest_paths(uids[0], uid, 5, 4)
