"""Bring your own: any CSV, JSON lines, XLSX or Parquet table under a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from graph.errors import InputError
from graph.evidence import VaultEntry
from ingest.documents import Value, canonical, pruned, read_json_lines
from ingest.drafts import Job
from ingest.mapping.apply import apply
from ingest.mapping.language import Mapping
from ingest.mapping.rows import DataRow, unnamed
from ingest.rejects import Problem, Refused
from ingest.rows import Entry, Ledgered
from ingest.sheets import read_parquet, read_xlsx
from ingest.tables import LINE, Limits, Sheet, read_csv


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    data: dict[str, Value] | None
    problem: Problem | None
    written: str


def parse(data: bytes, mapping: Mapping, limits: Limits, job: Job) -> None:
    """Read a table under a mapping; raises InputError for a file that is not what the mapping says."""
    if mapping.layout.kind == "jsonl":
        lines = _from_json(data, mapping, limits)
    else:
        sheet = _sheet(data, mapping, limits, job)
        if sheet.refused is not None:
            job.reject(sheet.refused)
            return
        _require(sheet, mapping, job)
        lines = _from_sheet(sheet)
    _load(lines, mapping, job)


def _sheet(data: bytes, mapping: Mapping, limits: Limits, job: Job) -> Sheet:
    layout = mapping.layout
    if layout.kind == "csv":
        return read_csv(
            data,
            limits=limits,
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            columns=None if layout.header else layout.columns,
            comment=layout.comment,
            keep_raw=mapping.speaks_of_victims,
        )
    if layout.kind == "xlsx":
        return read_xlsx(data, job.name, layout.sheet, None if layout.header else layout.columns, limits)
    return read_parquet(data, job.name, limits)


def _require(sheet: Sheet, mapping: Mapping, job: Job) -> None:
    missing = sorted(mapping.needed - set(sheet.columns))
    if missing:
        raise InputError(
            f"{job.name}: {mapping.file} names columns the table does not have: {', '.join(missing)}",
            # Without a header the first row would be shown here, and it may be a victim's.
            "Check its first line and header, columns in the mapping."
            if mapping.speaks_of_victims
            else f"The table has {sheet.layout}.",
        )
    doubled = sorted(sheet.doubled & mapping.paths)
    if doubled:
        raise InputError(f"{job.name}: column {', '.join(doubled)} stands twice", "Rename or remove one of them.")


def _from_json(data: bytes, mapping: Mapping, limits: Limits) -> Iterator[_Line]:
    for line in read_json_lines(data, limits, mapping.layout.encoding, mapping.layout.comment):
        problem = Problem(line.number, line.problem.code, line.problem.message) if line.problem else None
        yield _Line(line.number, line.value, problem, line.text)


def _from_sheet(sheet: Sheet) -> Iterator[_Line]:
    """Rows and refused rows together, in the order of the file: both count for ``row_number``."""
    problems = sorted(sheet.problems, key=lambda p: p.line or 0)
    waiting = iter(problems)
    coming = next(waiting, None)
    for row in sheet.frame.iter_rows(named=True):
        line = int(row.pop(LINE))
        while coming is not None and (coming.line or 0) < line:
            yield _Line(coming.line or 0, None, coming, sheet.raw.get(coming.line or 0, ""))
            coming = next(waiting, None)
        yield _Line(line, row, None, "")
    while coming is not None:
        yield _Line(coming.line or 0, None, coming, sheet.raw.get(coming.line or 0, ""))
        coming = next(waiting, None)


def _load(lines: Iterator[_Line], mapping: Mapping, job: Job) -> None:
    ledgered = Ledgered(job)
    for number, line in enumerate(lines, 1):
        if line.problem is not None or line.data is None:
            _refuse(job, mapping, line.problem or Problem(line.number, "malformed", "no object"), line.written)
            continue
        try:
            row = DataRow(line.data, number, mapping.layout.nulls)
            if mapping.when is not None and not mapping.when(row):
                job.counts.filtered += 1
                continue
            entry = apply(mapping, row, line.number, job)
            _leftovers(entry, mapping, line.data)
            content = canonical(line.data)
        except Refused as refused:
            written = line.written or json.dumps(pruned(line.data), ensure_ascii=False)
            _refuse(job, mapping, Problem(line.number, refused.code, refused.message), written)
        else:
            ledgered.accept(entry, content)
    ledgered.close()


def _leftovers(entry: Entry, mapping: Mapping, data: dict[str, Value]) -> None:
    """Columns the mapping does not name: in ``extra``, or in the vault where the table speaks of victims."""
    rest = unnamed(data, mapping.paths)
    if not rest:
        return
    if not mapping.speaks_of_victims:
        entry.extra = json.dumps(rest, ensure_ascii=False, sort_keys=True)
        return
    vault = "minors" if entry.compartment == "minors" else "victims"
    person = next((v.person for v in entry.vault if v.person), None)
    entry.vault.append(VaultEntry(vault, entry.record, person, (), {"unnamed": rest}))


def _refuse(job: Job, mapping: Mapping, problem: Problem, written: str) -> None:
    job.reject(problem)
    if mapping.speaks_of_victims and written:
        # Nobody knows yet whose row it is: where the mapping may hold minors, it is kept with theirs.
        minors = any(rule.compartment == "minors" for rule in mapping.entities)
        record = f"refused:{job.source}:{job.name}:{problem.line}"
        content = {"raw": written, "code": problem.code}
        job.vault.append(VaultEntry("minors" if minors else "victims", record, None, (), content))
