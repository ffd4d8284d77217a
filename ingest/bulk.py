"""The common way of bulk tables (calls, contracts, remittances, wallets): checks and rows as expressions.

A format derives columns, states its checks in order and builds frames from the accepted rows; everything else
(refusals, duplicates, revisions, remarks, hashes, counts) happens here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from graph.errors import InputError
from ingest.columns import canonical_rows, cleaned, json_of
from ingest.drafts import Job
from ingest.incoming import Incoming
from ingest.rejects import Problem
from ingest.tables import LINE, Sheet, read_csv

Rows = Callable[[pl.DataFrame], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Check:
    """Rows where ``holds`` is true are refused (or remarked upon) with ``code``."""

    holds: pl.Expr
    code: str
    message: str


@dataclass(slots=True)
class Parsed:
    """A table with its derived columns (``key``, ``record``, ``root`` among them) and what to make of it."""

    frame: pl.DataFrame
    refusals: list[Check]
    remarks: list[Check]
    rows: Rows
    source_type: str
    self_links: pl.Expr | None = None
    consumed: frozenset[str] = field(default_factory=frozenset)


def table(parse: Callable[[Sheet, Job], None]) -> Callable[[Incoming, Job], None]:
    """The reader of a CSV whose rows ``parse`` understands."""

    def read(incoming: Incoming, job: Job) -> None:
        sheet = read_csv(incoming.data, limits=incoming.limits, delimiter=incoming.delimiter)
        if sheet.refused is not None:
            job.reject(sheet.refused)
        else:
            parse(sheet, job)

    return read


def require(sheet: Sheet, needed: Sequence[str], known: Sequence[str], job: Job) -> pl.DataFrame:
    """The frame with every known column present (absent ones null) and cleaned; raw cells stay in ``sheet``.

    Raises InputError naming the columns that are missing or stand twice.
    """
    missing = [c for c in needed if c not in sheet.columns]
    if missing:
        raise InputError(
            f"{job.name}: the {job.format} table has no column {', '.join(missing)}",
            f"It needs {', '.join(needed)}; it has {', '.join(sheet.columns[:40]) or 'no header'}. "
            "Another layout needs --mapping.",
        )
    doubled = sorted(sheet.doubled & set(known))
    if doubled:
        raise InputError(f"{job.name}: column {', '.join(doubled)} stands twice", "Rename or remove one of them.")
    frame = sheet.frame.with_columns(pl.lit(None, pl.String).alias(c) for c in known if c not in sheet.columns)
    return cleaned(frame, known)


def load(sheet: Sheet, parsed: Parsed, job: Job) -> None:
    """Refuse, compare and hand over the rows of a bulk table."""
    for problem in sheet.problems:
        job.reject(problem)
    failure = pl.coalesce(
        pl.lit(None, pl.Int16),
        *(pl.when(check.holds).then(pl.lit(n, pl.Int16)) for n, check in enumerate(parsed.refusals)),
    )
    frame = parsed.frame.with_columns(failure.alias("__failure__")).with_row_index("__at__")
    for line, n in frame.filter(pl.col("__failure__").is_not_null()).select(LINE, "__failure__").iter_rows():
        check = parsed.refusals[n]
        job.reject(Problem(line, check.code, check.message))
    frame = frame.filter(pl.col("__failure__").is_null())
    raw = sheet.frame[frame["__at__"]] if frame.height < sheet.frame.height else sheet.frame
    hashes = pl.Series("hash", job.keys.content_hashes(canonical_rows(raw, sheet.columns)), pl.String)
    duplicate, revision = job.known.mark(job.source, frame["key"], hashes)
    job.counts.duplicates += int(duplicate.sum())
    job.counts.superseded += int(revision.sum())
    frame = frame.with_columns(hashes.alias("hash"), revision.alias("__revision__")).filter(~duplicate)
    raw = raw.filter(~duplicate)
    if parsed.self_links is not None:
        job.counts.self_links_dropped += int(frame.select(parsed.self_links.sum()).item() or 0)
    _remark(frame, parsed.remarks, job)
    frame = frame.with_columns(pl.int_range(frame.height, dtype=pl.UInt32).alias("rec"))
    unused = [c for c in sheet.columns if c not in parsed.consumed]
    records = frame.select(
        "record",
        pl.lit(job.source).alias("source"),
        pl.lit(parsed.source_type).alias("source_type"),
        pl.lit(job.format).alias("format"),
        "key",
        "hash",
        pl.lit(job.received_at).alias("received_at"),
        pl.lit(job.number).alias("file"),
        pl.col(LINE).alias("line"),
        "root",
    ).with_columns(json_of(raw, unused).alias("extra"))
    if records.height:
        job.add("general", records, parsed.rows(frame))


def _remark(frame: pl.DataFrame, remarks: Sequence[Check], job: Job) -> None:
    checks = [Check(pl.col("__revision__"), "revision", "same source and key as an earlier record"), *remarks]
    marks = frame.select(pl.col(LINE), *(c.holds.fill_null(False).alias(str(n)) for n, c in enumerate(checks)))
    found: set[tuple[int, str]] = set()
    for n, check in enumerate(checks):
        for line in marks.filter(pl.col(str(n)))[LINE].to_list():
            if (line, check.code) not in found:
                found.add((line, check.code))
                job.warnings.append(Problem(line, check.code, check.message))


def raw_forms(frame: pl.DataFrame, pairs: Mapping[str, str], rec: str = "rec") -> pl.DataFrame:
    """Statements ``raw`` of written forms that differ from the canonical value: ``{uid column: text column}``."""
    parts = [
        frame.filter(
            pl.col(uid).is_not_null()
            & pl.col(text).is_not_null()
            & ~pl.col(uid).str.ends_with(pl.concat_str(pl.lit(":"), text))
        )
        .select(
            pl.col(uid).alias("subject"),
            pl.lit("raw").alias("prop"),
            pl.col(text).alias("text"),
            pl.col(rec).alias("rec"),
        )
        .unique(["subject", "text"], keep="first", maintain_order=True)
        for uid, text in pairs.items()
    ]
    return pl.concat(parts)


def said(frame: pl.DataFrame, subject: str, **props: str) -> pl.DataFrame:
    """Statements ``prop = text`` about the entity in column ``subject``: ``{prop: text column}``."""
    parts = [
        frame.filter(pl.col(subject).is_not_null() & pl.col(column).is_not_null()).select(
            pl.col(subject).alias("subject"), pl.lit(prop).alias("prop"), pl.col(column).alias("text"), "rec"
        )
        for prop, column in props.items()
    ]
    return pl.concat(parts)
