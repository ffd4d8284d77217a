"""The evidence ledger: batches in a hash chain, written once, read as of any time.

``evidence/batches/000001-<id>/`` holds ``manifest.json``, one folder of Parquet tables a compartment, and the
rejected and warned rows; small batches are merged into segments (``graph.segments``). The chain and its HEAD are
``graph.chain``, withdrawals ``graph.custody``, checking ``graph.verification``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import polars as pl

from graph import custody as _custody
from graph import segments, verification
from graph.batch_files import write_tables
from graph.chain import COMPACTION, GENESIS, INTAKE, Batch, Chain, Custody, Problem, split
from graph.errors import IntegrityError, NothingFound
from graph.evidence import BatchDraft, Tables, View
from graph.files import digests_of, remove_drafts, storage
from graph.schema import COMPARTMENTS, Compartment
from graph.segments import Segment
from graph.traces import Traces
from graph.views import build_view

__all__ = ["GENESIS", "Batch", "Custody", "Ledger", "Problem"]


class Ledger:
    """Append and read evidence below ``folder``. Whatever writes needs the workspace lease."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chain = Chain(folder)

    # --- entries

    @property
    def head(self) -> str:
        """Hash of the last manifest; :data:`GENESIS` when there is none."""
        return self.chain.head

    def is_empty(self) -> bool:
        """Whether nothing was ever taken in."""
        return not self.chain.names()

    def everything(self) -> list[Batch]:
        """Every entry of the chain in order, those in segments too. Reads every manifest."""
        erasures = self.chain.erasures()
        entries = self.chain.entries()
        inside = [b for e in entries if e.kind == COMPACTION for b in Segment(e).batches(erasures)]
        return sorted([*entries, *inside], key=lambda b: b.seq)

    def batches(self) -> list[Batch]:
        """Every intake in chain order. Reads every manifest."""
        return [batch for batch in self.everything() if batch.kind == INTAKE]

    def recent(self, n: int) -> list[Batch]:
        """The last ``n`` intakes, oldest first; opens no more segments than it needs."""
        found: list[Batch] = []
        for name in reversed(self.chain.names()):
            entry = self.chain.load(name)
            if entry.kind == COMPACTION:
                found += [b for b in Segment(entry).last(n, self.chain.erasures()) if b.kind == INTAKE]
            elif entry.kind == INTAKE:
                found.append(entry)
            if len(found) >= n and entry.kind == INTAKE:
                break
        return sorted({b.id: b for b in found}.values(), key=lambda b: b.seq)[-n:]

    def batch(self, name: str | None = None) -> Batch:
        """An entry by its id or number; the last intake without a name. Errors: NothingFound."""
        for folder in reversed(self.chain.names()):
            entry = self.chain.load(folder)
            if name in (entry.id, str(entry.seq)) or (name is None and entry.kind == INTAKE):
                return entry
            if entry.kind == COMPACTION and (found := self._inside(entry, name)) is not None:
                return found
        raise NothingFound(f"There is no batch {name or ''}.".replace(" .", "."), "`halqa status` lists the batches.")

    def _inside(self, entry: Batch, name: str | None) -> Batch | None:
        segment = Segment(entry)
        if name is None:
            intakes = segment.originals.filter(pl.col("act") == INTAKE)
            if not intakes.height:
                return None
            name = str(intakes["batch"][-1])
        found = segment.batches(self.chain.erasures(), only=name)
        return found[0] if found else None

    # --- writing

    def append(
        self,
        draft: BatchDraft,
        *,
        at: datetime,
        vault_digest: Mapping[str, str] | None = None,
        custody: Custody | None = None,
        forget: Callable[[Path], Traces] | None = None,
    ) -> Batch:
        """Write one intake as the next batch. ``at`` is the time of intake (UTC).

        ``forget`` is called with the folder of the finished tables before they are sealed, to take values out of them
        that were erased before; what it gives is applied to the names in the manifest.

        Errors: StorageError when the disk refuses (nothing changes), IntegrityError when the chain is broken.
        """
        with self.chain.writing() as place:
            work = place.work
            rows: dict[str, dict[str, int]] = draft.spool.settle(work) if draft.spool is not None else {}
            for compartment in COMPARTMENTS if draft.spool is None else ():
                tables = draft.tables.get(compartment)
                if tables is None or tables.get("records") is None or not tables["records"].height:
                    continue
                rows[compartment] = write_tables(work / compartment, tables)
            for name, frame in (("rejects", draft.rejects), ("warnings", draft.warnings)):
                if frame is not None and frame.height:
                    frame.write_parquet(work / f"{name}.parquet")
            traces = forget(work) if forget is not None else Traces({}, {})
            content = {
                "ingested_at": at.isoformat(),
                "sources": [traces.everywhere(asdict(file)) for file in draft.files],
                "counts": dict(draft.counts),
                "rows": rows,
                "files": digests_of(work),
                "vault": dict(vault_digest or {}),
            }
            return self.chain.publish(place, INTAKE, content, custody)

    @contextmanager
    def spooling(self) -> Iterator[Path]:
        """A folder for the rows of an intake that is under way; whatever is left in it goes. Needs the lease."""
        with storage(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_drafts(self.folder)
        folder = self.folder / f".intake.{os.getpid()}.draft"
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def withdraw(self, name: str, *, reason: str, custody: Custody) -> Batch:
        """Take a batch back, or undo a withdrawal: a further entry of the chain. Errors: NothingFound, UsageError."""
        return _custody.withdraw(self.chain, self.batch(name), reason, custody)

    def compact(self, *, custody: Custody, automatic: bool = False, at_least: int = 2) -> Batch | None:
        """Merge small batches into a segment; None when fewer than ``at_least`` entries would be merged.

        Views stay exactly the same. Errors: IntegrityError when a file to be merged is not what it was.
        """
        units = segments.candidates(self.chain.entries(), automatic=automatic)
        if len(units) < at_least:
            return None
        erasures = self.chain.erasures()

        def wrong(entry: Batch) -> list[str]:
            return [problem.file for problem in verification.wrong_files(entry, erasures)]

        return segments.compact(self.chain, units, custody, wrong)

    def small(self) -> int:
        """Number of batches that lie in folders of their own."""
        return len(self.chain.names(INTAKE))

    # --- checking

    def check(self) -> verification.Checked:
        """Recompute every hash of the chain, from the bytes on disk."""
        return verification.check(self.folder)

    def verify(self) -> list[Problem]:
        """What :meth:`check` found. An empty list means that nothing was changed since intake."""
        return self.check().problems

    def withdrawn(self, as_of: datetime | None = None) -> frozenset[str]:
        """Ids of the entries that are taken back at ``as_of``."""
        return _custody.withdrawn(_custody.withdrawals(self.chain), as_of)

    # --- reading

    def hashes(self, source: str) -> pl.DataFrame:
        """``key, hash`` of every record held from ``source``, all versions and compartments: what dedupe looks at.

        Records of withdrawn batches do not count: their file can be loaded again.
        """
        return self.held(source).collect()

    def held(self, source: str) -> pl.LazyFrame:
        """:meth:`hashes`, not yet read: a source may hold more records than memory should."""
        off = self.withdrawn()
        parts = [
            frame.lazy()
            for entry in self.chain.entries()
            if entry.id not in off and any(file["source"] == source for file in entry.manifest.get("sources", ()))
            for frame in _held(entry, source, off)
        ]
        return pl.concat(parts) if parts else pl.LazyFrame(schema={"key": pl.String, "hash": pl.String})

    def tables(self, batch: Batch, compartment: Compartment) -> Tables:
        """The coded frames of one compartment of one batch, with its ``entities`` frame."""
        if batch.segment is not None:
            return Segment(self.batch(batch.segment)).slice(batch.id, compartment)
        return segments.read_folder(batch.folder / compartment)

    def issues(self, batch: Batch, name: str) -> pl.DataFrame | None:
        """The ``rejects`` or ``warnings`` of one batch; None when it has none."""
        if batch.segment is not None:
            return Segment(self.batch(batch.segment)).issues(batch.id, name)
        path = batch.folder / f"{name}.parquet"
        return pl.read_parquet(path) if path.exists() else None

    def view(self, *, as_of: datetime | None = None, compartments: Sequence[Compartment] = ("general",)) -> View:
        """Evidence as we knew it at ``as_of`` (all of it when None), of the given compartments only."""
        ordered: tuple[Compartment, ...] = tuple(sorted(set(compartments), key=COMPARTMENTS.index))
        while True:
            merged, head, off = self.chain.names(COMPACTION), self.head, self.withdrawn(as_of)
            try:
                parts = list(self._parts(ordered))
            except IntegrityError:
                if self.chain.names(COMPACTION) == merged:
                    raise
                continue
            # A reader holds no lease: folders may have gone into a segment between looking and reading.
            if self.chain.names(COMPACTION) == merged:
                return build_view(parts, head=head, as_of=as_of, compartments=ordered, withdrawn=off)

    def since(
        self, seq: int, head: str, compartments: Sequence[Compartment]
    ) -> tuple[str, list[tuple[str, Tables]]] | None:
        """The present head, and the parts of all intakes after entry ``seq``, whose hash is ``head``.

        None where the chain does not hold that entry any more as it was, or where something was withdrawn or erased
        since: what was seen before is not what is to be seen now then.
        """
        merged = self.chain.names(COMPACTION)
        later = [name for name in self.chain.names() if split(name)[0] >= seq]
        found = {batch.seq: batch for batch in map(self.chain.load, later)}
        if any(b.kind not in (INTAKE, COMPACTION) for n, b in found.items() if n > seq):
            return None
        for entry in map(self.chain.load, merged):
            if any(last >= seq for _, last in entry.manifest["covers"]):
                found |= {b.seq: b for b in Segment(entry).batches(()) if b.seq >= seq}
        if seq not in found or found[seq].hash != head:
            return None
        now = self.head
        try:
            parts = [
                (batch.id, tables)
                for n, batch in sorted(found.items())
                if n > seq and batch.kind == INTAKE
                for compartment in compartments
                if (tables := self.tables(batch, compartment))
            ]
        except IntegrityError:
            if self.chain.names(COMPACTION) == merged:
                raise
            return None
        # A reader holds no lease: folders may have gone into a segment between looking and reading.
        return (now, parts) if self.chain.names(COMPACTION) == merged and self.head == now else None

    def _parts(self, compartments: Iterable[Compartment]) -> Iterable[tuple[str, Tables]]:
        for entry in self.chain.entries():
            for compartment in compartments:
                if entry.kind == COMPACTION:
                    tables = Segment(entry).tables(compartment)
                elif entry.kind == INTAKE:
                    tables = segments.read_folder(entry.folder / compartment)
                else:
                    tables = {}
                if tables:
                    yield entry.id, tables


def _held(entry: Batch, source: str, off: frozenset[str]) -> Iterable[pl.LazyFrame | pl.DataFrame]:
    """``key, hash`` of the records of one source in one entry, without those of withdrawn batches."""
    inside = entry.kind == COMPACTION and off & set(Segment(entry).parts["batch"].unique())
    for path in sorted(entry.folder.glob("*/records.parquet")):
        if inside:
            compartment: Compartment = path.parent.name  # type: ignore[assignment]  # folders are named after them
            records = Segment(entry).tables(compartment)["records"].filter(~pl.col("batch").is_in(off))
            yield records.filter(pl.col("source") == source).select("key", "hash")
        else:
            yield pl.scan_parquet(path).filter(pl.col("source") == source).select("key", "hash")
