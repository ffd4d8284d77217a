"""Ways money can have gone from one holder to another: transfers in order of time, routes in order of arrival.

A transfer follows another when its payer was paid by it, it was sent no earlier, and no later than some days after. A
*route* is the holders money went through, none of them twice; the same route walked by other transfers is one route.

The search is exact. Backwards in time it finds for every transfer when its money can be with the last holder at the
earliest (routes may repeat a holder there, so this never comes too late); forwards it opens routes in order of that
time (A*), so they come out in order of arrival. Whether a route without repetition exists is NP-hard when waiting is
bounded (Casteigts, Himmel, Molter, Zschoche 2021, "Finding temporal paths under waiting time constraints"), which is
why the number of routes opened is bounded and an answer that met the bound says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.flows import DONE

NEVER: Final = np.iinfo(np.int64).max
MOST_OPENED: Final = 100_000
"""Routes opened before the search stops and says so."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Routes:
    """``steps[i]`` are row numbers of the transfers of one route; ``truncated`` when there are more routes."""

    steps: tuple[tuple[int, ...], ...]
    truncated: bool


def dated_transfers(transfers: pl.DataFrame) -> pl.DataFrame:
    """Transfers that took place and say when, each once: ``tx, payer, payee, at, rail, kind, amount, currency, told,
    recs``, in order of ``tx``, payer and payee.

    ``transfers`` has the columns of the evidence table. A money custodian's word goes before what a report tells; what
    a custodian calls cancelled or refused did not take place.
    """
    told = (pl.col("kind") == "told").fill_null(value=False)
    rows = transfers.with_columns(told.alias("told"), pl.coalesce("sent_at", "paid_at").alias("at"))
    failed = rows.filter(~pl.col("told") & ~pl.col("status").fill_null("paid").is_in(list(DONE)))["tx"].unique()
    rows = rows.filter(~pl.col("tx").is_in(failed.implode()) & pl.col("tx").is_not_null()).sort("tx", "told", "rec")
    said = rows.group_by("tx", maintain_order=True).agg(
        pl.col("at", "rail", "kind", "amount", "currency", "told").drop_nulls().first(),
        pl.col("rec").unique().sort().alias("recs"),
    )
    # One source may know who sent it and another who received it.
    ends = [rows.select("tx", side).drop_nulls().unique() for side in ("payer", "payee")]
    return (
        ends[0]
        .join(ends[1], on="tx")
        .filter(pl.col("payer") != pl.col("payee"))
        .join(said, on="tx")
        .filter(pl.col("at").is_not_null())
        .sort("tx", "payer", "payee")
    )


def money_routes(
    payer: Whole,
    payee: Whole,
    at: Whole,
    *,
    start: Collection[int],
    end: Collection[int],
    within: int,
    max_transfers: int = 6,
    k: int = 3,
    most_opened: int = MOST_OPENED,
) -> Routes:
    """The ``k`` routes from a holder of ``start`` to one of ``end`` that arrive first.

    Args:
        payer, payee, at: one row a transfer; holders as numbers, time in seconds.
        start, end: holders; they share none.
        within: seconds a transfer may be sent after the one before.
        max_transfers: most transfers of a route.

    Returns:
        Routes by arrival, then by number of transfers, then by their holders. Of the transfers that walk a route, the
        last is the one that arrives first, and each one before it the latest that it can follow.
    """
    ordered = _reached(payer, payee, at, np.array(sorted(start)), np.array(sorted(end)), within, max_transfers)
    money = _Money(payer[ordered], payee[ordered], at[ordered], within)
    last = np.isin(money.payee, np.array(sorted(end)))
    arrivals = money.arrivals(last, max_transfers)
    finish = set(end)
    heap: list[tuple[int, int, tuple[int, ...], tuple[Whole, ...]]] = []

    def opened(route: tuple[int, ...], feasible: tuple[Whole, ...], rows: Whole) -> None:
        """Add what ``rows`` make of a route that stands where they leave from."""
        possible = arrivals[max_transfers - len(feasible) - 1][rows]
        rows, possible = rows[possible < NEVER], possible[possible < NEVER]
        for holder in np.unique(money.payee[rows]).tolist():
            if holder not in route:
                chosen = money.payee[rows] == holder
                longer = (*feasible, rows[chosen])
                heapq.heappush(heap, (int(possible[chosen].min()), len(longer), (*route, holder), longer))

    for holder in sorted(start):
        opened((holder,), (), np.flatnonzero(money.payer == holder))
    found: list[tuple[int, ...]] = []
    for _ in range(most_opened):
        if not heap:
            return Routes(tuple(found), truncated=False)
        _, _, route, feasible = heapq.heappop(heap)
        if route[-1] not in finish:
            opened(route, feasible, money.after(feasible[-1]))
        elif len(found) == k:
            return Routes(tuple(found), truncated=True)
        else:
            found.append(tuple(int(ordered[row]) for row in money.walked(feasible)))
    return Routes(tuple(found), truncated=True)


