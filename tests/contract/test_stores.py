"""What every graph store does, the same on each."""

from __future__ import annotations

import threading
from collections.abc import Callable

import polars as pl
import pytest

from graph.errors import NothingFound, QueryError, QueryTimeout, StoreError, UsageError
from graph.projection import project
from graph.stores import Links, Snapshot, Store, walk
from graph.stores.base import Neighbourhood
from tests.contract import story
from tests.contract.story import A1, A2, B1, MULE, rings, two_crews
from tests.graph.test_cypher_guard import ATTACKS, READS

Opener = Callable[[], Store]


def told(store: Store) -> Store:
    project(two_crews().view(), store, run="run1", rings=rings())
    return store


def nodes(*uids: str, **more: object) -> pl.DataFrame:
    return pl.DataFrame({"uid": list(uids), **{key: [value] * len(uids) for key, value in more.items()}})


def fill(store: Store, head: str, frames: dict[str, pl.DataFrame], links: list[Links] | None = None) -> str:
    name = store.snapshot()
    held = store.load(name, frames, links or [])
    store.swap(Snapshot(name, head, nodes=held[0], links=held[1]))
    return name


def uids(store: Store) -> list[object]:
    return [row[0] for row in store.run("MATCH (n:Entity) RETURN n.uid AS uid ORDER BY uid").rows]


def test_no_graph_yet(store: Store) -> None:
    assert store.current() is None
    with pytest.raises(StoreError, match="not been built"):
        store.run("MATCH (n) RETURN n.uid AS uid")


def test_values_come_back_as_they_went_in(store: Store) -> None:
    frame = pl.DataFrame(
        {
            "uid": ["phone:e164:+212683000001", "phone:e164:+212683000002", "phone:e164:+212683000003"],
            "number": [1.5, None, 2.0],
            "n": [3, None, 2**53 - 1],
            "flag": [True, None, False],
            "text": ["حلقة 'x' \"y\" \\", None, ""],
            "several": [["a", "b"], None, ["c"]],
        }
    )
    fill(store, "h", {"Phone": frame})
    query = (
        "MATCH (p:Phone) RETURN p.uid AS uid, p.number AS number, p.n AS n, p.flag AS flag, p.text AS text, "
        "p.several AS several ORDER BY uid"
    )
    assert store.run(query).dicts() == frame.to_dicts()
    assert [type(value) for value in store.run(query).rows[0]] == [str, float, int, bool, str, list]


def test_nodes_links_and_paths_have_one_shape(store: Store) -> None:
    links = [
        Links("HOLDS", "Phone", "Wallet", pl.DataFrame({"src": ["phone:e164:+1"], "dst": ["wallet:x:+1"], "n": [2]}))
    ]
    fill(store, "h", {"Phone": nodes("phone:e164:+1", degree=1), "Wallet": nodes("wallet:x:+1")}, links)
    table = store.run(
        "MATCH p = (a:Phone)-[r:HOLDS]->(b) RETURN a AS a, r AS r, p AS p, {of: b.uid} AS m, labels(b)[0] AS l"
    )
    phone = {"label": "Phone", "degree": 1, "uid": "phone:e164:+1"}
    link = {"rel": "HOLDS", "n": 2}
    assert table.columns == ("a", "r", "p", "m", "l")
    path = {"nodes": [phone, {"label": "Wallet", "uid": "wallet:x:+1"}], "links": [link]}
    assert table.rows == [[phone, link, path, {"of": "wallet:x:+1"}, "Wallet"]]


