"""Batches -> one view: versions in force at a time, canonical codes, sorted frames.

Codes are ranks of uids and of record ids, so equal evidence gives equal frames in whatever order it arrived
(law: same question, same answer).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from graph.evidence import Tables, View
from graph.schema import CODED, TABLES, UTC_TIME, Compartment

BY_RECORD: Final = ("record", "source", "key", "hash")
"""Order of the records of a view."""

_NONE = np.iinfo(np.uint32).max
_LINES = 100_000
"""Lines of a digest that are texts at a time."""
_DIGESTS = 1 << 256
_ERASED = ":erased:"


def build_view(
    parts: Sequence[tuple[str, Tables]],
    *,
    head: str,
    as_of: datetime | None,
    compartments: tuple[Compartment, ...],
    withdrawn: Collection[str] = (),
) -> View:
    """``parts`` are (batch id, coded tables with ``entities``), one a batch and compartment, in chain order.

    A part of several batches says in ``records.batch`` whose each row is. ``withdrawn`` batches are not seen.
    """
    uids, labels, tables = concatenate(parts)
    records, rec_map = _in_force(tables["records"], as_of, withdrawn)
    frames = {name: kept(frame, rec_map) for name, frame in tables.items() if name != "records"}
    frames["records"] = records
    code_map, entities = _canonical(uids, labels, frames)
    coded: Tables = {"entities": entities}
    for name, frame in frames.items():
        moved = frame.with_columns(recoded(frame[column], code_map) for column in CODED[name])
        # Records are in canonical order already; every other frame is sorted by all its columns.
        coded[name] = moved if name == "records" else moved.sort(moved.columns, nulls_last=True)
    return View(head, digest_text(digest_sum(records, entities["uid"])), as_of, compartments, coded)


def concatenate(parts: Sequence[tuple[str, Tables]]) -> tuple[pl.Series, pl.Series, Tables]:
    """All parts one after the other, codes and ``rec`` moved to positions in the concatenation."""
    uids, labels = [pl.Series("uid", [], dtype=pl.String)], [pl.Series("label", [], dtype=pl.String)]
    stacks: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    entity_offset = record_offset = 0
    for batch, tables in parts:
        uids.append(tables["entities"]["uid"])
        labels.append(tables["entities"]["label"])
        for name in TABLES:
            if (frame := tables.get(name)) is None:
                continue
            moved = [pl.col(column) + pl.lit(entity_offset, dtype=pl.UInt32) for column in CODED[name]]
            if "rec" in frame.columns:
                moved.append(pl.col("rec") + pl.lit(record_offset, dtype=pl.UInt32))
            if name == "records" and "batch" not in frame.columns:
                moved.append(pl.lit(batch).alias("batch"))
            stacks[name].append(frame.with_columns(moved))
        entity_offset += tables["entities"].height
        record_offset += tables["records"].height if "records" in tables else 0
    joined: Tables = {}
    for name, schema in TABLES.items():
        empty = pl.DataFrame(schema={c: pl.UInt32 if c in CODED[name] else t for c, t in schema.items()})
        if name == "records":
            empty = empty.with_columns(pl.lit(None, dtype=pl.String).alias("batch"))
        joined[name] = pl.concat([empty, *stacks[name]], how="vertical")
    return pl.concat(uids), pl.concat(labels), joined


def _in_force(
    records: pl.DataFrame, as_of: datetime | None, withdrawn: Collection[str]
) -> tuple[pl.DataFrame, pl.Series]:
    """The version of each record in force, sorted, and the map position -> new ``rec`` (null: not visible)."""
    positioned = records.with_row_index("position")
    visible = positioned if as_of is None else positioned.filter(pl.col("received_at") <= pl.lit(as_of, dtype=UTC_TIME))
    if withdrawn:
        visible = visible.filter(~pl.col("batch").is_in(sorted(withdrawn)))
    current = newest(visible).sort(BY_RECORD).with_row_index("rec")
    mapping = positioned.select("position").join(
        current.select("position", "rec"), on="position", how="left", maintain_order="left"
    )
    return current.drop("position", "rec"), mapping["rec"]


def newest(versions: pl.DataFrame) -> pl.DataFrame:
    """Of each record (``source, key``) the version in force; of equal ones the first by ``position``."""
    return versions.sort(
        "source", "key", "received_at", "hash", "position", descending=[False, False, True, True, False]
    ).unique(subset=["source", "key"], keep="first", maintain_order=True)


def kept(frame: pl.DataFrame, rec_map: pl.Series) -> pl.DataFrame:
    """Rows whose record is in force, with its ``rec`` (``rec_map``, null for what is not)."""
    return frame.with_columns(rec_map.gather(frame["rec"]).alias("rec")).filter(pl.col("rec").is_not_null())


def _canonical(uids: pl.Series, labels: pl.Series, frames: Tables) -> tuple[np.ndarray, pl.DataFrame]:
    """Map position -> code (rank of the uid among those in use) and the ``entities`` frame."""
    return ranked(uids, labels, [frame[column] for name, frame in frames.items() for column in CODED[name]])


def ranked(uids: pl.Series, labels: pl.Series, used_by: Sequence[pl.Series]) -> tuple[np.ndarray, pl.DataFrame]:
    """Map position -> rank of its uid among those that ``used_by`` names, and their ``uid, label``, sorted."""
    used = np.zeros(len(uids), dtype=bool)
    for column in used_by:
        used[column.drop_nulls().to_numpy()] = True
    positions = np.flatnonzero(used)
    code_map = np.full(len(uids), _NONE, dtype=np.uint32)
    if not len(positions):
        return code_map, pl.DataFrame(schema={"uid": pl.String, "label": pl.String})
    in_use = pl.DataFrame({"uid": uids.gather(positions), "label": labels.gather(positions)})
    # A page is an account that somebody called a page: "Page" > "Account", no other prefix has two labels.
    entities = in_use.group_by("uid").agg(pl.col("label").max()).sort("uid")
    code_map[positions] = in_use["uid"].cast(pl.Enum(entities["uid"])).to_physical().cast(pl.UInt32).to_numpy()
    return code_map, entities


def recoded(column: pl.Series, code_map: np.ndarray) -> pl.Series:
    """A column of codes, or of ``rec``, in other numbers; nulls stay."""
    if column.null_count() == 0:
        return pl.Series(column.name, code_map[column.to_numpy()] if len(column) else [], dtype=pl.UInt32)
    filled = column.fill_null(0).to_numpy()
    recoded = pl.Series(column.name, code_map[filled] if len(code_map) else filled, dtype=pl.UInt32)
    return pl.select(pl.when(column.is_not_null()).then(recoded).otherwise(None).alias(column.name)).to_series()


def digest_sum(records: pl.DataFrame, uids: pl.Series) -> int:
    """What records (source, key and hash of each) and tombstones among ``uids`` add to the digest of a view.

    Digests of single records, added up: what is visible gives the same in whatever order it came, and a batch is added
    to it without reading the rest. It names a run; that nothing was changed is proved by the chain. An erasure leaves
    the hashes of records and changes what they say, so tombstones count too.
    """
    lines = records.select(pl.concat_str(["source", "key", "hash"], separator="\x1f").alias("line"))
    erased = uids.filter(uids.str.contains(_ERASED, literal=True)).to_frame("line").select("\x1f" + pl.col("line"))
    total = 0
    for frame in (lines, erased):
        for some in frame.iter_slices(_LINES):
            total += sum(int.from_bytes(hashlib.sha256(line.encode()).digest()) for line in some.to_series().to_list())
    return total % _DIGESTS


def digest_text(total: int) -> str:
    """A sum of :func:`digest_sum` as 64 hex digits."""
    return f"{total % _DIGESTS:064x}"
