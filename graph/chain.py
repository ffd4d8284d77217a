"""The chain of custody entries on disk: intakes, and the acts that later touched them, each naming the one before.

``evidence/batches/<seq>-<first 12 hex digits of its hash>[-<act>]/manifest.json``. The hash of a manifest is the link
the next one names; ``evidence/HEAD`` names the last. An entry is written aside, flushed and renamed: a kill leaves the
old or the new head. The act stands in the folder's name, so acts are found without opening 35,000 manifests.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from graph.errors import IntegrityError
from graph.files import canonical_json, publish_folder, remove_drafts, storage, sync, write_atomic
from graph.schema import SCHEMA_VERSION

GENESIS: Final = "0" * 64
"""What the first manifest names as its predecessor."""

INTAKE, WITHDRAWAL, COMPACTION, ERASURE = "intake", "withdrawal", "compaction", "erasure"
REPLACEMENT: Final = "replacement"
"""Folder of an erasure entry with the files that still have to take the place of the old ones."""

_NAME = re.compile(r"(\d{6,})-([0-9a-f]{12})(?:-(withdrawal|compaction|erasure))?")


@dataclass(frozen=True, slots=True)
class Custody:
    """Who did something to the evidence, when, on what legal basis, with which tool."""

    by: str
    at: datetime
    authority: str | None = None
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """One entry of the chain and its manifest. ``folder`` is its own, or that of the segment which holds it now."""

    seq: int
    id: str
    folder: Path
    manifest: Mapping[str, Any]
    hash: str
    segment: str | None = None

    @property
    def kind(self) -> str:
        """intake, withdrawal, compaction or erasure."""
        return str(self.manifest.get("kind", INTAKE))

    @property
    def at(self) -> datetime:
        """When it was done: the custody entry's time, else (schema v1) the time of intake."""
        return datetime.fromisoformat(self.manifest.get("custody", {}).get("at") or self.manifest["ingested_at"])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing ``verify`` found: the file it concerns and what is wrong."""

    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next entry goes: its number, the hash it names, the folder to write it in."""

    seq: int
    previous: str
    work: Path