def test_parallel_links_stay_apart_whatever_their_labels(store: Store) -> None:
    """The daily calls of a line to another line, and to a person known by voice."""
    days = pl.DataFrame({"src": ["phone:e164:+1"] * 2, "day": ["2024-06-03", "2024-06-04"], "n": [1, 2]})
    frames = {
        "Phone": nodes("phone:e164:+1", "phone:e164:+2"),
        "Person": nodes("person:rec:a"),
        "Page": nodes("acct:x:1"),
    }
    links = [
        Links("CALLED", "Phone", label, days.with_columns(pl.lit(dst).alias("dst")))
        for label, dst in (("Phone", "phone:e164:+2"), ("Person", "person:rec:a"), ("Page", "acct:x:1"))
    ]
    fill(store, "h", frames, links)
    table = store.run("MATCH (a)-[r:CALLED]->(b) RETURN b.uid AS b, r.day AS day, r.n AS n ORDER BY b, day")
    called = ("acct:x:1", "person:rec:a", "phone:e164:+2")
    assert table.rows == [[uid, day, n] for uid in called for day, n in (("2024-06-03", 1), ("2024-06-04", 2))]


def test_a_link_without_its_ends_is_refused(store: Store) -> None:
    name = store.snapshot()
    links = [Links("USES", "Person", "Phone", pl.DataFrame({"src": ["person:x:1"], "dst": ["phone:e164:+9"]}))]
    with pytest.raises(StoreError):
        store.load(name, {"Person": nodes("person:x:1")}, links)
    store.discard(name)
    assert store.current() is None


def test_swap_shows_the_new_graph_to_an_open_reader(opener: Opener) -> None:
    with opener() as writer, opener() as reader:
        fill(writer, "one", {"Phone": nodes("phone:e164:+1")})
        assert uids(reader) == ["phone:e164:+1"]
        name = writer.snapshot()
        writer.load(name, {"Phone": nodes("phone:e164:+2", "phone:e164:+3")}, [])
        assert uids(reader) == ["phone:e164:+1"], "a graph that is being written is not seen"
        assert uids(writer) == ["phone:e164:+1"]
        writer.swap(Snapshot(name, "two", run="r", counts={"Phone": 2}, nodes=2))
        assert uids(reader) == ["phone:e164:+2", "phone:e164:+3"]
        shown = reader.current()
        assert shown == Snapshot(name, "two", run="r", counts={"Phone": 2}, nodes=2)


def test_a_killed_projection_is_never_seen_and_is_cleared(opener: Opener) -> None:
    with opener() as writer:
        fill(writer, "one", {"Phone": nodes("phone:e164:+1")})
    killed = opener()
    killed.load(killed.snapshot(), {"Phone": nodes("phone:e164:+2")}, [])
    killed.close()
    with opener() as store:
        assert uids(store) == ["phone:e164:+1"]
        assert store.run("MATCH (n) RETURN count(n) AS n").rows == [[1]]
        fill(store, "two", {"Phone": nodes("phone:e164:+3")})
        assert uids(store) == ["phone:e164:+3"]


def test_many_swaps_under_readers_never_show_a_mixture(opener: Opener) -> None:
    problems: list[object] = []
    done = threading.Event()

    def read() -> None:
        with opener() as reader:
            while not done.is_set():
                rows = reader.run("MATCH (n:Phone) RETURN n.round AS round, count(n) AS n").rows
                if len(rows) != 1 or rows[0][1] != 40:
                    problems.append(rows)

    with opener() as writer:
        frame = nodes(*(f"phone:e164:+{n}" for n in range(40)))
        fill(writer, "0", {"Phone": frame.with_columns(round=pl.lit(0))})
        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for number in range(1, 8):
                fill(writer, str(number), {"Phone": frame.with_columns(round=pl.lit(number))})
        finally:
            done.set()
            for thread in threads:
                thread.join()
    assert problems == []


def test_rows_are_capped_and_it_is_said(store: Store) -> None:
    fill(store, "h", {"Phone": nodes(*(f"phone:e164:+{n}" for n in range(30)))})
    query = "MATCH (p:Phone) RETURN p.uid AS uid ORDER BY uid"
    assert (len(store.run(query, limit=10).rows), store.run(query, limit=10).truncated) == (10, True)
    assert (len(store.run(query, limit=30).rows), store.run(query, limit=30).truncated) == (30, False)
    assert store.run(f"{query} LIMIT 5", limit=10).truncated is False


