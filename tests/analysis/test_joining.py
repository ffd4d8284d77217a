"""Pieces of one crew are joined, two crews that share a mule are not; and the order of names does not matter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.joining import rejoined
from analysis.params import Params
from analysis.parts import Edges
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, account, phone, victim

PARAMS = Params()


def edges(pairs: list[tuple[int, int]]) -> Edges:
    rows = sorted({(min(p), max(p)) for p in pairs})
    u, v = (np.array([pair[end] for pair in rows], dtype=np.int64) for end in (0, 1))
    return Edges(u, v, np.ones(len(rows)))


def ring(low: int, n: int) -> list[tuple[int, int]]:
    return [(low + i, low + (i + 1) % n) for i in range(n)]


def groups(member: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(member == value).tolist()) for value in np.unique(member)}


def test_pieces_tied_by_many_hands_are_one_crew() -> None:
    two = edges([*ring(0, 6), *ring(6, 6), (0, 6), (2, 8), (4, 10)])
    assert groups(rejoined(two, np.repeat([0, 1], 6), PARAMS)) == {frozenset(range(12))}


def test_crews_tied_through_one_hand_stay_two() -> None:
    """However many of the other side it works with: 0 is the mule of both."""
    two = edges([*ring(0, 6), *ring(6, 6), (0, 6), (0, 7), (0, 8), (0, 9)])
    assert len(groups(rejoined(two, np.repeat([0, 1], 6), PARAMS))) == 2


def block(low: int, n: int) -> list[tuple[int, int]]:
    """Everybody with the next four."""
    return [(low + i, low + (i + k) % n) for i in range(n) for k in range(1, 5)]


def test_large_neighbours_among_many_stay_apart_however_many_pairs_tie_them() -> None:
    """Six pieces of thirty, each tied by six pairs to every other one, as parts of a town are."""
    across = [(30 * a + 5 * b + i % 5, 30 * b + 5 * a + i % 5) for a in range(6) for b in range(a) for i in range(6)]
    town = edges([pair for piece in range(6) for pair in block(30 * piece, 30)] + across)
    assert len(groups(rejoined(town, np.repeat(range(6), 30), PARAMS))) == 6


def test_a_piece_whose_outside_ties_go_to_one_other_is_of_it_though_few_of_all_pairs_are_tied() -> None:
    """Nine hands of a crew of forty nine: six pairs of 360 tie them to the rest, and nothing ties them elsewhere."""
    nine = [*ring(40, 9), *((40 + n, 40 + (n + 2) % 9) for n in range(9))]
    crew = edges([*block(0, 40), *nine, *((n, 40 + n) for n in range(6))])
    assert len(groups(rejoined(crew, np.array([0] * 40 + [1] * 9), PARAMS))) == 1
    others = edges(
        [*block(0, 40), *nine, *((n, 40 + n) for n in range(6)), *block(49, 40), *block(89, 40)]
        + [(40 + n, 49 + 40 * k + n) for n in range(6) for k in range(2)]
    )
    member = np.array([0] * 40 + [1] * 9 + [2] * 40 + [3] * 40)
    assert len(groups(rejoined(others, member, PARAMS))) == 4


def test_a_piece_whose_ties_are_within_it_is_a_crew_of_its_own() -> None:
    """Two crews with three acquaintances, who know nobody else: a tenth of what ties either."""
    two = edges([*block(0, 9), *block(9, 8), (0, 9), (1, 10), (2, 11)])
    assert len(groups(rejoined(two, np.array([0] * 9 + [1] * 8), PARAMS))) == 2


def test_a_lone_hand_goes_where_its_ties_go_and_stays_alone_between_two() -> None:
    three = [*ring(0, 5), *ring(5, 5)]
    hanging = edges([*three, (0, 10), (1, 10)])
    assert frozenset({0, 1, 2, 3, 4, 10}) in groups(rejoined(hanging, np.array([0] * 5 + [1] * 5 + [2]), PARAMS))
    between = edges([*three, (0, 10), (5, 10)])
    assert frozenset({10}) in groups(rejoined(between, np.array([0] * 5 + [1] * 5 + [2]), PARAMS))


@given(st.data())
def test_the_answer_does_not_depend_on_how_communities_are_numbered(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 14))
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1]), min_size=3)
    )
    member = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    names = np.array(data.draw(st.permutations(range(4))))
    # Numbers say which community comes first: the smallest vertex of each, as the caller numbers them.
    low = np.array([np.flatnonzero(member == value)[0] if (member == value).any() else -1 for value in range(4)])
    renamed = names[member]
    low_renamed = np.array([np.flatnonzero(renamed == v)[0] if (renamed == v).any() else -1 for v in range(4)])
    found = groups(rejoined(edges(pairs), low[member], PARAMS))
    assert found == groups(rejoined(edges(pairs), low_renamed[renamed], PARAMS))
    assert sorted(x for group in found for x in group) == list(range(n))


def test_a_crew_of_forty_is_one_ring() -> None:
    """Each operator works with three mules in turn and talks with two others; nobody works with all."""
    facts = Facts()
    operators, mules = [phone(n) for n in range(30)], [phone(100 + n) for n in range(10)]
    for n, line in enumerate(operators):
        facts.report(f"r{n}", names=(line, account(n)), payees=(mules[n % 10],), by=victim(n), day=5 + n % 20)
        facts.report(f"s{n}", names=(account(n),), payees=(mules[(n + 3) % 10],), by=victim(100 + n), day=6 + n % 20)
        facts.talk(line, operators[(n + 7) % 30])
        facts.talk(line, mules[(n + 5) % 10])
    found = detect(facts.view())
    assert len(found.rings) == 1
    assert {m.uid for m in found.rings[0].members} >= {*operators, *mules}
