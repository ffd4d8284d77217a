"""In whose name a line of a ring is: papers are lent, sold and forged, and nobody is a member for that alone."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from analysis.network import POCKET, Network, of_kinds, without
from analysis.nodes import Evidence
from analysis.parts import both_ends, components
from analysis.support import Support
from analysis.ties import PAPERS

_TOLD_OF: Final = ("HAS_ROLE", "HAS_EVENT", "EMPLOYED_BY", "MANAGES")
"""Relations that say more of a person than in whose name a line is; so does what a search found with them."""


def without_holders(
    evidence: Evidence, support: Support, network: Network, members: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Members (``ring, node``), and people set aside (``ring, node, line, rec``) of whom nothing is known but that
    something of the ring is registered in their name.

    Crews use numbers that stand in the name of somebody who never saw them, and who has a line, a wallet and payments
    of their own: these go with them, and so do other lines in their name that talk with one hand of the ring, as those
    of a household do. Who is named, deals in money with the ring or with those it harmed, again and again, holds
    anything else of the ring, signed for several lines of it (of a drain; of anything else without a line or an account
    of their own), or stands in a case or on a list of staff, stays.
    """
    rows = members.with_columns(pl.Series("hand", network.hands.of[members["node"].to_numpy()])).with_row_index("row")
    ends = _signed(evidence, support, network, rows)
    rest = rows.join(ends.select("ring", "node").unique(), on=["ring", "node"], how="anti")
    apart = _parts(network, support, rows, rest, talk=False)
    placed = _placed(ends, apart)
    # Whose lines only talk ties to the ring: there it has to do.
    talked = ends.join(placed, on=["ring", "node"], how="anti")
    whole = _parts(network, support, rows, rest, talk=True)
    placed_whole = _placed(talked, whole)
    own = pl.concat([_own(placed, apart), _own(placed_whole, whole)])
    lent = _lent(network, pl.concat([placed, placed_whole]))
    holders = lent.select("ring", pl.col("node").alias("holder")).unique()
    lines = lent.select("ring", pl.col("node").alias("holder"), "line").unique()
    own = own.join(holders, on=["ring", "holder"], how="semi")
    own = pl.concat([own, lent.select("ring", pl.col("node").alias("holder"), "node")]).unique()
    dealing = _dealing(evidence, network, members, own, lines)
    own = own.join(dealing, on=["ring", "holder"], how="anti")
    aside = (
        lent.join(dealing.rename({"holder": "node"}), on=["ring", "node"], how="anti")
        .sort("ring", "node", "line", "rec")
        .unique(["ring", "node"], keep="first", maintain_order=True)
    )
    return members.join(own, on=["ring", "node"], how="anti").sort("ring", "node"), aside


