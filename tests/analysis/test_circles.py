"""Closed circles: unnamed hands that call a crew and one another above all, and families, which do so too."""

from __future__ import annotations

import pytest

from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_rings import members

HIDDEN = [phone(700 + n) for n in range(4)]


def named() -> Facts:
    """Two lines that reports name, with a payee."""
    facts = Facts()
    for n in range(6):
        facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n + 1), day=n)
    return facts


def circle(facts: Facts, ends: tuple[str, ...]) -> None:
    """Each hidden line calls the two next ones; the first of them calls all these ends, the second the last."""
    for n, line in enumerate(HIDDEN):
        for step in (1, 2):
            facts.talk(line, HIDDEN[(n + step) % len(HIDDEN)], times=4, day=5 + n + step / 10)
    for n, end in enumerate(ends):
        facts.talk(HIDDEN[0], end, times=6, day=6 + n / 10)
    facts.talk(HIDDEN[1], ends[-1], times=6, day=7)


def test_a_circle_that_two_named_hands_hold_belongs_to_the_ring() -> None:
    facts = named()
    circle(facts, (phone(100), phone(101)))
    assert set(HIDDEN) <= members(detect(facts.view()))


def test_a_circle_around_one_named_hand_is_a_family() -> None:
    facts = named()
    circle(facts, (phone(100),))
    assert not set(HIDDEN) & members(detect(facts.view()))


def test_who_has_most_calls_elsewhere_is_not_in_the_circle() -> None:
    facts = named()
    circle(facts, (phone(100), phone(101)))
    for n, line in enumerate(HIDDEN):
        for k in range(60):
            facts.call(line, phone(1_000 + 60 * n + k), k)
    assert not set(HIDDEN) & members(detect(facts.view()))


def test_a_victim_is_in_no_circle() -> None:
    facts = named()
    circle(facts, (phone(100), phone(101)))
    known = {HIDDEN[0]: victim(1), HIDDEN[1]: victim(2)}
    assert not set(known) & members(detect(facts.view(), masked_parties=known))


@pytest.mark.parametrize("seed", range(3))
def test_a_circle_does_not_depend_on_the_order_of_records(seed: int) -> None:
    facts = named()
    circle(facts, (phone(100), phone(101)))
    assert members(detect(facts.view(shuffle=seed))) == members(detect(facts.view()))
