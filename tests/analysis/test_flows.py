"""Who passes money on: soon, repeatedly, and most of what comes in."""

from __future__ import annotations

import pytest

from analysis import flows
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.parts import components
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, person
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
