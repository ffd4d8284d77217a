"""Replaced lines: what makes a hypothesis, and everything that only looks like one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.run import detect
from analysis.succession import Succession, find
from tests.analysis.evidence_builder import Facts, account, at, oued_zem, person, phone, victim

OLD, NEW = phone(100), phone(200)
MATES = [phone(10 + n) for n in range(6)]


def world() -> Facts:
    """Sixty ordinary lines that talk all the time, so that there is a beginning and an end of what was handed over."""
    facts = Facts()
    for n in range(60):
        for k in range(1, 5):
            for day in range(0, 90, 15):
                facts.call(phone(1000 + n), phone(1000 + (n * 7 + k * 11) % 60), day + (n + k) / 100)
    return facts


def live(facts: Facts, line: str, contacts: Sequence[str], first: float, last: float, *, every: float = 1.0) -> None:
    """A line that talks to its contacts in turn from one day to another."""
    day, n = first, 0
    while day <= last:
        facts.call(line, contacts[n % len(contacts)], day)
        day, n = day + every, n + 1


def found(facts: Facts, *, masked: Iterable[str] = (), public: Iterable[str] = (), **params: float) -> list[Succession]:
    view = facts.view()
    hidden = {code: victim(1) for uid in masked if (code := view.code(uid)) is not None}
    shared = [code for uid in public if (code := view.code(uid)) is not None]
    return find(Evidence(view, Params.model_validate(params), hidden), shared)


def pairs(facts: Facts, **options: Iterable[str]) -> list[tuple[str, str]]:
    evidence = Evidence(facts.view(), Params(), {})
    return [(uid_of(evidence, one.old), uid_of(evidence, one.new)) for one in found(facts, **options)]  # type: ignore[arg-type]


def replaced(*, gap: float = 0.5, contacts: int = 6) -> Facts:
    facts = world()
    live(facts, OLD, MATES[:contacts], 10, 40)
    live(facts, NEW, MATES[:contacts], 40 + gap, 70)
    return facts


def test_a_new_line_with_the_contacts_of_one_that_fell_silent_took_over() -> None:
    facts = replaced()
    assert pairs(facts) == [(OLD, NEW)]
    [one] = found(facts)
    assert one.at == at(40.5) and one.gap_hours == 12 and one.overlap_hours == 0
    assert len(one.contacts) == 6 and not one.same_device and one.runner_up is None
    assert 0.5 < one.score < 1 and one.recs


def test_a_few_days_side_by_side_are_a_handover_and_are_told() -> None:
    [one] = found(replaced(gap=-1))
    assert (one.gap_hours, one.overlap_hours) == (0, 24)


def test_in_one_device_a_single_common_contact_is_enough() -> None:
    facts = world()
    live(facts, OLD, [MATES[0], phone(300)], 10, 40)
    live(facts, NEW, [MATES[0], phone(400)], 42, 70)
    assert pairs(facts) == []
    for line, day in ((OLD, 12), (OLD, 36), (NEW, 45)):
        facts.seen(line, device="dev:imei:35000000000001", day=day)
    assert pairs(facts) == [(OLD, NEW)]
    assert found(facts)[0].same_device


def test_line_after_line_through_one_device_needs_no_common_contact() -> None:
    facts = world()
    lines = [phone(500 + n) for n in range(3)]
    for n, line in enumerate(lines):
        live(facts, line, [phone(600 + n)], 5 + 20 * n, 24 + 20 * n)
        facts.seen(line, device="dev:imei:35000000000001", day=6 + 20 * n)
    assert pairs(facts) == [(lines[0], lines[1]), (lines[1], lines[2])]


def test_a_longer_gap_weighs_less() -> None:
    scores = [found(replaced(gap=gap))[0].score for gap in (0.1, 2, 12)]
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]


# --- what only looks like it


def test_a_device_that_was_sold_says_nothing() -> None:
    facts = world()
    live(facts, OLD, [phone(300), phone(301)], 10, 40)
    live(facts, NEW, [phone(400), phone(401)], 41, 70)
    for line, day in ((OLD, 12), (OLD, 36), (NEW, 45)):
        facts.seen(line, device="dev:imei:35000000000001", day=day)
    assert pairs(facts) == []


def test_a_circle_as_small_as_a_family_says_nothing() -> None:
    assert pairs(replaced(contacts=3)) == []


def test_a_couple_with_one_circle_lives_side_by_side() -> None:
    facts = world()
    live(facts, OLD, MATES, 10, 60)
    live(facts, NEW, MATES, 30, 80)
    assert pairs(facts) == []


def test_a_spouse_whose_line_goes_on_did_not_replace_the_other() -> None:
    facts = world()
    live(facts, OLD, MATES, 10, 40)
    live(facts, NEW, MATES, 0.5, 89)
    assert pairs(facts) == []


def test_two_lines_that_call_one_another_are_in_two_hands() -> None:
    facts = replaced(gap=-2)
    assert pairs(facts) == [(OLD, NEW)]
    facts.call(OLD, NEW, 38.5)
    facts.call(NEW, OLD, 39.5)
    assert pairs(facts) == []


def test_contacts_that_everybody_has_say_nothing() -> None:
    bank = [phone(700 + n) for n in range(6)]
    facts = world()
    live(facts, OLD, bank, 10, 40)
    live(facts, NEW, bank, 40.5, 70)
    assert pairs(facts) == [(OLD, NEW)]
    assert pairs(facts, public=bank) == [], "cut connectors join nobody"
    for n in range(60):
        for line in bank:
            facts.call(phone(1000 + n), line, 3 + n)
    assert pairs(facts) == [], "nor do lines that many talk to"


def test_lines_of_a_call_centre_that_share_one_pool_are_not_matched() -> None:
    facts = world()
    pool = [phone(2000 + n) for n in range(40)]
    for n in range(5):
        live(facts, phone(800 + n), pool, 10, 40, every=0.5)
        live(facts, phone(810 + n), pool, 40.5, 70, every=0.5)
    assert pairs(facts) == []
    wide = [phone(3000 + n) for n in range(150)]
    busy = world()
    live(busy, OLD, wide, 10, 40, every=0.2)
    live(busy, NEW, wide, 40.5, 70, every=0.2)
    assert pairs(busy) == [], "nor one line with a clientele"


def test_a_number_that_was_given_out_again_is_not_its_own_successor() -> None:
    facts = world()
    facts.link(person(1), "USES", OLD, basis="registered", since=-400, until=41)
    facts.link(person(2), "USES", OLD, basis="registered", since=45)
    live(facts, OLD, MATES, 10, 40)
    live(facts, OLD, MATES, 46, 70)
    assert pairs(facts) == []


def test_a_number_that_moved_to_another_operator_is_the_same_line() -> None:
    facts = world()
    live(facts, OLD, MATES, 10, 70)
    facts.seen(OLD, sim="sim:imsi:604990000000001", device="dev:imei:35000000000001", day=12)
    facts.seen(OLD, sim="sim:imsi:604980000000001", device="dev:imei:35000000000001", day=50)
    assert pairs(facts) == []


def test_a_contract_from_long_before_says_that_the_line_was_there() -> None:
    facts = replaced(gap=8, contacts=5)
    before = found(facts)[0].score
    facts.link(person(3), "USES", NEW, basis="registered", since=-900)
    assert max((one.score for one in found(facts, succession_score=0.01)), default=0) < before


def test_a_quiet_spell_of_a_line_that_seldom_calls_is_no_end() -> None:
    facts = world()
    live(facts, OLD, MATES, 2, 62, every=12)
    live(facts, NEW, MATES, 66, 88)
    assert pairs(facts) == []


def test_calls_to_a_dead_number_do_not_keep_it_alive() -> None:
    facts = replaced()
    for day in range(42, 60):
        facts.call(MATES[0], OLD, day, answered=False)
    assert pairs(facts) == [(OLD, NEW)]


def test_between_two_that_fit_alike_nobody_is_named_and_a_worse_one_is_the_runner_up() -> None:
    facts = replaced()
    live(facts, phone(201), MATES, 40.5, 70)
    assert pairs(facts) == []
    facts = replaced()
    live(facts, phone(201), [*MATES[:4], *(phone(310 + n) for n in range(6))], 52, 80)
    [one] = found(facts)
    evidence = Evidence(facts.view(), Params(), {})
    assert one.runner_up is not None
    assert uid_of(evidence, one.runner_up[0]) == phone(201) and one.runner_up[1] < one.score


@pytest.mark.parametrize("side", [OLD, NEW])
def test_a_known_victim_is_never_followed(side: str) -> None:
    assert found(replaced(), masked=[side]) == []


def test_the_order_in_which_records_arrive_changes_nothing() -> None:
    facts = replaced()
    one, other = (find(Evidence(facts.view(shuffle=n), Params(), {})) for n in (1, 2))
    assert one == other


def test_a_ring_tells_which_of_its_lines_was_replaced() -> None:
    facts = oued_zem()
    for n in range(60):
        for day in range(0, 90, 15):
            facts.call(phone(1000 + n), phone(1000 + (n * 7 + 11) % 60), day + n / 100)
    used, later = phone(10), phone(77)
    live(facts, used, MATES[1:], 10, 40)
    live(facts, later, MATES[1:], 40.5, 70)
    facts.report("EB-9", names=(account(1), used), by=victim(9), day=30)
    live(facts, phone(78), [*MATES[1:5], *(phone(310 + n) for n in range(6))], 52, 80)
    ring = detect(facts.view()).rings[0]
    assert used in {member.uid for member in ring.members}
    codes = ["succession_contacts", "succession_gap", "succession_runner_up"]
    assert [why.code for why in ring.succession] == codes
    assert (ring.succession[2].params["old"], ring.succession[2].params["new"]) == (used, phone(78))
    assert ring.succession[0].params == {"old": used, "new": later, "shared": 5}
    assert ring.succession[0].records and ring.succession[1].params == {"hours": 12.0, "overlap": 0.0}
