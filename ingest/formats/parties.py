"""Named parties of operator files: a person by document, else one node per record and role."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingest.normalise.document import document


def persons(
    frame: pl.DataFrame, name: str, kind: str, number: str, named_by: Sequence[str], unnamed: str
) -> pl.DataFrame:
    """Add ``<name>`` (uid) and ``<name>_warning`` from the document in columns ``kind``, ``number``.

    Without a usable document the uid is that in column ``unnamed`` when one of ``named_by`` is there, else null.
    Names never join records.
    """
    unique = frame.select(kind, number).unique().drop_nulls()
    found = [document(k, n) for k, n in unique.iter_rows()]
    unique = unique.with_columns(
        pl.Series("__doc__", [f.value for f in found], pl.String),
        pl.Series(f"{name}_warning", [f.warning for f in found], pl.String),
    )
    joined = frame.join(unique, on=[kind, number], how="left", maintain_order="left")
    there = pl.any_horizontal(pl.col(c).is_not_null() for c in named_by)
    return joined.with_columns(
        pl.coalesce(pl.lit("person:doc:") + pl.col("__doc__"), pl.when(there).then(pl.col(unnamed))).alias(name)
    ).drop("__doc__")
