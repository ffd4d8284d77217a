"""Whole columns at once: cleaning, uids of distinct values, hashes of rows, the JSON of columns nobody asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from ingest.normalise.text import clean, looks_like_formula, operator_slug
from ingest.normalise.transfer_ref import reference

_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')


def mapped(values: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """``function`` of every distinct text, laid back over the column (null stays null)."""
    unique = values.drop_nulls().unique()
    if unique.is_empty():
        return pl.Series(values.name, [None], dtype=pl.String).new_from_index(0, len(values))
    made = pl.Series([function(v) for v in unique.to_list()], dtype=pl.String)
    return values.replace_strict(unique, made, default=None, return_dtype=pl.String)


def cleaned(frame: pl.DataFrame, columns: Sequence[str], *, plain: bool = False) -> pl.DataFrame:
    """The columns as :func:`ingest.normalise.text.clean` gives them (only texts that are not plain ASCII cost).

    ``plain`` says that no cell holds a control character.
    """
    length = {name: (pl.col(name).str.len_bytes() != pl.col(name).str.len_chars()).any() for name in columns}
    wide = frame.select(**length).row(0, named=True)
    for name in columns:
        text = frame[name]
        strange = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        if wide[name]:
            strange = (text.str.len_bytes() != text.str.len_chars()).fill_null(False)
        if not plain:
            strange = strange | text.str.contains(r"[\x00\x1c-\x1f]").fill_null(False)
        if strange.any():
            told = mapped(pl.select(pl.when(strange).then(text)).to_series(), lambda v: clean(v) or None)
            frame = frame.with_columns(pl.when(strange).then(told).otherwise(text).alias(name))
    return frame


def operators(values: pl.Series) -> pl.Series:
    """Operator slugs; null when nothing is left."""
    return mapped(values, lambda v: operator_slug(v) or None)


def references(values: pl.Series) -> pl.Series:
    """References of transfers; null when nothing is left. Most stand as they are."""
    plain = values.str.contains("^[0-9A-Z]+$")
    if plain.all(ignore_nulls=True):
        return values
    rest = mapped(pl.select(pl.when(~plain).then(values)).to_series(), lambda v: reference(v) or None)
    return pl.select(pl.when(plain).then(values).otherwise(rest)).to_series()


def formula(columns: Sequence[str]) -> Callable[[pl.DataFrame], pl.Series]:
    """Mask of rows where one of the free texts starts like a spreadsheet formula."""

    def mask(frame: pl.DataFrame) -> pl.Series:
        answer = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        # All four stand between "+" and "A": comparing texts is cheaper than searching them.
        near = frame.select(pl.col(columns).is_between(pl.lit("+"), pl.lit("A"), closed="left").any())
        for column in columns:
            if not near[column][0]:
                continue
            suspect = frame[column].str.contains(r"^[=+\-@]").fill_null(False)
            if suspect.any():
                run = mapped(
                    pl.select(pl.when(suspect).then(frame[column])).to_series(),
                    lambda v: "y" if looks_like_formula(v) else None,
                )
                answer = answer | run.is_not_null()
        return answer

    return mask


def canonical_rows(
    frame: pl.DataFrame, columns: Sequence[str], layout: Sequence[str], *, plain: bool = False
) -> pl.Series:
    """What rows said, as texts, whatever the order of their columns.

    The cells of ``layout`` come first, separated by commas, empty ones at the end left out (so a layout may grow at its
    end); then every other cell with its name. A plain line of a file of just that layout is its own canonical form.
    ``plain`` says that no cell holds a comma or a control character.
    """
    if not frame.height:
        return pl.Series("row", [], dtype=pl.String)
    known = [name for name in layout if name in columns]
    other = sorted(set(columns) - set(known))

    def told(name: str) -> pl.Expr:
        return pl.col(name) if plain else _escaped(pl.col(name))

    cells = [told(name).fill_null("") if name in known else pl.lit("") for name in layout]
    head = pl.concat_str(cells, separator=",").str.strip_chars_end(",") if known else pl.lit("")
    rest = [pl.lit(f"\x1e{name}\x1f") + told(name) for name in other]
    row = pl.concat_str([head, *rest], ignore_nulls=True) if rest else head
    return frame.select(row.alias("row")).to_series()


def _escaped(column: pl.Expr) -> pl.Expr:
    """A cell without the signs that stand between cells."""
    for place, sign in enumerate(("\x1b", ",", "\x1e", "\x1f")):
        column = column.str.replace_all(sign, f"\x1b{place}", literal=True)
    return column


def json_of(frame: pl.DataFrame, columns: Sequence[str], *, plain: bool = False) -> pl.Series:
    """One JSON object a row holding its non-empty cells of ``columns``; null when it has none.

    ``plain`` says that no cell holds a quote, a backslash or a control character.
    """
    used = [c for c in sorted(columns) if frame[c].null_count() < frame.height]
    if not used:
        return pl.Series("extra", [None], dtype=pl.String).new_from_index(0, frame.height)
    written = {}
    for column in used:
        values = frame[column]
        if not plain and values.str.contains(_ESCAPED.pattern).any(ignore_nulls=True):
            values = mapped(values, lambda v: json.dumps(v, ensure_ascii=False)[1:-1])
        written[column] = values
    body = pl.DataFrame(written).select(
        pl.concat_str(
            [pl.lit(json.dumps(c, ensure_ascii=False) + ':"') + pl.col(c) for c in used],
            separator='",',
            ignore_nulls=True,
        ).alias("extra")
    )["extra"]
    return pl.select(pl.when(body != "").then("{" + body + '"}').alias("extra")).to_series()
