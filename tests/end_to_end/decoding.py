"""Every text a workspace holds outside its vault, decoded: a search over compressed Parquet proves nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from halqa import Workspace


def texts_outside_vault(home: Path) -> Iterator[tuple[str, str]]:
    """(where, text) for every text cell, file name and readable byte run, and for every node and link of the graph."""
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        if inside.parts[0] in ("vault", "country", "inbox") or not path.is_file():
            continue
        yield "file name", str(inside)
        yield str(inside), path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield from _cells(str(inside), pl.read_parquet(path))
        elif path.suffix == ".arrow":
            yield from _cells(str(inside), pl.read_ipc(path))
        elif path.suffix == ".sqlite":
            yield from _rows(path)
    with Workspace.open(home) as ws:
        if ws.store.current() is None:
            return
        for query in (
            "MATCH (n) RETURN properties(n) AS p, labels(n) AS l ORDER BY n.uid",
            "MATCH (a)-[r]->(b) RETURN properties(r) AS p, a.uid AS a, b.uid AS b ORDER BY a.uid, b.uid",
        ):
            table = ws.store.run(query, limit=10_000_000, timeout=300)
            assert not table.truncated
            for row in table.rows:
                yield query, repr(row)


def _cells(where: str, frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for name, kind in frame.schema.items():
        if kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum):
            yield f"{where}:{name}", "\n".join(frame[name].drop_nulls().cast(pl.String).unique().to_list())


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            yield f"{path.name}:{table}", repr(row)
    connection.close()
