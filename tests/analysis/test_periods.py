"""What changed hands joins nobody across the change: numbers, wallets, handles."""

from __future__ import annotations

import pytest

from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from graph.evidence import View
from tests.analysis.evidence_builder import DAY0, Facts, account, at, person, phone, victim

HANDLE = "acct:tiktok:h:syn.user"
OLD, NEW = "acct:tiktok:id:1001", "acct:tiktok:id:1002"


def starts(view: View, uid: str) -> list[float]:
    """Days on which an identifier passed on."""
    code = view.code(uid)
    epochs = Evidence(view, Params(), {}).epochs
    rows = epochs.filter((epochs["entity"] == code) & (epochs["start"] > DAY0.replace(year=1990)))
    return [(start - DAY0).total_seconds() / 86400 for start in rows["start"].sort()]


def two_crews_and(shared: str) -> Facts:
    """Reports of two crews, a year apart, of which each names its own line and ``shared``."""
    facts = Facts()
    for crew, day in ((0, 10), (1, 200)):
        for n in range(3):
            named = (phone(1 + crew), account(1 + crew), shared)
            facts.report(f"C{crew}{n}", names=named, by=victim(10 * crew + n + 1), day=day + n)
    return facts


def groups(facts: Facts) -> list[set[str]]:
    return [{member.uid for member in ring.members} for ring in detect(facts.view()).rings]


def together(facts: Facts) -> bool:
    return any({phone(1), phone(2)} <= members for members in groups(facts))


@pytest.mark.parametrize("basis", ["registered", "stated"])
def test_a_number_of_one_owner_until_t_and_another_after_links_nothing_across(basis: str) -> None:
    shared = phone(9)
    assert together(two_crews_and(shared)), "without owners one number joins both"
    facts = two_crews_and(shared)
    facts.link(person(1), "USES", shared, basis=basis, since=-300, until=100)
    facts.link(person(2), "USES", shared, basis=basis, since=120, until=400)
    assert starts(facts.view(), shared) == [120]
    assert not together(facts)
    for members in groups(facts):
        assert not {person(1), person(2)} <= members


def test_owners_at_the_same_time_share_the_number() -> None:
    facts = two_crews_and(phone(9))
    facts.link(person(1), "USES", phone(9), basis="stated", since=-300, until=100)
    facts.link(person(2), "USES", phone(9), basis="stated", since=50, until=400)
    assert starts(facts.view(), phone(9)) == []


def test_an_open_use_says_nothing_about_who_came_next() -> None:
    facts = two_crews_and(phone(9))
    facts.link(person(1), "USES", phone(9), basis="stated", since=-300)
    facts.link(person(2), "USES", phone(9), basis="stated", since=120)
    assert starts(facts.view(), phone(9)) == []


def test_a_person_who_comes_back_is_the_same_hand() -> None:
    facts = two_crews_and(phone(9))
    facts.link(person(1), "USES", phone(9), basis="stated", since=-300, until=100)
    facts.link(person(1), "USES", phone(9), basis="stated", since=120, until=400)
    assert starts(facts.view(), phone(9)) == []


def wears(facts: Facts, native: str, handle: str, day: float) -> None:
    """A platform returns a native account with the handle it had on a day."""
    rec = facts._record(f"row:platform:{native}:{day}", "platform", "platform", at(day))
    facts.rows["statements"].append({"subject": native, "prop": "handle", "text": handle, "time": at(day), "rec": rec})
    facts._appear(rec, native)


def test_a_handle_that_went_to_another_account_links_nothing_across() -> None:
    assert together(two_crews_and(HANDLE))
    facts = two_crews_and(HANDLE)
    wears(facts, OLD, "Syn.User", 5)
    wears(facts, OLD, "@syn.user", 60)
    wears(facts, NEW, "syn.user", 150)
    assert starts(facts.view(), HANDLE) == [150]
    assert not together(facts)


