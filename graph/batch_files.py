"""Evidence frames as Parquet files of one compartment of one batch: uids become codes of its ``entities`` table."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from graph.evidence import Tables
from graph.schema import CODED, TABLES, label_of


def write_tables(folder: Path, tables: Tables) -> dict[str, int]:
    """Encode the uids of one compartment and write its frames; the number of rows by table."""
    folder.mkdir()
    entities, coded = encode(tables)
    written = {"entities": entities, **coded}
    for name, frame in written.items():
        if frame.height:
            frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)
    return {name: frame.height for name, frame in written.items()}


def encode(tables: Tables) -> tuple[pl.DataFrame, Tables]:
    """Uids of all entity columns -> codes of one sorted ``entities`` frame (``uid``, ``label``)."""
    columns = [
        tables[name][column].drop_nulls().unique()
        for name, coded in CODED.items()
        if name in tables
        for column in coded
    ]
    uids = pl.concat(columns).unique().sort() if columns else pl.Series("uid", [], dtype=pl.String)
    labels = {uid: label_of(uid) for uid in uids}
    if "appearances" in tables:
        told = tables["appearances"].filter(pl.col("label") == "Page")
        labels.update(dict.fromkeys(told["entity"], "Page"))
    entities = pl.DataFrame({"uid": uids, "label": pl.Series([labels[u] for u in uids], dtype=pl.String)})
    kind = pl.Enum(uids)
    coded_tables: Tables = {}
    for name, schema in TABLES.items():
        if name not in tables:
            continue
        frame = tables[name].select(
            pl.col(column).cast(kind).to_physical().cast(pl.UInt32)
            if column in CODED[name]
            else pl.col(column).cast(dtype)
            for column, dtype in schema.items()
        )
        coded_tables[name] = frame
    return entities, coded_tables


DAMAGE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What reading a damaged Parquet file may raise: of some damage polars makes a panic, which is no ``Exception``."""


def read_table(path: Path) -> pl.DataFrame:
    """Read a table of any schema version as the present one: columns added since are null. Errors: :data:`DAMAGE`."""
    frame = pl.read_parquet(path)
    schema = TABLES.get(path.stem)
    if schema is None:
        return frame
    absent = [
        pl.lit(None).cast(dtype if c not in CODED[path.stem] else pl.UInt32).alias(c)
        for c, dtype in schema.items()
        if c not in frame.columns
    ]
    return frame.with_columns(absent) if absent else frame
