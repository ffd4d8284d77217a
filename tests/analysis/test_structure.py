"""Structure against networkx as an oracle, on random graphs and on the public call networks."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

from analysis.structure import measure, structure

EDGES = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda e: e[0] != e[1]), min_size=1, max_size=40
)


def frame(edges: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame({"src": [f"phone:x:{a:02d}" for a, _ in edges], "dst": [f"phone:x:{b:02d}" for _, b in edges]})


def oracle(edges: list[tuple[int, int]]) -> nx.Graph:
    graph: nx.Graph = nx.Graph()
    for a, b in edges:
        u, v = f"phone:x:{a:02d}", f"phone:x:{b:02d}"
        graph.add_edge(u, v, weight=graph.get_edge_data(u, v, {"weight": 0})["weight"] + 1)
    return graph


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_centralities_equal_those_of_networkx(edges: list[tuple[int, int]]) -> None:
    found = {node.uid: node for node in measure(frame(edges), {}).nodes}
    graph = oracle(edges)
    between, rank, core = nx.betweenness_centrality(graph), _pagerank_python(graph, max_iter=500), nx.core_number(graph)
    constraint = nx.constraint(graph, weight="weight")
    assert set(found) == set(graph)
    for uid, node in found.items():
        assert node.degree == graph.degree(uid)
        assert node.betweenness == pytest.approx(between[uid], abs=1e-5)
        assert node.pagerank == pytest.approx(rank[uid], abs=1e-4)
        assert node.core == core[uid]
        if node.degree > 1:
            assert node.broker == pytest.approx(max(0.0, 1 - constraint[uid]), abs=1e-5)
        assert 0 <= node.leader_low <= node.leader <= node.leader_high <= 1


@settings(max_examples=12, deadline=None)
@given(EDGES, st.randoms(use_true_random=False))
def test_order_of_links_changes_nothing(edges: list[tuple[int, int]], rng: object) -> None:
    turned = [(b, a) for a, b in reversed(edges)]
    assert measure(frame(edges), {}) == measure(frame(turned), {})


def test_eigenvector_equals_networkx_on_a_connected_graph() -> None:
    edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (3, 4), (4, 5), (1, 5), (1, 5)]
    expected = nx.eigenvector_centrality(oracle(edges), weight="weight", max_iter=5_000, tol=1e-12)
    top = max(expected.values())
    for node in measure(frame(edges), {}).nodes:
        assert node.eigenvector == pytest.approx(expected[node.uid] / top, abs=1e-4)


def test_the_bridge_between_two_cliques_disrupts_and_brokers() -> None:
    cliques = [(a, b) for base in (0, 6) for a in range(base, base + 5) for b in range(a + 1, base + 5)]
    found = measure(frame([*cliques, (0, 5), (5, 6)]), {}, key_players=1)
    assert found.key_players.disrupt == ("phone:x:00",)  # its clique loses touch with the rest
    by_uid = {node.uid: node for node in found.nodes}
    assert by_uid["phone:x:05"].betweenness == max(node.betweenness for node in found.nodes)
    assert by_uid["phone:x:01"].community != by_uid["phone:x:07"].community
    assert found.communities[0].size >= found.communities[-1].size


def test_the_hub_of_a_star_reaches_all() -> None:
    found = measure(frame([(0, n) for n in range(1, 10)]), {"phone:x:00": "Phone"}, key_players=3)
    assert found.key_players.reach == ("phone:x:00",)
    assert found.nodes[0].uid == "phone:x:00" and found.nodes[0].label == "Phone"


def test_counts_of_the_source_are_weights_and_the_result_is_json() -> None:
    nodes = pl.DataFrame({"uid": ["phone:x:00", "phone:x:01", "phone:x:02"], "label": ["Phone"] * 3})
    links = frame([(0, 1), (1, 2)]).with_columns(number=pl.Series([9.0, None]))
    found = json.loads(json.dumps(structure(nodes, links)))
    assert set(found) == {"nodes", "communities", "key_players", "method", "truncated"}
    rank = {node["uid"]: node["pagerank"] for node in found["nodes"]}
    assert rank["phone:x:00"] > rank["phone:x:02"]
    assert {node["label"] for node in found["nodes"]} == {"Phone"}


def test_too_many_nodes_are_cut_and_it_is_said() -> None:
    found = measure(frame([(n, n + 1) for n in range(14)]), {}, limit=6)
    assert found.truncated and len(found.nodes) <= 6


def test_no_links_no_structure() -> None:
    found = measure(frame([]), {})
    assert found.nodes == () and found.communities == () and not found.truncated


@pytest.mark.shared
def test_the_public_call_networks_have_communities_and_key_players(shared: Path) -> None:
    lines = (shared / "data/roxanne/case1.json").read_text().splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    edges = [(f"person:roxanne:{r['source']}", f"person:roxanne:{r['target']}") for r in rows if r["type"] == "edge"]
    found = measure(pl.DataFrame(edges, schema=["src", "dst"], orient="row"), {})
    assert len(found.communities) >= 2
    assert len(found.key_players.disrupt) == 5 and found.key_players.reach
    assert found.nodes[0].leader > 0.8
