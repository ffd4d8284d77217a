"""Who works for a call-back drain: many lines on one, and none of those it harmed."""

from __future__ import annotations

from analysis.findings import Findings
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, person, phone, victim

DRAIN, TRUNK, CHIEF, OWNER = "phone:e164:+447700900123", phone(1), phone(2), person(1)
CALLED = [phone(1000 + n) for n in range(40)]


def drain(*, holds: bool = True) -> Facts:
    """A line that lets forty numbers ring; fourteen call back at length and are diverted to a trunk, which belongs to
    whoever uses the chief's line."""
    facts = Facts()
    for n, number in enumerate(CALLED):
        facts.call(DRAIN, number, 5 + n / 3000, answered=False, ring=2)
    for n, number in enumerate(CALLED[:14]):
        facts.call(number, DRAIN, 5.1 + n / 1000, seconds=300, c=TRUNK)
    for n in range(3):
        facts.report(f"r{n}", names=(DRAIN,), by=victim(n), category="fraud", day=6 + n)
    if holds:
        facts.link(OWNER, "USES", TRUNK, basis="registered", since=0)
        facts.link(OWNER, "USES", CHIEF, basis="registered", since=0)
    return facts


def staffed(facts: Facts, lines: list[str], *, times: int = 6, elsewhere: int = 3) -> None:
    """Lines that talk with the chief, and as often as told with somebody else."""
    for n, line in enumerate(lines):
        facts.talk(line, CHIEF, times=times, day=3)
        for k in range(elsewhere):
            facts.call(line, phone(5000 + n * 10 + k), 4 + k)


def roles(findings: Findings) -> dict[str, str]:
    return {m.uid: m.role for ring in findings.rings for m in ring.members}


WORKERS = [phone(10 + n) for n in range(6)]


def test_lines_that_talk_mostly_with_the_chief_of_a_drain_are_its_employees() -> None:
    facts = drain()
    staffed(facts, WORKERS)
    facts.link(person(7), "USES", WORKERS[0], basis="registered", since=0)
    facts.seen(WORKERS[1], sim="sim:imsi:001010000000007", device="dev:imei:35209900176148")
    found = detect(facts.view())
    assert len(found.rings) == 1
    told = roles(found)
    assert {line: told.get(line) for line in WORKERS} == dict.fromkeys(WORKERS, "employee")
    assert person(7) in found.rings[0].associates, "in whose name one of the lines is"
    assert told["sim:imsi:001010000000007"] == "device"
    assert told[CHIEF] == "manager"
    worker = next(m for m in found.rings[0].members if m.uid == WORKERS[0])
    why = {reason.code: reason for reason in worker.basis}
    assert why["role_employee"].params["uid"] == CHIEF
    assert why["member_staff"].params["lines"] == 6
    assert why["member_staff"].records
    assert not set(told) & set(CALLED)


def test_employees_change_neither_score_nor_status() -> None:
    """Whoever signed for two lines of it belongs to it, employees or not."""
    bare, full = drain(), drain()
    for facts in (bare, full):
        facts.report("SECOND", names=(DRAIN, phone(3)), by=victim(9), category="fraud", day=9)
        facts.link(OWNER, "USES", phone(3), basis="registered", since=0)
    staffed(full, WORKERS)
    one, other = detect(bare.view()).rings[0], detect(full.view()).rings[0]
    assert (one.status, one.score) == (other.status, other.score)
    assert len(other.members) > len(one.members)


def test_lines_that_only_the_records_of_the_chief_show_work_for_nobody() -> None:
    """The operator was asked for one line: all its friends seem to talk with it alone."""
    facts = drain()
    for line in WORKERS:
        facts.talk(line, CHIEF, times=6, day=3, of=CHIEF)
    assert not set(roles(detect(facts.view()))) & set(WORKERS)


def test_a_few_lines_are_friends_and_family() -> None:
    facts = drain()
    staffed(facts, WORKERS[:4])
    assert not set(roles(detect(facts.view()))) & set(WORKERS)