def _reached(payer: Whole, payee: Whole, at: Whole, start: Whole, end: Whole, within: int, max_transfers: int) -> Whole:
    """Rows that money of ``start`` can have gone through, in order of payer, time and row."""
    rows = np.flatnonzero((payer != payee) & ~np.isin(payee, start) & ~np.isin(payer, end))
    rows = rows[np.lexsort((rows, at[rows], payer[rows]))]
    money = _Money(payer[rows], payee[rows], at[rows], within)
    reached = np.isin(money.payer, start)
    newest = reached
    for _ in range(max_transfers - 1):
        marks = np.zeros(len(rows) + 1, dtype=np.int64)
        np.add.at(marks, money.first[newest], 1)
        np.add.at(marks, money.beyond[newest], -1)
        newest = (np.cumsum(marks)[:-1] > 0) & ~reached
        if not newest.any():
            break
        reached = reached | newest
    return rows[reached]


class _Money:
    """Transfers in order of payer, time and row; ``first[i]:beyond[i]`` are the rows that may follow row ``i``."""

    def __init__(self, payer: Whole, payee: Whole, at: Whole, within: int) -> None:
        self.payer, self.payee, self.at = payer, payee, at
        begin = int(at.min()) if len(at) else 0
        span = (int(at.max()) - begin if len(at) else 0) + within + 2
        holders = np.unique(np.concatenate([payer, payee]))
        place = np.searchsorted(holders, payer) * span + (at - begin)
        sought = np.searchsorted(holders, payee) * span + (at - begin)
        self.first: Whole = np.searchsorted(place, sought)
        self.beyond: Whole = np.searchsorted(place, sought + within, side="right")

    def arrivals(self, last: NDArray[np.bool_], most: int) -> list[Whole]:
        """``[n][row]``: when money of the row is with the last holder at the earliest, by at most ``n`` more rows."""
        direct = np.where(last, self.at, NEVER)
        found = [direct]
        for _ in range(most - 1):
            found.append(np.minimum(direct, _range_minimum(found[-1], self.first, self.beyond)))
        return found

    def after(self, rows: Whole) -> Whole:
        """Rows that may follow one of ``rows``, which all end with one holder."""
        marks = np.zeros(len(self.at) + 1, dtype=np.int64)
        np.add.at(marks, self.first[rows], 1)
        np.add.at(marks, self.beyond[rows], -1)
        low, high = int(self.first[rows].min()), int(self.beyond[rows].max())
        return low + np.flatnonzero(np.cumsum(marks[low:high]) > 0)

    def walked(self, feasible: tuple[Whole, ...]) -> list[int]:
        """One row a step: the last arrives first, each before it is the latest that the next can follow."""
        rows = feasible[-1]
        chosen = [int(rows[np.lexsort((rows, self.at[rows]))[0]])]
        for rows in reversed(feasible[:-1]):
            fits = rows[(self.first[rows] <= chosen[-1]) & (chosen[-1] < self.beyond[rows])]
            chosen.append(int(fits[np.lexsort((fits, -self.at[fits]))[0]]))
        return chosen[::-1]


def _range_minimum(values: Whole, first: Whole, beyond: Whole) -> Whole:
    """Least of ``values[first:beyond]`` for each pair; ``NEVER`` for an empty range (sparse table)."""
    least = np.full(len(first), NEVER, dtype=np.int64)
    width = beyond - first
    level, size = values, 1
    while size <= len(values):
        here = (width >= size) & (width < 2 * size)
        least[here] = np.minimum(level[first[here]], level[beyond[here] - size])
        level = np.minimum(level[:-size], level[size:]) if len(level) > size else level[:0]
        size *= 2
    return least
