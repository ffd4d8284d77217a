"""Texts as numbers in order of arrival: one lookup a row, whole columns at once.

An open-addressing table over 128-bit digests of the texts, in arrays. The digests have seeds drawn for each table,
so nobody can prepare two texts that look alike to it; the numbers do not depend on them.
"""

from __future__ import annotations

import secrets
import threading
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

NONE: Final = np.iinfo(np.uint32).max
"""No number."""
_CHUNKS: Final = 32
_STEP: Final = 1 << 14


class Numbers:
    """Each text once, numbered in order of arrival."""

    def __init__(self) -> None:
        self._seeds = (secrets.randbits(63), secrets.randbits(63))
        self._slots = np.full(1 << 12, NONE, dtype=np.uint32)
        self._high = np.empty(1 << 11, dtype=np.uint64)
        self._low = np.empty(1 << 11, dtype=np.uint64)
        self._count = 0
        self._texts: list[pl.Series] = []
        # One block is being understood while the one before is handed over.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return self._count

    def numbers(self, texts: pl.Series) -> pl.Series:
        """Numbers (UInt32) of a column of texts; null stays null."""
        high, low, there = self._digests(texts)
        with self._lock:
            if there.all():
                return pl.Series(texts.name, self._numbered(texts, high, low, None), dtype=pl.UInt32)
            rows = np.flatnonzero(there)
            found = np.zeros(len(there), dtype=np.uint32)
            found[rows] = self._numbered(texts, high[rows], low[rows], rows)
        return column(found, there).alias(texts.name)

    def _digests(self, texts: pl.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Two halves of the digest of each text, and which texts are there."""
        told = pl.col("text")
        high, low = (told.hash(seed).alias(name) for name, seed in zip(("high", "low"), self._seeds, strict=True))
        seen = texts.to_frame("text").select(high, low, there=told.is_not_null())
        return seen["high"].to_numpy(), seen["low"].to_numpy(), seen["there"].to_numpy()

    def texts(self, numbers: pl.Series) -> pl.Series:
        """Texts of a column of numbers."""
        with self._lock:
            if len(self._texts) > _CHUNKS:
                self._texts = [pl.concat(self._texts, rechunk=True)]
            whole = pl.concat(self._texts, rechunk=False) if self._texts else None
        if whole is None:
            return pl.Series(numbers.name, [None], dtype=pl.String).new_from_index(0, len(numbers))
        return whole.gather(numbers.cast(pl.UInt32)).alias(numbers.name)

    def since(self, first: int) -> pl.Series:
        """The texts from number ``first`` on."""
        parts: list[pl.Series] = []
        with self._lock:
            end, held = self._count, list(self._texts)
        for part in reversed(held):
            start = end - len(part)
            parts.append(part if start >= first else part.slice(first - start))
            end = start
            if start <= first:
                break
        return pl.concat(parts[::-1], rechunk=True) if parts else pl.Series([], dtype=pl.String)

    def _numbered(self, texts: pl.Series, high: np.ndarray, low: np.ndarray, rows: np.ndarray | None) -> np.ndarray:
        """Numbers of digests; they are those of the ``rows`` of the texts (None: of all)."""
        found = np.empty(len(high), dtype=np.uint32)
        kept = []
        # So many at a time that what is in work stays in the processor's cache.
        for start in range(0, len(high), _STEP):
            part = slice(start, start + _STEP)
            found[part], at = self._find(high[part], low[part])
            new = start + np.flatnonzero(found[part] == NONE)
            if len(new):
                first, found[new] = self._take(high[new], low[new], at[new - start])
                kept.append(new[first])
        if kept:
            # By way of Arrow: a plain gather would keep the whole block of the file in memory.
            new = np.concatenate(kept)
            told = texts.gather(new if rows is None else rows[new]).to_arrow(compat_level=pl.CompatLevel.oldest())
            self._texts.append(pl.Series(pl.from_arrow(told), dtype=pl.String))
        return found

    def _find(self, high: np.ndarray, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Number of each digest, NONE where there is none, and the slot where the search ended."""
        mask = len(self._slots) - 1
        at = (high & np.uint64(mask)).astype(np.int64)
        found = self._slots[at]
        there = np.flatnonzero(found != NONE)
        other = there[self._differ(found[there], high[there], low[there])]
        while len(other):
            at[other] = (at[other] + 1) & mask
            found[other] = self._slots[at[other]]
            other = other[found[other] != NONE]
            other = other[self._differ(found[other], high[other], low[other])]
        return found, at

    def _differ(self, numbers: np.ndarray, high: np.ndarray, low: np.ndarray) -> np.ndarray:
        differ: np.ndarray = (self._high[numbers] != high) | (self._low[numbers] != low)
        return differ

    def _take(self, high: np.ndarray, low: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Number digests that are not in, some of them perhaps several times: rows that came first, number of each."""
        base, rows = self._count, len(high)
        if self._reserve(base + rows):
            at = (high & np.uint64(len(self._slots) - 1)).astype(np.int64)
        self._high[base : base + rows], self._low[base : base + rows] = high, low
        # Every row claims a free slot under its own place; of several rows the first one gets it (written last).
        mine = np.arange(base, base + rows, dtype=np.uint32)
        owner = np.empty(rows, dtype=np.uint32)
        left = np.arange(rows)
        while len(left):
            free = left[self._slots[at[left]] == NONE][::-1]
            self._slots[at[free]] = mine[free]
            owner[left] = self._slots[at[left]]
            left = left[self._differ(owner[left], high[left], low[left])]
            at[left] = (at[left] + 1) & (len(self._slots) - 1)
        first = np.flatnonzero(owner == mine)
        number = np.empty(rows, dtype=np.uint32)
        number[first] = np.arange(base, base + len(first), dtype=np.uint32)
        self._slots[at[first]] = number[first]
        self._count = base + len(first)
        self._high[base : self._count], self._low[base : self._count] = high[first], low[first]
        return first, number[owner - base]

    def _reserve(self, count: int) -> bool:
        """Make room for so many texts; whether the slots have moved."""
        if count > len(self._high):
            room = 1 << count.bit_length()
            self._high, self._low = _grown(self._high, room), _grown(self._low, room)
        if 2 * count <= len(self._slots):
            return False
        # Four times the room at a time: finding all places anew is what growing costs.
        self._slots = np.full(4 << count.bit_length(), NONE, dtype=np.uint32)
        numbers = np.arange(self._count, dtype=np.uint32)
        mask = len(self._slots) - 1
        at = (self._high[numbers] & np.uint64(mask)).astype(np.int64)
        while len(numbers):
            free = self._slots[at] == NONE
            self._slots[at[free]] = numbers[free]  # of several for one slot the last one gets it
            lost = self._slots[at] != numbers
            numbers, at = numbers[lost], (at[lost] + 1) & mask
        return True


def column(values: np.ndarray, there: np.ndarray | None) -> pl.Series:
    """Whole numbers as a column that is null where none is ``there`` (None: all are)."""
    if there is None:
        return pl.Series(values, dtype=pl.UInt32)
    held = pa.py_buffer(np.packbits(there, bitorder="little"))  # by buffers: the ordinary way loads all of pandas
    told = pa.Array.from_buffers(
        pa.uint32(), len(values), [held, pa.py_buffer(np.ascontiguousarray(values, np.uint32))]
    )
    return pl.Series(pl.from_arrow(told))


def values(numbers: pl.Series) -> tuple[np.ndarray, np.ndarray | None]:
    """A column of whole numbers as an array, 0 for null, and which of them are there (None: all are)."""
    if not numbers.null_count():
        return numbers.to_numpy(), None
    seen = pl.select(there=numbers.is_not_null(), value=numbers.fill_null(0))
    return seen["value"].to_numpy(), seen["there"].to_numpy()


def _grown(array: np.ndarray, room: int) -> np.ndarray:
    larger = np.empty(room, dtype=array.dtype)
    larger[: len(array)] = array
    return larger
