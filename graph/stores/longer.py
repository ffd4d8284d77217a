"""The k shortest simple paths, longer ones too, of a graph that is fetched a step at a time.

Every path of ``n`` steps lies among the links of nodes less than n/2 steps from one end or the other, so both balls
grow by turns until enough paths are found; then a search in what was fetched spells the paths of that length out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MOST_STEPS: Final = 200_000
"""Steps of one spelling out before it stops and says so."""

Around = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""Nodes -> the neighbours of each that may be gone to."""


@dataclass(frozen=True, slots=True)
class Found:
    """Paths as their nodes, by length and then by their uids; ``truncated`` when there are or may be more."""

    paths: tuple[tuple[str, ...], ...]
    truncated: bool


def k_shortest(around: Around, a: str, b: str, max_hops: int, k: int, *, max_seen: int) -> Found:
    """Up to ``k`` paths between two nodes that go through no node twice, of at most ``max_hops`` steps.

    Stops, and says so, when more than ``max_seen`` nodes were met.
    """
    links: dict[str, set[str]] = {a: set(), b: set()}
    layers = [{a}, {b}]
    met = [{a}, {b}]
    found: list[tuple[str, ...]] = []
    for hops in range(1, max_hops + 1):
        side = 0 if len(layers[0]) <= len(layers[1]) else 1
        for node, others in around(sorted(layers[side])).items():
            for other in others:
                links.setdefault(node, set()).add(other)
                links.setdefault(other, set()).add(node)
        beyond = {other for node in layers[side] for other in links[node]} - met[side]
        layers[side] = beyond
        met[side] |= beyond
        steps = _Budget(MOST_STEPS)
        for path in _of_length(links, a, b, hops, steps):
            found.append(path)
            if len(found) > k:
                break
        if len(found) >= k or steps.left <= 0 or len(links) > max_seen:
            more = len(found) > k or hops < max_hops or steps.left <= 0
            return Found(tuple(found[:k]), truncated=more)
    return Found(tuple(found), truncated=False)


@dataclass(slots=True)
class _Budget:
    left: int


def _of_length(
    links: Mapping[str, Collection[str]], a: str, b: str, hops: int, budget: _Budget
) -> Iterator[tuple[str, ...]]:
    """Simple paths of exactly ``hops`` steps, smallest uids first."""
    left = _distances(links, b, hops)
    open_: list[tuple[str, ...]] = [(a,)]
    while open_:
        path = open_.pop()
        budget.left -= 1
        if budget.left <= 0:
            return
        rest = hops - len(path)
        if path[-1] == b:
            yield path
            continue
        nexts = [n for n in links[path[-1]] if left.get(n, hops + 1) <= rest and n not in path and (n != b or not rest)]
        open_ += [(*path, name) for name in sorted(nexts, reverse=True)]


def _distances(links: Mapping[str, Collection[str]], start: str, most: int) -> dict[str, int]:
    found, layer = {start: 0}, {start}
    for step in range(1, most + 1):
        layer = {other for node in layer for other in links[node]} - found.keys()
        found |= dict.fromkeys(layer, step)
    return found
