"""Rows on their way into a batch: frames by compartment, counts by file, and what was already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import polars as pl

from graph.evidence import Tables, VaultEntry, all_links
from graph.schema import CODED, COMPARTMENTS, TABLES, Compartment, empty
from ingest.rejects import Problem


class Keys(Protocol):
    """The vault's secret, as intake may use it."""

    def pseudonym(self, identity: str, compartment: str) -> str:
        """``victim:h:<24 hex>`` of an identity in compartment ``victims`` or ``minors``."""
        ...

    def content_hash(self, canonical: bytes) -> str:
        """Keyed hash of a record's content, 32 hex digits."""
        ...

    def content_hashes(self, canonical: Sequence[bytes]) -> list[str]:
        """The same for many."""
        ...


class Seen(Protocol):
    """What the ledger already holds."""

    def hashes(self, source: str) -> pl.DataFrame:
        """Columns ``key``, ``hash`` of every record of a source, all versions."""
        ...


class Known:
    """Which (source, key, hash) are already there: in evidence, or earlier in this batch."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._frames: dict[str, pl.DataFrame] = {}
        self._sets: dict[str, tuple[set[tuple[str, str]], set[str]]] = {}

    def _frame(self, source: str) -> pl.DataFrame:
        if source not in self._frames:
            held = self._seen.hashes(source)
            self._frames[source] = held.select(pl.col("key").cast(pl.String), pl.col("hash").cast(pl.String))
        return self._frames[source]

    def mark(self, source: str, keys: pl.Series, hashes: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Masks (duplicate, revision) of rows in their order; the rows count as seen from now on."""
        held = self._frame(source)
        rows = pl.concat([held, pl.DataFrame({"key": keys, "hash": hashes}, schema=held.schema)])
        marks = rows.select(
            (~pl.struct("key", "hash").is_first_distinct()).alias("duplicate"),
            (~pl.col("key").is_first_distinct()).alias("known"),
        ).slice(held.height)
        self._frames[source] = rows.unique(maintain_order=True)
        self._sets.pop(source, None)
        return marks["duplicate"], marks["known"] & ~marks["duplicate"]

    def mark_one(self, source: str, key: str, content: str) -> tuple[bool, bool]:
        """The same for one record; call :meth:`settle` when the file is done."""
        if source not in self._sets:
            held = self._frame(source)
            self._sets[source] = (set(held.iter_rows()), set(held["key"].to_list()))
        pairs, keys = self._sets[source]
        if (key, content) in pairs:
            return True, False
        revision = key in keys
        pairs.add((key, content))
        keys.add(key)
        return False, revision

    def settle(self, source: str) -> None:
        """Lay what :meth:`mark_one` saw back into the frame that :meth:`mark` reads."""
        if source in self._sets:
            pairs = sorted(self._sets.pop(source)[0])
            schema = {"key": pl.String, "hash": pl.String}
            self._frames[source] = pl.DataFrame(pairs, schema=schema, orient="row")


class Drafts:
    """Frames of a batch, by compartment; ``rec`` of what is added is moved behind what is there."""

    def __init__(self) -> None:
        self._parts: dict[Compartment, dict[str, list[pl.DataFrame]]] = {}
        self._heights: dict[Compartment, int] = {}

    def add(self, compartment: Compartment, records: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> None:
        """Add records and the rows that count them from 0."""
        parts = self._parts.setdefault(compartment, {})
        offset = self._heights.get(compartment, 0)
        parts.setdefault("records", []).append(shaped("records", records))
        for name, frame in tables.items():
            if frame.height:
                moved = shaped(name, frame).with_columns((pl.col("rec") + offset).cast(pl.UInt32))
                parts.setdefault(name, []).append(moved)
        self._heights[compartment] = offset + records.height

    def finish(self) -> dict[Compartment, Tables]:
        """All frames; a written form is kept once per entity and form."""
        done: dict[Compartment, Tables] = {}
        for compartment in COMPARTMENTS:
            parts = self._parts.get(compartment)
            if not parts or not self._heights[compartment]:
                continue
            tables = {name: pl.concat(frames) for name, frames in parts.items()}
            if (said := tables.get("statements")) is not None:
                first = pl.struct("subject", "text").is_first_distinct().over("prop")
                tables["statements"] = said.filter((pl.col("prop") != "raw") | first)
            done[compartment] = tables
        return done


def shaped(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with exactly the columns of ``table``, absent ones null."""
    return frame.select(
        (pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name))
        for name, kind in TABLES[table].items()
    )


@dataclass(slots=True)
class FileCounts:
    """What became of the records of one file; they add up to the records read."""

    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    superseded: int = 0
    filtered: int = 0
    self_links_dropped: int = 0


@dataclass(slots=True)
class Job:
    """One file being read, and where its rows go."""

    name: str
    number: int
    source: str
    format: str
    received_at: datetime
    keys: Keys
    known: Known
    drafts: Drafts
    counts: FileCounts = field(default_factory=FileCounts)
    rejects: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    vault: list[VaultEntry] = field(default_factory=list)
    entities: list[pl.Series] = field(default_factory=list)
    links: list[pl.Series] = field(default_factory=list)

    def reject(self, problem: Problem) -> None:
        """Note a refused record."""
        self.rejects.append(problem)
        self.counts.rejected += 1

    def add(self, compartment: Compartment, records: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> None:
        """Hand accepted rows to the batch and count what they hold."""
        whole = {name: shaped(name, frame) for name, frame in tables.items()}
        self.drafts.add(compartment, records, whole)
        self.counts.accepted += records.height
        entities, links = hashes_of({**whole, "records": shaped("records", records)})
        self.entities.append(entities)
        self.links.append(links)


def hashes_of(tables: Mapping[str, pl.DataFrame]) -> tuple[pl.Series, pl.Series]:
    """Distinct entities and distinct (src, rel, dst) as 64-bit hashes, for counting."""
    uids = [
        tables[name][column].drop_nulls().unique()
        for name, columns in CODED.items()
        if name in tables
        for column in columns
    ]
    entities = pl.concat(uids).unique().hash() if uids else pl.Series(dtype=pl.UInt64)
    triples = all_links(tables).select(pl.struct("src", "rel", "dst").hash().alias("h"))["h"].unique()
    return entities, triples


def nothing() -> Tables:
    """Empty frames of every table."""
    return {name: empty(name) for name in TABLES}
