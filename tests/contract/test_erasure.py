"""A person is erased from a workspace whose graph is on a server: no generation of it holds the value any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from graph.stores.neo4j import Neo4jStore
from halqa import Workspace
from tests.contract.conftest import empty
from tests.contract.neo4j_server import Server
from tests.end_to_end.conftest import RECEIVED
from tests.end_to_end.test_erasure import CDR, ORDER, REMITTANCE, SUBSCRIBERS, report

pytestmark = pytest.mark.neo4j

HOLDER = {"QQ100201", "+212683000001", "Said El Fassi"}
"""The holder of a line, as the graph knows him: document, line, name."""
PAYER = {"+447700900201", "Anas Tazroualt", "ZZ900001"}


@pytest.fixture
def ws(neo4j_server: Server, tmp_path: Path) -> Iterator[Workspace]:
    empty(neo4j_server)
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.jsonl").write_text(report("EB-1") + "\n")
    (files / "calls.csv").write_text(CDR)
    (files / "remit.csv").write_text(REMITTANCE)
    (files / "subs.csv").write_text(SUBSCRIBERS)
    on_server = {
        "store.url": neo4j_server.uri, "store.user": neo4j_server.user, "store.password": neo4j_server.password,
    }  # fmt: skip
    with Workspace.open(tmp_path / "ws", **on_server) as opened:
        opened.ingest(files, received_at=RECEIVED)
        yield opened


def everything(server: Server) -> str:
    """Properties of every node and link the server holds, of all generations and of its own bookkeeping."""
    with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
        nodes = store._driver.execute_query("MATCH (n) RETURN labels(n) AS labels, properties(n) AS held").records
        links = store._driver.execute_query("MATCH ()-[r]->() RETURN type(r) AS rel, properties(r) AS held").records
    assert nodes
    return "\n".join(json.dumps(row.data(), ensure_ascii=False, default=str) for row in (*nodes, *links))


def held(server: Server, values: set[str]) -> set[str]:
    text = everything(server)
    return {value for value in values if value in text}


def test_no_node_and_no_link_holds_an_erased_person(ws: Workspace, neo4j_server: Server) -> None:
    ws.detect()
    assert held(neo4j_server, HOLDER) == HOLDER
    done = ws.erase("QQ100201", by="Unit 4", **ORDER)
    assert done["left"] == []
    assert held(neo4j_server, HOLDER) == set()
    (erased,) = (uid for uid in done["tombstones"] if uid.startswith("phone:"))
    assert erased in everything(neo4j_server), "what the line did stands, without saying whose it is"


def test_a_victims_pseudonym_goes_too(ws: Workspace, neo4j_server: Server) -> None:
    ws.detect()
    (victim,) = (uid for uid in ws.evidence()["entities"] if uid.startswith("victim:"))
    assert held(neo4j_server, {victim} | PAYER) == {victim}
    ws.erase("+447700900201", by="Unit 4", **ORDER)
    assert held(neo4j_server, {victim} | PAYER) == set()


def test_what_a_killed_projection_left_on_the_server_goes_with_the_person(ws: Workspace, neo4j_server: Server) -> None:
    """Nothing was ever shown, so that nothing is projected again."""
    frame = pl.DataFrame({"uid": ["phone:e164:+212683000001"]})
    ws.store.load(ws.store.snapshot(), {"Phone": frame}, [])
    assert held(neo4j_server, HOLDER) == {"+212683000001"}
    assert ws.store.current() is None
    ws.erase("QQ100201", by="Unit 4", **ORDER)
    assert held(neo4j_server, HOLDER) == set()


def test_the_graph_of_before_the_server_goes_too(neo4j_server: Server, tmp_path: Path) -> None:
    empty(neo4j_server)
    home, key = tmp_path / "ws", tmp_path / "key"
    key.write_text("a key for this test")
    (tmp_path / "subs.csv").write_text(SUBSCRIBERS)
    with Workspace.open(home, vault_key_file=str(key)) as embedded:
        embedded.ingest(tmp_path / "subs.csv", received_at=RECEIVED)
        embedded.detect()
    assert any(path.is_file() for path in (home / "graph").rglob("*"))
    on_server = {
        "store.url": neo4j_server.uri, "store.user": neo4j_server.user, "store.password": neo4j_server.password,
    }  # fmt: skip
    with Workspace.open(home, vault_key_file=str(key), **on_server) as ws:
        ws.erase("QQ100201", by="Unit 4", **ORDER)
    assert not any(path.is_file() for path in (home / "graph").rglob("*"))
    assert held(neo4j_server, HOLDER) == set()
