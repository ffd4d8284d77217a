"""T09: what followed a post makes the pattern, never what the page wrote."""

from __future__ import annotations

import pytest

from analysis.findings import Findings, Ring
from analysis.typologies.t09_facade import exact
from tests.analysis.evidence_builder import person, phone, victim
from tests.analysis.typologies.telling import EDITOR, PAGE, Told, facade, hits, run


def of_page(found: Findings) -> list[Ring]:
    return [ring for ring in found.rings if PAGE in {m.uid for m in ring.members}]


def test_posts_then_contact_demand_payment_and_removal_are_the_pattern() -> None:
    facts, masked = facade()
    found = run(facts, masked)
    (ring,) = hits(found, "T09")
    assert ring.status == "lead"
    told = next(r for r in ring.reasons if r.code == "t09_facade_page")
    assert told.params == {"page": PAGE, "targets": 3, "statements": 3, "payments": 3, "removals": 3}
    assert {r.split(":")[0] for r in told.records} == {"row", "cdr", "tx"}
    assert not any(m.uid.startswith(("victim", "phone:e164:+2126830008")) for m in ring.members)


def test_one_statement_without_money_leaves_the_brake_on() -> None:
    facts, masked = facade(statements=1, payers=())
    facts.report("OTHER", names=(PAGE,), by=victim(300), day=30, category="insult_slander")
    found = run(facts, masked)
    assert not hits(found, "T09")
    assert {ring.status for ring in of_page(found)} == {"watch"}


def test_two_statements_release_it_without_any_payment() -> None:
    facts, masked = facade(statements=2, payers=())
    (ring,) = hits(run(facts, masked), "T09")
    assert ring.status != "watch"


def test_one_statement_and_its_payment_release_it() -> None:
    facts, masked = facade(statements=1, payers=(0, 1))
    facts.report("OTHER", names=(PAGE, phone(701)), by=victim(300), day=30, category="insult_slander")
    assert hits(run(facts, masked), "T09")


@pytest.mark.parametrize("reports", [3, 50])
def test_a_journalist_whom_many_call_a_slanderer_is_never_above_watch(reports: int) -> None:
    """Journalism and whistle-blowing: the page is named again and again, by those it criticises and their friends."""
    facts = Told()
    facts.link(EDITOR, "ADMINISTERS", PAGE, kind="platform", since=-200)
    facts.link(phone(701), "RECOVERY_OF", EDITOR, kind="platform", since=-200)
    for n in range(40):
        facts.post(f"news{n}", n, target=victim(100 + n) if n % 4 == 0 else None)
    for n in range(reports):
        facts.report(f"I{n}", names=(PAGE, *((phone(701),) if n % 3 == 0 else ())), by=victim(100 + n),
                     category="insult_slander", day=5 + n % 40)  # fmt: skip
    found = run(facts)
    assert of_page(found) and all(ring.status == "watch" for ring in of_page(found))
    assert all("counter_public_page" in {r.code for r in ring.counter_indicators} for ring in of_page(found))
    assert not hits(found, "T09")


def test_a_writer_without_a_page_is_not_above_watch_for_what_she_says() -> None:
    """Fifty complaints of slander about a profile that no source calls a page; one threat among them is looked at."""
    for coercive, watched in ((0, True), (20, False)):
        facts = Told()
        for n in range(50):
            facts.report(f"I{n}", names=(EDITOR, phone(701)) if n % 5 == 0 else (EDITOR,), by=victim(100 + n),
                         category="sexual_blackmail" if n < coercive else "insult_slander", day=n % 40)  # fmt: skip
        statuses = {ring.status for ring in run(facts).rings if EDITOR in {m.uid for m in ring.members}}
        assert (statuses == {"watch"}) == watched


@pytest.mark.parametrize("removed", [False, True])
def test_a_page_that_sells_advertising_to_those_it_criticises_is_watched_at_most(removed: bool) -> None:
    """Paid advertising, right of reply: the criticised pay the editor after a post, two complain of slander."""
    facts, masked = facade(category="insult_slander", statements=4, payers=(0, 1), removed=removed, targets=6,
                           editor_takes=phone(701))  # fmt: skip
    found = run(facts, masked)
    assert not hits(found, "T09")
    assert of_page(found) and all(ring.status == "watch" for ring in of_page(found))


