"""Files of a workspace that are neither evidence nor database: searched, rewritten, removed when a person is erased."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import polars as pl

from graph.errors import StorageError
from graph.files import write_atomic
from graph.traces import Traces

_KEPT_APART = ("evidence", "vault", "graph", "runs")
"""Folders with ways of their own: rewritten by the chain, emptied by the vault, or deleted and made anew."""
_TEXTS = frozenset({".json", ".jsonl", ".toml", ".txt", ".yaml", ".yml", ".csv", ".log", ".md", ".xml", ""})


def rewrite_texts(home: Path, traces: Traces) -> list[str]:
    """Replace values in text files (alerts, settings, notes beside refused files); names of files that changed."""
    changed = []
    for path in _files(home, besides=(*_KEPT_APART, "inbox")):
        if path.suffix.lower() not in _TEXTS or path.name == "writer.lock":
            continue
        text = _text(path.read_bytes())
        if text is not None and (made := traces.text(text)) != text:
            write_atomic(path, made.encode(), mode=path.stat().st_mode & 0o777)
            changed.append(str(path.relative_to(home)))
    return changed


def remove_originals(inbox: Path, traces: Traces) -> list[str]:
    """Delete files of the inbox, taken, refused or waiting, that hold a value: their evidence is kept without it."""
    removed = []
    for path in _files(inbox) if inbox.is_dir() else ():
        if _holds(path, traces):
            path.unlink()
            removed.append(str(path.relative_to(inbox.parent)))
    return removed


def search(home: Path, traces: Traces, besides: Sequence[str] = ()) -> list[str]:
    """Files that hold a value in what they say when decoded, or in their name. The vault's are sealed."""
    return [str(p.relative_to(home)) for p in _files(home, besides=("vault", *besides)) if _holds(p, traces)]


def _files(folder: Path, besides: Sequence[str] = ()) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in besides:
            yield path


def _holds(path: Path, traces: Traces) -> bool:
    if traces.text(path.name) != path.name:
        return True
    return any(traces.uid(text) != text for text in _said(path))


def _said(path: Path) -> Iterator[str]:
    """Every text of a file, by what kind of file it is; bytes nobody can decode are read as Latin letters."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            yield from _cells(pl.read_parquet(path))
            return
        if suffix == ".arrow":
            yield from _cells(pl.read_ipc(path))
            return
        if suffix in (".sqlite", ".db"):
            yield from _rows(path)
            return
    except (pl.exceptions.PolarsError, OSError, sqlite3.DatabaseError, StorageError):
        pass
    raw = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            for name in parts.namelist():
                yield _text(parts.read(name)) or parts.read(name).decode("latin-1")
    yield _text(raw) or raw.decode("latin-1")


def _text(raw: bytes) -> str | None:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _cells(frame: pl.DataFrame) -> Iterator[str]:
    for name, kind in frame.schema.items():
        if kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum):
            yield from frame[name].drop_nulls().cast(pl.String).unique().to_list()


def _rows(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            quoted = table.replace('"', '""')
            for row in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - the database's own table name
                yield from (cell for cell in row if isinstance(cell, str))
    yield path.read_bytes().decode("latin-1")
