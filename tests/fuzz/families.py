"""Parser families: which samples each starts from, and what must hold of any file whatever."""

from __future__ import annotations

import re
import signal
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from graph.errors import HalqaError, MappingError
from graph.schema import CODED, PREFIX_LABEL
from ingest.intake import Intake, Options, read
from ingest.mapping.parse import beside, load_mapping
from ingest.recognise import recognise
from ingest.rejects import KEPT, REJECTS, WARNINGS, Problem
from tests.fuzz.damage import damaged
from tests.ingest.loading import NOW, SAMPLES, FixedKeys, Held

SECONDS = 60
"""Of the processor, after which a file counts as one that hangs; a loaded or suspended machine is none."""
WAITING = 900
"""Seconds of the clock after which it counts as one that waits for ever."""
RECORD_ELEMENTS = {"cybertip": "cyberTip"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sound file, the format it is in and the mapping it is read under."""

    path: Path
    format: str
    mapping: Path | None


def families() -> dict[str, list[Sample]]:
    """Samples by format; tables under a mapping by their kind; and the mappings themselves."""
    found: dict[str, list[Sample]] = {}
    for path in sorted(p for p in SAMPLES.rglob("*") if p.is_file()):
        if path.suffix in (".yaml", ".yml"):
            found.setdefault("mapping language", []).append(Sample(path, "language", None))
        elif path.name.endswith("expected.json") or path.name.startswith((".", "README")):
            continue
        else:
            mapping = beside(path)
            name = "mapping" if mapping is not None else recognise(path)
            family = f"mapping {path.suffix[1:]}" if name == "mapping" else name
            if name != "mapping" or mapping is not None:
                found.setdefault(family, []).append(Sample(path, name, mapping))
    return found


class Failed(AssertionError):
    """A damaged file broke a law; the message says which and how to make the file again."""


def try_one(family: str, samples: list[Sample], seed: int, number: int, folder: Path) -> str:
    """Break one file, put it in ``folder`` and read it; ``read`` or the name of the error it was refused with.

    Raises Failed.
    """
    sample = samples[number % len(samples)]
    name = f"{family}/{sample.path.name}/{seed}/{number}"
    data = damaged(name, sample.path.read_bytes())
    try:
        with _alarm(name):
            return _read(sample, data, folder / sample.path.name)
    except HalqaError as refused:
        if not refused.message:
            raise Failed(f"{name}: refused without a word") from refused
        return type(refused).__name__
    except Failed as failed:
        raise Failed(f"{name}: {failed}") from failed
    except Exception as error:
        raise Failed(f"{name}: {type(error).__name__}: {error}") from error


def _read(sample: Sample, data: bytes, path: Path) -> str:
    path.write_bytes(data)
    if sample.format == "language":
        try:
            load_mapping(path)
        except MappingError:
            return "MappingError"
        return "read"
    # Half of the files are told what they are, half must be recognised.
    told = sample.format if len(data) % 2 and sample.mapping is None else None
    options = Options(received_at=NOW, format=told, source="fuzz", mapping=sample.mapping)
    intake = read([path], options, FixedKeys(), Held())
    _judge(intake, sample, data)
    return "read"


def _judge(intake: Intake, sample: Sample, data: bytes) -> None:
    result = intake.files[0]
    counts = result.counts
    if sum(result.reject_codes.values()) != counts.rejected:
        raise Failed(f"{counts.rejected} rejected, {sum(result.reject_codes.values())} by code")
    _told(result.rejects, result.reject_codes)
    _told(result.warnings, result.warning_codes)
    unknown = set(result.reject_codes) - set(REJECTS)
    unknown |= set(result.warning_codes) - set(REJECTS) - set(WARNINGS)
    if unknown:
        raise Failed(f"codes of no list: {sorted(unknown)}")
    tables = list(intake.draft.tables.values())
    if sum(t["records"].height for t in tables) != counts.accepted:
        raise Failed("accepted records are not the rows kept")
    for frames in tables:
        height = frames["records"].height
        for table, frame in frames.items():
            if "rec" in frame.columns and frame.height and int(frame["rec"].max()) >= height:  # type: ignore[arg-type]
                raise Failed(f"{table} points past its records")
            for column in CODED[table]:
                # A list is quicker than an expression for the few rows of such a file.
                prefixes = {uid.partition(":")[0] for uid in set(frame[column].to_list()) if uid is not None}
                if not prefixes <= PREFIX_LABEL.keys():
                    raise Failed(f"{table}.{column} holds what is no uid")
    expected = _records_in(data, sample)
    whole = [p for p in result.rejects if p.line == 0 or p.index == "0"]
    if expected is not None and not whole and result.records != expected:
        raise Failed(f"{result.records} records accounted for, {expected} in the file")


def _told(problems: Sequence[Problem], codes: dict[str, int]) -> None:
    """Problems are told word for word, all of them unless there are very many of a code."""
    if Counter(p.code for p in problems) != {code: min(n, KEPT) for code, n in codes.items()}:
        raise Failed(f"{len(problems)} problems told of {sum(codes.values())}")


def _records_in(data: bytes, sample: Sample) -> int | None:
    """How many records a file holds, counted in another way; None where that is a matter of opinion."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if sample.mapping is not None or "\ufeff" in text[1:] or "\0" in text:
        return None
    if (element := RECORD_ELEMENTS.get(sample.format)) and text.lstrip("\ufeff").startswith("<"):
        if re.search(r"<!(?:DOCTYPE|ENTITY)", text):
            return None
        try:
            return len(ET.fromstring(text).findall(f".//{{*}}{element}"))
        except ET.ParseError:
            return None
    if '"' in text or "\r" in text or sample.path.suffix != ".csv" or len(data) > 60_000:
        return None
    lines = [line for line in text.split("\n") if line.strip()]
    # Complaints also come as JSON lines: what starts like one has no header.
    return None if lines and lines[0].lstrip().startswith(("{", "[")) else max(len(lines) - 1, 0)


@contextmanager
def _alarm(name: str) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Failed(f"{name}: no answer within {SECONDS} s")

    kinds = ((signal.ITIMER_PROF, signal.SIGPROF, SECONDS), (signal.ITIMER_REAL, signal.SIGALRM, WAITING))
    before = [signal.signal(number, ring) for _, number, _ in kinds]
    for timer, _, seconds in kinds:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(kinds, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
