"""Compaction: many small entries become one segment that still proves each of them.

A segment is itself an entry of the chain: the merged Parquet tables, ``originals.parquet`` with the whole text of every
manifest it took over (so the old chain can be recomputed link by link) and ``parts.parquet`` saying which rows were
whose. It is published by one rename; the folders it took over are removed afterwards, and are ignored from then on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl

from graph.batch_files import DAMAGE, read_table
from graph.chain import COMPACTION, INTAKE, Batch, Chain, Custody, Place, settled
from graph.errors import IntegrityError, UsageError
from graph.evidence import Tables
from graph.files import digests_of
from graph.schema import CODED, COMPARTMENTS, Compartment

SMALL_ROWS: Final = 50_000
"""A batch with more rows stays a folder of its own."""
SEGMENT_ROWS: Final = 4_000_000
"""Rows of a segment at most, but for one unit."""
ISSUES: Final = ("rejects", "warnings")

_ORIGINALS: Final = {"seq": pl.UInt32, "batch": pl.String, "hash": pl.String, "act": pl.String, "manifest": pl.String}
_PARTS: Final = {
    "batch": pl.String, "compartment": pl.String, "table": pl.String, "offset": pl.UInt32, "rows": pl.UInt32,
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """A compaction entry and what it holds."""

    entry: Batch

    @cached_property
    def originals(self) -> pl.DataFrame:
        """``seq, batch, hash, act, manifest`` of all entries it took over, in chain order."""
        return _read(self.entry.folder / "originals.parquet")

    @cached_property
    def parts(self) -> pl.DataFrame:
        """``batch, compartment, table, offset, rows``: whose rows stand where."""
        return _read(self.entry.folder / "parts.parquet")

    def batches(self, erasures: Sequence[Batch], only: str | None = None) -> list[Batch]:
        """The entries it took over (or the one of this id or number), as the chain knew them."""
        rows = self.originals
        if only is not None:
            rows = rows.filter((pl.col("batch") == only) | (pl.col("seq").cast(pl.String) == only))
        return self._entries(rows, erasures)

    def last(self, n: int, erasures: Sequence[Batch]) -> list[Batch]:
        """The last ``n`` intakes it took over."""
        return self._entries(self.originals.filter(pl.col("act") == INTAKE).tail(n), erasures)

    def _entries(self, rows: pl.DataFrame, erasures: Sequence[Batch]) -> list[Batch]:
        found = [
            Batch(
                row["seq"],
                row["batch"],
                self.entry.folder,
                json.loads(row["manifest"]),
                hashlib.sha256(row["manifest"].encode()).hexdigest(),
                self.entry.id,
            )
            for row in rows.iter_rows(named=True)
        ]
        return settled(found, erasures)

    def tables(self, compartment: Compartment) -> Tables:
        """All frames of a compartment; ``records`` also says whose each row is (``batch``)."""
        tables = read_folder(self.entry.folder / compartment)
        if tables:
            owners = self._of(compartment, "records").select(pl.col("batch").repeat_by("rows").explode())["batch"]
            tables["records"] = tables["records"].with_columns(owners.alias("batch"))
        return tables

    def slice(self, batch: str, compartment: Compartment) -> Tables:
        """The frames of one entry again, ``rec`` counted from 0; codes stay those of the segment's entities."""
        parts = self.parts.filter((pl.col("batch") == batch) & (pl.col("compartment") == compartment))
        if not parts.height:
            return {}
        whole = read_folder(self.entry.folder / compartment)
        tables: Tables = {"entities": whole["entities"]}
        at = {row["table"]: (row["offset"], row["rows"]) for row in parts.iter_rows(named=True)}
        for name, (offset, rows) in at.items():
            frame = whole[name].slice(offset, rows)
            if "rec" in frame.columns:
                frame = frame.with_columns(pl.col("rec") - pl.lit(at["records"][0], dtype=pl.UInt32))
            tables[name] = frame
        return tables

    def issues(self, batch: str, name: str) -> pl.DataFrame | None:
        """The rejects or warnings of one entry."""
        part = self.parts.filter((pl.col("batch") == batch) & (pl.col("table") == name) & (pl.col("compartment") == ""))
        if not part.height:
            return None
        offset, rows = part.select("offset", "rows").row(0)
        return _read(self.entry.folder / f"{name}.parquet").slice(offset, rows)

    def _of(self, compartment: str, table: str) -> pl.DataFrame:
        return self.parts.filter((pl.col("compartment") == compartment) & (pl.col("table") == table)).sort("offset")


