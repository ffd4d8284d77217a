"""Around a ring: associates over weaker suspect-side ties, and shared infrastructure that was cut."""

from __future__ import annotations

import polars as pl

from analysis.findings import Bridge, Reason
from analysis.nodes import uid_of
from analysis.reasons import reason
from analysis.typologies.base import Context

_MOST = 12


def bridges(context: Context) -> dict[int, list[Bridge]]:
    """Cut connectors with a tie to a member, by ring."""
    cuts = context.network.cuts
    stop = pl.Series(sorted(cuts), dtype=pl.UInt32).implode()
    rows = context.network.severed
    sides = pl.concat(
        [
            rows.filter(pl.col("u").is_in(stop)).select(pl.col("u").alias("cut"), pl.col("v").alias("node")),
            rows.filter(pl.col("v").is_in(stop)).select(pl.col("v").alias("cut"), pl.col("u").alias("node")),
        ]
    )
    found = sides.join(context.members, on="node").group_by("ring", "cut").agg(pl.len().alias("n"))
    out: dict[int, list[Bridge]] = {}
    for ring, cut, _ in found.sort("ring", "n", "cut", descending=[False, True, False]).iter_rows():
        if len(out.setdefault(ring, [])) < _MOST:
            out[ring].append(Bridge(uid=uid_of(context.evidence, cut), reason=cuts[cut].code))
    heard = context.support.names["node"].unique().implode()
    for ring, node in context.candidates.mistaken.filter(pl.col("node").is_in(heard)).iter_rows():
        if len(out.setdefault(ring, [])) < _MOST:
            out[ring].append(Bridge(uid=uid_of(context.evidence, node), reason="cut_named_once"))
    return out


def associates(context: Context) -> dict[int, list[tuple[int, Reason]]]:
    """Who received on from a member, in part and repeatedly; who only talks with two of its hands; in whose name one of
    its lines is registered; and whoever pays a ring and passes money on to it, who may be forced.

    A payer or a contacted party is never one.
    """
    evidence = context.evidence
    members = context.members
    weak = context.network.passing_weak.join(members.rename({"node": "via"}), on="via").join(
        members.rename({"node": "to"}), on=["ring", "to"], how="anti"
    )
    allowed = evidence.suspect_side
    out: dict[int, list[tuple[int, Reason]]] = {}
    barred = set(context.network.barred.to_list()) | set(context.network.cuts)
    rows = weak.sort("ring", "share", "to", descending=[False, True, False])
    for ring, via, to, recs in rows.select("ring", "via", "to", "recs").iter_rows():
        if to in barred or not allowed[evidence.node_code[to]] or len(out.setdefault(ring, [])) >= _MOST:
            continue
        ends = {"associate": uid_of(evidence, to), "uid": uid_of(evidence, via)}
        why = reason("associate_received", evidence.view.record_ids(recs), **ends)
        if all(to != other for other, _ in out[ring]):
            out[ring].append((to, why))
    view = evidence.view
    for ring, node, line, rec in context.candidates.holders.iter_rows():
        ends = {"associate": uid_of(evidence, node), "uid": uid_of(evidence, line)}
        why = reason("associate_holder", view.record_ids([rec]), **ends)
        out.setdefault(ring, []).append((node, why))
    for ring, line, other, calls, rec in _callers(context).iter_rows():
        ends = {"associate": uid_of(evidence, line), "uid": uid_of(evidence, other)}
        why = reason("associate_calls", view.record_ids([rec]), **ends, calls=calls)
        out.setdefault(ring, []).append((line, why))
    for ring, node, payments, recs in mule_victims(context).iter_rows():
        payer = uid_of(evidence, node)
        why = reason("associate_mule_victim", view.record_ids(recs), associate=payer, payments=payments)
        out.setdefault(ring, []).append((node, why))
    return out


def _callers(context: Context) -> pl.DataFrame:
    """``ring, line, other, calls, rec``: lines that only talk with two hands, and the member each talks with most."""
    contact = context.network.talk.pairs
    sides = [contact.select(pl.col(x).alias("line"), pl.col(y).alias("other"), "n", "rec") for x, y in ("ab", "ba")]
    return (
        context.candidates.callers.rename({"node": "line"})
        .join(pl.concat(sides), on="line")
        .join(context.members.rename({"node": "other"}), on=["ring", "other"], how="semi")
        .sort("ring", "line", "n", "other", descending=[False, False, True, False])
        .unique(["ring", "line"], keep="first", maintain_order=True)
        .select("ring", "line", "other", pl.col("n").alias("calls"), "rec")
    )


def mule_victims(context: Context) -> pl.DataFrame:
    """``ring, node, payments, recs``: known victims or payers who paid a ring and whose money is passed on to it."""
    evidence = context.evidence
    first = context.received.filter(pl.col("payer").is_not_null()).group_by("ring", pl.col("payer").alias("node")).agg(
        pl.len().alias("payments"), pl.col("at").min().alias("paid_first")
    )  # fmt: skip
    members = context.members.rename({"node": "to"})
    passing = context.network.passing.join(members, on="to").select(
        "ring", pl.col("via").alias("node"), "since", "recs"
    )
    both = passing.join(first, on=["ring", "node"], how="left").join(context.members, on=["ring", "node"], how="anti")
    known = pl.Series([int(evidence.node_code[n]) in evidence.masked for n in both["node"].to_list()], dtype=pl.Boolean)
    both = both.with_columns(known.alias("known")).filter("known")
    return both.select("ring", "node", pl.col("payments").fill_null(0), "recs").sort("ring", "node")
