"""A ring, a neighbourhood and a query's rows for polars, igraph and networkx: the same nodes and links in all three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.cases import write_case
from halqa import Workspace, conversions
from tests.end_to_end.conftest import RECEIVED

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("conversions")
    write_case(folder, "shared_payer")
    with Workspace.open(folder / "ws") as opened:
        opened.ingest(folder / "files", received_at=RECEIVED)
        opened.detect()
        yield opened


def readings(made: tuple[Any, Any, Any]) -> list[list[Row]]:
    """The links each of the three holds, sorted."""
    frame, graph, multigraph = made
    names = graph.vs["name"]
    return [
        sorted(frame.rows(), key=repr),
        sorted(
            ((names[e.source], e["rel"], names[e.target], e["n"], e["since"], e["until"]) for e in graph.es), key=repr
        ),
        sorted(
            (
                (src, rel, dst, data["n"], data["since"], data["until"])
                for src, dst, rel, data in multigraph.edges(keys=True, data=True)
            ),
            key=repr,
        ),
    ]


def all_three(ws: Workspace, what: str | Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return ws.to_polars(what), ws.to_igraph(what), ws.to_networkx(what)


def questions(ws: Workspace) -> list[str | Mapping[str, Any]]:
    ring = ws.ring_list()[0]
    return [
        ring["ring"],
        ws.neighbourhood(ring["members"][0]["uid"], hops=2, limit=60),
        ws.query("ring_members"),
        ws.query(
            "MATCH (t:Transfer)-[:RECEIVED]->(p) RETURN t.uid AS tx, collect(p.uid) AS payees, 1 AS n ORDER BY tx"
        ),
    ]


def test_all_three_hold_the_same(ws: Workspace) -> None:
    for what in questions(ws):
        made = all_three(ws, what)
        links = readings(made)
        assert links[0] and links[0] == links[1] == links[2]
        graph = ws.graph_of(what)
        assert len(links[0]) == len(graph["links"])
        labels = {node["uid"]: node["label"] for node in graph["nodes"]}
        assert dict(zip(made[1].vs["name"], made[1].vs["label"], strict=True)) == labels
        assert {uid: data["label"] for uid, data in made[2].nodes(data=True)} == labels
        assert {end for link in links[0] for end in (link[0], link[2])} <= set(labels)


def test_a_querys_rows_give_their_nodes_and_all_links_among_them(ws: Workspace) -> None:
    told = ws.query("MATCH (t:Transfer)-[:RECEIVED]->(p) RETURN t.uid AS tx, collect(p.uid) AS payees ORDER BY tx")
    named = {tx for tx, _ in told["rows"]} | {uid for _, payees in told["rows"] for uid in payees}
    graph = ws.graph_of(told)
    assert {node["uid"] for node in graph["nodes"]} == named
    every = ws.query("MATCH (a)-[r]->(b) WHERE type(r) <> 'HAS_MEMBER' RETURN a.uid AS a, type(r) AS r, b.uid AS b "
                     "ORDER BY a, r, b", limit=100_000)["rows"]  # fmt: skip
    assert [[k["src"], k["rel"], k["dst"]] for k in graph["links"]] == sorted(
        {tuple(row): row for row in every if row[0] in named and row[2] in named}.values()
    )


def test_rows_that_name_nothing_are_an_empty_graph(ws: Workspace) -> None:
    frame, graph, multigraph = all_three(ws, ws.query("MATCH (n) RETURN count(n) AS n, 'phone:nobody' AS word"))
    assert (frame.height, graph.vcount(), multigraph.number_of_nodes()) == (0, 0, 0)
    assert frame.columns == ["src", "rel", "dst", "n", "since", "until"]


def test_no_masked_uid_leaves(ws: Workspace) -> None:
    masked = set(ws.mask().masks)
    assert masked
    for what in questions(ws):
        _, graph, _ = all_three(ws, what)
        assert not masked & set(graph.vs["name"])


def test_a_ring_has_no_two_links_of_one_relation_between_the_same_two(ws: Workspace) -> None:
    """A victim known by a line and a document is one node: what was said of both is one link."""
    for ring in ws.ring_list():
        links = [(k["src"], k["rel"], k["dst"]) for k in ws.graph_of(ring["ring"])["links"]]
        assert len(links) == len(set(links))
        assert all(src != dst for src, _, dst in links)


uids = st.sampled_from(["phone:e164:+1", "phone:e164:+2", "acct:x:id:1", "victim:h:0"])
links = st.tuples(uids, st.sampled_from(["CALLED", "USES"]), uids)


@given(st.sets(links, max_size=12), st.none() | st.just("2024-06-03T10:00:00Z"), st.integers(1, 9))
def test_any_graph_reads_alike(told: set[tuple[str, str, str]], at: str | None, n: int) -> None:
    nodes = {end for src, _, dst in told for end in (src, dst)} | {"ip:v4:1"}
    graph = {
        "nodes": [{"uid": uid, "label": "X"} for uid in sorted(nodes)],
        "links": [
            {"src": src, "rel": rel, "dst": dst, "n": n, "since": at, "until": at} for src, rel, dst in sorted(told)
        ],
    }
    made = conversions.to_polars(graph), conversions.to_igraph(graph), conversions.to_networkx(graph)
    found = readings(made)
    assert found[0] == found[1] == found[2] == sorted(((*k, n, at, at) for k in told), key=repr)
    assert set(made[1].vs["name"]) == set(made[2].nodes) == nodes
