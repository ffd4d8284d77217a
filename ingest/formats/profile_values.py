"""Values as operators write them, to the form the formats read: whole columns at once, chunk by chunk alike.

What is not understood stays as it is: the format then refuses the row with its own code.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import polars as pl

from ingest.normalise.text import clean

ZONE: Final = "Africa/Casablanca"
"""Zone of local times in an operator's extract."""
LONGEST: Final = 200
"""Characters of a column's name, or of a word of a closed list."""
_ARABIC: Final = str.maketrans("أإآٱىةؤئ", "ااااي" + "هوي", "ـ")


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """A name as compared: letters and digits only, lower case, no accents; Arabic letters without their variants.

    What is longer than a name stays as it is: nothing is called so.
    """
    if len(text) > LONGEST:
        return text
    plain = unicodedata.normalize("NFKD", clean(text).casefold().translate(_ARABIC))
    return "".join(c for c in plain if c.isalnum() and not unicodedata.combining(c))


def words(column: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Words of a closed list by their folded form; others as they are."""

    def one(values: pl.Series) -> pl.Series:
        unique = values.drop_nulls().unique()
        made = pl.Series([table.get(folded(v), v) for v in unique.to_list()], dtype=pl.String)
        return values.replace_strict(unique, made, default=None, return_dtype=pl.String) if len(unique) else values

    return column.map_batches(one, return_dtype=pl.String)


def decimals(column: pl.Expr) -> pl.Expr:
    """``1 234,50``, ``1.234,50`` and ``1,234.50`` as ``1234.50``; a lone comma is a decimal sign.

    ``1.234`` and ``1,234`` could be either: a dot stays a dot, and a comma before exactly three digits stays, so that
    the row is refused rather than read a thousandfold.
    """
    tight = column.str.replace_all(r"[\s\u00a0\u202f']", "")
    european = tight.str.contains(r"^[+-]?\d{1,3}(?:\.\d{3})+,\d+$")
    english = tight.str.contains(r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$")
    comma = tight.str.contains(r"^[+-]?\d+,\d+$") & ~tight.str.contains(r"^[+-]?[1-9]\d{0,2},\d{3}$")
    return (
        pl.when(european)
        .then(tight.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(english)
        .then(tight.str.replace_all(",", "", literal=True))
        .when(comma)
        .then(tight.str.replace(",", ".", literal=True))
        .otherwise(tight)
    )


def seconds(column: pl.Expr) -> pl.Expr:
    """``HH:MM:SS``, ``MM:SS`` and ``65.0`` as whole seconds."""
    parts = column.str.extract_groups(r"^(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d)$")
    h, m, s = (parts.struct.field(str(n)).cast(pl.Int64, strict=False) for n in (1, 2, 3))
    timed = h.fill_null(0) * 3600 + m * 60 + s
    return pl.coalesce(timed.cast(pl.String), column.str.replace(r"^(\d+)[.,]0*$", "$1"))


def stamps(column: pl.Expr, *, day_first: bool) -> pl.Expr:
    """Dates with or without time to ISO 8601, local; what has an offset or is ISO already stays."""
    text = column.str.strip_chars()
    clock = r"(?:[ T,]+(\d{1,2})[:hH](\d{2})(?:[:mM](\d{2}))?(?:[.,]\d+)?s?)?"
    european = text.str.extract_groups(rf"^(\d{{1,2}})[/.\-](\d{{1,2}})[/.\-](\d{{4}}){clock}$")
    ordered = text.str.extract_groups(rf"^(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){clock}$")
    spaced = text.str.extract_groups(r"^(\d{4})-(\d{2})-(\d{2})[ T]+(\d{1,2})[:hH](\d{2})(?:[:mM](\d{2}))?$")
    compact = text.str.extract_groups(r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2}):?(\d{2})?)?$")
    one, two = _field(european, 1), _field(european, 2)
    day, month = (one, two) if day_first else (two, one)
    return pl.coalesce(
        _joined(_field(european, 3), month, day, european),
        *(_joined(_field(shape, 1), _field(shape, 2), _field(shape, 3), shape) for shape in (ordered, spaced, compact)),
        text,
    )


def clocks(column: pl.Expr) -> pl.Expr:
    """A time of day: ``083015``, ``8:30`` and ``8h30`` as ``08:30:15``, ``08:30:00``."""
    bare = column.str.strip_chars().str.extract_groups(r"^(\d{2})(\d{2})(\d{2})$")
    written = column.str.strip_chars().str.extract_groups(r"^(\d{1,2})[:hH](\d{2})(?:[:mM](\d{2}))?(?:[.,]\d+)?s?$")
    made = [
        _field(s, 1).str.zfill(2) + ":" + _field(s, 2) + ":" + _field(s, 3).fill_null("00") for s in (bare, written)
    ]
    return pl.coalesce(*made, column.str.strip_chars())


def _field(groups: pl.Expr, n: int) -> pl.Expr:
    return groups.struct.field(str(n))


def _joined(year: pl.Expr, month: pl.Expr, day: pl.Expr, groups: pl.Expr) -> pl.Expr:
    date = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    hour, minute, second = (_field(groups, n) for n in (4, 5, 6))
    time = "T" + hour.str.zfill(2) + ":" + minute + ":" + second.fill_null("00")
    return date + time.fill_null("")


def with_offset(column: pl.Expr) -> pl.Expr:
    """Local ISO times of :data:`ZONE` as UTC; a date as its midnight, what has an offset or is no time as it is."""
    local = pl.coalesce(
        column.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us"),
        column.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
        column.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    there = local.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return pl.coalesce(there.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ"), column)


def order_of_days(values: list[str]) -> bool | None:
    """True: day before month, False: month before day, None: both are among the values. Undecided counts as True."""
    firsts, seconds_ = False, False
    for value in values:
        parts = value.strip().replace("-", "/").replace(".", "/").split("/", 2)
        if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit() and len(parts[0]) <= 2:
            firsts |= int(parts[0]) > 12
            seconds_ |= int(parts[1]) > 12
    return None if firsts and seconds_ else not seconds_
