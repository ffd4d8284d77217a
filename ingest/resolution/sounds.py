"""How a word of a name sounds: Latin and Arabic spellings in one small alphabet, and how far two sounds are apart.

Letters of the alphabet: plain consonants, ``C`` (ch, sh), ``X`` (kh, خ), ``G`` (gh, غ), ``T`` (th, ث),
``D`` (dh, ذ ظ ض), vowels ``a e i o u``, glides ``w y``; from Arabic script ``A`` (alif, feminine ending),
``W Y`` (vowel or glide), ``3`` (ain).
Short vowels are not written in Arabic, so against it a missing one costs next to nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LATIN: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tch|sch|ch|sh", "C"),
        ("x", "ks"),
        ("kh", "X"),
        ("gh|^rh", "G"),
        ("dj", "j"),
        ("ph", "f"),
        ("th", "T"),
        ("dh", "D"),
        ("gu(?=[ei])", "g"),
        ("ck|qu(?=[ei])|q", "k"),
        ("c(?=[eiy])|ç", "s"),
        ("c", "k"),
        ("ou(?=[aeiou])", "w"),
        ("ou|oo", "u"),
        ("ee", "i"),
        ("y(?![aeiou])", "i"),
        ("(.)\\1+", "\\1"),
        ("(?<=..)e$", ""),
        ("ah$", "a"),
    )
)
_ARABIC: Final = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ا", "ؤ": "و", "ئ": "ي", "ـ": "", "ء": "", "گ": "ڭ", "ک": "ك",
        "ی": "ي",
    }
)  # fmt: skip
_ARABIC_SOUND: Final = str.maketrans(
    {
        "ا": "A", "ب": "b", "ت": "t", "ث": "T", "ج": "j", "ح": "h", "خ": "X", "د": "d", "ذ": "D", "ر": "r", "ز": "z",
        "س": "s", "ش": "C", "ص": "s", "ض": "D", "ط": "t", "ظ": "D", "ع": "3", "غ": "G", "ف": "f", "ق": "k", "ك": "k",
        "ڭ": "g", "ڨ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h", "ة": "A", "و": "W", "ي": "Y", "پ": "p", "ڤ": "v",
    }
)  # fmt: skip
VOWELS: Final = frozenset("aeiou")
_SOFT: Final = VOWELS | frozenset("wyAWY3")

_NEAR: Final[dict[frozenset[str], float]] = {
    frozenset(pair): cost
    for pairs, cost in (
        (("ou", "Wo", "Wu", "Ww", "Yi", "Ye", "Yy", "Aa", "3a", "wu", "yi"), 0.05),
        (("ei", "ea", "Ae", "ye", "3e", "3o", "3i", "3u", "td", "tT", "dD", "fv"), 0.25),
        (("wo", "gj", "kX", "Ga", "gG", "GX", "bp", "kg", "hX", "sT", "zD", "Cj", "sz"), 0.45),
        (("eo", "eu", "Wa", "Ya"), 0.6),
        (("ai", "au", "iu", "oa", "oi", "WY", "AW", "AY"), 1.0),
    )
    for pair in pairs
}


def is_arabic(word: str) -> bool:
    """Whether a word is written in Arabic script."""
    return any("؀" <= letter <= "ۿ" for letter in word)


def fold(text: str) -> str:
    """Lower case without marks, tatweel, direction marks; compatibility forms and Arabic letter variants undone."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("ç", "s")
    plain = plain.translate(_ARABIC)
    split = unicodedata.normalize("NFD", plain)
    return "".join(c for c in split if unicodedata.category(c) not in ("Mn", "Cf"))


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """The sound of one folded word."""
    if is_arabic(word):
        heard = word.translate(_ARABIC_SOUND)
        return re.sub(r"(.)\1+", r"\1", "".join(c for c in heard if c.isascii() and c.isalnum()))
    for pattern, replacement in _LATIN:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=65536)
def bones(heard: str) -> str:
    """The consonants of a sound, those that spellings confuse made one: what words are blocked by."""
    kept = "".join(c for c in heard if c not in _SOFT and c != "h")
    folded = kept.translate(str.maketrans("TDXGvpqz", "tdkgfbks"))
    return re.sub(r"(.)\1+", r"\1", folded)


def _swap(a: str, b: str) -> float:
    return 0.0 if a == b else _NEAR.get(frozenset((a, b)), 1.0)


def _carrier(a: str, b: str) -> bool:
    """A leading alif carries any vowel."""
    return (a == "A" and b in VOWELS) or (b == "A" and a in VOWELS)


def _drop(letter: str, *, last: bool, first: bool, other_arabic: bool) -> float:
    """Cost of a letter that the other word lacks."""
    if letter == "3":
        return 0.05
    if letter == "h":
        return 0.5
    if letter in VOWELS:
        if last and letter == "a":
            return 1.0
        if other_arabic:
            return 0.05 if not last else 0.6
        return 0.35 if first or letter == "e" else 0.45
    if letter == "A" and last:
        return 1.0
    if letter in "AWYwy":
        return 0.5
    return 1.0


@lru_cache(maxsize=262144)
def distance(a: str, b: str) -> float:
    """Weighted edit distance of two sounds; about 1 for one letter of another kind."""
    arabic = [not any(c in VOWELS for c in word) for word in (a, b)]
    rows, columns = len(a), len(b)
    previous = [0.0] * (columns + 1)
    before: list[float] = []
    for j in range(columns):
        previous[j + 1] = previous[j] + _drop(b[j], last=j == columns - 1, first=j == 0, other_arabic=arabic[0])
    for i in range(rows):
        drop_a = _drop(a[i], last=i == rows - 1, first=i == 0, other_arabic=arabic[1])
        current = [previous[0] + drop_a]
        for j in range(columns):
            drop_b = _drop(b[j], last=j == columns - 1, first=j == 0, other_arabic=arabic[0])
            swap = 0.05 if not i and not j and _carrier(a[0], b[0]) else _swap(a[i], b[j])
            cost = min(previous[j] + swap, previous[j + 1] + drop_a, current[j] + drop_b)
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                cost = min(cost, before[j - 1] + 0.9)
            current.append(cost)
        before, previous = previous, current
    return previous[columns]


def likeness(a: str, b: str) -> float:
    """0-1: how alike two sounds are; 1 same, about .7 one wrong letter in eight, 0 nothing in common."""
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    return max(0.0, 1.0 - distance(a, b) / (0.45 * max(len(a), len(b))))
