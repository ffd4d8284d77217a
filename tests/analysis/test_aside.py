"""Who is near a crew without being of it: slips of the pen, friends, relatives."""

from __future__ import annotations

import polars as pl
import pytest

from analysis.network import build
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from analysis.support import gather
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_rings import crew, members
from tests.analysis.test_scripts import SPELLINGS, tell


def test_a_number_named_once_with_a_life_of_its_own_is_not_suspected() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.report("WRONG", names=(phone(100), phone(555)), by=victim(70), day=9)
    facts.link(person(55), "USES", phone(555), basis="registered", since=-900)
    for n in range(12):
        facts.call(phone(555), phone(600 + n), n)
    found = detect(facts.view())
    assert not {phone(555), person(55)} & members(found)
    assert (phone(555), "cut_named_once") in {(b.uid, b.reason) for b in found.rings[0].bridges}


def test_a_payers_own_number_among_the_suspects_is_not_one() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    payer = "person:doc:MA:cin:ZZ000077"
    facts.link(payer, "USES", phone(777), kind="money", basis="stated", since=3)
    tx = facts.pay("OWN", payer, person(1), 50_000, day=3, country="MA")
    facts.report("OWN", names=(phone(100), phone(777)), payees=(person(1),), by=victim(71), day=8, cites=(tx,))
    assert phone(777) not in members(detect(facts.view()))


def test_talk_with_two_of_a_crew_makes_an_associate_and_with_three_a_member() -> None:
    """Friends and relatives call one member, sometimes two; a line that talks with three is worth a place."""
    for hands, member in ((1, False), (2, False), (3, True)):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 3), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n in range(hands):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10)
        for n in range(20):
            facts.call(phone(700), phone(800 + n), 30 + n)
        ring = detect(facts.view()).rings[0]
        assert (phone(700) in {m.uid for m in ring.members}) is member
        assert (phone(700) in ring.associates) is (hands == 2)


def test_a_line_that_is_for_nothing_but_two_of_a_crew_works_in_it() -> None:
    for elsewhere, member in ((0, True), (60, False)):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n in range(2):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10)
        for n in range(elsewhere):
            facts.call(phone(700), phone(800 + n), 30 + n)
        assert (phone(700) in members(detect(facts.view()))) is member


def test_a_line_for_nothing_else_is_in_it_however_few_of_the_crew_it_talks_with() -> None:
    """It talks mostly with one, and with another whom nobody names and who is tied by talk alone."""
    for elsewhere, member in ((0, True), (3, False)):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n), day=n)
        facts.talk(phone(700), phone(100), times=40, day=3)
        facts.talk(phone(700), phone(101), times=6, day=3.1)
        for n in range(elsewhere):
            facts.call(phone(700), phone(800 + n), 50 + n)
        assert (phone(700) in members(detect(facts.view()))) is member


def test_of_a_line_that_only_the_crews_calls_show_nobody_knows_what_it_is_for() -> None:
    """Operators gave the calls of the crew's lines: whom else a friend of two of them calls is not in the files."""
    for given, member in ((True, True), (False, False)):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n in range(2):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10, of=None if given else phone(100 + n))
        found = detect(facts.view())
        assert (phone(700) in members(found)) is member
        assert (phone(700) in found.rings[0].associates) is not member


@pytest.mark.parametrize(
    ("hands", "calls", "others", "ordinary", "member"),
    [(2, 6, 0, 40, True), (2, 6, 8, 40, False), (1, 12, 0, 40, False), (2, 3, 0, 40, False), (2, 6, 0, 2, False)],
)
def test_where_operators_gave_most_calls_a_line_seen_with_the_crew_alone_works_for_it(
    hands: int, calls: int, others: int, ordinary: int, member: bool
) -> None:
    """Whoever has a life would be seen with others, too: unless few calls of others are in the files at all."""
    facts = Facts()
    for n in range(6):
        facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n), day=n)
    for n in range(hands):
        facts.talk(phone(700), phone(100 + n), times=calls, day=3 + n / 10, of=phone(100 + n))
    for n in range(ordinary):
        facts.talk(phone(800 + n), phone(800 + (n + 1) % ordinary), times=4, day=3 + n / 100)
    for n in range(others):
        facts.call(phone(800 + n), phone(700), 20 + n)
    assert (phone(700) in members(detect(facts.view()))) is member


