"""Numbers of plans that are no longer in force, mapped to today's by the date of the document that holds them.

A nine-digit Moroccan number of a report of 2008 is the ten-digit line of today; the same digits in a report of 2012
are a mistake and reach no line. So nothing is mapped without a date, and nothing that is dated after the switch.

Morocco: from 6 March 2009 a 5 stands before the fixed numbers (02, 03), a 6 before the mobile ones (01, 04 to 07), 08
becomes 080 and 09 becomes 089 (ANRT; ITU notice of the change). Côte d'Ivoire: from 31 January 2021 two digits of the
operator stand before the old eight (ARTCI); whose a mobile number was is its second digit, whose a fixed one its third
(allocations of the old plan as libphonenumber held them until the switch). Blocks nobody held are not mapped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ingest.normalise.found import Found
from ingest.normalise.phone import phone
from ingest.normalise.text import clean

_CHAT: Final = re.compile(r"wa\.me/|whatsapp", re.I)


@dataclass(frozen=True, slots=True)
class Plan:
    """A numbering plan that ended: ``digits`` of its national numbers (without trunk 0), ``today`` maps them."""

    country: str
    code: str
    trunk: str
    digits: int
    ended: datetime
    today: Callable[[str], str | None]


def _morocco(old: str) -> str | None:
    first = old[0]
    if first in "23":
        return "5" + old
    if first in "14567":
        return "6" + old
    return {"8": "80", "9": "89"}[first] + old[1:] if first in "89" else None


def _ivory_coast(old: str) -> str | None:
    if old[0] in "23":
        operator = {"0": "25", "8": "21"}.get(old[2], "27")
        return operator + old
    if old[0] == "1":
        return None
    if old[:2] in ("60", "61", "62", "63", "69"):  # held by operators that closed, or by nobody
        return None
    return {"0": "01", "1": "01", "2": "01", "3": "01", "4": "05", "5": "05", "6": "05"}.get(old[1], "07") + old


PLANS: Final = (
    Plan("MA", "212", "0", 8, datetime(2009, 3, 6, tzinfo=UTC), _morocco),
    Plan("CI", "225", "", 8, datetime(2021, 1, 31, tzinfo=UTC), _ivory_coast),
)


def phone_in(text: str, region: str | None, at: datetime | None) -> Found:
    """:func:`ingest.normalise.phone.phone` as a document of time ``at`` (with zone) means it; None: of today."""
    found = phone(text, region)
    if at is None or found.uid is None or not found.uid.startswith("phone:raw:"):
        return found
    for plan in PLANS:
        if at < plan.ended and (old := _national(text, region, plan)) is not None:
            number = plan.today(old)
            mapped = phone(f"+{plan.code}{number}", None) if number is not None else found
            if mapped.fits:
                return mapped
    return found


def _national(text: str, region: str | None, plan: Plan) -> str | None:
    """National number of the old plan that a text writes, None when it writes none."""
    value = clean(text)
    digits = re.sub(r"[^0-9]", "", value)
    abroad = value.startswith(("+", "00")) or _CHAT.search(value) is not None
    if value.startswith("00"):
        digits = digits[2:]
    whole = len(plan.code) + plan.digits
    if digits.startswith(plan.code) and (abroad or region == plan.country):
        rest = digits[len(plan.code) :]
        if plan.trunk and rest.startswith(plan.trunk) and len(digits) == whole + len(plan.trunk):
            rest = rest[len(plan.trunk) :]
        return rest if len(rest) == plan.digits else None
    if abroad or region != plan.country:
        return None
    if plan.trunk:
        return digits[1:] if digits.startswith(plan.trunk) and len(digits) == plan.digits + 1 else None
    return digits if len(digits) == plan.digits else None
