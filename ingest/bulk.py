"""The common way of bulk tables (calls, contracts, remittances, wallets): checks and rows as expressions.

A format derives columns, states its checks in order and builds frames from the accepted rows; everything else
(refusals, duplicates, revisions, remarks, hashes, counts) happens here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from graph.errors import InputError
from ingest.ahead import ahead
from ingest.columns import canonical_rows, cleaned, json_of
from ingest.drafts import Job
from ingest.formats.described import Format
from ingest.formats.profiles import planned
from ingest.forms import Forms
from ingest.incoming import Incoming
from ingest.rejects import Problem
from ingest.tables import LINE, Sheet, sheets

Rows = Callable[[pl.DataFrame], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Check:
    """Rows where ``holds`` is true are refused (or remarked upon) with ``code``."""

    holds: pl.Expr
    code: str
    message: str


@dataclass(slots=True)
class Parsed:
    """A block with its derived columns (``key``, ``record``, ``root`` among them) and what to make of it.

    Entities stand in it as numbers of the batch's uids (``job.drafts``) or as uids.
    """

    frame: pl.DataFrame
    refusals: list[Check]
    remarks: list[Check]
    rows: Rows
    source_type: str
    self_links: pl.Expr | None = None
    consumed: frozenset[str] = field(default_factory=frozenset)


Prepare = Callable[[Sheet, Job], pl.DataFrame]
"""A block's columns that follow from their own rows alone: times, amounts, what is cleaned."""
Parse = Callable[[pl.DataFrame, Job], Parsed]
"""What identifies: entities are numbered here, in the order of the file, so that equal files give equal bytes."""


def table(prepare: Prepare, parse: Parse, described: Format) -> Callable[[Incoming, Job], None]:
    """The reader of a CSV, block after block.

    Four blocks are under way at a time: one is read, one prepared, one parsed, one compared and handed over (and the
    rows of a fifth are being written). What a block says of the file (refusals, counts) is noted in the last step
    only, in the order of the file.
    """

    def read(incoming: Incoming, job: Job) -> None:
        plan = planned(incoming, described)
        if plan is not None:
            job.notes.append(plan.note)

        def prepared(sheet: Sheet) -> _Block:
            if sheet.refused is not None:
                return _Block(sheet)
            if plan is not None:
                plan.recast(sheet)
            frame = prepare(sheet, job)
            return _Block(sheet, frame, job.keys.row_hashes(_content(sheet, described.names)))

        def parsed(block: _Block) -> _Block:
            if block.sheet.refused is None:
                block.parsed = parse(block.frame, job)
            return block

        blocks = sheets(incoming.chunks(), limits=incoming.limits, delimiter=incoming.delimiter)
        for block in ahead(map(parsed, ahead(map(prepared, ahead(blocks))))):
            if block.sheet.refused is not None:
                job.reject(block.sheet.refused)
            if block.parsed is not None:
                _load(block.sheet, block.parsed, block.hashes, job)

    return read


@dataclass(slots=True)
class _Block:
    """A block on its way: as read, as prepared, the hashes of its rows, as parsed."""

    sheet: Sheet
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    hashes: pl.Series = field(default_factory=pl.Series)
    parsed: Parsed | None = None


def _content(sheet: Sheet, layout: tuple[str, ...]) -> pl.Series:
    """What the rows said, for comparing them with what is known."""
    columns = sheet.written or sheet.columns
    if sheet.lines is not None and sheet.written is None and tuple(columns) == layout[: len(columns)]:
        return sheet.lines
    return canonical_rows(sheet.frame, columns, layout, plain=sheet.plain)


def require(sheet: Sheet, needed: Sequence[str], known: Sequence[str], job: Job) -> pl.DataFrame:
    """The frame with every known column present (absent ones null) and cleaned; raw cells stay in ``sheet``.

    Raises InputError naming the columns that are missing or stand twice.
    """
    missing = [c for c in needed if c not in sheet.columns]
    if missing:
        raise InputError(
            f"{job.name}: the {job.format} table has no column {', '.join(missing)}",
            f"It needs {', '.join(needed)}; it has {sheet.layout}. Another layout needs --mapping.",
        )
    doubled = sorted(sheet.doubled & set(known))
    if doubled:
        raise InputError(f"{job.name}: column {', '.join(doubled)} stands twice", "Rename or remove one of them.")
    frame = sheet.frame.with_columns(pl.lit(None, pl.String).alias(c) for c in known if c not in sheet.columns)
    return frame if sheet.ascii and sheet.plain else cleaned(frame, known, plain=sheet.plain)


