"""Delimited text to a frame of strings with physical line numbers; every defect is a row, none stops the file.

Plain lines are split by one vectorised expression; lines with quotes, very long lines and lines with surplus
cells go through the ``csv`` module one by one. Both give the same cells, so there is one reader, not two.
"""

from __future__ import annotations

import codecs
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from ingest.normalise.text import clean
from ingest.rejects import Problem

LINE: Final = "__line__"
"""Column of the physical line of a record's first byte."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes above which a text, a record or a whole file is refused."""

    text: int = 65_536
    record: int = 1 << 20
    file: int = 2 << 30
    unpacked: int = 1 << 30  # of an XLSX file, all parts together
    cells: int = 50_000_000  # of an XLSX sheet, counting the empty ones its corners span
    columns: int = 2_000  # of a table
    xml: int = 64 << 20  # of an XML file


@dataclass(slots=True)
class Sheet:
    """A table as read: trimmed strings (null: empty), its lines, and the rows that could not be read.

    ``refused`` is set when the file is refused as a whole; ``doubled`` names columns that stand twice.
    """

    columns: list[str]
    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
    raw: dict[int, str] = field(default_factory=dict)
    refused: Problem | None = None
    doubled: frozenset[str] = frozenset()


def decode(data: bytes, encoding: str = "utf-8") -> tuple[str, frozenset[int]]:
    """Text of a file with ``\\n`` line ends, and the line numbers (from 0) that hold invalid bytes.

    A byte order mark decides over ``encoding``. Invalid bytes never change how other lines are read.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    try:
        text, broken = data.decode(encoding), False
    except UnicodeDecodeError:
        text, broken = data.decode(encoding, "replace" if wide else "surrogateescape"), True
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not broken:
        return text, frozenset()
    bad = frozenset(
        n
        for n, line in enumerate(text.split("\n"))
        if ("\ufffd" in line if wide else any("\udc80" <= c <= "\udcff" for c in line))
    )
    return text if wide else text.encode("utf-8", "replace").decode("utf-8"), bad


def read_csv(
    data: bytes,
    *,
    limits: Limits,
    encoding: str = "utf-8",
    delimiter: str = ",",
    columns: Sequence[str] | None = None,
    comment: str | None = None,
    keep_raw: bool = False,
) -> Sheet:
    """Read a CSV; ``columns`` names the cells of a file without header.

    ``keep_raw`` keeps the text of refused lines (for the vault of formats that speak of victims).
    """
    text, bad = decode(data, encoding)
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    start, names = 0, list(columns or ())
    if columns is None:
        while start < len(lines) and _skipped(lines[start], comment):
            start += 1
        if start == len(lines):
            return Sheet([], pl.DataFrame())
        cells, used, _ = _record(lines, start, delimiter, limits)
        if any(n in bad for n in range(start, start + used)):
            refusal = Problem(0, "encoding", f"the header is not valid {encoding}; name the encoding or save as UTF-8")
            return Sheet([], pl.DataFrame(), refused=refusal)
        names = [clean(cell) for cell in cells]
        start += used
        while names and not names[-1]:
            names.pop()
        if len(names) > limits.columns:
            return Sheet([], pl.DataFrame(), refused=Problem(0, "oversize", f"more than {limits.columns} columns"))
    counted = Counter(names)
    sheet = Sheet(*named(names), doubled=frozenset(n for n, times in counted.items() if times > 1))
    _fill(sheet, lines, start, bad, delimiter, comment, limits, keep_raw)
    return sheet


def named(names: list[str]) -> tuple[list[str], pl.DataFrame]:
    """Distinct names: an empty one becomes ``column_<n>``, a second one gets its number."""
    taken: dict[str, None] = {}
    for n, name in enumerate(names, 1):
        wanted, again = name or f"column_{n}", 2
        while wanted in taken:
            wanted, again = f"{name or f'column_{n}'} ({again})", again + 1
        taken[wanted] = None
    return list(taken), pl.DataFrame(schema={**dict.fromkeys(taken, pl.String), LINE: pl.Int64})


def _skipped(line: str, comment: str | None) -> bool:
    return not line.strip() or (comment is not None and line.startswith(comment))


def _fill(
    sheet: Sheet,
    lines: list[str],
    start: int,
    bad: frozenset[int],
    delimiter: str,
    comment: str | None,
    limits: Limits,
    keep_raw: bool,
) -> None:
    width = len(sheet.columns)
    frame = pl.DataFrame({"text": lines[start:]}, schema={"text": pl.String}).with_row_index("n", offset=start)
    text = pl.col("text")
    blank = text.str.strip_chars() == ""
    if comment is not None:
        blank = blank | text.str.starts_with(comment)
    frame = frame.filter(~blank).with_columns(
        (text.str.contains('"', literal=True) | (text.str.len_bytes() > limits.text)).alias("special")
    )
    plain = frame.filter(~pl.col("special")).with_columns(text.str.split(delimiter).alias("cells"))
    odd = plain.filter(pl.col("cells").list.len() != width)
    special = sorted({*frame.filter("special")["n"].to_list(), *odd["n"].to_list(), *(n for n in bad if n >= start)})
    good: list[tuple[int, list[str]]] = []
    consumed: set[int] = set()
    for at in special:
        if at in consumed or _skipped(lines[at], comment):
            continue
        cells, used, size = _record(lines, at, delimiter, limits)
        span = range(at, at + used)
        consumed.update(span)
        problem = _judge(cells, width, size, any(n in bad for n in span), limits)
        if problem is None:
            good.append((at, cells[:width]))
        else:
            sheet.problems.append(Problem(at + 1, *problem))
            if keep_raw:
                sheet.raw[at + 1] = "\n".join(lines[n] for n in span)[: limits.record]
    if consumed:
        plain = plain.filter(~pl.col("n").is_in(pl.Series(sorted(consumed), dtype=pl.UInt32).implode()))
    plain = plain.filter(pl.col("cells").list.len() == width)
    split = plain.select(
        *(pl.col("cells").list.get(n).alias(name) for n, name in enumerate(sheet.columns)),
        (pl.col("n").cast(pl.Int64) + 1).alias(LINE),
    )
    if good:
        rest = {name: [cells[n] for _, cells in good] for n, name in enumerate(sheet.columns)}
        quoted = pl.DataFrame({**rest, LINE: [at + 1 for at, _ in good]}, schema=sheet.frame.schema)
        split = pl.concat([split, quoted]).sort(LINE)
    sheet.frame = split.with_columns(trimmed(pl.col(sheet.columns))) if sheet.columns else split


def trimmed(column: pl.Expr) -> pl.Expr:
    """Blanks around a cell dropped, an empty one null."""
    value = column.str.strip_chars()
    return pl.when(value != "").then(value)


def _judge(cells: list[str], width: int, size: int, broken: bool, limits: Limits) -> tuple[str, str] | None:
    if broken:
        return "encoding", "bytes that are not valid in the encoding of the file"
    if size > limits.record:
        return "oversize", f"a record larger than {limits.record} bytes"
    if size > limits.text and any(len(cell.encode()) > limits.text for cell in cells):
        return "oversize", f"a cell larger than {limits.text} bytes"
    if len(cells) < width:
        return "truncated", f"{len(cells)} cells where the header has {width}"
    if any(cell.strip() for cell in cells[width:]):
        return "extra_cells", f"{len(cells)} cells where the header has {width}"
    return None


class _Unclosed(Exception):
    """A quote that never closes."""


def _record(lines: list[str], at: int, delimiter: str, limits: Limits) -> tuple[list[str], int, int]:
    """Cells of the record that starts at line ``at``, the lines it takes, its size in bytes.

    A quote that does not close within twice the record limit is read as part of its own line, so that one
    stray quote costs one row and not the rest of the file.
    """
    if '"' not in lines[at]:
        return lines[at].split(delimiter), 1, len(lines[at].encode())
    csv.field_size_limit(sys.maxsize)
    size = 0

    def feed() -> Iterator[str]:
        nonlocal size
        for line in lines[at:] if len(lines) - at < 64 else _slice(lines, at):
            size += len(line.encode()) + 1
            yield line + "\n"
            if size > 2 * limits.record:
                break
        raise _Unclosed

    reader = csv.reader(feed(), delimiter=delimiter)
    try:
        cells = next(reader)
    except _Unclosed:
        cells = next(csv.reader([lines[at]], delimiter=delimiter), [])
        return cells, 1, len(lines[at].encode())
    return cells, reader.line_num, size - 1


def _slice(lines: list[str], at: int) -> Iterator[str]:
    for n in range(at, len(lines)):
        yield lines[n]
