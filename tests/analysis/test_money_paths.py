"""Money routes: against every possible walk, and what each of the rules says."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.money_paths import Routes, dated_transfers, money_routes
from graph.schema import CODED, TABLES

Move = tuple[int, int, int]
"""Payer, payee, seconds."""

moves = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 12)), max_size=14)


def ask(told: list[Move], **options: int) -> Routes:
    payer, payee, at = (np.array([move[n] for move in told], dtype=np.int64) for n in range(3))
    chosen = {"within": 4, "max_transfers": 4, "k": 3} | options
    return money_routes(payer, payee, at, start={0}, end={5}, **chosen)


def every_walk(told: list[Move], within: int, most: int) -> list[tuple[int, ...]]:
    """Rows of every walk from 0 to 5 that visits no holder twice, found by trying everything."""
    found: list[tuple[int, ...]] = []
    open_: list[tuple[int, ...]] = [(row,) for row, move in enumerate(told) if move[0] == 0]
    while open_:
        walk = open_.pop()
        holders = [0, *(told[row][1] for row in walk)]
        if len(set(holders)) < len(holders):
            continue
        here, at = told[walk[-1]][1], told[walk[-1]][2]
        if here == 5:
            found.append(walk)
        elif len(walk) < most:
            open_ += [(*walk, row) for row, m in enumerate(told) if m[0] == here and at <= m[2] <= at + within]
    return found


@given(moves, st.integers(0, 12), st.integers(1, 5), st.integers(1, 4))
def test_routes_are_those_of_all_walks_that_arrive_first(told: list[Move], within: int, most: int, k: int) -> None:
    earliest: dict[tuple[int, ...], int] = {}
    for walk in every_walk(told, within, most):
        route = (0, *(told[row][1] for row in walk))
        arrival = told[walk[-1]][2]
        earliest[route] = min(arrival, earliest.get(route, arrival))
    ranked = sorted(earliest, key=lambda route: (earliest[route], len(route), route))
    found = ask(told, within=within, max_transfers=most, k=k)
    assert [(0, *(told[row][1] for row in steps)) for steps in found.steps] == ranked[:k]
    assert [told[steps[-1]][2] for steps in found.steps] == [earliest[route] for route in ranked[:k]]
    assert found.truncated == (len(ranked) > k)
    for steps in found.steps:
        times = [told[row][2] for row in steps]
        assert all(0 <= later - sooner <= within for sooner, later in pairwise(times))


@given(moves, st.randoms())
def test_the_order_of_the_rows_changes_no_route(told: list[Move], chance: object) -> None:
    mixed = list(told)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = ask(told), ask(mixed)
    assert [[told[row] for row in steps] for steps in one.steps] == [[mixed[row] for row in s] for s in other.steps]


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ([(0, 1, 5), (1, 5, 5)], [(0, 1)]),  # the same second is no earlier
        ([(0, 1, 5), (1, 5, 4)], []),  # sent on before it came
        ([(0, 1, 5), (1, 5, 9)], [(0, 1)]),  # just in time
        ([(0, 1, 5), (1, 5, 10)], []),  # too late
        ([(0, 1, 1), (0, 1, 3), (1, 5, 5), (1, 5, 6)], [(1, 2)]),  # one route, walked as late as it can be
        ([(0, 5, 9), (0, 1, 2), (1, 5, 3)], [(1, 2), (0,)]),  # two steps that arrive sooner come first
        ([(0, 1, 1), (1, 0, 2), (0, 5, 3)], [(2,)]),  # there and back is no way
    ],
)
def test_time_is_respected(told: list[Move], steps: list[tuple[int, ...]]) -> None:
    assert ask(told).steps == tuple(steps)


def test_a_search_that_is_cut_says_so() -> None:
    told = [(0, 1, 1), (1, 5, 2), (0, 2, 1), (2, 5, 3)]
    assert money_routes(
        *(np.array([move[n] for move in told], dtype=np.int64) for n in range(3)),
        start={0}, end={5}, within=4, k=2, most_opened=2,
    ) == Routes(((0, 1),), truncated=True)  # fmt: skip


def test_nothing_comes_of_nothing() -> None:
    assert ask([]) == Routes((), truncated=False)


def transfers(*rows: dict[str, object]) -> pl.DataFrame:
    blank = dict.fromkeys(TABLES["transfers"])
    coded = dict.fromkeys(CODED["transfers"], pl.UInt32)
    return pl.DataFrame([blank | row for row in rows], schema={**TABLES["transfers"], **coded})


def test_each_transfer_counts_once_and_the_custodian_is_believed_first() -> None:
    day = datetime(2024, 6, 3, tzinfo=UTC)
    told = {"tx": 1, "payer": 10, "kind": "told", "amount": 499, "sent_at": day, "rec": 0}
    stated = {"tx": 1, "payee": 11, "kind": "remittance", "amount": 500, "paid_at": day, "status": "paid", "rec": 3}
    found = dated_transfers(transfers(told, stated))
    assert found.select("tx", "payer", "payee", "amount", "kind", "told").rows() == [
        (1, 10, 11, 500, "remittance", False)
    ]
    assert found["recs"].to_list() == [[0, 3]]


def test_what_did_not_happen_or_has_no_time_leads_nowhere() -> None:
    day = datetime(2024, 6, 3, tzinfo=UTC)
    ends = {"payer": 10, "payee": 11}
    found = dated_transfers(
        transfers(
            {"tx": 1, **ends, "sent_at": day, "status": "cancelled", "kind": "remittance", "rec": 0},
            {"tx": 1, **ends, "sent_at": day, "kind": "told", "rec": 1},
            {"tx": 2, **ends, "status": "paid", "rec": 2},
            {"tx": 3, "payer": 10, "sent_at": day, "rec": 3},
            {"tx": 4, "payer": 10, "payee": 10, "sent_at": day, "rec": 4},
            {"tx": 5, **ends, "sent_at": day, "rec": 5},
        )
    )
    assert found["tx"].to_list() == [5]
