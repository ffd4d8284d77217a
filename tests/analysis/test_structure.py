"""Structure against networkx as an oracle, on random graphs and on the public call networks."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import igraph as ig
import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

from analysis.grouping import communities
from analysis.structure import measure, structure
from analysis.two_mode import CROWD, project

EDGES = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda e: e[0] != e[1]), min_size=1, max_size=40
)


def frame(edges: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame({"src": [f"phone:x:{a:02d}" for a, _ in edges], "dst": [f"phone:x:{b:02d}" for _, b in edges]})


def oracle(edges: list[tuple[int, int]]) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
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
    assert found.method["cut"] == {"nodes": 15 - len(found.nodes), "of": 15, "kept": "those with most links"}
    assert "cut" not in measure(frame([(0, 1)]), {}).method


@settings(max_examples=12)
@given(EDGES)
def test_directed_centralities_follow_the_links(edges: list[tuple[int, int]]) -> None:
    found = {node.uid: node for node in measure(frame(edges), {}, directed=True).nodes}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for a, b in edges:
        u, v = f"phone:x:{a:02d}", f"phone:x:{b:02d}"
        graph.add_edge(u, v, weight=graph.get_edge_data(u, v, {"weight": 0})["weight"] + 1)
    between, rank = nx.betweenness_centrality(graph), _pagerank_python(graph, max_iter=500)
    for uid, node in found.items():
        assert node.betweenness == pytest.approx(between[uid], abs=1e-5)
        assert node.pagerank == pytest.approx(rank[uid], abs=1e-4)
        assert node.degree == len(set(graph.successors(uid)) | set(graph.predecessors(uid)))
        assert 0 <= node.leader_low <= node.leader <= node.leader_high <= 1


@settings(max_examples=12)
@given(EDGES)
def test_eigenvector_equals_networkx_on_every_connected_graph(edges: list[tuple[int, int]]) -> None:
    graph = oracle(edges)
    largest = graph.subgraph(max(nx.connected_components(graph), key=len))
    kept = [(a, b) for a, b in edges if f"phone:x:{a:02d}" in largest]
    expected = np.abs(np.linalg.eigh(nx.to_numpy_array(largest))[1][:, -1])
    named = dict(zip(largest, expected / expected.max(), strict=True))
    for node in measure(frame(kept), {}).nodes:
        assert node.eigenvector == pytest.approx(named[node.uid], abs=1e-3)


def test_the_band_is_wide_for_who_hangs_on_one_link_and_narrow_for_who_does_not() -> None:
    clique = [(a, b) for a in range(8) for b in range(a + 1, 8)]
    found = {node.uid[-2:]: node for node in measure(frame([*clique, (0, 8), (8, 9), (8, 10), (8, 11)]), {}).nodes}
    assert found["08"].leader_high - found["08"].leader_low > 0
    assert found["00"].leader_low > found["09"].leader_high


# --- meetings, reports and transfers


def meetings(*attended: tuple[int, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who attended what, as nodes and links."""
    rows = [(f"person:x:{who:02d}", f"event:x:{n}") for n, people in enumerate(attended) for who in people]
    people, events = sorted({p for p, _ in rows}), sorted({e for _, e in rows})
    nodes = pl.DataFrame({"uid": [*people, *events], "label": ["Person"] * len(people) + ["Event"] * len(events)})
    return nodes, pl.DataFrame(rows, schema=["src", "dst"], orient="row")


def test_a_meeting_joins_those_who_came_and_is_nobody_itself() -> None:
    nodes, links = meetings((0, 1), (0, 1, 2), (3,))
    found = structure(nodes, links)
    assert {node["uid"] for node in found["nodes"]} == {"person:x:00", "person:x:01", "person:x:02"}
    assert found["method"]["events"] == 2 and "Newman" in found["method"]["projection"]


@settings(max_examples=20)
@given(st.lists(st.sets(st.integers(0, 8), min_size=1, max_size=6), min_size=1, max_size=8))
def test_projected_weights_are_those_of_newman(attended: list[set[int]]) -> None:
    nodes, links = meetings(*(tuple(sorted(people)) for people in attended))
    found = project(links, nodes).links
    expected: dict[tuple[str, str], float] = {}
    for people in attended:
        for a, b in combinations(sorted(people), 2):
            key = (f"person:x:{a:02d}", f"person:x:{b:02d}")
            expected[key] = expected.get(key, 0.0) + 1 / (len(people) - 1)
    if expected:
        sums = {(a, b): w for a, b, w in found.group_by("src", "dst").agg(pl.col("number").sum()).iter_rows()}
        assert sums == pytest.approx(expected)
        # Everybody's weights sum to the meetings that they did not sit through alone.
        for who in {one for pair in expected for one in pair}:
            shared = sum(1 for people in attended if int(who[-2:]) in people and len(people) > 1)
            assert sum(w for pair, w in expected.items() if who in pair) == pytest.approx(shared)