def test_one_native_account_links_across_time_under_any_handle() -> None:
    facts = two_crews_and(OLD)
    wears(facts, OLD, "first.name", 5)
    wears(facts, OLD, "second.name", 150)
    wears(facts, NEW, "first.name", 160)
    assert starts(facts.view(), OLD) == []
    assert together(facts)


def test_a_handle_nobody_named_for_a_year_may_be_somebody_elses() -> None:
    facts = Facts()
    for crew, day in ((0, 10), (1, 500)):
        for n in range(3):
            facts.report(f"C{crew}{n}", names=(phone(1 + crew), HANDLE), by=victim(10 * crew + n + 1), day=day + n)
    assert starts(facts.view(), HANDLE) == [500]
    assert not together(facts)
    assert together(two_crews_and(account(7))), "a native account has no such gap"


def test_a_numbers_own_whatsapp_account_is_no_handle() -> None:
    facts = Facts()
    for day in (10, 500):
        facts.report(f"R{day}", names=("acct:whatsapp:h:+212683000001",), by=victim(day), day=day)
    assert starts(facts.view(), "acct:whatsapp:h:+212683000001") == []


@pytest.mark.parametrize(
    "shared", ["dev:mac:02:00:5e:00:53:af", "email:c:info@shop.example", "email:c:x@privaterelay.appleid.com"]
)
def test_what_is_shared_by_its_kind_joins_nobody(shared: str) -> None:
    facts = two_crews_and(shared)
    assert not together(facts)
    cut = {one.uid: one.why for one in detect(facts.view()).cuts}
    assert cut[shared].code == "cut_kind"
    assert together(two_crews_and("dev:mac:00:00:5e:00:53:af"))


def test_an_address_never_joins() -> None:
    assert not together(two_crews_and("ip:100.64.1.2:4000:2024-06-13T10"))
    assert not together(two_crews_and("ip:203.0.113.9:4000:2024-06-13T10"))


def test_the_first_known_contract_of_a_number_with_a_card_of_its_own_ends_what_was_before() -> None:
    """A register tells of the present holder only; the cards say that somebody had the number before."""
    shared, old, new = phone(9), "sim:imsi:001010000000001", "sim:imsi:001010000000002"
    for since, split in ((150, True), (-300, False)):
        facts = two_crews_and(shared)
        facts.link(person(2), "USES", shared, basis="registered", since=since)
        for n in range(4):
            facts.seen(shared, sim=old, day=10 + n)
            facts.seen(shared, sim=new, day=160 + n)
        assert starts(facts.view(), shared) == ([150] if split else [])
        assert together(facts) is not split


def test_a_card_seen_before_and_after_a_contract_began_is_of_one_holder() -> None:
    facts = two_crews_and(phone(9))
    facts.link(person(2), "USES", phone(9), basis="registered", since=100)
    for day in (10, 90, 160):
        facts.seen(phone(9), sim="sim:imsi:001010000000001", day=day)
    assert starts(facts.view(), phone(9)) == []


CARDS = tuple(f"sim:imsi:00101000000000{n}" for n in range(3))


def contract(
    facts: Facts, holder: str, number: str, card: str | None, since: float, until: float | None = None
) -> None:
    """One row of a register: a holder, a number and the card it has."""
    facts.link(holder, "USES", number, basis="registered", since=since, until=until)
    if card is not None:
        row = len(facts.rows["records"]) - 1
        facts.link(number, "HAS_SIM", card, basis="registered", since=since, until=until, rec=row)


@pytest.mark.parametrize(
    ("cards", "split"), [((CARDS[0], CARDS[1]), [120]), ((CARDS[0], CARDS[0]), []), ((CARDS[0], None), [])]
)
def test_a_later_contract_with_another_card_ends_one_that_has_no_end(
    cards: tuple[str, str | None], split: list[float]
) -> None:
    facts = two_crews_and(phone(9))
    contract(facts, person(1), phone(9), cards[0], -300)
    contract(facts, person(2), phone(9), cards[1], 120)
    assert starts(facts.view(), phone(9)) == split
    assert together(facts) is not bool(split)


