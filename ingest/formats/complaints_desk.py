"""How a complaints desk writes, and one complaint of it on its way to an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ingest.drafts import Job
from ingest.formats.complaints_sheet import Complaint
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.time import iso_time, plausible
from ingest.rejects import Refused
from ingest.rows import Entry


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one desk writes: the country of its numbers, its currency, its order of day and month, its zone."""

    country: str
    currency: str
    day_first: bool
    zone: ZoneInfo


IC3: Final = Dialect("US", "USD", day_first=False, zone=ZoneInfo("UTC"))
"""Amounts are asked for in dollars; the form tells no zone, so a date is read as it stands."""
REPORT_FRAUD: Final = Dialect("GB", "GBP", day_first=True, zone=ZoneInfo("Europe/London"))

_LOCAL_DATE: Final = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:,?[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?[Mm]?\.?)?"
)


@dataclass(slots=True)
class Desk:
    """One complaint on its way to an entry."""

    said: Complaint
    dialect: Dialect
    job: Job
    entry: Entry
    report: str
    number: str
    filed: datetime
    at: datetime
    victim: str | None = None
    own: set[str] = field(default_factory=set)

    @property
    def country(self) -> str:
        """Country whose numbers the victim dials."""
        written = self.said.victim.get("country", "").upper()
        return written if written in COUNTRIES else self.dialect.country

    def moment(self, written: str | None, name: str, *, free: bool = False) -> datetime | None:
        """A date or time, ISO or as the desk writes it."""
        return moment(written, name, self.dialect, self.job.received_at, free=free)


def moment(
    written: str | None, name: str, dialect: Dialect, received: datetime, *, free: bool = False
) -> datetime | None:
    """UTC time of a date as the desk writes it; ``datetime`` or ``out_of_range`` when it is none."""
    if written is None:
        return None
    at = iso_time(written, dialect.zone) or _local(written, dialect)
    if at is None:
        order = "day/month/year" if dialect.day_first else "month/day/year"
        raise Refused("datetime", f"{name}: an ISO 8601 date or time, or {order}")
    if not free and not plausible(at, received):
        raise Refused("out_of_range", f"{name}: 1990 to now")
    return at


def _local(written: str, dialect: Dialect) -> datetime | None:
    match = _LOCAL_DATE.fullmatch(written.strip())
    if match is None:
        return None
    one, two, year, hour, minute, second, half = match.groups()
    day, month = (one, two) if dialect.day_first else (two, one)
    clock = int(hour or 0)
    if half is not None:
        if not 1 <= clock <= 12:
            return None
        clock = clock % 12 + (12 if half in "Pp" else 0)
    try:
        read = datetime(int(year), int(month), int(day), clock, int(minute or 0), int(second or 0), tzinfo=dialect.zone)
    except ValueError:
        return None
    return read.astimezone(UTC)
