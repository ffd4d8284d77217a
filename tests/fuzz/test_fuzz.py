"""A short run of the fuzzer, seeded: the long one is ``make fuzz``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.damage import damaged
from tests.fuzz.families import families, try_one

FAMILIES = families()
FILES = 120


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_damaged_files_never_break_intake(family: str, tmp_path: Path) -> None:
    answers = [try_one(family, FAMILIES[family], 7, number, tmp_path) for number in range(FILES)]
    # A fuzzer whose every file is refused at the door would test the door only.
    # (Compressed files and mappings seldom survive damage.)
    assert answers.count("read") >= 2


def test_every_format_is_fuzzed() -> None:
    from ingest.formats.registry import FORMATS

    named = {family.split(" ")[0] for family in FAMILIES}
    assert {f.name for f in FORMATS} <= named


def test_damage_is_the_same_for_the_same_seed() -> None:
    data = b"a,b\n1,2\n" * 20
    assert damaged("x", data) == damaged("x", data)
    assert len({damaged(f"{n}", data) for n in range(50)}) > 25
