"""Names on contracts, and machines, that several groups use: they join nobody."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from analysis import network, rings, support, ties
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim
from tests.analysis.test_rings import crew, members

LENDER = person(90)


def two_crews(*, reports: int = 6) -> Facts:
    """Two crews with nothing in common but a name: a line of each is in it."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    crew(facts, 200, (person(2),), reports=reports)
    for n, line in enumerate((phone(100), phone(200))):
        facts.link(LENDER, "USES", line, basis="registered", since=-50 + n)
    return facts


def test_papers_that_two_groups_use_join_them_not() -> None:
    found = detect(two_crews().view())
    assert len(found.rings) == 2
    assert not any(LENDER in members(found, n) for n in (0, 1))
    assert {c.uid: c.why.code for c in found.cuts}[LENDER] == "cut_lent_papers"
    assert all((LENDER, "cut_lent_papers") in {(b.uid, b.reason) for b in ring.bridges} for ring in found.rings)


def test_papers_join_a_group_that_cannot_stand_alone_to_another() -> None:
    found = detect(two_crews(reports=1).view())
    assert len(found.rings) == 1
    assert {phone(100), phone(200)} <= members(found)


def test_whoever_reports_name_is_no_lender() -> None:
    facts = two_crews()
    for n in range(2):
        facts.report(f"P{n}", names=(phone(100),), payees=(LENDER,), by=victim(80 + n), day=12 + n)
    assert "cut_lent_papers" not in {c.why.code for c in detect(facts.view()).cuts}


def test_a_computer_in_a_cafe_makes_no_hand_and_is_no_member() -> None:
    cafe = "dev:mac:00:00:5e:00:53:01"
    facts = Facts()
    crew(facts, 100, (person(1),))
    crew(facts, 200, (person(2),))
    for n in range(3):
        facts.link(account(900 + n), "USES", cafe, since=n)
    facts.link(account(100), "USES", cafe, since=5)
    facts.link(account(200), "USES", cafe, since=6)
    found = detect(facts.view())
    assert len(found.rings) == 2
    assert not any(cafe in members(found, n) for n in (0, 1))


@pytest.mark.parametrize(("inside", "card", "stays"), [((1,), False, False), ((1, 2), False, True), ((1,), True, True)])
def test_a_handset_that_only_profiles_show_and_others_use_too_is_a_cafes(
    inside: tuple[int, ...], card: bool, stays: bool
) -> None:
    """Some platforms write a machine's number as a telephone's."""
    handset = "dev:imei:35209900176148"
    facts = Facts()
    for n in (1, 2):
        facts.link(account(n), "USES", handset, since=5, kind="platform")
    if card:
        facts.seen(phone(100), sim="sim:imsi:001010000000100", device=handset, day=6)
    view = facts.view()
    evidence = Evidence(view, Params(), {})
    nodes = sorted(view.codes([handset, *(account(n) for n in inside)]).values())
    ring = pl.DataFrame({"ring": 0, "node": nodes}, schema={"ring": pl.UInt32, "node": pl.UInt32})
    net = SimpleNamespace(ties=ties.structural(evidence))
    kept = rings._without_public_machines(evidence, net, ring)  # type: ignore[arg-type]  # it asks for the ties
    assert (view.code(handset) in kept["node"]) is stays


def on_one_machine(machine: str, *, reports: int = 6) -> Facts:
    """Two crews of which a reported profile each was once seen on one machine."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    crew(facts, 200, (person(2),), reports=reports)
    for n in (100, 200):
        facts.link(account(n), "USES", machine, since=n / 20, kind="platform")
    return facts


CAFE = "dev:mac:00:00:5e:00:53:01"


def test_a_machine_that_profiles_of_two_groups_used_joins_them_not() -> None:
    found = detect(on_one_machine(CAFE).view())
    assert len(found.rings) == 2
    assert {c.uid: c.why.code for c in found.cuts}[CAFE] == "cut_public_machine"
    assert all((CAFE, "cut_public_machine") in {(b.uid, b.reason) for b in ring.bridges} for ring in found.rings)


def test_a_machine_joins_a_profile_that_cannot_stand_alone() -> None:
    found = detect(on_one_machine(CAFE, reports=1).view())
    assert len(found.rings) == 1
    assert {phone(100), phone(200)} <= members(found)


def test_a_telephone_is_no_public_machine() -> None:
    assert "cut_public_machine" not in {c.why.code for c in detect(phones_of_two().view()).cuts}


def phones_of_two() -> Facts:
    """As before, of a handset in which a card of one crew was seen."""
    facts = on_one_machine("dev:imei:35209900176148")
    facts.seen(phone(100), sim="sim:imsi:001010000000100", device="dev:imei:35209900176148", day=6)
    return facts


def test_whoever_was_once_on_the_machine_of_a_mule_has_no_part_in_what_the_mule_does() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(account(100), "USES", CAFE, since=5, kind="platform")
    facts.link(account(900), "USES", CAFE, since=60, kind="platform")
    facts.link("email:c:somebody@mail.example", "RECOVERY_OF", account(900), since=0, kind="platform")
    view = facts.view()
    evidence = Evidence(view, Params(), {})
    hand = network.build(evidence, support.gather(evidence)).hands.of
    assert hand[view.code(account(900))] != hand[view.code(account(100))]


def visited(*, alike: bool) -> Facts:
    """A machine on which a crew's profile and five others were seen, a month apart; the others recover by one line of
    theirs or by a line each."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    machine = "dev:imei:35209900176148"
    facts.link(account(100), "USES", machine, since=5)
    for n in range(5):
        facts.link(account(900 + n), "USES", machine, since=5 + 40 * n)
        facts.link(phone(900 if alike else 900 + n), "RECOVERY_OF", account(900 + n), since=0)
    return facts


def test_a_machine_whose_users_have_nothing_to_do_with_each_other_joins_nobody_whenever_they_came() -> None:
    found = detect(visited(alike=False).view())
    assert not {account(900 + n) for n in range(5)} & members(found)
    assert {c.uid: c.why.code for c in found.cuts}["dev:imei:35209900176148"] == "cut_shared_device"


def test_a_machine_of_one_line_s_profiles_is_the_crew_s_own() -> None:
    found = detect(visited(alike=True).view())
    assert {account(900 + n) for n in range(5)} <= members(found)
    assert "cut_shared_device" not in {c.why.code for c in found.cuts}
