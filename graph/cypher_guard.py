"""Free Cypher, read only, by allow-list: what is not known to be harmless is refused.

A word that stands where an operator or a clause must stand has to be one of :data:`KEYWORDS`; a function or a
procedure has to be listed; words that write, load, administer or hint are refused wherever they could be a keyword.
A store runs nothing that did not pass :func:`check`, its own read-only mode comes on top.
"""

from __future__ import annotations

from functools import lru_cache

from graph.cypher_names import check_names
from graph.cypher_tokens import Token, closing, refuse, tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLAUSES = _words("MATCH OPTIONAL WITH UNWIND RETURN CALL")
"""Words a statement or a subquery may begin with."""

KEYWORDS = CLAUSES | _words(
    """WHERE ORDER BY SKIP LIMIT UNION ALL DISTINCT AS ASC ASCENDING DESC DESCENDING YIELD
    AND OR XOR NOT IN STARTS ENDS CONTAINS IS NULL CASE WHEN THEN ELSE END EXISTS COUNT COLLECT TRUE FALSE"""
)
"""Every keyword of the read-only language."""

REFUSED = _words(
    """CREATE MERGE SET DELETE DETACH NODETACH REMOVE DROP INSERT FOREACH LOAD CSV PERIODIC COMMIT TRANSACTIONS
    USE USING SHOW ALTER GRANT REVOKE TERMINATE CYPHER EXPLAIN PROFILE FINISH"""
)
"""Words that are nothing here but what they do elsewhere. Backticked, or after a dot, they are plain names."""

FUNCTIONS = _words(
    """all any none single exists count collect sum avg min max size length labels type nodes relationships
    startnode endnode properties keys coalesce head last tail reverse range reduce id elementid
    abs ceil floor round sign sqrt exp log log10 e pi
    tolower toupper lower upper trim ltrim rtrim split substring left right replace tostring tointeger tofloat toboolean
    date datetime localdatetime time localtime duration date.truncate datetime.truncate duration.between
    duration.indays duration.inseconds shortestpath allshortestpaths stdev stdevp percentiledisc"""
)
"""Functions, in lower case."""

PROCEDURES = frozenset({"db.labels", "db.relationshiptypes", "db.propertykeys"})
"""Procedures, in lower case: they tell the schema and nothing else."""

MAX_HOPS = 15
_READ_ONLY = "Free queries only read. Allowed clauses: " + ", ".join(sorted(CLAUSES | {"WHERE", "UNION"})) + "."
_SUBQUERY = frozenset({"CALL", "EXISTS", "COUNT", "COLLECT"})
_VALUE_WORDS = frozenset({"NULL", "TRUE", "FALSE", "END", "ASC", "ASCENDING", "DESC", "DESCENDING"})


def check(text: str) -> list[Token]:
    """The tokens of a query that only reads.

    Raises:
        QueryError: anything else; the message points at the token with line and column, the hint says what may
            be written instead.
    """
    return list(_checked(text))


@lru_cache(maxsize=256)  # walks ask the same few texts again and again
def _checked(text: str) -> tuple[Token, ...]:
    items = tokens(text)
    pairs = closing(items, text)
    items = _single_statement(items, text)
    if items[0].word not in CLAUSES:
        raise refuse(text, items[0].start, "A query begins with a clause that reads.", _READ_ONLY)
    subqueries = _subqueries(items, pairs)
    for index, token in enumerate(items):
        if token.kind == "word":
            _check_word(items, index, text)
        elif token.kind == "quoted" and _calls(items, index):
            raise refuse(text, token.start, "A function name is written without backticks.", _READ_ONLY)
        elif token.text == "{" and index in subqueries and items[index + 1].text != "(":
            _must_begin_clause(items[index + 1], text)
        elif token.text == "[" and index and items[index - 1].text == "-":
            _check_hops(items, index, pairs[index], text)
    check_names(items, pairs, text)
    return tuple(items)


def _single_statement(items: list[Token], text: str) -> list[Token]:
    for index, token in enumerate(items):
        if token.text == ";" and token.kind == "symbol":
            if items[index + 1].kind != "end":
                raise refuse(text, items[index + 1].start, "One statement at a time.", _READ_ONLY)
            return [*items[:index], items[-1]]
    return items


def _subqueries(items: list[Token], pairs: dict[int, int]) -> set[int]:
    """Positions of the ``{`` that open a subquery: after CALL, CALL (x, y), EXISTS, COUNT or COLLECT."""
    result = set()
    for index, token in enumerate(items):
        if token.word not in _SUBQUERY or (index and items[index - 1].text == "."):
            continue
        after = index + 1
        if token.word == "CALL" and items[after].text == "(":
            after = pairs[after] + 1
        if items[after].text == "{":
            result.add(after)
    return result