def test_a_long_query_is_stopped(store: Store) -> None:
    fill(store, "h", {"Phone": nodes("phone:e164:+1")})
    with pytest.raises(QueryTimeout, match=r"stopped after 0\.3"):
        store.run(
            "UNWIND range(1, 30000) AS a UNWIND range(1, 30000) AS b WITH a, b WHERE a * b = 7 RETURN count(*) AS n",
            timeout=0.3,
        )
    assert uids(store) == ["phone:e164:+1"], "the store goes on"


def test_nothing_that_writes_reaches_the_store(store: Store) -> None:
    fill(store, "h", {"Phone": nodes("phone:e164:+1")})
    assert len(ATTACKS) >= 60
    for query in ATTACKS:
        with pytest.raises(QueryError):
            store.run(query, {"url": "file:///etc/passwd"})
    assert uids(store) == ["phone:e164:+1"]


def test_what_only_reads_is_answered(store: Store) -> None:
    told(store)
    assert len(READS) >= 15
    for query in (query for query in READS if query.isascii()):
        table = store.run(query, {"uid": A1, "rows": [], "word": "x"})
        assert table.columns


@pytest.mark.parametrize(
    "query",
    ["MATCH (n:Phone) RETURN m.uid AS uid", "MATCH (n:Phone) WHERE n.uid = $nothing RETURN n.uid AS uid",
     "MATCH (n:Phone) RETURN n.uid AS", "RETURN 1 + AS x", "MATCH (n:Phone) RETURN count(n, 2) AS n ORDER"],
)  # fmt: skip
def test_a_wrong_query_is_the_askers_error(store: Store, query: str) -> None:
    fill(store, "h", {"Phone": nodes("phone:e164:+1")})
    with pytest.raises(QueryError):
        store.run(query)


def test_parameters_are_values_never_text(store: Store) -> None:
    fill(store, "h", {"Phone": nodes("phone:e164:+1")})
    hostile = "x'}) DETACH DELETE n //"
    query = "MATCH (n:Phone) WHERE n.uid = $uid OR n.uid IN $many RETURN n.uid AS uid"
    assert store.run(query, {"uid": hostile, "many": ["phone:e164:+1"]}).rows == [["phone:e164:+1"]]


def test_a_projection_is_counted_in_the_store(store: Store) -> None:
    made = project(two_crews().view(), store, run="run1", rings=rings())
    shown = store.current()
    assert shown == made.snapshot
    assert shown is not None
    assert shown.head == "h" * 64
    labels = store.run("MATCH (n:Entity) RETURN labels(n)[0] AS k, count(n) AS n ORDER BY k").rows
    rels = store.run("MATCH (:Entity)-[r]->() RETURN type(r) AS k, count(r) AS n ORDER BY k").rows
    assert dict([*map(tuple, labels), *map(tuple, rels)]) == dict(shown.counts)  # type: ignore[arg-type]
    assert (sum(n for _, n in labels), sum(n for _, n in rels)) == (shown.nodes, shown.links)  # type: ignore[misc]


