"""Records of a delimited text that need a second look: quoted cells, surplus cells, very long lines."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes above which a text, a record or a whole file is refused."""

    text: int = 65_536
    record: int = 1 << 20
    file: int = 2 << 30
    unpacked: int = 1 << 30  # of an XLSX file, all parts together
    cells: int = 50_000_000  # of an XLSX sheet, counting the empty ones its corners span
    xml: int = 64 << 20  # of an XML file
    columns: int = 2_000  # of a table


class Unfinished(Exception):
    """The lines end within a quoted cell, and more lines may follow."""


class _Unclosed(Exception):
    """A quote that never closes."""


def skipped(line: str, comment: str | None) -> bool:
    """Whether a line holds no record: blank, or a comment."""
    return not line.strip() or (comment is not None and line.startswith(comment))


def judge(cells: Sequence[str], width: int, size: int, broken: bool, limits: Limits) -> tuple[str, str] | None:
    """Reject code and message of a record as read; None when it is sound."""
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


def record(
    lines: Sequence[str], at: int, delimiter: str, limits: Limits, *, last: bool = True
) -> tuple[list[str], int, int]:
    """Cells of the record that starts at line ``at``, the lines it takes, its size in bytes.

    A quote that does not close within twice the record limit is read as part of its own line, so that one
    stray quote costs one row and not the rest of the file. Raises Unfinished when the lines end before that and
    are not the ``last`` ones.
    """
    if '"' not in lines[at]:
        return lines[at].split(delimiter), 1, len(lines[at].encode())
    csv.field_size_limit(sys.maxsize)
    size = 0

    def feed() -> Iterator[str]:
        nonlocal size
        for n in range(at, len(lines)):
            size += len(lines[n].encode()) + 1
            yield lines[n] + "\n"
            if size > 2 * limits.record:
                raise _Unclosed
        raise _Unclosed if last else Unfinished

    reader = csv.reader(feed(), delimiter=delimiter)
    try:
        cells = next(reader)
    except _Unclosed:
        cells = next(csv.reader([lines[at]], delimiter=delimiter), [])
        return cells, 1, len(lines[at].encode())
    return cells, reader.line_num, size - 1