@pytest.mark.parametrize(
    ("calls", "elsewhere", "answers", "member"),
    [(12, 0, True, True), (12, 2, True, False), (8, 0, True, False), (12, 0, False, False)],
)
def test_a_line_for_calls_with_one_of_the_crew_and_with_nobody_else_is_in_it(
    calls: int, elsewhere: int, answers: bool, member: bool
) -> None:
    """Whoever has such a line has another one to live with; few calls, or some elsewhere, and it may be anybody's."""
    facts = Facts()
    for n in range(6):
        facts.report(f"R{n}", names=(phone(100 + n % 2), account(n)), payees=(person(1),), by=victim(n), day=n)
    for n in range(calls):
        ends = (phone(700), phone(100))
        facts.call(*(ends[::-1] if answers and n % 2 else ends), 3 + n)
    for n in range(elsewhere):
        facts.call(phone(700), phone(800 + n), 30 + n)
    assert (phone(700) in members(detect(facts.view()))) is member


def test_no_share_is_told_of_a_line_whose_own_calls_are_not_in_the_evidence() -> None:
    for given in (True, False):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 3), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n in range(3):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10, of=None if given else phone(100 + n))
        told = {m.uid: {b.code: b for b in m.basis} for m in detect(facts.view()).rings[0].members}[phone(700)]
        assert ("member_regular_caller" in told) is given
        assert ("member_caller_seen" in told) is not given
        assert all(dict(b.params)["calls"] == 36 for code, b in told.items() if "caller" in code)


def test_one_hand_with_many_lines_is_no_slip_of_the_pen() -> None:
    for lines, member in ((1, False), (3, True)):
        facts = Facts()
        crew(facts, 100, (person(1),))
        facts.report("OTHER", names=(phone(100), phone(555)), by=victim(70), day=9)
        for n in range(lines):
            facts.seen(phone(555 + n), device="dev:imei:35000000000055", day=5 + n)
        for n in range(12):
            facts.call(phone(555), phone(600 + n), n)
        assert (phone(555) in members(detect(facts.view()))) is member


def test_who_talks_with_one_who_asks_and_one_who_is_paid_is_a_member() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(1), "USES", phone(5), basis="registered", since=-100)
    for n, line in enumerate((phone(100), phone(5))):
        facts.talk(phone(700), line, times=10, day=3 + n / 10)
    assert phone(700) in members(detect(facts.view()))


def test_two_lines_that_two_victims_name_and_that_talk_are_kept_with_their_own_lives() -> None:
    """Members of a crew have families too: that two reports name two lines in regular contact is no slip."""
    facts = Facts()
    facts.report("A", names=(phone(1), account(1)), by=victim(1), day=20)
    facts.report("B", names=(phone(2), account(2)), by=victim(2), day=25)
    facts.talk(phone(1), phone(2), times=10)
    for k, line in enumerate((phone(1), phone(2))):
        for n in range(15):
            facts.call(line, phone(800 + 20 * k + n), 3 + n / 2)
    assert {phone(1), phone(2), account(1), account(2)} <= members(detect(facts.view()))


@pytest.mark.parametrize(("quiet", "named", "one"), [(1, True, True), (4, True, False), (4, False, True)])
def test_people_who_are_named_here_and_there_and_know_each_other_are_no_ring(
    quiet: int, named: bool, one: bool
) -> None:
    """Two crews of two lines each, in one town: all talk, with each other and with the same people, whom others name.
    Where nobody names these, and they talk with both crews, they work for both."""
    facts = Facts()
    for base in (100, 200):
        for n in range(3):
            names = (phone(base), phone(base + 1))
            facts.report(f"CREW{base}-{n}", names=names, by=victim(base + n), day=n + 1)
    for n in range(quiet):
        if named:
            facts.report(f"TOWN{n}", names=(phone(300 + n),), by=victim(300 + n), day=9, category="insult_slander")
        for line in (100, 101, 200, 201):
            facts.talk(phone(300 + n), phone(line), times=8, day=3 + n / 10 + line / 1000)
    groups = [{m.uid for m in ring.members} for ring in detect(facts.view()).rings]
    assert {phone(100), phone(200)} <= set().union(*groups)
    assert any({phone(100), phone(101), phone(200), phone(201)} <= group for group in groups) is one
    assert any(phone(300) in group for group in groups) is one


