"""Bytes of a text file as blocks of whole lines, and a quick look at what a block holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

_STEP: Final = 1 << 18
_NEWLINE: Final = 10
_MOST: Final = 1 << 19
"""Lines of a block: each may cost an object, when all of them are refused."""
_SPACES: Final = (b"\xc2\x85", b"\xc2\xa0", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81\x9f", b"\xe3\x80\x80")
"""White space beyond ASCII in UTF-8 (the fourth with its neighbours)."""


class Lines:
    """Blocks of whole lines, line ends unified to ``\\n``; ``last`` says that a block ends the file.

    A line longer than ``longest`` bytes is cut there: it is refused whatever follows, and memory stays bounded. So it
    is by the number of lines a block has at most (``most``), unless a record was not finished within them.
    """

    def __init__(self, chunks: Iterator[bytes], longest: int, most: int = _MOST) -> None:
        self._chunks = chunks
        self._longest = longest
        self._most = most
        self._pending = b""
        self._rest = b""  # lines of a block that held too many
        self.last = False

    def block(self) -> bytes | None:
        """The next block, None at the end."""
        if self._rest:
            block, self._rest = self._rest, b""
            return self._limited(block)
        while (chunk := next(self._chunks, None)) is not None:
            if len(self._pending) > self._longest and b"\n" not in self._pending and b"\r" not in self._pending:
                self._pending = self._pending[: self._longest]
            if not self._pending and chunk.endswith(b"\n"):
                return self._limited(_unified(chunk))
            self._pending += chunk
            # A carriage return at the very end may be half of a line end.
            end = max(self._pending.rfind(b"\n"), self._pending.rfind(b"\r", 0, -1)) + 1
            if end:
                block, self._pending = self._pending[:end], self._pending[end:]
                return self._limited(_unified(block))
        self.last = True
        block, self._pending = self._pending, b""
        return self._limited(_unified(block)) if block else None

    def _limited(self, block: bytes) -> bytes:
        if block.count(b"\n") <= self._most:
            return block
        cut = int(np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _NEWLINE)[self._most - 1]) + 1
        self._rest = block[cut:]
        self.last = False
        return block[:cut]

    def give_back(self, rest: bytes) -> None:
        """Read this again, with what follows: a record was not finished."""
        self._most *= 2
        if self._rest:
            self._rest = rest + self._rest
        else:
            self._pending = rest + self._pending


def _unified(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


@dataclass(slots=True)
class Look:
    """What a block holds: lines, delimiters, blank lines, cells with blanks at an end, quotes or control characters."""

    ascii: bool
    lines: int = 0
    longest: int = 0
    delimiters: int = 0
    blank: bool = False
    padded: bool = False
    quoted: bool = False
    plain: bool = True
    ends: list[np.ndarray] = field(default_factory=list)

    def rows(self, block: bytes) -> pl.Series:
        """The lines of the block as texts, each with its line end (which the last one may lack). It must be UTF-8."""
        at = np.concatenate([[-1], *self.ends], dtype=np.int64) + 1
        if at[-1] < len(block):
            at = np.append(at, len(block))
        text = pa.LargeStringArray.from_buffers(len(at) - 1, pa.py_buffer(at), pa.py_buffer(block))
        return pl.Series(pl.from_arrow(text), dtype=pl.String)


def look(block: bytes, delimiter: str) -> Look:
    """Look at a block that is not empty."""
    found = Look(block.isascii(), quoted=b'"' in block)
    # Looking for one byte is many times faster than for two: most texts hold none of the first ones.
    found.padded = not found.ascii and any(space[:1] in block and space in block for space in _SPACES)
    found.plain = not found.quoted and b"\\" not in block
    separator = ord(delimiter)
    whole = np.frombuffer(block, dtype=np.uint8)
    found.blank = bool(whole[0] == _NEWLINE)
    before = -1
    for start in range(0, len(whole), _STEP):
        part = whole[start : start + _STEP + 1]  # one byte more: what is adjacent across the border
        ends, marks, low = part == _NEWLINE, part == separator, part <= 32
        own = min(_STEP, len(part))
        at = np.flatnonzero(ends[:own]) + start
        if len(at):
            found.lines += len(at)
            found.ends.append(at)
            found.longest = max(found.longest, int(np.diff(at, prepend=before).max()) - 1)
            before = int(at[-1])
        found.delimiters += int(np.count_nonzero(marks[:own]))
        found.blank = found.blank or bool((ends[1:] & ends[:-1]).any())
        low &= ~(ends | marks)
        if low.any():
            found.plain = found.plain and not bool(((part < 32) & low).any())
            borders = ends | marks
            found.padded = found.padded or bool(((low[1:] & borders[:-1]) | (low[:-1] & borders[1:])).any())
    low_ends = (whole[0] <= 32, whole[-1] <= 32 and whole[-1] != _NEWLINE)
    found.padded = found.padded or bool(low_ends[0] or low_ends[1])
    if whole[-1] != _NEWLINE:
        found.lines += 1
    found.longest = max(found.longest, len(whole) - 1 - before)
    return found
