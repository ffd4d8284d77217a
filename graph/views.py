"""Batches -> one view: versions in force at a time, canonical codes, sorted frames.

Codes are ranks of uids and of record ids, so equal evidence gives equal frames in whatever order it arrived
(law: same question, same answer).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
import polars as pl

from graph.evidence import Tables, View
from graph.schema import CODED, TABLES, UTC_TIME, Compartment

_NONE = np.iinfo(np.uint32).max
_LINES = 100_000
"""Lines of a digest that are written out at a time."""


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
    uids, labels, tables = _concatenate(parts)
    records, rec_map = _in_force(tables["records"], as_of, withdrawn)
    frames = {name: _keep(frame, rec_map) for name, frame in tables.items() if name != "records"}
    frames["records"] = records
    code_map, entities = _canonical(uids, labels, frames)
    coded: Tables = {"entities": entities}
    for name, frame in frames.items():
        recoded = frame.with_columns(_recode(frame[column], code_map) for column in CODED[name])
        # Records are in canonical order already; every other frame is sorted by all its columns.
        coded[name] = recoded if name == "records" else recoded.sort(recoded.columns, nulls_last=True)
    return View(head, _digest(records, entities), as_of, compartments, coded)


def _concatenate(parts: Sequence[tuple[str, Tables]]) -> tuple[pl.Series, pl.Series, Tables]:
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
    current = (
        visible.sort("source", "key", "received_at", "hash", "position", descending=[False, False, True, True, False])
        .unique(subset=["source", "key"], keep="first", maintain_order=True)
        .sort("record", "source", "key", "hash")
        .with_row_index("rec")
    )
    mapping = positioned.select("position").join(
        current.select("position", "rec"), on="position", how="left", maintain_order="left"
    )
    return current.drop("position", "rec"), mapping["rec"]


def _keep(frame: pl.DataFrame, rec_map: pl.Series) -> pl.DataFrame:
    return frame.with_columns(rec_map.gather(frame["rec"]).alias("rec")).filter(pl.col("rec").is_not_null())


def _canonical(uids: pl.Series, labels: pl.Series, frames: Tables) -> tuple[np.ndarray, pl.DataFrame]:
    """Map position -> code (rank of the uid among those in use) and the ``entities`` frame."""
    used = np.zeros(len(uids), dtype=bool)
    for name, frame in frames.items():
        for column in CODED[name]:
            used[frame[column].drop_nulls().to_numpy()] = True
    positions = np.flatnonzero(used)
    code_map = np.full(len(uids), _NONE, dtype=np.uint32)
    if not len(positions):
        return code_map, pl.DataFrame(schema={"uid": pl.String, "label": pl.String})
    in_use = pl.DataFrame({"uid": uids.gather(positions), "label": labels.gather(positions)})
    # A page is an account that somebody called a page: "Page" > "Account", no other prefix has two labels.
    entities = in_use.group_by("uid").agg(pl.col("label").max()).sort("uid")
    code_map[positions] = in_use["uid"].cast(pl.Enum(entities["uid"])).to_physical().cast(pl.UInt32).to_numpy()
    return code_map, entities


def _recode(column: pl.Series, code_map: np.ndarray) -> pl.Series:
    if column.null_count() == 0:
        return pl.Series(column.name, code_map[column.to_numpy()] if len(column) else [], dtype=pl.UInt32)
    filled = column.fill_null(0).to_numpy()
    recoded = pl.Series(column.name, code_map[filled] if len(code_map) else filled, dtype=pl.UInt32)
    return pl.select(pl.when(column.is_not_null()).then(recoded).otherwise(None).alias(column.name)).to_series()


def _digest(records: pl.DataFrame, entities: pl.DataFrame) -> str:
    """Digest of what is visible, whatever order it came in: source, key and hash of every record in force.

    An erasure leaves the hashes of records and changes what they say, so tombstones count too.
    """
    lines = records.select(pl.concat_str(["source", "key", "hash"], separator="\x1f")).to_series().sort()
    digest = hashlib.sha256()
    for some in lines.to_frame("line").iter_slices(_LINES):
        digest.update("".join(f"{line}\n" for line in some["line"].to_list()).encode())
    for uid in entities.filter(pl.col("uid").str.contains(":erased:", literal=True))["uid"].sort():
        digest.update(f"\x1f{uid}\n".encode())
    return digest.hexdigest()
