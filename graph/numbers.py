"""Texts as numbers in order of arrival: one lookup a row, whole columns at once.

An open-addressing table over 128-bit digests of the texts, in arrays. The digests have seeds drawn for each table,
so nobody can prepare two texts that look alike to it; the numbers do not depend on them.
"""

from __future__ import annotations

import secrets
from typing import Final

import numpy as np
import polars as pl

NONE: Final = np.iinfo(np.uint32).max
"""No number."""


class Numbers:
    """Each text once, numbered in order of arrival."""

    def __init__(self) -> None:
        self._seeds = (secrets.randbits(63), secrets.randbits(63))
        self._slots = np.full(1 << 12, NONE, dtype=np.uint32)
        self._high = np.empty(1 << 11, dtype=np.uint64)
        self._low = np.empty(1 << 11, dtype=np.uint64)
        self._count = 0
        self._texts: list[pl.Series] = []

    def __len__(self) -> int:
        return self._count

    def numbers(self, texts: pl.Series) -> pl.Series:
        """Numbers (UInt32) of a column of texts; null stays null."""
        if texts.null_count():
            rows = texts.is_not_null()
            found = np.full(len(texts), NONE, dtype=np.uint32)
            found[rows.to_numpy()] = self._numbered(texts.drop_nulls())
            column = pl.Series(texts.name, found)
            return pl.select(pl.when(rows).then(column)).to_series()
        return pl.Series(texts.name, self._numbered(texts), dtype=pl.UInt32)

    def texts(self, numbers: pl.Series) -> pl.Series:
        """Texts of a column of numbers."""
        if len(self._texts) > 1:
            self._texts = [pl.concat(self._texts, rechunk=True)]
        if not self._texts:
            return pl.Series(numbers.name, [None], dtype=pl.String).new_from_index(0, len(numbers))
        return self._texts[0].gather(numbers.cast(pl.UInt32)).alias(numbers.name)

    def since(self, first: int) -> pl.Series:
        """The texts from number ``first`` on."""
        parts: list[pl.Series] = []
        end = self._count
        for part in reversed(self._texts):
            start = end - len(part)
            parts.append(part if start >= first else part.slice(first - start))
            end = start
            if start <= first:
                break
        return pl.concat(parts[::-1], rechunk=True) if parts else pl.Series([], dtype=pl.String)

    def _numbered(self, texts: pl.Series) -> np.ndarray:
        high, low = (texts.hash(seed).to_numpy() for seed in self._seeds)
        found, at = self._find(high, low)
        new = np.flatnonzero(found == NONE)
        if len(new):
            first, group = self._take(high[new], low[new], at[new])
            found[new] = group
            # By way of Arrow: a plain gather would keep the whole block of the file in memory.
            kept = texts.gather(new[first]).to_arrow(compat_level=pl.CompatLevel.oldest())
            self._texts.append(pl.Series(pl.from_arrow(kept), dtype=pl.String))
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
            self._high, self._low = np.resize(self._high, room), np.resize(self._low, room)
        if 2 * count <= len(self._slots):
            return False
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
