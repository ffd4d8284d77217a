"""Recomputing every hash of the evidence: which entry is whole, compacted, withdrawn, erased or broken."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from graph.chain import (
    COMPACTION,
    ERASURE,
    GENESIS,
    REPLACEMENT,
    WITHDRAWAL,
    Batch,
    Chain,
    Problem,
    head_bytes,
    settled,
    split,
)
from graph.custody import withdrawn
from graph.errors import IntegrityError
from graph.files import sha256_of
from graph.segments import Segment

State = Literal["intact", "compacted", "withdrawn", "erased", "broken"]


@dataclass(frozen=True, slots=True)
class EntryState:
    """What became of one entry of the chain."""

    batch: str
    kind: str
    state: State
    segment: str | None
    withdrawn: bool
    hash: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """The whole chain, checked."""

    problems: list[Problem]
    entries: list[EntryState]
    head: str
    files: int

    def states(self) -> dict[str, int]:
        """Number of entries by state."""
        found: dict[str, int] = dict.fromkeys(("intact", "compacted", "withdrawn", "erased", "broken"), 0)
        for entry in self.entries:
            found[entry.state] += 1
        return found


def expected_files(entry: Batch, erasures: Sequence[Batch]) -> dict[str, str]:
    """Hash of each file of an entry as it must be now: at intake, then after each erasure."""
    expected = dict(entry.manifest.get("files", {}))
    for erasure in erasures:
        for name in expected:
            change = erasure.manifest.get("replaced", {}).get(f"{entry.folder.name}/{name}")
            if change is not None and expected[name] == change["old"]:
                expected[name] = change["new"]
    return expected


def wrong_files(entry: Batch, erasures: Sequence[Batch]) -> list[Problem]:
    """Files of one entry that are missing, unknown or not what they were."""
    expected = expected_files(entry, erasures)
    present = {str(p.relative_to(entry.folder)) for p in entry.folder.rglob("*") if p.is_file()}
    waiting = {name for name in present if name.startswith(REPLACEMENT + os.sep)}
    gone = sorted(set(expected) - present)
    problems = [Problem(str(entry.folder / name), "A file of the batch is missing.") for name in gone]
    problems += [
        Problem(str(entry.folder / n), "A file that no manifest lists.")
        for n in sorted(present - set(expected) - waiting - {"manifest.json"})
    ]
    if waiting:
        problems.append(
            Problem(str(entry.folder), "An erasure was interrupted: the next `halqa erase` or intake finishes it.")
        )
    problems += [
        Problem(str(entry.folder / n), "The file was changed after intake.")
        for n in sorted(set(expected) & present)
        if sha256_of(entry.folder / n) != expected[n]
    ]
    return problems


def check(folder: Path) -> Checked:
    """Recompute the evidence below ``folder`` from the bytes on disk. Reads everything once."""
    chain = Chain(folder)
    problems: list[Problem] = []
    on_disk: list[Batch] = []
    for name in chain.names():
        try:
            on_disk.append(chain.load(name))
        except IntegrityError as error:
            problems.append(Problem(error.message, error.hint))
    problems += _strays(chain)
    # A manifest that is not what its folder's name says is believed in nothing.
    erasures = _believed([b for b in on_disk if split(b.folder.name)[2] == ERASURE])
    on_disk = settled(on_disk, erasures)
    absorbed: list[Batch] = []
    broken: set[str] = set()
    hidden: set[int] = set()  # entries inside a segment that cannot be read: they are not missing
    for entry in on_disk:
        wrong = _entry_problems(entry, erasures)
        problems += wrong
        broken |= {entry.id} if wrong else set()
        if entry.kind == COMPACTION and _sound(entry):
            originals = str(entry.folder / "originals.parquet")
            # What is known to be damaged is not opened: nothing in it could be believed, and its reader may panic.
            if originals not in {problem.file for problem in wrong}:
                try:
                    absorbed += Segment(entry).batches(erasures)
                    continue
                except (IntegrityError, ValueError, KeyError, TypeError) as error:
                    problems.append(Problem(originals, f"The segment cannot be read: {type(error).__name__}."))
            hidden |= {seq for first, last in entry.manifest["covers"] for seq in range(first, last + 1)}
    held = {b.seq for b in absorbed}
    # What a killed compaction left behind lives in the segment already.
    line = sorted([*absorbed, *(b for b in on_disk if b.seq not in held)], key=lambda b: b.seq)
    unreadable = hidden | {split(n)[0] for n in chain.names()} - {b.seq for b in on_disk}
    problems += _links(line, unreadable, broken)
    if line and not problems:
        problems += _head(folder, line)
    elif not line and not unreadable:
        problems += _lonely(folder)
    entries = _states(line, broken, erasures)
    files = sum(len(b.manifest["files"]) + 1 for b in on_disk if b.id not in broken)
    return Checked(_distinct(problems), entries, line[-1].hash if line else GENESIS, files)


def _entry_problems(entry: Batch, erasures: Sequence[Batch]) -> list[Problem]:
    if not _sound(entry):
        return [Problem(str(entry.folder / "manifest.json"), "The manifest was changed after intake.")]
    return wrong_files(entry, erasures)


def _believed(erasures: Sequence[Batch]) -> list[Batch]:
    """Erasures that are what they were, or what a later believed one made of them; oldest first."""
    believed: list[Batch] = []
    for erasure in reversed(erasures):
        known = settled([erasure], believed)[0]
        if _sound(known):
            believed.insert(0, known)
    return believed


def _sound(entry: Batch) -> bool:
    """Whether the manifest is the one the folder's name was made from."""
    return split(entry.folder.name)[1:] == (f"{entry.seq:06d}-{entry.hash[:12]}", entry.kind)


