"""What makes a ring and what does not: the facts of the acceptance list, told by hand."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from analysis import network, rings, support
from analysis.findings import Findings, Judgement
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from analysis.status import most_speak_of_force
from tests.analysis.evidence_builder import Facts, account, at, oued_zem, person, phone, victim


def members(found: Findings, n: int = 0) -> set[str]:
    return {m.uid for m in found.rings[n].members}


def test_the_oued_zem_crew_is_one_lead_with_its_exact_money() -> None:
    found = detect(oued_zem().view())
    leads = [ring for ring in found.rings if ring.status == "lead"]
    assert len(leads) == 1
    assert {person(1), person(2), person(3)} <= {m.uid for m in leads[0].members}
    assert [(m.currency, m.total) for m in leads[0].money] == [("MAD", "50000.00")]
    assert not any("passport" in m.uid or m.uid.startswith("victim") for m in leads[0].members)
    assert leads[0].victims == 12
    assert leads[0].silent_victims == 6
    assert set(leads[0].source_types) >= {"report", "money"}


def test_the_payers_are_named_so_that_they_can_be_masked() -> None:
    found = detect(oued_zem().view())
    assert len([uid for uid in found.payers if ":passport:" in uid]) == 12
    assert set(found.suspected_payees) == {person(1), person(2), person(3)}


def test_a_payment_told_and_filed_counts_once() -> None:
    facts = oued_zem()
    facts.pay("tx:wafacash:OZ000", victim(1), person(1), 400_000, day=2, told_by="report:eblagh:EB-0")
    facts.pay("tx:told:eblagh:x", victim(2), person(2), 200_000, day=3, told_by="report:eblagh:EB-1")
    found = detect(facts.view())
    assert [(m.currency, m.total) for m in found.rings[0].money] == [("MAD", "50000.00")]


def test_cancelled_payments_are_no_money() -> None:
    facts = oued_zem()
    facts.pay("OZC", "person:doc:KW:passport:ZZ900000", person(1), 900_000, status="cancelled")
    assert detect(facts.view()).rings[0].money[0].total == "50000.00"


def test_a_payee_named_by_three_hundred_reporters_stays_a_member() -> None:
    facts = Facts()
    for n in range(300):
        facts.report(f"R{n}", names=(account(n),), payees=(person(1),), by=victim(n), day=n % 60)
    assert person(1) in members(detect(facts.view()))


def test_one_report_listing_six_identifiers_is_no_ring() -> None:
    facts = Facts()
    facts.report("A", names=tuple(phone(n) for n in range(6)), by=victim(1))
    assert detect(facts.view()).rings == ()


def test_two_reports_of_one_reporter_are_no_ring() -> None:
    facts = Facts()
    for n in range(2):
        facts.report(f"A{n}", names=(phone(1), account(1)), by=victim(1), day=n)
    assert detect(facts.view()).rings == ()


def test_twenty_copied_anonymous_reports_weigh_no_more_than_one() -> None:
    def score(copies: int) -> float:
        facts = oued_zem()
        for n in range(copies):
            facts.report(f"C{n}", names=(account(0), phone(10)), text="they threaten me every day, act now", day=40 + n)
        return detect(facts.view()).rings[0].score

    assert score(20) <= score(1) + 1e-9
    assert score(20) - score(0) <= 0.1 + 1e-9


def test_copies_without_text_are_copies_too() -> None:
    facts = Facts()
    for n in range(20):
        facts.report(f"C{n}", names=(phone(1), account(1)), day=n)
    assert detect(facts.view()).rings == ()


def test_two_crews_with_one_common_payer_are_two_rings() -> None:
    facts = Facts()
    for crew in (0, 1):
        for n in range(4):
            facts.report(
                f"R{crew}{n}", names=(phone(10 * crew), account(10 * crew + n)), by=victim(10 * crew + n + 1), day=n,
                payees=(person(crew),),
            )  # fmt: skip
        facts.pay(f"P{crew}", "person:doc:KW:passport:ZZ000001", person(crew), 100_000, day=3 + crew)
    found = detect(facts.view())
    assert len(found.rings) == 2
    assert not members(found, 0) & members(found, 1)


def test_a_recycled_number_joins_no_path_between_its_holders() -> None:
    facts = Facts()
    facts.link(person(1), "USES", phone(1), basis="registered", since=-300, until=-100)
    facts.link(person(2), "USES", phone(1), basis="registered", since=-50)
    facts.link(person(1), "USES", phone(9), basis="registered", since=-300)
    for n in range(3):
        facts.report(f"R{n}", names=(phone(1), account(n)), by=victim(n + 1), day=n)
    found = detect(facts.view())
    assert person(2) in found.rings[0].associates
    assert person(1) not in {*members(found), *found.rings[0].associates}
    assert "counter_reassigned" in {r.code for r in found.rings[0].counter_indicators}


def crew(facts: Facts, base: int, payees: tuple[str, ...], *, reports: int = 6) -> None:
    """A crew with two lines and these payees, who all appear with both lines."""
    for n in range(reports):
        facts.report(
            f"CR{base}-{n}", names=(phone(base + n % 2), account(base + n)), payees=(payees[n // 2 % len(payees)],),
            by=victim(base + n + 1), day=n, demand=True,
        )  # fmt: skip


def test_a_mule_who_serves_two_crews_is_with_both_and_joins_them_not() -> None:
    facts = Facts()
    crew(facts, 100, (person(1), person(9)))
    crew(facts, 200, (person(2), person(9)))
    found = detect(facts.view())
    assert len(found.rings) == 2
    assert all(person(9) in members(found, n) for n in (0, 1))
    assert {person(1), person(2)} <= members(found, 0) | members(found, 1)
    assert not {person(1), person(2)} <= members(found, 0)


def two_crews_and_a_mule(*, stated: int) -> Facts:
    """A mule who collects for two crews, gives her own number, and now and then that of whoever sends her."""
    facts = Facts()
    for base, payee in ((100, person(1)), (200, person(2))):
        crew(facts, base, (payee, person(9)))
        for n in range(stated):
            facts.link(person(9), "USES", phone(50), since=base / 10 + n, kind="money")
        facts.link(person(9), "USES", phone(base), since=base / 10 + 9, kind="money")
        facts.link(person(9), "USES", phone(base + 1), since=base / 10 + 9, kind="money")
    return facts


def test_numbers_that_a_mule_states_now_and_then_are_not_hers() -> None:
    view = two_crews_and_a_mule(stated=6).view()
    found = detect(view)
    assert len(found.rings) == 2
    assert all({person(9), phone(50)} <= members(found, n) for n in (0, 1))
    evidence = Evidence(view, Params(), {})
    hand = network.build(evidence, support.gather(evidence)).hands.of
    of = {uid: hand[view.code(uid)] for uid in (person(9), phone(50), phone(100), phone(201))}
    assert of[phone(50)] == of[person(9)]
    assert of[person(9)] not in (of[phone(100)], of[phone(201)])


def test_nameless_receivers_of_one_number_make_it_no_shop_s() -> None:
    """Of a receiver without a document every record tells anew: that her number stands in ten of them says nothing."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(1), "USES", phone(50), since=0, kind="money")
    for n in range(10):
        facts.link(f"person:rec:remit:cashplus:CP{n:010d}:receiver", "USES", phone(50), since=n, kind="money")
    found = detect(facts.view())
    assert phone(50) in members(found)
    assert "cut_shared_instrument" not in {c.why.code for c in found.cuts}


