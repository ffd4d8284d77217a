"""How a person's identifiers may stand written anywhere, and what takes their place when the person is erased.

A number is found in any grouping, with or without its country code, in ASCII, Arabic-Indic and Persian digits; a
document, account or handle in any case and with the separators people put in. What is replaced is replaced by a
*tombstone*, a random token that says nothing: not even the vault's key leads from it to the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import phonenumbers
import polars as pl

from graph.ids import prefix

PERSONAL: Final = frozenset(
    {"person", "victim", "phone", "wallet", "acct", "email", "bank", "sim", "dev", "crypto", "url"}
)
"""Prefixes of uids that are a value of somebody's own; in other uids a value can only be a part."""

ERASED_PROP: Final = "erased"
"""What the property of an erased statement reads."""

_BREAKS = r"[\s.,\-()/\u00a0]{0,3}"
_SHORT = 5
"""Shorter values are replaced where they are a whole cell or uid, never inside a text."""
_BARE_NUMBER = 9
"""A national number with fewer digits must be written with its country code to be taken for one inside a text."""


@dataclass(frozen=True)
class Traces:
    """``tombstones`` (uid -> uid that takes its place) and ``words`` (text as written -> tombstone)."""

    tombstones: Mapping[str, str]
    words: Mapping[str, str]

    def uid(self, uid: str) -> str:
        """The uid, its tombstone, or the uid with a value inside it replaced."""
        found = self.tombstones.get(uid)
        return found if found is not None else self.text(uid)

    def text(self, text: str) -> str:
        """A text with every value replaced by its tombstone."""
        if text in self.tombstones:
            return self.tombstones[text]
        if (whole := self._cells.get(text.strip().casefold())) is not None:
            return whole
        if self._strict is None:
            return text
        return self._strict.sub(lambda found: self._token[str(found.lastgroup)], text)

    def everywhere(self, value: Any) -> Any:
        """A JSON value with every text in it, keys too, looked through."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.everywhere(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.everywhere(inner) for inner in value]
        return value

    def column(self, texts: pl.Series) -> pl.Series:
        """A text column with every value replaced; the same series when there is none. Looks at distinct texts only."""
        if self._loose is None:
            return texts
        distinct = texts.drop_nulls().unique()
        cells = distinct.str.strip_chars().str.to_lowercase().is_in(list(self._cells))
        hits = distinct.filter(distinct.str.contains(self._loose) | cells | distinct.is_in(list(self.tombstones)))
        found = {old: new for old in hits.to_list() if (new := self.uid(old)) != old}
        return texts.replace(found) if found else texts

    # --- how it is looked for

    @cached_property
    def _cells(self) -> dict[str, str]:
        return {word.strip().casefold(): token for word, token in self.words.items() if word.strip()}

    @cached_property
    def _patterns(self) -> list[tuple[str, str, str]]:
        """(strict pattern, loose pattern without look-around, what takes the place)."""
        found: dict[str, tuple[str, str]] = {}
        for uid, tombstone in sorted(self.tombstones.items()):
            for strict, loose in _forms(uid):
                found.setdefault(strict, (loose, tombstone))
        for word, tombstone in sorted(self.words.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            if len(word.strip()) >= _SHORT:
                loose = _spelled(word.strip())
                found.setdefault(_alone(loose), (loose, tombstone))
        return [(strict, loose, tombstone) for strict, (loose, tombstone) in found.items()]

    @cached_property
    def _token(self) -> dict[str, str]:
        return {f"p{n}": tombstone.partition(":")[2] for n, (_, _, tombstone) in enumerate(self._patterns)}

    @cached_property
    def _strict(self) -> re.Pattern[str] | None:
        parts = [f"(?P<p{n}>{strict})" for n, (strict, _, _) in enumerate(self._patterns)]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    @cached_property
    def _loose(self) -> str | None:
        parts = sorted({loose for _, loose, _ in self._patterns})
        return "(?i)" + "|".join(f"(?:{part})" for part in parts) if parts else None


def _forms(uid: str) -> Iterable[tuple[str, str]]:
    """Strict and loose patterns of the value of a uid inside texts."""
    value = uid.rpartition(":")[2]
    kind = prefix(uid)
    if re.fullmatch(r"\+\d{5,15}", value):
        yield _number(value)
    elif kind == "bank" and value.startswith("MA64"):
        yield from ((_alone(p), p) for p in (_spelled(value), _spelled(value[4:])))
    elif len(value) >= _SHORT:
        loose = _spelled(value)
        yield _alone(loose), loose
    full = _spelled(uid)
    yield _alone(full), full


def _number(e164: str) -> tuple[str, str]:
    """A number in any writing. Bare national numbers count from nine digits on, with or without the trunk zero."""
    try:
        parsed = phonenumbers.parse(e164)
        code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    except phonenumbers.NumberParseException:
        code, national = "", e164[1:]
    body, country = _spelled(national), _spelled(code)
    zero = _letter("0")
    lead = rf"(?:(?:(?:\+|{zero}{zero}){_BREAKS})?{country}{_BREAKS}(?:{zero}{_BREAKS})?|{zero}{_BREAKS})"
    lead = lead if len(national) < _BARE_NUMBER else lead + "?"
    return rf"(?<!\d){lead}{body}(?!\d)", body


def _spelled(value: str) -> str:
    """Letter by letter, each digit in three scripts, separators between them allowed."""
    letters = [character for character in value if not re.fullmatch(r"[\s.\-/()]", character)]
    return _BREAKS.join(_letter(c) for c in letters)


def _letter(character: str) -> str:
    if character.isascii() and character.isdigit():
        n = int(character)
        return f"[{n}{chr(0x660 + n)}{chr(0x6F0 + n)}]"
    return re.escape(character)


def _alone(pattern: str) -> str:
    return rf"(?<![^\W_]){pattern}(?![^\W_])"
