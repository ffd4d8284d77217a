"""Laws of a run, on random small evidence: order, independence, reproducibility, anonymity, no victims."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.findings import Findings
from analysis.params import Params
from analysis.run import detect
from graph.evidence import View
from tests.analysis.evidence_builder import Facts, account, person, phone, victim

SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def evidence(draw: st.DrawFn) -> Facts:
    """Reports, payments, contracts and calls over few identifiers, so that they meet."""
    facts = Facts()
    for n in range(draw(st.integers(2, 12))):
        names = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True))
        payees = draw(st.lists(st.integers(0, 2), max_size=1))
        by = draw(st.one_of(st.none(), st.integers(1, 6)))
        facts.report(
            f"R{n}", names=tuple(phone(i) if i < 4 else account(i) for i in names), payees=tuple(map(person, payees)),
            by=None if by is None else victim(by), category=draw(st.sampled_from(["sexual_blackmail", "fraud"])),
            text=draw(st.sampled_from([None, "pay or else", "they will publish it all"])), day=draw(st.integers(0, 80)),
            demand=draw(st.booleans()),
        )  # fmt: skip
    for n in range(draw(st.integers(0, 8))):
        payer = f"person:doc:KW:passport:ZZ{draw(st.integers(0, 3)):06d}"
        facts.pay(
            f"T{n}",
            payer,
            person(draw(st.integers(0, 2))),
            draw(st.integers(1, 90)) * 10_000,
            day=draw(st.integers(0, 60)),
        )
    for n in range(draw(st.integers(0, 3))):
        facts.link(person(n), "USES", phone(draw(st.integers(0, 8))), basis="registered", since=-100)
    for _ in range(draw(st.integers(0, 2))):
        facts.talk(phone(draw(st.integers(6, 8))), phone(draw(st.integers(0, 3))), times=draw(st.integers(1, 9)))
    return facts


def said(found: Findings) -> str:
    """Everything a run says."""
    return found.model_dump_json()


@SLOW
@given(evidence(), st.integers(0, 999))
def test_order_of_arrival_changes_nothing(facts: Facts, order: int) -> None:
    assert said(detect(facts.view())) == said(detect(facts.view(shuffle=order)))


@SLOW
@given(evidence(), st.integers(0, 999))
def test_order_of_rows_inside_frames_changes_nothing(facts: Facts, order: int) -> None:
    view = facts.view()
    tables = {
        name: frame if name in ("entities", "records") else frame.sample(fraction=1.0, shuffle=True, seed=order)
        for name, frame in view.tables.items()
    }
    mixed = View(view.head, view.digest, view.as_of, view.compartments, tables)
    assert said(detect(view)) == said(detect(mixed))


@SLOW
@given(evidence())
def test_no_victim_and_no_payer_is_a_member(facts: Facts) -> None:
    found = detect(facts.view())
    for ring in found.rings:
        uids = {m.uid for m in ring.members} | set(ring.associates)
        assert not any(uid.startswith("victim:") or ":passport:" in uid for uid in uids)


@SLOW
@given(evidence())
def test_unrelated_reports_change_no_ring(facts: Facts) -> None:
    def partition(found: Findings) -> set[frozenset[str]]:
        return {frozenset(m.uid for m in ring.members) for ring in found.rings}

    before = partition(detect(facts.view()))
    for n in range(6):
        facts.report(f"Z{n}", names=(account(900 + n // 3),), by=victim(90 + n), day=n)
    assert before <= partition(detect(facts.view()))


@SLOW
@given(evidence(), st.integers(2, 20))
def test_copies_of_an_anonymous_report_move_no_score_further(facts: Facts, copies: int) -> None:
    def scores(n: int) -> list[tuple[frozenset[str], float]]:
        told = Facts({name: list(rows) for name, rows in facts.rows.items()})
        for i in range(n):
            told.report(f"Q{i}", names=(phone(0), account(4)), text="a wholly different story told twice", day=81 + i)
        return sorted(((frozenset(m.uid for m in r.members), r.score) for r in detect(told.view()).rings), key=str)

    one, many = scores(1), scores(copies)
    assert [m for m, _ in one] == [m for m, _ in many]
    assert all(b <= a + 1e-9 for (_, a), (_, b) in zip(one, many, strict=True))


@SLOW
@given(evidence())
def test_every_score_has_its_records_and_every_member_its_reason(facts: Facts) -> None:
    view = facts.view()
    known = set(view.records["record"].to_list())
    for ring in detect(view).rings:
        cited = {r for why in ring.reasons for r in why.records} | {r for hit in ring.typologies for r in hit.records}
        assert cited and cited <= known
        assert all(member.basis for member in ring.members)


@SLOW
@given(evidence())
def test_without_a_critical_link_the_score_is_lower(facts: Facts) -> None:
    for ring in detect(facts.view()).rings:
        assert len(ring.fragility.critical_links) == len(ring.fragility.score_without)
        assert all(score < ring.score for score in ring.fragility.score_without)


def test_place_names_are_no_feature() -> None:
    def run(place: str) -> list[float]:
        facts = Facts()
        for n in range(5):
            facts.report(f"R{n}", names=(phone(1), account(n)), by=victim(n + 1), place=place, day=n)
        return [ring.score for ring in detect(facts.view()).rings]

    assert run("Oued Zem") == run("Rabat")


@pytest.mark.parametrize("seed", range(5))
def test_other_places_languages_and_names_for_the_same_ones_move_no_digit(seed: int) -> None:
    """They are no feature. That two anonymous reports without text differ in one of them only says that they are two:
    forty people of forty towns are no copies of each other."""
    told = {
        "place": ["Oued Zem", "Rabat", "Fes"],
        "reporter_country": ["MA", "SA", "GB"],
        "language": ["ar", "fr", "ary"],
        "suspect_name": ["Lina", "Sofia", "John"],
    }
    rng = random.Random(seed)
    said = {prop: [rng.choice(words) for _ in range(12)] for prop, words in told.items()}
    other = {prop: dict(zip(words, rng.sample(words, len(words)), strict=True)) for prop, words in told.items()}

    def run(*, renamed: bool) -> list[tuple[float, str, tuple[str, ...]]]:
        facts = Facts()
        for n in range(12):
            by = victim(n + 1) if n % 3 == 0 else None
            uid = facts.report(f"R{n}", names=(phone(1 + n % 2), account(n % 4)), by=by, day=n)
            rec = len(facts.rows["records"]) - 1
            for prop, words in said.items():
                text = other[prop][words[n]] if renamed else words[n]
                facts.rows["statements"].append({"subject": uid, "prop": prop, "text": text, "rec": rec})
        found = detect(facts.view()).rings
        return [(ring.score, ring.status, tuple(m.uid for m in ring.members)) for ring in found]

    assert run(renamed=False) == run(renamed=True)


def test_the_run_key_follows_what_a_run_depends_on() -> None:
    facts = Facts()
    for n in range(4):
        facts.report(f"R{n}", names=(phone(1),), by=victim(n + 1), day=n)
    view = facts.view()
    keys = {
        detect(view).run,
        detect(view, params=Params(gamma=0.2)).run,
        detect(view, masked_parties=[phone(1)]).run,
    }
    assert len(keys) == 3
    assert detect(view).run == detect(facts.view(shuffle=3)).run


def test_an_empty_view_has_no_rings() -> None:
    found = detect(Facts().view())
    assert found.rings == () and found.components == 0 and found.entities == 0


def test_seeds_do_not_leak_into_the_global_generator() -> None:
    random.seed(5)
    expected = [random.random() for _ in range(3)]
    random.seed(5)
    facts = Facts()
    for n in range(60):
        facts.report(f"R{n}", names=(phone(n), phone(n + 1), account(n)), by=victim(n + 1), day=n % 50)
    detect(facts.view(), params=Params(gamma=0.9))
    assert [random.random() for _ in range(3)] == expected
