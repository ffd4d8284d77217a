"""T13: diverted calls answered where many work; legal centres, neighbours and employees are nobody's ring."""

from __future__ import annotations

from tests.analysis.evidence_builder import at, person, phone, victim
from tests.analysis.typologies.telling import Told, hits, run

ABROAD = "phone:e164:+2690000001"
DESK = phone(900)
CENTRE = "org:register:centre-1"
STAFF = 16


def drain(facts: Told, *, to: str | None = DESK, own: int = 0) -> None:
    """One-ring calls from abroad, call-backs diverted to a desk, a few reports; ``own`` calls meant for the desk."""
    for n in range(60):
        facts.call(ABROAD, phone(1000 + n), 5 + n / 3000, ring=2, answered=False)
        facts.call(phone(1000 + n), ABROAD, 5.1 + n / 3000, seconds=180, c=to)
    for n in range(4):
        facts.report(f"R{n}", names=(ABROAD,), by=victim(n + 1), category="fraud", day=7 + n)
    for n in range(own):
        facts.call(phone(1200 + n), DESK, 3 + n / 100)


def registered(facts: Told, *, authorised: str | None = None, staff: int = STAFF, managers: int = 1) -> None:
    """The centre as a register has it, with the desk in the name of its manager."""
    for n in range(staff + managers):
        rel = "MANAGES" if n < managers else "EMPLOYED_BY"
        facts.link(person(500 + n), rel, CENTRE, since=-50)
        facts.link(person(500 + n), "USES", phone(500 + n) if n else DESK, basis="registered", since=-50)
    if authorised is not None:
        facts.say(CENTRE, facts.row("register", "registry"), authorised=authorised)


def in_cell(facts: Told, line: str, *, days: int = 8, hours: int = 7, cell: str = "604-01-100-7") -> None:
    """A line in a cell, morning and evening of some days."""
    rec = facts.row(f"cell-{line}", "telecom")
    for day in range(days):
        for hour in (8, 8 + hours):
            facts.rows["statements"].append(
                {"subject": line, "prop": "cell", "text": cell, "time": at(4 + day + hour / 24), "rec": rec}
            )


def housed(facts: Told, *, staff: int = STAFF, talking: bool = True, days: int = 8) -> None:
    """The centre as call records have it: lines in the desk's cell that talk with it."""
    in_cell(facts, DESK)
    for n in range(staff):
        in_cell(facts, phone(500 + n), days=days)
        if talking:
            facts.talk(phone(500 + n), DESK, times=2)


def test_a_registered_centre_that_answers_diverted_calls() -> None:
    facts = Told()
    drain(facts)
    registered(facts)
    (ring,) = hits(run(facts), "T13")
    told = next(r for r in ring.reasons if r.code == "t13_call_centre")
    assert told.params == {"uid": CENTRE, "staff": 17, "managers": 1, "calls": 60, "share": 1.0}


def test_a_centre_that_only_call_records_show() -> None:
    facts = Told()
    drain(facts)
    housed(facts)
    (ring,) = hits(run(facts), "T13")
    told = next(r for r in ring.reasons if r.code == "t13_call_centre")
    assert (told.params["uid"], told.params["staff"], told.params["managers"]) == (DESK, STAFF, 0)


def chiefed(facts: Told, *, staff: int = STAFF) -> None:
    """The centre as calls alone have it: many lines that talk mostly with the line of whoever holds the desk."""
    for line in (DESK, phone(901)):
        facts.link(person(90), "USES", line, basis="registered", since=-50)
    for n in range(staff):
        facts.talk(phone(500 + n), phone(901), times=6)


def test_a_centre_that_only_its_chief_s_calls_show() -> None:
    facts = Told()
    drain(facts)
    chiefed(facts)
    (ring,) = hits(run(facts), "T13")
    told = next(r for r in ring.reasons if r.code == "t13_call_centre")
    assert (told.params["uid"], told.params["staff"]) == (DESK, STAFF)
    for n in range(STAFF):
        facts.link(person(500 + n), "USES", phone(500 + n), basis="registered", since=-50)
        facts.link(person(500 + n), "EMPLOYED_BY", CENTRE, since=-50)
    facts.say(CENTRE, facts.row("register", "registry"), authorised="yes")
    assert not hits(run(facts), "T13")


def test_nobody_who_answers_is_a_leader_and_the_centre_is_no_member() -> None:
    facts = Told()
    drain(facts)
    registered(facts)
    (ring,) = hits(run(facts), "T13")
    staff = {person(500 + n) for n in range(1, STAFF + 1)} | {phone(500 + n) for n in range(1, STAFF + 1)}
    assert not {m.uid for m in ring.members if m.role == "leader"} & staff
    assert CENTRE not in {m.uid for m in ring.members}


def test_a_legal_outsourcing_centre_has_no_hit() -> None:
    facts = Told()
    drain(facts)
    registered(facts, authorised="yes")
    assert not hits(run(facts), "T13")


def test_a_centre_that_mostly_answers_its_own_callers_has_none() -> None:
    facts = Told()
    drain(facts, own=90)
    registered(facts)
    assert not hits(run(facts), "T13")


def test_people_of_a_legal_centre_next_door_are_not_counted() -> None:
    """Co-working: the same cell, even talk with the desk, but a job elsewhere."""
    facts = Told()
    drain(facts)
    housed(facts)
    for n in range(STAFF):
        facts.link(person(500 + n), "USES", phone(500 + n), basis="registered", since=-50)
        facts.link(person(500 + n), "EMPLOYED_BY", CENTRE, since=-50)
    facts.say(CENTRE, facts.row("register", "registry"), authorised="yes")
    assert not hits(run(facts), "T13")


def test_a_school_in_the_same_cell_is_not_counted() -> None:
    facts = Told()
    drain(facts)
    housed(facts, talking=False)
    assert not hits(run(facts), "T13")
    facts = Told()
    drain(facts)
    housed(facts, days=2)
    assert not hits(run(facts), "T13")


def test_a_handful_of_people_or_no_diversion_is_no_centre() -> None:
    facts = Told()
    drain(facts)
    registered(facts, staff=6)
    assert not hits(run(facts), "T13")
    facts = Told()
    drain(facts, to=None)
    registered(facts)
    assert not hits(run(facts), "T13")
