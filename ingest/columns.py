"""Whole columns at once: cleaning, uids of distinct values, hashes of rows, the JSON of columns nobody asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from ingest.normalise.found import Found
from ingest.normalise.text import clean, looks_like_formula, operator_slug

_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')


def mapped(values: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """``function`` of every distinct text, laid back over the column (null stays null)."""
    unique = values.drop_nulls().unique().sort()
    if unique.is_empty():
        return pl.Series(values.name, [None] * len(values), pl.String)
    made = pl.Series([function(v) for v in unique.to_list()], dtype=pl.String)
    return values.replace_strict(unique, made, default=None, return_dtype=pl.String)


def cleaned(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The columns as :func:`ingest.normalise.text.clean` gives them (only texts that are not plain ASCII cost)."""
    strange = frame.select(
        pl.col(c).str.contains(r"[^\x01-\x7f]").any(ignore_nulls=True).fill_null(False) for c in columns
    ).row(0)
    names = [c for c, is_strange in zip(columns, strange, strict=True) if is_strange]
    return frame.with_columns(mapped(frame[c], lambda v: clean(v) or None).alias(c) for c in names)


def found(values: pl.Series, function: Callable[[str], Found], name: str) -> list[pl.Series]:
    """``<name>`` (uid) and ``<name>_warning`` of a column of written identifiers."""
    unique = values.drop_nulls().unique().sort()
    answers = [function(v) for v in unique.to_list()]
    if not answers:
        empty = pl.Series([None] * len(values), dtype=pl.String)
        return [empty.alias(name), empty.alias(f"{name}_warning")]
    return [
        values.replace_strict(
            unique, pl.Series([a[n] for a in answers], dtype=pl.String), default=None, return_dtype=pl.String
        ).alias(label)
        for n, label in enumerate((name, f"{name}_warning"))
    ]


def operators(values: pl.Series) -> pl.Series:
    """Operator slugs; null when nothing is left."""
    return mapped(values, lambda v: operator_slug(v) or None)


def formula(columns: Sequence[str]) -> Callable[[pl.DataFrame], pl.Series]:
    """Mask of rows where one of the free texts starts like a spreadsheet formula."""

    def mask(frame: pl.DataFrame) -> pl.Series:
        answer = pl.Series([False] * frame.height, dtype=pl.Boolean)
        for column in columns:
            suspect = frame[column].str.contains(r"^[=+\-@]").fill_null(False)
            if suspect.any():
                run = mapped(
                    pl.select(pl.when(suspect).then(frame[column])).to_series(),
                    lambda v: "y" if looks_like_formula(v) else None,
                )
                answer = answer | run.is_not_null()
        return answer

    return mask


def canonical_rows(frame: pl.DataFrame, columns: Sequence[str]) -> list[bytes]:
    """What rows said, as bytes: non-empty cells with their names, in the order of the names."""
    pieces = [pl.lit(f"{name}\x1f") + pl.col(name) + pl.lit("\x1e") for name in sorted(columns)]
    rows = frame.select(pl.concat_str(pieces, ignore_nulls=True).alias("row"))["row"]
    return [(row or "").encode() for row in rows.to_list()]


def json_of(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """One JSON object a row holding its non-empty cells of ``columns``; null when it has none."""
    used = [c for c in sorted(columns) if frame[c].null_count() < frame.height]
    if not used:
        return pl.Series("extra", [None] * frame.height, pl.String)
    pieces = []
    for column in used:
        values = frame[column]
        if values.str.contains(_ESCAPED.pattern).any(ignore_nulls=True):
            values = mapped(values, lambda v: json.dumps(v, ensure_ascii=False))
            quoted = values
        else:
            quoted = pl.select('"' + values + '"').to_series()
        pieces.append(quoted.alias(column))
    body = pl.DataFrame(pieces).select(
        pl.concat_str(
            [pl.lit(json.dumps(c, ensure_ascii=False) + ":") + pl.col(c) for c in used],
            separator=",",
            ignore_nulls=True,
        ).alias("extra")
    )["extra"]
    return pl.select(pl.when(body != "").then("{" + body + "}").alias("extra")).to_series()
