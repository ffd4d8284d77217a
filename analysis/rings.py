"""Candidate rings: communities with their members, their reports, and payees who serve two sides set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.communities import slices
from analysis.network import Network, components
from analysis.nodes import Evidence
from analysis.support import Support

_SIDE_VOICES = 2


@dataclass(frozen=True)
class Candidates:
    """``members``: ``ring, node``; ``reports``: ``ring, report, voice, identified, copy, coercive, category, at, rec``;
    ``shared``: ``node, rings`` of payees who belong to several rings. Rings are numbered by their smallest node."""

    members: pl.DataFrame
    reports: pl.DataFrame
    shared: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of candidates."""
        return self.members["ring"].n_unique()


def find(evidence: Evidence, support: Support, network: Network, community: NDArray[np.int64]) -> Candidates:
    """Communities that reports name, split at payees who serve two sides."""
    inside = np.flatnonzero(community >= 0)
    labelled = pl.DataFrame({"node": inside.astype(np.uint32), "group": community[inside]})
    labelled = _named_groups(evidence, support, labelled)
    rows = split_at_shared_payees(evidence, support, network, labelled)
    order = (
        rows.group_by("group")
        .agg(pl.col("node").min().alias("low"), pl.col("node").sort().alias("all"))
        .sort("low", "all")
    )
    numbers = order.with_row_index("ring").select("group", pl.col("ring").cast(pl.UInt32))
    members = rows.join(numbers, on="group").select("ring", "node").unique().sort("ring", "node")
    members = _without_aliases(evidence, network, members)
    shared = members.group_by("node").agg(pl.len().alias("rings")).filter(pl.col("rings") > 1).sort("node")
    return Candidates(members, reports_of(support, members), shared)


def reports_of(support: Support, members: pl.DataFrame) -> pl.DataFrame:
    """Reports that name members, one row a ring and report."""
    named = support.names.select("report", "node").join(members, on="node").select("ring", "report").unique()
    facts = support.reports.select("report", "voice", "identified", "copy", "coercive", "category", "at", "rec")
    return named.join(facts, on="report").sort("ring", "report")


def _named_groups(evidence: Evidence, support: Support, labelled: pl.DataFrame) -> pl.DataFrame:
    """Groups with enough voices; one identifier alone needs more of them."""
    p = evidence.params
    voices = (
        support.names.select("node", "voice")
        .join(labelled, on="node")
        .group_by("group")
        .agg(pl.col("voice").n_unique().alias("voices"))
    )
    sizes = labelled.group_by("group").agg(pl.len().alias("n"))
    need = pl.when(pl.col("n") < p.min_members).then(p.lone_reports).otherwise(p.min_reports)
    kept = voices.join(sizes, on="group").filter(pl.col("voices") >= need).select("group")
    return labelled.join(kept, on="group", how="semi").sort("group", "node")


def split_at_shared_payees(
    evidence: Evidence, support: Support, network: Network, labelled: pl.DataFrame
) -> pl.DataFrame:
    """``node, group`` with a payee who serves several sides in each of them.

    A payee named by reports is such one when, taken out, what is left falls into at least two sides, each with reports
    of its own and a line of its own that recurs in them. What hangs on the payee alone stays with the payee.
    """
    groups = np.full(len(evidence.node_code), -1, dtype=np.int64)
    groups[labelled["node"].to_numpy()] = labelled["group"].to_numpy()
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    inner = network.edges.filter(pl.Series((groups[u] == groups[v]) & (groups[u] >= 0), dtype=pl.Boolean))
    payees = set(support.names.filter(pl.col("role") == "payee")["node"].to_list())
    reach = support.names.group_by("node").agg(pl.col("voice").unique().sort())
    voices = {node: frozenset(found) for node, found in reach.iter_rows()}
    out: list[tuple[int, int]] = []
    done: set[int] = set()
    for nodes, rows in slices(inner, groups):
        done.update(nodes.tolist())
        sides = _sides(nodes, rows, payees, voices)
        for side in sides:
            name = min(side)
            out += [(node, name * len(groups) + len(side) if len(sides) > 1 else name) for node in sorted(side)]
    lone = labelled.filter(~pl.col("node").is_in(pl.Series(sorted(done), dtype=pl.UInt32).implode()))
    rows = pl.DataFrame(out, schema={"node": pl.UInt32, "group": pl.Int64}, orient="row")
    return pl.concat([rows, lone.select("node", "group")]).sort("group", "node")


def _sides(
    nodes: NDArray[np.int64], rows: pl.DataFrame, payees: set[int], voices: dict[int, frozenset[int]]
) -> list[frozenset[int]]:
    """The group itself, or its sides, each with the payee they share; the payee with the most voices is tried first."""
    whole = frozenset(nodes.tolist())
    tried = sorted((n for n in whole if n in payees), key=lambda n: (-len(voices.get(n, ())), n))
    for payee in tried[:5]:
        at = int(np.searchsorted(nodes, payee))
        left = rows.filter((pl.col("u") != at) & (pl.col("v") != at))
        label = components(len(nodes), left)
        sides: list[set[int]] = []
        rest: set[int] = {payee}
        for low in np.unique(label):
            side = {int(n) for n in nodes[label == low]} - {payee}
            own = [voices[n] for n in side if n in voices and n not in payees]
            heard = frozenset().union(*own) if own else frozenset()
            if side and len(heard) >= _SIDE_VOICES and any(len(one) >= _SIDE_VOICES for one in own):
                sides.append(side)
            else:
                rest |= side
        if len(sides) >= 2:
            return [frozenset(side | rest) for side in sorted(sides, key=min)]
    return [whole]


def _without_aliases(evidence: Evidence, network: Network, members: pl.DataFrame) -> pl.DataFrame:
    """Members without the nameless persons of single records (``person:rec:``) where a line or account stands for them."""
    uids = evidence.view.entities["uid"]
    codes = pl.Series(evidence.node_code)[members["node"]]
    alias = members.filter(uids.gather(codes).str.starts_with("person:rec:"))
    others = members.join(alias, on=["ring", "node"], how="anti")
    tied = network.ties.select("u", "v")
    both = pl.concat(
        [
            tied.select(pl.col("u").alias("node"), pl.col("v").alias("other")),
            tied.select(pl.col("v").alias("node"), pl.col("u").alias("other")),
        ]
    )
    stood = (
        alias.join(both, on="node")
        .join(others.rename({"node": "other"}), on=["ring", "other"])
        .select("ring", "node")
        .unique()
    )
    return members.join(stood, on=["ring", "node"], how="anti").sort("ring", "node")
