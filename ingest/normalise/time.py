"""Dates and times to UTC: ISO 8601 with an offset, or in a named zone (Casablanca changes for Ramadan)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

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
    text = pl.col(column)
    known = pl.col(zones) if zones else pl.lit(None, pl.String)
    local = known.fill_null(default) if default else known
    parts = frame.select(
        # The bulk of every file is whole seconds; the rest is read one by one below.
        text.str.extract(r"^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:Z|[+-]\d{2}:\d{2})?$")
        .str.replace(" ", "T")
        .alias("stamp"),
        text.str.extract(r":\d{2}(Z|[+-]\d{2}:\d{2})$").alias("offset"),
        local.alias("zone"),
        text.alias("text"),
    )
    parts = parts.with_columns(
        pl.coalesce("offset", "zone").alias("where"), pl.lit(None, pl.Datetime("us", "UTC")).alias("at")
    )
    naive = pl.col("stamp").str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    parts = parts.with_columns(naive.alias("naive"))
    found = pl.lit(None, pl.Datetime("us", "UTC"))
    for name in _distinct(parts["where"]):
        where = zone(name)
        if where is None:
            continue
        mine = pl.col("where") == name
        if isinstance(where, ZoneInfo):
            read = pl.col("naive").dt.replace_time_zone(where.key, ambiguous="earliest", non_existent="null")
            read = read.dt.convert_time_zone("UTC")
        else:
            span = where.utcoffset(None) or timedelta()
            read = (pl.col("naive") - span).dt.replace_time_zone("UTC")
        found = pl.when(mine).then(read).otherwise(found)
    parts = parts.with_columns(found.alias("at"))
    missing = parts.with_row_index("n").filter(pl.col("at").is_null() & pl.col("text").is_not_null())
    if missing.is_empty():
        return parts["at"]
    slow = [
        iso_time(written, zone(name) if name else None) for written, name in missing.select("text", "zone").iter_rows()
    ]
    fixed = missing.select("n").with_columns(pl.Series("slow", slow, pl.Datetime("us", "UTC")))
    joined = parts.with_row_index("n").join(fixed, on="n", how="left", maintain_order="left")
    return joined.select(pl.coalesce("at", "slow").alias("at"))["at"]


def _distinct(values: pl.Series) -> Iterable[str]:
    return sorted(values.drop_nulls().unique().to_list())
