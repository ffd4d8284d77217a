"""Neighbouring numbers of one range that drain callers: one crew, unless their calls are led to two."""

from __future__ import annotations

from analysis.run import detect
from tests.analysis.evidence_builder import Facts, person, phone, victim

FIRST, SECOND = "phone:e164:+447700900123", "phone:e164:+447700900131"
TRUNK, OTHER_TRUNK = phone(1), phone(2)


def drained(**trunk: str | None) -> Facts:
    """Each line lets forty numbers ring, and fourteen call back."""
    facts = Facts()
    for k, line in enumerate((FIRST, SECOND)):
        called = [phone(1000 + 100 * k + n) for n in range(40)]
        for n, number in enumerate(called):
            facts.call(line, number, 5 + k + n / 3000, answered=False, ring=2)
        for n, number in enumerate(called[:14]):
            facts.call(number, line, 5.1 + k + n / 1000, seconds=300, c=trunk["first" if line == FIRST else "second"])
        for n in range(3):
            facts.report(f"r{k}{n}", names=(line,), by=victim(10 * k + n), category="fraud", day=7 + n)
    return facts


def drains(**trunk: str | None) -> list[set[str]]:
    """Members of the rings that are found there."""
    facts = drained(**trunk)
    if trunk.get("owner"):
        for line in (TRUNK, OTHER_TRUNK):
            facts.link(person(1), "USES", line, basis="registered", since=0)
    return [{member.uid for member in ring.members} for ring in detect(facts.view()).rings]


def test_neighbours_led_to_one_trunk_are_one_crew() -> None:
    assert [ring >= {FIRST, SECOND, TRUNK} for ring in drains(first=TRUNK, second=TRUNK)] == [True]


def test_neighbours_of_whom_nobody_knows_where_calls_go_are_one_crew() -> None:
    assert [ring >= {FIRST, SECOND} for ring in drains(first=None, second=None)] == [True]
    assert [ring >= {FIRST, SECOND, TRUNK} for ring in drains(first=TRUNK, second=None)] == [True]


def test_neighbours_led_to_two_crews_are_two_crews() -> None:
    """Ranges of premium numbers are sold in slices, to more than one."""
    rings = drains(first=TRUNK, second=OTHER_TRUNK)
    assert len(rings) == 2
    assert {FIRST, TRUNK} in rings
    assert {SECOND, OTHER_TRUNK} in rings


def test_two_trunks_of_one_owner_are_one_crew() -> None:
    rings = drains(first=TRUNK, second=OTHER_TRUNK, owner="one")
    assert [ring >= {FIRST, SECOND, TRUNK, OTHER_TRUNK} for ring in rings] == [True]