def test_a_transfer_leads_from_who_pays_to_who_is_paid() -> None:
    nodes = pl.DataFrame({"uid": ["person:x:00", "person:x:01", "tx:x:1"], "label": ["Person", "Person", "Transfer"]})
    links = pl.DataFrame({"src": ["person:x:00", "tx:x:1"], "dst": ["tx:x:1", "person:x:01"]})
    assert project(links, nodes).links.rows() == [("person:x:00", "person:x:01", 1.0)]


def test_a_crowd_says_nothing_and_is_counted() -> None:
    nodes, links = meetings(tuple(range(CROWD + 1)), (0, 1))
    found = project(links, nodes)
    assert (found.links.height, found.events, found.crowds) == (1, 1, 1)


def test_links_between_actors_stay_beside_what_meetings_add() -> None:
    nodes, links = meetings((0, 1))
    more = pl.concat([links, pl.DataFrame({"src": ["person:x:00"], "dst": ["person:x:05"]})])
    nodes = pl.concat([nodes, pl.DataFrame({"uid": ["person:x:05"], "label": ["Person"]})])
    assert {node["uid"][-2:] for node in structure(nodes, more)["nodes"]} == {"00", "01", "05"}


# --- which method


def test_small_cliques_in_a_large_network_are_told_apart() -> None:
    """Modularity alone joins neighbours of a ring of cliques (its resolution limit)."""
    cliques = [(6 * c + a, 6 * c + b) for c in range(40) for a in range(6) for b in range(a + 1, 6)]
    ring = [(6 * c, (6 * c + 7) % 240) for c in range(40)]
    found = communities(ig.Graph(edges=cliques + ring), np.ones(len(cliques) + 40), 7)
    assert found.chosen == "Infomap" and found.member.max() == 39
    by_method = {str(row["method"]): int(str(row["communities"])) for row in found.compared}
    assert by_method["Leiden, modularity"] < 40


def test_planted_groups_are_found_and_the_choice_is_explained() -> None:
    planted = nx.planted_partition_graph(3, 20, 0.6, 0.03, seed=4)
    found = communities(ig.Graph(n=60, edges=sorted(planted.edges)), np.ones(planted.number_of_edges()), 7)
    assert [len(set(found.member[n : n + 20].tolist())) for n in (0, 20, 40)] == [1, 1, 1]
    assert "links are missing" in found.why and len(found.compared) == 3
    assert found.surprise is not None and found.surprise > 2


@pytest.mark.parametrize(
    "graph", [ig.Graph.Full(12), ig.Graph.Star(15), ig.Graph.Ring(30)], ids=["all", "star", "ring"]
)
def test_where_nothing_divides_the_network_its_components_are_shown(graph: ig.Graph) -> None:
    found = communities(graph, np.ones(graph.ecount()), 7)
    assert found.chosen == "connected components" and set(found.member) == {0}


def test_a_method_is_named_with_its_reason_in_the_answer() -> None:
    method = measure(frame([(0, 1), (1, 2), (5, 6)]), {}).method
    assert method["communities"] == "connected components" and "more than" in str(method["communities_why"])


def test_no_links_no_structure() -> None:
    found = measure(frame([]), {})
    assert found.nodes == () and found.communities == () and not found.truncated


@pytest.mark.shared
@pytest.mark.parametrize("case", ["case1", "case2"])
def test_the_public_call_networks_have_communities_and_key_players(shared: Path, case: str) -> None:
    lines = (shared / f"data/roxanne/{case}.json").read_text().splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    edges = [
        (f"person:roxanne:{r['source']}", f"person:roxanne:{r['target']}", r["properties"]["weight"])
        for r in rows
        if r["type"] == "edge"
    ]
    links = pl.DataFrame(edges, schema=["src", "dst", "number"], orient="row")
    found = measure(links, {})
    assert len(found.communities) >= 2 and found.method["communities"] != "connected components"
    assert len(found.key_players.disrupt) == 5 and found.key_players.reach
    assert found.nodes[0].leader > 0.8
    assert found == measure(links.reverse(), {})