class Chain:
    """Entries below ``folder`` (``evidence/``). Manifests are read when asked for, and once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches = folder / "batches"
        self._loaded: dict[str, Batch] = {}
        self._parsed: dict[str, tuple[int, str] | None] = {}

    # --- reading

    def names(self, act: str | None = None) -> list[str]:
        """Folder names in chain order; only those of an act (``intake`` has none in its name) if given."""
        return self._chosen(self._present(), act)

    def _present(self) -> list[str]:
        # Tens of thousands of names: a name is taken apart once, and the folder is listed without making paths.
        try:
            with os.scandir(self.batches) as folder:
                return [entry.name for entry in folder]
        except FileNotFoundError:
            return []

    def _chosen(self, present: Iterable[str], act: str | None = None) -> list[str]:
        parsed = self._parsed
        found: list[tuple[int, str]] = []
        for name in present:
            if name not in parsed:
                match = _NAME.fullmatch(name)
                parsed[name] = None if match is None else (int(match[1]), match[3] or INTAKE)
            known = parsed[name]
            if known is not None and (act is None or act == known[1]):
                found.append((known[0], name))
        return [name for _, name in sorted(found)]

    def load(self, name: str) -> Batch:
        """The entry of a folder. Errors: IntegrityError naming the manifest."""
        if name not in self._loaded:
            seq, number, _ = split(name)
            raw = read_manifest(self.batches / name)
            digest = hashlib.sha256(raw).hexdigest()
            self._loaded[name] = Batch(seq, number, self.batches / name, json.loads(raw), digest)
        return self._loaded[name]

    def forget(self) -> None:
        """Read everything anew: files were rewritten."""
        self._loaded.clear()

    def entries(self, act: str | None = None) -> list[Batch]:
        """Entries on disk in chain order, without those a compaction has taken over already (a killed one's rest)."""
        covered = self.covered()
        names = [name for name in self.names(act) if not covered or split(name)[0] not in covered]
        return settled([self.load(name) for name in names], self.erasures())

    def covered(self) -> set[int]:
        """Numbers of all entries that live in a segment now."""
        return {
            seq
            for name in self.names(COMPACTION)
            for first, last in self.load(name).manifest["covers"]
            for seq in range(first, last + 1)
        }

    def erasures(self) -> list[Batch]:
        """Erasure entries, oldest first. They are never compacted."""
        return [self.load(name) for name in self.names(ERASURE)]

    def last(self) -> Batch | None:
        """The newest entry."""
        names = self.names()
        return self.load(names[-1]) if names else None

    @property
    def head(self) -> str:
        """Hash of the newest manifest; :data:`GENESIS` when there is none."""
        last = self.last()
        return last.hash if last else GENESIS

    # --- writing (needs the workspace lease)

    @contextmanager
    def writing(self) -> Iterator[Place]:
        """Clear what a killed writer left, check HEAD, and give the place of the next entry.

        Errors: StorageError when the disk refuses, IntegrityError when the chain is broken; nothing changes then.
        """
        with storage(self.folder):
            self.batches.mkdir(parents=True, exist_ok=True)
            present = self._present()
            if any(name.startswith(".") for name in present):
                remove_drafts(self.batches)
            names = self._chosen(present)
            self.finish_erasures(names)
            if problem := self.head_problem(names):
                raise IntegrityError(problem.message, f"Nothing was added. See `halqa verify`; file: {problem.file}")
            last = self.load(names[-1]) if names else None
            seq = last.seq + 1 if last else 1
            work = self.batches / f".{seq:06d}.{os.getpid()}.draft"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            yield Place(seq, last.hash if last else GENESIS, work)

    def publish(self, place: Place, kind: str, content: Mapping[str, Any], custody: Custody | None) -> Batch:
        """Seal what lies in ``place.work`` as the next entry of the chain."""
        manifest: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "seq": place.seq,
            "previous": place.previous,
            **({} if kind == INTAKE else {"kind": kind}),
            **content,
        }
        if custody is not None:
            manifest["custody"] = {
                "by": custody.by,
                "at": custody.at.isoformat(),
                "authority": custody.authority,
                "tool": custody.tool,
            }
        raw = canonical_json(manifest)
        (place.work / "manifest.json").write_bytes(raw)
        digest = hashlib.sha256(raw).hexdigest()
        name = f"{place.seq:06d}-{digest[:12]}" + ("" if kind == INTAKE else f"-{kind}")
        publish_folder(place.work, self.batches / name)
        write_atomic(self.folder / "HEAD", head_bytes(place.seq, digest))
        return self.load(name)

    def finish_erasures(self, names: Sequence[str] | None = None) -> None:
        """Move the files of a killed erasure to where they belong."""
        for name in self._chosen(self._present() if names is None else names, ERASURE):
            waiting = self.batches / name / REPLACEMENT
            if not waiting.is_dir():
                continue
            for path in sorted(p for p in waiting.rglob("*") if p.is_file()):
                target = self.batches / path.relative_to(waiting)
                if target.parent.is_dir():
                    path.replace(target)
                    sync(target.parent)
            shutil.rmtree(waiting)
            sync(self.batches / name)
            self.forget()

    def remove(self, names: Sequence[str]) -> None:
        """Delete entries that live in a segment now: out of sight in one step, then for good."""
        for name in names:
            aside = self.batches / f".{name}.old.draft"
            shutil.rmtree(aside, ignore_errors=True)
            (self.batches / name).rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
            self._loaded.pop(name, None)
        sync(self.batches)

    def head_problem(self, names: Sequence[str]) -> Problem | None:
        """HEAD may lag by the one entry whose writer was killed between two renames, never lead."""
        path = self.folder / "HEAD"
        erasures = [self.load(name) for name in self._chosen(names, ERASURE)]
        newest = settled([self.load(name) for name in names[-2:]], erasures)
        if not path.exists():
            return Problem(str(path), "The chain's HEAD file is missing.") if len(newest) > 1 else None
        raw = path.read_bytes()
        for batch in newest:
            if raw == head_bytes(batch.seq, batch.hash):
                return None
        for batch in newest:
            if batch.hash[:12] != batch.id.rpartition("-")[2]:
                return Problem(str(batch.folder / "manifest.json"), f"The manifest of entry {batch.seq} was changed.")
        return Problem(str(path), "HEAD does not name the last entry: it was changed, or entries are missing.")


def split(name: str) -> tuple[int, str, str]:
    """Number, id and act of a folder name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise IntegrityError(name, "Not the name of an entry of the evidence.")
    return int(found[1]), f"{found[1]}-{found[2]}", found[3] or INTAKE


def head_bytes(seq: int, digest: str) -> bytes:
    """Content of HEAD."""
    return canonical_json({"seq": seq, "hash": digest})


def settled(batches: Sequence[Batch], erasures: Sequence[Batch]) -> list[Batch]:
    """Entries whose manifest was rewritten by an erasure keep the hash they were chained under."""
    before = {
        (name, change["new"]): change["old"]
        for erasure in erasures
        for name, change in erasure.manifest.get("manifests", {}).items()
    }
    if not before:
        return list(batches)

    def chained(batch: Batch) -> str:
        digest = batch.hash
        while (batch.id, digest) in before:
            digest = before[batch.id, digest]
        return digest

    return [replace(batch, hash=chained(batch)) for batch in batches]


def read_manifest(folder: Path) -> bytes:
    """Bytes of a manifest that is a JSON object. Errors: IntegrityError naming the file."""
    path = folder / "manifest.json"
    try:
        raw = path.read_bytes()
        if not isinstance(json.loads(raw), dict):
            raise ValueError
    except FileNotFoundError as error:
        raise IntegrityError(str(path), "The manifest of an entry is missing.") from error
    except (ValueError, RecursionError) as error:
        raise IntegrityError(str(path), "The manifest of an entry is not readable.") from error
    return raw
