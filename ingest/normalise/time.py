"""Dates and times to UTC: ISO 8601 with an offset, or in a named zone (Casablanca changes for Ramadan)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from ingest.normalise.text import clean

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""Event dates before this are out of range."""

_ISO: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2})?([.,]\d{1,9})?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})?", re.ASCII)


def offset(text: str) -> timezone | None:
    """``Z``, ``+hh:mm``, ``+hhmm`` or ``+hh``; None when it is none of them."""
    if text in ("Z", "z"):
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 23 or int(match[3] or 0) > 59:
        return None
    span = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(span if match[1] == "+" else -span)


@lru_cache(maxsize=1024)
def zone(text: str) -> tzinfo | None:
    """A zone by IANA name or as an offset, None when there is no such zone."""
    value = clean(text)
    if (fixed := offset(value)) is not None:
        return fixed
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+\-/]*", value):
        return None
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=1 << 16)
def iso_time(text: str, local: tzinfo | None = None, *, date_allowed: bool = True) -> datetime | None:
    """UTC time of an ISO 8601 text; without offset it is in ``local``. None when it is no such time.

    A date stands for its midnight. With ``local=None`` an offset is demanded.
    """
    match = _ISO.fullmatch(clean(text))
    if match is None or (match[4] and not match[3]):
        return None
    day, minute, second, fraction, written = match.groups()
    if minute is None and not date_allowed:
        return None
    where = offset(written) if written else local
    if where is None:
        return None
    micro = f".{fraction[1:7]:0<6}" if fraction else ""
    try:
        read = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}{micro}")
        return read.replace(tzinfo=where).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def plausible(at: datetime, received: datetime) -> bool:
    """Whether an event time is neither before 1990 nor more than a day after we received it."""
    return EARLIEST <= at <= received + timedelta(days=1)


def time_columns(frame: pl.DataFrame, column: str, zones: str | None = None, default: str | None = None) -> pl.Series:
    """UTC times of a text column, null where it is no ISO 8601 time (or no zone is known).

    ``zones`` names a column of zones (IANA or offset) for times without offset, ``default`` a zone for all.
    Dates stand for their midnight in that zone. Equal to :func:`iso_time` value by value.
    """
    text = frame[column]
    known = frame[zones] if zones else pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    local = known.fill_null(default) if default else known
    stamps, offsets = _stamps(text)
    at = np.where(offsets == _LOCAL, _NOT_READ, stamps - offsets.astype(np.int64) * 60_000_000)
    naive = (offsets == _LOCAL) & (stamps != _NOT_READ)
    if naive.any():
        at[naive] = _placed(pl.Series(stamps[naive]), local.filter(naive))
    at[stamps == _NOT_READ] = _NOT_READ
    missing = pl.Series(at == _NOT_READ) & text.is_not_null()
    if missing.any():
        rest = pl.DataFrame({"text": text, "zone": local}).filter(missing)
        slow = [iso_time(written, zone(name) if name else None) for written, name in rest.iter_rows()]
        at[missing.to_numpy()] = pl.Series(slow, dtype=_UTC).to_physical().fill_null(_NOT_READ).to_numpy()
    read = pl.Series(at)
    return pl.select(pl.when(read != _NOT_READ).then(read)).to_series().cast(pl.Int64).cast(_UTC)


_UTC: Final = pl.Datetime("us", "UTC")
_NOT_READ: Final = np.iinfo(np.int64).min
_LOCAL: Final = np.iinfo(np.int16).min
_DIGITS: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MONTH_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)


