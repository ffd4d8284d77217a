"""The k shortest simple paths against networkx, fetched a step at a time."""

from __future__ import annotations

from collections.abc import Collection

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.stores.longer import Around, Found, k_shortest

names = st.sampled_from("abcdefgh")
edges = st.sets(st.tuples(names, names).filter(lambda edge: edge[0] != edge[1]), max_size=18)


def fetching(graph: networkx.Graph[str]) -> Around:
    def around(nodes: Collection[str]) -> dict[str, list[str]]:
        return {node: list(graph[node]) for node in nodes if node in graph}

    return around


@given(edges, st.integers(1, 7), st.integers(1, 6))
def test_they_are_the_first_of_all_simple_paths(told: set[tuple[str, str]], max_hops: int, k: int) -> None:
    graph: networkx.Graph[str] = networkx.Graph(sorted(told))
    graph.add_nodes_from("ah")
    every = sorted(map(tuple, networkx.all_simple_paths(graph, "a", "h", cutoff=max_hops)), key=lambda p: (len(p), p))
    found = k_shortest(fetching(graph), "a", "h", max_hops, k, max_seen=100)
    assert list(found.paths) == every[:k]
    if len(every) > k:
        assert found.truncated
    if len(every) < k:
        assert not found.truncated


@pytest.mark.parametrize(("max_hops", "k", "truncated"), [(4, 2, True), (3, 2, False), (3, 1, True), (2, 1, False)])
def test_it_is_said_when_there_may_be_more(max_hops: int, k: int, truncated: bool) -> None:
    graph: networkx.Graph[str] = networkx.Graph([("a", "b"), ("b", "h"), ("a", "c"), ("c", "d"), ("d", "h")])
    assert k_shortest(fetching(graph), "a", "h", max_hops, k, max_seen=100).truncated is truncated


def test_a_search_that_met_too_many_says_so() -> None:
    graph: networkx.Graph[str] = networkx.path_graph(list("abcdefgh"))
    assert k_shortest(fetching(graph), "a", "h", 9, 1, max_seen=3) == Found((), truncated=True)