def _load(sheet: Sheet, parsed: Parsed, hashes: pl.Series, job: Job) -> None:
    """Refuse, compare and hand over the rows of a block of a bulk table."""
    for problem in sheet.problems:
        job.reject(problem)
    frame, raw, hashes = _sound(parsed, sheet, hashes.alias("hash"), job)
    duplicate, revision = job.known.mark(job.source, frame["key"], hashes)
    frame = frame.with_columns(hashes, revision.alias("__revision__"))
    if again := int(duplicate.sum()):
        frame, raw = frame.filter(~duplicate), raw.filter(~duplicate)
    job.counts.duplicates += again
    job.counts.superseded += int(revision.sum())
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
        json_of(raw, unused, plain=sheet.plain).alias("extra"),
    )
    if records.height:
        job.add("general", records, parsed.rows(frame))


def _sound(parsed: Parsed, sheet: Sheet, hashes: pl.Series, job: Job) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """The rows that no check refuses, as parsed, as read and as compared; the others are noted with the first check
    they fail."""
    # Most files hold few refused rows: which check it was is asked of those alone.
    refused = parsed.frame.select(
        refused=pl.any_horizontal(check.holds.fill_null(False) for check in parsed.refusals)
    ).to_series()
    if not refused.any():
        return parsed.frame, sheet.frame, hashes
    failure = pl.coalesce(
        pl.lit(None, pl.Int16),
        *(pl.when(check.holds).then(pl.lit(n, pl.Int16)) for n, check in enumerate(parsed.refusals)),
    )
    for line, n in parsed.frame.filter(refused).select(LINE, failure.alias("n")).iter_rows():
        check = parsed.refusals[n]
        job.reject(Problem(line, check.code, check.message))
    return parsed.frame.filter(~refused), sheet.frame.filter(~refused), hashes.filter(~refused)


def _remark(frame: pl.DataFrame, remarks: Sequence[Check], job: Job) -> None:
    checks = [Check(pl.col("__revision__"), "revision", "same source and key as an earlier record"), *remarks]
    held = frame.select(check.holds.fill_null(False).any().alias(str(n)) for n, check in enumerate(checks)).row(0)
    found: set[tuple[int, str]] = set()
    for check, holds in zip(checks, held, strict=True):
        for line in frame.filter(check.holds.fill_null(False))[LINE] if holds else ():
            if (line, check.code) not in found:
                found.add((line, check.code))
                job.warnings.append(Problem(line, check.code, check.message))


def numbers(frame: pl.DataFrame, name: str, forms: Forms, written: str | pl.Series) -> list[pl.Series]:
    """An identifier as columns: ``<name>`` (number of its uid), ``<name>_form``, ``<name>_warning``."""
    form, uid, warning = forms.read(frame[written] if isinstance(written, str) else written)
    return [uid.alias(name), form.alias(f"{name}_form"), warning.alias(f"{name}_warning")]


def written(frame: pl.DataFrame, forms: Forms, *names: str) -> pl.DataFrame:
    """Statements ``raw``: forms of the identifiers ``names`` that differ from the canonical value, each told once, by
    the first record that has it in any of them."""
    told = pl.concat([pl.DataFrame({"form": frame[f"{name}_form"], "rec": frame["rec"]}) for name in names])
    return forms.untold(told)


def said(frame: pl.DataFrame, subject: str, **props: str) -> pl.DataFrame:
    """Statements ``prop = text`` about the entity in column ``subject``: ``{prop: text column}``."""
    parts = [
        # Columns are chosen before rows: a filter copies every column there is.
        frame.lazy()
        .select(pl.col(subject).alias("subject"), pl.lit(prop).alias("prop"), pl.col(column).alias("text"), "rec")
        .drop_nulls(["subject", "text"])
        for prop, column in props.items()
    ]
    return pl.concat(parts).collect()
