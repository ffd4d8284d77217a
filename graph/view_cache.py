"""Views kept on disk in integer codes: made once per (head, as_of, compartments), mapped into memory afterwards.

A view of the present is made from the last one that was kept and the batches that came since. Never evidence: the
folder can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from graph.batch_files import DAMAGE
from graph.evidence import View
from graph.files import canonical_json
from graph.ledger import Ledger
from graph.longer_view import extended
from graph.merged import merge
from graph.schema import SCHEMA_VERSION, TABLES, Compartment

CACHE_VERSION = 3
_VERSIONS = [CACHE_VERSION, SCHEMA_VERSION, pl.__version__]
_LOST = (*DAMAGE, ValueError)
"""What reading a kept view raises where another process has just put it away, or where it is not what was written."""
_KEPT_OF: tuple[Compartment, ...] = ("general",)
_LATER = "records"
KEPT = 4
"""Views kept; the least recently made go first."""


class _Kept(Mapping[str, pl.DataFrame]):
    """Tables of a kept view. Where records came from is a third of it, and few ask for it: ``records`` is read when it
    is asked for, from a file that stays open, since others may put the view away meanwhile.

    Raises:
        OSError, polars.exceptions.PolarsError: a table is not there, or not one.
    """

    def __init__(self, folder: Path) -> None:
        self._read = {path.stem: pl.read_ipc(path) for path in sorted(folder.glob("*.arrow")) if path.stem != _LATER}
        pl.read_ipc_schema(folder / f"{_LATER}.arrow")
        self._later = (folder / f"{_LATER}.arrow").open("rb")
        self._lock = threading.Lock()
        weakref.finalize(self, self._later.close)

    def part(self, table: str, columns: Sequence[str] | None) -> pl.DataFrame:
        """Some columns of a table, all when None."""
        if table in self._read:
            return self._read[table] if columns is None else self._read[table].select(columns)
        if table != _LATER:
            raise KeyError(table)
        with self._lock:
            self._later.seek(0)
            return pl.read_ipc(self._later, columns=None if columns is None else list(columns))

    def __getitem__(self, table: str) -> pl.DataFrame:
        found = self.part(table, None)
        self._read.setdefault(table, found)
        return found

    def __contains__(self, table: object) -> bool:
        return table == _LATER or table in self._read

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._read, _LATER}))

    def __len__(self) -> int:
        return len({*self._read, _LATER})

    def __reduce__(self) -> tuple[type[dict[str, pl.DataFrame]], tuple[dict[str, pl.DataFrame]]]:
        return dict, (dict(self),)


def cached_view(
    ledger: Ledger,
    cache: Path,
    *,
    as_of: datetime | None = None,
    compartments: Sequence[Compartment] = ("general",),
    same: Sequence[Sequence[str]] = (),
) -> View:
    """:meth:`Ledger.view`, from the cache when it is there. A cache that cannot be written only costs time.

    ``same`` are the uids that people decided are one (``graph.same_as.components``): the view is made from the one
    without them, which stays in the cache for the day they are taken back.
    """
    name = hashlib.sha256(
        canonical_json(
            {
                "head": ledger.head,
                "as_of": as_of.isoformat() if as_of else None,
                "compartments": sorted(compartments),
                "same": sorted(sorted(uids) for uids in same),
                "version": _VERSIONS,
            }
        )
    ).hexdigest()[:24]
    folder = cache / name
    try:
        if (folder / "view.json").exists():
            return _read(folder, as_of)
    except _LOST:
        shutil.rmtree(folder, ignore_errors=True)
    if same:
        view = merge(cached_view(ledger, cache, as_of=as_of, compartments=compartments), same)
    else:
        made = longer(ledger, cache) if as_of is None and tuple(compartments) == _KEPT_OF else None
        view = made or ledger.view(as_of=as_of, compartments=compartments)
    # Restricted views are never left lying about in the clear.
    if tuple(view.compartments) == _KEPT_OF:
        last = ledger.chain.last() if as_of is None and not same else None
        try:
            _write(view, folder, last.seq if last and last.hash == view.head else None)
            _drop_old(cache, folder)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
    return view


def longer(ledger: Ledger, cache: Path) -> View | None:
    """The newest view of the present that is kept, with all batches that came after it; None where there is none, or
    where only building it anew can tell."""
    try:
        told = {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in cache.glob("[!.]*/view.json")}
        bases = [(one["seq"], folder) for folder, one in told.items() if one.get("base") == _VERSIONS]
        if not bases:
            return None
        seq, folder = max(bases)
        since = ledger.since(seq, told[folder]["head"], _KEPT_OF)
        return None if since is None else extended(_read(folder, None), since[1], head=since[0])
    except _LOST:
        return None


def _write(view: View, folder: Path, seq: int | None) -> None:
    """Keep a view; ``seq`` is the number of the entry it ends with where it can be made longer."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, frame in view.tables.items():
        frame.rechunk().write_ipc(draft / f"{name}.arrow")
    told: dict[str, object] = {"head": view.head, "digest": view.digest, "compartments": list(view.compartments)}
    if seq is not None:
        told |= {"seq": seq, "base": _VERSIONS}
    (draft / "view.json").write_text(json.dumps(told), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(draft)
    else:
        draft.rename(folder)


def _read(folder: Path, as_of: datetime | None) -> View:
    told = json.loads((folder / "view.json").read_text(encoding="utf-8"))
    tables = _Kept(folder)
    if not tables.keys() >= {"entities", *TABLES}:
        raise FileNotFoundError(folder)
    return View(told["head"], told["digest"], as_of, tuple(told["compartments"]), tables)


def _drop_old(cache: Path, keep: Path) -> None:
    views = sorted((p for p in cache.iterdir() if (p / "view.json").exists()), key=lambda p: p.stat().st_mtime_ns)
    for path in [p for p in views if p != keep][: -(KEPT - 1) or None]:
        shutil.rmtree(path, ignore_errors=True)
