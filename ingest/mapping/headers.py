"""Column names to what they say: the kind of value, whom it speaks of, which one of several."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from ingest.normalise.text import clean

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ARABIC: Final = str.maketrans("أإآٱىةؤئ", "ااااي" + "هوي", "ـ")
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBERED: Final = re.compile(r"([^\W\d_]{2,})(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Header:
    """What a name says: ``kind`` and ``party`` (None: nothing), the number in it, its words."""

    kind: str | None
    party: str | None
    number: str
    words: tuple[str, ...]
    said: str = ""  # the phrase that told the kind

    def names(self, table: str) -> str | None:
        """A platform or currency that the name holds."""
        return _phrase(_phrases(table), self.words)[0]


@lru_cache(maxsize=4096)
def header_of(name: str) -> Header:
    """The header of one column (a dotted path is its words in their order)."""
    words = words_of(name)
    number = next((w for w in reversed(words) if w.isdigit() and len(w) <= 2), "")
    kind, said = _phrase(_phrases("kinds"), words)
    party, _ = _phrase(_phrases("parties"), words)
    return Header(kind, party, number, words, said)


@lru_cache(maxsize=1 << 14)
def words_of(text: str) -> tuple[str, ...]:
    """Words of a text, folded: lower case, no accents, no Arabic article; ``phone2`` is two words."""
    spaced = _NUMBERED.sub(r"\1 \2", _CAMEL.sub(" ", clean(text)))
    plain = unicodedata.normalize("NFKD", spaced.casefold().translate(_ARABIC))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(_bare(word) for word in _WORD.findall(plain))


def _bare(word: str) -> str:
    """A word without the Arabic article or a plural's s."""
    if len(word) > 4 and word.startswith("لل"):
        return word[2:]
    if len(word) > 3 and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word[2:] if len(word) > 3 and word.startswith("ال") else word


def _phrase(phrases: dict[tuple[str, ...], str], words: tuple[str, ...]) -> tuple[str | None, str]:
    """The longest phrase that stands in the words; of equal ones that which stands first in the data."""
    for length in range(min(len(words), 4), 0, -1):
        found = [p for n in range(len(words) - length + 1) if (p := words[n : n + length]) in phrases]
        if found:
            order = list(phrases)
            best = min(found, key=order.index)
            return phrases[best], " ".join(best)
    return None, ""


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("ingest.mapping") / "guess.toml").read_text("utf-8"))


@cache
def _phrases(table: str) -> dict[tuple[str, ...], str]:
    made: dict[tuple[str, ...], str] = {}
    for name, phrases in _data()[table].items():
        for phrase in phrases:
            made.setdefault(words_of(phrase), name)
    return made


@cache
def answers(which: str) -> frozenset[str]:
    """Words for ``yes``, ``no`` or ``nothing``, folded by case only."""
    return frozenset(clean(word).casefold() for word in _data()["answers"][which])