def test_a_holder_who_gets_a_new_card_stays_the_holder() -> None:
    facts = two_crews_and(phone(9))
    contract(facts, person(1), phone(9), CARDS[0], -300)
    contract(facts, person(1), phone(9), CARDS[1], 120)
    assert starts(facts.view(), phone(9)) == []


def test_holders_under_one_card_and_then_another_split_where_the_card_changes() -> None:
    """The register has the first holder twice: by name alone, and by document, with the card of both."""
    facts = two_crews_and(phone(9))
    contract(facts, person(3), phone(9), CARDS[0], -310)
    contract(facts, person(1), phone(9), CARDS[0], -300, 60)
    contract(facts, person(2), phone(9), CARDS[1], 120)
    assert starts(facts.view(), phone(9)) == [120]


def test_a_card_does_not_follow_a_number_to_its_next_holder() -> None:
    """The card of the first crew is seen once more after the number was given to somebody else with another card."""
    facts = Facts()
    for n in range(3):
        facts.report(f"R{n}", names=(phone(1), account(1)), by=victim(n + 1), day=10 + n)
    facts.seen(phone(1), sim=CARDS[0], device="dev:imei:00101000000007", day=12)
    contract(facts, person(7), phone(1), CARDS[1], 100)
    facts.seen(phone(1), sim=CARDS[1], device="dev:imei:00101000000008", day=110)
    facts.seen(phone(1), sim=CARDS[0], device="dev:imei:00101000000007", day=115)
    assert starts(facts.view(), phone(1)) == [100]
    (crew,) = groups(facts)
    assert {phone(1), CARDS[0], "dev:imei:00101000000007"} <= crew
    assert not {person(7), CARDS[1], "dev:imei:00101000000008"} & crew


HIS = {person(7), CARDS[1], "dev:imei:00101000000008"}


def test_an_undated_number_of_a_profile_is_that_of_the_time_in_which_the_profile_was_reported() -> None:
    """A platform returns the number a profile was opened with, long after that number went to another holder."""
    profile = account(8)
    facts = two_crews_and(phone(9))
    contract(facts, person(1), phone(9), CARDS[0], -300)
    contract(facts, person(2), phone(9), CARDS[1], 120)
    facts.report("P", names=(phone(1), profile), by=victim(77), day=14)
    rec = facts._record("row:platform:1", "platform", "platform", at(300))
    for native in (profile, account(9)):
        facts.rows["links"].append(
            {"src": native, "rel": "USES", "dst": phone(9), "since": None, "until": None, "basis": "registered",
             "props": None, "rec": rec}
        )  # fmt: skip
        facts._appear(rec, native, phone(9))
    first = next(members for members in groups(facts) if phone(1) in members)
    assert profile in first
    assert not any(account(9) in members for members in groups(facts)), "no report dates the other profile"
    assert not together(facts)


def recovery(facts: Facts, profile: str, number: str, *seen: float) -> None:
    """A platform returns the profile's recovery number, without a date, and its logins on these days."""
    facts.link(number, "RECOVERY_OF", profile, kind="platform")
    facts.rows["links"][-1]["since"] = None
    for n, day in enumerate(seen):
        address = f"ip:192.0.2.{n + 1}:{5000 + n}:login"
        facts.link(profile, "SEEN_AT", address, kind="platform", since=day)


def test_the_recovery_number_of_a_profile_is_that_of_the_time_in_which_it_was_opened() -> None:
    """Reports come later than the first login, and by then the number may be somebody else's."""
    for logins, spared in (((10, 40), True), ((), False)):
        facts = Facts()
        contract(facts, person(1), phone(9), CARDS[0], -300)
        contract(facts, person(7), phone(9), CARDS[1], 100)
        facts.seen(phone(9), sim=CARDS[1], device="dev:imei:00101000000008", day=105)
        recovery(facts, account(1), phone(9), *logins)
        for n in range(4):
            facts.report(f"R{n}", names=(phone(1), account(1)), by=victim(n + 1), day=110 + n)
        assert bool(HIS & near(facts)) is not spared, logins


