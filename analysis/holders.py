"""In whose name a line of a ring is: papers are lent, sold and forged, and nobody is a member for that alone."""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.parts import both_ends, components
from analysis.support import Support
from analysis.ties import PAPERS

_TOLD_OF: Final = ("HAS_ROLE", "HAS_EVENT", "EMPLOYED_BY", "MANAGES")
"""Relations that say more of a person than in whose name a line is; so does what a search found with them."""


def without_holders(
    evidence: Evidence, support: Support, network: Network, members: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Members (``ring, node``), and people set aside (``ring, node, line, rec``) of whom nothing is known but that one
    line of the ring is registered in their name.

    Crews use numbers that stand in the name of somebody who never saw them, and who has a line, a wallet and payments
    of their own: these go with them. Who is named, deals in money with the ring or with those it harmed, again and
    again, holds anything else of the ring or, without a line or an account of their own, a second line of it, or stands
    in a case or on a list of staff, stays.
    """
    rows = members.with_columns(pl.Series("hand", network.hands.of[members["node"].to_numpy()])).with_row_index("row")
    codes = evidence.node_code[members["node"].to_numpy()]
    people = rows.filter(pl.Series(evidence.labels[codes] == "Person", dtype=pl.Boolean))
    links = evidence.view["links"]
    more = pl.col("rel").is_in(_TOLD_OF) | (pl.col("basis") == "seized")
    told = links.filter(more & pl.col("src").is_not_null())["src"]
    known = pl.concat([support.names["node"], told]).unique()
    people = people.filter(~pl.col("node").is_in(known.implode()))
    ends = both_ends(network.ties, ("u", "v"), ("node", "line"), "kind", "rec")
    ends = ends.join(people.select("ring", "node", "hand"), on="node")
    signing = ends.filter(pl.col("kind") == "contract").select("ring", "node").unique()
    parts = _without(network, support, rows, signing)
    placed = (
        ends.join(signing, on=["ring", "node"], how="semi")
        .join(
            parts.select("ring", pl.col("node").alias("line"), "part", "named", "hands", pl.col("hand").alias("by")),
            on=["ring", "line"],
        )
        .with_columns((pl.col("named") | (pl.col("hands") > 1) | (pl.col("by") != pl.col("hand"))).alias("of_ring"))
    )
    # Their own account and second line are theirs, not the ring's: only what ties them to it counts.
    only_papers = (
        placed.filter("of_ring")
        .group_by("ring", "node")
        .agg(pl.col("kind").is_in(PAPERS).all().alias("papers"), (pl.col("kind") == "contract").any().alias("signed"))
        .filter(pl.col("papers") & pl.col("signed"))
    )
    placed = placed.join(only_papers, on=["ring", "node"], how="semi")
    with_own = placed.filter(~pl.col("of_ring")).select("ring", "node").unique().with_columns(own=pl.lit(value=True))
    lent = (
        placed.filter("of_ring")
        .sort("ring", "node", "line", "rec")
        .group_by("ring", "node", maintain_order=True)
        .agg(pl.col("line").n_unique().alias("n"), pl.col("line").first(), pl.col("rec").first())
        .join(with_own, on=["ring", "node"], how="left")
        .filter((pl.col("n") == 1) | pl.col("own"))
        .select("ring", "node", "line", "rec")
    )
    # Who holds the end of a drain and another line runs it sooner than they lent their papers.
    drain = network.ties.filter(pl.col("kind").is_in(["series", "diverted"]))
    answering = pl.concat([drain["u"], drain["v"]]).unique().implode()
    several = placed.filter(~pl.col("of_ring")).select("ring", "node").unique()
    running = lent.filter(pl.col("line").is_in(answering)).join(several, on=["ring", "node"], how="semi")
    lent = lent.join(running, on=["ring", "node"], how="anti")
    own = (
        placed.filter(~pl.col("of_ring"))
        .select("ring", pl.col("node").alias("holder"), "part")
        .unique()
        .join(parts.select("ring", "part", "node"), on=["ring", "part"])
        .select("ring", "holder", "node")
    )
    own = pl.concat([own, lent.select("ring", pl.col("node").alias("holder"), "node")]).unique()
    own = own.join(lent.select("ring", pl.col("node").alias("holder")), on=["ring", "holder"], how="semi")
    dealing = _dealing(evidence, network, members, own)
    own = own.join(dealing, on=["ring", "holder"], how="anti")
    holders = lent.join(dealing.rename({"holder": "node"}), on=["ring", "node"], how="anti").sort("ring", "node")
    return members.join(own, on=["ring", "node"], how="anti").sort("ring", "node"), holders


def _without(network: Network, support: Support, rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """``rows`` of everybody else with the ``part`` of the ring they are in when ``people`` are gone, whether a report
    names something in it, and how many hands it has."""
    rest = rows.join(people, on=["ring", "node"], how="anti")
    inner = (
        network.ties.select("u", "v")
        .unique()
        .join(rest.select("ring", pl.col("node").alias("u"), pl.col("row").alias("a")), on="u")
        .join(rest.select("ring", pl.col("node").alias("v"), pl.col("row").alias("b")), on=["ring", "v"])
        .select(pl.col("a").alias("u"), pl.col("b").alias("v"))
    )
    label = components(rows.height, inner)
    return rest.with_columns(
        pl.Series("part", label[rest["row"].to_numpy()], dtype=pl.Int64),
        pl.col("node").is_in(support.names["node"].unique().implode()).alias("named"),
    ).with_columns(pl.col("named").any().over("part"), pl.col("hand").n_unique().over("part").alias("hands"))


def _dealing(evidence: Evidence, network: Network, members: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """``ring, holder`` of those whose things (``own``: ``ring, holder, node``) deal in money with the ring again and
    again: they pay or are paid by others of it, or are paid by those who pay it or by known victims, in a fair share of
    all their payments. In a town everybody was once paid by somebody who was harmed."""
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
    harmed = pl.Series(sorted(evidence.masked), dtype=pl.UInt32).implode()
    whom = pl.Series("code", evidence.node_code[deals["with"].to_numpy()], dtype=pl.UInt32)
    near = pl.concat(
        [
            deals.join(crew.unique(), on=["ring", "with"], how="semi"),
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
