"""No victim's value stands in either store: every node and every link of a country is read back and searched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pytest

from fixtures.country import make_country
from graph.ids import is_victim
from graph.stores import open_store
from graph.stores.neo4j import Neo4jStore
from halqa import Workspace
from tests.contract.conftest import empty
from tests.contract.held import EVERYTHING, PATIENCE
from tests.contract.neo4j_server import Server
from tests.end_to_end.conftest import RECEIVED

pytestmark = pytest.mark.slow

MOROCCO = "212"
NATIONAL = 9
"""Digits of a Moroccan number that are found however its country code is written."""
LETTERS = r"[^0-9a-z\u00c0-\uffff]+"


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small country, ingested, its rings found, its graph made twice: anew, and from what was shown before the
    second half of the reports came."""
    folder = tmp_path_factory.mktemp("victims")
    make_country(folder, scale="small", seed=5)
    reports = folder / "files" / "eblagh.jsonl"
    lines = reports.read_text(encoding="utf-8").splitlines(keepends=True)
    later = folder / "later"
    later.mkdir()
    (later / "eblagh_later.jsonl").write_text("".join(lines[-40:]), encoding="utf-8")
    reports.write_text("".join(lines[:-40]), encoding="utf-8")
    with Workspace.open(folder / "ws") as ws:
        ws.ingest(folder / "files", received_at=RECEIVED)
        assert ws.detect()["graph"]["mode"] == "full"
        ws.ingest(later, received_at=RECEIVED)
        assert ws.detect()["graph"]["mode"] == "incremental"
    return folder


def values(identities: Iterable[str]) -> set[str]:
    """What would give a person away: letters and digits of the last part of what they go by, Moroccan numbers without
    their country code (files write them with a zero)."""
    tails = ("".join(c for c in identity.rsplit(":", 1)[-1].lower() if c.isalnum()) for identity in identities)
    return {tail[-NATIONAL:] if tail.startswith(MOROCCO) else tail for tail in tails if len(tail) >= 6}


@pytest.fixture(scope="module")
def secrets(country: Path) -> set[str]:
    """Of everybody the vault holds or a file is masked for, and, from the truth, of the victims who said who they
    are. Who reported anonymously is nobody that a call record could be told by."""
    with Workspace.open(country / "ws") as ws:
        people = [uid for uid in ws.view().entities["uid"].to_list() if is_victim(uid)]
        held = {identity for own in ws.vault.people(people).values() for identity in own}
        masked = {uid for uid in ws.mask().masks if not uid.startswith("person:rec:")}
    told = (country / "truth" / "rings.jsonl").read_text(encoding="utf-8").splitlines()
    victims = [victim for line in told for victim in json.loads(line)["victims"]]
    named = [set(v["identities"]) for v in victims if v["reported"] == "eblagh" and held.intersection(v["identities"])]
    truth = set().union(*named)
    assert min(len(held), len(masked), len(truth)) > 50
    return values(held) | values(masked) | values(truth)


def searched(texts: Iterator[str], secrets: set[str]) -> list[str]:
    """The texts that hold one of them, whatever stands between its letters and digits."""
    found = pl.DataFrame({"text": pl.Series(sorted(set(texts)), dtype=pl.String)})
    plain = pl.col("text").str.to_lowercase().str.replace_all(LETTERS, "")
    assert found.height > 10_000
    return found.filter(plain.str.contains_any(sorted(secrets)))["text"].to_list()


def texts(value: object) -> Iterator[str]:
    """Every text and number within."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from texts(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from texts(inner)
    elif value is not None:
        yield str(value)


def test_the_embedded_store_holds_none(country: Path, secrets: set[str]) -> None:
    with open_store("embedded", country / "ws" / "graph") as store:
        nodes = store.run("MATCH (n) RETURN n AS n", limit=EVERYTHING, timeout=PATIENCE)
        links = store.run(
            "MATCH (a)-[r]->(b) RETURN a.uid AS a, r AS r, b.uid AS b", limit=EVERYTHING, timeout=PATIENCE
        )
        about = store.current()
    assert about is not None and (len(nodes.rows), len(links.rows)) == (about.nodes, about.links)
    assert searched(texts([nodes.rows, links.rows, about.to_json()]), secrets) == []


@pytest.mark.neo4j
def test_a_server_holds_none(country: Path, secrets: set[str], neo4j_server: Server) -> None:
    empty(neo4j_server)
    on_server = {
        "store.url": neo4j_server.uri, "store.user": neo4j_server.user, "store.password": neo4j_server.password,
    }  # fmt: skip
    with Workspace.open(country / "ws", **on_server) as ws:
        ws.schema()  # brings the graph up to date
    with Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password) as store:
        nodes = store._driver.execute_query("MATCH (n) RETURN labels(n) AS labels, properties(n) AS held").records
        links = store._driver.execute_query("MATCH ()-[r]->() RETURN type(r) AS rel, properties(r) AS held").records
        about = store.current()
    assert about is not None and len(links) == about.links
    assert searched(texts([row.data() for row in (*nodes, *links)]), secrets) == []


def test_what_is_kept_to_find_the_difference_holds_none(country: Path, secrets: set[str]) -> None:
    kept = list((country / "ws" / "runs" / "cache" / "graph").iterdir())
    assert len(kept) == 1
    frame = pl.read_ipc(kept[0].read_bytes())
    assert searched((uid for uid in frame["uid"].drop_nulls().to_list()), secrets) == []


def test_the_evidence_does_hold_some(country: Path, secrets: set[str]) -> None:
    """The search finds what is there: victims who stand in an operator's file are evidence, and masked in the graph."""
    with Workspace.open(country / "ws") as ws:
        held = ws.view().entities["uid"].to_list()
    assert len(searched(iter(held), secrets)) > 50