def test_a_profile_that_nobody_reported_dates_its_number_by_the_time_of_its_use() -> None:
    """In one holder's time it is of that holder; across two it says nothing."""
    for logins, theirs in (((10, 40), True), ((10, 140), False), ((), False)):
        facts = reported((10, 11))
        recovery(facts, account(6), phone(1), *logins)
        found = near(facts)
        assert (account(6) in found) is theirs, logins
        assert not HIS & found


def test_a_number_to_which_a_profile_went_back_before_its_first_known_contract_was_somebody_elses() -> None:
    for logins, starts_at in (((10, 40), [100]), ((10, 140), []), ((), [])):
        facts = Facts()
        contract(facts, person(7), phone(9), CARDS[1], 100)
        recovery(facts, account(1), phone(9), *logins)
        assert starts(facts.view(), phone(9)) == starts_at, logins


def reported(days: tuple[float, ...], *, holder_since: float = 100, cites: float | None = None) -> Facts:
    """Reports of a line on these days, the last of them citing a payment; a register that knows one later holder."""
    facts = Facts()
    for n, day in enumerate(days):
        paid = ()
        if cites is not None and n == len(days) - 1:
            paid = (facts.pay("CITED", "person:doc:KW:passport:ZZ000001", person(1), 100_000, day=cites),)
        facts.report(f"R{n}", names=(phone(1), account(1)), by=victim(n + 1), day=day, cites=paid)
    contract(facts, person(7), phone(1), CARDS[1], holder_since)
    facts.seen(phone(1), sim=CARDS[1], device="dev:imei:00101000000008", day=holder_since + 5)
    return facts


def near(facts: Facts) -> set[str]:
    """Members and associates of all rings."""
    return {uid for ring in detect(facts.view()).rings for uid in (*(m.uid for m in ring.members), *ring.associates)}


def test_a_number_reported_before_its_first_known_contract_was_somebody_elses() -> None:
    assert starts(reported((10, 11)).view(), phone(1)) == [100]
    assert not HIS & near(reported((10, 11)))
    assert starts(reported((110, 111)).view(), phone(1)) == []
    assert near(reported((110, 111))) >= HIS - {person(7)}


def test_a_report_that_comes_late_tells_of_the_holder_whom_others_reported_before() -> None:
    assert not HIS & near(reported((10, 11, 115)))
    assert HIS & near(reported((10, 140, 141))), "who is reported anew, long after, is not spared for what was before"


def test_what_a_report_tells_is_no_later_than_the_payment_it_cites() -> None:
    facts = reported((140, 141), cites=20)
    contract(facts, person(8), phone(1), CARDS[0], -300, 60)
    assert HIS & near(facts), "one of the two cites nothing, and is of the present holder"
    both = reported((116,), cites=20)
    contract(both, person(8), phone(1), CARDS[0], -300, 60)
    tx = both.pay("OTHER", "person:doc:KW:passport:ZZ000002", person(1), 100_000, day=30)
    both.report("RX", names=(phone(1), account(1)), by=victim(50), day=150, cites=(tx,))
    assert not HIS & near(both)


def test_a_card_found_in_a_search_speaks_of_the_time_in_which_it_was_in_use() -> None:
    """A drawer full of old cards: the number of one of them has been somebody else's for weeks."""
    facts = reported((10, 11))
    facts.seen(phone(1), sim=CARDS[0], day=12)
    facts.link(person(3), "USES", phone(1), kind="seizure", basis="seized", since=130)
    rec = len(facts.rows["records"]) - 1
    facts.link(person(3), "USES", CARDS[0], kind="seizure", basis="seized", since=130, rec=rec)
    facts.link(person(3), "USES", account(5), kind="seizure", basis="seized", since=130, rec=rec)
    for uid in (phone(1), account(5)):
        facts.rows["mentions"].append(
            {"report": "event:seizures:PV1", "target": uid, "role": None, "at": None, "rec": rec}
        )
    found = near(facts)
    assert {person(3), account(5)} <= found
    assert not HIS & found


