"""Names that come and go in a query: one that WITH dropped must not be given to something else.

kglite 0.21.2 takes such a name for the old thing (``MATCH (t)-->(p) WITH p, t.day AS day, count(*) AS n MATCH
(p)<--(t)`` finds fewer rows than it should) and says nothing, so it is refused on every store.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph.cypher_tokens import Token, refuse

_CLAUSES = frozenset(
    {"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL", "WHERE", "ORDER", "SKIP", "LIMIT", "UNION"}
)


def check_names(items: list[Token], pairs: dict[int, int], text: str) -> None:
    """Raises QueryError where a pattern of the outer query gives a dropped name to something else."""
    known: set[str] = set()
    dropped: set[str] = set()
    for word, start, stop in _clauses(items, pairs):
        if word == "UNION":
            known, dropped = set(), set()
        elif word == "MATCH":
            for token in _pattern_names(items, start, stop):
                if token.text in dropped:
                    raise refuse(
                        text, token.start, f"The name {token.text} was dropped by WITH before.",
                        "Give the new node or relation a name of its own.",
                    )  # fmt: skip
                known.add(token.text)
        elif word == "UNWIND":
            known |= {items[at + 1].text for at in range(start, stop) if items[at].word == "AS"}
        elif word == "WITH":
            kept = _kept(items, pairs, start, stop)
            if kept is not None:
                dropped = (dropped | known) - kept
                known = kept


def _outer(items: list[Token], pairs: dict[int, int], start: int, stop: int) -> Iterator[int]:
    """Positions outside all brackets."""
    at = start
    while at < stop:
        yield at
        at = pairs.get(at, at) + 1


def _clauses(items: list[Token], pairs: dict[int, int]) -> Iterator[tuple[str, int, int]]:
    """Keyword, first position after it and end of every outer clause (``STARTS WITH`` and ``ENDS WITH`` are none)."""
    opening = [
        at
        for at in _outer(items, pairs, 0, len(items))
        if items[at].word in _CLAUSES
        and not (at and (items[at - 1].word in ("STARTS", "ENDS") or items[at - 1].text == "."))
    ]
    for at, following in zip(opening, [*opening[1:], len(items) - 1], strict=True):
        yield items[at].word, at + 1, following


def _pattern_names(items: list[Token], start: int, stop: int) -> Iterator[Token]:
    """Names of nodes, relations and paths in a pattern."""
    for at in range(start, stop):
        token = items[at]
        if token.is_name and (items[at - 1].text in ("(", "[") or items[at + 1].text == "=") and token.word != "WHERE":
            yield token


def _kept(items: list[Token], pairs: dict[int, int], start: int, stop: int) -> set[str] | None:
    """What a WITH lets through; None: everything."""
    kept: set[str] = set()
    last: Token | None = None
    for at in [*_outer(items, pairs, start, stop), stop]:
        token = items[at]
        if at == stop or token.text == ",":
            if last is not None and last.is_name:
                kept.add(last.text)
            last = None
        elif token.text == "*" and (at == start or items[at - 1].word == "DISTINCT"):
            return None
        else:
            last = token
    return kept
