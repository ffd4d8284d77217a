"""Every decision on who is whom, as the desk lists it: newest first, what stands told from what was taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import same_as
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
    assert case.same_person_decisions() == []
    (one,) = case.same_person_proposals()
    for decision in ("accept", "undo", "reject"):
        case.same_person(one["a"], one["b"], decision, reason=decision, by="analyst 7")
    rows = case.same_person_decisions()
    assert [(row["decision"], row["standing"]) for row in rows] == [
        ("reject", True),
        ("undo", False),
        ("accept", False),
    ]
    case.same_person(one["a"], one["b"], "undo", reason="open again", by="analyst 7")
    assert not any(row["standing"] for row in case.same_person_decisions())


def test_the_number_of_decisions_is_that_of_the_rows_and_is_found_without_reading_them(case, monkeypatch):
    (one,) = case.same_person_proposals()
    for n, decision in enumerate(("propose", "accept", "undo", "reject"), start=1):
        case.same_person(one["a"], one["b"], decision, reason=decision, by="analyst 7")
        assert case.same_person_count() == len(case.same_person_decisions()) == n
    monkeypatch.setattr(same_as, "Decided", None)
    assert case.same_person_count() == 4


def test_a_workspace_without_evidence_has_none(tmp_path):
    with Workspace.open(tmp_path / "case") as ws:
        assert ws.same_person_decisions() == []
        assert ws.same_person_count() == 0
