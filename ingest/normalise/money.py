"""Amounts as whole minor units of a currency; decimal only, never floating point."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from graph.money import DECIMALS, decimals
from ingest.normalise.codes import CURRENCIES

_AMOUNT: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
LIMIT: Final = 10**12
"""Amounts from here on are out of range (in major units)."""


def currency(text: str) -> str | None:
    """ISO 4217 code in capitals, None when it is none."""
    found = text.strip().upper()
    return found if found in CURRENCIES else None


def amount(text: str, code: str, *, allow_zero: bool = False) -> int | str:
    """Minor units of an amount in currency ``code``, or the reject code it deserves."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or not (match[2] or match[3]) or (match[3] == "" and "." in text):
        return "number"
    whole, fraction, places = match[2] or "0", (match[3] or "").rstrip("0"), decimals(code)
    negative = match[1] == "-" and bool(whole.strip("0") or fraction)
    if negative:
        return "negative_amount"
    if len(fraction) > places:
        return "number"
    whole = whole.lstrip("0") or "0"
    if len(whole) > 12:
        return "out_of_range"
    minor: int = int(whole) * 10**places + int((fraction + "0" * places)[:places] or "0")
    if minor == 0 and not allow_zero:
        return "out_of_range"
    return minor


def money_columns(text: pl.Expr, code: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The same for columns: (reject code or null, minor units or null); null where ``text`` is null.

    ``code`` is a currency in capitals; where it is none the amount is judged with two decimals.
    """
    shape = r"^[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)$"
    places = code.replace_strict(list(DECIMALS), list(DECIMALS.values()), default=2, return_dtype=pl.Int64)
    whole = text.str.extract(r"^[+-]?0*([0-9]*)").fill_null("")
    fraction = text.str.extract(r"\.([0-9]*)$").fill_null("").str.strip_chars_end("0")
    short = whole.str.len_chars() <= 12
    minor = (
        pl.when(short).then(whole).str.to_integer(strict=False).fill_null(0) * pl.lit(10, pl.Int64).pow(places)
        + (fraction + "000").str.head(places).str.to_integer(strict=False).fill_null(0)
    ).cast(pl.Int64)
    verdict = (
        pl.when(text.is_null())
        .then(pl.lit(None, pl.String))
        .when(~text.str.contains(shape))
        .then(pl.lit("number"))
        .when(text.str.starts_with("-") & ((whole != "") | (fraction != "")))
        .then(pl.lit("negative_amount"))
        .when(fraction.str.len_chars().cast(pl.Int64) > places)
        .then(pl.lit("number"))
        .when(~short | (minor == 0))
        .then(pl.lit("out_of_range"))
    )
    return verdict, pl.when(verdict.is_null() & text.is_not_null()).then(minor)
