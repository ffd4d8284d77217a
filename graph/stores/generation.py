"""One generation of several in one Neo4j database: a query is made to see its own and no other.

Links never join two generations, so it is enough that the first node of every pattern is in the right one. The
condition ``{gen: $halqa_gen}`` is written into that node, and ``:Entity`` where it has no label, which lets the index
on (gen, uid) answer.
"""

from __future__ import annotations

from graph.cypher_guard import KEYWORDS
from graph.cypher_tokens import Token, closing, refuse
from graph.stores.base import EVERY

PARAMETER = "halqa_gen"

_ENDS_PATTERN = frozenset({"WHERE", "RETURN", "WITH", "UNWIND", "CALL", "OPTIONAL", "UNION", "ORDER", "SKIP", "LIMIT"})
_SUBQUERY = frozenset({"EXISTS", "COUNT", "COLLECT"})
_LABEL_SIGNS = (":", "|", "&", "!", "(", ")", "%")


def scoped(text: str, items: list[Token]) -> str:
    """``text`` with the condition in the first node of each of its patterns.

    Args:
        text: a query that passed the guard.
        items: its tokens.

    Raises:
        QueryError: a pattern begins with something that cannot be limited to one generation.
    """
    pairs = closing(items, text)
    inserts = [insert for index in _starts(items, pairs) for insert in _condition(text, items, index, pairs)]
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
