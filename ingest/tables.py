"""Delimited text to frames of strings with physical line numbers; every defect is a row, none stops the file.

The text comes in blocks that end at a line end (``sheets``), so that memory does not follow the size of the file. A
block of plain lines goes through polars as it is; in any other the plain lines go there and the rest through the
``csv`` module one by one (``ingest.quoted``). Both give the same cells, so there is one reader, not two.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import polars as pl

from ingest.blocks import Lines, Look, look
from ingest.normalise.text import clean
from ingest.quoted import Limits, Unfinished, judge, record, skipped
from ingest.rejects import Problem

__all__ = ["LINE", "Limits", "Sheet", "decode", "named", "read_csv", "sheets", "trimmed"]

LINE: Final = "__line__"
"""Column of the physical line of a record's first byte."""
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
"""What ``surrogateescape`` makes of a byte that is none of the encoding's."""

_NAMES: Final = 40
_NAME: Final = 60


@dataclass(slots=True)
class Sheet:
    """A table as read, or a block of it: trimmed strings (null: empty), its lines, and the rows that could not be read.

    ``refused`` is set when the file is refused as a whole; ``doubled`` names columns that stand twice; ``plain`` says
    that no cell holds a comma, a quote, a backslash or a control character, ``ascii`` that none holds anything beyond
    ASCII. ``lines`` are the rows as they stand in the file, without empty cells at the end, when that is nothing but
    cells and commas.
    """

    columns: list[str]
    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
    raw: dict[int, str] = field(default_factory=dict)
    refused: Problem | None = None
    doubled: frozenset[str] = frozenset()
    plain: bool = False
    ascii: bool = False
    lines: pl.Series | None = None
    written: list[str] | None = None  # columns of the file itself, where others were made of them

    @property
    def layout(self) -> str:
        """The names of the columns for a message: the first forty, each cut where it is long."""
        return ", ".join(map(in_brief, self.columns[:_NAMES])) or "no header"