def _check_word(items: list[Token], index: int, text: str) -> None:
    token = items[index]
    before = items[index - 1] if index else None
    if before is not None and before.text == ".":
        return  # a property, or a later part of a dotted name that its first part answers for
    if items[index + 1].text == ":" and before is not None and before.text in ("{", ",") and _in_map(items, index):
        return  # a key of a map
    if before is not None and before.text in (":", "|", "&", "!", "::") and not _calls(items, index):
        if token.word in REFUSED:
            raise refuse(text, token.start, f"{token.text} must be in backticks to be a label.", _READ_ONLY)
        return
    if token.word in REFUSED:
        raise refuse(text, token.start, f"{token.text} is not allowed.", _READ_ONLY)
    if before is not None and _ends_value(items, index - 1) and token.word not in KEYWORDS:
        raise refuse(text, token.start, f"{token.text} is not part of the read-only language.", _READ_ONLY)
    if token.word == "CALL":
        _check_call(items, index, text)
    elif token.word == "MATCH":
        _check_match(items, index, text)
    elif token.word == "OPTIONAL" and items[index + 1].word != "MATCH":
        raise refuse(text, items[index + 1].start, "OPTIONAL is followed by MATCH.", _READ_ONLY)
    elif token.word == "UNION":
        following = index + (2 if items[index + 1].word in ("ALL", "DISTINCT") else 1)
        _must_begin_clause(items[following], text)
    elif before is not None and before.word == "CALL":
        return  # the procedure was checked with its CALL
    elif _calls(items, index) and (token.word not in KEYWORDS or token.word.lower() in FUNCTIONS):
        name = _dotted(items, index)
        if name.lower() not in FUNCTIONS:
            allowed = "Allowed: " + ", ".join(sorted(FUNCTIONS))
            raise refuse(text, token.start, f"The function {name} is not allowed.", allowed)


def _must_begin_clause(token: Token, text: str) -> None:
    if token.word not in CLAUSES:
        raise refuse(text, token.start, "A clause that reads must stand here.", _READ_ONLY)


def _check_call(items: list[Token], index: int, text: str) -> None:
    if items[index + 1].text in ("{", "("):
        return
    name = _dotted(items, index + 1)
    if name.lower() not in PROCEDURES:
        raise refuse(
            text, items[index + 1].start, f"The procedure {name or 'here'} is not allowed.",
            "Allowed: " + ", ".join(sorted(PROCEDURES)),
        )  # fmt: skip


def _check_match(items: list[Token], index: int, text: str) -> None:
    """A pattern begins with a node, ``name =`` a node, or one of the two shortest-path functions."""
    at = index + 1
    if items[at].is_name and items[at + 1].text == "=":
        at += 2
    if items[at].text != "(" and items[at].word not in ("SHORTESTPATH", "ALLSHORTESTPATHS"):
        raise refuse(text, items[at].start, "MATCH is followed by a node, as in MATCH (p:Phone).", _READ_ONLY)


def _dotted(items: list[Token], index: int) -> str:
    """The dotted name that starts at ``index``; backticks stay, so a quoted part matches no list."""
    parts: list[str] = []
    while items[index].is_name:
        parts.append(items[index].text)
        if items[index + 1].text != ".":
            break
        index += 2
    return ".".join(parts)


def _calls(items: list[Token], index: int) -> bool:
    """Whether a (dotted) name at ``index`` is followed by an opening parenthesis."""
    while items[index].is_name and items[index + 1].text == "." and items[index + 2].is_name:
        index += 2
    return items[index + 1].text == "("


def _in_map(items: list[Token], index: int) -> bool:
    """Whether the brace around ``index`` is the innermost bracket (so that ``word:`` is a key, not a label)."""
    depth = 0
    for token in reversed(items[:index]):
        if token.kind != "symbol":
            continue
        if token.text in ")]}":
            depth += 1
        elif token.text in "([{":
            if depth == 0:
                return token.text == "{"
            depth -= 1
    return False


def _ends_value(items: list[Token], index: int) -> bool:
    """Whether the token at ``index`` can close an operand, so that only a keyword may follow it."""
    token = items[index]
    if token.kind in ("quoted", "string", "number", "parameter"):
        return True
    if token.kind == "symbol":
        everything = token.text == "*" and index > 0 and items[index - 1].word in ("RETURN", "WITH", "DISTINCT")
        return token.text in (")", "]", "}") or everything
    if index and items[index - 1].text in (".", ":", "|", "&"):
        return True
    return token.kind == "word" and (token.word not in KEYWORDS or token.word in _VALUE_WORDS)


def _check_hops(items: list[Token], start: int, stop: int, text: str) -> None:
    """A variable-length relation must have an upper bound: the stores stop at different lengths otherwise."""
    for index in range(start + 1, stop):
        if items[index].text in ("{", "."):
            return
        if items[index].text != "*":
            continue
        bound = index + 1
        if items[bound].kind == "number" and items[bound + 1].text == "..":
            bound += 1
        if items[bound].text == "..":
            bound += 1
        high = items[bound].text if items[bound].kind == "number" else ""
        if not high.isdecimal() or int(high) > MAX_HOPS:
            message = f"A path needs an upper bound of at most {MAX_HOPS} steps."
            raise refuse(text, items[index].start, message, "Write for instance [:CALLED*1..4].")
        return