def test_a_line_with_a_life_of_its_own_works_for_nobody() -> None:
    facts = drain()
    staffed(facts, WORKERS)
    busy = phone(30)
    staffed(facts, [busy], times=6, elsewhere=9)
    for n in range(10):
        facts.call(busy, phone(6000 + n), 4 + n / 10)
    assert busy not in roles(detect(facts.view()))


def test_those_who_called_back_are_harmed_even_if_they_talk_with_the_chief() -> None:
    """Subscribers who complain again and again are no employees."""
    facts = drain()
    staffed(facts, CALLED[:6], elsewhere=0)
    assert not set(roles(detect(facts.view()))) & set(CALLED)


def test_who_called_a_drain_back_is_in_no_other_crew_for_talk_either() -> None:
    """Of a crew that has nothing to do with the drain three hands talk with a line that the drain harmed, or not."""
    for line, member in ((CALLED[20], True), (CALLED[0], False)):
        facts = drain()
        for n in range(6):
            facts.report(f"c{n}", names=(phone(100 + n % 3),), payees=(person(50),), by=victim(50 + n), day=n)
        for n in range(3):
            facts.talk(line, phone(100 + n), times=12, day=3 + n / 10)
        assert (line in roles(detect(facts.view()))) is member


def test_who_is_named_in_a_report_of_something_else_is_not_employed() -> None:
    facts = drain()
    staffed(facts, WORKERS)
    facts.report("other", names=(WORKERS[0],), by=victim(90), category="insult")
    assert roles(detect(facts.view())).get(WORKERS[0]) != "employee"


def test_without_a_drain_a_busy_line_has_no_employees() -> None:
    """The dispatcher of a taxi firm whom two reports name."""
    facts = Facts()
    for n in range(3):
        facts.report(f"r{n}", names=(CHIEF, TRUNK), by=victim(n), day=6 + n)
    facts.call(phone(900), CHIEF, 5, c=TRUNK)
    staffed(facts, WORKERS)
    assert not set(roles(detect(facts.view()))) & set(WORKERS)


def test_a_line_that_has_nothing_to_do_with_the_trunk_has_no_employees() -> None:
    facts = drain(holds=False)
    facts.report("r9", names=(DRAIN, CHIEF), by=victim(9), category="fraud")
    staffed(facts, WORKERS)
    assert not set(roles(detect(facts.view()))) & set(WORKERS)


def listed(kind: str, *, manager: str = OWNER) -> dict[str, str]:
    """A list of staff from this kind of source, with one manager and three clerks nobody else knows."""
    facts = drain()
    for name, rel in ((manager, "MANAGES"), (person(21), "EMPLOYED_BY"), (person(22), "EMPLOYED_BY")):
        facts.link(name, rel, "org:staff:centre", kind=kind, since=0)
    return roles(detect(facts.view()))


def test_a_list_of_staff_found_in_a_search_names_employees() -> None:
    told = listed("seizure")
    assert {told.get(person(21)), told.get(person(22))} == {"employee"}


def test_a_register_of_employers_names_nobody() -> None:
    assert not {person(21), person(22)} & set(listed("registry"))


def test_a_list_none_of_whose_managers_is_of_the_crew_names_nobody() -> None:
    assert not {person(21), person(22)} & set(listed("seizure", manager=person(99)))


def test_who_holds_the_lines_of_a_centre_is_no_reseller() -> None:
    """Nine lines in one name, eight of which take the calls of the drain."""
    facts = drain(holds=False)
    trunks = [phone(60 + n) for n in range(8)]
    for n, trunk in enumerate(trunks):
        facts.call(CALLED[n], DRAIN, 5.3 + n / 1000, seconds=200, c=trunk)
    for line in [*trunks, phone(80)]:
        facts.link(OWNER, "USES", line, basis="registered", since=0)
    found = detect(facts.view())
    assert OWNER in roles(found)
    assert OWNER not in {cut.uid for cut in found.cuts}