def test_one_accuser_among_advertisers_releases_nothing() -> None:
    """One identified person calls it blackmail, two others pay for advertising, three complain of slander."""
    facts, masked = facade(statements=0, payers=(0, 1), targets=8, editor_takes=phone(701))
    facts.report("ACCUSER", names=(PAGE, phone(701)), by=victim(105), day=40, demand=True)
    for n in (2, 3, 4):
        facts.report(f"I{n}", names=(PAGE,), by=victim(100 + n), day=30 + n, category="insult_slander")
    found = run(facts, masked)
    assert not hits(found, "T09")
    assert of_page(found) and all(ring.status == "watch" for ring in of_page(found))


def test_a_settlement_with_one_target_is_no_pattern() -> None:
    facts, masked = facade(statements=1, payers=(0,), targets=1)
    facts.report("OTHER", names=(PAGE,), by=victim(300), day=30, category="insult_slander")
    assert not hits(run(facts, masked), "T09")


def test_a_campaign_of_one_anonymous_text_releases_nothing() -> None:
    """Political campaigns: twenty copies of an anonymous complaint, whatever they call it."""
    facts = Told()
    facts.link(EDITOR, "ADMINISTERS", PAGE, kind="platform", since=-200)
    for n in range(30):
        facts.post(f"news{n}", n, target=victim(100 + n) if n % 3 == 0 else None)
    for n in range(20):
        facts.report(f"A{n}", names=(PAGE,), text=f"this page blackmails honest people number {n}", day=5 + n)
    facts.report("B", names=(PAGE,), by=victim(300), category="insult_slander", day=8)
    assert all(ring.status == "watch" for ring in of_page(run(facts)))


def test_posts_that_go_when_their_targets_pay_say_more_than_advertising() -> None:
    """No statement at all on the demand: eight targets, four paid, exactly their posts went."""
    facts, masked = facade(
        statements=2, category="insult_slander", payers=(0, 1, 2, 3), targets=9, editor_takes=phone(701)
    )
    (ring,) = hits(run(facts, masked), "T09")
    assert ring.status != "lead"
    facts, masked = facade(
        statements=2, category="insult_slander", payers=(0, 1, 2, 3), targets=9, editor_takes=phone(701), removed=False
    )
    assert not hits(run(facts, masked), "T09")


def test_what_comes_too_late_or_before_the_post_is_no_consequence() -> None:
    for delay in (-2, 40):
        facts, masked = facade(statements=0, payers=(0, 1, 2, 3), targets=9, delay=delay, editor_takes=phone(701))
        for n in range(2):
            facts.report(f"I{n}", names=(PAGE, phone(701)), by=victim(300 + n), day=50, category="insult_slander")
        assert not hits(run(facts, masked), "T09")


def test_silence_about_who_paid_counts_as_an_ending_while_the_page_goes_on() -> None:
    facts, masked = facade(removed=False)
    for n in range(3):
        facts.post(f"more{n}", 3.5 + 5 * n, target=victim(100 + n))
    (ring,) = hits(run(facts, masked), "T09")
    told = next(r for r in ring.reasons if r.code == "t09_facade_page")
    assert told.params["removals"] == 3


def test_an_acquittal_lowers_the_ring_of_the_page() -> None:
    facts, masked = facade()
    before = hits(run(facts, masked), "T09")[0]
    facts.link(person(71), "HAS_ROLE", "case:court:1", props='{"role": "acquitted"}')
    after = hits(run(facts, masked), "T09")[0]
    assert after.score < before.score


def test_topics_and_tone_are_not_read() -> None:
    """Theme, kind and text of a post move nothing."""
    scores = []
    for theme in ("corruption", "sport"):
        facts, masked = facade()
        for n in range(4):
            facts.say(f"post:page_posts:about{n}", facts.row(f"theme-{n}"), theme=theme, target_category=theme)
        scores.append([(ring.status, ring.score) for ring in run(facts, masked).rings])
    assert scores[0] == scores[1]


def test_a_call_from_a_number_before_it_changed_hands_is_no_contact_of_the_ring() -> None:
    strengths = []
    for holder in (False, True):
        facts, masked = facade()
        if holder:
            facts.link(person(80), "USES", phone(701), basis="registered", since=-900, until=-600)
            facts.link(person(71), "USES", phone(701), basis="registered", since=50)
        (ring,) = hits(run(facts, masked), "T09")
        strengths.append(next(h for h in ring.typologies if h.id == "T09").strength)
    assert strengths[0] >= strengths[1]


def test_the_exact_test_is_fishers() -> None:
    assert exact(8, 4, 4, 4) == pytest.approx(1 / 70)
    assert exact(8, 4, 4, 0) == pytest.approx(1)
    assert exact(9, 5, 4, 4) == pytest.approx(5 / 126)
