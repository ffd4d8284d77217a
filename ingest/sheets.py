"""XLSX and Parquet to the same sheet of strings that a CSV gives, with their sizes bounded first."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import InputError, MappingError
from ingest.normalise.text import clean
from ingest.rejects import Problem
from ingest.tables import LINE, Limits, Sheet, named, trimmed

_PARTS: Final = 10_000
_CHUNK: Final = 1 << 20
_PLACE: Final = re.compile(rb"""\sr\s{0,9}=\s{0,9}["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
"""Where a row or cell says it stands. The attribute alone: looking for its element first takes for ever in a part of
nothing but openings, and there are many ways to write one."""
_DAMAGED: Final = "Open it in a spreadsheet and save it again, or export CSV."


def read_xlsx(data: bytes, name: str, sheet: str | int | None, columns: Sequence[str] | None, limits: Limits) -> Sheet:
    """One worksheet, all cells as text (numbers without a trailing ``.0``, dates as ISO).

    Raises InputError for a file that is no workbook or unpacks beyond the limits, MappingError for an unknown
    sheet.
    """
    _bounded(data, name, limits)
    try:
        workbook = fastexcel.read_excel(data)
        names = workbook.sheet_names
    except fastexcel.FastExcelError:
        raise InputError(f"{name}: not a readable XLSX workbook", _DAMAGED) from None
    wanted = names[0] if sheet is None and names else sheet
    if isinstance(wanted, int):
        wanted = names[wanted - 1] if 1 <= wanted <= len(names) else None
    if wanted not in names:
        raise MappingError(f"{name}: no sheet {sheet!r}", f"It has {', '.join(names) or 'none'}.")
    try:
        loaded = workbook.load_sheet(wanted, header_row=None, skip_rows=0, dtypes="string")
        cells = loaded.to_polars().cast(pl.String)
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError):
        raise InputError(f"{name}: sheet {wanted} cannot be read", _DAMAGED) from None
    return _grid(cells.with_columns(_tidy(pl.all())), columns, limits)


