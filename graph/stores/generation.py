"""One generation of several in one Neo4j database: a query is made to see its own and no other.

Links never join two generations, so it is enough that the first node of every pattern is in the right one. The
condition ``{gen: $halqa_gen}`` is written into that node, and ``:Entity`` where it has no label, which lets the index
on (gen, uid) answer. A node further on that is asked for by its uid gets it too where the first is not, and so does the
other end of a shortest path: without it the server goes through all nodes to find them. Others do not get it: each
would be read to be sure, and a plan that starts from both ends of a step takes longer than one from the known end.
"""

from __future__ import annotations

from graph.cypher_guard import KEYWORDS
from graph.cypher_tokens import Token, closing, refuse
from graph.stores.base import EVERY

PARAMETER = "halqa_gen"

_ENDS_PATTERN = frozenset({"WHERE", "RETURN", "WITH", "UNWIND", "CALL", "OPTIONAL", "UNION", "ORDER", "SKIP", "LIMIT"})
_SUBQUERY = frozenset({"EXISTS", "COUNT", "COLLECT"})
_SHORTEST = frozenset({"SHORTESTPATH", "ALLSHORTESTPATHS"})
_LABEL_SIGNS = (":", "|", "&", "!", "(", ")", "%")


def scoped(text: str, items: list[Token]) -> str:
    """``text`` with the condition in the first node of each of its patterns, and in those asked for by their uid.

    Args:
        text: a query that passed the guard.
        items: its tokens.

    Raises:
        QueryError: a pattern begins with something that cannot be limited to one generation.
    """
    pairs = closing(items, text)
    found = [*_starts(items, pairs), *_sought(items, pairs)]
    inserts = [insert for index in found for insert in _condition(text, items, index, pairs)]
    made = text
    for at, insert in sorted(inserts, reverse=True):
        made = made[:at] + insert + made[at:]
    return made


def _starts(items: list[Token], pairs: dict[int, int]) -> list[int]:
    """Positions of ``(`` that open the first node of a pattern."""
    found = []
    stack: list[bool] = [False]
    """For each open bracket: are we in the pattern of a MATCH there?"""
    for index, token in enumerate(items):
        before = items[index - 1] if index else items[-1]
        if token.kind == "word" and before.text not in (".", ":", "|", "&", "!"):
            if token.word == "MATCH":
                stack[-1] = True
            elif token.word in _ENDS_PATTERN:
                stack[-1] = False
        if token.kind != "symbol":
            continue
        if token.text == "(" and items[index + 1].text != "(":
            in_match = stack[-1] and (before.word == "MATCH" or before.text in (",", "="))
            in_subquery = before.text == "{" and index > 1 and items[index - 2].word in _SUBQUERY
            a_call = before.is_name and before.word not in KEYWORDS
            in_chain = (
                before.text not in ("-", ">")
                and not a_call
                and _arrow_follows(items, pairs[index])
                and _looks_like_node(items, index)
            )
            if in_match or in_subquery or in_chain:
                found.append(index)
        if token.text in "([{":
            stack.append(False)
        elif token.text in ")]}":
            stack.pop()
    return found


def _sought(items: list[Token], pairs: dict[int, int]) -> list[int]:
    """Positions of ``(`` that open a later node of a pattern, one that an index should find."""
    opens = {stop: start for start, stop in pairs.items()}
    names = {items[at].text for at in range(len(items) - 2) if _is_sought(items, at)}
    ends = {
        pairs[index + 1]
        for index, token in enumerate(items[:-1])
        if token.word in _SHORTEST and items[index + 1].text == "("
    }

    def asked(index: int) -> bool:
        return items[index + 1].text in names or _asks_for_uid(items, index, pairs)

    return [
        index
        for index, token in enumerate(items)
        if token.text == "("
        and _arrow_before(items, index)
        and _looks_like_node(items, index)
        and (pairs[index] + 1 in ends or (asked(index) and not asked(_first(items, index, opens))))
    ]


def _is_sought(items: list[Token], at: int) -> bool:
    """``name.uid = ...``, ``name.uid IN ...`` or ``... = name.uid``."""
    if not items[at].is_name or items[at + 1].text != "." or items[at + 2].text != "uid":
        return False
    after = items[at + 3] if at + 3 < len(items) else items[at]
    return after.text == "=" or after.word == "IN" or (at > 0 and items[at - 1].text == "=")


def _asks_for_uid(items: list[Token], start: int, pairs: dict[int, int]) -> bool:
    """``{uid: ...}`` in the node pattern at ``start``, at its outermost."""
    depth = 0
    for at in range(start + 1, pairs[start]):
        if items[at].text in "([{":
            depth += 1
        elif items[at].text in ")]}":
            depth -= 1
        elif depth == 1 and items[at].text == "uid" and items[at + 1].text == ":" and items[at - 1].text in "{,":
            return True
    return False


def _first(items: list[Token], start: int, opens: dict[int, int]) -> int:
    """The ``(`` of the first node of the chain that the node at ``start`` belongs to."""
    while _arrow_before(items, start):
        at = start - (3 if items[start - 1].text == ">" else 2)  # "]" or the other "-"
        at = opens[at] - 1 if items[at].text == "]" else at
        at -= 2 if items[at - 1].text == "<" else 1
        if items[at].text != ")":
            break
        start = opens[at]
    return start


def _arrow_before(items: list[Token], start: int) -> bool:
    """``]-``, ``]->``, ``--`` or ``-->`` before a node."""
    before = start - 1
    if items[before].text == ">":
        before -= 1
    return before > 0 and items[before].text == "-" and items[before - 1].text in ("]", "-")


def _arrow_follows(items: list[Token], close: int) -> bool:
    """``-[``, ``--``, ``<-[`` or ``<--`` after a node."""
    after = close + 1
    if items[after].text == "<":
        after += 1
        if items[after].text != "-":
            return False
    return items[after].text == "-" and items[after + 1].text in ("[", "-")


def _looks_like_node(items: list[Token], start: int) -> bool:
    """``(``, perhaps a name, then a label, properties, a condition or the end; else it is an expression."""
    at = start + 1
    if items[at].is_name and items[at].word not in ("WHERE", "IS"):
        at += 1
    return items[at].text in (")", ":", "{") or items[at].word in ("WHERE", "IS")


def _condition(text: str, items: list[Token], start: int, pairs: dict[int, int]) -> list[tuple[int, str]]:
    """Where in the text, and what, to insert into the node pattern at ``start``."""
    stop = pairs[start]
    at = start + 1
    if items[at].is_name and items[at].word != "WHERE":
        at += 1
    labelled = items[at].text == ":" or items[at].word == "IS"
    while at < stop and items[at].text != "{" and items[at].word != "WHERE":
        if not items[at].is_name and items[at].text not in _LABEL_SIGNS:
            raise refuse(text, items[at].start, "Write the node out: its name, its label, its properties.")
        at += 1
    label = "" if labelled else f":{EVERY} "
    if items[at].text != "{":
        return [(items[at].start, f"{label or ' '}{{gen: ${PARAMETER}}} ")]
    comma = "" if items[at + 1].text == "}" else ", "
    inside = (items[at].end, f"gen: ${PARAMETER}{comma}")
    return [(items[at].start, label), inside] if label else [inside]
