"""What an authority put together: items of one search, people accused in one case."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim


def two_lines() -> Facts:
    """Two people with a line each, whom two victims each name; nothing says that they know each other."""
    facts = Facts()
    for n in range(2):
        facts.link(person(1 + n), "USES", phone(100 + n), basis="registered", since=-100)
        for k in range(2):
            names = (phone(100 + n), account(10 * n + k))
            facts.report(f"R{n}-{k}", names=names, by=victim(10 * n + k), day=3 + k)
    return facts


def together(facts: Facts, uids: Iterable[str]) -> bool:
    return any(set(uids) <= {m.uid for m in ring.members} for ring in detect(facts.view()).rings)


BOTH = (person(1), person(2), phone(100), phone(101))


def charge(
    facts: Facts, who: int, role: str, *, case: str = "case:dgsn:1", charge: str | None = "extorsion", day: float = 30
) -> None:
    said = {"role": role} | ({"charge": charge} if charge else {})
    facts.link(person(who), "HAS_ROLE", case, props=json.dumps(said), since=day)


def test_people_accused_in_one_case_are_one_ring_and_it_says_so() -> None:
    facts = two_lines()
    assert not together(facts, BOTH)
    charge(facts, 1, "charged")
    charge(facts, 2, "wanted")
    assert together(facts, BOTH)
    [ring] = detect(facts.view()).rings
    basis = {m.uid: {why.code: why for why in m.basis} for m in ring.members}
    assert dict(basis[person(2)]["member_accused"].params) == {"uid": person(1)}
    assert basis[person(2)]["member_accused"].records
    assert (person(1), "ACCUSED_WITH", person(2)) in {(link.src, link.rel, link.dst) for link in ring.links}


@pytest.mark.parametrize(
    ("role", "about", "case", "ring"),
    [
        ("witness", "extorsion", "case:dgsn:1", False),
        ("victim", "extorsion", "case:dgsn:1", False),
        ("acquitted", "extorsion", "case:dgsn:1", False),
        ("charged", "extorsion", "case:dgsn:2", False),
        ("charged", "vol de bétail", "case:dgsn:1", False),
        ("charged", "chantage", "case:dgsn:1", True),
        ("convicted", None, "case:dgsn:1", True),
        ("Suspect", "extorsion", "case:dgsn:1", True),
    ],
)
def test_only_who_is_accused_of_force_in_the_same_case_is(role: str, about: str | None, case: str, ring: bool) -> None:
    facts = two_lines()
    charge(facts, 1, "charged", charge=about)
    charge(facts, 2, role, case=case, charge=about)
    assert together(facts, BOTH) is ring


def test_whom_the_court_cleared_is_with_nobody_for_the_charge() -> None:
    facts = two_lines()
    charge(facts, 1, "charged")
    charge(facts, 2, "charged")
    charge(facts, 2, "acquitted", day=90)
    assert not together(facts, BOTH)


def test_a_case_may_say_itself_what_it_is_about() -> None:
    for about, ring in (("racket", True), ("escroquerie", False)):
        facts = two_lines()
        facts.state("case:dgsn:1", "offence", about)
        for who in (1, 2):
            charge(facts, who, "charged", charge=None)
        assert together(facts, BOTH) is ring


def test_a_file_of_very_many_is_a_list() -> None:
    facts = two_lines()
    for n in range(30):
        charge(facts, 1 + n, "suspect")
    assert not together(facts, BOTH)


@pytest.mark.parametrize(
    ("minutes", "items", "ring"),
    [(("PV-1", "PV-1"), 2, True), (("PV-1", "PV-2"), 4, False), (("PV-1", "PV-1"), 40, False)],
)
def test_items_of_one_search_are_of_people_who_were_there_together(
    minutes: tuple[str, str], items: int, ring: bool
) -> None:
    """Each in a record of its own. A search with forty items is of a cafe."""
    facts = two_lines()
    for n in range(items):
        facts.seized(f"ev:police:{minutes[n % 2]}:item:{n}", phone(100 + n), f"dev:imei:3500000000{n:04d}", day=40)
    assert together(facts, (phone(100), phone(101))) is ring
    found = detect(facts.view()).rings
    hands = [{m.uid for m in one.members if "member_searched" in {why.code for why in m.basis}} for one in found]
    assert any(hands) is (items < 40)


def test_two_people_of_one_search_stay_two_hands() -> None:
    """What lies in one item is one hand's; another item may be whoever's."""
    facts = two_lines()
    for n in range(2):
        facts.seized(f"ev:police:PV-1:item:{n}", phone(100 + n), f"dev:imei:3500000000{n:04d}", day=40)
    [ring] = detect(facts.view()).rings
    why = {reason.code for reason in ring.reasons}
    assert "needs_second_hand" not in why
