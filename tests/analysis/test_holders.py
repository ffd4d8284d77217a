"""People whose papers were used: beside a ring, in it only for something else."""

from __future__ import annotations

import polars as pl
import pytest

from analysis.holders import without_holders
from analysis.network import build
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from analysis.support import gather
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_drains import TRUNK, drained
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


@pytest.mark.parametrize(("payer", "member"), [(person(60), False), (person(1), True)])
def test_what_a_son_gives_to_the_mother_who_signed_for_his_line_is_no_dealing_with_his_crew(
    payer: str, *, member: bool
) -> None:
    """She has a line of her own. Whoever uses the line pays her; what another of the crew pays is something else."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(50), "USES", phone(100), basis="registered", since=-20)
    facts.link(person(60), "USES", phone(100), basis="stated", since=2)
    facts.link(person(50), "USES", phone(700), basis="registered", since=-900)
    for n in range(4):
        facts.pay(f"HOME{n}", payer, person(50), 50_000, day=5 + n, country="MA")
    ring = detect(facts.view()).rings[0]
    assert ({person(50), phone(700)} <= {m.uid for m in ring.members}) is member
    assert (person(50) in ring.associates) is not member
    assert person(60) in {m.uid for m in ring.members}


def test_who_signed_for_one_end_of_a_drain_lent_papers_and_for_several_runs_it() -> None:
    """Each has a line of their own."""
    other = phone(3)
    for lines in ((TRUNK,), (TRUNK, other)):
        facts = drained(first=TRUNK, second=TRUNK)
        for line in (phone(900), *lines):
            facts.link(person(50), "USES", line, basis="registered", since=-100)
        facts.report("END", names=(other, TRUNK), by=victim(90), category="fraud", day=9)
        found = detect(facts.view())
        assert TRUNK in members(found)
        assert ({person(50), phone(900)} <= members(found)) is (len(lines) > 1)
        assert not (len(lines) == 1 and {person(50), phone(900)} & members(found))


@pytest.mark.parametrize(("friends", "member"), [(1, False), (2, True)])
def test_a_household_s_lines_that_talk_with_one_of_the_crew_are_the_signer_s_own(friends: int, *, member: bool) -> None:
    """A father signs for the lines of his family, one of them the crew's; all talk with the son, none with others."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for line in (phone(100), phone(700)):
        facts.link(person(50), "USES", line, basis="registered", since=-100)
    for n in range(3):
        facts.report(f"SON{n}", names=(phone(101), phone(103)), by=victim(80 + n), day=12 + n)
    for n in range(friends):
        facts.talk(phone(700), phone(101 + 2 * n), times=12, day=3 + n / 10)
    inside = members(detect(facts.view()))
    assert ({person(50), phone(700)} <= inside) is member
    assert member or not {person(50), phone(700)} & inside


def test_whose_line_is_in_a_ring_for_talk_with_one_of_it_lent_that_and_no_other() -> None:
    """The other one whom the line talks with was set aside before. Who signed for it and has another one lent it."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for n in range(2):
        facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10)
    for line in (phone(700), phone(710)):
        facts.link(person(50), "USES", line, basis="registered", since=-100)
    view = facts.view()
    evidence = Evidence(view, Params(), {})
    support = gather(evidence)
    of_ring = [person(1), person(50), phone(100), phone(700), phone(710), *(account(100 + n) for n in range(6))]
    nodes = pl.DataFrame({"ring": 0, "node": sorted(view.codes(of_ring).values())})
    nodes = nodes.cast({"ring": pl.UInt32, "node": pl.UInt32})
    stay, holders = without_holders(evidence, support, build(evidence, support), nodes)
    assert set(of_ring) - set(view.uids(stay["node"])) == {person(50), phone(710)}
    assert [(view.uid(node), view.uid(line)) for node, line in holders.select("node", "line").iter_rows()] == [
        (person(50), phone(700))
    ]