def _strays(chain: Chain) -> list[Problem]:
    """Files and folders that are no part of any entry; hidden drafts of a killed writer are removed by the next one."""
    known = {"HEAD", "batches"}
    found = [p for p in chain.folder.iterdir() if p.name not in known] if chain.folder.is_dir() else []
    if chain.batches.is_dir():
        names = set(chain.names())
        found += [path for path in chain.batches.iterdir() if path.name not in names]
    return [
        Problem(str(path), "A file that no manifest lists.")
        for path in sorted(found)
        if not (path.name.startswith(".") and path.name.endswith(".draft"))
    ]


def _links(line: Sequence[Batch], unreadable: set[int], broken: set[str]) -> list[Problem]:
    """Each entry names the hash of the one before, and none is missing. Whoever is broken himself proves nothing."""
    problems: list[Problem] = []
    previous: str | None = GENESIS
    expected = 1
    for batch in line:
        path = str(batch.folder / ("manifest.json" if batch.segment is None else "originals.parquet"))
        gap = [seq for seq in range(expected, batch.seq) if seq not in unreadable]
        problems += [Problem(str(batch.folder.parent), f"Entry {seq} is missing.") for seq in gap]
        if previous is not None and batch.seq == expected and batch.manifest.get("previous") != previous:
            problems.append(Problem(path, f"The chain is broken: entry {batch.seq} names another predecessor."))
        if batch.segment is not None and batch.hash[:12] != batch.id.rpartition("-")[2]:
            problems.append(Problem(path, f"The manifest of entry {batch.seq} was changed after intake."))
        previous, expected = None if batch.id in broken else batch.hash, batch.seq + 1
    return problems


def _head(folder: Path, line: Sequence[Batch]) -> list[Problem]:
    path = folder / "HEAD"
    if not path.exists():
        return [] if len(line) == 1 else [Problem(str(path), "The chain's HEAD file is missing.")]
    raw = path.read_bytes()
    if any(raw == head_bytes(b.seq, b.hash) for b in line[-2:]):
        return []
    return [Problem(str(path), _why(raw, line))]


def _why(raw: bytes, line: Sequence[Batch]) -> str:
    try:
        seq = int(json.loads(raw)["seq"])
    except (ValueError, KeyError, TypeError):
        return "The chain's HEAD file is not readable."
    if line and seq > line[-1].seq:
        return f"Entry {seq}, named by HEAD, is missing from the evidence."
    return "HEAD does not name the last entry: it was changed, or the last manifest was."


def _lonely(folder: Path) -> list[Problem]:
    path = folder / "HEAD"
    return [Problem(str(path), "HEAD is there, but no entry is.")] if path.exists() else []


def _states(line: Sequence[Batch], broken: set[str], erasures: Sequence[Batch]) -> list[EntryState]:
    acts = [b for b in line if b.kind == WITHDRAWAL and b.id not in broken]
    off = withdrawn(acts)
    erased = {name for erasure in erasures for name in erasure.manifest.get("batches", [])}

    def state(batch: Batch) -> State:
        if batch.id in broken or (batch.segment or "") in broken:
            return "broken"
        if batch.id in erased:
            return "erased"
        if batch.id in off:
            return "withdrawn"
        return "compacted" if batch.segment else "intact"

    return [EntryState(b.id, b.kind, state(b), b.segment, b.id in off, b.hash, b.manifest) for b in line]


def _distinct(problems: Sequence[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
