"""What ``who`` tells of an identifier beyond its records: addresses many share, numbers that may be forged, periods."""

from __future__ import annotations

from typing import Any, cast

from graph.access import Mask
from graph.evidence import View
from halqa.identifier import told
from halqa.opened import Opened
from tests.analysis.evidence_builder import Facts, at, person, phone

ADDRESS = "ip:203.0.113.7:{port}:2024-06-13T10"


class Desk:
    """As much of an open workspace as a look-up needs."""

    def __init__(self, view: View) -> None:
        self._view = view

    def view(self) -> View:
        return self._view

    def mask(self) -> Mask:
        return Mask({})


def ask(facts: Facts, uid: str) -> dict[str, Any]:
    return told(cast(Opened, Desk(facts.view())), uid)


def on_the_address(lines: int) -> Facts:
    """So many lines on one address in one hour, each by a port of its own."""
    facts = Facts()
    for n in range(lines):
        rec = facts._record(f"row:wallet:{n}", "wallet", "money", at(10))
        facts.rows["sightings"].append(
            {"line": phone(n), "ip": ADDRESS.format(port=4000 + n), "rel": "USES", "at": at(10), "rec": rec}
        )
    return facts


def test_an_address_that_many_lines_share_is_carrier_nat() -> None:
    found = ask(on_the_address(6), ADDRESS.format(port=4000))
    assert found["computed"]["facts"]["cgnat"] == "yes"
    assert found["computed"]["facts"]["lines_in_the_hour"] == 6
    assert "shared_by_many_lines_in_the_hour" in found["reasons"]


def test_an_address_of_few_is_not_known_to_be() -> None:
    facts = ask(on_the_address(2), ADDRESS.format(port=4000))["computed"]["facts"]
    assert (facts["cgnat"], facts["lines_in_the_hour"], facts["links"]) == ("unknown", 2, False)


def test_a_network_that_puts_its_subscribers_behind_nat() -> None:
    facts = on_the_address(1)
    facts.rows["statements"].append({"subject": ADDRESS.format(port=4000), "prop": "asn", "text": "AS36903", "rec": 0})
    found = ask(facts, ADDRESS.format(port=4000))
    assert found["computed"]["facts"]["network"] == "Maroc Telecom"
    assert "carrier_nat_network" in found["reasons"]


def test_a_call_to_oneself_is_told_with_its_record() -> None:
    facts = Facts()
    facts.call(phone(1), phone(1), 5)
    found = ask(facts, phone(1))
    assert found["computed"]["facts"]["spoof_risk"] == "suspected"
    assert found["computed"]["records"] == {"called_itself": ["cdr:op1:0000000"]}


def test_a_number_nobody_holds_evidence_of_still_has_facts() -> None:
    found = ask(Facts(), "phone:e164:+2250701020304")
    assert found["validity"] == "valid"
    assert found["computed"]["periods"] == []


def test_the_day_a_number_passed_on_is_told() -> None:
    facts = Facts()
    facts.link(person(1), "USES", phone(1), basis="registered", since=0, until=50)
    facts.link(person(2), "USES", phone(1), basis="registered", since=60, until=90)
    assert ask(facts, phone(1))["computed"]["periods"] == ["2024-08-02T00:00:00Z"]