def test_a_payee_who_pays_another_one_from_her_own_wallet_is_none_of_those_it_harms() -> None:
    """Her number and wallet are hers, whoever else reports name. Those of somebody who only pays stay out."""
    for payer, inside in ((1, True), (900, False)):
        facts = Facts()
        crew(facts, 100, (person(1), person(2)))
        wallet = "wallet:inwi_money:+212683000050"
        facts.link(person(payer), "USES", phone(50), since=0, kind="money")
        facts.link(phone(50), "HOLDS", wallet, since=0, kind="money")
        facts.pay("ON", wallet, person(2), 40_000, day=8, country="MA")
        assert ({phone(50), wallet} <= members(detect(facts.view()))) is inside


def paying(hands: int) -> Facts:
    """A crew of four lines, and somebody who pays its payee and talks regularly with so many of them."""
    facts = Facts()
    for n in range(12):
        facts.report(
            f"P{n}", names=(phone(100 + n % 4), phone(100 + (n + 1) % 4)), payees=(person(1),), by=victim(n + 1), day=n
        )
    facts.link(phone(500), "HOLDS", "wallet:inwi_money:+212683000500", since=-50)
    facts.pay("WAGES", "wallet:inwi_money:+212683000500", person(1), 40_000, day=8, country="MA")
    for n in range(hands):
        facts.talk(phone(500), phone(100 + n), times=8, day=2 + n)
    for n in range(4):
        facts.call(phone(500), phone(900 + n), 3 + n)
    return facts


