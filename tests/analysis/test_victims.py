"""Silent victims: who paid and did not tell, one person counted once however many ways the files show them."""

from __future__ import annotations

import polars as pl
import pytest

from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from analysis.victims import silent_payers
from tests.analysis.evidence_builder import Facts, account, oued_zem, person, phone, victim


def silent(facts: Facts, **masked: str) -> int:
    hidden = {uid.replace("_", ":"): who for uid, who in masked.items()}
    return detect(facts.view(), masked_parties=hidden).rings[0].silent_victims


def sender(n: int) -> str:
    """A sender without papers, as one record shows them."""
    return f"person:rec:remit:wu:{n:010d}:sender"


def tell(facts: Facts, report: str, amount: int, day: float, currency: str = "MAD") -> None:
    """A payment as a report tells of it, without a reference."""
    told = "tx:cash:eblagh:EB-20:1"
    facts.pay(told, victim(77), "person:rec:told:20", amount, day=day, currency=currency, told_by=report)
    facts.rows["records"][-1]["root"] = report


def test_six_of_twelve_never_reported() -> None:
    assert silent(oued_zem()) == 6


def test_payments_of_one_line_are_one_person_with_or_without_papers() -> None:
    facts = oued_zem()
    for n in range(3):
        facts.pay(f"N{n}", sender(n), person(1), 100_000, day=7 + n)
        facts.link(sender(n), "USES", phone(900), kind="money", basis="stated", since=7 + n)
    assert silent(facts) == 7
    facts.pay("N9", "person:doc:QA:passport:ZZ777777", person(2), 100_000, day=12)
    facts.link("person:doc:QA:passport:ZZ777777", "USES", phone(900), kind="money", basis="stated", since=12)
    assert silent(facts) == 7


def test_a_line_that_two_people_with_papers_use_makes_them_no_one_person() -> None:
    facts = oued_zem()
    for n in range(2):
        payer = f"person:doc:QA:passport:ZZ77777{n}"
        facts.pay(f"N{n}", payer, person(1), 100_000, day=7 + n)
        facts.link(payer, "USES", phone(900), kind="money", basis="stated", since=7 + n)
    assert silent(facts) == 8


def test_who_is_known_by_their_line_has_told() -> None:
    facts = oued_zem()
    facts.pay("N1", sender(1), person(1), 100_000, day=7)
    facts.link(sender(1), "USES", phone(900), kind="money", basis="stated", since=7)
    assert silent(facts) == 7
    assert silent(facts, **{phone(900).replace(":", "_"): victim(50)}) == 6


def test_to_be_named_as_a_target_is_not_to_report() -> None:
    facts = oued_zem()
    facts.pay("N1", sender(1), person(1), 100_000, day=7)
    facts.link(sender(1), "USES", phone(900), kind="money", basis="stated", since=7)
    facts.link("post:facebook:999", "TARGETS", victim(50), kind="platform", since=6)
    known = {phone(900).replace(":", "_"): victim(50)}
    assert silent(facts, **known) == 7
    facts.report("EB-30", names=(account(7),), by=victim(50), day=40)
    assert silent(facts, **known) == 6


@pytest.mark.parametrize(
    ("currency", "told", "day", "left"),
    [
        ("MAD", 310_000, 7.5, 6),  # the amount and the day: it is that payment
        ("KWD", 96_000, 7.5, 6),  # as it was sent, in the sender's money
        ("MAD", 340_000, 7.5, 7),  # another amount
        ("MAD", 310_000, 11, 7),  # another day
    ],
)
def test_a_payment_told_without_reference_is_its_payers_report(currency: str, told: int, day: float, left: int) -> None:
    facts = oued_zem()
    facts.pay("N1", "person:doc:QA:passport:ZZ777777", person(1), 310_000, day=7)
    facts.report("EB-20", names=(phone(10),), payees=(person(1),), by=None, day=30)
    tell(facts, "report:eblagh:EB-20", told, day, currency)
    assert silent(facts) == left


def test_what_fits_two_payers_tells_of_neither() -> None:
    facts = oued_zem()
    for n in range(2):
        facts.pay(f"N{n}", f"person:doc:QA:passport:ZZ77777{n}", person(1), 310_000, day=7)
    facts.report("EB-20", names=(phone(10),), payees=(person(1),), by=None, day=30)
    tell(facts, "report:eblagh:EB-20", 310_000, 7.5)
    assert silent(facts) == 8


def test_a_members_own_wallet_is_no_victim() -> None:
    facts = oued_zem()
    wallet = f"wallet:orange_money:{phone(1).removeprefix('phone:e164:')}"
    facts.link(phone(1), "HOLDS", wallet, kind="money", since=-30)
    facts.pay("N1", wallet, person(2), 100_000, day=8, country="MA")
    assert silent(facts) == 6


def test_the_list_of_one_ring_is_what_its_count_says() -> None:
    facts = oued_zem()
    view = facts.view()
    ring = detect(view).rings[0]
    codes = [view.code(member.uid) for member in ring.members]
    members = pl.DataFrame({"ring": [0] * len(codes), "code": codes})
    rows = silent_payers(Evidence(view, Params(), {}), members)
    assert rows["who"].n_unique() == ring.silent_victims == 6
    uids = set(view.uids(rows["payer"]))
    assert uids == {f"person:doc:{('KW', 'IQ', 'AE')[n % 3]}:passport:ZZ{n:06d}" for n in range(6, 12)}
