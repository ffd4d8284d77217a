"""A view that new batches made longer: row for row the one that building it anew would give, without doing that.

Nothing is decided here that ``graph.views`` does not decide: of each record the version in force stays, codes are ranks
of uids and of record ids, rows are sorted. What is there already is moved up and not sorted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.evidence import Tables, View
from graph.schema import CODED
from graph.views import BY_RECORD, concatenate, digest_sum, digest_text, kept, newest, ranked, recoded

_Codes = NDArray[np.uint32]


@dataclass(frozen=True)
class _Records:
    """``frame``: the records of the new view, with ``root`` in codes of the old one and ``fresh`` in those of the new
    batches. ``of_old`` and ``of_new`` say what ``rec`` each has now; of what is not in force the former says nothing,
    the latter null. ``gone``: rows of the old view that a later version replaced."""

    frame: pl.DataFrame
    of_old: _Codes
    of_new: pl.Series
    gone: pl.DataFrame
    won: pl.DataFrame


def extended(view: View, parts: Sequence[tuple[str, Tables]], *, head: str) -> View | None:
    """``view`` with the batches that came after it; ``parts`` and ``head`` as :func:`graph.views.build_view` has them.

    The view is of the present (no ``as_of``), nobody is merged in it, and nothing was withdrawn or erased since. None
    where only building it anew can tell: a record was replaced that spoke of a page, and whether it is one still
    depends on what else the batch of that record said.
    """
    uids, labels, tables = concatenate(parts)
    records = _records(view, tables["records"])
    lost = _lost(view, records.gone["old"])
    if lost is None:
        return None
    new = {name: kept(frame, records.of_new) for name, frame in tables.items() if name != "records"}
    used = [frame[column] for name, frame in new.items() for column in CODED[name]]
    entities, of_old, of_new = _entities(view, lost, *ranked(uids, labels, [*used, records.won["root"]]))
    coded: Tables = {"entities": entities}
    for name, frame in new.items():
        columns, old = CODED[name], view[name]
        if records.gone.height:
            old = old.filter(~pl.col("rec").is_in(records.gone["old"].implode()))
        old = old.with_columns(recoded(old[column], of_old) for column in columns)
        old = old.with_columns(recoded(old["rec"], records.of_old))
        new_rows = frame.with_columns(recoded(frame[column], of_new) for column in columns)
        coded[name] = _merged(old, new_rows.select(old.columns), old.columns)
    roots = recoded(records.frame["root"], of_old), recoded(records.frame["fresh"], of_new)
    coded["records"] = records.frame.with_columns(pl.select(pl.coalesce(*roots).alias("root")).to_series())
    coded["records"] = coded["records"].select(view.records.columns)
    added = digest_sum(records.won, entities["uid"]) - digest_sum(records.gone, view.entities["uid"])
    return View(head, digest_text(int(view.digest, 16) + added), None, view.compartments, coded)


def _records(view: View, made: pl.DataFrame) -> _Records:
    """Which version of each record is in force now, and where it stands."""
    new = made.with_row_index("position").with_columns(pl.col("position").cast(pl.Int64))
    old = view.records.with_row_index("old")
    # What was in force before was the newest of its time, so nothing older has to be looked at again.
    rivals = old.join(made.select("source", "key").unique(), on=["source", "key"], how="semi")
    before = rivals.with_columns(pl.lit(-1, dtype=pl.Int64).alias("position"))
    best = newest(pl.concat([before, new], how="diagonal"))
    gone = rivals.join(best.select("old").drop_nulls(), on="old", how="anti")
    won = best.filter(pl.col("old").is_null())
    stay = old.join(gone.select("old"), on="old", how="anti", maintain_order="left") if gone.height else old
    frame = _merged(
        stay.with_columns(pl.lit(None, dtype=pl.Int64).alias("position"), pl.lit(None, dtype=pl.UInt32).alias("fresh")),
        won.with_columns(pl.col("root").alias("fresh"), pl.lit(None, dtype=pl.UInt32).alias("root")).select(
            *stay.columns, "position", "fresh"
        ),
        BY_RECORD,
    )
    came = frame.select("position", pl.int_range(pl.len(), dtype=pl.UInt32).alias("rec")).drop_nulls("position")
    of_new = new.select("position").join(came, on="position", how="left", maintain_order="left")["rec"]
    return _Records(frame, _places(frame["old"], old.height), of_new, gone, won)


def _lost(view: View, gone: pl.Series) -> pl.Series | None:
    """Codes of the old view that only replaced records (``gone``) spoke of; None where one of them is a page."""
    if not len(gone):
        return pl.Series("code", [], dtype=pl.UInt32)
    tables = {name: view[name] for name in CODED if name != "records"}
    tables["records"] = view.records.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("rec"), "root")
    theirs = pl.col("rec").is_in(gone.implode())
    columns = [(frame, column) for name, frame in tables.items() for column in CODED[name]]
    touched = pl.concat([frame.filter(theirs)[column].alias("code") for frame, column in columns]).drop_nulls().unique()
    if (view.entities["label"].gather(touched) == "Page").any():
        return None
    of_them = touched.implode()
    still = [frame.filter(pl.col(column).is_in(of_them) & ~theirs)[column].alias("code") for frame, column in columns]
    return touched.filter(~touched.is_in(pl.concat(still).unique().implode())).sort()


def _entities(view: View, lost: pl.Series, ranks: _Codes, named: pl.DataFrame) -> tuple[pl.DataFrame, _Codes, _Codes]:
    """``entities`` of the new view, and the new code of every old code and of every uid of the new batches, whose rank
    among those that they name (``named``) is ``ranks``."""
    before = view.entities.with_row_index("old")
    both = before.join(named.rename({"label": "told"}), on="uid", how="inner")
    stay = before.filter(~pl.col("old").is_in(lost.filter(~lost.is_in(both["old"].implode())).implode()))
    if both.height:
        stay = stay.join(both.select("old", "told"), on="old", how="left", maintain_order="left").with_columns(
            pl.max_horizontal("label", "told").alias("label")
        )
    fresh = named.join(both, on="uid", how="anti").with_columns(pl.lit(None, dtype=pl.UInt32).alias("old"))
    entities = _merged(stay.select("old", "uid", "label"), fresh.select("old", "uid", "label"), ["uid"])
    codes = entities.select("uid", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"))
    mine = named.join(codes, on="uid", how="left", maintain_order="left")["code"].to_numpy()
    of_new = mine[np.minimum(ranks, max(len(mine), 1) - 1)] if len(mine) else ranks
    of_old = _places(entities["old"], before.height)
    return entities.select("uid", "label"), of_old, of_new.astype(np.uint32)


def _places(old: pl.Series, rows: int) -> _Codes:
    """Where each of so many ``rows`` of an old frame stands, by the column that says whose each new row was."""
    places = np.zeros(rows, dtype=np.uint32)
    known = old.is_not_null().to_numpy()
    places[old.drop_nulls().to_numpy()] = np.flatnonzero(known)
    return places


def _merged(old: pl.DataFrame, new: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows of two frames in the order of ``by`` (nulls last), where ``old`` is in that order already.

    Only the rows that share a value of the first column with a new one are sorted; the others are passed by.
    """
    if not new.height:
        return old
    first, values = by[0], new[by[0]]
    near = old[first].is_in(values.drop_nulls().unique().implode())
    near = near.fill_null(value=bool(values.null_count()))
    mixed = pl.concat([old.filter(near), new]).sort(by, nulls_last=True)
    rest = old.filter(~near)
    # What is null in the first column stands last, and all of it is in one of the two.
    known, nulls = rest.height - rest[first].null_count(), mixed[first].null_count()
    at = rest[first].head(known).search_sorted(mixed[first].head(mixed.height - nulls)).to_numpy()
    places = np.concatenate([at, np.full(nulls, rest.height)]) + np.arange(mixed.height)
    row = np.empty(rest.height + mixed.height, dtype=np.uint32)
    others = np.ones(len(row), dtype=np.bool_)
    others[places] = False
    row[places] = np.arange(rest.height, len(row))
    row[others] = np.arange(rest.height)
    return pl.concat([rest, mixed], rechunk=True)[row]