def test_whoever_talks_with_most_of_a_crew_and_pays_its_payee_too_is_none_of_those_it_harms() -> None:
    assert phone(500) in members(detect(paying(4).view()))
    assert all(phone(500) not in members(detect(paying(n).view())) for n in (1, 2))


def test_operators_who_share_their_only_payee_stay_one_crew() -> None:
    facts = Facts()
    crew(facts, 100, (person(9),))
    crew(facts, 200, (person(9),))
    assert len(detect(facts.view()).rings) == 1


def test_what_was_seized_and_goes_on_is_said() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    for n, uid in enumerate((phone(100), "dev:imei:00101000000001")):
        facts.link(person(3), "USES", uid, kind="seizure", basis="seized", since=2 + n / 10)
    ring = detect(facts.view()).rings[0]
    assert "T15" in {hit.id for hit in ring.typologies}
    assert {person(3), "dev:imei:00101000000001"} <= {m.uid for m in ring.members}


def test_pay_outs_of_several_payees_at_one_outlet_are_said() -> None:
    facts = oued_zem()
    for n in range(120):
        facts.pay(f"ELSE{n}", person(700 + n), person(800 + n), 10_000, outlet=f"outlet:wu:X{n}")
    for row in facts.rows["transfers"]:
        if row["payee"] in {person(1), person(2), person(3)}:
            row["outlet"] = "outlet:wu:OZ1"
    hits = {hit.id for hit in detect(facts.view()).rings[0].typologies}
    assert "T14" in hits


@pytest.mark.parametrize(("lines", "shop"), [(9, False), (12, True)])
def test_who_holds_a_handful_of_lines_at_a_time_is_no_shop(lines: int, shop: bool) -> None:
    """A crew puts its lines in one name, and victims meet one or two of them."""
    facts = Facts()
    for n in range(lines):
        facts.link(person(50), "USES", phone(n), basis="registered", since=-30)
    for n in range(3):
        facts.report(f"A{n}", names=(phone(0), account(0)), by=victim(n), day=n)
    facts.report("B", names=(phone(1), account(1)), by=victim(10), day=5)
    found = detect(facts.view())
    assert (person(50) in {c.uid for c in found.cuts if c.why.code == "cut_reseller"}) is shop
    assert (phone(1) not in members(found)) is shop


@pytest.mark.parametrize(
    ("hands", "elsewhere", "rings", "in_it"),
    [(6, 1, False, True), (6, 9, False, False), (3, 0, False, False), (6, 1, True, False)],
)
def test_a_line_for_many_of_a_crew_that_says_little_to_each_is_of_it(
    hands: int, elsewhere: int, rings: bool, in_it: bool
) -> None:
    """One call to each of six, and hardly any to anybody else. Whoever is rung by lines that ring everybody is none."""
    facts = Facts()
    for n in range(12):
        facts.report(f"R{n}", names=(phone(100 + n % 6), account(n % 6)), payees=(person(1),), by=victim(n), day=n)
    for n in range(6):
        ends = (phone(700), phone(100 + n % hands))
        facts.call(*(ends[::-1] if rings else ends), 3 + n, of=phone(700))
    for n in range(elsewhere):
        facts.call(phone(700), phone(800 + n), 30 + n)
    for n in range(600 if rings else 0):
        facts.call(phone(100 + n % 6), phone(2000 + n), 3 + n / 100_000, ring=2, seconds=0, answered=False)
    assert (phone(700) in members(detect(facts.view()))) is in_it


