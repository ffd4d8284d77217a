"""What every test may ask for. ``HALQA_REQUIRE=neo4j,browser,shared`` turns a missing need into a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test may fail because the machine is busy: speed lives in bench/.
settings.register_profile("halqa", deadline=None)
settings.load_profile("halqa")

ROOT = Path(__file__).resolve().parents[1]


def required(need: str) -> bool:
    """Whether this run must have ``need`` (neo4j, browser, shared)."""
    return need in os.environ.get("HALQA_REQUIRE", "").split(",")


def missing(need: str, why: str) -> None:
    """Skip with a reason, or fail where the need is required."""
    if required(need):
        pytest.fail(f"{need} is required here (HALQA_REQUIRE) but {why}")
    pytest.skip(f"{need}: {why}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The maintainers' folder of format samples and public data, beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "formats").is_dir():
        missing("shared", "the folder ../shared is not beside this checkout")
    return folder
