"""What a file became, in the form of an ``expected.json``, for samples that carry their expected answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest.intake import Intake
from ingest.rejects import Problem
from tests.ingest.loading import SAMPLES, entities, links


def answer(intake: Intake) -> dict[str, Any]:
    """Counts, problems and nodes of the one file of an intake."""
    result = intake.files[0]
    restricted = {c: t["records"]["root"] for c, t in intake.draft.tables.items() if c != "general"}
    return {
        "format": result.format,
        "source": result.source,
        "accepted": result.counts.accepted,
        "rejected": result.counts.rejected,
        "duplicates": result.counts.duplicates,
        "rejects": [_place(problem) for problem in result.rejects],
        "warnings": [_place(problem) for problem in result.warnings],
        "compartments": {compartment: sorted(set(roots)) for compartment, roots in restricted.items()},
        "entities": sorted(entities(intake)),
        "links": sorted(map(list, links(intake))),
    }


def expected(folder: str) -> dict[str, dict[str, Any]]:
    """Expected answers of a folder of samples, by file."""
    return json.loads((SAMPLES / folder / "expected.json").read_text("utf-8"))["files"]


def sample(folder: str, name: str) -> Path:
    """A sample file."""
    return SAMPLES / folder / name


def _place(problem: Problem) -> dict[str, Any]:
    where = {"line": problem.line} if problem.index is None else {"index": problem.position}
    return {**where, "code": problem.code}
