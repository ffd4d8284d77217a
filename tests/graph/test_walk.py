"""Walks beside what networkx finds on the same random graph: neighbourhoods, and the first of the shortest paths."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import NothingFound, UsageError
from graph.stores import Link, Links, Snapshot, Store, open_store
from graph.stores.asking import RECORDS_SHOWN
from graph.stores.paths import shortest_paths
from graph.stores.walk import expand

CAP = 4
PEOPLE = [f"person:n:{i:02d}" for i in range(8)]
LINES = [f"phone:e164:+2126830000{i:02d}" for i in range(8)]
NODES = PEOPLE + LINES
USES = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(LINES))
CALLS = st.tuples(st.sampled_from(LINES), st.sampled_from(LINES)).filter(lambda pair: pair[0] != pair[1])
GRAPHS = st.tuples(st.sets(USES, max_size=16), st.lists(CALLS, max_size=24))

few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("embedded", tmp_path) as opened:
        yield opened


def shown(store: Store, uses: set[tuple[str, str]], calls: list[tuple[str, str]]) -> nx.Graph[str]:
    """The graph in the store, calls one link a time, and the same for networkx."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(NODES)
    graph.add_edges_from([*uses, *calls])
    nodes = {
        label: pl.DataFrame({"uid": uids, "degree": [graph.degree(uid) for uid in uids]})
        for label, uids in (("Person", PEOPLE), ("Phone", LINES))
    }
    links = [_links("CALLED", "Phone", calls), _links("USES", "Person", sorted(uses))]
    name = store.snapshot()
    store.load(name, nodes, links)
    store.swap(Snapshot(name, "h"))
    return graph


def _links(rel: str, src: str, pairs: list[tuple[str, str]]) -> Links:
    days = [f"2024-06-{1 + i:02d}T00:00:00Z" for i in range(len(pairs))]
    return Links(
        rel, src, "Phone",
        pl.DataFrame(
            {
                "src": [a for a, _ in pairs], "dst": [b for _, b in pairs], "n": [i + 1 for i in range(len(pairs))],
                "first": days, "last": days, "records": [[f"{rel}:{i:02d}"] for i in range(len(pairs))],
            },
            schema_overrides={"src": pl.String, "dst": pl.String, "first": pl.String, "last": pl.String},
        ),
    )  # fmt: skip


@few
@given(GRAPHS, st.sampled_from(NODES), st.sampled_from(NODES), st.booleans(), st.integers(1, 4))
def test_the_first_of_the_shortest_paths(
    store: Store, drawn: tuple[set[tuple[str, str]], list[tuple[str, str]]], a: str, b: str, hubs: bool, k: int
) -> None:
    graph = shown(store, *drawn)
    hidden = set() if hubs else {uid for uid in NODES if graph.degree(uid) > CAP} - {a, b}
    allowed = graph.subgraph(set(NODES) - hidden)
    wanted = sorted(map(tuple, nx.all_shortest_paths(allowed, a, b))) if nx.has_path(allowed, a, b) else []
    wanted = [one for one in wanted if len(one) <= 7]
    found = shortest_paths(store, a, b, 6, k, through_hubs=hubs, hub_cap=CAP)
    assert [tuple(node.uid for node in one.nodes) for one in found.paths] == wanted[:k]
    assert found.truncated == (len(wanted) > k)
    assert found.hops == (len(wanted[0]) - 1 if wanted else 0)
    for one in found.paths:
        for step, pair in zip(one.links, pairwise(one.nodes), strict=True):
            assert step and all({link.src, link.dst} == {node.uid for node in pair} for link in step)


@few
@given(GRAPHS, st.sampled_from(NODES), st.integers(0, 3), st.integers(1, 20))
def test_a_neighbourhood(
    store: Store, drawn: tuple[set[tuple[str, str]], list[tuple[str, str]]], start: str, hops: int, limit: int
) -> None:
    graph = shown(store, *drawn)
    found = expand(store, start, hops, limit, hub_cap=CAP)
    uids = [node.uid for node in found.nodes]
    assert uids[0] == start and len(uids) == len(set(uids)) <= max(limit, 1)
    hubs = {uid for uid in NODES if graph.degree(uid) > CAP} - {start}
    far = nx.single_source_shortest_path_length(graph, start, cutoff=hops)
    assert set(uids) <= far.keys()
    assert {node.uid: node.degree for node in found.nodes} == {uid: graph.degree(uid) for uid in uids}
    if limit == 20:  # nothing is left out: whatever is reached without going through a hub
        through = nx.DiGraph([(a, b) for a in NODES if a not in hubs for b in graph[a]])
        through.add_node(start)
        assert set(uids) == set(nx.single_source_shortest_path_length(through, start, cutoff=hops))
        assert found.total == len(uids)
    _links_are_those_of(found.links, set(uids), *drawn)


def _links_are_those_of(
    links: tuple[Link, ...], inside: set[str], uses: set[tuple[str, str]], calls: list[tuple[str, str]]
) -> None:
    wanted = {("USES", *pair): [i] for i, pair in enumerate(sorted(uses)) if set(pair) <= inside}
    for i, pair in enumerate(calls):
        if set(pair) <= inside:
            wanted.setdefault(("CALLED", *pair), []).append(i)
    told = [(one.rel, one.src, one.dst) for one in links]
    assert told == sorted(wanted, key=lambda key: (key[1], key[0], key[2]))
    for key, one in zip(told, links, strict=True):
        numbers = wanted[key]
        assert one.n == sum(i + 1 for i in numbers)
        assert one.records == tuple(f"{key[0]}:{i:02d}" for i in islice(numbers, RECORDS_SHOWN))
        assert one.first == f"2024-06-{1 + numbers[0]:02d}T00:00:00Z"


def test_links_between_two_who_have_hundreds_of_neighbours(store: Store) -> None:
    """They are looked for in another way than those of the quiet."""
    lines = [f"phone:e164:+2126831{i:05d}" for i in range(500)]
    a, b = lines[:2]
    calls = [(x, y) for x in (a, b) for y in lines[2:]] + [(a, b), (b, a), (a, b)]
    name = store.snapshot()
    frame = pl.DataFrame({"uid": lines, "degree": [499, 499] + [2] * 498})
    told = pl.DataFrame({"src": [x for x, _ in calls], "dst": [y for _, y in calls], "n": range(1, len(calls) + 1)})
    store.load(name, {"Phone": frame}, [Links("CALLED", "Phone", "Phone", told)])
    store.swap(Snapshot(name, "h"))
    found = expand(store, lines[2], 2, limit=3)
    assert {(one.src, one.dst): one.n for one in found.links} == {
        (a, lines[2]): 1, (b, lines[2]): 499, (a, b): 997 + 999, (b, a): 998,
    }  # fmt: skip


def test_what_is_not_there(store: Store) -> None:
    shown(store, {(PEOPLE[0], LINES[0])}, [])
    with pytest.raises(NothingFound):
        expand(store, "phone:e164:+212683999999")
    with pytest.raises(NothingFound):
        shortest_paths(store, PEOPLE[0], "person:n:99")
    with pytest.raises(UsageError, match="HATES"):
        expand(store, PEOPLE[0], rels=["HATES"])
    assert expand(store, PEOPLE[0], rels=["HAS_MEMBER"]).shown == 1, "a ring is no way to go"