def in_brief(name: str) -> str:
    """A column's name for a message; a damaged header may have one of a megabyte."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


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
    return _decoded(data, encoding)


def _decoded(data: bytes, encoding: str) -> tuple[str, frozenset[int]]:
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
        n for n, line in enumerate(text.split("\n")) if ("\ufffd" in line if wide else _UNDECODED.search(line))
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
    """Read a CSV that is in memory; ``columns`` names the cells of a file without header.

    ``keep_raw`` keeps the text of refused lines (for the vault of formats that speak of victims).
    """
    parts = list(
        sheets(
            [data], limits=limits, encoding=encoding, delimiter=delimiter, columns=columns, comment=comment,
            keep_raw=keep_raw,
        )
    )  # fmt: skip
    whole = parts[0]
    for part in parts[1:]:
        whole.problems += part.problems
        whole.raw |= part.raw
        whole.lines = None
        whole.plain, whole.ascii = whole.plain and part.plain, whole.ascii and part.ascii
    whole.frame = pl.concat([part.frame for part in parts])
    return whole


def sheets(
    chunks: Iterable[bytes],
    *,
    limits: Limits,
    encoding: str = "utf-8",
    delimiter: str = ",",
    columns: Sequence[str] | None = None,
    comment: str | None = None,
    keep_raw: bool = False,
) -> Iterator[Sheet]:
    """A CSV in blocks, at least one; ``chunks`` are its bytes. Other encodings than UTF-8 are read whole first."""
    source = iter(chunks)
    first = next(source, b"")
    bad: frozenset[int] | None = None
    if codecs.lookup(encoding).name != "utf-8" or first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, bad = decode(b"".join([first, *source]), encoding)
        first, source = text.encode("utf-8", "replace"), iter(())
    lines = Lines(chain([first.removeprefix(codecs.BOM_UTF8)], source), 2 * limits.record + 2)
    reader = _Reader(lines, limits, delimiter, comment, keep_raw, encoding, bad)
    reader.names = list(columns) if columns is not None else None
    return reader.sheets()


class _Reader:
    """The state of one file: its columns once they are known, and the line it has come to."""

    def __init__(
        self,
        lines: Lines,
        limits: Limits,
        delimiter: str,
        comment: str | None,
        keep_raw: bool,
        encoding: str,
        bad: frozenset[int] | None,
    ) -> None:
        self.lines = lines
        self.limits = limits
        self.delimiter = delimiter
        self.comment = comment
        self.keep_raw = keep_raw
        self.encoding = encoding
        self.bad = bad  # lines with invalid bytes, None: look for them
        self.names: list[str] | None = None
        self.at = 0

    def sheets(self) -> Iterator[Sheet]:
        empty = True
        while (block := self.lines.block()) is not None:
            if self.names is None:
                found = self._header(block)
                if isinstance(found, Problem):
                    yield Sheet([], pl.DataFrame(), refused=found)
                    return
                if not found:
                    continue
                block = found
            yield self._body(block)
            empty = False
        if empty:
            yield self._sheet() if self.names is not None else Sheet([], pl.DataFrame())

    def _sheet(self) -> Sheet:
        names = self.names or []
        columns, frame = named(names)
        return Sheet(columns, frame, doubled=frozenset(n for n, times in Counter(names).items() if times > 1))

    def _header(self, block: bytes) -> bytes | Problem | None:
        """Take the header off; what is left of the block, None when it was not in it."""
        start = 0
        while start < len(block):
            end = block.find(b"\n", start, start + self.limits.record)
            line = block[start : end if end >= 0 else start + self.limits.record]
            if not skipped(line.decode("utf-8", "replace"), self.comment):
                break
            start, self.at = start + len(line) + 1, self.at + 1
        else:
            return None
        reach = start + 2 * self.limits.record + 2
        text, invalid = self._text(block[start:reach])
        try:
            cells, used, _ = record(text, 0, self.delimiter, self.limits, last=self.lines.last or reach < len(block))
        except Unfinished:
            self.lines.give_back(block[start:])
            return None
        if any(n in invalid for n in range(used)):
            told = f"the header is not valid {self.encoding}; name the encoding or save as UTF-8"
            return Problem(0, "encoding", told)
        while cells and not (cells[-1] and clean(cells[-1])):
            cells.pop()
        if len(cells) > self.limits.columns:
            return Problem(0, "oversize", f"more than {self.limits.columns} columns")
        self.names = [clean(cell) for cell in cells]
        self.at += used
        return block[start:].split(b"\n", used)[-1] if block.count(b"\n", start) >= used else b""

    def _text(self, block: bytes) -> tuple[list[str], frozenset[int]]:
        """Lines of a block as text, and which of them (from 0) hold invalid bytes."""
        text, invalid = (block.decode("utf-8", "replace"), None) if self.bad is not None else _decoded(block, "utf-8")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        if self.bad is not None and invalid is None:
            invalid = frozenset(n - self.at for n in self.bad if self.at <= n < self.at + len(lines))
        return lines, invalid or frozenset()

    def _body(self, block: bytes) -> Sheet:
        sheet = self._sheet()
        if not block:
            return sheet
        seen = look(block, self.delimiter)
        frame = self._plain(block, seen, sheet.columns)
        if frame is not None:
            sheet.ascii = seen.ascii
            sheet.plain = seen.plain and self.delimiter == ","
            if sheet.plain and not seen.padded:
                sheet.lines = seen.rows(block).str.strip_chars_end(",\n")
            sheet.frame = frame.with_columns(pl.int_range(self.at + 1, self.at + 1 + frame.height).alias(LINE))
            self.at += frame.height
        else:
            self._mixed(block, sheet)
        return sheet

    def _plain(self, block: bytes, seen: Look, columns: list[str]) -> pl.DataFrame | None:
        """All of a block at once; None when one of its lines needs a second look."""
        width = len(columns)
        if (
            width < 2
            or seen.quoted
            or seen.blank
            or seen.longest > min(self.limits.text, self.limits.record)
            or seen.delimiters != seen.lines * (width - 1)
            or (self.comment is not None and b"\n" + self.comment.encode() in b"\n" + block)
            or (self.bad is not None and any(self.at <= n < self.at + seen.lines for n in self.bad))
        ):
            return None
        frame = cells(block, columns, self.delimiter)
        if frame is None or frame.height != seen.lines:
            return None
        if self.delimiter.isspace() and frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return None  # a line of nothing but delimiters is a blank one
        return frame.with_columns(trimmed(pl.all())) if seen.padded else frame

    def _mixed(self, block: bytes, sheet: Sheet) -> None:
        """Plain lines at once, the others one by one."""
        lines, invalid = self._text(block)
        width = len(sheet.columns)
        text = pl.col("text")
        blank = text.str.strip_chars() == ""
        if self.comment is not None:
            blank = blank | text.str.starts_with(self.comment)
        frame = (
            pl.DataFrame({"text": lines}, schema={"text": pl.String})
            .with_row_index("n")
            .filter(~blank)
            .with_columns(
                special=text.str.contains('"', literal=True)
                | (text.str.len_bytes() > self.limits.text)
                | (text.str.count_matches(self.delimiter, literal=True) != width - 1)
            )
        )
        good: list[tuple[int, list[str]]] = []
        consumed: set[int] = set()
        for at in sorted({*frame.filter("special")["n"].to_list(), *invalid}):
            if at in consumed or skipped(lines[at], self.comment):
                continue
            try:
                found, used, size = record(lines, at, self.delimiter, self.limits, last=self.lines.last)
            except Unfinished:
                self.lines.give_back(b"\n".join(block.split(b"\n")[at:]))
                del lines[at:]
                break
            span = range(at, at + used)
            consumed.update(span)
            problem = judge(found, width, size, any(n in invalid for n in span), self.limits)
            if problem is None:
                good.append((at, found[:width]))
            else:
                sheet.problems.append(Problem(self.at + at + 1, *problem))
                if self.keep_raw:
                    sheet.raw[self.at + at + 1] = "\n".join(lines[n] for n in span)[: self.limits.record]
        rest = frame.filter(
            ~pl.col("special")
            & ~pl.col("n").is_in(pl.Series(sorted(consumed), dtype=pl.UInt32).implode())
            & (pl.col("n") < len(lines))
        )
        parts = [sheet.frame]
        if rest.height:
            plain = cells("\n".join(rest["text"]).encode(), sheet.columns, self.delimiter)
            assert plain is not None and plain.height == rest.height
            parts.append(plain.with_columns((rest["n"].cast(pl.Int64) + self.at + 1).alias(LINE)))
        if good:
            table = {name: [row[n] for _, row in good] for n, name in enumerate(sheet.columns)}
            parts.append(pl.DataFrame({**table, LINE: [self.at + at + 1 for at, _ in good]}, schema=sheet.frame.schema))
        whole = pl.concat(parts).sort(LINE) if len(parts) > 2 else pl.concat(parts)
        sheet.frame = whole.with_columns(trimmed(pl.col(sheet.columns))) if sheet.columns else whole
        self.at += len(lines)


def cells(block: bytes, columns: Sequence[str], delimiter: str) -> pl.DataFrame | None:
    """Lines without quotes as columns of text, empty cells null; None when one has more cells than the header."""
    if not columns:
        return None
    try:
        return pl.read_csv(
            block,
            has_header=False,
            schema=dict.fromkeys(columns, pl.String),
            separator=delimiter,
            quote_char=None,
            infer_schema=False,
            raise_if_empty=False,
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):  # bytes that are no UTF-8, or surplus cells
        return None


def named(names: list[str]) -> tuple[list[str], pl.DataFrame]:
    """Distinct names: an empty one becomes ``column_<n>``, a second one gets its number."""
    taken: dict[str, None] = {}
    for n, name in enumerate(names, 1):
        wanted, again = name or f"column_{n}", 2
        while wanted in taken:
            wanted, again = f"{name or f'column_{n}'} ({again})", again + 1
        taken[wanted] = None
    return list(taken), pl.DataFrame(schema={**dict.fromkeys(taken, pl.String), LINE: pl.Int64})


def trimmed(column: pl.Expr) -> pl.Expr:
    """Blanks around a cell dropped, an empty one null."""
    value = column.str.strip_chars()
    return pl.when(value != "").then(value)