def test_a_projection_that_fails_leaves_the_graph(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    told(store)
    before = store.current()
    monkeypatch.setattr(type(store), "load", lambda *_: (1, 1))
    with pytest.raises(StoreError, match="holds 1 nodes"):
        project(two_crews().view(), store, run="run2")
    assert store.current() == before
    assert store.run("MATCH (r:Ring) RETURN count(r) AS n").rows == [[2]]


def test_expand(store: Store) -> None:
    told(store)
    around = store.expand(A1, 1, 50)
    assert around.nodes[0].uid == A1
    assert {node.uid for node in around.nodes} == {
        A1, A2, "sim:imsi:001010000000011", story.CASHIER, "demand:eblagh:R1", "report:eblagh:R1", "report:eblagh:R2",
    }  # fmt: skip
    assert around.shown == around.total == 7
    called = [link for link in around.links if (link.src, link.rel, link.dst) == (A1, "CALLED", A2)]
    assert [(c.n, c.first, c.last, c.records) for c in called] == [
        (3, "2024-06-02T08:00:00Z", "2024-06-03T09:00:00Z", ("cdr:ops:c1", "cdr:ops:c2", "cdr:ops:c3"))
    ]
    few = store.expand(A1, 1, 3)
    assert (few.shown, few.total) == (3, 7)
    assert few.nodes[1].uid == A2, "the heaviest link first"
    assert store.expand(A1, 1, 50, rels=["CALLED"]).total == 2
    assert store.expand(A1, 2, 100).total > 7
    assert "Ring" not in {node.label for node in store.expand(A1, 3, 200).nodes}
    with pytest.raises(NothingFound):
        store.expand("phone:e164:+212683999999")
    with pytest.raises(NothingFound):
        store.expand("nonsense")
    with pytest.raises(UsageError, match="EATS"):
        store.expand(A1, rels=["EATS"])


def test_links_among_nodes(store: Store) -> None:
    told(store)
    found = walk.among(store, [B1, A2, A1, "5 reports", "phone:e164:+212683999999", A1])
    assert [node.uid for node in found.nodes] == [A1, A2, B1]
    assert [(link.src, link.rel, link.dst, link.n) for link in found.links] == [
        (A1, "CALLED", A2, 3),
        (A2, "CALLED", B1, 1),
    ]
    assert walk.among(store, []) == Neighbourhood((), (), 0, ())


def test_shortest_paths(store: Store) -> None:
    told(store)
    found = store.shortest_paths(A1, B1)
    assert found.hops == 2
    assert [[node.uid for node in path.nodes] for path in found.paths] == [[A1, A2, B1]]
    assert [[(link.rel, link.n) for link in step] for step in found.paths[0].links] == [
        [("CALLED", 3)],
        [("CALLED", 1)],
    ]
    assert store.shortest_paths(A1, A1).hops == 0
    assert not store.shortest_paths(A1, story.phone(70)).found
    assert not store.shortest_paths(A1, B1, max_hops=1).found
    several = store.shortest_paths(A1, MULE, k=2)
    assert (several.hops, len(several.paths), several.truncated) == (2, 2, True)
    with pytest.raises(NothingFound):
        store.shortest_paths(A1, "phone:e164:+212683999999")
    longer = store.shortest_paths(A1, B1, k=2, longer=True)
    assert [len(path.links) for path in longer.paths] == [2, 4]
    assert longer.paths[0] == found.paths[0] and longer.truncated
    assert all(step for path in longer.paths for step in path.links)
    assert not store.shortest_paths(A1, story.phone(70), longer=True).found


def test_hubs_are_met_but_not_gone_through(store: Store) -> None:
    hub, ends = "phone:e164:+100", ["phone:e164:+1", "phone:e164:+2"]
    spokes = [f"phone:e164:+2{n:03d}" for n in range(60)]
    frame = nodes(*ends, *spokes, degree=1).vstack(nodes(hub, degree=62))
    links = [Links("CALLED", "Phone", "Phone", pl.DataFrame({"src": [*ends, *spokes], "dst": hub, "n": 1}))]
    fill(store, "h", {"Phone": frame}, links)
    assert not store.shortest_paths(ends[0], ends[1]).found
    assert store.shortest_paths(ends[0], ends[1], through_hubs=True).hops == 2
    assert store.shortest_paths(ends[0], hub).hops == 1
    around = store.expand(ends[0], 2, 100)
    assert [node.uid for node in around.cut] == [hub]
    assert around.total == 2
    assert store.expand(hub, 1, 10).total == 63


def test_the_graph_is_there_after_close_and_open(opener: Opener) -> None:
    with opener() as first:
        told(first)
    with opener() as second:
        shown = second.current()
        assert shown is not None
        assert shown.run == "run1"
        assert second.run("MATCH (r:Report)-[:REPORTED_BY]->(v:Victim) RETURN count(v) AS n").rows == [[5]]
