"""What only a server can do wrong: not be there, refuse us, be too old."""

from __future__ import annotations

import socket
from pathlib import Path

import neo4j
import polars as pl
import pytest

from graph.cypher_guard import check
from graph.errors import StoreError, StoreUnavailable, UsageError
from graph.projection import project
from graph.schema import LABELS
from graph.stores import neo4j as backend
from graph.stores import neo4j_pointer, open_store
from graph.stores.generation import PARAMETER, scoped
from graph.stores.neo4j import Neo4jStore
from tests.contract.conftest import empty
from tests.contract.held import links_held, nodes_held
from tests.contract.neo4j_server import Server
from tests.contract.rounds import round_shown, show, whole
from tests.contract.story import rings, two_crews


@pytest.fixture
def opened(neo4j_server: Server) -> Neo4jStore:
    empty(neo4j_server)
    return Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password)


@pytest.mark.neo4j
def test_a_wrong_password_says_so_and_does_not_repeat_it(neo4j_server: Server, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="refused the user or the password") as caught:
        open_store(neo4j_server.uri, tmp_path, user=neo4j_server.user, password="not-the-password")
    assert "not-the-password" not in str(caught.value)
    assert "HALQA_STORE__PASSWORD" in caught.value.hint


@pytest.mark.neo4j
def test_a_server_that_is_too_old(neo4j_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "OLDEST", (99, 0))
    with pytest.raises(StoreUnavailable, match=r"is Neo4j 5\.26"):
        Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password)


def test_no_server_there(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"bolt://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(StoreUnavailable, match="No graph server answers") as caught:
        open_store(address, tmp_path, user="neo4j", password="only-for-tests")
    assert "embedded" in caught.value.hint


@pytest.mark.parametrize("url", ["", "here", "http://localhost:7474", "bolt:/x", "://", "bolt://localhost:port"])
def test_an_address_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"store\.url"):
        open_store(url, tmp_path)


@pytest.mark.neo4j
def test_constraints_and_indexes_are_there(opened: Neo4jStore) -> None:
    with opened:
        opened.snapshot()
        found = opened._driver.execute_query("SHOW CONSTRAINTS YIELD labelsOrTypes, properties, type").records
        unique = {str(row["labelsOrTypes"][0]) for row in found if row["properties"] == ["gen", "uid"]}
        assert unique >= set(LABELS)


@pytest.mark.neo4j
@pytest.mark.parametrize(
    "asked",
    [
        "MATCH p = shortestPath((a {uid: $a})-[*..6]-(b {uid: $b})) RETURN length(p) AS n",
        "MATCH p = allShortestPaths((a:Phone)-[*..6]-(b:Phone)) WHERE a.uid = $a AND b.uid = $b RETURN length(p) AS n",
        "MATCH (r:Report)-[:MENTIONS]->(p:Phone {uid: $a}) RETURN r.uid AS uid",
        "MATCH (r:Report)-[:MENTIONS]->(p:Phone)<-[:USES]-(c:Person) WHERE p.uid = $a RETURN c.uid AS uid",
        "MATCH (r:Report)-[:MENTIONS]->(p:Phone) WHERE p.uid IN [$a, $b] RETURN r.uid AS uid",
    ],
)
def test_what_is_asked_for_by_its_uid_is_found_by_an_index(opened: Neo4jStore, asked: str) -> None:
    """Wherever it stands in the pattern; a scan of all nodes takes a fifth of a second for a hundred thousand."""
    text = f"EXPLAIN {scoped(asked, check(asked))}"
    with opened as store, store._driver.session() as session:
        store.snapshot()  # makes the indexes
        plan = session.run(text, {"a": "x", "b": "y", PARAMETER: 1}).consume().plan
    assert plan is not None
    operators = plan["args"]["string-representation"]
    assert "Scan" not in operators, operators
    assert "UniqueIndexSeek" in operators


