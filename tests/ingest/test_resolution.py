"""Names: the committed table of pairs, the guards one by one, and laws that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.names import pairs, quality
from ingest.resolution.names import ALIKE, compare
from ingest.resolution.rarity import rarity
from ingest.resolution.units import units_of

NAMES = sorted({name for p in pairs() for name in (p.a, p.b)})
TEXT = st.text(alphabet=st.sampled_from("abdeilmnorsuyhk 3796'-.éçمحدعليبنال ةى ـً‏"), max_size=30)


@pytest.mark.parametrize("part", ["tuned", "held out"])
def test_the_table_of_pairs_is_answered_well_enough(part: str) -> None:
    of = [p for p in pairs() if p.part == part]
    precision, recall = quality(of)
    assert len(of) >= 60 and len(pairs()) >= 150
    assert precision >= 0.95 and recall >= 0.85


def test_the_table_has_no_pair_twice_and_hard_ones_both_ways() -> None:
    seen = [tuple(sorted((p.a, p.b))) for p in pairs()]
    assert len(set(seen)) == len(seen)
    for about in ("script", "feminine", "order around ould", "Ivorian order", "Gulf script", "arabizi"):
        assert any(p.about == about for p in pairs()), about


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_comparing_is_symmetric(a: str, b: str) -> None:
    assert compare(a, b).score == compare(b, a).score


@settings(max_examples=300)
@given(TEXT, TEXT)
@example("بن", "ben")
@example("abd", "abd el")
@example("ould ould ould", "b b b")
@example("3", "٣")
def test_any_text_is_compared_and_scores_stay_in_bounds(a: str, b: str) -> None:
    assert 0.0 <= compare(a, b).score <= 1.0
    assert compare(a, b).score == compare(b, a).score


@given(st.sampled_from(NAMES))
def test_a_name_is_like_itself_however_it_is_dressed(name: str) -> None:
    if len([u for u in units_of(name) if not u.soft]) < 2:
        return
    assert compare(name, name).score >= ALIKE
    assert compare(name, f"  {name.upper()} ").score >= ALIKE
    assert compare(name, "\u200f" + name.replace(" ", "  ")).score >= ALIKE


@given(st.sampled_from(NAMES), st.integers(0, 40))
def test_marks_and_tatweel_change_nothing(name: str, at: int) -> None:
    arabic = [i for i, c in enumerate(name) if "ء" <= c <= "ي"]
    if not arabic:
        return
    i = arabic[at % len(arabic)] + 1
    assert compare(name[:i] + "\u064e" + name[i:], name) == compare(name, name)


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("Ahmed Ould Mohamed", "Mohamed Ould Ahmed", "filiation_order"),
        ("Ali Ben Omar", "Omar Ben Ali", "filiation_order"),
        ("Salma Bent Omar", "Salma Ben Omar", "filiation"),
        ("Moulay Ismail Alaoui", "Lalla Ismail Alaoui", "gender"),
        ("Ahmed Hassan", "Hassan Ahmed", "given_order"),
    ],
)
def test_a_guard_says_why(a: str, b: str, code: str) -> None:
    match = compare(a, b)
    assert code in match.against and match.score < ALIKE


@pytest.mark.parametrize("name", ["Mohamed", "محمد", "M.", "Dr", ""])
def test_one_name_alone_identifies_nobody(name: str) -> None:
    assert compare(name, name).score < ALIKE


def test_a_name_that_many_bear_says_less() -> None:
    crowd = [(n, "Mohamed Alaoui") for n in range(200)] + [(n + 200, "Said Tazi") for n in range(200)]
    known = rarity([*crowd, (900, "Zaynab Oubellouch"), (901, "Zineb Oubelouch")])
    common = known.expected("Mohamed Alaoui", "محمد العلوي", compare("Mohamed Alaoui", "محمد العلوي"))
    rare = known.expected("Zaynab Oubellouch", "Zineb Oubelouch", compare("Zaynab Oubellouch", "Zineb Oubelouch"))
    assert common > 50 and rare < 0.05
