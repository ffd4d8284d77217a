"""Whether two written names may be one person's: a score with the reasons for and against.

The score says how well the names agree, never that they are the same person: very many people are called
Mohamed Alaoui. How much an agreement tells is :mod:`ingest.resolution.rarity`'s to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ingest.resolution.sounds import likeness
from ingest.resolution.units import Unit, units_of

ALIKE: Final = 0.75
"""From this score on, two names may be of one person."""

_MATCHED: Final = 0.6
_FEMININE: Final = frozenset("aA")


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How two names compare: 0-1, pairs of positions that agree, and guard codes that spoke against."""

    score: float
    pairs: tuple[tuple[int, int], ...]
    against: tuple[str, ...]


@lru_cache(maxsize=262144)
def compare(a: str, b: str) -> NameMatch:
    """Compare two names as written, in Arabic or Latin script. Symmetric in its score."""
    left, right = units_of(a), units_of(b)
    if not left or not right:
        return NameMatch(0.0, (), ())
    pairs = _aligned(left, right)
    against = _guards(left, right, pairs)
    score = _score(left, right, pairs)
    if against:
        score = min(score, 0.5)
    return NameMatch(round(score, 4), tuple((i, j) for i, j, _ in pairs), tuple(sorted(set(against))))


@lru_cache(maxsize=262144)
def unit_likeness(a: Unit, b: Unit) -> float:
    """0-1: whether two elements are spellings of one name."""
    if a.initial or b.initial:
        return 0.8 if a.forms[0][:1] == b.forms[0][:1] and not (a.initial and b.initial) else float(a.word == b.word)
    if a.groups and b.groups:
        return 1.0 if a.groups & b.groups else 0.0
    whole = max(_guarded(x, y) for x in a.forms for y in b.forms)
    by_stem = 0.9 * max(
        [_guarded(a.stem, y) for y in (*b.forms, b.stem)] + [_guarded(x, b.stem) for x in a.forms], default=0.0
    )
    found = max(whole, by_stem)
    # A spelling that only resembles a common name is more often another name than a slip.
    known = bool(a.groups) != bool(b.groups)
    return found if not known or found >= 0.85 else found * 0.6


def _guarded(a: str, b: str) -> float:
    """Likeness of two sounds, but for endings that make another name: feminine -a, nisba -i."""
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if long[:-1] == short and long[-1] in "aAiY":
        return 0.3
    found = likeness(a, b)
    if (a[-1:] in _FEMININE) != (b[-1:] in _FEMININE):
        found = min(found, 0.55)
    if (a[-1:] in "iY") != (b[-1:] in "iY"):
        found = min(found, 0.7)
    if len(short) <= 4 and found < 0.8:
        return found * 0.7
    return found


def _aligned(left: tuple[Unit, ...], right: tuple[Unit, ...]) -> list[tuple[int, int, float]]:
    """Pairs of elements that agree, the best first; at equal likeness those in the same place."""
    found = [
        (unit_likeness(u, v), -abs(i - j), i, j)
        for i, u in enumerate(left)
        for j, v in enumerate(right)
        if u.soft == v.soft
    ]
    used_left: set[int] = set()
    used_right: set[int] = set()
    pairs: list[tuple[int, int, float]] = []
    for likeness_, _, i, j in sorted(found, key=lambda f: (-f[0], -f[1], f[2] + f[3], f[2])):
        if likeness_ >= _MATCHED and i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            pairs.append((i, j, likeness_))
    return pairs


def _guards(left: tuple[Unit, ...], right: tuple[Unit, ...], pairs: list[tuple[int, int, float]]) -> list[str]:
    """Codes of what makes two names of the same words two people."""
    against: list[str] = []
    if {u.gender for u in left if u.filiation or u.soft} | {v.gender for v in right if v.filiation or v.soft} >= {
        "m",
        "f",
    }:
        against.append("gender")
    for i, j, _ in pairs:
        u, v = left[i], right[j]
        if u.filiation and v.filiation and (u.filiation == "bent") != (v.filiation == "bent"):
            against.append("filiation")
        crossed = bool(u.filiation) != bool(v.filiation) and (i == 0) != (j == 0)
        if crossed and _begins_with_other(left, right, i, j):
            against.append("filiation_order")
    if _swapped_given(left, right, pairs):
        against.append("given_order")
    return against


def _begins_with_other(left: tuple[Unit, ...], right: tuple[Unit, ...], i: int, j: int) -> bool:
    """A father's name (after ben, ould) on one side opens the name on the other: son and father changed places."""
    opener, place = (right, j) if left[i].filiation else (left, i)
    joined = opener[place].word.startswith(("ben", "بن"))
    return place == 0 and not joined and len(opener) > 1


def _swapped_given(left: tuple[Unit, ...], right: tuple[Unit, ...], pairs: list[tuple[int, int, float]]) -> bool:
    """Two given names and nothing else, in the other order: a man and his father, or two people."""
    if len(left) != 2 or len(right) != 2 or len(pairs) != 2:
        return False
    if any(not u.groups or u.gender == "u" for u in (*left, *right)):
        return False
    return any(i != j for i, j, _ in pairs)


def weight(unit: Unit) -> float:
    """How much an element counts in a score: family names and rare names more than the common given names."""
    if unit.soft:
        return 0.0
    if unit.initial:
        return 0.3
    return 1.0 if unit.groups and unit.gender != "u" else 1.3


def _score(left: tuple[Unit, ...], right: tuple[Unit, ...], pairs: list[tuple[int, int, float]]) -> float:
    total = agreed = 0.0
    full = 0
    weakest = 1.0
    for i, j, like in pairs:
        share = min(weight(left[i]), weight(right[j]))
        total += share
        agreed += share * like
        if share >= 1.0:
            full += 1
            weakest = min(weakest, like)
    if not total:
        return 0.0
    base = agreed / total
    rest_left = [u for i, u in enumerate(left) if i not in {p[0] for p in pairs} and not u.soft]
    rest_right = [v for j, v in enumerate(right) if j not in {p[1] for p in pairs} and not v.soft]
    if rest_left and rest_right:
        # What is left on both sides contradicts; an initial that is another letter does so as much as a name.
        return base * total / (total + 2 * max(1.0, min(sum(map(weight, rest_left)), sum(map(weight, rest_right)))))
    if not full or full + sum(left[i].initial or right[j].initial for i, j, _ in pairs) < 2:
        alone = len(left) == len(right) == 1
        return base * (0.7 if alone else 0.6)
    if weakest < 0.72:
        base *= 0.9
    return base * (1.0 - 0.06 * (len(rest_left) + len(rest_right)))
