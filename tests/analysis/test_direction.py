"""Links of a ring read the way the records say, whatever order the names of their ends have."""

from __future__ import annotations

from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, person, phone, victim


def links(facts: Facts) -> set[tuple[str, str, str]]:
    return {(link.src, link.rel, link.dst) for ring in detect(facts.view()).rings for link in ring.links}


def reported(*uids: str) -> Facts:
    """Two reports that name all of these."""
    facts = Facts()
    for n in range(2):
        facts.report(f"R{n}", by=victim(n + 1), names=uids)
    return facts


def test_a_line_has_a_card_a_card_is_in_a_device_and_a_person_uses_a_line() -> None:
    facts = reported(phone(1), account(1), person(1))
    sim, device = "sim:iccid:89212000000000000017", "dev:imei:35000000000000"
    facts.seen(phone(1), sim=sim, device=device)
    facts.link(person(1), "USES", phone(1), basis="registered", since=0)
    facts.link(account(1), "USES", device, since=3)
    found = links(facts)
    assert {(phone(1), "HAS_SIM", sim), (sim, "INSERTED_IN", device), (person(1), "USES", phone(1))} <= found
    assert (account(1), "USES", device) in found, "an account is used on a device, not put into it"


def test_a_diverted_call_goes_from_the_line_called_to_the_line_that_rings() -> None:
    for first, last in ((1, 2), (2, 1)):
        facts = reported(phone(1), phone(2))
        facts.call(phone(9), phone(first), 5, c=phone(last))
        assert (phone(first), "DIVERTED_TO", phone(last)) in links(facts)


def test_money_is_passed_on_from_who_took_it() -> None:
    for via, to in ((1, 2), (2, 1)):
        facts = reported(account(1))
        for n in range(3):
            facts.report(f"P{n}", by=victim(n + 7), names=(account(1),), payees=(person(via),))
        for n in range(4):
            facts.pay(f"IN{n}", person(50 + n), person(via), 100_000, day=10 + n)
            facts.pay(f"OUT{n}", person(via), person(to), 95_000, day=10.2 + n)
        assert (person(via), "PASSED_ON", person(to)) in links(facts)


def test_who_collects_is_named_before_who_pays() -> None:
    facts = Facts()
    for n in range(6):
        facts.report(
            f"R{n}", by=victim(n + 1), names=(phone(n % 2), account(n)), payees=(person(1 + n // 2 % 2),), day=n
        )
    for n in range(4):
        facts.pay(f"UP{n}", person(1 + n % 2), person(20), 200_000, day=10 + 5 * n, country="MA")
    found = links(facts)
    assert {(person(20), "COLLECTED_FROM", person(n)) for n in (1, 2)} <= found
