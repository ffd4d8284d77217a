"""How long a text a pattern may be run on: Python's matcher backtracks, and a mapping may come from anywhere.

The number of ways in which a pattern can be laid on a text of ``n`` characters is bounded by ``ways * n ** degree``,
counted on the parsed pattern: choices multiply, a repetition without end adds a degree where what follows it could also
be part of it, and trying from every position adds another. A text so long that this exceeds :data:`BUDGET` refuses its
row (``oversize``), a pattern for which that is less than :data:`SHORTEST` characters refuses the mapping: repetitions
inside repetitions such as ``(a+)+``. No clock is asked, so the answer is the same on every machine.

Reads the parsed form of :mod:`re` (its private ``_parser``; the public ``sre_parse`` of older versions is gone).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as c  # type: ignore[attr-defined]  # private to re: nothing else reads patterns
from re import _parser  # type: ignore[attr-defined]  # private to re: nothing else reads patterns
from typing import Any, Final

from ingest.rejects import Refused

BUDGET: Final = 40_000_000
"""Steps of the matcher on one text: well below a second."""
SHORTEST: Final = 64
"""A pattern that may not even be run on so many characters is refused."""
_HUGE: Final = BUDGET + 1
_ALPHABET: Final = tuple(map(chr, (*range(0x180), *range(0x600, 0x700), 0x20AC, 0x4E2D)))
_EVERYTHING: Final = frozenset(_ALPHABET)
_CLASSES: Final = {
    c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s", c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip

Node = tuple[Any, Any]
"""An operation of the parsed pattern and its arguments."""


@dataclass(frozen=True, slots=True)
class _Cost:
    """``ways * n ** degree``; ``runs``: whether anything in it repeats without end.

    ``scans``: whether a run that can be laid in one way only is run again for every way of what stands before it.
    """

    ways: int = 1
    degree: int = 0
    runs: bool = False
    scans: bool = False

    @property
    def power(self) -> int:
        """The degree from one position."""
        return max(self.degree + (1 if self.scans and self.degree else 0), 1 if self.runs else 0)


class _Endless(Exception):
    """A repetition without end around something that can be matched in several ways."""


@lru_cache(maxsize=256)
def longest(pattern: str) -> int:
    """Characters of the longest text the pattern may be run on, 0 when it may be run on none.

    Raises re.error for what is no pattern.
    """
    parsed = _parser.parse(pattern)
    try:
        cost = _sequence(list(parsed), bool(parsed.state.flags & re.IGNORECASE))
    except (_Endless, RecursionError):
        return 0
    # From every position, unless it is tied to the start; a run from each of them is a degree more.
    tied = len(parsed) > 0 and parsed[0] in ((c.AT, c.AT_BEGINNING), (c.AT, c.AT_BEGINNING_STRING))
    apart = tied or (cost.runs and _starts_apart(list(parsed), bool(parsed.state.flags & re.IGNORECASE)))
    degree = (0 if apart else 1) + cost.power
    room = BUDGET // max(cost.ways, 1)
    if degree == 0:
        return room if room >= SHORTEST else 0
    length = int(room ** (1 / degree))
    return length if length >= SHORTEST else 0


def check_length(pattern: str, text: str) -> None:
    """Raise Refused ``oversize`` for a text that is too long for the pattern."""
    most = longest(pattern)
    if len(text) > most:
        raise Refused("oversize", f"a text of more than {most} characters for a pattern that may try so many ways")


def _starts_apart(nodes: Sequence[Node], folded: bool) -> bool:
    """Whether it begins with a text that no run of it can pass over: runs from two starts then never overlap."""
    prefix: set[str] = set()
    for kind, value in nodes:
        if kind is not c.LITERAL:
            break
        prefix.add(chr(value))
    runs = [_first(list(value[2]), folded) for value in _runs(nodes)]
    passed = frozenset[str]().union(*(run for run in runs if run is not None))
    return bool(prefix - passed) and None not in runs and prefix <= _EVERYTHING


def _runs(nodes: Iterable[Node]) -> Iterator[Any]:
    """Every repetition without end, however deep."""
    for kind, value in nodes:
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            if value[1] is c.MAXREPEAT:
                yield value if len(list(value[2])) == 1 else (value[0], value[1], [(c.ANY, None)])
            yield from _runs(value[2])
        elif kind is c.SUBPATTERN:
            yield from _runs(value[3])
        elif kind is c.ATOMIC_GROUP:
            yield from _runs(value)
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from _runs(value[1])
        elif kind in (c.BRANCH, c.GROUPREF_EXISTS):
            for branch in value[1] if kind is c.BRANCH else value[1:]:
                yield from _runs(branch or ())


def _sequence(nodes: Sequence[Node], folded: bool, after: Sequence[Node] = ()) -> _Cost:
    """The cost of nodes one after the other; ``after`` is what follows the last of them."""
    ways, degree, runs, scans = 1, 0, False, False
    for n, node in enumerate(nodes):
        cost = _one(node, [*nodes[n + 1 :], *after], folded)
        scans = cost.scans if cost.degree else scans or cost.scans
        ways, degree, runs = min(ways * cost.ways, _HUGE), degree + cost.degree, runs or cost.runs
    return _Cost(ways, degree, runs, scans)


def _one(node: Node, after: Sequence[Node], folded: bool) -> _Cost:
    kind, value = node
    if kind is c.SUBPATTERN:
        return _sequence(list(value[3]), folded, after)
    if kind is c.ATOMIC_GROUP:
        return _sequence(list(value), folded)
    if kind in (c.ASSERT, c.ASSERT_NOT):
        return _sequence(list(value[1]), folded)
    if kind is c.BRANCH:
        parts = [_sequence(list(branch), folded, after) for branch in value[1]]
        return _either(parts, sum(p.ways for p in parts))
    if kind is c.GROUPREF_EXISTS:
        parts = [_sequence(list(branch), folded, after) for branch in value[1:] if branch]
        return _either(parts, 1 + sum(p.ways for p in parts))
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        return _repeat(kind, value, after, folded)
    return _Cost()


def _either(parts: Sequence[_Cost], ways: int) -> _Cost:
    return _Cost(
        min(ways, _HUGE), max(p.degree for p in parts), any(p.runs for p in parts), any(p.scans for p in parts)
    )


def _repeat(kind: Any, value: tuple[int, Any, Any], after: Sequence[Node], folded: bool) -> _Cost:
    least, most, body = value[0], value[1], list(value[2])
    inner = _sequence(body, folded, after)
    if most is c.MAXREPEAT:
        if inner.runs or inner.ways > 1 or not _wide(body):
            raise _Endless
        if kind is c.POSSESSIVE_REPEAT:
            return _Cost(1, 0, True, bool(after))
        mine = _first(body, folded)
        clash = after and (len(body) > 1 or mine is None or not mine.isdisjoint(_next(after, folded)))
        return _Cost(1, 1 if clash else 0, True, bool(after) and not clash)
    if inner.runs and most > 1:
        raise _Endless
    ways = 0
    for count in range(least, most + 1):
        ways = min(ways + min(inner.ways ** min(count, 64), _HUGE), _HUGE)
        if ways == _HUGE:
            break
    return _Cost(ways, inner.degree, inner.runs, inner.scans)


def _wide(body: Sequence[Node]) -> bool:
    """Whether the body takes at least one character each time."""
    return any(kind not in (c.AT, c.ASSERT, c.ASSERT_NOT, c.GROUPREF) for kind, _ in _flat(body))


def _flat(nodes: Iterable[Node]) -> Iterable[Node]:
    for kind, value in nodes:
        if kind is c.SUBPATTERN:
            yield from _flat(value[3])
        else:
            yield kind, value


def _next(nodes: Sequence[Node], folded: bool) -> frozenset[str]:
    """Characters with which what follows may begin; all of them where that is not plain."""
    found: frozenset[str] = frozenset()
    for kind, value in _flat(nodes):
        if kind is c.AT:
            if value in (c.AT_END, c.AT_END_STRING):
                return found  # tied to the end: a shorter run can not do
            continue
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            first = _first(list(value[2]), folded)
            if first is None:
                return _EVERYTHING
            found |= first
            if value[0] > 0:
                return found
            continue
        first = _chars(kind, value, folded)
        return _EVERYTHING if first is None else found | first
    return found


def _first(body: Sequence[Node], folded: bool) -> frozenset[str] | None:
    flat = list(_flat(body))
    return _chars(*flat[0], folded) if flat else None


def _chars(kind: Any, value: Any, folded: bool) -> frozenset[str] | None:
    """Characters of the sample alphabet one node takes, None when that is not one character."""
    if kind is c.LITERAL:
        return _cased({chr(value)}, folded)
    if kind is c.NOT_LITERAL:
        return _EVERYTHING - {chr(value)}
    if kind is c.ANY:
        return _EVERYTHING
    if kind is c.IN:
        items = list(value)
        negated = bool(items) and items[0][0] is c.NEGATE
        found: set[str] = set()
        for what, inner in items[1:] if negated else items:
            if what is c.LITERAL:
                found.add(chr(inner))
            elif what is c.RANGE:
                found.update(char for char in _ALPHABET if inner[0] <= ord(char) <= inner[1])
            elif what is c.CATEGORY and inner in _CLASSES:
                found.update(char for char in _ALPHABET if re.fullmatch(_CLASSES[inner], char))
            else:
                return None
        chars = _cased(found, folded)
        return _EVERYTHING - chars if negated else chars
    return None


def _cased(chars: set[str], folded: bool) -> frozenset[str]:
    return frozenset(chars | {x.lower() for x in chars} | {x.upper() for x in chars}) if folded else frozenset(chars)
