"""The fast path of phone numbers is the library, faster (``python -m tests.fuzz.phones`` compares a million shapes)."""

from __future__ import annotations

from tests.fuzz.phones import differences, fast


def test_random_shapes_are_read_as_the_library_reads_them() -> None:
    assert list(differences(6_000, seed=20_260_601)) == []


def test_the_comparison_reaches_the_fast_path() -> None:
    assert 0.05 < fast(6_000, seed=20_260_601) < 0.9