def read_folder(folder: Path) -> Tables:
    """Coded frames of one compartment folder with its ``entities``. Errors: IntegrityError when damaged."""
    if not folder.is_dir():
        return {}
    try:
        return {path.stem: read_table(path) for path in sorted(folder.glob("*.parquet"))}
    except DAMAGE as error:
        raise IntegrityError(
            f"Evidence in {folder} cannot be read: {error}",
            "The batch is damaged. `halqa verify` names the file; restore it from a copy.",
        ) from error


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except DAMAGE as error:
        raise IntegrityError(str(path), "The segment is damaged: restore it from a copy.") from error


def rows_of(entry: Batch) -> int:
    """Rows of all tables of an entry."""
    return sum(n for tables in entry.manifest.get("rows", {}).values() for n in tables.values())


def candidates(entries: Sequence[Batch], *, automatic: bool) -> list[Batch]:
    """Which entries to merge now: the small batches, and the segments that are not much larger than what joins them.

    Taking a segment along only when it is at most twice the rest keeps the work per batch logarithmic over years.
    """
    chosen = [e for e in entries if e.kind == INTAKE and rows_of(e) <= SMALL_ROWS]
    total = sum(map(rows_of, chosen))
    for segment in sorted((e for e in entries if e.kind == COMPACTION), key=lambda e: (rows_of(e), e.seq)):
        rows = rows_of(segment)
        if total + rows <= SEGMENT_ROWS and (not automatic or rows <= 2 * total):
            chosen.append(segment)
            total += rows
    kept: list[Batch] = []
    rows = 0
    for entry in sorted(chosen, key=lambda e: e.seq):
        rows += rows_of(entry)
        if rows > SEGMENT_ROWS and kept:
            break
        kept.append(entry)
    return kept if len(kept) > 1 else []


def compact(chain: Chain, units: Sequence[Batch], custody: Custody, check: Callable[[Batch], list[str]]) -> Batch:
    """Merge entries into one segment and remove their folders. Needs the lease.

    ``check`` names the files of an entry that are not what its manifest says: nothing is merged then (IntegrityError).
    """
    if not units:
        raise UsageError("There is nothing to compact.", "Fewer than two small batches lie about.")
    for unit in units:
        if broken := check(unit):
            raise IntegrityError(f"{broken[0]}: the file was changed after intake.", "Nothing was compacted.")
    with chain.writing() as place:
        content = _write(chain, units, place)
        made = chain.publish(place, COMPACTION, content, custody)
        chain.remove([unit.folder.name for unit in units])
    return made


def _write(chain: Chain, units: Sequence[Batch], place: Place) -> dict[str, Any]:
    originals = _originals(units)
    parts: list[pl.DataFrame] = []
    rows: dict[str, dict[str, int]] = {}
    sources: set[str] = set()
    for compartment in COMPARTMENTS:
        merged, where = _merge([(unit, read_folder(unit.folder / compartment)) for unit in units], compartment)
        if merged:
            folder = place.work / compartment
            folder.mkdir()
            for name, frame in merged.items():
                if frame.height:
                    frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)
            rows[compartment] = {name: frame.height for name, frame in merged.items()}
            sources |= set(merged["records"]["source"].unique())
            parts.append(where)
    for name in ISSUES:
        frames, where = _issues(units, name)
        if frames is not None:
            frames.write_parquet(place.work / f"{name}.parquet")
            parts.append(where)
    originals.write_parquet(place.work / "originals.parquet", compression="zstd", statistics=False)
    where = pl.concat([pl.DataFrame(schema=_PARTS), *parts])
    where.write_parquet(place.work / "parts.parquet", compression="zstd", statistics=False)
    intakes = originals.filter(pl.col("act") == INTAKE)
    return {
        "covers": _ranges(originals["seq"].to_list()),
        "intakes": intakes.height,
        "sources": [{"source": name} for name in sorted(sources)],
        "rows": rows,
        "files": digests_of(place.work),
    }


