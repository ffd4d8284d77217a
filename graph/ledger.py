"""The evidence ledger: batches in a hash chain, written once, read as of any time.

``evidence/batches/000001-<id>/`` holds ``manifest.json``, one folder of Parquet tables a compartment, and the
rejected and warned rows. The hash of a manifest is the chain link the next one names; ``evidence/HEAD`` names the
last. A batch is written aside, flushed and renamed, so a kill leaves the old or the new head.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from graph.batch_files import read_table, write_tables
from graph.errors import IntegrityError, NothingFound
from graph.evidence import BatchDraft, Tables, View
from graph.files import canonical_json, publish_folder, remove_drafts, sha256_of, storage, write_atomic
from graph.schema import COMPARTMENTS, SCHEMA_VERSION, Compartment
from graph.views import build_view

GENESIS = "0" * 64
"""What the first manifest names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch on disk: its place in the chain, its folder and its manifest."""

    seq: int
    id: str
    folder: Path
    manifest: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing ``verify`` found: the file it concerns and what is wrong."""

    file: str
    message: str


class Ledger:
    """Append and read evidence below ``folder``. Appending needs the workspace lease."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cached: tuple[tuple[str, ...], list[Batch]] | None = None

    @property
    def _batches_folder(self) -> Path:
        return self.folder / "batches"

    def batches(self) -> list[Batch]:
        """Every batch in chain order."""
        if not self._batches_folder.is_dir():
            return []
        names = tuple(sorted(p.name for p in self._batches_folder.iterdir() if not p.name.startswith(".")))
        if self._cached is None or self._cached[0] != names:
            found = []
            for name in names:
                folder = self._batches_folder / name
                raw = _read_manifest(folder)
                found.append(Batch(int(name[:6]), name, folder, json.loads(raw), hashlib.sha256(raw).hexdigest()))
            self._cached = (names, found)
        return self._cached[1]

    @property
    def head(self) -> str:
        """Hash of the last manifest; :data:`GENESIS` when there is none."""
        batches = self.batches()
        return batches[-1].hash if batches else GENESIS

    def batch(self, name: str | None = None) -> Batch:
        """A batch by its id or number, the last one without a name."""
        batches = self.batches()
        if name is None and batches:
            return batches[-1]
        for batch in batches:
            if name in (batch.id, str(batch.seq)):
                return batch
        raise NothingFound(f"There is no batch {name or ''}.".replace(" .", "."), "`halqa status` lists the batches.")

    def append(self, draft: BatchDraft, *, at: datetime, vault_digest: Mapping[str, str] | None = None) -> Batch:
        """Write one intake as the next batch. ``at`` is the time of intake (UTC).

        Errors: StorageError when the disk refuses (nothing changes), IntegrityError when the chain is broken.
        """
        with storage(self.folder):
            self._batches_folder.mkdir(parents=True, exist_ok=True)
            remove_drafts(self._batches_folder)
            batches = self.batches()
            if problems := self._head_problems(batches):
                raise IntegrityError(
                    problems[0].message, f"Nothing was added. See `halqa verify`; file: {problems[0].file}"
                )
            seq = batches[-1].seq + 1 if batches else 1
            work = self._batches_folder / f".{seq:06d}.{os.getpid()}.draft"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            rows: dict[str, dict[str, int]] = {}
            for compartment in COMPARTMENTS:
                tables = draft.tables.get(compartment)
                if tables is None or tables.get("records") is None or not tables["records"].height:
                    continue
                rows[compartment] = write_tables(work / compartment, tables)
            for name, frame in (("rejects", draft.rejects), ("warnings", draft.warnings)):
                if frame is not None and frame.height:
                    frame.write_parquet(work / f"{name}.parquet")
            files = {str(p.relative_to(work)): sha256_of(p) for p in sorted(work.rglob("*")) if p.is_file()}
            manifest = {
                "schema_version": SCHEMA_VERSION,
                "seq": seq,
                "previous": self.head,
                "ingested_at": at.isoformat(),
                "sources": [asdict(file) for file in draft.files],
                "counts": dict(draft.counts),
                "rows": rows,
                "files": files,
                "vault": dict(vault_digest or {}),
            }
            raw = canonical_json(manifest)
            (work / "manifest.json").write_bytes(raw)
            digest = hashlib.sha256(raw).hexdigest()
            final = self._batches_folder / f"{seq:06d}-{digest[:12]}"
            publish_folder(work, final)
            self._write_head(seq, digest)
        self._cached = None
        return self.batches()[-1]

    def _write_head(self, seq: int, digest: str) -> None:
        write_atomic(self.folder / "HEAD", canonical_json({"seq": seq, "hash": digest}))

    def _head_problems(self, batches: Sequence[Batch]) -> list[Problem]:
        """HEAD may lag by the one batch whose writer was killed between two renames, never lead."""
        path = self.folder / "HEAD"
        if not path.exists():
            return [] if len(batches) <= 1 else [Problem(str(path), "The chain's HEAD file is missing.")]
        try:
            head = json.loads(path.read_bytes())
            seq, digest = int(head["seq"]), str(head["hash"])
        except (ValueError, KeyError, TypeError):
            return [Problem(str(path), "The chain's HEAD file is not readable.")]
        by_seq = {batch.seq: batch for batch in batches}
        if seq not in by_seq:
            return [Problem(str(path), f"Batch {seq}, named by HEAD, is missing from the evidence.")]
        if by_seq[seq].hash != digest:
            return [
                Problem(
                    str(by_seq[seq].folder / "manifest.json"), f"The manifest of batch {seq} is not the one HEAD names."
                )
            ]
        if batches[-1].seq > seq + 1:
            return [Problem(str(path), f"HEAD names batch {seq}, but later batches exist.")]
        return []

    def verify(self) -> list[Problem]:
        """Recompute every hash of the chain. An empty list means that nothing was changed since intake."""
        problems: list[Problem] = []
        previous = GENESIS
        try:
            batches = self.batches()
        except IntegrityError as error:
            return [Problem(error.message, error.hint)]
        for expected, batch in enumerate(batches, start=1):
            manifest_path = batch.folder / "manifest.json"
            if batch.seq != expected:
                problems.append(Problem(str(batch.folder), f"Batch {expected} is missing."))
            if batch.manifest.get("previous") != previous:
                problems.append(
                    Problem(str(manifest_path), "The chain is broken: the manifest names another predecessor.")
                )
            if batch.id[7:] != batch.hash[:12]:
                problems.append(Problem(str(manifest_path), "The manifest was changed after intake."))
            listed = batch.manifest.get("files", {})
            present = {str(p.relative_to(batch.folder)) for p in batch.folder.rglob("*") if p.is_file()}
            problems += [
                Problem(str(batch.folder / name), "A file of the batch is missing.")
                for name in sorted(set(listed) - present)
            ]
            unknown = sorted(present - set(listed) - {"manifest.json"})
            problems += [Problem(str(batch.folder / name), "A file that no manifest lists.") for name in unknown]
            for name in sorted(set(listed) & present):
                if sha256_of(batch.folder / name) != listed[name]:
                    problems.append(Problem(str(batch.folder / name), "The file was changed after intake."))
            previous = batch.hash
        return problems + self._head_problems(batches)

    def hashes(self, source: str) -> pl.DataFrame:
        """``key, hash`` of every record held from ``source``, all versions and compartments: what dedupe looks at."""
        parts = [
            pl.scan_parquet(path).filter(pl.col("source") == source).select("key", "hash")
            for batch in self.batches()
            for path in sorted(batch.folder.glob("*/records.parquet"))
            if any(file["source"] == source for file in batch.manifest["sources"])
        ]
        if not parts:
            return pl.DataFrame(schema={"key": pl.String, "hash": pl.String})
        return pl.concat(parts).collect()

    def tables(self, batch: Batch, compartment: Compartment) -> Tables:
        """The coded frames of one compartment of one batch, with its ``entities`` frame."""
        folder = batch.folder / compartment
        if not folder.is_dir():
            return {}
        try:
            return {path.stem: read_table(path) for path in sorted(folder.glob("*.parquet"))}
        except (pl.exceptions.PolarsError, OSError) as error:
            raise IntegrityError(
                f"Evidence in {folder} cannot be read: {error}",
                "The batch is damaged. `halqa verify` names the file; restore it from a copy.",
            ) from error

    def view(self, *, as_of: datetime | None = None, compartments: Sequence[Compartment] = ("general",)) -> View:
        """Evidence as we knew it at ``as_of`` (all of it when None), of the given compartments only."""
        ordered: tuple[Compartment, ...] = tuple(sorted(set(compartments), key=COMPARTMENTS.index))
        parts = [(batch.id, tables) for batch in self.batches() for c in ordered if (tables := self.tables(batch, c))]
        return build_view(parts, head=self.head, as_of=as_of, compartments=ordered)


def _read_manifest(folder: Path) -> bytes:
    path = folder / "manifest.json"
    try:
        raw = path.read_bytes()
        json.loads(raw)
    except FileNotFoundError as error:
        raise IntegrityError(str(path), "The manifest of a batch is missing.") from error
    except ValueError as error:
        raise IntegrityError(str(path), "The manifest of a batch is not readable.") from error
    return raw
