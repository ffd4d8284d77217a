"""Laws of the patterns that read pages, pictures, shares and centres, on random small evidence."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.findings import Findings
from analysis.run import detect
from tests.analysis.evidence_builder import account, person, phone, victim
from tests.analysis.typologies.telling import EDITOR, PAGE, Told

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MASKED = {phone(800 + n): victim(100 + n) for n in range(6)}
DAYS = st.integers(0, 60)


@st.composite
def evidence(draw: st.DrawFn) -> Told:
    """Few pages, accounts, pictures, people and lines, so that they meet in every way a source may say."""
    facts = Told()
    pages, accounts = [PAGE, account(1)], [account(n) for n in range(4)]
    posts = []
    for n in range(draw(st.integers(0, 8))):
        day = draw(DAYS)
        target = draw(st.sampled_from([None, victim(100), victim(101), person(40), phone(800)]))
        gone = draw(st.sampled_from([None, day + 2, day + 30]))
        posts.append(facts.post(f"p{n}", day, page=draw(st.sampled_from(pages)), target=target, gone=gone))
    for post in posts:
        for one in draw(st.lists(st.sampled_from(accounts), max_size=3, unique=True)):
            facts.share(one, post, draw(DAYS))
    for n in range(draw(st.integers(0, 4))):
        shown = draw(st.lists(st.sampled_from(accounts), max_size=3, unique=True))
        facts.picture(
            f"media:sha256:{n:064x}", *shown, phash=draw(st.sampled_from([None, "f0e1d2c3b4a59687", "0" * 16]))
        )
    for n in range(draw(st.integers(2, 8))):
        names = draw(st.lists(st.sampled_from([*pages, *accounts, phone(1), phone(701)]), min_size=1, max_size=3))
        by = draw(st.sampled_from([None, victim(100), victim(7)]))
        facts.report(f"R{n}", names=tuple(dict.fromkeys(names)), by=by,
                     category=draw(st.sampled_from(["insult_slander", "sexual_blackmail", "fraud"])), day=draw(DAYS),
                     payees=draw(st.sampled_from([(), (phone(701),)])), demand=draw(st.booleans()))  # fmt: skip
    for n in range(draw(st.integers(0, 5))):
        facts.pay(f"T{n}", draw(st.sampled_from(sorted(MASKED))), phone(701), 100_000, day=draw(DAYS))
    for _ in range(draw(st.integers(0, 6))):
        facts.call(phone(701), draw(st.sampled_from([phone(1), phone(800)])), draw(DAYS),
                   c=draw(st.sampled_from([None, phone(900)])))  # fmt: skip
    for n in range(draw(st.integers(0, 3))):
        rel = draw(st.sampled_from(["EMPLOYED_BY", "MANAGES"]))
        facts.link(person(n), rel, "org:register:c1", since=draw(st.sampled_from([None, -10])))
        facts.link(person(n), "USES", phone(900), basis="registered", since=-20)
    return facts


def said(found: Findings) -> str:
    return found.model_dump_json()


@FEW
@given(evidence(), st.integers(0, 99))
def test_order_of_arrival_changes_nothing(facts: Told, order: int) -> None:
    assert said(detect(facts.view(), masked_parties=MASKED)) == said(
        detect(facts.view(shuffle=order), masked_parties=MASKED)
    )


@FEW
@given(evidence())
def test_no_target_reporter_organisation_or_picture_is_a_member(facts: Told) -> None:
    for ring in detect(facts.view(), masked_parties=MASKED).rings:
        uids = {m.uid for m in ring.members} | set(ring.associates)
        assert not uids & set(MASKED)
        assert not any(uid.startswith(("victim:", "org:", "media:", "post:")) for uid in uids)


@FEW
@given(evidence())
def test_what_weighs_nothing_is_in_no_score(facts: Told) -> None:
    for ring in detect(facts.view(), masked_parties=MASKED).rings:
        assert not any(hit.id == "T16" for hit in ring.typologies)
        assert all(hit.records for hit in ring.typologies)


@st.composite
def journalist(draw: st.DrawFn) -> Told:
    """A page, its editor, people it writes about, advertising, corrections, complaints of slander and one lie."""
    facts = Told()
    facts.link(EDITOR, "ADMINISTERS", PAGE, kind="platform", since=-200)
    facts.link(phone(701), "RECOVERY_OF", EDITOR, kind="platform", since=-200)
    facts.link(person(71), "USES", phone(701), basis="registered", since=-300)
    sold = 0
    for n in range(draw(st.integers(1, 20))):
        day, target = draw(DAYS), draw(st.integers(0, 5))
        paid, gone = draw(st.booleans()), draw(st.booleans())
        if paid:
            taker = draw(st.sampled_from([phone(701), person(71)]))
            facts.pay(f"AD{n}", phone(800 + target), taker, 500_000, day=day + draw(st.integers(-20, 14)), country="MA")
            sold += gone
        facts.post(f"p{n}", day, target=victim(100 + target), gone=day + 15 if gone and sold <= 2 else None)
        if draw(st.booleans()):
            facts.call(phone(701), phone(800 + target), day + 1)
    for n in range(draw(st.integers(2, 25))):
        names = draw(st.sampled_from([(PAGE,), (PAGE, phone(701)), (EDITOR,), (PAGE, EDITOR)]))
        by = draw(st.sampled_from([None, *(victim(100 + k) for k in range(6)), victim(200 + n)]))
        facts.report(f"I{n}", names=names, by=by, category="insult_slander", day=draw(DAYS))
    if draw(st.booleans()):
        facts.report("LIE", names=(PAGE, phone(701)), by=victim(300), day=draw(DAYS), demand=True)
    return facts


@settings(FEW, max_examples=25)
@given(journalist())
def test_a_journalist_s_page_is_never_above_watch(facts: Told) -> None:
    found = detect(facts.view(), masked_parties=MASKED)
    about = [ring for ring in found.rings if {PAGE, EDITOR} & {m.uid for m in ring.members}]
    assert all(ring.status == "watch" for ring in about)
    assert not any(hit.id in ("T09", "T10") for ring in about for hit in ring.typologies)
