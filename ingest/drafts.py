"""Rows on their way into a batch: frames by compartment, counts by file, and what was already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import polars as pl

from graph.evidence import Tables, VaultEntry
from graph.schema import CODED, TABLES, Compartment
from graph.spool import Spool, Spooled
from ingest.forms import Forms, Normalise
from ingest.known import Known, Seen
from ingest.rejects import Problem, Problems
from ingest.tally import Tally

__all__ = ["Drafts", "FileCounts", "Job", "Keys", "Known", "Seen"]


WRITTEN: Final = "written"
"""Name under which bulk tables hand over their statements ``raw``, apart from the others."""


class Keys(Protocol):
    """The vault's secret, as intake may use it."""

    def pseudonym(self, identity: str, compartment: str) -> str:
        """``victim:h:<24 hex>`` of an identity in compartment ``victims`` or ``minors``."""
        ...

    def content_hash(self, canonical: bytes) -> str:
        """Keyed hash of a record's content, 32 hex digits."""
        ...

    def content_digests(self, canonical: Sequence[bytes]) -> bytes:
        """The same for many, 16 bytes each, one after the other."""
        ...

    def row_hashes(self, rows: pl.Series) -> pl.Series:
        """Keyed hashes of the rows of a table (texts), 32 hex digits each; only compared with one another."""
        ...


class Drafts:
    """Rows of a batch on their way into its spool, by compartment; counts of distinct entities and links."""

    def __init__(self, spool: Spool | None = None) -> None:
        self.spool = spool or Spool()
        self._forms: dict[str, Forms] = {}
        self._raw: dict[Compartment, list[pl.DataFrame]] = {}

    def add(
        self, compartment: Compartment, records: pl.DataFrame, tables: Mapping[str, pl.DataFrame], tally: Tally
    ) -> None:
        """Add records and the rows that count them from 0. Entity columns hold uids, or numbers of ``spool.uids``.

        Bulk tables hand over written forms (statements ``raw``) apart, under :data:`WRITTEN`: of a million rows each
        form is kept once a batch, so these wait for :meth:`finish`. Elsewhere every record keeps those it wrote.
        """
        offset = self.spool.height(compartment)
        whole = {"records": self._numbered("records", records)}
        for name, frame in tables.items():
            if frame.height:
                moved = self._numbered("statements" if name == WRITTEN else name, frame)
                whole[name] = moved.with_columns((pl.col("rec") + offset).cast(pl.UInt32)) if offset else moved
        tally.link(whole)
        if (forms := whole.pop(WRITTEN, None)) is not None:
            self._raw.setdefault(compartment, []).append(forms)
            tally.see(self.spool.admit(compartment, {"statements": forms}))
        tally.see(self.spool.add(compartment, whole))

    def forms_of(self, kind: str, normalise: Normalise, *, tells: bool = False) -> Forms:
        """The written forms of a kind of identifier, shared by all files of the batch.

        ``tells``: those that differ from the canonical value become statements ``raw`` (``Forms.untold``).
        """
        if kind not in self._forms:
            self._forms[kind] = Forms(self.spool.uids, normalise, tells=tells)
        return self._forms[kind]

    def _numbered(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with exactly the columns of ``table``, uids as numbers."""
        wanted = {name: pl.UInt32 if name in CODED[table] else kind for name, kind in TABLES[table].items()}
        if frame.columns == list(wanted) and frame.schema == wanted:
            return frame
        columns = []
        for name, kind in TABLES[table].items():
            coded = name in CODED[table]
            if name not in frame.columns:
                columns.append(pl.lit(None, pl.UInt32 if coded else kind).alias(name))
            elif coded and frame.schema[name] != pl.UInt32:
                columns.append(pl.lit(self.spool.uids.numbers(frame[name].cast(pl.String))).alias(name))
            else:
                columns.append(pl.col(name).cast(pl.UInt32 if coded else kind))
        return frame.select(columns)

    def finish(self) -> Mapping[Compartment, Tables]:
        """All frames, decoded when looked at."""
        for compartment, frames in sorted(self._raw.items()):
            forms = pl.concat(frames).unique(["subject", "text"], keep="first", maintain_order=True)
            if forms.height:
                self.spool.add(compartment, {"statements": forms})
        self._raw.clear()
        self.spool.close()
        return Spooled(self.spool) if self.spool.compartments else {}


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
    rejects: Problems = field(default_factory=Problems)
    warnings: Problems = field(default_factory=Problems)
    vault: list[VaultEntry] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)  # how the file was read, where that was not as its format says

    def reject(self, problem: Problem) -> None:
        """Note a refused record."""
        self.rejects.append(problem)
        self.counts.rejected += 1

    def add(self, compartment: Compartment, records: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> None:
        """Hand accepted rows to the batch and count what they hold."""
        self.drafts.add(compartment, records, tables, self.tally)
        self.counts.accepted += records.height