def _signed(evidence: Evidence, support: Support, network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """``ring, node, hand, line, kind, rec``: all ties of people of whom nothing else is known (:data:`_TOLD_OF`, a
    search, a report) and who signed for something."""
    people = rows.filter(evidence.are(rows["node"], "Person"))
    links = evidence.view["links"]
    more = pl.col("rel").is_in(_TOLD_OF) | (pl.col("basis") == "seized")
    told = links.filter(more & pl.col("src").is_not_null())["src"]
    known = pl.concat([support.names["node"], told]).unique()
    people = people.filter(~pl.col("node").is_in(known.implode()))
    ends = both_ends(network.ties, ("u", "v"), ("node", "line"), "kind", "rec")
    ends = ends.join(people.select("ring", "node", "hand"), on="node")
    signing = ends.filter(pl.col("kind") == "contract").select("ring", "node").unique()
    return ends.join(signing, on=["ring", "node"], how="semi")


def _parts(network: Network, support: Support, rows: pl.DataFrame, rest: pl.DataFrame, *, talk: bool) -> pl.DataFrame:
    """``rest`` (some of ``rows``) with the ``part`` of the ring each is in when the others are gone, whether a report
    names something in it, and how many hands it has. Without ``talk``, what talks with one hand alone, as relatives
    do, is in a part of its own unless a report names something there."""
    inner = (
        network.ties.select("u", "v", (pl.col("kind") == "talk").alias("talk"))
        .group_by("u", "v")
        .agg(pl.col("talk").all())
        .join(rest.select("ring", pl.col("node").alias("u"), pl.col("row").alias("a")), on="u")
        .join(rest.select("ring", pl.col("node").alias("v"), pl.col("row").alias("b")), on=["ring", "v"])
        .select(pl.col("a").alias("u"), pl.col("b").alias("v"), "talk")
    )
    rest = rest.with_columns(pl.col("node").is_in(support.names["node"].unique().implode()).alias("named"))
    if not talk:
        inner = pl.concat([inner.filter(~pl.col("talk")), _company(rows, rest, inner)])
    label = components(rows.height, inner.select("u", "v"))
    return rest.with_columns(pl.Series("part", label[rest["row"].to_numpy()], dtype=pl.Int64)).with_columns(
        pl.col("named").any().over("part"), pl.col("hand").n_unique().over("part").alias("hands")
    )


def _company(rows: pl.DataFrame, rest: pl.DataFrame, inner: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``inner`` that are talk between two parts, each of which a report names or talks with several hands."""
    part = components(rows.height, inner.filter(~pl.col("talk")).select("u", "v"))
    hand = rows["hand"]
    spoken = inner.filter("talk")
    sides = [
        pl.DataFrame(
            {
                "row": np.arange(spoken.height),
                "part": part[spoken[here].to_numpy()],
                "other": hand.gather(spoken[there]),
            }
        )
        for here, there in (("u", "v"), ("v", "u"))
    ]
    named = pl.Series(part[rest.filter("named")["row"].to_numpy()]).unique()
    ends = pl.concat(sides)
    alone = ends.group_by("part").agg(pl.col("other").n_unique()).filter(pl.col("other") < 2)
    alone = alone.filter(~pl.col("part").is_in(named.implode()))
    gone = ends.join(alone, on="part", how="semi")["row"].unique()
    return spoken.with_row_index("row").filter(~pl.col("row").is_in(gone.implode())).select(inner.columns)


def _placed(ends: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """``ends`` of those whom nothing but papers ties to the ring, with the ``part`` of each line and whether it is
    ``of_ring``: one that a report names, that has several hands, or another hand than theirs. Their own account and
    second line are theirs, not the ring's."""
    lines = parts.select("ring", pl.col("node").alias("line"), "part", "named", "hands", pl.col("hand").alias("by"))
    of_ring = pl.col("named") | (pl.col("hands") > 1) | (pl.col("by") != pl.col("hand"))
    placed = ends.join(lines, on=["ring", "line"]).with_columns(of_ring.alias("of_ring"))
    only_papers = (
        placed.filter("of_ring")
        .group_by("ring", "node")
        .agg(pl.col("kind").is_in(PAPERS).all().alias("papers"), (pl.col("kind") == "contract").any().alias("signed"))
        .filter(pl.col("papers") & pl.col("signed"))
    )
    return placed.join(only_papers, on=["ring", "node"], how="semi")


def _own(placed: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """``ring, holder, node``: what is theirs."""
    return (
        placed.filter(~pl.col("of_ring"))
        .select("ring", pl.col("node").alias("holder"), "part")
        .unique()
        .join(parts.select("ring", "part", "node"), on=["ring", "part"])
        .select("ring", "holder", "node")
    )


def _lent(network: Network, placed: pl.DataFrame) -> pl.DataFrame:
    """``ring, node, line, rec`` of those who signed for one thing of the ring, or for more beside something of their
    own. Who signed for several lines, the end of a drain among them, runs it sooner than they lent their papers."""
    drain = network.ties.filter(pl.col("kind").is_in(["series", "diverted"]))
    answering = pl.concat([drain["u"], drain["v"]]).unique().implode()
    signed = placed.group_by("ring", "node").agg(
        pl.col("line").filter("of_ring").n_unique().alias("lines"),
        (~pl.col("of_ring")).any().alias("own"),
        (pl.col("of_ring") & pl.col("line").is_in(answering)).any().alias("answers"),
    )
    lent = signed.filter((pl.col("lines") == 1) | (pl.col("own") & ~pl.col("answers")))
    return (
        placed.filter("of_ring")
        .join(lent.select("ring", "node"), on=["ring", "node"], how="semi")
        .select("ring", "node", "line", "rec")
    )


def _users(network: Network, own: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """``ring, holder, with``: the pocket of whoever uses the lines (``ring, holder, line``) that a holder signed for,
    without the holders and what is theirs."""
    pockets = of_kinds(network.ties, POCKET).select("u", "v").unique()
    pocket = components(len(network.pocket), without(pockets, pl.concat([own["node"], own["holder"]]).unique()))
    nodes = pl.DataFrame({"with": np.arange(len(pocket), dtype=np.uint32), "pocket": pocket})
    signed = lines.with_columns(pl.Series("pocket", pocket[lines["line"].to_numpy()], dtype=pl.Int64))
    return signed.join(nodes, on="pocket").select("ring", "holder", "with").unique()


def _dealing(
    evidence: Evidence, network: Network, members: pl.DataFrame, own: pl.DataFrame, lines: pl.DataFrame
) -> pl.DataFrame:
    """``ring, holder`` of those whose things (``own``: ``ring, holder, node``) deal in money with the ring again and
    again: they pay or are paid by others of it, or are paid by those who pay it or by known victims, in a fair share of
    all their payments. In a town everybody was once paid by somebody who was harmed. What a son gives to the mother who
    signed for his line (``lines``: ``ring, holder, line``) is no dealing with his crew.
    """
    p = evidence.params
    real = network.paid.filter(~pl.col("told")).drop_nulls(["payer", "payee"]).select("payer", "payee", "tx")
    others = members.join(own.select("ring", "node").unique(), on=["ring", "node"], how="anti")
    crew = others.select("ring", pl.col("node").alias("with"))
    payers = real.join(others.rename({"node": "payee"}), on="payee").select("ring", pl.col("payer").alias("with"))
    ends = [
        real.select(pl.col(this).alias("node"), pl.col(other).alias("with"), "tx", pl.lit(this == "payee").alias("in"))
        for this, other in (("payer", "payee"), ("payee", "payer"))
    ]
    deals = own.join(pl.concat(ends), on="node").join(
        own.rename({"node": "with"}), on=["ring", "holder", "with"], how="anti"
    )
    abroad = deals.join(_users(network, own, lines), on=["ring", "holder", "with"], how="anti")
    harmed = pl.Series(sorted(evidence.masked), dtype=pl.UInt32).implode()
    whom = pl.Series("code", evidence.node_code[deals["with"].to_numpy()], dtype=pl.UInt32)
    near = pl.concat(
        [
            abroad.join(crew.unique(), on=["ring", "with"], how="semi"),
            deals.filter(pl.col("in") & whom.is_in(harmed)),
            deals.filter("in").join(payers.unique(), on=["ring", "with"], how="semi"),
        ]
    )
    return (
        near.group_by("ring", "holder")
        .agg(pl.col("tx").n_unique().alias("near"))
        .join(deals.group_by("ring", "holder").agg(pl.col("tx").n_unique().alias("all")), on=["ring", "holder"])
        .filter((pl.col("near") >= p.holder_deals) & (pl.col("near") >= p.holder_share * pl.col("all")))
        .select("ring", "holder")
    )
