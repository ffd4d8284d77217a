"""Who passes money on: soon, repeatedly, and most of what comes in."""

from __future__ import annotations

import pytest

from analysis import flows
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.parts import components
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_rings import crew


@pytest.mark.parametrize(("intakes", "passes"), [(3, True), (11, True), (13, False)])
def test_a_payment_now_and_then_after_being_paid_passes_nothing_on(intakes: int, passes: bool) -> None:
    """Of all who are paid, many pay somebody the next day: three times of three, of eleven, of thirteen."""
    facts = Facts()
    for n in range(intakes):
        facts.pay(f"IN{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1), 100_000, day=10 + 10 * n)
    for n in (0, intakes // 2, intakes - 1):
        facts.pay(f"OUT{n}", person(1), person(2), 90_000, day=10.5 + 10 * n)
    view = facts.view()
    evidence = Evidence(view, Params(), {})
    alone = components(evidence.size, flows.payments(evidence).select("payer", "payee").rename(
        {"payer": "u", "payee": "v"}).clear())  # fmt: skip
    found = flows.passed_on(evidence, flows.payments(evidence), alone)
    pairs = {(view.uid(via), view.uid(to)) for via, to in found.select("via", "to").iter_rows()}
    assert pairs == ({(person(1), person(2))} if passes else set())


@pytest.mark.parametrize(("times", "part", "members"), [(7, 45_000, True), (4, 45_000, False), (7, 25_000, False)])
def test_a_mule_who_shares_out_between_two_passes_on_to_both(times: int, part: int, members: bool) -> None:
    """Nearly half to one, nearly half to the other, again and again. A few times, or a quarter each, is not most."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for n in range(times):
        facts.pay(f"IN{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1), 100_000, day=10 + 10 * n)
        for to in (2, 3):
            facts.pay(f"OUT{to}-{n}", person(1), person(to), part, day=10.5 + 10 * n, country="MA")
    [ring] = detect(facts.view()).rings
    assert ({person(2), person(3)} <= {m.uid for m in ring.members}) is members


@pytest.mark.parametrize(
    ("sums", "gap", "payers", "category", "member"),
    [
        ((300_000, 500_000), 11, 8, "sexual_blackmail", True),
        ((300_000, 500_000), 30, 8, "sexual_blackmail", False),
        ((300_000, 900_000), 30, 8, "sexual_blackmail", True),
        ((150_000, 160_000), 11, 8, "sexual_blackmail", False),
        ((300_000,), 11, 8, "sexual_blackmail", False),
        ((300_000, 500_000), 11, 4, "sexual_blackmail", False),
        ((300_000, 500_000), 11, 8, "fraud", False),
    ],
)
def test_who_gets_sums_from_one_that_collects_is_in_it(
    sums: tuple[int, ...], gap: int, payers: int, category: str, member: bool
) -> None:
    """A thousand dirhams from each of eight, then thousands to one whom nobody else pays. Rent is the same each month,
    who keeps a mother sends her little, and sellers pay for goods."""
    facts = Facts()
    for n in range(6):
        names = (phone(100 + n % 2), account(n))
        facts.report(f"R{n}", names=names, payees=(person(1),), by=victim(n), day=n, category=category)
    for n in range(payers):
        facts.pay(f"IN{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1), 100_000, day=3 + n)
    for n, amount in enumerate(sums):
        facts.pay(f"UP{n}", person(1), person(20), amount, day=20 + gap * n, country="MA")
    ring = detect(facts.view()).rings[0]
    basis = {m.uid: {why.code for why in m.basis} for m in ring.members}
    assert (person(20) in basis) is member
    assert not member or "member_sums" in basis[person(20)]
    assert not member or (person(20), "COLLECTED_FROM", person(1)) in {(x.src, x.rel, x.dst) for x in ring.links}


def test_what_comes_in_from_many_and_goes_on_to_others_too_makes_nobody_a_taker() -> None:
    """Whoever is paid by others as well sells something: a shop, a garage."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for n in range(8):
        facts.pay(f"IN{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1), 100_000, day=3 + n)
        facts.pay(f"SHOP{n}", person(900 + n), person(20), 200_000, day=3 + n, country="MA")
    for n, amount in enumerate((300_000, 500_000)):
        facts.pay(f"UP{n}", person(1), person(20), amount, day=20 + 11 * n, country="MA")
    assert person(20) not in {m.uid for m in detect(facts.view()).rings[0].members}


@pytest.mark.parametrize(("from_crew", "member"), [(True, True), (False, False)])
def test_whoever_the_payees_of_a_crew_pay_collects_for_somebody_too(from_crew: bool, member: bool) -> None:
    """Two payees give what they take to person 5, who gives sums to person 20. Who earns two wages collects nothing."""
    facts = Facts()
    crew(facts, 100, (person(1), person(2)))
    for n in range(8):
        payer = person(1 + n % 2) if from_crew else person(900 + n % 2)
        facts.pay(f"IN{n}", payer, person(5), 100_000, day=3 + n, country="MA")
        facts.pay(f"T{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1 + n % 2), 110_000, day=2.5 + n)
    facts.report("FIVE", names=(phone(100),), payees=(person(5),), by=victim(900), day=9)
    for n, amount in enumerate((300_000, 450_000)):
        facts.pay(f"UP{n}", person(5), person(20), amount, day=20 + 11 * n, country="MA")
    assert (person(20) in {m.uid for m in detect(facts.view()).rings[0].members}) is member
