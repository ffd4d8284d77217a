"""Public data of real speakers: the questions of docs/queries.md, answered by the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def case(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.open(tmp_path_factory.mktemp("roxanne")) as ws:
        mapping = shared / "formats" / "mappings" / "roxanne_case2.yaml"
        ws.ingest(shared / "data" / "roxanne" / "case2.json", mapping=mapping, received_at=RECEIVED)
        yield ws


def speaker(number: int) -> str:
    return f"person:roxanne_case2:SID_{number}"


def test_who_connects_most_numbers(case: Workspace) -> None:
    rows = case.query("who_uses_most_numbers")["rows"]
    assert [row[:4] for row in rows[:2]] == [[speaker(0), "Person", 69, 43], [speaker(1), "Person", 11, 10]]


def test_the_path_between_two_speakers(case: Workspace) -> None:
    found = case.query("path_between", {"a": speaker(17), "b": speaker(26)})
    assert [(row[0], row[1][1], row[2]) for row in found["rows"]] == [
        (2, speaker(0), ["CALLED", "CALLED"]),
        (2, speaker(1), ["CALLED", "CALLED"]),
        (2, "phone:roxanne_case2:1", ["USES", "USES"]),
    ]
