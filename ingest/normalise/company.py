"""Codes of firms: BIC of a bank (ISO 9362), ICE of a Moroccan company. Properties, never nodes."""

from __future__ import annotations

import re
from typing import Final

from stdnum.ma import ice as _ice

from ingest.normalise.codes import COUNTRIES
from ingest.normalise.text import clean

_BIC: Final = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_SORT_CODE: Final = re.compile(r"([0-9]{2})[\s-]?([0-9]{2})[\s-]?([0-9]{2})[\s/,:]+([0-9]{8})|([0-9]{6})([0-9]{8})")
_SEPARATORS: Final = re.compile(r"[\s.\-]+")


def bic(text: str) -> str | None:
    """Eight or eleven characters in capitals with a country that exists; None for anything else."""
    value = _SEPARATORS.sub("", clean(text)).upper()
    match = _BIC.fullmatch(value)
    return value if match is not None and match[1] in COUNTRIES | {"XK"} else None


def ice(text: str) -> str | None:
    """Fifteen digits whose check digits are right; None for anything else."""
    value = _SEPARATORS.sub("", clean(text))
    return value if value.isascii() and value.isdigit() and bool(_ice.is_valid(value)) else None


def sort_code(text: str) -> tuple[str, str] | None:
    """``NN-NN-NN`` and the eight digits of an account in the United Kingdom; format only, its check needs a table of
    the clearing house that changes every few months."""
    match = _SORT_CODE.fullmatch(clean(text))
    if match is None:
        return None
    a, b, c, account, code, whole = match.groups()
    if code:
        a, b, c, account = code[:2], code[2:4], code[4:], whole
    return f"{a}-{b}-{c}", account
