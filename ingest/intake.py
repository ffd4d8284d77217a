"""Files to one batch: recognise, read, normalise, accept or refuse. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from graph.errors import InputError, MappingError, UsageError
from graph.evidence import BatchDraft, SourceFile
from graph.ids import slug
from graph.spool import Spool
from ingest.drafts import Drafts, FileCounts, Job, Keys, Known, Seen
from ingest.formats import mapped
from ingest.formats.registry import FORMATS, reader_of
from ingest.incoming import Incoming
from ingest.mapping.language import Mapping
from ingest.mapping.parse import beside, load_mapping
from ingest.recognise import formats, recognise, recognised
from ingest.rejects import Problem
from ingest.tables import Limits
from ingest.tally import Tally

__all__ = ["FileResult", "Intake", "Keys", "Options", "Seen", "formats", "read", "recognise"]

PARSER_VERSION: Final = "1"
_PROBLEMS: Final = {"file": pl.String, "line": pl.Int64, "index": pl.String, "code": pl.String, "message": pl.String}


@dataclass(frozen=True, slots=True)
class Options:
    """How to read. ``received_at`` (UTC) is when the files reached us: the clock of every rule about "now"."""

    received_at: datetime
    format: str | None = None
    source: str | None = None
    mapping: Path | None = None
    limits: Limits = field(default_factory=Limits)
    spool: Path | None = None  # folder for the rows while they come in; None keeps them in memory
    keep: bool = True  # False: only count them


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file. The counts of records add up to the records it held.

    ``rejects`` and ``warnings`` hold the first ones of each code (``ingest.rejects.KEPT``), ``reject_codes`` and
    ``warning_codes`` how many there were.
    """

    path: str
    sha256: str
    format: str
    source: str
    counts: FileCounts
    entities: int
    links: int
    rejects: list[Problem]
    warnings: list[Problem]
    notes: list[str] = field(default_factory=list)
    reject_codes: dict[str, int] = field(default_factory=dict)
    warning_codes: dict[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """Records read: each is accepted, rejected, duplicate or filtered."""
        c = self.counts
        return c.accepted + c.rejected + c.duplicates + c.filtered


@dataclass(frozen=True, slots=True)
class Intake:
    """One intake: the batch to append, and its counts in all and by file."""

    draft: BatchDraft
    files: list[FileResult]
    entities: int
    links: int

    @property
    def counts(self) -> dict[str, int]:
        """Sums over files (``entities`` and ``links``: distinct over all of them)."""
        return {**self.draft.counts}


def read(paths: Sequence[Path], options: Options, keys: Keys, seen: Seen) -> Intake:
    """Read files, or every file of a folder, into one batch.

    Bad records become rejects; raises InputError for a file that cannot be read at all, MappingError for a
    mapping that is refused, UsageError for an unknown format. Nothing is kept in that case.
    """
    if options.received_at.tzinfo is None:
        raise UsageError("received_at needs a zone", "Pass an aware datetime, best in UTC.")
    if options.format is not None and options.format not in {f.name for f in FORMATS}:
        raise UsageError(f"--format {options.format}: no such format", f"One of {', '.join(f.name for f in FORMATS)}.")
    found = expand(paths)
    named = {path for path in paths if not path.is_dir()}
    known, drafts = Known(seen), Drafts(Spool(options.spool, keep=options.keep))
    sources: list[SourceFile] = []
    jobs: list[Job] = []
    for number, path in enumerate(found):
        job, source = _read_one(path, number, options, keys, known, drafts, named=path in named)
        jobs.append(job)
        sources.append(source)
    return _gather(jobs, sources, drafts)


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files named, and those of named folders by name; mappings and hidden files are no data."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            try:
                inside = [p for p in sorted(path.iterdir()) if p.is_file() and not p.name.startswith(".")]
            except OSError as error:
                reason = error.strerror or "input error"
                raise InputError(f"{path.name}: cannot be read ({reason})", "Check its rights.") from None
            found += [p for p in inside if p.suffix.lower() not in (".yaml", ".yml")]
        else:
            found.append(path)
    if not found:
        raise InputError("no file to read", "Name a file, or a folder that holds some.")
    return found


def _read_one(
    path: Path, number: int, options: Options, keys: Keys, known: Known, drafts: Drafts, *, named: bool
) -> tuple[Job, SourceFile]:
    """A file that was named must be readable as something; one that merely lies in a folder is refused whole."""
    incoming = Incoming(path, options.limits)
    mapping = _mapping_of(path, options)
    if mapping is not None:
        name, source = "mapping", options.source or mapping.source.name
    else:
        name = options.format or recognised(incoming)
        if name == "mapping" and named:
            raise MappingError(
                f"{path.name}: a table of its own kind needs a mapping",
                f"`halqa ingest {path.name} --propose` proposes one to correct. Then pass --mapping FILE.yaml, "
                f"or put {path.stem}.yaml beside it.",
            )
        known_reader = reader_of(name)
        source = options.source or (known_reader.name_source(incoming) if known_reader else path.stem)
    job = Job(path.name, number, slug(source), name, options.received_at.astimezone(UTC), keys, known, drafts)
    if mapping is not None:
        mapped.parse(incoming.data, mapping, options.limits, job)
    elif (reader := reader_of(name)) is not None:
        reader.parse(incoming, job)
    else:
        job.reject(Problem(0, "malformed", "no format that is recognised; a table of its own kind needs a mapping"))
    source_file = SourceFile(
        path=str(path),
        sha256=incoming.sha256,
        size=incoming.size,
        format=name,
        source=job.source,
        parser=f"ingest.{name}+profile" if job.notes else f"ingest.{name}",
        parser_version=PARSER_VERSION,
        mapping_sha256=mapping.sha256 if mapping is not None else None,
        reliability=mapping.source.reliability if mapping is not None else None,
    )
    return job, source_file


def _mapping_of(path: Path, options: Options) -> Mapping | None:
    if options.mapping is not None:
        return load_mapping(options.mapping)
    if options.format not in (None, "mapping"):
        return None
    yaml = beside(path)
    return load_mapping(yaml) if yaml is not None else None


def _gather(jobs: list[Job], sources: list[SourceFile], drafts: Drafts) -> Intake:
    results = [
        FileResult(
            path=source.path,
            sha256=source.sha256,
            format=source.format,
            source=source.source,
            counts=job.counts,
            entities=job.tally.entities,
            links=job.tally.links,
            rejects=sorted(job.rejects, key=_place),
            warnings=sorted(job.warnings, key=_place),
            notes=job.notes,
            reject_codes=dict(sorted(job.rejects.counts.items())),
            warning_codes=dict(sorted(job.warnings.counts.items())),
        )
        for job, source in zip(jobs, sources, strict=True)
    ]
    entities, links = results[0].entities, results[0].links
    if len(jobs) > 1:
        whole = Tally()
        for job in jobs:
            whole.take(job.tally)
        entities, links = whole.entities, whole.links
    counts = {name: sum(asdict(job.counts)[name] for job in jobs) for name in asdict(FileCounts())}
    draft = BatchDraft(
        files=sources,
        tables=drafts.finish(),
        vault=[entry for job in jobs for entry in job.vault],
        counts={**counts, "entities": entities, "links": links},
        rejects=_problems(results, "rejects"),
        warnings=_problems(results, "warnings"),
        spool=drafts.spool,
    )
    return Intake(draft, results, entities, links)


def _place(problem: Problem) -> tuple[int, str, str]:
    position = problem.position
    if isinstance(position, int):
        return (position, "", problem.code)
    return (problem.line or 0, position or "", problem.code)


def _problems(results: list[FileResult], which: str) -> pl.DataFrame:
    """The problems of all files as rows. Those of a code that are counted only are one row without a place."""
    rows: list[tuple[str, int | None, str | None, str, str]] = []
    for result in results:
        rejects = which == "rejects"
        kept = result.rejects if rejects else result.warnings
        rows += [(result.path, p.line, p.index, p.code, p.message) for p in kept]
        more = Counter(result.reject_codes if rejects else result.warning_codes)
        more.subtract(p.code for p in kept)
        rows += [
            (result.path, None, None, code, f"{n} more of this code, counted only") for code, n in more.items() if n
        ]
    return pl.DataFrame(rows, schema=_PROBLEMS, orient="row")
