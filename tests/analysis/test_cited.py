"""Payments that a report cites by nothing but their reference."""

from __future__ import annotations

import pytest

from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from graph.evidence import View
from tests.analysis.evidence_builder import Facts, person, phone, victim
from tests.analysis.test_rings import members


def cited(view: View) -> set[tuple[str, str]]:
    found = Evidence(view, Params(), {}).cited
    return set(zip(view.uids(found["report"]), view.uids(found["tx"]), strict=True))


@pytest.mark.parametrize("field", ["payment_ref", "mtcn", "reference du transfert"])
@pytest.mark.parametrize("written", ["WF12345678", "wf-1234 5678"])
def test_a_reference_that_stands_alone_in_a_field_is_the_payment_with_that_reference(field: str, written: str) -> None:
    facts = Facts()
    tx = facts.pay("tx:wafacash:WF12345678", "person:rec:remit:1:sender", person(1), 50_000, day=3)
    report = facts.report("A", names=(phone(1),), by=victim(1), fields={field: written})
    assert cited(facts.view()) == {(report, tx)}


@pytest.mark.parametrize("written", ["WF1234567", "paid WF12345678 on Monday", "ABCDEFGHIJ", "12345678"])
def test_anything_else_cites_nothing(written: str) -> None:
    facts = Facts()
    facts.pay("tx:wafacash:WF12345678", "person:rec:remit:1:sender", person(1), 50_000, day=3)
    facts.pay("tx:wafacash:WF1234567", "person:rec:remit:1:sender", person(1), 50_000, day=30)
    facts.report("A", names=(phone(1),), by=victim(1), day=10, fields={"payment_ref": written})
    assert cited(facts.view()) == set()


def test_of_a_number_that_is_used_again_the_last_one_before_the_report_is_meant() -> None:
    facts = Facts()
    for month, day in (("04", -60), ("05", -30), ("07", 35)):
        facts.pay(f"tx:wu:0001234567:2024-{month}", "person:rec:remit:1:sender", person(1), 50_000, day=day)
    report = facts.report("A", names=(phone(1),), by=victim(1), day=10, fields={"mtcn": "000-123-4567"})
    assert cited(facts.view()) == {(report, "tx:wu:0001234567:2024-05")}


def test_of_a_number_that_two_custodians_gave_at_once_nobody_knows() -> None:
    facts = Facts()
    for operator in ("wafacash", "cashplus"):
        facts.pay(f"tx:{operator}:12345678", "person:rec:remit:1:sender", person(1), 50_000, day=3)
    facts.report("A", names=(phone(1),), by=victim(1), fields={"mtcn": "12345678"})
    assert cited(facts.view()) == set()


def test_a_payment_that_is_linked_and_stated_is_cited_once() -> None:
    facts = Facts()
    tx = facts.pay("tx:wafacash:WF12345678", "person:rec:remit:1:sender", person(1), 50_000, day=3)
    report = facts.report("A", names=(phone(1),), by=victim(1), cites=(tx,), fields={"ref_paid": "WF12345678"})
    assert cited(facts.view()) == {(report, tx)}
    assert Evidence(facts.view(), Params(), {}).cited.height == 1


def test_whoever_was_paid_so_is_named_by_the_report() -> None:
    facts = Facts()
    for n in range(4):
        facts.pay(f"tx:wafacash:WF1234567{n}", f"person:rec:remit:{n}:sender", person(1), 50_000, day=n)
        facts.report(f"R{n}", names=(phone(n % 2),), by=victim(n), day=n + 3, fields={"mtcn": f"WF1234567{n}"})
    assert {person(1), phone(0), phone(1)} <= members(detect(facts.view()))
