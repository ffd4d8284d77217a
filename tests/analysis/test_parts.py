"""Connected parts, beside networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analysis.parts import components

_NODES = 12


def frame(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"u": pl.UInt32, "v": pl.UInt32}, orient="row")


@given(st.lists(st.tuples(st.integers(0, _NODES - 1), st.integers(0, _NODES - 1)), max_size=30))
def test_every_node_gets_the_smallest_of_its_part(pairs: list[tuple[int, int]]) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(_NODES))
    graph.add_edges_from(pairs)
    smallest = {node: min(part) for part in nx.connected_components(graph) for node in part}
    assert components(_NODES, frame(pairs)).tolist() == [smallest[node] for node in range(_NODES)]


def test_a_long_path_and_a_star_whose_centre_has_the_largest_number() -> None:
    n = 5_000
    order = np.random.default_rng(7).permutation(n)
    path = pl.DataFrame({"u": order[:-1], "v": order[1:]}, schema={"u": pl.UInt32, "v": pl.UInt32})
    assert not components(n, path).any()
    star = frame([(n - 1, leaf) for leaf in range(1, n - 1)])
    assert components(n, star).tolist() == [0] + [1] * (n - 1)


def test_nothing_is_tied_where_there_are_no_pairs() -> None:
    assert components(3, frame([])).tolist() == [0, 1, 2]
    assert components(0, frame([])).tolist() == []
