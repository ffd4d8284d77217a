"""A view in which people's "same person" decisions hold: several uids, one node.

Evidence is never edited: this is a step from one view to another, so taking a decision back gives the first view again,
row for row. A merged node goes by its smallest visible uid (an older view or a smaller compartment may not hold the
smallest of all), and the table ``merged`` keeps which record spoke of it under which uid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from graph.evidence import MERGED, Tables, View
from graph.same_as import digest
from graph.schema import CODED


def merge(view: View, components: Iterable[Sequence[str]]) -> View:
    """``view`` with each component (uids of one person) as one node; the same view when none has two uids in it.

    Components must not overlap. Frames stay canonical: codes are ranks of the uids that remain, rows are sorted.
    """
    groups = [codes for uids in components if len(codes := _codes(view, uids)) > 1]
    if not groups:
        return view
    target = np.arange(view.entities.height, dtype=np.uint32)
    for codes in groups:
        target[codes] = codes[0]
    moved = pl.Series(sorted(code for codes in groups for code in codes[1:]), dtype=pl.UInt32)
    kept = target == np.arange(len(target))
    new_code = (np.cumsum(kept) - 1).astype(np.uint32)[target]
    tables: Tables = {"entities": _entities(view, new_code)}
    for name, frame in view.tables.items():
        columns = CODED.get(name)
        if columns is None:
            continue
        recoded = frame.with_columns(_recoded(frame[column], new_code) for column in columns)
        touched = name != "records" and any(frame[column].is_in(moved.implode()).any() for column in columns)
        # Ranks keep their order, so only a frame that names a moved uid is out of order.
        tables[name] = recoded.sort(recoded.columns, nulls_last=True) if touched else recoded
    tables["merged"] = _provenance(view, groups, new_code)
    return replace(view, tables=tables)


def spread(view: View, masks: Mapping[str, str]) -> dict[str, str]:
    """Masks of whoever is merged with somebody masked: all uids of one person are hidden under one pseudonym."""
    out = dict(masks)
    for uids in view.same.values():
        known = [masks[uid] for uid in uids if uid in masks]
        if known:
            out.update(dict.fromkeys(uids, min(known)))
    return out


def identity(view: View) -> str:
    """Short digest of what is merged in a view; empty when nothing is."""
    return digest(tuple(view.same.values()))


def records_of(view: View, codes: Iterable[int]) -> pl.DataFrame:
    """``code, rec``: every record that speaks of one of these entities, once, sorted."""
    members = pl.Series(sorted(set(codes)), dtype=pl.UInt32).implode()
    parts = [pl.DataFrame(schema={"code": pl.UInt32, "rec": pl.UInt32})]
    for name, frame in view.tables.items():
        for column in CODED.get(name, ()):
            rows = frame.with_row_index("rec") if name == "records" else frame
            parts.append(
                rows.filter(pl.col(column).is_in(members)).select(
                    pl.col(column).cast(pl.UInt32).alias("code"), pl.col("rec").cast(pl.UInt32)
                )
            )
    return pl.concat(parts).unique().sort("code", "rec")


def _codes(view: View, uids: Sequence[str]) -> list[int]:
    return list(view.codes(uids).values())


def _entities(view: View, new_code: np.ndarray) -> pl.DataFrame:
    return (
        view.entities.with_columns(pl.Series("code", new_code))
        .group_by("code")
        .agg(pl.col("uid").min(), pl.col("label").max())
        .sort("code")
        .select("uid", "label")
    )


def _recoded(column: pl.Series, new_code: np.ndarray) -> pl.Series:
    mapping = pl.Series(column.name, new_code, dtype=pl.UInt32)
    return mapping.gather(column).alias(column.name)


def _provenance(view: View, groups: Sequence[Sequence[int]], new_code: np.ndarray) -> pl.DataFrame:
    """``entity, uid, rec``: which record spoke of a merged node under which uid."""
    said = records_of(view, [code for codes in groups for code in codes])
    return (
        said.with_columns(
            pl.Series("entity", new_code, dtype=pl.UInt32).gather(said["code"]),
            view.entities["uid"].gather(said["code"]).alias("uid"),
        )
        .select(list(MERGED))
        .sort(list(MERGED))
    )