def test_a_reseller_joins_nobody_and_is_said() -> None:
    facts = Facts()
    for n in range(12):
        facts.link(person(50), "USES", phone(100 + n), basis="registered", since=-200)
    for crew in (0, 1):
        for n in range(3):
            facts.report(f"R{crew}{n}", names=(phone(100 + crew), account(crew)), by=victim(10 * crew + n + 1), day=n)
    found = detect(facts.view())
    assert len(found.rings) == 2
    assert all(person(50) in {b.uid for b in ring.bridges} for ring in found.rings)
    assert {c.why.code for c in found.cuts if c.uid == person(50)} == {"cut_reseller"}


def test_a_public_number_joins_nobody() -> None:
    facts = Facts()
    kinds = ("fraud", "sexual_blackmail", "insult_slander", "violence_threat")
    for n in range(40):
        facts.report(
            f"R{n}", names=(phone(1), phone(1000 + n), account(n)), by=victim(n + 1), category=kinds[n % 4], day=n
        )
    found = detect(facts.view())
    assert phone(1) in {c.uid for c in found.cuts}
    assert found.rings == ()


def test_a_help_line_that_reporters_call_joins_nobody() -> None:
    """Victims write the number of the association they called into their report; crews call, help lines are called."""
    for calls_back, cut in ((False, True), (True, False)):
        facts = Facts()
        own = {phone(600 + n): victim(n) for n in range(5)}
        for n, line in enumerate(own):
            facts.report(f"R{n}", names=(phone(50), phone(1), account(n)), by=victim(n), day=10 + n)
            facts.call(line, phone(50), 9 + n)
            if calls_back:
                facts.call(phone(50), line, 9.5 + n)
        found = detect(facts.view(), masked_parties=own)
        assert ({c.uid for c in found.cuts if c.why.code == "cut_help_line"} == {phone(50)}) is cut
        assert (phone(50) in members(found)) is not cut
        assert phone(1) in members(found)


def test_a_leader_nobody_reports_is_found_by_regular_talk() -> None:
    facts = Facts()
    for n in range(4):
        facts.report(f"R{n}", names=(phone(n % 2), account(n)), payees=(person(1),), by=victim(n + 1), day=n)
    facts.link(person(1), "USES", phone(5), basis="registered", since=-100)
    for other in (phone(0), phone(1), phone(5)):
        facts.talk(phone(77), other, times=9)
    found = detect(facts.view())
    roles = {m.uid: m.role for m in found.rings[0].members}
    assert roles[phone(77)] == "leader"
    assert roles[person(1)] == "mule"


@pytest.mark.parametrize(
    ("hands", "elsewhere", "own", "in_it"),
    [(3, 6, True, True), (3, 0, False, False), (3, 60, True, False), (2, 6, True, False)],
)
def test_whoever_calls_a_crew_and_is_not_called_gives_orders(
    hands: int, elsewhere: int, own: bool, in_it: bool
) -> None:
    """A roll call before the evening goes one way. Of a line without records of its own nobody knows whom else it
    calls: a bank may call three of a crew, too."""
    facts = Facts()
    for n in range(9):
        facts.report(f"R{n}", names=(phone(100 + n % 3), account(n % 3)), payees=(person(1),), by=victim(n), day=n)
    for n in range(hands * 8):
        facts.call(phone(700), phone(100 + n % hands), 3 + n, of=None if own else phone(100 + n % hands))
    for n in range(elsewhere):
        facts.call(phone(700), phone(800 + n), 30 + n)
    assert (phone(700) in members(detect(facts.view()))) is in_it


def test_a_lone_call_to_a_reported_number_makes_no_member() -> None:
    facts = Facts()
    for n in range(3):
        facts.report(f"R{n}", names=(phone(1), account(n)), by=victim(n + 1), day=n)
    facts.call(phone(77), phone(1), 2)
    assert phone(77) not in members(detect(facts.view()))


