"""Key players against brute force on random graphs, and against what everybody sees in small ones."""

from __future__ import annotations

from itertools import combinations

import igraph as ig
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import keyplayers
from analysis.keyplayers import disrupting, exact, fragmentation, reaching, without

PAIRS = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda e: e[0] < e[1])
EDGES = st.sets(PAIRS, min_size=1, max_size=30)


def graph_of(edges: set[tuple[int, int]]) -> ig.Graph:
    nodes = sorted({node for edge in edges for node in edge})
    return ig.Graph(n=len(nodes), edges=[(nodes.index(a), nodes.index(b)) for a, b in sorted(edges)])


def scattered(graph: ig.Graph, gone: tuple[int, ...] = ()) -> float:
    """Borgatti's DF of what is left, by networkx."""
    rest: nx.Graph[int] = nx.Graph()
    rest.add_nodes_from(set(range(graph.vcount())) - set(gone))
    rest.add_edges_from((a, b) for a, b in graph.get_edgelist() if a not in gone and b not in gone)
    n = len(rest)
    if n < 2:
        return 1.0
    near = sum(1.0 / int(d) for a, found in nx.all_pairs_shortest_path_length(rest) for b, d in found.items() if a != b)
    return 1 - near / (n * (n - 1))


def reached(graph: ig.Graph, chosen: tuple[int, ...]) -> float:
    """Borgatti's DR: mean of 1/distance from the nearest chosen one, by networkx."""
    whole: nx.Graph[int] = nx.Graph(graph.get_edgelist())
    found = nx.multi_source_dijkstra_path_length(whole, set(chosen))
    return float(sum(1.0 if d == 0 else 1 / d for d in found.values()) / graph.vcount())


@settings(max_examples=25)
@given(EDGES)
def test_fragmentation_equals_networkx(edges: set[tuple[int, int]]) -> None:
    graph = graph_of(edges)
    assert fragmentation(graph) == pytest.approx(scattered(graph))


@settings(max_examples=20)
@given(EDGES, st.integers(1, 3))
def test_whose_absence_fragments_most_equals_brute_force(edges: set[tuple[int, int]], size: int) -> None:
    graph = graph_of(edges)
    found = disrupting(graph, size)
    sets = [c for k in range(1, size + 1) for c in combinations(range(graph.vcount()), k)]
    best = max(scattered(graph, c) for c in sets)
    assert scattered(graph, tuple(found)) == pytest.approx(best)
    assert len(found) == min(len(c) for c in sets if scattered(graph, c) > best - 1e-9)


@settings(max_examples=20)
@given(EDGES, st.integers(1, 3))
def test_who_reaches_most_equals_brute_force(edges: set[tuple[int, int]], size: int) -> None:
    graph = graph_of(edges)
    found = reaching(graph, size)
    sets = [c for k in range(1, size + 1) for c in combinations(range(graph.vcount()), k)]
    assert reached(graph, tuple(found)) == pytest.approx(max(reached(graph, c) for c in sets))


@settings(max_examples=15)
@given(EDGES)
def test_no_exchange_of_one_improves_what_the_search_finds(edges: set[tuple[int, int]]) -> None:
    graph = graph_of(edges)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyplayers, "EXACT", 0)
        found, near = disrupting(graph, 2), reaching(graph, 2)
    for chosen, value in ((found, scattered), (near, reached)):
        if len(chosen) < 2:
            continue
        others = [
            tuple(new if node == old else node for node in chosen)
            for old in chosen
            for new in range(graph.vcount())
            if new not in chosen
        ]
        assert all(value(graph, other) <= value(graph, tuple(chosen)) + 1e-9 for other in others)


def test_swapping_leaves_the_greedy_choice_when_a_pair_does_better() -> None:
    """Three stars round a centre: alone the centre fragments most, two leaders of stars with it leave less than three
    without."""
    graph = ig.Graph(
        edges=[(0, hub) for hub in (1, 2, 3)] + [(h, 4 + 4 * (h - 1) + i) for h in (1, 2, 3) for i in range(4)]
    )
    assert sorted(disrupting(graph, 3)) == [1, 2, 3]
    assert set(reaching(graph, 3)) == {1, 2, 3}
    assert not exact(ig.Graph.Full(60), 5) and exact(graph, 3)


def test_large_graphs_are_searched_and_bounded() -> None:
    graph = ig.Graph(edges=[(n, n // 3) for n in range(1, 400)] + [(n, n - 7) for n in range(40, 400, 11)])
    found = disrupting(graph, 4)
    assert len(found) <= 4
    assert fragmentation(without(graph, found)) >= fragmentation(without(graph, [399]))
    assert disrupting(ig.Graph(5), 3) == [] and reaching(ig.Graph(5), 3) == []


def test_only_those_allowed_are_chosen() -> None:
    star = ig.Graph.Star(8, center=0)
    assert disrupting(star, 2) == [0]
    assert 0 not in disrupting(star, 2, allowed=range(1, 8))
