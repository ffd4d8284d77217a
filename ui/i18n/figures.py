"""Numbers, money, shares and dates as each language writes them (CLDR fr-MA, ar-MA, en-GB), digits always Latin.

Identifiers and figures are wrapped in Unicode isolates (UAX #9), so they keep their order inside Arabic.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

GROUP: Final = {"fr": "\u202f", "ar": ".", "en": ","}
_POINT: Final = {"fr": ",", "ar": ",", "en": "."}
MONTHS: Final = {
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    "ar": ["يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_ARABIC_RUN: Final = re.compile(r"([\u0600-\u06ff]+)")


def isolate(value: str) -> str:
    """Keeps ``value`` one left-to-right unit whatever surrounds it.

    LRI alone is not enough where Arabic letters stand among digits (a plate): each such run gets LRM on both sides.
    """
    return "\u2066" + _ARABIC_RUN.sub("\u200e\\1\u200e", value) + "\u2069"


def listed(lang: str, items: list[str]) -> str:
    """Items of a list, with the comma of the language."""
    return ("، " if lang == "ar" else ", ").join(items)


def integer(lang: str, n: int) -> str:
    """An integer with thousands marks."""
    return f"{n:,}".replace(",", GROUP[lang])


def decimal(lang: str, value: float | Decimal, places: int = 2) -> str:
    """A number with ``places`` decimals."""
    return f"{value:,.{places}f}".translate({ord(","): GROUP[lang], ord("."): _POINT[lang]})


def money(lang: str, total: str, currency: str) -> str:
    """An amount and its currency; ``total`` is a decimal text, whose decimals are kept as they are."""
    try:
        amount = Decimal(total)
    except InvalidOperation:
        return isolate(f"{total} {currency}")
    places = max(0, -int(amount.as_tuple().exponent))
    return isolate(f"{decimal(lang, amount, places)}\u00a0{currency}")


def share(lang: str, value: float) -> str:
    """A share of 0-1 as a percentage, with a decimal only below 10 %."""
    percent = value * 100
    places = 1 if 0 < abs(percent) < 9.95 and round(percent, 1) != round(percent) else 0
    return isolate(decimal(lang, percent, places) + ("\u202f%" if lang == "fr" else "%"))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(zone: str, at: datetime | str) -> datetime:
    """``at`` (ISO text or time; without zone it is UTC) in the reader's zone."""
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(_zone(zone))


def day(lang: str, zone: str, at: datetime | str) -> str:
    """A date: ``3 mars 2026``."""
    when = local(zone, at)
    return f"{when.day}\u00a0{MONTHS[lang][when.month - 1]}\u00a0{when.year}"


def moment(lang: str, zone: str, at: datetime | str) -> str:
    """A date and time of day: ``3 mars 2026 14:05``."""
    when = local(zone, at)
    return f"{day(lang, zone, at)} {when.hour:02d}:{when.minute:02d}"


def period(lang: str, zone: str, first: datetime | str | None, last: datetime | str | None) -> str:
    """Two dates joined by a dash; one date when both fall on one day; a dash alone when there is none."""
    ends = [day(lang, zone, at) for at in (first, last) if at is not None]
    return " – ".join(dict.fromkeys(ends)) or "–"
