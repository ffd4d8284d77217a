"""Days as people write them, and the moments at which they begin for the reader. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ui.i18n import Locale, day, text
from ui.i18n.figures import local

_YEAR_FIRST: Final = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_DAY_FIRST: Final = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})")


def written_day(written: str) -> date:
    """``2024-06-01`` or ``1/6/2024`` (day before month, as in Morocco), in Arabic digits too.

    Raises:
        ValueError: it is no day.
    """
    found = _YEAR_FIRST.fullmatch(written.strip()) or _DAY_FIRST.fullmatch(written.strip())
    if found is None:
        raise ValueError(written)
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def begins(zone: str, one: date) -> datetime:
    """Midnight of a day in an IANA zone, said in UTC, as the evidence says its times."""
    reader = local(zone, datetime.combine(one, time())).tzinfo
    return datetime.combine(one, time(), reader).astimezone(UTC)


def ends(zone: str, one: date) -> datetime:
    """The moment after a day: midnight of the next."""
    return begins(zone, one + timedelta(days=1))


def period_said(here: Locale, since: date | None, until: date | None) -> str:
    """From one day to another, both included, in words."""
    names = {
        name: day(here.lang, here.zone, begins(here.zone, one))
        for name, one in (("since", since), ("until", until))
        if one is not None
    }
    key = "both" if len(names) == 2 else next(iter(names), "all")
    return text(here, f"structure.period.{key}", **names)
