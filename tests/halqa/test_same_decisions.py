"""Every decision on who is whom, as the desk lists it: newest first, what stands told from what was taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from halqa.same_decisions import count, decisions
from halqa.workspace import Workspace

MAPPING = """
source: {name: list, type: registry, reliability: B, country: MA}
format: {kind: csv}
record: {key: [id]}
entities:
  who: {label: Person, key: [id], properties: {name: {column: name}}}
  line: {label: Phone, key: {column: phone, type: phone}}
links:
  - {rel: USES, from: who, to: line, properties: {basis: stated}}
"""


@pytest.fixture
def case(tmp_path: Path):
    (tmp_path / "list.csv").write_text(
        "id,name,phone\n1,Mohammed Benhaddou,0683000001\n2,محمد بن حدو,0683000001\n", encoding="utf-8"
    )
    (tmp_path / "list.yaml").write_text(MAPPING, encoding="utf-8")
    with Workspace.open(tmp_path / "case") as ws:
        ws.ingest(tmp_path / "list.csv", by="analyst 3")
        yield ws


def test_decisions_are_listed_newest_first_and_only_the_last_stands(case):
    assert decisions(case) == []
    (one,) = case.same_person_proposals()
    for decision in ("accept", "undo", "reject"):
        case.same_person(one["a"], one["b"], decision, reason=decision, by="analyst 7")
    rows = decisions(case)
    assert [(row["decision"], row["standing"]) for row in rows] == [
        ("reject", True),
        ("undo", False),
        ("accept", False),
    ]
    assert count(case) == 3
    case.same_person(one["a"], one["b"], "undo", reason="open again", by="analyst 7")
    assert not any(row["standing"] for row in decisions(case))


def test_a_workspace_without_evidence_has_none(tmp_path):
    with Workspace.open(tmp_path / "case") as ws:
        assert decisions(ws) == []
        assert count(ws) == 0
