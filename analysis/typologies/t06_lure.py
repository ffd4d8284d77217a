"""T06: one lure, several profiles: the same picture or the same text behind accounts that independent reports name.

A picture or a text never joins accounts into a ring: crews learn from the same guides, and whoever is pictured may be a
victim. This reads only what a candidate has already. What goes round everywhere (an idol, a meme, a warning of the
police) is public and counts for nobody.
"""

from __future__ import annotations

from typing import Final

import igraph as ig
import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.typologies.base import Context, hits

CODE: Final = "t06_reused_lure"
PROFILES: Final = ("Account", "Page", "Persona")
_BANDS: Final = tuple(range(0, 16, 2))
"""Where eight bands of a hash of sixteen digits begin: hashes that differ in fewer than eight bits agree in one."""
_PLAIN: Final = 8
"""Fewest bits set, or not set, of a hash that tells anything: flat pictures all look alike."""


def detect(context: Context) -> pl.DataFrame:
    """Lures behind enough profiles of a ring, named by enough voices; one hit a lure."""
    p = context.params
    shown = pl.concat([context.once("t06 pictures", pictures), _texts(context)])
    profiles = context.members.join(shown, on="node")
    named = context.support.names.select("node", "voice", "identified", pl.col("rec").alias("said"))
    rows = (
        profiles.join(named, on="node")
        .group_by("ring", "lure")
        .agg(
            pl.col("node").n_unique().alias("accounts"),
            pl.col("voice").n_unique().alias("voices"),
            pl.col("voice").filter("identified").n_unique().alias("identified"),
            pl.col("rec").append(pl.col("said")).unique().sort().alias("records"),
        )
        .filter((pl.col("accounts") >= p.t06_accounts) & (pl.col("voices") >= p.t06_reports))
        .sort("ring", "lure")
    )
    return hits(
        CODE,
        (
            (
                row["ring"],
                (0.3 + 0.1 * (row["accounts"] - p.t06_accounts) + 0.1 * row["identified"])
                if row["identified"] >= p.t06_reports
                else 0.05,  # as anonymous voices weigh elsewhere
                {"uid": row["lure"], "accounts": row["accounts"], "reports": row["voices"]},
                row["records"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def pictures(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``node, lure, rec``: profiles and the picture they show, alike pictures under the smallest uid of them.

    A profile shows a picture when a source links the two, or when one report brings both. Pictures of profiles in
    ``t06_public`` or more unrelated parts of the evidence are public and left out.
    """
    view = evidence.view
    media = evidence.codes_of("MediaItem").implode()
    profiles = evidence.codes_of(*PROFILES).implode()
    links = view["links"].filter(pl.col("dst").is_in(media) & pl.col("src").is_in(profiles))
    linked = evidence.dated(links, "since").select(
        pl.col("src").alias("profile"), pl.col("dst").alias("media"), "at", "rec"
    )
    brought = view["mentions"].filter(pl.col("target").is_in(media)).select("report", pl.col("target").alias("media"))
    suspects = view["mentions"].filter(
        pl.col("target").is_in(profiles) & pl.col("role").fill_null("suspect").eq("suspect")
    )
    told = evidence.dated(suspects.rename({"at": "_at"}), "_at").join(brought.unique(), on="report")
    both = pl.concat([linked, told.select(pl.col("target").alias("profile"), "media", "at", "rec")]).unique()
    if not both.height:
        return pl.DataFrame(schema={"node": pl.UInt32, "lure": pl.String, "rec": pl.UInt32})
    rows = evidence.place(both, "profile", "at").rename({"profile": "node"})
    rows = rows.join(_alike(evidence, rows["media"].unique().sort()), on="media")
    part = pl.Series("part", network.part[rows["node"].to_numpy()])
    alone = pl.when(part < 0).then(-1 - pl.col("node").cast(pl.Int64)).otherwise(part)
    rows = rows.with_columns(alone.alias("part")).filter(
        pl.col("part").n_unique().over("lure") < evidence.params.t06_public
    )
    return rows.select("node", "lure", "rec").unique().sort("lure", "node", "rec")


def _alike(evidence: Evidence, media: pl.Series) -> pl.DataFrame:
    """``media, lure``: pictures with the uid of the smallest picture they look like (perceptual hash, Hamming)."""
    hashes = (
        evidence.view["statements"]
        .filter(
            (pl.col("prop") == "phash")
            & pl.col("subject").is_in(media.implode())
            & pl.col("text").str.contains("^[0-9a-fA-F]{16}$")
        )
        .group_by(pl.col("subject").alias("media"))
        .agg(pl.col("text").str.to_lowercase().min().alias("hash"))
        .sort("media")
    )
    bits = pl.col("hash").map_elements(lambda text: int(text, 16), return_dtype=pl.UInt64)
    hashes = hashes.with_columns(bits.alias("bits")).filter(
        pl.col("bits").bitwise_count_ones().is_between(_PLAIN, 64 - _PLAIN)
    )
    bands = pl.concat(
        [
            hashes.select("media", "bits", pl.lit(n).alias("band"), pl.col("hash").str.slice(n, 2).alias("digits"))
            for n in _BANDS
        ]
    )
    pairs = (
        bands.join(bands, on=["band", "digits"], suffix="_y")
        .filter(pl.col("media") < pl.col("media_y"))
        .filter((pl.col("bits") ^ pl.col("bits_y")).bitwise_count_ones() <= evidence.params.t06_bits)
        .select("media", "media_y")
        .unique()
        .sort("media", "media_y")
    )
    place = {code: n for n, code in enumerate(media.to_list())}
    graph = ig.Graph(n=len(media), edges=[(place[x], place[y]) for x, y in pairs.iter_rows()])
    lure = [0] * len(media)
    for part in graph.connected_components():
        for n in part:
            lure[n] = int(media[min(part)])
    return pl.DataFrame({"media": media, "lure": evidence.view.uids(lure)})


def _texts(context: Context) -> pl.DataFrame:
    """``node, lure, rec``: profiles and the private script that reports on them tell."""
    named = context.support.names.join(context.network.scripts.private, on="report")
    profiles = context.evidence.codes_of(*PROFILES)
    codes = pl.Series("code", context.evidence.node_code[named["node"].to_numpy()])
    return (
        named.with_columns(codes)
        .filter(pl.col("code").is_in(profiles.implode()))
        .select("node", pl.col("script").alias("lure"), "rec")
        .unique()
        .sort("lure", "node", "rec")
    )