def _stamps(text: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds of what is written, and minutes of the offset, for times in whole seconds from 1970 to 2037.

    The bulk of every file looks like that: 19 characters, perhaps ``Z`` or ``+hh:mm``. Whatever does not is left out.
    """
    stamps = np.full(len(text), _NOT_READ, dtype=np.int64)
    offsets = np.full(len(text), _LOCAL, dtype=np.int16)
    sizes = text.str.len_bytes().fill_null(0).to_numpy()
    for size in (19, 20, 25):
        rows = np.flatnonzero(sizes == size)
        if not len(rows):
            continue
        written = pl.select((text if len(rows) == len(text) else text.gather(rows)).str.join("")).item()
        cells = np.frombuffer(written.encode(), dtype=np.uint8).reshape(-1, size).T
        good, stamp, offset = _read(np.ascontiguousarray(cells), size)
        stamps[rows[good]], offsets[rows[good]] = stamp[good], offset[good]
    return stamps, offsets


def _read(cells: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Characters (one row a place) to: readable, microseconds, minutes of offset."""
    digit = cells - np.uint8(ord("0"))

    def number(*places: int) -> np.ndarray:
        value = np.zeros(cells.shape[1], dtype=np.int64)
        for place in places:
            value = value * 10 + digit[place]
        return value

    good = (cells[4] == 45) & (cells[7] == 45) & ((cells[10] == 32) | (cells[10] == 84) | (cells[10] == 116))
    good &= (cells[13] == 58) & (cells[16] == 58)
    for place in _DIGITS:
        good &= digit[place] <= 9
    year, month, day = number(0, 1, 2, 3), number(5, 6), number(8, 9)
    hour, minute, second = number(11, 12), number(14, 15), number(17, 18)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (year >= 1970) & (year < 2038) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    good &= (day >= 1) & (day <= _MONTH_DAYS[np.where(good, month, 0)] + (leap & (month == 2)))
    # Days since 1970 of the proleptic calendar, years counted from March (H. Hinnant, chrono algorithms).
    years = year - (month <= 2)
    since = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    days = 365 * years + years // 4 - years // 100 + years // 400 + since - 719_468
    stamp = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000
    if size == 19:
        return good, stamp, np.full(len(good), _LOCAL, dtype=np.int16)
    if size == 20:
        return good & ((cells[19] == 90) | (cells[19] == 122)), stamp, np.zeros(len(good), dtype=np.int16)
    sign = np.where(cells[19] == 45, -1, 1)
    good &= ((cells[19] == 43) | (cells[19] == 45)) & (cells[22] == 58)
    for place in (20, 21, 23, 24):
        good &= digit[place] <= 9
    ahead, rest = number(20, 21), number(23, 24)
    good &= (ahead < 24) & (rest < 60)
    return good, stamp, (sign * (ahead * 60 + rest)).astype(np.int16)


def _placed(stamps: pl.Series, zones: pl.Series) -> np.ndarray:
    """UTC microseconds of local times in their zones; unread where there is no such zone or no such time."""
    found = np.full(len(stamps), _NOT_READ, dtype=np.int64)
    naive = stamps.cast(pl.Datetime("us"))
    for name in _distinct(zones):
        where = zone(name)
        if where is None:
            continue
        mine = (zones == name).fill_null(False).to_numpy()
        read = naive.filter(mine)
        if isinstance(where, ZoneInfo):
            read = read.dt.replace_time_zone(where.key, ambiguous="earliest", non_existent="null")
            read = read.dt.convert_time_zone("UTC")
        else:
            read = (read - (where.utcoffset(None) or timedelta())).dt.replace_time_zone("UTC")
        found[mine] = read.to_physical().fill_null(_NOT_READ).to_numpy()
    return found


def months(at: pl.Series) -> pl.Series:
    """``YYYY-MM`` of times (in their zone)."""
    if at.null_count() == len(at):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    month = at.dt.year().cast(pl.Int32) * 12 + at.dt.month().cast(pl.Int32) - 1
    spoken = month.drop_nulls().to_numpy()
    first, last = int(spoken.min()), int(spoken.max())
    names = pl.Series([f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1)])
    return names.gather((month - first).cast(pl.UInt32))


def _distinct(values: pl.Series) -> Iterable[str]:
    return sorted(values.drop_nulls().unique().to_list())