def _tidy(cell: pl.Expr) -> pl.Expr:
    """Whole numbers without ``.0``, midnight without time."""
    return cell.str.replace(r"^(-?\d+)\.0$", "$1").str.replace(r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00$", "$1")


def _bounded(data: bytes, name: str, limits: Limits) -> None:
    """Refuse an archive that unpacks beyond the limits, whatever sizes it declares."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(f"{name}: not a readable XLSX workbook", _DAMAGED) from None
    if len(infos) > _PARTS:
        raise InputError(f"{name}: more than {_PARTS} parts", _DAMAGED)
    total = 0
    for info in infos:
        width, height = 0, 0
        tail = b""
        try:
            for chunk in _unpacked(data, info):
                total += len(chunk)
                if total > limits.unpacked:
                    raise InputError(
                        f"{name}: unpacks to more than {limits.unpacked} bytes", "Export the table as CSV."
                    )
                # Any part: which one is a sheet is said elsewhere in the workbook.
                text = tail + chunk
                for letters, row in _PLACE.findall(text):
                    width, height = max(width, _column(letters.upper())), max(height, int(row))
                tail = text[-64:]
        except (zlib.error, struct.error, ValueError):
            raise InputError(f"{name}: a part of the workbook is damaged", _DAMAGED) from None
        if width * height > limits.cells:
            raise InputError(f"{name}: a sheet spans more than {limits.cells} cells", "Remove the far-away cells.")


def _unpacked(data: bytes, info: zipfile.ZipInfo) -> list[bytes] | _Inflating:
    start = info.header_offset
    name_size, extra_size = struct.unpack_from("<HH", data, start + 26)
    body = start + 30 + name_size + extra_size
    packed = data[body : body + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        return [packed]
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError("an unusual compression")
    return _Inflating(packed)


class _Inflating:
    """Chunks of a deflated part, never more than one in memory."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._stream = zlib.decompressobj(-15)

    def __iter__(self) -> _Inflating:
        return self

    def __next__(self) -> bytes:
        if self._stream.eof:
            raise StopIteration
        chunk = self._stream.decompress(self._packed, _CHUNK)
        self._packed = self._stream.unconsumed_tail
        if not chunk:
            raise StopIteration
        return chunk


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _grid(cells: pl.DataFrame, columns: Sequence[str] | None, limits: Limits) -> Sheet:
    """A grid of texts as a sheet; empty rows are skipped, the first filled row is the header."""
    cells = cells.with_columns(trimmed(pl.all())).with_row_index(LINE, offset=1)
    grid = [c for c in cells.columns if c != LINE]
    cells = cells.filter(~pl.all_horizontal(pl.col(grid).is_null())) if grid else cells.clear()
    if columns is None:
        if cells.is_empty():
            return Sheet([], pl.DataFrame())
        header = [clean(c or "") for c in cells.select(grid).row(0)]
        cells = cells.slice(1)
    else:
        header = list(columns)
    header = header[: len(grid)] + [""] * (len(grid) - len(header))
    while header and not header[-1] and cells[grid[len(header) - 1]].null_count() == cells.height:
        header.pop()
    names, frame = named(header)
    filled = cells.select(*(pl.col(g).alias(n) for g, n in zip(grid, names, strict=False)), pl.col(LINE).cast(pl.Int64))
    sheet = Sheet(names, frame, doubled=frozenset(h for h, n in Counter(header).items() if h and n > 1))
    _sizes(sheet, filled, limits)
    return sheet


def _sizes(sheet: Sheet, frame: pl.DataFrame, limits: Limits) -> None:
    """Refuse rows with a text above the limit."""
    texts = [c for c in sheet.columns if frame.schema[c] == pl.String]
    large = frame.select(pl.any_horizontal(pl.col(texts).str.len_bytes().fill_null(0) > limits.text)).to_series()
    for line in frame.filter(large)[LINE].to_list() if texts else ():
        sheet.problems.append(Problem(line, "oversize", f"a cell larger than {limits.text} bytes"))
    sheet.frame = frame.filter(~large) if texts else frame


def read_parquet(data: bytes, name: str, limits: Limits) -> Sheet:
    """A Parquet table; lists behave as JSON lists, times as ISO texts. Line = row number with a header as 1."""
    try:
        header, cells, height = _decoded(data, name, limits)
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError):
        # Arrow checks what it decodes to the last value: a damaged file may declare anything.
        raise InputError(f"{name}: not a readable Parquet file", "Write it again, or export CSV.") from None
    names, _ = named([clean(column) for column in header])
    doubled = frozenset(h for h, n in Counter(header).items() if n > 1)
    lines = pl.Series(LINE, range(2, height + 2), dtype=pl.Int64)
    sheet = Sheet(names, pl.DataFrame(), doubled=doubled)
    _sizes(sheet, pl.DataFrame([*(_texts(n, values) for n, values in zip(names, cells, strict=True)), lines]), limits)
    return sheet


def _decoded(data: bytes, name: str, limits: Limits) -> tuple[list[str], list[list[object]], int]:
    """Column names, the values by column and the number of rows, no more of them than the limits allow."""
    file = pq.ParquetFile(pa.BufferReader(data))
    if file.metadata.num_rows * file.metadata.num_columns > limits.cells:
        raise InputError(f"{name}: more than {limits.cells} cells", "Split it.")
    header = list(file.schema_arrow.names)
    cells: list[list[object]] = [[] for _ in header]
    size = height = 0
    for batch in file.iter_batches(batch_size=16_384):
        size += batch.nbytes
        if size > limits.unpacked:
            raise InputError(f"{name}: unpacks to more than {limits.unpacked} bytes", "Split it.")
        batch.validate(full=True)
        height += batch.num_rows
        for values, column in zip(cells, batch.columns, strict=True):
            values += column.to_pylist()
    return header, cells, height


def _texts(name: str, values: list[object]) -> pl.Series:
    plain = [plain_value(value) for value in values]
    if any(isinstance(value, list | dict) for value in plain):
        return pl.Series(name, plain, dtype=pl.Object)
    texts = pl.Series(name, [None if value is None else str(value) for value in plain], dtype=pl.String)
    return texts.to_frame().select(trimmed(pl.col(name))).to_series()


def plain_value(value: object) -> object:
    """A cell as JSON would hold it, leaves as texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(k): plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(v) for v in value]
    return str(value)
