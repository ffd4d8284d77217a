"""What a projection did is told: by `detect`, by `rebuild`, and by `status` until the next one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.cases import write_case
from graph.errors import StoreError
from halqa import Workspace, projected
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_case(tmp_path / "one", "shared_mule")
    write_case(tmp_path / "two", "shared_payer")
    return tmp_path / "ws"


@pytest.fixture
def ws(home: Path) -> Iterator[Workspace]:
    with Workspace.open(home) as opened:
        opened.ingest(home.parent / "one" / "files", received_at=RECEIVED)
        yield opened


def reconciles(told: dict[str, object], ws: Workspace) -> bool:
    """Whether the counts say where everything of the evidence went."""
    view = ws.view()
    findings = ws.store.run("MATCH (n) WHERE n:Ring OR n:Script RETURN count(n) AS n").rows[0][0]
    stated = ws.store.run("MATCH (:Entity)-[r]->() WHERE r.n IS NOT NULL RETURN sum(r.n) AS n").rows[0][0]
    assert isinstance(findings, int) and isinstance(stated, int)
    nodes = told["nodes"]
    assert isinstance(nodes, dict)
    return (
        told["entities"] == view.entities.height
        and nodes["total"] == view.entities.height - int(str(told["merged"])) + findings
        and told["statements"] == view.links.height == stated + int(str(told["self_links"]))
    )


def test_what_was_done_is_told_and_adds_up(ws: Workspace) -> None:
    assert ws.status()["graph"] is None
    first = ws.detect()["graph"]
    assert (first["mode"], first["nodes"]["added"]) == ("full", first["nodes"]["total"])
    assert reconciles(first, ws)
    assert ws.status()["graph"] == first
    assert ws.detect()["graph"] is None, "nothing was to be done"
    assert ws.status()["graph"] == first


def test_new_evidence_is_added_to_what_is_shown(ws: Workspace, home: Path) -> None:
    first = ws.detect()["graph"]
    ws.ingest(home.parent / "two" / "files", received_at=RECEIVED)
    # The second scene is as large as the first one, and the graph far too small for this to matter.
    second = ws.detect()["graph"]
    assert second["run"] != first["run"]
    assert reconciles(second, ws)
    assert ws.rebuild()["graph"]["mode"] == "full"
    assert reconciles(ws.status()["graph"], ws)


@pytest.mark.parametrize("file", ["pointer", "graph"])
def test_a_rebuild_mends_a_damaged_graph(ws: Workspace, home: Path, file: str) -> None:
    ws.detect()
    before = ws.query("MATCH (n) RETURN count(n) AS n")["rows"]
    (path,) = (home / "graph").glob("*.kgl" if file == "graph" else "snapshot.json")
    path.write_bytes(path.read_bytes()[:60])
    with Workspace.open(home) as again:
        with pytest.raises(StoreError) as caught:
            again.store.run("MATCH (n) RETURN count(n) AS n")
        assert "halqa rebuild" in caught.value.hint
        assert again.rebuild()["graph"]["mode"] == "full"
        assert again.query("MATCH (n) RETURN count(n) AS n")["rows"] == before


def test_people_are_told_on_stderr(home: Path, ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for command, code in ((["detect", "--json"], 0), (["rebuild", "--json"], 0), (["status"], 0)):
        assert run([*command, "--home", str(home)]) == code
        out, err = capsys.readouterr()
        assert err.startswith("Graph written: "), command
        if "--json" in command:
            assert json.loads(out)["graph"]["mode"] == "full"


def test_one_line_for_people() -> None:
    told = {
        "mode": "incremental", "seconds": 1.26,
        "nodes": {"total": 1234, "added": 3, "changed": 0, "removed": 1},
        "links": {"total": 5678, "added": 0, "changed": 0, "removed": 2},
    }  # fmt: skip
    assert projected.in_words(told) == (
        "Graph brought up to date: 3 nodes and 0 links added, 1 nodes and 2 links removed; "
        "1,234 nodes and 5,678 links (1.3 s)."
    )
    none = {"added": 0, "changed": 0, "removed": 0}
    still = told | {"nodes": {"total": 1234} | none, "links": {"total": 5678} | none}
    assert "nothing to change" in projected.in_words(still)
    assert projected.in_words(told | {"mode": "full"}) == "Graph written: 1,234 nodes and 5,678 links (1.3 s)."


def test_a_damaged_report_is_no_report(tmp_path: Path) -> None:
    assert projected.last(tmp_path) is None
    (tmp_path / projected.FILE).write_text(json.dumps([1]))
    assert projected.last(tmp_path) is None
