"""What a batch became: entities, links and call aggregates, read back from the evidence (``halqa evidence``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from graph.access import Mask
from graph.errors import NothingFound
from graph.evidence import Tables, all_links
from graph.ledger import Batch, Ledger
from graph.schema import CODED, Compartment


def evidence_report(
    ledger: Ledger, batch: Batch, mask: Mask, *, restricted: Sequence[Compartment] = (), file: str | None = None
) -> dict[str, Any]:
    """JSON of ``halqa evidence``: uids, distinct links and daily calls of one batch, of one of its files if named.

    ``restricted`` compartments are opened only when asked for; their record roots are listed apart.
    """
    entities: set[str] = set()
    links: set[tuple[str, str, str]] = set()
    called: list[pl.DataFrame] = []
    compartments: dict[str, list[str]] = {}
    wanted: tuple[Compartment, ...] = ("general", *restricted)
    for compartment in wanted:
        coded = ledger.tables(batch, compartment)
        if not coded:
            continue
        tables = decode(coded)
        if file is not None:
            tables = _of_file(tables, _numbers(batch, file))
        for name, columns in CODED.items():
            for column in columns:
                if name in tables:
                    entities.update(tables[name][column].drop_nulls().unique())
        found = all_links(tables).select("src", "rel", "dst").unique()
        links.update(found.iter_rows())
        if "calls" in tables:
            called.append(tables["calls"])
        if compartment != "general":
            compartments[compartment] = sorted(mask.uids(set(tables["records"]["root"].drop_nulls())))
    report: dict[str, Any] = {
        "batch": batch.id,
        "entities": sorted(set(mask.uids(entities))),
        "links": sorted({(mask.uid(src), rel, mask.uid(dst)) for src, rel, dst in links}),
        "called": [
            row | {"a": mask.uid(row["a"]), "b": mask.uid(row["b"])} for row in call_days(pl.concat(called)).to_dicts()
        ]
        if called
        else [],
        "compartments": compartments,
        "warnings": _issues(ledger, batch, "warnings"),
        "rejects": _issues(ledger, batch, "rejects"),
        "sources": [
            {"file": Path(one["path"]).name}
            | {key: one.get(key) for key in ("source", "format", "sha256", "reliability", "parser", "parser_version")}
            for one in batch.manifest["sources"]
        ],
        "withdrawn": batch.id in ledger.withdrawn(),
    }
    return report


def call_days(calls: pl.DataFrame) -> pl.DataFrame:
    """Daily aggregates of voice calls: ``a, b, day, n, n_answered, total_dur`` (UTC day of the start, seconds)."""
    return (
        calls.filter(
            pl.col("kind").is_in(["VOICE", "CALL_FORWARD"])
            & pl.col("a").is_not_null()
            & pl.col("b").is_not_null()
            & (pl.col("a") != pl.col("b"))
        )
        .with_columns(pl.col("start").dt.strftime("%Y-%m-%d").alias("day"))
        .group_by("a", "b", "day")
        .agg(
            pl.len().alias("n"),
            pl.col("answered").fill_null(False).sum().alias("n_answered"),
            pl.col("duration_s").fill_null(0).cast(pl.Int64).sum().alias("total_dur"),
        )
        .sort("a", "b", "day")
    )


def decode(coded: Tables) -> Tables:
    """Frames of one batch with uids as text again."""
    uids = coded["entities"]["uid"]
    decoded: Tables = {}
    for name, frame in coded.items():
        if name in CODED:
            decoded[name] = frame.with_columns(
                pl.Series(column, uids.gather(frame[column]), dtype=pl.String) for column in CODED[name]
            )
    return decoded


def _numbers(batch: Batch, file: str) -> list[int]:
    """Places of a file in the batch, by its path as given at intake or by its name alone. Errors: NothingFound."""
    paths = [str(source["path"]) for source in batch.manifest["sources"]]
    found = [i for i, path in enumerate(paths) if path == file] or [
        i for i, path in enumerate(paths) if Path(path).name == Path(file).name
    ]
    if not found:
        raise NothingFound(f"Batch {batch.id} has no file {file}.", f"It has: {', '.join(paths)}.")
    return found


def _of_file(tables: Tables, numbers: Sequence[int]) -> Tables:
    records = tables["records"].with_row_index("rec").filter(pl.col("file").is_in(numbers))
    kept = records["rec"]
    return {
        name: records.drop("rec") if name == "records" else frame.filter(pl.col("rec").is_in(kept.implode()))
        for name, frame in tables.items()
    }


def _issues(ledger: Ledger, batch: Batch, name: str) -> list[dict[str, Any]]:
    frame = ledger.issues(batch, name)
    return [] if frame is None else frame.head(1_000).to_dicts()
