"""Parser families: which samples each starts from, and what must hold of any file whatever."""

from __future__ import annotations

import re
import signal
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from graph.errors import HalqaError, MappingError
from graph.schema import CODED, PREFIX_LABEL
from ingest.intake import Intake, Options, read
from ingest.mapping.parse import beside, load_mapping
from ingest.recognise import recognise
from ingest.rejects import REJECTS, WARNINGS
from tests.fuzz.damage import damaged
from tests.ingest.loading import NOW, SAMPLES, FixedKeys, Held

SECONDS = 60
"""After which a file counts as one that hangs."""
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


def try_one(family: str, samples: list[Sample], seed: int, number: int) -> str:
    """Break one file and read it; ``read`` or the name of the error it was refused with. Raises Failed."""
    sample = samples[number % len(samples)]
    name = f"{family}/{sample.path.name}/{seed}/{number}"
    data = damaged(name, sample.path.read_bytes())
    try:
        with _alarm(name):
            return _read(sample, data)
    except HalqaError as refused:
        if not refused.message:
            raise Failed(f"{name}: refused without a word") from refused
        return type(refused).__name__
    except Failed as failed:
        raise Failed(f"{name}: {failed}") from failed
    except Exception as error:
        raise Failed(f"{name}: {type(error).__name__}: {error}") from error


def _read(sample: Sample, data: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="halqa-fuzz-") as folder:
        path = Path(folder) / sample.path.name
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
    if len(result.rejects) != counts.rejected:
        raise Failed(f"{counts.rejected} rejected, {len(result.rejects)} told")
    unknown = {p.code for p in result.rejects} - set(REJECTS)
    unknown |= {p.code for p in result.warnings} - set(REJECTS) - set(WARNINGS)
    if unknown:
        raise Failed(f"codes of no list: {sorted(unknown)}")
    tables = intake.draft.tables
    if sum(t["records"].height for t in tables.values()) != counts.accepted:
        raise Failed("accepted records are not the rows kept")
    for frames in tables.values():
        height = frames["records"].height
        for table, frame in frames.items():
            if "rec" in frame.columns and frame.height and int(frame["rec"].max()) >= height:  # type: ignore[arg-type]
                raise Failed(f"{table} points past its records")
            for column in CODED[table]:
                strange = frame[column].drop_nulls().str.split(":").list.first().unique()
                if set(strange.to_list()) - set(PREFIX_LABEL):
                    raise Failed(f"{table}.{column} holds what is no uid")
    expected = _records_in(data, sample)
    whole = [p for p in result.rejects if p.line == 0 or p.index == "0"]
    if expected is not None and not whole and result.records != expected:
        raise Failed(f"{result.records} records accounted for, {expected} in the file")


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
    return max(len(lines) - 1, 0)


@contextmanager
def _alarm(name: str) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Failed(f"{name}: no answer within {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
