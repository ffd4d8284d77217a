"""What lies on the canvas: operations fold, undo, travel in a link, and never lose count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fake_workspace import LINES, PAGE, PAYEES, FakeWorkspace
from ui.present.board import Op, compose, read_ops, write_ops

WORKSPACE = FakeWorkspace()
FIRST = WORKSPACE.neighbourhood(LINES[0])
KNOWN = sorted(node["uid"] for node in WORKSPACE.ring_graph("R-0001")["nodes"])
OPS = st.lists(
    st.builds(
        Op, st.sampled_from(["expand", "hide"]), st.lists(st.sampled_from(KNOWN), min_size=1, max_size=2).map(tuple)
    )
    | st.builds(Op, st.just("path"), st.tuples(st.sampled_from(KNOWN), st.sampled_from(KNOWN))),
    max_size=6,
)


def picture(ops):
    return compose(FIRST, ops, WORKSPACE.neighbourhood, WORKSPACE.path)


def uids(found):
    return {node["uid"] for node in found.nodes}


@given(OPS)
def test_operations_survive_a_link(ops):
    assert read_ops(write_ops(ops)) == ops


def test_unreadable_operations_are_passed_over():
    assert read_ops(["", "e", "x~a", "e~", "e~phone:raw:1"]) == [Op("expand", ("phone:raw:1",))]


@given(OPS)
def test_links_join_what_is_shown_and_nothing_is_shown_twice(ops):
    found = picture(ops)
    assert len(uids(found)) == found.shown
    assert all({link["src"], link["dst"]} <= uids(found) for link in found.links)
    assert len({(link["src"], link["rel"], link["dst"]) for link in found.links}) == len(found.links)


@given(OPS)
def test_the_count_never_hides_anything(ops):
    found = picture(ops)
    hidden = {uid for op in ops if op.kind == "hide" for uid in op.uids} & uids(
        picture([op for op in ops if op.kind != "hide"])
    )
    assert found.total >= found.shown
    assert found.total >= len(uids(found) | hidden)


@given(OPS)
def test_taking_the_last_step_back_gives_the_picture_before(ops):
    assert picture(read_ops(write_ops(ops)[:-1])) == picture(ops[:-1])


def test_expanding_adds_and_hiding_takes_away():
    more = picture([Op("expand", (PAYEES[0],))])
    assert uids(picture([])) < uids(more)
    less = picture([Op("hide", (PAYEES[0],))])
    assert uids(less) == uids(picture([])) - {PAYEES[0]}
    assert less.total == picture([]).total


def test_a_hidden_node_returns_when_it_is_reached_again():
    assert PAYEES[0] in uids(picture([Op("hide", (PAYEES[0],)), Op("path", (LINES[0], PAGE))]))


def test_a_path_is_marked():
    found = picture([Op("path", (LINES[0], PAGE))])
    assert found.on_path == {LINES[0], PAYEES[0], PAGE}


def test_no_path_changes_nothing():
    assert uids(picture([Op("path", (LINES[3], PAGE))])) == uids(picture([]))
