"""Pages and what they publish: posts, whom a post aims at, when it went away, and who has spoken.

Publishing, criticising and being disliked are no indications. What T09 and T10 may rest on is counted here: statements
of people who were asked for something, and money. Topic and tone are not read, by anybody.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis.natures import SPEECH
from analysis.network import Network
from analysis.nodes import Evidence
from analysis.typologies.base import Context
from graph.schema import UTC_TIME

STATEMENT: Final = {"ring": pl.UInt32, "voice": pl.UInt32, "who": pl.UInt32, "at": UTC_TIME, "rec": pl.UInt32}


def posts(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``page, post, at, gone, rec``: publications with their page, when they came and when they went (null: still
    there, or nobody says)."""
    del network
    view = evidence.view
    told = (
        view["statements"]
        .filter(pl.col("prop").is_in(["posted_at", "removed_at"]) & pl.col("time").is_not_null())
        .group_by(pl.col("subject").alias("post"))
        .agg(
            pl.col("time").filter(pl.col("prop") == "posted_at").min().alias("posted"),
            pl.col("time").filter(pl.col("prop") == "removed_at").max().alias("removed"),
        )
    )
    links = (
        view["links"]
        .filter(pl.col("rel") == "PUBLISHED")
        .select(pl.col("src").alias("page"), pl.col("dst").alias("post"), "since", pl.col("until").alias("gone"), "rec")
        .join(told, on="post", how="left")
    )
    rows = (
        evidence.dated(links, "posted", "since")
        .group_by("page", "post")
        .agg(
            pl.col("at").min(),
            pl.coalesce(pl.col("removed").max(), pl.col("gone").max()).cast(UTC_TIME).alias("gone"),
            pl.col("rec").min(),
        )
    )
    return evidence.place(rows, "page", "at").sort("page", "post")


def identities(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``code, who``: known victims and reporters under every uid they stand under; ``who`` is one code a person."""
    del network
    view = evidence.view
    own = view.entities.with_row_index("code").filter(pl.col("label") == "Victim")
    seen = own.select(pl.col("code").cast(pl.UInt32), "uid")
    masked = pl.DataFrame(
        {"code": sorted(evidence.masked), "uid": [evidence.masked[code] for code in sorted(evidence.masked)]},
        schema={"code": pl.UInt32, "uid": pl.String},
    )
    return pl.concat([seen, masked]).unique("code").select("code", pl.col("code").min().over("uid").alias("who"))


def targets(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``post, who, rec``: at whom a post aims, as its source says. Nobody is read out of a text."""
    known = identities(evidence, network)
    return (
        evidence.view["links"]
        .filter(pl.col("rel") == "TARGETS")
        .select(pl.col("src").alias("post"), pl.col("dst").alias("code"), "rec")
        .join(known, on="code", how="left")
        .select("post", pl.coalesce("who", "code").alias("who"), "rec")
        .unique()
        .sort("post", "who", "rec")
    )


def statements(context: Context) -> pl.DataFrame:
    """``ring, voice, who, at, rec``: identified reports of a ring that speak of being forced, or of a demand.

    An insult, a slander or a fraud that somebody complains of is a statement too, but not one of this kind.
    """
    reporter = (
        context.evidence.view["links"]
        .filter(pl.col("rel") == "REPORTED_BY")
        .select(pl.col("src").alias("report"), pl.col("dst").alias("code"))
        .join(context.once("identities", identities), on="code", how="left")
        .group_by("report")
        .agg(pl.coalesce("who", "code").min().alias("who"))
    )
    own = context.candidates.reports.filter("identified")
    return (
        pl.concat([own.filter("coercive"), own.join(context.evidence.demanding, on="report", how="semi")])
        .unique(["ring", "report"])
        .join(reporter, on="report", how="left")
        .select(list(STATEMENT))
        .sort(list(STATEMENT))
    )


def of_members(context: Context) -> pl.DataFrame:
    """``ring, page``: members that publish, or that a source calls a page."""
    published = context.once("posts", posts)["page"]
    pages = pl.concat([published, context.evidence.codes_of("Page")]).unique().implode()
    return context.members.filter(pl.col("node").is_in(pages)).rename({"node": "page"})


def spoken_of(context: Context) -> pl.DataFrame:
    """``ring, page``: profiles of rings of which every report complains of what was said: whatever its source calls
    such a profile, it stands here for a page."""
    said = pl.col("category").is_in(list(SPEECH)).fill_null(value=False)
    rings = context.candidates.reports.group_by("ring").agg(said.all().alias("only")).filter("only").select("ring")
    profiles = context.evidence.codes_of("Account", "Page", "Persona")
    codes = pl.Series("code", context.evidence.node_code[context.members["node"].to_numpy()])
    members = context.members.with_columns(codes).filter(pl.col("code").is_in(profiles.implode()))
    return members.join(rings, on="ring", how="semi").select("ring", pl.col("node").alias("page"))


def paid_by_reporters(context: Context) -> pl.DataFrame:
    """``ring``: rings of which an identified report tells, or cites, a payment to a member."""
    to_member = context.network.paid.select("tx", pl.col("payee").alias("node")).drop_nulls()
    return (
        context.candidates.reports.filter("identified")
        .select("ring", "report")
        .join(context.evidence.cited, on="report")
        .join(to_member, on="tx")
        .join(context.members, on=["ring", "node"], how="semi")
        .select("ring")
        .unique()
        .sort("ring")
    )
