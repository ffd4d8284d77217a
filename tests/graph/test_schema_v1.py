"""Evidence written by schema v1 (issue 3) is read for ever: same answers, same hashes, green chain.

The folder ``fixtures/evidence_v1`` was made once, by the code of that time, from the files beside it.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.chain import Custody
from graph.ledger import Ledger
from halqa import Workspace
from tests.graph.drafts import T0, Told, draft

FIXTURE = Path(__file__).parent / "fixtures" / "evidence_v1"
EXPECTED: dict[str, Any] = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def answers(ledger: Ledger) -> dict[str, Any]:
    """What ``expected.json`` holds, asked of the evidence as it is read today."""
    found: dict[str, Any] = {}
    for name in ("now", "before_correction", "all"):
        as_of = EXPECTED[name]["as_of"]
        view = ledger.view(
            as_of=datetime.fromisoformat(as_of) if as_of else None, compartments=EXPECTED[name]["compartments"]
        )
        links = {
            (view.uid(src), rel, view.uid(dst)) for src, rel, dst in view.links.select("src", "rel", "dst").iter_rows()
        }
        found[name] = {
            "as_of": as_of,
            "compartments": EXPECTED[name]["compartments"],
            "digest": view.digest,
            "uids": view.entities["uid"].to_list(),
            "links": [list(link) for link in sorted(links)],
            "records": view.records["record"].to_list(),
            "statements": view["statements"].height,
        }
    return found


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURE / "evidence", tmp_path / "ws" / "evidence")
    return tmp_path / "ws" / "evidence"


def test_it_is_read_as_it_was_and_verifies() -> None:
    ledger = Ledger(FIXTURE / "evidence")
    assert ledger.head == EXPECTED["head"]
    assert ledger.verify() == []
    assert answers(ledger) == {name: EXPECTED[name] for name in ("now", "before_correction", "all")}


def test_it_is_compacted_like_any_other(evidence: Path) -> None:
    ledger = Ledger(evidence)
    assert ledger.compact(custody=Custody("tester", NOW)) is not None
    assert ledger.verify() == []
    assert answers(Ledger(evidence)) == {name: EXPECTED[name] for name in ("now", "before_correction", "all")}
    assert [batch.seq for batch in ledger.batches()] == [1, 2, 3, 4, 5]


def test_new_batches_are_chained_behind_it(evidence: Path) -> None:
    ledger = Ledger(evidence)
    added = ledger.append(draft([Told("new", ("+212683000009",))]), at=T0)
    assert added.manifest["previous"] == EXPECTED["head"]
    assert ledger.verify() == []


def test_a_workspace_opens_on_it(evidence: Path) -> None:
    with Workspace.open(evidence.parent, vault_key_file=str(FIXTURE / "key")) as ws:
        assert ws.verify()["ok"]
        assert ws.who("0683000001")["uid"] == "phone:e164:+212683000001"
        assert ws.detect()["entities"] > 0