def test_who_collects_what_payees_pass_on_is_a_member() -> None:
    facts = oued_zem()
    for n in range(4):
        facts.pay(f"UP{n}", person(1), person(20), 350_000, day=2.4 + 3 * n, country="MA")
    assert person(20) in members(detect(facts.view()))


def test_a_relative_supported_from_time_to_time_is_no_member() -> None:
    facts = oued_zem()
    for n in range(3):
        facts.pay(f"KIN{n}", person(1), person(30), 30_000, day=2.4 + 3 * n, country="MA")
    assert person(30) not in members(detect(facts.view()))


def test_known_victims_are_never_members() -> None:
    facts = oued_zem()
    facts.report("X1", names=(person(3),), by=victim(50), day=30)
    found = detect(facts.view(), masked_parties=[person(3)])
    assert all(person(3) not in {m.uid for m in ring.members} for ring in found.rings)


def test_fraud_alone_is_no_lead() -> None:
    facts = Facts()
    for n in range(8):
        tx = facts.pay(
            f"F{n}", f"person:doc:FR:passport:ZZ{n:06d}", person(1), 100_000, day=n, country=("FR", "ES")[n % 2]
        )
        facts.report(
            f"R{n}",
            names=(phone(1), account(n)),
            payees=(person(1),),
            by=victim(n + 1),
            category="fraud",
            cites=(tx,),
            demand=True,
        )
    ring = detect(facts.view()).rings[0]
    assert ring.status != "lead"
    assert "needs_coercion_sign" in {r.code for r in ring.reasons}


def test_one_custodian_is_never_a_lead_and_says_what_would_decide() -> None:
    facts = Facts()
    for n in range(42):
        facts.report(f"F{n}", names=(phone(1),), source="ftc", category="blackmail", place=f"city {n}", day=n)
    ring = detect(facts.view()).rings[0]
    assert ring.status == "corroborate"
    assert phone(1) in {m.uid for m in ring.members}
    needs = [r for r in ring.reasons if r.code == "needs_second_custodian"]
    assert needs and needs[0].params["ask"] == "subscriber_and_call_records"


def test_call_back_fraud_needs_the_call_backs() -> None:
    def lines(*, back: bool) -> set[str]:
        facts = Facts()
        for n in range(60):
            facts.call("phone:e164:+2690000001", phone(1000 + n), 5 + n / 3000, ring=2, answered=False)
            if back:
                facts.call(phone(1000 + n), "phone:e164:+2690000001", 5.1 + n / 3000, seconds=180)
        for n in range(4):
            facts.report(f"R{n}", names=("phone:e164:+2690000001",), by=victim(n + 1), category="fraud", day=7 + n)
        found = detect(facts.view())
        return {hit.id for ring in found.rings for hit in ring.typologies}

    assert {"T11", "T12"} <= lines(back=True)
    assert "T12" not in lines(back=False)


def test_one_ring_calls_that_nobody_calls_back_make_no_lead() -> None:
    """A line that sends codes by flash call, and that many are afraid of: named often, by threats, and two patterns."""
    facts = Facts()
    for n in range(60):
        facts.call(phone(1), phone(1000 + n), 5 + n / 3000, ring=2, answered=False)
    for n in range(6):
        facts.report(f"R{n}", names=(phone(1), phone(2)), by=victim(n + 1), category="violence_threat", day=7 + n)
    [ring] = detect(facts.view()).rings
    assert {"T04", "T11"} <= {hit.id for hit in ring.typologies}
    assert ring.status == "corroborate"
    assert "needs_second_typology" in {why.code for why in ring.reasons}


def test_a_dismissed_ring_is_watched_and_says_by_whom() -> None:
    first = detect(oued_zem().view())
    ring = first.rings[0]
    said = Judgement(verdict="dismiss", members=tuple(m.uid for m in ring.members), reason="wrong", by="an", at=at(90))
    again = detect(oued_zem().view(), judgements=[said])
    assert again.rings[0].status == "watch"
    assert "counter_dismissed" in {r.code for r in again.rings[0].counter_indicators}
    assert again.run != first.run


