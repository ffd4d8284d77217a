"""A workspace on a Neo4j server answers as one on the embedded store does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import write_case
from graph.errors import HalqaError
from halqa import Workspace
from tests.contract.conftest import empty
from tests.contract.neo4j_server import Server
from tests.end_to_end.conftest import RECEIVED

pytestmark = pytest.mark.neo4j


def answers(ws: Workspace, files: Path) -> dict[str, Any]:
    ws.ingest(files, received_at=RECEIVED)
    ws.detect()
    rings = ws.ring_list()
    members = [member["uid"] for member in rings[0]["members"]]
    found: dict[str, Any] = {
        "path": ws.path(members[0], members[-1]),
        "longer": ws.path(members[0], members[-1], k=6, longer=True),
        "rows": ws.to_polars(ws.query("ring_members")).rows(),
        "near": ws.neighbourhood(members[0], limit=40),
        "rings": ws.query("MATCH (r:Ring)-[:HAS_MEMBER]->(m) RETURN r.ring AS ring, m.uid AS uid ORDER BY ring, uid")[
            "rows"
        ],
    }
    for one in ws.queries():
        found[one["name"]] = ws.query(one["name"], {})["rows"]
    return found


def test_both_stores_answer_alike(neo4j_server: Server, tmp_path: Path) -> None:
    write_case(tmp_path / "scene", "shared_mule")
    empty(neo4j_server)
    key = tmp_path / "key"
    key.write_text("a key for this test")
    with Workspace.open(tmp_path / "embedded", vault_key_file=str(key)) as ws:
        embedded = answers(ws, tmp_path / "scene" / "files")
    on_server = {
        "store.url": neo4j_server.uri, "store.user": neo4j_server.user, "store.password": neo4j_server.password,
    }  # fmt: skip
    with Workspace.open(tmp_path / "server", vault_key_file=str(key), **on_server) as ws:
        served = answers(ws, tmp_path / "scene" / "files")
    assert embedded["rings"]
    assert served == embedded


def test_a_server_that_is_down_says_so_and_leaves_the_evidence(tmp_path: Path) -> None:
    write_case(tmp_path / "scene", "shared_payer")
    with Workspace.open(tmp_path / "ws", **{"store.url": "bolt://127.0.0.1:9"}) as ws:
        ws.ingest(tmp_path / "scene" / "files", received_at=RECEIVED)
        with pytest.raises(HalqaError, match=r"127\.0\.0\.1"):
            ws.detect()
        assert ws.verify()["ok"]
    with Workspace.open(tmp_path / "ws") as ws:
        assert ws.detect()["rings"]["lead"] >= 1
