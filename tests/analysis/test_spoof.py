"""Numbers that may be forged: what the traffic shows, that it counts against, and that nothing is deleted for it."""

from __future__ import annotations

from typing import Any

from analysis import spoof
from analysis.run import detect
from graph.evidence import View
from tests.analysis.evidence_builder import Facts, account, phone, victim

FORGED = phone(77)


def call(facts: Facts, a: str, b: str, day: float, trunk: str | None = None, **more: Any) -> None:
    """A call that came in by a trunk."""
    facts.call(a, b, day, **more)
    facts.rows["calls"][-1]["trunk_in"] = trunk


def traffic(facts: Facts) -> None:
    """An ordinary month: calls at home, and kin in France by the international trunk."""
    for n in range(30):
        call(facts, phone(300 + n % 7), phone(400 + n % 5), n + 0.3, "NAT-01")
        call(facts, f"phone:e164:+336399800{n % 9:02d}", phone(400 + n % 5), n + 0.4, "INT-01")


def found(view: View, uid: str) -> set[str]:
    code = view.code(uid)
    rows = spoof.indications(view)
    return set(rows.filter(rows["phone"] == code)["code"])


def test_a_number_of_home_from_abroad_that_nobody_talks_with() -> None:
    facts = Facts()
    traffic(facts)
    for n in range(4):
        call(facts, FORGED, phone(400 + n), 10 + n, "INT-01", answered=False)
    assert found(facts.view(), FORGED) == {"national_on_international_trunk"}
    assert found(facts.view(), phone(300)) == set()


def test_who_roams_calls_otherwise_as_well() -> None:
    facts = Facts()
    traffic(facts)
    call(facts, phone(300), phone(401), 12, "INT-01")
    call(facts, FORGED, phone(401), 12, "INT-01")
    call(facts, phone(301), FORGED, 20, "NAT-01")  # somebody calls it at home
    assert found(facts.view(), phone(300)) == set()
    assert found(facts.view(), FORGED) == set()


def test_nobody_goes_abroad_between_two_calls_from_home_again_and_again() -> None:
    facts = Facts()
    traffic(facts)
    for day in range(5, 25):
        call(facts, FORGED, phone(401), day, "NAT-01")
        if day % 4 == 0:
            call(facts, FORGED, phone(402), day + 0.5, "INT-01", answered=False)
    assert found(facts.view(), FORGED) == {"national_on_international_trunk"}


def test_a_trunk_is_international_by_its_callers_when_its_name_says_nothing() -> None:
    facts = Facts()
    traffic(facts)
    for row in facts.rows["calls"]:
        row["trunk_in"] = {"INT-01": "T7", "NAT-01": "T1"}[row["trunk_in"]]
    call(facts, FORGED, phone(401), 12, "T7")
    assert found(facts.view(), FORGED) == {"national_on_international_trunk"}


def test_numbers_that_cannot_be_and_calls_to_oneself() -> None:
    facts = Facts()
    traffic(facts)
    call(facts, "phone:raw:12345678901234567", phone(401), 12, "INT-01")
    call(facts, phone(402), phone(402), 13, "NAT-01")
    view = facts.view()
    assert found(view, "phone:raw:12345678901234567") == {"longer_than_15_digits"}
    assert found(view, phone(402)) == {"called_itself"}


def test_a_row_of_numbers_in_one_burst_is_only_possible() -> None:
    facts = Facts()
    traffic(facts)
    for n in range(6):
        call(facts, f"phone:e164:+37150000{n:02d}", phone(400 + n), 12 + n / 1000, "INT-01", answered=False)
    view = facts.view()
    assert "sequential_in_one_burst" in found(view, "phone:e164:+3715000003")
    assert "no_traffic_with_its_country" in found(view, "phone:e164:+3715000003")
    assert found(view, "phone:e164:+33639980001") == set()
    assert spoof.suspected(view).is_empty()


def test_a_forged_number_counts_against_and_stays() -> None:
    def ring(forged: bool) -> Any:
        facts = Facts()
        traffic(facts)
        for n in range(4):
            facts.report(f"R{n}", names=(FORGED, account(1)), by=victim(n + 1), day=10 + n)
        call(facts, FORGED, phone(401), 12, "INT-01" if forged else "NAT-01")
        (only,) = [one for one in detect(facts.view()).rings if FORGED in {m.uid for m in one.members}]
        return only

    honest, forged = ring(forged=False), ring(forged=True)
    assert forged.score == honest.score - 1
    assert "counter_spoofed" not in {why.code for why in honest.counter_indicators}
    spoofed = next(why for why in forged.counter_indicators if why.code == "counter_spoofed")
    assert spoofed.records, "it says which call shows it"


def test_the_answer_does_not_depend_on_the_order_of_arrival() -> None:
    facts = Facts()
    traffic(facts)
    call(facts, FORGED, phone(401), 12, "INT-01")
    assert spoof.indications(facts.view()).equals(spoof.indications(facts.view(shuffle=3)))
