"""People whose papers were used: beside a ring, in it only for something else."""

from __future__ import annotations

import pytest

from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_rings import crew, members


def test_in_whose_name_a_line_is_registered_is_no_member_for_it() -> None:
    """Crews use numbers in the names of people who never saw them: a prosecutor may ask, nobody is accused."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(50), "USES", phone(100), basis="registered", since=-20)
    ring = detect(facts.view()).rings[0]
    assert person(50) not in {m.uid for m in ring.members}
    [why] = [reason for reason in ring.reasons if reason.code == "associate_holder"]
    assert (ring.associates, why.params["associate"], why.params["uid"]) == ((person(50),), person(50), phone(100))
    assert why.records
    facts.link(person(50), "USES", phone(101), basis="registered", since=-20)
    assert person(50) in members(detect(facts.view())), "two lines of the ring"


def test_a_holder_who_is_paid_is_a_member() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(1), "USES", phone(100), basis="registered", since=-20)
    assert person(1) in members(detect(facts.view()))


@pytest.mark.parametrize(
    ("payer", "payee", "member"),
    [
        (person(800), person(50), False),
        (person(50), person(801), False),
        (person(1), person(50), True),
        ("person:doc:KW:passport:ZZ000001", person(50), True),
    ],
)
def test_who_lent_papers_has_a_life_that_is_nobodys_business(payer: str, payee: str, member: bool) -> None:
    """A line and payments of their own go with them, and one payment of a crew's or of somebody harmed: in a town
    everybody has that. Dealings again and again do not."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.pay("HARM", "person:doc:KW:passport:ZZ000001", person(1), 300_000, day=4)
    facts.link(person(50), "USES", phone(100), basis="registered", since=-20)
    facts.link(person(50), "USES", phone(700), basis="registered", since=-900)
    facts.link(person(50), "USES", phone(700), since=3, kind="money")
    facts.seen(phone(700), sim="sim:imsi:001010000000700", device="dev:imei:00101000000700")
    for times in (1, 2):
        facts.pay(f"OWN{times}", payer, payee, 40_000, day=5 + times, country="MA")
        [ring] = detect(facts.view()).rings
        inside = {m.uid for m in ring.members}
        kept = member and times > 1
        assert ({person(50), phone(700)} <= inside) is kept
        assert ({person(50), phone(700)} & inside == set()) is not kept
        assert (person(50) in ring.associates) is not kept
        assert phone(100) in inside
    for n in range(9):
        facts.pay(f"LIFE{n}", person(810 + n), person(50), 40_000, day=20 + n, country="MA")
    assert person(50) not in {m.uid for m in detect(facts.view()).rings[0].members}, (
        "two payments among many are little"
    )


def signed_twice() -> Facts:
    """A crew and somebody in whose name its reported line is, and another one that is reported too."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for line in (phone(100), phone(700)):
        facts.link(person(50), "USES", line, basis="registered", since=-20)
    facts.report("SECOND", names=(phone(700), account(9)), by=victim(70), day=9)
    return facts


def test_whose_second_line_is_reported_too_is_a_member() -> None:
    assert person(50) in members(detect(signed_twice().view()))


@pytest.mark.parametrize("own", [phone(710), "bank:iban:MA64999000000000000000000050"])
def test_whoever_signed_for_two_lines_and_has_a_life_elsewhere_lent_papers(own: str) -> None:
    """Relatives sign for more than one line. Their own line, or account, is none of the crew's."""
    facts = signed_twice()
    facts.link(person(50), "HOLDS" if own.startswith("bank") else "USES", own, basis="registered", since=-900)
    [ring] = detect(facts.view()).rings
    assert not {person(50), own} & {m.uid for m in ring.members}
    assert person(50) in ring.associates


def test_who_was_found_with_a_line_in_a_search_signed_for_nothing() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(50), "USES", phone(100), kind="seizure", basis="seized", since=3)
    facts.link(person(50), "HOLDS", "bank:iban:MA64999000000000000000000050", kind="money", since=4)
    assert person(50) in members(detect(facts.view()))