@pytest.mark.neo4j
def test_the_same_uid_twice_is_refused_and_nothing_changes(opened: Neo4jStore) -> None:
    with opened:
        made = project(two_crews().view(), opened, run="r", rings=rings())
        with pytest.raises(StoreError):
            project(two_crews().view(), opened, run="r2", rings=[*rings(), *rings()])
        assert opened.current() == made.snapshot
        left = opened._driver.execute_query("MATCH (n:Entity) RETURN collect(DISTINCT n.gen) AS gens").records[0][
            "gens"
        ]
        assert left == [int(made.snapshot.name)]


@pytest.mark.neo4j
def test_other_data_of_the_database_stays(opened: Neo4jStore) -> None:
    with opened:
        driver: neo4j.Driver = opened._driver
        driver.execute_query("CREATE (:Phone {uid: 'theirs'})-[:CALLED]->(:Phone {uid: 'theirs too'})")
        for _ in range(2):
            project(two_crews().view(), opened, run="r")
        assert opened.run("MATCH (n:Phone) WHERE n.uid STARTS WITH 'theirs' RETURN n.uid AS uid").rows == []
        assert opened.run("MATCH (a)-[r]->() WHERE a.uid = 'theirs' RETURN count(r) AS n").rows == [[0]]
        kept = driver.execute_query("MATCH (n:Phone) WHERE n.uid STARTS WITH 'theirs' RETURN count(n) AS n").records
        assert kept[0]["n"] == 2


@pytest.mark.neo4j
def test_a_graph_that_somebody_changed_is_written_anew(opened: Neo4jStore, tmp_path: Path) -> None:
    with opened:
        driver: neo4j.Driver = opened._driver
        for number, harm in enumerate(
            (
                "MATCH (:Phone)-[r:CALLED]->(:Phone) WITH r LIMIT 1 DELETE r",
                "MATCH (a:Phone), (b:Sim) WITH a, b LIMIT 1 CREATE (a)-[:KNOWS]->(b)",
                "MATCH (n:Phone) WHERE n.round IS NOT NULL WITH n LIMIT 1 DETACH DELETE n",
            ),
            start=1,
        ):
            show(opened, number, tmp_path / "prints")
            driver.execute_query(harm)
            assert show(opened, number + 1, tmp_path / "prints").mode == "full"
            made = whole(number + 1, tmp_path / str(number))
            assert (nodes_held(opened), links_held(opened)) == made


@pytest.mark.neo4j
def test_what_a_killed_projection_left_does_not_stop_the_next_difference(opened: Neo4jStore, tmp_path: Path) -> None:
    with opened:
        show(opened, 1, tmp_path / "prints")
        opened.load(opened.snapshot(), {"Phone": pl.DataFrame({"uid": ["phone:e164:+212683000001"]})}, [])
        assert show(opened, 2, tmp_path / "prints").mode == "incremental"
        left = opened._driver.execute_query("MATCH (n:Entity) RETURN count(DISTINCT n.gen) AS n").records
        assert left[0]["n"] == 1


@pytest.mark.neo4j
def test_an_announced_change_is_waited_for(opened: Neo4jStore, tmp_path: Path) -> None:
    """And one whose writer is dead is not."""
    with opened:
        show(opened, 1, tmp_path / "prints")
        driver: neo4j.Driver = opened._driver
        with driver.session() as writer, driver.session() as aside:
            with writer.begin_transaction(metadata=dict(neo4j_pointer.UPDATE)) as tx:
                tx.run("MATCH (n:Phone) WHERE n.round IS NOT NULL SET n.round = 99.0").consume()
                assert round_shown(opened) == 1, "nothing is announced yet"
                neo4j_pointer.announce(aside, updating=True)
                with pytest.raises(StoreError, match="just being brought up to date"):
                    opened.run("MATCH (n:Phone) RETURN count(n) AS n", timeout=0.5)
                tx.rollback()
            assert round_shown(opened) == 1, "the announcement still stands, its writer is gone"
            assert show(opened, 2, tmp_path / "prints").mode == "incremental"
            found = driver.execute_query("MATCH (s:HalqaSnapshot) RETURN s.updating AS updating").records
            assert [row["updating"] for row in found] == [None]
            assert round_shown(opened) == 2
