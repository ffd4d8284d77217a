"""Texts folded to consonants, and the three fingerprints of a narrative."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scripts import texts
from ingest.fingerprint import (
    FEWEST_WORDS,
    FOLDED_DIGITS,
    MOST_SHINGLES,
    folded_sketch,
    sketch_similarity,
    text_marks,
)
from ingest.wording import consonants
from tests.ingest.loading import FixedKeys

KEYS = FixedKeys()
LONG = "il me demande de payer cinq mille dirhams sinon il publie la conversation a toute ma famille et a mes amis"


@pytest.mark.parametrize(
    "forms",
    [
        (
            "3andi lvideo dyalk",
            "3ndi lvidéo dialk",
            "عندي الفيديو ديالك",
            "endi l video dyalek",
            "3AAANDI LVIDEO DYAALK!!!",
        ),
        ("ghadi nsifto l3a2iltk", "غادي نصيفطو لعائلتك", "ghadi nsiftou l 3ailtek"),
        ("9bel l3cha f lkhdma", "قبل العشا فالخدمة", "qbel la3cha flkhedma"),
        ("had lhadra b9at binatna", "هاد الهضرة بقات بيناتنا", "had l7adra bqat binatna"),
        ("envoyer tes photos", "env0yer tes ph0tos", "ENVOYEEER tes photos"),
        ("isma3 ya akhi", "اسمع يا أخي", "إسمعْ يا أخـي"),
    ],
)
def test_spellings_of_one_phrase_have_the_same_consonants(forms: tuple[str, ...]) -> None:
    assert len({consonants(form) for form in forms}) == 1, {form: consonants(form) for form in forms}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pay 3000 dh now", "pay 15.000,50 dirhams now"),
        ("pay 300€ now", "pay €1000 now"),
        ("خلص ٣٠٠٠ درهم دابا", "خلص 500 ريال دابا"),
        ("write to a@b.example", "write to somebody.else@c.example"),
        ("open https://a.example/x?y=1", "open www.other.example/z"),
        ("call 0683000001 now", "call +212 685 00 00 02 now"),
        ("pay now 😈🔥", "pay, now..."),
        ("add @syn_user", "add @other.name"),
    ],
)
def test_what_differs_from_victim_to_victim_is_out(one: str, other: str) -> None:
    assert consonants(one) == consonants(other)


@pytest.mark.parametrize(("one", "other"), [("flous", "tilifon"), ("الفلوس", "الصور"), ("call me", "pay me")])
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert consonants(one) != consonants(other)


@given(st.text(max_size=300))
def test_any_text_folds_to_few_signs_and_case_and_blanks_do_not_matter(text: str) -> None:
    stream = consonants(text)
    assert set(stream) <= set("bcdfghjklmnrstxz#@")
    assert not any(a == b for a, b in itertools.pairwise(stream))
    assert consonants(f"  {text}\n") == stream


def test_a_short_text_leaves_no_folded_sketch() -> None:
    words = LONG.split()
    assert folded_sketch(" ".join(words[: FEWEST_WORDS - 1]), KEYS) is None
    assert folded_sketch("je te " * 20, KEYS) is None, "many words, few different ones"
    assert dict(text_marks("asked for money to stay silent", KEYS)).keys() == {"text_hash", "text_sketch"}
    assert list(text_marks(" ... ", KEYS)) == []


def test_a_sketch_holds_no_word_and_is_bounded() -> None:
    sketch = folded_sketch(LONG, KEYS)
    assert sketch is not None
    assert set(sketch) <= set("0123456789abcdef")
    assert len(sketch) % FOLDED_DIGITS == 0
    endless = " ".join(f"{a}{b}{c}a" for a in "bdfkl" for b in "mnrst" for c in "bcdfgjklmnrstxz" for _ in range(3))
    sketch = folded_sketch(endless, KEYS)
    assert sketch is not None
    assert len(sketch) <= MOST_SHINGLES * FOLDED_DIGITS


def test_the_key_decides_the_hashes_and_not_the_likeness() -> None:
    class OtherKeys(FixedKeys):
        secret = b"another unit"

    one, other = (t.words for t in texts(0)[:2])

    def likeness(keys: FixedKeys) -> float:
        a, b = folded_sketch(one, keys), folded_sketch(other, keys)
        assert a is not None and b is not None
        return sketch_similarity(a, b, FOLDED_DIGITS)

    assert folded_sketch(one, KEYS) != folded_sketch(one, OtherKeys())
    assert likeness(KEYS) == likeness(OtherKeys()) > 0.3


@pytest.mark.parametrize("text", ["a" * 100_000, "1 " * 50_000, "@" * 100_000, "http://" * 10_000, "ا" * 100_000])
def test_no_text_takes_long(text: str) -> None:
    assert folded_sketch(text, KEYS) is None


def test_marks_of_the_made_set_can_be_told_apart() -> None:
    sketches = {t.words: folded_sketch(t.words, KEYS) for t in texts(0)}
    assert all(sketches.values())
    assert len(json.dumps(sketches)) < 80_000
