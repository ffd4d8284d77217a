"""Cypher text cut into tokens, with line and column: comments, strings, backticks, parameters.

It knows just enough of the language for :mod:`graph.cypher_guard` to refuse and for a store to add its own
condition. Unicode escapes (``\\u0043``) are refused altogether: Neo4j decodes them before it reads the text, so that
an escaped quote ends a string.
Source: openCypher 9 grammar; Neo4j Cypher manual 5, "Parsing" and "Naming rules".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from graph.errors import QueryError

Kind = Literal["word", "quoted", "string", "number", "parameter", "symbol", "end"]

MAX_LENGTH = 20_000

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>//[^\n\r]*|/\*.*?\*/)
      | (?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<quoted>`(?:``|[^`])*`)
      | (?P<parameter>\$(?:`(?:``|[^`])*`|\w+))
      | (?P<number>0[xX][0-9a-fA-F]+|0[oO][0-7]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<symbol>\.\.|<>|<=|>=|=~|\+=|::|\|\||[()\[\]{}.,:;|&!%+\-*/^<>=])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\[uU]")
_UNFINISHED = {"'": "This text is not closed.", '"': "This text is not closed.", "`": "This name is not closed."}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``word`` is the upper-cased text of a bare word and empty for every other kind."""

    kind: Kind
    text: str
    start: int
    word: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_name(self) -> bool:
        return self.kind in ("word", "quoted")


def refuse(text: str, at: int, message: str, hint: str = "") -> QueryError:
    """A :class:`QueryError` that names line and column of offset ``at`` and shows the place."""
    before = text[:at]
    line = before.count("\n") + 1
    column = at - (before.rfind("\n") + 1) + 1
    shown = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    window = max(0, column - 60)
    pointer = f"  {shown[window : column + 60]}\n  {' ' * (column - 1 - window)}^"
    return QueryError(f"{message} (line {line}, column {column})\n{pointer}", hint)


def tokens(text: str) -> list[Token]:
    """All tokens of ``text`` but blanks and comments, closed by an ``end`` token.

    Raises:
        QueryError: too long, an escape, an unclosed text, name or comment, or a character Cypher does not have.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is {len(text):,} characters long; {MAX_LENGTH:,} is the most.")
    if found := _ESCAPE.search(text):
        raise refuse(text, found.start(), "Unicode escapes are not allowed.", "Write the character itself.")
    result: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or (match.lastgroup == "symbol" and text.startswith("/*", at)):
            message = "This comment is not closed." if text.startswith("/*", at) else _UNFINISHED.get(text[at])
            raise refuse(text, at, message or f"Unexpected character {_named(text[at])}.")
        kind, value = match.lastgroup, match.group()
        if kind not in ("space", "comment"):
            # Folded by compatibility, so that a look-alike such as long s cannot pass for another word.
            word = unicodedata.normalize("NFKC", value).upper() if kind == "word" else ""
            result.append(Token(_KINDS[str(kind)], value, at, word))
        at = match.end()
    result.append(Token("end", "", len(text)))
    return result


def without_comments(text: str) -> str:
    """A text that :func:`tokens` took, with blanks in place of its comments; lines and columns stay."""
    made = list(text)
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            made[match.start() : match.end()] = re.sub(r"[^\n\r]", " ", match.group())
    return "".join(made)


_KINDS: dict[str, Kind] = {
    "word": "word", "quoted": "quoted", "string": "string", "number": "number", "parameter": "parameter",
    "symbol": "symbol",
}  # fmt: skip


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{f' ({name.lower()})' if name else ''}"


def closing(items: list[Token], text: str) -> dict[int, int]:
    """Position of the closing bracket of every opening one.

    Raises:
        QueryError: brackets do not match.
    """
    pairs = {")": "(", "]": "[", "}": "{"}
    stack: list[int] = []
    result: dict[int, int] = {}
    for index, token in enumerate(items):
        if token.kind != "symbol":
            continue
        if token.text in "([{":
            stack.append(index)
        elif token.text in pairs:
            if not stack or items[stack[-1]].text != pairs[token.text]:
                raise refuse(text, token.start, f"This {token.text} closes nothing.")
            result[stack.pop()] = index
    if stack:
        opener = items[stack[-1]]
        raise refuse(text, opener.start, f"This {opener.text} is not closed.")
    return result
