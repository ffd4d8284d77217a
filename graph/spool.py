"""Rows of one batch on their way to disk: uids become codes at once, rows go to Parquet files as they come.

Intake hands over block after block; what stays in memory is each uid once and a few integers, never the rows. A spool
with a folder writes there (the ledger moves the finished files into the batch); one without keeps the rows in memory,
which suits small files and tests; one that only counts drops them (a dry run).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from graph.evidence import Tables
from graph.files import storage
from graph.numbers import NONE, Numbers, column, values
from graph.schema import CODED, COMPARTMENTS, PREFIX_LABEL, TABLES, Compartment

_REPEATING: Final = frozenset(
    ["source", "source_type", "format", "prop", "role", "rel", "basis", "rail", "kind", "currency", "status",
     "payer_country", "payee_country", "direction", "trunk_in", "label", "received_at", "file"]
)  # fmt: skip
"""Columns of few values: worth a dictionary in the file. For the others looking for one costs more than it gives."""

_RISING: Final = (pl.UInt32, pl.Int64, pl.Datetime("us", "UTC"))


class _Part:
    """One compartment: its entities in the order of their codes, the height and the writer of each table."""

    def __init__(self) -> None:
        self.codes = np.empty(0, dtype=np.uint32)  # by number of the uid
        self.order: list[np.ndarray] = []
        self.entities = 0
        self.named = 0  # pieces of the order whose entities are among the rows
        self.pages = np.empty(0, dtype=np.uint32)
        self.heights: dict[str, int] = {}
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.frames: dict[str, list[pl.DataFrame]] = {}

    def admit(self, used: np.ndarray) -> None:
        """Give a code to every uid (by number) that has none yet."""
        if len(self.codes) < len(used):
            grown = np.full(len(used), NONE, dtype=np.uint32)
            grown[: len(self.codes)] = self.codes
            self.codes = grown
        new = np.flatnonzero(used & (self.codes[: len(used)] == NONE))
        self.codes[new] = np.arange(self.entities, self.entities + len(new), dtype=np.uint32)
        self.entities += len(new)
        self.order.append(new.astype(np.uint32))


class Spool:
    """See the module. ``folder`` is made when the first rows come; call :meth:`close` when all are in."""

    def __init__(self, folder: Path | None = None, *, keep: bool = True) -> None:
        self.uids = Numbers()
        self._folder = folder
        self._keep = keep
        self._parts: dict[Compartment, _Part] = {}
        self._writing: Future[None] | None = None
        self._writer = ThreadPoolExecutor(1, "spool") if folder is not None and keep else None

    def height(self, compartment: Compartment, table: str = "records") -> int:
        """Rows taken so far."""
        part = self._parts.get(compartment)
        return part.heights.get(table, 0) if part else 0

    def admit(self, compartment: Compartment, tables: Mapping[str, pl.DataFrame]) -> np.ndarray:
        """Give the uids of some rows their codes. Gives the mask of uids (by number) these rows hold."""
        used = np.zeros(len(self.uids), dtype=bool)
        for name, frame in tables.items():
            for coded in CODED[name]:
                numbers, there = values(frame[coded])
                used[numbers if there is None else numbers[there]] = True
        self._parts.setdefault(compartment, _Part()).admit(used)
        return used

    def add(self, compartment: Compartment, tables: Mapping[str, pl.DataFrame]) -> np.ndarray:
        """Take rows: evidence tables whose CODED columns hold numbers of :attr:`uids` and whose ``rec`` counts the
        records of the whole compartment. Gives the mask of uids (by number) they hold.
        """
        used = self.admit(compartment, tables)
        part = self._parts[compartment]
        if "appearances" in tables:
            told = tables["appearances"].filter(pl.col("label") == "Page")["entity"].to_numpy()
            part.pages = np.union1d(part.pages, told)
        coded = {
            name: frame.with_columns(_gathered(frame[c], part.codes) for c in CODED[name])
            for name, frame in tables.items()
            if frame.height
        }
        self._put(compartment, part, coded)
        return used

    def _put(self, compartment: Compartment, part: _Part, frames: Tables) -> None:
        new, part.named = part.order[part.named :], len(part.order)
        for name, rows in (*((n, f.height) for n, f in frames.items()), ("entities", sum(map(len, new)))):
            part.heights[name] = part.heights.get(name, 0) + rows
        if not self._keep:
            return
        if self._writer is None or self._folder is None:
            for name, frame in (*frames.items(), ("entities", self._entities(new))):
                part.frames.setdefault(name, []).append(frame)
            return
        # One block is written while the next one is read, never more: that bounds what waits in memory.
        self._wait()
        self._writing = self._writer.submit(self._write, self._folder / compartment, part, frames, new)

    def _write(self, folder: Path, part: _Part, frames: Tables, new: list[np.ndarray]) -> None:
        with storage(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, frame in (*frames.items(), ("entities", self._entities(new))):
                _append(folder / f"{name}.parquet", part.writers, frame)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def held(self) -> pl.Series:
        """Every uid the rows taken so far hold, in any compartment."""
        orders = [order for part in self._parts.values() for order in part.order]
        numbers = np.unique(np.concatenate(orders)) if orders else np.empty(0, dtype=np.uint32)
        return self.uids.texts(pl.Series("uid", numbers, dtype=pl.UInt32))

    def close(self) -> dict[str, dict[str, int]]:
        """Finish the files; rows by compartment and table. Errors of the disk surface here or in :meth:`add`."""
        rows: dict[str, dict[str, int]] = {}
        for compartment in COMPARTMENTS:
            part = self._parts.get(compartment)
            if part is None or not part.heights.get("records"):
                continue
            if part.named < len(part.order):
                self._put(compartment, part, {})
            rows[compartment] = {name: part.heights[name] for name in ("entities", *TABLES) if name in part.heights}
        self._wait()
        if self._writer is not None:
            self._writer.shutdown()
        for part in self._parts.values():
            while part.writers:
                part.writers.popitem()[1].close()
        for name in self._parts:
            self._name_pages(name)
        return rows

    def _entities(self, new: list[np.ndarray]) -> pl.DataFrame:
        order = np.concatenate([np.empty(0, dtype=np.uint32), *new])
        uids = self.uids.texts(pl.Series("uid", order)).alias("uid")
        return pl.DataFrame({"uid": uids}).with_columns(label=labels(pl.col("uid")))

    def _name_pages(self, compartment: Compartment) -> None:
        """A row may come to say only later that an account is a page: its label is put right when all are in."""
        part = self._parts[compartment]
        if not len(part.pages) or not self._keep:
            return
        page = pl.Series(np.isin(np.concatenate(part.order), part.pages))
        part.pages = part.pages[:0]
        entities = dict(self._coded(compartment))["entities"]
        entities = entities.with_columns(label=pl.when(page).then(pl.lit("Page")).otherwise("label"))
        if self._folder is None:
            part.frames["entities"] = [entities]
            return
        with storage(self._folder):
            writers: dict[str, pq.ParquetWriter] = {}
            _append(self._folder / compartment / "entities.parquet", writers, entities)
            writers["entities"].close()

    def settle(self, batch: Path) -> dict[str, dict[str, int]]:
        """Put the finished files into the folder of a batch, a folder a compartment; rows by table."""
        rows = self.close()
        for compartment in rows:
            if self._folder is not None and self._keep:
                shutil.move(self._folder / compartment, batch / compartment)
            else:
                (batch / compartment).mkdir()
                for name, frame in self._coded(compartment):  # type: ignore[arg-type]  # keys are compartments
                    frame.write_parquet(batch / compartment / f"{name}.parquet", compression="zstd", statistics=False)
        return rows

    def _coded(self, compartment: Compartment) -> Iterator[tuple[str, pl.DataFrame]]:
        if self._folder is not None:
            for path in sorted((self._folder / compartment).glob("*.parquet")):
                yield path.stem, pl.read_parquet(path)
        else:
            for name, frames in self._parts[compartment].frames.items():
                yield name, pl.concat(frames)

    def read(self, compartment: Compartment) -> Tables:
        """The rows of one compartment with uids as text again (after :meth:`close`)."""
        coded = dict(self._coded(compartment))
        uids = coded["entities"]["uid"]
        return {
            name: pl.DataFrame(
                [
                    (uids.gather(frame[c]) if c in CODED[name] else frame[c]).cast(kind).alias(c)
                    for c, kind in TABLES[name].items()
                ]
            )
            for name, frame in coded.items()
            if name in CODED
        }

    @property
    def compartments(self) -> list[Compartment]:
        """Compartments that hold records."""
        return [c for c in COMPARTMENTS if self.height(c)]


class Spooled(Mapping[Compartment, Tables]):
    """The tables of a spool, decoded when looked at: for whoever wants to see a draft before it is appended."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def __getitem__(self, compartment: Compartment) -> Tables:
        if compartment not in self._spool.compartments:
            raise KeyError(compartment)
        return self._spool.read(compartment)

    def __iter__(self) -> Iterator[Compartment]:
        return iter(self._spool.compartments)

    def __len__(self) -> int:
        return len(self._spool.compartments)


