"""Speed of each floor beside the plainest thing that does the same work."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import igraph
import numpy as np
import polars as pl
from numpy.typing import NDArray

import halqa.intake  # noqa: F401  # loading modules is not what is timed
from analysis import communities, network, rings, support
from analysis.network import Network
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.support import Support
from analysis.typologies.base import Context
from analysis.typologies.registry import TYPOLOGIES
from bench.measure import Cost, Row, apart, cost, timed
from bench.operator_files import write as write_table
from fixtures.country import make_country
from fixtures.streams import Scale
from graph.evidence import View
from graph.ledger import Ledger
from graph.vault import Vault
from graph.view_cache import cached_view, longer
from halqa import Workspace
from ingest.intake import Options, read

RECEIVED = datetime(2024, 9, 10, tzinfo=UTC)
SCALES: Mapping[str, Sequence[Scale]] = {"small": ("small",), "large": ("medium", "large")}
"""Countries that detection is timed on: the first whole, with the graph, the others up to the findings."""
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


def detect_kept(home: str) -> None:
    """Findings numbered, masked, kept and alerted; the graph, which has a row of its own, is left for later."""
    with patch("halqa.detection.project_current", return_value=None), Workspace.open(home) as ws:
        ws.detect(full=True)


def detect_all(home: str) -> None:
    with Workspace.open(home) as ws:
        ws.detect(full=True)


def analyse_only(home: str) -> None:
    """Detection without keeping, masking or projecting."""
    from analysis.run import detect

    detect(_view(home))


def network_only(home: str) -> None:
    """From the view to communities: voices, ties, connector cut, components, Leiden-CPM."""
    _communities(_view(home))


def _communities(view: View) -> tuple[Evidence, Support, Network, NDArray[np.int64]]:
    evidence = Evidence(view, Params(), {})
    backing = support.gather(evidence)
    net = network.build(evidence, backing)
    return evidence, backing, net, communities.solve(evidence, net.edges, net.part, net.hands)


READS: Mapping[str, tuple[str, Sequence[str]]] = {
    **dict.fromkeys(("T01", "T02", "T03", "T08", "T14"), ("transfers", ("payee",))),
    **dict.fromkeys(("T04", "T07", "T15"), ("mentions", ("target",))),
    **dict.fromkeys(("T06", "T09", "T10", "T16"), ("statements", ("subject", "prop"))),
    **dict.fromkeys(("T11", "T12", "T13"), ("calls", ("a", "b"))),
    "T05": ("links", ("src", "rel")),
}
"""The table each typology reads most of, and what it would be grouped by."""


def typologies(home: str) -> tuple[float, float]:
    """Seconds of all typologies, and of one group-by for each over the table it reads."""
    view = _view(home)
    evidence, backing, net, community = _communities(view)
    context = Context(evidence, backing, net, rings.find(evidence, backing, net, community))
    ours = sum(timed(typology.detect, context) for typology in TYPOLOGIES)
    plain = 0.0
    for typology in TYPOLOGIES:
        table, keys = READS[typology.id]
        plain += timed(view[table].group_by(keys).agg, pl.len(), pl.col("rec").min())
    return ours, plain


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


def view_after_a_batch(home: str) -> None:
    """The kept view made longer by what came since, as `halqa detect` does; not kept, so that it can be done again."""
    made = longer(Ledger(Path(home) / "evidence"), Path(home) / "runs" / "cache")
    if made is None:
        raise RuntimeError("there is no kept view that could be made longer")


def view_anew(home: str) -> None:
    Ledger(Path(home) / "evidence").view()


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


def detection(folder: Path, size: str) -> Iterator[Row]:
    """Measure every line from a country's files to a ring's page; countries and workspaces are made in ``folder``."""
    first, *others = SCALES[size]
    home, told = yield from _country(folder, first)
    plain = yield from _detection(home, told)
    yield Row("detect and graph", told, cost(detect_all, home), plain, "")
    yield Row("projection to kglite", told, cost(project_all, home), None, "")
    yield Row("halqa rings --json", "a fresh process", cost(rings_json, home), None, "< 1 s")
    yield Row("one ring, whole", "with start-up of the workspace", cost(ring_page, home, repeats=5), None, "<= .15 s")
    yield _after_a_batch(folder, home, told)
    for scale in others:
        home, told = yield from _country(folder, scale)
        yield from _detection(home, told)
        yield _after_a_batch(folder, home, told)


def intake(folder: Path, size: str) -> Iterator[Row]:
    """Measure the intake of large tables of operators, made in ``folder``."""
    for kind, count in TABLES[size]:
        path = folder / f"{kind}.csv"
        write_table(kind, count, path)
        ours, plain = (
            cost(ingest_file, str(path), str(folder / "one")),
            cost(read_and_write, str(path), str(folder / "two")),
        )
        path.unlink()
        yield Row(f"ingest {kind}", f"{count:,} rows", ours, plain, "<= 4x")


def _country(folder: Path, scale: Scale) -> Generator[Row, None, tuple[str, str]]:
    """Make a country and take it in; its workspace and how large it is."""
    files, home = folder / scale / "files", str(folder / f"ws-{scale}")
    make_country(folder / scale, scale=scale, seed=5)
    path = files / "wallet.csv"
    count = path.read_bytes().count(b"\n") - 1
    ours, plain = (
        cost(ingest_file, str(path), str(folder / "one")),
        cost(read_and_write, str(path), str(folder / "two")),
    )
    yield Row("ingest wallet.csv", f"{count:,} rows", ours, plain, "")
    whole = cost(ingest_file, str(files), home)
    count = sum(batch.manifest["counts"]["accepted"] for batch in Ledger(Path(home) / "evidence").batches())
    yield Row(f"ingest the {scale} country", f"{count:,} records", whole, None, "")
    view = _view(home)
    return home, f"{view.entities.height:,} entities, {view.links.height:,} links"


def _after_a_batch(folder: Path, home: str, told: str) -> Row:
    """How long it takes to see a batch of call records that is about a hundredth of all records."""
    ledger = Ledger(Path(home) / "evidence")
    path, wanted = folder / "batch.csv", _view(home).records.height // 100
    write_table("cdr", wanted, path)
    ledger.append(read([path], Options(received_at=RECEIVED), Vault(Path(home) / "vault"), ledger).draft, at=RECEIVED)
    size = f"{told}; {wanted:,} records"
    return Row("see a batch of 1 %", size, cost(view_after_a_batch, home), cost(view_anew, home), "")


def _detection(home: str, told: str) -> Generator[Row, None, Cost]:
    """Detection on a workspace, beside the bare line, whose cost it returns."""
    plain = cost(bare_line, home)
    yield Row("network + communities", told, cost(network_only, home), plain, "<= 1.5x")
    (seconds, grouped), peak = apart(typologies, home)
    yield Row(f"all {len(TYPOLOGIES)} typologies", told, Cost(seconds, peak), Cost(grouped, 0), "<= 2x")
    yield Row("detect: analysis", told, cost(analyse_only, home), plain, "")
    yield Row("detect, whole", told, cost(detect_kept, home), plain, "<= 6x")
    return plain
