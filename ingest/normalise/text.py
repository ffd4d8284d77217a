"""Text as it is compared: NFKC, no direction or zero-width marks, ASCII digits, trimmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from graph.ids import slug

_SEPARATORS: Final = dict.fromkeys([0, *range(0x1C, 0x20)])
_MARKS: Final = dict.fromkeys(
    [*_SEPARATORS, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
)
_DIGITS: Final = {
    **{0x0660 + n: str(n) for n in range(10)},
    **{0x06F0 + n: str(n) for n in range(10)},
}
_TABLE: Final[dict[int, str | None]] = {**_MARKS, **_DIGITS}

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_PHONE_LIKE: Final = re.compile(r"[+-]?[\d\s().,-]*\d[\d\s().,-]*")
_HANDLE: Final = re.compile(r"@[\w.]+")

ALIASES: Final[dict[str, str]] = {
    "western_union": "wu",
    "westernunion": "wu",
    "mg": "moneygram",
    "money_gram": "moneygram",
    "wafa_cash": "wafacash",
    "cash_plus": "cashplus",
    "barid_cash": "baridcash",
}
"""Operators written in several ways, so that a report and an operator's extract name one transfer alike."""


def clean(text: str) -> str:
    """Compatibility form without direction marks, NUL and information separators (which part Halqa's own composed
    keys), Arabic-Indic and Persian digits as ASCII, trimmed."""
    if text.isascii():
        return (text if text.isprintable() else text.translate(_SEPARATORS)).strip()
    return unicodedata.normalize("NFKC", text).translate(_TABLE).strip()


@lru_cache(maxsize=4096)
def operator_slug(name: str) -> str:
    """Slug of a payment operator, known spellings folded (``Western Union`` -> ``wu``)."""
    found = slug(clean(name))
    return ALIASES.get(found, found)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text: starts with ``= + - @`` and is no number, phone or handle."""
    value = text.strip()
    if not value or value[0] not in "=+-@":
        return False
    return not (_NUMBER.fullmatch(value) or _PHONE_LIKE.fullmatch(value) or _HANDLE.fullmatch(value))