def test_an_acquittal_lowers_the_score() -> None:
    before = detect(oued_zem().view()).rings[0].score
    facts = oued_zem()
    facts.link(person(1), "HAS_ROLE", "case:court:1", props='{"role": "acquitted"}')
    after = detect(facts.view()).rings[0]
    assert after.score < before
    assert "counter_acquittal" in {r.code for r in after.counter_indicators}


@pytest.mark.parametrize("code", ["needs_second_custodian", "status_corroborate", "status_watch"])
def test_no_reason_of_a_lead_asks_for_more(code: str) -> None:
    leads = [ring for ring in detect(oued_zem().view()).rings if ring.status == "lead"]
    assert code not in {r.code for ring in leads for r in ring.reasons}


def test_a_contract_and_what_somebody_stated_are_one_sentence_with_both_records() -> None:
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(person(1), "USES", phone(100), basis="registered", since=-10)
    facts.link(person(1), "USES", phone(100), kind="money", basis="stated", since=-5)
    basis = {m.uid: m.basis for m in detect(facts.view()).rings[0].members}[phone(100)]
    [said] = [why for why in basis if why.code == "member_contract"]
    assert len(said.records) == 2


def test_who_is_paid_by_several_of_a_crew_and_few_others_collects() -> None:
    for others, member in ((0, True), (20, False)):
        facts = Facts()
        crew(facts, 100, (person(1), person(2)))
        for n in range(4):
            facts.pay(f"UP{n}", person(1 + n % 2), person(20), 200_000, day=10 + 5 * n, country="MA")
        for n in range(others):
            facts.pay(f"SHOP{n}", person(900 + n), person(20), 20_000, day=3 + n, country="MA")
        found = detect(facts.view()).rings[0]
        basis = {m.uid: {why.code for why in m.basis} for m in found.members}
        assert (person(20) in basis) is member
        assert not member or "member_collected" in basis[person(20)]


def test_where_few_reports_speak_of_force_it_is_another_offence_first() -> None:
    """Swindlers threaten as well: four reports of six may be chance, five are not."""
    for threats, status in ((4, "corroborate"), (5, "lead")):
        facts = oued_zem()
        for row in facts.rows["statements"]:
            if row["prop"] == "category" and int(row["subject"].rsplit("-", 1)[1]) >= threats:
                row["text"] = "fraud"
        ring = detect(facts.view()).rings[0]
        assert (ring.status, [r.params["share"] for r in ring.reasons if r.code == "coercion_reported"]) == (
            status,
            [0.83] if status == "lead" else [],
        )


@pytest.mark.parametrize(("coercive", "voices", "sure"), [(0, 0, 0.5), (2, 2, 0.875), (3, 3, 0.9375), (4, 6, 0.7734)])
def test_how_sure_it_is_that_most_speak_of_force(coercive: int, voices: int, sure: float) -> None:
    assert most_speak_of_force(coercive, voices) == pytest.approx(sure, abs=5e-5)


def test_a_lead_needs_two_voices_that_can_be_asked() -> None:
    """Anybody can send ten anonymous reports: one who gave a name, or cites a payment on record, is not two."""
    for named, status in ((1, "corroborate"), (2, "lead")):
        facts = oued_zem()
        asked_for = {f"report:eblagh:EB-{n}" for n in range(named)}
        for table, column, column_of_kind, kind in (
            ("links", "src", "rel", "REPORTED_BY"),
            ("mentions", "report", "role", None),
        ):
            facts.rows[table] = [
                row
                for row in facts.rows[table]
                if row[column_of_kind] != kind
                or row[column] in asked_for
                or str(row.get("target")).startswith("demand:")
            ]
        ring = detect(facts.view()).rings[0]
        asked = [why.params for why in ring.reasons if why.code == "needs_accountable_report"]
        assert (ring.status, asked) == (status, [] if status == "lead" else [{"have": 1, "n": 2}])


