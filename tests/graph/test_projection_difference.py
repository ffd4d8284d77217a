"""Prints: two graphs differ in exactly the nodes and links that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import StoreError
from graph.projection.difference import Tally, change_of, difference
from graph.projection.prints import keep_prints, prints_of, read_prints
from graph.stores import Links

UIDS = ("phone:e164:+1", "phone:e164:+2", "phone:e164:+3")

Graph = tuple[dict[str, pl.DataFrame], list[Links]]


def graph(props: dict[str, Any] | None = None, *links: tuple[str, str, int], label: str = "Phone") -> Graph:
    """Three lines, the second with these properties; links ``(src, dst, n)`` by number of the line."""
    second = pl.DataFrame({"uid": [UIDS[1]], **{key: [value] for key, value in (props or {}).items()}})
    others = pl.DataFrame({"uid": [UIDS[0], UIDS[2]], "degree": [1, 2]})
    nodes = {"Phone": pl.concat([others, second], how="diagonal")} if label == "Phone" else {
        "Phone": others, label: second,
    }  # fmt: skip
    frame = pl.DataFrame(
        [{"src": UIDS[int(src)], "dst": UIDS[int(dst)], "n": n} for src, dst, n in links],
        schema={"src": pl.String, "dst": pl.String, "n": pl.Int64},
    )
    label_of = {uid: name for name, held in nodes.items() for uid in held["uid"].to_list()}
    keyed = frame.with_columns(a=pl.col("src").replace_strict(label_of), b=pl.col("dst").replace_strict(label_of))
    groups = [
        Links("CALLED", str(a), str(b), part.drop("a", "b"))
        for (a, b), part in keyed.partition_by("a", "b", as_dict=True, maintain_order=True).items()
    ]
    return nodes, groups


def touched(old: Graph, new: Graph) -> list[str]:
    found = difference(prints_of(*old), prints_of(*new))
    assert found.links.is_empty()
    return found.nodes["uid"].to_list()


def test_a_property_nobody_had_changes_only_who_has_it_now() -> None:
    assert touched(graph(), graph({"colour": "red"})) == [UIDS[1]]
    assert touched(graph({"colour": "red"}), graph()) == [UIDS[1]]
    assert touched(graph({"colour": None}), graph()) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (1, "1"), (["a", "b"], ["ab"]), (["a", "b"], ["b", "a"]), ([], None), ("", None), (0, None)],
)
def test_values_that_are_alike_are_not_the_same(one: object, other: object) -> None:
    assert touched(graph({"value": one}), graph({"value": other})) == [UIDS[1]]
    assert touched(graph({"value": one}), graph({"value": one})) == []


def test_two_properties_that_exchange_their_values_differ() -> None:
    assert touched(graph({"a": "x", "b": "y"}), graph({"a": "y", "b": "x"})) == [UIDS[1]]


def test_parallel_links_are_compared_together() -> None:
    old = graph(None, ("0", "1", 1), ("0", "1", 2), ("0", "2", 1))
    assert difference(prints_of(*old), prints_of(*graph(None, ("0", "2", 1), ("0", "1", 2), ("0", "1", 1)))).rows() == 0
    new = graph(None, ("0", "1", 1), ("0", "1", 2), ("0", "1", 3), ("2", "0", 1))
    found = difference(prints_of(*old), prints_of(*new))
    assert found.tallies() == (Tally(), Tally(added=2, changed=2, removed=1))
    change = change_of(found, *new)
    (gone,) = change.links_gone
    assert gone.frame.rows() == [(UIDS[0], UIDS[1], 2), (UIDS[0], UIDS[2], 1)]
    (made,) = change.links_new
    assert made.frame["n"].to_list() == [1, 2, 3, 1]


def test_a_node_of_another_label_is_made_anew_with_its_links() -> None:
    old, new = graph(None, ("0", "1", 1), ("0", "2", 1)), graph(None, ("0", "1", 1), ("0", "2", 1), label="Page")
    found = difference(prints_of(*old), prints_of(*new))
    assert found.tallies() == (Tally(changed=1), Tally(changed=1))
    change = change_of(found, *new)
    assert {label: frame["uid"].to_list() for label, frame in change.nodes_gone.items()} == {"Phone": [UIDS[1]]}
    assert {label: frame["uid"].to_list() for label, frame in change.nodes_new.items()} == {"Page": [UIDS[1]]}
    assert [(g.src_label, g.dst_label) for g in change.links_gone] == [("Phone", "Phone")]
    assert [(g.src_label, g.dst_label) for g in change.links_new] == [("Phone", "Page")]
    assert not change.nodes_changed


def test_what_is_no_graph_is_refused() -> None:
    nodes, _ = graph()
    with pytest.raises(StoreError, match="one uid"):
        prints_of(nodes | {"Page": nodes["Phone"]}, [])
    ghost = Links("CALLED", "Phone", "Phone", pl.DataFrame({"src": [UIDS[0]], "dst": ["phone:e164:+9"], "n": [1]}))
    with pytest.raises(StoreError, match="an end"):
        prints_of(nodes, [ghost])


def test_nothing_at_all() -> None:
    empty = prints_of({}, [])
    full = prints_of(*graph(None, ("0", "1", 1)))
    assert difference(empty, empty).rows() == 0
    assert difference(empty, full).tallies() == (Tally(added=3), Tally(added=1))
    assert difference(full, empty).tallies() == (Tally(removed=3), Tally(removed=1))


@given(st.lists(st.tuples(st.sampled_from("012"), st.sampled_from("012"), st.integers(1, 3)), max_size=8), st.randoms())
def test_order_is_nothing(links: list[tuple[str, str, int]], random: Any) -> None:
    shuffled = random.sample(links, len(links))
    one, other = prints_of(*graph(None, *links)), prints_of(*graph(None, *shuffled))
    assert one.digest() == other.digest()
    assert (one.digest() == prints_of(*graph(None, *links, ("0", "1", 9))).digest()) is False


def test_they_are_read_back_or_not_at_all(tmp_path: Path) -> None:
    prints = prints_of(*graph({"a": "x"}, ("0", "1", 1)))
    digest = prints.digest()
    assert read_prints(tmp_path, digest) is None
    keep_prints(tmp_path, prints, digest)
    back = read_prints(tmp_path, digest)
    assert back is not None
    assert difference(back, prints).rows() == 0
    assert back.digest() == digest
    assert read_prints(tmp_path, "") is None
    (kept,) = tmp_path.iterdir()
    kept.rename(tmp_path / f"{'0' * 24}.arrow")
    assert read_prints(tmp_path, "0" * 24) is None, "another graph's"
