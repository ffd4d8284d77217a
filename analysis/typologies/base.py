"""What every typology reads and returns.

A typology is ``detect(context) -> frame`` with one row a hit: ``ring``, ``strength`` (0-1), ``code`` and ``params``
(of a reason, params as JSON) and ``records`` (recs). It reads the uncut evidence of candidates, never a single table
row by row. No typology alone names a suspect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.rings import Candidates
from analysis.support import Support

HITS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "ring": pl.UInt32,
    "strength": pl.Float64,
    "code": pl.String,
    "params": pl.String,
    "records": pl.List(pl.UInt32),
}

MOST: Final = 400
"""Most records one hit carries; they are the first by record id."""


@dataclass(frozen=True)
class Context:
    """Candidates and the evidence around them."""

    evidence: Evidence
    support: Support
    network: Network
    candidates: Candidates
    shared: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    """Frames that depend on the evidence alone, made once for all sets of candidates."""

    def once(self, name: str, make: Callable[[Evidence, Network], pl.DataFrame]) -> pl.DataFrame:
        """A frame of the evidence, whatever the candidates: computed by the first who asks."""
        if name not in self.shared:
            self.shared[name] = make(self.evidence, self.network)
        return self.shared[name]

    @property
    def params(self) -> Params:
        """Parameters of the run."""
        return self.evidence.params

    @property
    def members(self) -> pl.DataFrame:
        """``ring, node``."""
        return self.candidates.members

    @cached_property
    def received(self) -> pl.DataFrame:
        """Payments from outside to members: columns of :func:`analysis.flows.payments` plus ``ring``."""
        paid = self.network.paid.filter(pl.col("payee").is_not_null())
        inward = paid.join(self.members.rename({"node": "payee"}), on="payee")
        inside = self.members.rename({"node": "payer"})
        return inward.join(inside, on=["ring", "payer"], how="anti").sort("ring", "tx")

    @cached_property
    def inner_edges(self) -> pl.DataFrame:
        """``ring, u, v, w``: weighted edges with both ends in one candidate."""
        return (
            self.network.edges.join(self.members.rename({"node": "u"}), on="u")
            .join(self.members.rename({"node": "v"}), on=["ring", "v"], how="semi")
            .select("ring", "u", "v", "w")
            .sort("ring", "u", "v")
        )

    @cached_property
    def edges_by_ring(self) -> dict[int, tuple[list[int], list[int]]]:
        """Ends ``u`` and ``v`` of the edges inside each candidate that has any."""
        rows = self.inner_edges.group_by("ring", maintain_order=True).agg("u", "v")
        return {ring: (u, v) for ring, u, v in rows.iter_rows()}

    @cached_property
    def voices_by_node(self) -> dict[int, frozenset[int]]:
        """Voices that name each node."""
        rows = self.support.names.group_by("node").agg(pl.col("voice").unique())
        return {node: frozenset(found) for node, found in rows.iter_rows()}

    @cached_property
    def named_payees(self) -> pl.Series:
        """Nodes that a report names as payee."""
        return self.support.names.filter(pl.col("role") == "payee")["node"].unique().sort()

    @cached_property
    def _contacts(self) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
        lines = self.network.ties.filter(pl.col("kind") == "talk")
        ends = pl.concat([lines["u"], lines["v"]]).unique().implode()
        rows = self.network.talk.pairs.filter(pl.col("a").is_in(ends) | pl.col("b").is_in(ends))
        pairs = {(a, b): n for a, b, n in rows.select("a", "b", "n").iter_rows()}
        totals: dict[int, int] = {}
        for (a, b), n in pairs.items():
            totals[a] = totals.get(a, 0) + n
            totals[b] = totals.get(b, 0) + n
        return pairs, totals

    def talk(self, line: int, others: Iterable[int]) -> tuple[int, float]:
        """Calls of a line with these others, and their share of all its calls."""
        totals, calls = self._contacts[1], sum(self.calls(line, others).values())
        return calls, round(calls / totals[line], 2) if totals.get(line) else 0.0

    def calls(self, line: int, others: Iterable[int]) -> dict[int, int]:
        """Calls of a line that talk ties to somebody with each of these others, where there are any."""
        pairs = self._contacts[0]
        found = {other: pairs.get((min(line, other), max(line, other)), 0) for other in others}
        return {other: n for other, n in found.items() if n}

    @cached_property
    def _passes(self) -> dict[frozenset[int], list[dict[str, Any]]]:
        out: dict[frozenset[int], list[dict[str, Any]]] = {}
        for row in self.network.passing.iter_rows(named=True):
            out.setdefault(frozenset((row["via"], row["to"])), []).append(row)
        return out

    def passes_between(self, a: int, b: int) -> list[dict[str, Any]]:
        """Rows of :func:`analysis.flows.passed_on` between two nodes, either way."""
        return self._passes.get(frozenset((a, b)), [])

    def uid(self, node: int) -> str:
        """Uid of a node."""
        return uid_of(self.evidence, node)


Detector = Callable[[Context], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Typology:
    """A row of the registry: what ``halqa typologies`` lists."""

    id: str
    name: str
    code: str
    """Reason code of its hits: its title and sentence are in the catalogues."""
    params: tuple[str, ...]
    """Knobs of :class:`analysis.params.Params`."""
    source: str
    false_positives: tuple[str, ...]
    detect: Detector
    llr: float
    """Log-likelihood ratio at full strength (see :mod:`analysis.scoring`)."""


Hit = tuple[int, float, Mapping[str, object], Iterable[int]]


def hits(code: str, rows: Iterable[Hit]) -> pl.DataFrame:
    """Frame of hits from ``(ring, strength, params, records)``."""
    table = [
        (
            ring,
            round(min(1.0, max(0.0, strength)), 4),
            code,
            json.dumps(dict(params), sort_keys=True),
            sorted(set(records))[:MOST],
        )
        for ring, strength, params, records in rows
    ]
    return pl.DataFrame(table, schema=HITS, orient="row").sort(
        "ring", "strength", "params", descending=[False, True, False]
    )