def test_a_number_found_soon_after_it_passed_on_is_of_whom_reports_knew() -> None:
    """Nobody knows its card. Later than `report_delay_days` it is of whoever has it now."""
    for day, theirs in ((115, False), (150, True)):
        facts = reported((10, 11))
        facts.link(person(3), "USES", phone(1), kind="seizure", basis="seized", since=day)
        rec = len(facts.rows["records"]) - 1
        facts.link(person(3), "USES", account(5), kind="seizure", basis="seized", since=day, rec=rec)
        for uid in (phone(1), account(5)):
            facts.rows["mentions"].append(
                {"report": "event:seizures:PV1", "target": uid, "role": None, "at": None, "rec": rec}
            )
        found = near(facts)
        assert ({person(3), account(5)} <= found) is not theirs
        assert not HIS & found


HANDSET, BEFORE, AFTER = (f"dev:imei:0010100000{n:04d}" for n in (111, 222, 333))


def handed_on(seller: str, buyer: str, *, signed: float | None = None) -> Facts:
    """A handset in which a card of ``seller`` ended and then one of ``buyer`` was seen, one of whom is a crew's;
    ``signed``: when the contract of the seller's line began."""
    facts = two_crews_and(phone(9))
    if signed is not None:
        contract(facts, person(70), seller, None, signed)
    for line, card, days in ((seller, CARDS[0], (8, 12)), (buyer, CARDS[1], (20, 24))):
        for day in days:
            facts.seen(line, sim=card, device=HANDSET, day=day)
    return facts


def test_a_handset_that_was_sold_ties_its_buyer_to_nobody() -> None:
    """The buyer had another one till then. Whoever throws cards away begins each in the same handset."""
    for own, bought in ((BEFORE, True), (None, False)):
        facts = handed_on(phone(1), phone(700))
        if own:
            facts.seen(phone(700), sim=CARDS[1], device=own, day=1)
        view = facts.view()
        assert starts(view, HANDSET) == ([20] if bought else [])
        assert (phone(700) in near(facts)) is not bought


@pytest.mark.parametrize(
    ("goes_on", "signed", "reported", "sold"),
    [(True, -900, False, True), (False, -900, False, False), (True, -20, False, False), (True, -900, True, False)],
)
def test_a_handset_whose_seller_goes_on_in_another_one_passed_on(
    goes_on: bool, signed: float, reported: bool, sold: bool
) -> None:
    """Whoever comes may be new. A card that ends in the handset was thrown away: the next one is the same hand's. Crews
    hand handsets on: a line that is new, or reported, sold none."""
    facts = handed_on(phone(700), phone(1), signed=signed)
    if reported:
        facts.report("SELLER", names=(phone(700),), by=victim(77), day=9)
    if goes_on:
        facts.seen(phone(700), sim=CARDS[0], device=AFTER, day=30)
    assert starts(facts.view(), HANDSET) == ([20] if sold else [])
    assert reported or (phone(700) in near(facts)) is not sold


def test_a_number_that_went_to_another_card_does_not_go_on() -> None:
    """The card was thrown away in the handset; whoever got the number has another one."""
    facts = handed_on(phone(700), phone(1), signed=-900)
    facts.seen(phone(700), sim="sim:imsi:001010000000999", device=AFTER, day=60)
    assert starts(facts.view(), HANDSET) == []


def test_what_is_seen_on_a_handset_after_it_was_sold_is_its_buyers() -> None:
    """A profile logs in before the new card is seen; one that stays on it says that nobody sold it."""
    for first, start in ((17, [17]), (9, [])):
        facts = handed_on(phone(700), phone(1), signed=-900)
        facts.seen(phone(700), sim=CARDS[0], device=AFTER, day=30)
        for day in (first, 24):
            facts.seen(account(5), device=HANDSET, day=day)
            facts.rows["sightings"][-1]["rel"] = "USES"
        assert starts(facts.view(), HANDSET) == start