def test_a_black_list_that_goes_round_ties_nothing_and_speaks_once() -> None:
    """Seven numbers that twelve people pass on are no crew; three victims of one crew name it as they met it."""
    facts = Facts()
    listed = tuple(phone(n) for n in range(1, 8))
    for n in range(12):
        facts.report(f"L{n}", names=listed[: 6 + n % 2], by=victim(n + 1), day=n)
    assert detect(facts.view()).rings == ()
    for n in range(3):
        facts.report(f"V{n}", names=(phone(1), account(1)), by=victim(50 + n), day=20 + n)
    [ring] = detect(facts.view()).rings
    assert {m.uid for m in ring.members} == {phone(1), account(1)}
    assert {why.params["n"] for why in ring.reasons if why.code == "independent_reports"} == {4}


def test_a_list_of_one_kind_of_which_everybody_leaves_out_something_is_passed_on_too() -> None:
    """Four of five numbers each: no two reports need be the same. Four things of four kinds are what a victim meets."""
    for things, left in (([phone(n) for n in range(1, 6)], 0), (MIXED, 1)):
        facts = Facts()
        for n in range(6):
            facts.report(f"L{n}", names=tuple(x for i, x in enumerate(things) if i != n % 5), day=n, text=f"text {n}")
        found = detect(facts.view())
        assert len(found.rings) == left, things


MIXED = [phone(1), account(1), person(1), "email:c:syn.box1@mail.example", "wallet:inwi_money:+212683000009"]


def test_what_three_victims_of_one_crew_name_is_no_list() -> None:
    facts = Facts()
    for n in range(4):
        facts.report(f"R{n}", names=(phone(1), phone(2), account(1), account(2)), by=victim(n + 1), day=n)
        facts.report(f"S{n}", names=(phone(3), phone(4), phone(5), account(3)), by=victim(n + 21), day=n)
    found = detect(facts.view())
    one, other = {phone(1), phone(2), account(1), account(2)}, {phone(3), phone(4), phone(5), account(3)}
    assert {frozenset(members(found, n)) for n in (0, 1)} == {frozenset(one), frozenset(other)}


def test_a_reseller_whose_customers_are_reported_joins_nobody() -> None:
    """Crews buy their cards at one shop. Who holds the lines of one crew, which one device uses, sells none."""
    for shop in (True, False):
        facts = Facts()
        for n in range(12):
            facts.link(person(50), "USES", phone(100 + n), basis="registered", since=-20)
            if not shop:
                facts.seen(phone(100 + n), device="dev:imei:00101000000017", day=n)
            for k in range(2):
                facts.report(f"R{n}{k}", names=(phone(100 + n), account(n)), by=victim(10 * n + k + 1), day=n + k)
        found = detect(facts.view())
        assert ({c.uid for c in found.cuts if c.why.code == "cut_reseller"} == {person(50)}) is shop
        assert max(len([m for m in ring.members if m.label == "Phone"]) for ring in found.rings) == (1 if shop else 12)


def test_an_account_under_two_names_is_one_hand() -> None:
    """Reports know a profile by its handle, the platform by its number; a messaging account by the telephone number."""
    facts = Facts()
    handle, native, chat = "acct:facebook:h:synlina77", account(9), f"acct:whatsapp:h:{phone(7).rsplit(':', 1)[1]}"
    for n in range(3):
        facts.report(f"R{n}", names=(handle, chat), by=victim(n + 1), day=n)
    rec = facts._record("f7:facebook:1", "facebook", "platform", at(30))
    facts.rows["statements"].append({"subject": native, "prop": "handle", "text": "syn.lina77", "rec": rec})
    facts._appear(rec, native)
    facts.link(phone(7), "RECOVERY_OF", account(8), kind="platform")
    found = detect(facts.view())
    assert {handle, native, chat, phone(7), account(8)} <= members(found)
    basis = {m.uid: {why.code for why in m.basis} for m in found.rings[0].members}
    assert "member_same_account" in basis[native] & basis[phone(7)]