def _append(path: Path, writers: dict[str, pq.ParquetWriter], frame: pl.DataFrame) -> None:
    """One more row group of a table."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.newest())  # texts as views: nothing is copied
    if path.stem not in writers:
        repeating = [c for c in frame.columns if c in _REPEATING]
        # Codes, lines and times rise or lie close together: differences take half the room, without compression. Texts
        # are packed fast, not small: compaction packs them small.
        rising = [c for c, kind in frame.schema.items() if c not in repeating and kind in _RISING]
        writers[path.stem] = pq.ParquetWriter(
            path,
            table.schema,
            compression={c: "none" if c in rising else "lz4" for c in frame.columns},  # pyright: ignore[reportArgumentType]
            use_dictionary=repeating,  # pyright: ignore[reportArgumentType]
            column_encoding=dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
            write_statistics=False,
            store_schema=False,
        )
    writers[path.stem].write_table(table)


def labels(uid: pl.Expr) -> pl.Expr:
    """Label of each uid by its prefix."""
    prefix = uid.str.head(uid.str.find(":", literal=True))
    return prefix.replace_strict(list(PREFIX_LABEL), list(PREFIX_LABEL.values()), return_dtype=pl.String)


def _gathered(numbers: pl.Series, codes: np.ndarray) -> pl.Series:
    """The codes of uids by their numbers; null stays null."""
    at, there = values(numbers)
    if not len(codes):
        codes = np.zeros(1, dtype=np.uint32)
    return column(codes[at], there).alias(numbers.name)
