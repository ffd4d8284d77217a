"""Which (source, key, content) are known already: in evidence, or earlier in this batch.

Bulk tables are compared by 128-bit digests of keys and contents (32 bytes a record, however long its key), records that
come one by one by their texts. Each kind sees what the other one took.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import polars as pl

_SEEDS: Final = (11, 29)


class Seen(Protocol):
    """What the ledger already holds."""

    def hashes(self, source: str) -> pl.DataFrame:
        """Columns ``key``, ``hash`` of every record of a source, all versions."""
        ...

    def held(self, source: str) -> pl.LazyFrame:
        """The same, not yet read."""
        ...


class _Digests:
    """A set of 128-bit digests (rows of two halves), made for questions whose answer is nearly always no.

    A bit for the first 27 of each digest answers most of them; the digests themselves lie in sorted runs, of which
    there are never more than a few: two of like size become one.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []
        self._bits: np.ndarray | None = None
        self._later: list[np.ndarray] = []

    def add(self, digests: np.ndarray) -> None:
        """Take further digests. They are laid in order only when somebody asks."""
        self._later.append(digests)

    def holds(self, digests: np.ndarray) -> np.ndarray:
        """Mask of the digests that are in."""
        if self._later:
            later = np.concatenate(self._later)
            self._later.clear()
            order = np.argsort(later[:, 0])
            self._take(later[order, 0], later[order, 1])
        found = np.zeros(len(digests), dtype=bool)
        if self._bits is None or not len(digests):
            return found
        place = digests[:, 0] >> _PLACE
        perhaps = np.flatnonzero(self._bits[place >> _BYTE] >> (place & _BIT).astype(np.uint8) & 1)
        high, low = digests[perhaps, 0], digests[perhaps, 1]
        for run_high, run_low in self._runs:
            found[perhaps] |= _among(run_high, run_low, high, low)
        return found

    def sift(self, digests: np.ndarray) -> tuple[np.ndarray, bool]:
        """:meth:`holds` and :meth:`add` in one go, and whether one stands twice among ``digests`` (perhaps)."""
        found = self.holds(digests)
        order = np.argsort(digests[:, 0])
        high, low, new = digests[order, 0], digests[order, 1], ~found[order]
        self._take(high[new], low[new])
        return found, bool((high[1:] == high[:-1]).any())

    def _take(self, high: np.ndarray, low: np.ndarray) -> None:
        """Put in digests that are sorted already."""
        if not len(high):
            return
        if self._bits is None:
            self._bits = np.zeros(1 << (64 - int(_PLACE) - 3), dtype=np.uint8)
        place = high >> _PLACE
        byte, bit = place >> _BYTE, np.uint8(1) << (place & _BIT).astype(np.uint8)
        first = np.flatnonzero(np.append(True, byte[1:] != byte[:-1]))  # they are sorted: those of a byte lie together
        self._bits[byte[first]] |= np.bitwise_or.reduceat(bit, first)
        self._runs.append((high, low))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            one, other = self._runs.pop(), self._runs.pop()
            high, low = np.concatenate([other[0], one[0]]), np.concatenate([other[1], one[1]])
            order = np.argsort(high, kind="stable")
            self._runs.append((high[order], low[order]))


_PLACE: Final = np.uint64(37)
_BYTE: Final = np.uint64(3)
_BIT: Final = np.uint64(7)


def _among(run_high: np.ndarray, run_low: np.ndarray, high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Mask of the digests that stand in a sorted run."""
    found = np.zeros(len(high), dtype=bool)
    at = np.searchsorted(run_high, high)
    like = np.flatnonzero(run_high[np.minimum(at, len(run_high) - 1)] == high)
    while len(like):
        same = run_low[at[like]] == low[like]
        found[like[same]] = True
        like = like[~same]
        at[like] += 1  # another digest with the same high half
        like = like[at[like] < len(run_high)]
        like = like[run_high[at[like]] == high[like]]
    return found


def _digests(frame: pl.LazyFrame) -> tuple[np.ndarray, np.ndarray]:
    """Digests of ``key`` and of (``key``, ``hash``): two arrays of rows of two 64-bit halves."""
    keys = [pl.col("key").hash(seed).alias(f"key {seed}") for seed in _SEEDS]
    pairs = [(pl.col("key").hash(seed) ^ pl.col("hash").hash(seed + 1)).alias(f"pair {seed}") for seed in _SEEDS]
    made = frame.select(*keys, *pairs).collect(engine="streaming")
    return made.select(made.columns[:2]).to_numpy(), made.select(made.columns[2:]).to_numpy()


@dataclass(slots=True)
class _Bulk:
    keys: _Digests = field(default_factory=_Digests)
    pairs: _Digests = field(default_factory=_Digests)

    def take(self, held: pl.LazyFrame) -> None:
        by_key, by_pair = _digests(held)
        self.keys.sift(by_key)
        self.pairs.add(by_pair)


class Known:
    """See the module."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._bulk: dict[str, _Bulk] = {}
        self._sets: dict[str, tuple[set[tuple[str, str]], set[str]]] = {}
        self._fresh: dict[str, list[tuple[str, str]]] = {}

    def _of(self, source: str) -> _Bulk:
        bulk = self._bulk.get(source)
        if bulk is None:
            bulk = self._bulk[source] = _Bulk()
            bulk.take(self._seen.held(source))
        if fresh := self._fresh.pop(source, []):
            bulk.take(pl.LazyFrame(fresh, schema={"key": pl.String, "hash": pl.String}, orient="row"))
        return bulk

    def mark(self, source: str, keys: pl.Series, hashes: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Masks (duplicate, revision) of rows in their order; the rows count as seen from now on."""
        bulk = self._of(source)
        rows = pl.DataFrame({"key": keys, "hash": hashes}, schema={"key": pl.String, "hash": pl.String})
        by_key, by_pair = _digests(rows.lazy())
        known, repeated = bulk.keys.sift(by_key)
        again = np.zeros(rows.height, dtype=bool)
        if known.any():
            again[known] = bulk.pairs.holds(by_pair[known])
        if repeated:
            inside = rows.select(
                known=~pl.col("key").is_first_distinct(), again=~pl.struct("key", "hash").is_first_distinct()
            )
            known |= inside["known"].to_numpy()
            again |= inside["again"].to_numpy()
        bulk.pairs.add(by_pair[~again])
        return pl.Series("duplicate", again), pl.Series("revision", known & ~again)

    def mark_one(self, source: str, key: str, content: str) -> tuple[bool, bool]:
        """The same for one record."""
        if source not in self._sets:
            held = self._seen.hashes(source).select(pl.col("key", "hash").cast(pl.String))
            self._sets[source] = (set(held.iter_rows()), set(held["key"].to_list()))
        pairs, keys = self._sets[source]
        duplicate, revision = (key, content) in pairs, key in keys
        if source in self._bulk and not duplicate:
            # A table of the same source was read in this batch.
            row = pl.LazyFrame({"key": [key], "hash": [content]})
            by_key, by_pair = _digests(row)
            bulk = self._of(source)
            duplicate = bool(bulk.pairs.holds(by_pair)[0])
            revision = revision or bool(bulk.keys.holds(by_key)[0])
        if not duplicate:
            pairs.add((key, content))
            keys.add(key)
            self._fresh.setdefault(source, []).append((key, content))
        return duplicate, revision and not duplicate

    def settle(self, source: str) -> None:
        """Called when a file of single records is done; what it held is laid where :meth:`mark` looks."""
        if source in self._bulk:
            self._of(source)
