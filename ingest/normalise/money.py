"""Amounts as whole minor units of a currency; decimal only, never floating point."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
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


_POWERS: Final = np.array([1, 10, 100, 1000], dtype=np.int64)


def minor_units(text: pl.Series, code: pl.Series) -> tuple[pl.Series, pl.Series]:
    """:func:`money_columns` of two columns at once: (reject code or null, minor units or null).

    Plain amounts (digits, perhaps a dot and up to three more) are read here, all others by the expressions.
    """
    # No more than a sign could stand before the digits of what reads as a whole number once a dot is taken out.
    written, dot = pl.col("text").str, pl.col("text").str.find(".", literal=True)
    after = (written.len_bytes() - dot - 1).cast(pl.Int64)
    seen = pl.DataFrame({"text": text, "code": code}).select(
        digits=written.replace(".", "", literal=True).cast(pl.Int64, strict=False),
        behind=after.fill_null(0),
        shape=written.head(1).is_between(pl.lit("0"), pl.lit("9"))
        & (dot.fill_null(written.len_bytes()) <= 12)
        & after.is_between(1, 3).fill_null(True),
        places=pl.col("code").replace_strict(list(DECIMALS), list(DECIMALS.values()), default=2, return_dtype=pl.Int64),
    )
    plain = (seen["shape"] & seen["digits"].is_not_null()).fill_null(False).to_numpy()
    behind, places = seen["behind"].to_numpy(), seen["places"].to_numpy()
    digits = seen["digits"].fill_null(0).to_numpy()
    missing = places - behind
    minor = digits * _POWERS[np.clip(missing, 0, 3)]
    good = plain & (missing >= 0) & (minor > 0)
    wrong = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    found = pl.select(pl.when(pl.Series(good)).then(pl.Series(minor))).to_series()
    rest = pl.Series(~good) & text.is_not_null()
    if not rest.any():
        return wrong, found
    frame = pl.DataFrame({"text": text, "code": code}).with_row_index("n").filter(rest)
    verdict, units = money_columns(pl.col("text"), pl.col("code"))
    slow = frame.select("n", wrong=verdict, minor=units)
    return wrong.scatter(slow["n"], slow["wrong"]), found.scatter(slow["n"], slow["minor"])