def test_one_address_and_port_within_an_hour_is_one_connection_and_an_address_alone_is_nobodys() -> None:
    for ip, users, one in (
        ("ip:198.51.100.4:40231:2024-06-08T12", 2, True),
        ("ip:[2001:db8:5::1]:443:2024-06-08T12", 2, True),
        ("ip:198.51.100.4::2024-06-08T12", 2, False),
        ("ip:[2001:db8:5::1]::2024-06-08T12", 2, False),
        ("ip:198.51.100.4:40231:2024-06-08T12", 7, False),
    ):
        facts = Facts()
        for n in range(2):
            for k in range(3):
                facts.report(f"R{n}{k}", names=(account(n), phone(n)), by=victim(10 * n + k), day=k)
        for n in range(users):
            facts.connected(account(n), ip)
        found = detect(facts.view())
        assert len(found.rings) == (1 if one else 2), ip
        if one:
            assert "SAME_CONNECTION" in {link.rel for link in found.rings[0].links}
            assert any(
                b.code == "member_same_connection" and b.records for m in found.rings[0].members for b in m.basis
            )


def test_a_cafe_whose_gateway_shows_one_port_ties_no_customers() -> None:
    """Accounts of strangers come in twos and threes, one hour after another; those of a crew are one another's too."""
    for related, machine, one in ((False, False, False), (False, True, False), (True, False, True)):
        facts = Facts()
        for k in range(3):
            facts.report(f"R{k}", names=(account(0), phone(0)), by=victim(k), day=k)
        for n in range(8):
            facts.connected(account(n), f"ip:198.51.100.4:40231:2024-06-{8 + n:02}T12")
            facts.connected(account((n + 1) % 8), f"ip:198.51.100.4:40231:2024-06-{8 + n:02}T12")
            if related:
                facts.link(phone(700), "RECOVERY_OF", account(n), kind="platform")
            if machine:
                facts.link(account(n), "USES", "dev:mac:00005e005317", kind="seizure")
        assert ({account(n) for n in range(1, 8)} <= members(detect(facts.view()))) is one


def test_pieces_that_each_have_one_report_stand_together() -> None:
    """Two reports of one crew name different ends of it; what nobody names is in one piece with neither alone."""
    edges = pl.DataFrame(
        [(0, 1, 1.0), (1, 2, 0.4), (2, 3, 1.0), (4, 5, 1.0), (3, 4, 0.2)],
        schema={"u": pl.UInt32, "v": pl.UInt32, "w": pl.Float64}, orient="row",
    )  # fmt: skip
    labelled = pl.DataFrame(
        {"node": range(6), "group": [0, 0, 2, 2, 4, 4]}, schema={"node": pl.UInt32, "group": pl.Int64}
    )

    def named(*voices: tuple[int, int]) -> list[int]:
        names = pl.DataFrame(list(voices), schema={"node": pl.UInt32, "voice": pl.UInt32}, orient="row")
        support, network = SimpleNamespace(names=names), SimpleNamespace(edges=edges)
        evidence = SimpleNamespace(params=Params())
        found = rings.standing_together(evidence, support, network, labelled)  # type: ignore[arg-type]
        return found.sort("node")["group"].to_list()

    assert named((0, 1), (3, 2)) == [0, 0, 0, 0, 4, 4], "0 and 2 have a report each and are tied"
    assert named((0, 1), (3, 2), (3, 3)) == [0, 0, 2, 2, 4, 4], "2 stands alone and takes nobody in"
    assert named((0, 1), (5, 2)) == [0, 0, 2, 2, 4, 4], "what nobody names joins nobody"


@pytest.mark.parametrize("named", [None, account(70), "acct:facebook:h:synpage"])
def test_pages_of_an_agency_tie_its_staff_only_where_a_report_names_them(named: str | None) -> None:
    """One of a crew works for an agency: the pages of its clients, and who else runs them, have no part in it. A page
    may be named by the handle that it wears."""
    facts = Facts()
    crew(facts, 100, (person(1),))
    facts.link(account(60), "USES", phone(100), kind="platform", basis="registered")
    for admin in (account(60), account(61)):
        facts.link(admin, "ADMINISTERS", account(70), kind="platform")
    rec = len(facts.rows["records"]) - 1
    facts.rows["statements"].append({"subject": account(70), "prop": "handle", "text": "synpage", "rec": rec})
    if named:
        facts.report("PAGE", names=(named, phone(101)), by=victim(70), day=9)
    inside = members(detect(facts.view()))
    assert account(60) in inside
    assert ({account(61), account(70)} <= inside) is (named is not None)
    assert named or not {account(61), account(70)} & inside
