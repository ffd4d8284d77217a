"""What if some members of a ring were gone: what stays connected, and how sure that is when links are missing.

Arithmetic on the network as it is known, not a forecast. People replace those who are taken, and the unseen links of a
ring are those it takes care to hide; what looks cut may hold, so the band is computed with links that nobody saw. Units
are hands: a person with the lines, cards, devices and accounts that hang on them goes as one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from analysis.communities import seed_of
from analysis.keyplayers import disrupting, fragmentation, without
from graph.money import amount_text

HAND: Final = frozenset({"USES", "HOLDS", "HAS_SIM", "INSERTED_IN", "RECOVERY_OF"})
"""Relations of a ring's links that make one hand."""
SAMPLES: Final = 200
"""Networks behind the band, and random choices to compare with."""
MISSING: Final = 0.1
"""Share of the links that are taken away in a sample, and of links nobody saw that are added."""

_Pairs = list[tuple[int, int]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sum(_Part):
    currency: str
    total: str


class State(_Part):
    """A network of hands. ``connected``: share of all pairs of the whole ring's hands that are there and joined.
    ``reach``: mean of 1/distance over pairs of those left. ``reports`` (independent voices) and ``money``: what names,
    or was paid to, somebody in the largest part."""

    hands: int
    parts: int
    largest: int
    connected: float
    reach: float
    reports: int
    money: tuple[Sum, ...]


class WhatIf(_Part):
    """``removed``: the members of each hand taken out, in order. ``low`` and ``high``: 5th and 95th percentile of
    ``connected`` afterwards; ``random``: its mean when as many hands are taken at random."""

    chosen: str
    removed: tuple[tuple[str, ...], ...]
    before: State
    after: State
    connected_low: float
    connected_high: float
    connected_random: float
    method: str


@dataclass(frozen=True)
class Network:
    """A ring as hands: ``members`` of each, links between them, who speaks of them and what they were paid.

    ``said``: ``hand, voice``. ``paid``: ``hand, currency, amount`` (minor units).
    """

    members: tuple[tuple[str, ...], ...]
    graph: ig.Graph
    said: pl.DataFrame
    paid: pl.DataFrame
    spared: frozenset[int]

    def hand_of(self, uid: str) -> int | None:
        """The hand of a member; None for others."""
        return next((n for n, own in enumerate(self.members) if uid in own), None)


def network(
    members: Mapping[str, str],
    links: Sequence[tuple[str, str, str]],
    said: pl.DataFrame,
    paid: pl.DataFrame,
    spared: Collection[str] = (),
) -> Network:
    """Hands of a ring. ``members``: uid -> label. ``links``: ``src, rel, dst``. ``said``: ``uid, voice``. ``paid``:
    ``uid, currency, amount``. ``spared`` are never proposed: who may be a victim is no target."""
    uids = sorted(members)
    at = {uid: n for n, uid in enumerate(uids)}
    inner = [(at[a], rel, at[b]) for a, rel, b in links if a in at and b in at and a != b]
    joined = ig.Graph(n=len(uids), edges=[(a, b) for a, rel, b in inner if rel in HAND])
    hand = joined.connected_components().membership if uids else []
    size = max(hand, default=-1) + 1
    own: list[list[str]] = [[] for _ in range(size)]
    for uid, number in zip(uids, hand, strict=True):
        own[number].append(uid)
    between = {(min(hand[a], hand[b]), max(hand[a], hand[b])) for a, _, b in inner if hand[a] != hand[b]}
    graph = ig.Graph(n=size, edges=sorted(between))
    index = pl.DataFrame({"uid": uids, "hand": hand}, schema={"uid": pl.String, "hand": pl.Int64})
    # A card or a device alone is nobody.
    things = {n for n, part in enumerate(own) if all(members[uid] in ("Device", "Sim") for uid in part)}
    victims = {hand[at[uid]] for uid in spared if uid in at}
    return Network(
        members=tuple(tuple(part) for part in own),
        graph=graph,
        said=said.join(index, on="uid").select("hand", "voice").unique(),
        paid=paid.join(index, on="uid").select("hand", "currency", "amount"),
        spared=frozenset(things | victims),
    )


def best(ring: Network, size: int) -> list[int]:
    """Up to ``size`` hands whose absence fragments the ring most (KPP-NEG), the first first."""
    allowed = [n for n in range(len(ring.members)) if n not in ring.spared]
    return disrupting(ring.graph, size, allowed) if allowed else []


def what_if(ring: Network, removed: Sequence[int], *, chosen: str) -> WhatIf:
    """The ring before and after these hands are gone. ``chosen``: who chose them (``given`` or ``best``)."""
    gone = list(dict.fromkeys(removed))
    n = len(ring.members)
    rng = np.random.Generator(np.random.PCG64(seed_of(ring.members[0][0])))
    after = [_joined(_sampled(ring.graph, rng), gone, n) for _ in range(SAMPLES)]
    others = [n for n in range(len(ring.members)) if n not in ring.spared]
    by_chance = [
        _joined(ring.graph, rng.permutation(others)[: len(gone)].tolist(), n) for _ in range(SAMPLES)
    ]  # fmt: skip
    state = _state(ring, gone)
    low, high = np.percentile(after, [5, 95])
    return WhatIf(
        chosen=chosen,
        removed=tuple(ring.members[hand] for hand in gone),
        before=_state(ring, []),
        after=state,
        connected_low=round(min(float(low), state.connected), 3),
        connected_high=round(max(float(high), state.connected), 3),
        connected_random=round(float(np.mean(by_chance)), 3),
        method=(
            f"{SAMPLES} samples: {MISSING:.0%} of the links taken away, as many added between hands that share a"
            " neighbour; 5th to 95th percentile"
        ),
    )


def _joined(graph: ig.Graph, gone: Sequence[int], n: int) -> float:
    """Share of all pairs of ``n`` hands that are joined without those gone."""
    sizes = np.asarray(without(graph, gone).connected_components().sizes(), dtype=np.float64)
    return float((sizes * (sizes - 1)).sum() / (n * (n - 1))) if n > 1 else 0.0


def _sampled(graph: ig.Graph, rng: np.random.Generator) -> ig.Graph:
    """A network as it may be: some links false, some never seen."""
    pairs: _Pairs = [(int(a), int(b)) for a, b in graph.get_edgelist()]
    number = max(1, round(len(pairs) * MISSING)) if pairs else 0
    hidden = _two_steps(graph, pairs)
    lost = set(rng.permutation(len(pairs))[:number].tolist())
    found = [hidden[i] for i in rng.permutation(len(hidden))[:number].tolist()]
    return ig.Graph(n=graph.vcount(), edges=[*(pair for i, pair in enumerate(pairs) if i not in lost), *found])


def _two_steps(graph: ig.Graph, pairs: _Pairs) -> _Pairs:
    """Pairs that are not linked but share a neighbour: where a link that nobody saw is likeliest."""
    near: list[set[int]] = [set(one) for one in graph.get_adjlist()]
    return sorted({(a, b) for around in near for a in around for b in around if a < b} - set(pairs))


def _state(ring: Network, gone: Sequence[int]) -> State:
    n = len(ring.members)
    left = [hand for hand in range(n) if hand not in set(gone)]
    rest = ring.graph.induced_subgraph(left)
    parts: list[list[int]] = [[left[i] for i in part] for part in rest.connected_components()]
    voices = {hand: set(part) for hand, part in ring.said.group_by("hand").agg("voice").iter_rows()}

    def heard(part: Sequence[int]) -> set[object]:
        return set[object]().union(*(voices.get(hand, set()) for hand in part))

    largest = max(parts, key=lambda part: (len(part), len(heard(part)), -part[0]), default=[])
    inside: NDArray[np.int64] = np.asarray(largest, dtype=np.int64)
    sums = (
        ring.paid.filter(pl.col("hand").is_in(pl.Series(inside).implode()))
        .group_by("currency")
        .agg(pl.col("amount").sum())
        .sort("amount", "currency", descending=[True, False])
    )
    return State(
        hands=len(left),
        parts=len(parts),
        largest=len(largest),
        connected=round(_joined(ring.graph, gone, n), 3),
        reach=round(1 - fragmentation(rest), 3) if len(left) > 1 else 0.0,
        reports=len(heard(largest)),
        money=tuple(Sum(currency=c, total=amount_text(amount, c)) for c, amount in sums.iter_rows()),
    )
