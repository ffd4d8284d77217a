"""Speed of each floor beside the plainest thing that does the same work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import igraph
import polars as pl

import halqa.intake  # noqa: F401  # loading modules is not what is timed
from bench.measure import Row, cost
from bench.operator_files import write as write_table
from fixtures.country import make_country
from graph.evidence import View
from graph.ledger import Ledger
from graph.view_cache import cached_view
from halqa import Workspace

RECEIVED = datetime(2024, 9, 10, tzinfo=UTC)
SCALES = {"small": "small", "large": "medium"}
TABLES = {
    "small": (("cdr", 1_000_000), ("remittance", 500_000)),
    "large": (("cdr", 10_000_000), ("remittance", 1_000_000)),
}
"""Rows of the tables of operators that intake is timed on (``bench.operator_files``)."""


def ingest_file(path: str, home: str) -> None:
    shutil.rmtree(home, ignore_errors=True)
    with Workspace.open(home) as ws:
        ws.ingest(path, received_at=RECEIVED)


def read_and_write(path: str, home: str) -> None:
    """The plain thing: polars reads the table and writes it as Parquet."""
    shutil.rmtree(home, ignore_errors=True)
    Path(home).mkdir(parents=True)
    pl.read_csv(path, infer_schema=False).write_parquet(Path(home) / "table.parquet")


def detect_all(home: str) -> None:
    with Workspace.open(home) as ws:
        ws.detect(full=True)


def analyse_only(home: str) -> None:
    """Detection without keeping, masking or projecting."""
    from analysis.run import detect

    detect(_view(home))


def bare_line(home: str) -> None:
    """The plain thing: the same links, counted, hubs cut by degree, components, Leiden-CPM; polars and igraph only."""
    view = _view(home)
    links = view.links.select("src", "dst").unique()
    degree = pl.concat([links["src"], links["dst"]]).value_counts()
    hubs = degree.filter(pl.col("count") > 50).get_column(degree.columns[0])
    kept = links.filter(~pl.col("src").is_in(hubs.implode()) & ~pl.col("dst").is_in(hubs.implode()))
    graph = igraph.Graph(
        n=view.entities.height, edges=list(zip(kept["src"].to_list(), kept["dst"].to_list(), strict=True))
    ).simplify()
    graph.connected_components()
    graph.community_leiden(objective_function="CPM", resolution=0.008, n_iterations=2)


def _view(home: str) -> View:
    return cached_view(Ledger(Path(home) / "evidence"), Path(home) / "runs" / "cache")


def project_all(home: str) -> None:
    from graph.projection import project
    from graph.stores import open_store

    folder = Path(home) / "bench-graph"
    shutil.rmtree(folder, ignore_errors=True)
    with open_store("embedded", folder) as store:
        project(_view(home), store)


def rings_json(home: str) -> None:
    import subprocess
    import sys

    command = "import sys; from halqa.cli import run; sys.exit(run(sys.argv[1:]))"
    subprocess.run(
        [sys.executable, "-c", command, "--home", home, "rings", "--json"], check=True, stdout=subprocess.DEVNULL
    )


def ring_page(home: str) -> None:
    with Workspace.open(home) as ws:
        name = ws.ring_list(limit=1)[0]["ring"]
        ws.ring(name).model_dump_json()


def rows(folder: Path, size: str) -> Iterator[Row]:
    """Measure every line in turn; the country and the workspace are made below ``folder``."""
    scale = SCALES[size]
    files = folder / "country" / "files"
    if not files.exists():
        make_country(folder / "country", scale=scale, seed=5)  # type: ignore[arg-type]  # checked there
    home = str(folder / "ws")
    for kind, count in TABLES[size]:
        path = folder / f"{kind}.csv"
        write_table(kind, count, path)
        ours, plain = (
            cost(ingest_file, str(path), str(folder / "one")),
            cost(read_and_write, str(path), str(folder / "two")),
        )
        path.unlink()
        yield Row(f"ingest {kind}", f"{count:,} rows", ours, plain, "<= 4x")
    path = files / "wallet.csv"
    count = path.read_bytes().count(b"\n") - 1
    ours, plain = (
        cost(ingest_file, str(path), str(folder / "one")),
        cost(read_and_write, str(path), str(folder / "two")),
    )
    yield Row("ingest wallet.csv", f"{count:,} rows", ours, plain, "")
    whole = cost(ingest_file, str(files), home)
    count = sum(batch.manifest["counts"]["accepted"] for batch in Ledger(Path(home) / "evidence").batches())
    yield Row("ingest the country", f"{count:,} records", whole, None, "")
    view = _view(home)
    told = f"{view.entities.height:,} entities, {view.links.height:,} links"
    plain = cost(bare_line, home)
    yield Row("detect: analysis", told, cost(analyse_only, home), plain, "")
    yield Row("detect, whole", told, cost(detect_all, home), plain, "<= 6x")
    yield Row("projection to kglite", told, cost(project_all, home), None, "")
    yield Row("halqa rings --json", "a fresh process", cost(rings_json, home), None, "< 1 s")
    yield Row("one ring, whole", "with start-up of the workspace", cost(ring_page, home, repeats=5), None, "<= .15 s")
