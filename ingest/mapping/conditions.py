"""Conditions of a mapping, compiled to functions of a row."""

from __future__ import annotations

import re

from ingest.mapping.bounded import check_length
from ingest.mapping.language import Condition, Row
from ingest.mapping.place import Place
from ingest.mapping.values import pattern, scalar
from ingest.normalise.text import clean


def condition(place: Place, node: object, paths: set[str]) -> Condition:
    """A condition; a list means all. Columns it reads are added to ``paths``."""
    if isinstance(node, list):
        if not node:
            raise place.error("an empty list of conditions", "Remove it.")
        parts = [condition(place.at(str(n)), part, paths) for n, part in enumerate(node, 1)]
        return lambda row: all(part(row) for part in parts)
    words = place.table(node, ("column", "equals", "in", "matches", "empty", "not", "any"))
    if set(words) == {"not"}:
        inner = condition(place.at("not"), words["not"], paths)
        return lambda row: not inner(row)
    if set(words) == {"any"}:
        options = words["any"]
        if not isinstance(options, list) or not options:
            raise place.at("any").error("not a list of conditions", "Write [{column: ..., equals: ...}, ...].")
        parts = [condition(place.at(f"any.{n}"), part, paths) for n, part in enumerate(options, 1)]
        return lambda row: any(part(row) for part in parts)
    if len(words) != 2 or "column" not in words:
        raise place.error("column and one of equals, in, matches, empty", "Or one of not, any alone.")
    column = place.at("column").text(words["column"])
    paths.add(column)
    (test,) = set(words) - {"column"}
    return _test(place.at(test), test, column, words[test])


def _test(place: Place, test: str, column: str, node: object) -> Condition:
    if test == "equals":
        wanted = clean(scalar(place, node))
        return lambda row: wanted in row.items(column)
    if test == "in":
        if not isinstance(node, list):
            raise place.error("not a list", "Write [a, b, ...].")
        among = frozenset(clean(scalar(place, n)) for n in node)
        return lambda row: not among.isdisjoint(row.items(column))
    if test == "matches":
        written = pattern(place, place.text(node))
        shape = re.compile(written)

        def matches(row: Row) -> bool:
            for item in row.items(column):
                check_length(written, item)
                if shape.search(item):
                    return True
            return False

        return matches
    if test == "empty":
        absent = place.flag(node)

        def empty(row: Row) -> bool:
            return (not row.items(column)) == absent

        return empty
    raise place.error("not here", "Write not and any without a column.")