def test_a_friend_of_one_who_meets_the_others_is_an_associate() -> None:
    """Who leads talks with most of a crew in like measure; a brother talks with one and greets the others."""
    for calls, member in (((12, 12, 12), True), ((40, 4, 4), False)):
        facts = Facts()
        for n in range(6):
            facts.report(f"R{n}", names=(phone(100 + n % 3), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n, times in enumerate(calls):
            facts.talk(phone(700), phone(100 + n), times=times, day=3 + n / 10)
        for n in range(12):
            facts.call(phone(700), phone(800 + n), 50 + n)
        ring = detect(facts.view()).rings[0]
        assert (phone(700) in {m.uid for m in ring.members}) is member
        assert (phone(700) in ring.associates) is not member


def test_who_talks_with_few_of_a_large_crew_does_not_run_it() -> None:
    for talks_with, member in ((3, False), (5, True)):
        facts = Facts()
        for n in range(16):
            facts.report(f"R{n}", names=(phone(100 + n % 8), account(n)), payees=(person(1),), by=victim(n), day=n)
        for n in range(8):
            facts.call(phone(100 + n), phone(900 + n), 4)
        for n in range(talks_with):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10)
        for n in range(50):
            facts.call(phone(700), phone(1_000 + n), 20 + n)
        assert (phone(700) in members(detect(facts.view()))) is member


def test_a_number_of_another_report_that_talks_with_one_of_the_crew_is_none_of_it() -> None:
    """In a small town people know each other, and some of them are reported for something else, or by mistake."""
    for others, member in ((1, False), (2, True)):
        facts = Facts()
        crew(facts, 100, (person(1),))
        facts.report("OTHER", names=(phone(700),), by=victim(90), category="insult_slander", day=8)
        for n in range(others):
            facts.talk(phone(700), phone(100 + n), times=12, day=3 + n / 10)
        assert (phone(700) in members(detect(facts.view()))) is member


def test_who_is_said_to_threaten_and_talks_above_all_with_one_of_the_crew_works_with_her() -> None:
    """Of an operator reports may name what no other report names; her line tells whom she works with."""
    for category, elsewhere, member in (
        ("sextortion", 6, True),
        ("sextortion", 12, False),
        ("insult_slander", 6, False),
    ):
        facts = Facts()
        crew(facts, 100, (person(1),))
        facts.report("OTHER", names=(phone(700),), by=victim(90), category=category, day=8)
        facts.talk(phone(700), phone(100), times=12, day=3)
        for n in range(elsewhere):
            facts.call(phone(700), phone(800 + n), 30 + n)
        assert (phone(700) in members(detect(facts.view()))) is member


def test_a_forged_number_in_a_report_whose_words_others_use_too_is_not_suspected() -> None:
    """A script ties what its reports name to one another, on top of being named together: one report still names it."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    for n, text in enumerate(SPELLINGS[:3]):
        tell(facts, f"S{n}", text, names=(phone(100), account(200 + n)), by=victim(80 + n), day=9 + n)
    tell(facts, "FORGED", SPELLINGS[3], names=(phone(100), phone(555)), by=victim(90), day=12)
    facts.link(person(55), "USES", phone(555), basis="registered", since=-900)
    for n in range(12):
        facts.call(phone(555), phone(600 + n), n)
    view = facts.view()
    evidence = Evidence(view, Params(), {})
    code = view.code(phone(555))
    tied = build(evidence, gather(evidence)).ties.filter((pl.col("u") == code) | (pl.col("v") == code))
    assert {"co_named", "script"} <= set(tied["kind"])
    found = detect(view)
    assert phone(100) in members(found)
    assert not any({phone(555), person(55)} & members(found, n) for n in range(len(found.rings)))
