"""Which entity occurs in which record, and when."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.evidence import View
from graph.schema import CODED, UTC_TIME

_TIMES: Final = {
    "mentions": ("at", "at"),
    "links": ("since", "until"),
    "transfers": ("sent_at", "paid_at"),
    "calls": ("start", "start"),
    "sightings": ("at", "at"),
}
"""Columns that say when; a stated time is a value, not an occurrence, so ``statements`` has none."""


def incidence(view: View) -> pl.DataFrame:
    """``code, rec, since, until``: one row a mention of an entity in a record, times null where none is known."""
    never = pl.lit(None, dtype=UTC_TIME)
    parts = [
        pl.DataFrame(schema={"code": pl.UInt32, "rec": pl.UInt32, "since": UTC_TIME, "until": UTC_TIME}),
    ]
    for table, columns in CODED.items():
        frame = view[table].with_row_index("rec") if table == "records" else view[table]
        since, until = (pl.col(name) for name in _TIMES[table]) if table in _TIMES else (never, never)
        parts += [
            frame.filter(pl.col(name).is_not_null()).select(
                pl.col(name).cast(pl.UInt32).alias("code"),
                pl.col("rec").cast(pl.UInt32),
                since.alias("since"),
                until.alias("until"),
            )
            for name in columns
        ]
    return pl.concat(parts)
