"""Which pairs are worth comparing: blocking, so that a hundred thousand people need no five billion comparisons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Final

import polars as pl

from graph.evidence import View
from ingest.resolution.names import ALIKE, compare
from ingest.resolution.rarity import Rarity
from ingest.resolution.units import units_of

HOLDERS: Final = 8
"""A thing that people of more names than this use (a reseller's line, a shop's device) proposes nobody."""

USERS: Final = 80
"""A thing that more entities than this use proposes nobody, whatever their names."""

BLOCK: Final = 120
"""A name block with more written names than this is left out: its names are common, and say little."""

BEARERS: Final = 12
"""Most pairs of people that two written names may propose by themselves."""


def hands(held: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """``thing, n, hands`` of every thing with two users or more: users, and how many people they seem to be.

    The same name in ten records is one person's as far as counting goes; who has no name counts for themselves.
    """
    users = held.group_by("thing").agg(pl.len().alias("n")).filter(pl.col("n") > 1)
    used = held.join(users, on="thing").join(
        names.unique("code", keep="first", maintain_order=True), on="code", how="left"
    )
    grouped = (
        used.group_by("thing")
        .agg(
            pl.col("n").first(),
            pl.col("text").drop_nulls().unique().sort().alias("said"),
            pl.col("text").null_count().alias("unnamed"),
        )
        .sort("thing")
    )
    counts = [
        unnamed + (_people(said) if n <= USERS else len(said))
        for n, said, unnamed in grouped.select("n", "said", "unnamed").iter_rows()
    ]
    return grouped.select("thing", "n", pl.Series("hands", counts, dtype=pl.Int64))


def _people(names: Sequence[str]) -> int:
    """How many people some written names seem to be."""
    kept: list[str] = []
    for name in names:
        if all(compare(name, other).score < ALIKE for other in kept):
            kept.append(name)
    return len(kept)


def by_things(held: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    """``a, b`` (a < b): users of one thing in one epoch. ``users`` is what :func:`hands` gave."""
    few = held.join(users.filter((pl.col("hands") <= HOLDERS) & (pl.col("n") <= USERS)), on="thing", how="semi").select(
        "code", "thing", "epoch"
    )
    return (
        few.join(few, on=["thing", "epoch"], suffix="_b")
        .filter(pl.col("code") < pl.col("code_b"))
        .select(pl.col("code").alias("a"), pl.col("code_b").alias("b"))
        .unique()
    )


def name_keys(name: str) -> list[str]:
    """Blocking keys of a written name: every two of its elements."""
    keys: set[str] = set()
    units = [unit for unit in units_of(name) if not unit.soft and not unit.initial]
    elements = [{*unit.keys, *unit.other_keys} for unit in units]
    for one, other in combinations(elements, 2):
        keys.update("|".join(sorted((x, y))) for x in one for y in other if x and y)
    if len(units) == 1:
        keys.update(elements[0])
    return sorted(keys)


def by_names(names: pl.DataFrame, rarity: Rarity, *, rare: float) -> pl.DataFrame:
    """``a, b``: people whose names agree and are rare enough to be worth a look. ``names``: ``code, text``."""
    texts = names["text"].unique().sort()
    people = names.group_by("text").agg(pl.col("code").sort()).sort("text")
    bearers: dict[str, list[int]] = dict(zip(people["text"].to_list(), people["code"].to_list(), strict=True))
    blocked = pl.DataFrame(
        {"text": texts, "key": pl.Series([name_keys(text) for text in texts], dtype=pl.List(pl.String))}
    ).explode("key", empty_as_null=True, keep_nulls=False)
    sizes = blocked.group_by("key").agg(pl.len().alias("n")).filter(pl.col("n").is_between(2, BLOCK))
    few = blocked.join(sizes, on="key", how="semi")
    written = (
        few.join(few, on="key", suffix="_b")
        .filter(pl.col("text") < pl.col("text_b"))
        .select("text", "text_b")
        .unique()
        .sort("text", "text_b")
    )
    same = [(text, text) for text, codes in bearers.items() if len(codes) > 1]
    rows = [
        (min(a, b), max(a, b))
        for x, y in [*same, *written.iter_rows()]
        if len(bearers[x]) * len(bearers[y]) <= BEARERS and _rare(x, y, rarity, rare)
        for a in bearers[x]
        for b in bearers[y]
        if a != b
    ]
    return pl.DataFrame(rows, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row").unique().sort("a", "b")


def _rare(x: str, y: str, rarity: Rarity, rare: float) -> bool:
    match = compare(x, y)
    return match.score >= ALIKE and rarity.expected(x, y, match) < rare


def by_documents(view: View, names: pl.DataFrame) -> pl.DataFrame:
    """``a, b``: people who share an element of their names, and whose documents of one kind are one slip apart.

    Every number is keyed by what is left without one of its letters. ``names``: ``code, text``.
    """
    rows = [
        (code, f"{kind}:{number[:i]}{number[i + 1 :]}")
        for code in names["code"].unique().sort()
        for uid in view.same.get(view.uid(code), (view.uid(code),))
        if uid.startswith("person:doc:")
        for kind, number in [uid.rsplit(":", 1)]
        for i in range(-1, len(number))
        if len(number) > 5
    ]
    texts = names["text"].unique().sort()
    elements = pl.Series([sorted({key for unit in units_of(text) for key in unit.keys}) for text in texts])
    of_texts = pl.DataFrame({"text": texts, "element": elements.cast(pl.List(pl.String))}).explode(
        "element", empty_as_null=True, keep_nulls=False
    )
    of_people = names.join(of_texts, on="text").select("code", "element").unique()
    keyed = pl.DataFrame(rows, schema={"code": pl.UInt32, "number": pl.String}, orient="row").unique()
    return _pairs(
        keyed.join(of_people, on="code").select(
            "code", pl.concat_str(["number", "element"], separator="|").alias("key")
        )
    )


def by_handles(handles: pl.DataFrame) -> pl.DataFrame:
    """``a, b``: accounts known by one handle. ``handles``: ``code, text``."""
    return _pairs(handles.rename({"text": "key"}))


def _pairs(keyed: pl.DataFrame) -> pl.DataFrame:
    sizes = keyed.group_by("key").agg(pl.len().alias("n")).filter(pl.col("n").is_between(2, HOLDERS))
    few = keyed.join(sizes, on="key", how="semi")
    return (
        few.join(few, on="key", suffix="_b")
        .filter(pl.col("code") < pl.col("code_b"))
        .select(pl.col("code").alias("a"), pl.col("code_b").alias("b"))
        .unique()
    )


def together(parts: Sequence[pl.DataFrame], hidden: Collection[int]) -> pl.DataFrame:
    """All pairs once, sorted, none with somebody who must not be shown."""
    gone = pl.Series(sorted(hidden), dtype=pl.UInt32).implode()
    return (
        pl.concat([part.select(pl.col("a").cast(pl.UInt32), pl.col("b").cast(pl.UInt32)) for part in parts])
        .unique()
        .filter(~pl.col("a").is_in(gone) & ~pl.col("b").is_in(gone))
        .sort("a", "b")
    )