def _originals(units: Sequence[Batch]) -> pl.DataFrame:
    taken: list[pl.DataFrame] = []
    for unit in units:
        text = (unit.folder / "manifest.json").read_text(encoding="utf-8")
        own = pl.DataFrame([(unit.seq, unit.id, unit.hash, unit.kind, text)], schema=_ORIGINALS, orient="row")
        taken.append(own)
        if unit.kind == COMPACTION:
            taken.append(Segment(unit).originals)
    return pl.concat(taken).sort("seq")


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """1, 2, 3, 7 -> (1, 3), (7, 7)."""
    breaks = [i for i, (a, b) in enumerate(pairwise(numbers), start=1) if b != a + 1]
    return [(numbers[i], numbers[j - 1]) for i, j in pairwise([0, *breaks, len(numbers)])]


def _merge(units: Sequence[tuple[Batch, Tables]], compartment: str) -> tuple[Tables, pl.DataFrame]:
    """Frames of several entries one after the other, over one table of (uid, label) pairs."""
    held = [(unit, tables) for unit, tables in units if tables]
    if not held:
        return {}, pl.DataFrame(schema=_PARTS)
    pairs = pl.concat([tables["entities"].select("uid", "label") for _, tables in held])
    # Two labels of one uid stay two rows: which of them is in force depends on the time asked for.
    entities = pairs.unique().sort("uid", "label")
    codes = pairs.join(entities.with_row_index("code"), on=["uid", "label"], how="left", maintain_order="left")["code"]
    stacks: dict[str, list[pl.DataFrame]] = {}
    parts: list[tuple[str, str, str, int, int]] = []
    heights: dict[str, int] = {}
    first = 0
    for unit, tables in held:
        own = codes.slice(first, tables["entities"].height)
        first += tables["entities"].height
        records = heights.get("records", 0)
        for name in sorted(set(tables) - {"entities"}):
            frame = _recoded(name, tables[name], own, records)
            stacks.setdefault(name, []).append(frame)
            parts += _parts(unit, compartment, name, heights.get(name, 0), frame.height)
            heights[name] = heights.get(name, 0) + frame.height
    merged = {name: pl.concat(frames, how="diagonal_relaxed") for name, frames in stacks.items()}
    return {"entities": entities, **merged}, pl.DataFrame(parts, schema=_PARTS, orient="row")


def _recoded(name: str, frame: pl.DataFrame, own: pl.Series, records: int) -> pl.DataFrame:
    changed: list[pl.Series | pl.Expr] = [
        own.gather(frame[column]).cast(pl.UInt32).alias(column) for column in CODED.get(name, ())
    ]
    if "rec" in frame.columns:
        changed.append(pl.col("rec") + pl.lit(records, dtype=pl.UInt32))
    return frame.with_columns(changed)


def _parts(unit: Batch, compartment: str, table: str, offset: int, rows: int) -> list[tuple[str, str, str, int, int]]:
    if unit.kind != COMPACTION:
        return [(unit.id, compartment, table, offset, rows)]
    inner = Segment(unit).parts.filter((pl.col("compartment") == compartment) & (pl.col("table") == table))
    return [
        (row["batch"], compartment, table, offset + row["offset"], row["rows"]) for row in inner.iter_rows(named=True)
    ]


def _issues(units: Sequence[Batch], name: str) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    parts: list[tuple[str, str, str, int, int]] = []
    height = 0
    for unit in units:
        path = unit.folder / f"{name}.parquet"
        if path.exists():
            frame = _read(path)
            frames.append(frame)
            parts += _parts(unit, "", name, height, frame.height)
            height += frame.height
    where = pl.DataFrame(parts, schema=_PARTS, orient="row")
    return (pl.concat(frames, how="diagonal_relaxed") if frames else None), where
