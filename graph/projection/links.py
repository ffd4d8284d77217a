"""Link frames: parallel statements become one link with their number, first and last time, and records.

Calls are daily: ``a CALLED b`` has one link a UTC day of start. A link of which a source told when it began and no end
(a contract in force) is ``open``: ``last`` is then the last time we know of, not the end.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.evidence import View
from graph.projection.masking import Cast
from graph.projection.nodes import ISO
from graph.schema import RELATIONS
from graph.stores.base import Links

_REL: Final = pl.Enum(sorted(RELATIONS))

RECORDS_CAP: Final = 20
"""Records named on one link; ``n`` counts all statements."""


def link_groups(view: View, cast: Cast) -> tuple[list[Links], pl.DataFrame, int]:
    """Links by relation and labels, ``node, degree`` (distinct neighbours), and statements that mask to a self link."""
    stated = _stated(view, cast)
    apart = stated.filter(pl.col("src") != pl.col("dst"))
    others = apart.filter(pl.col("rel") != "CALLED")
    ends = apart.select("src", "dst").unique()
    groups = [*_grouped(_merged(others), cast), *_grouped(_by_day(view, cast), cast)]
    return groups, _degrees(ends), stated.height - apart.height


def _stated(view: View, cast: Cast) -> pl.DataFrame:
    """All links between nodes as shown, with the role of a mention."""
    # Small integers and not texts: they are grouped and sorted by several times.
    links = view.links.with_columns(pl.col("rel").cast(_REL))
    node = pl.Series(cast.node_of)
    roles = (
        view["mentions"]
        .filter(pl.col("report").is_not_null() & pl.col("target").is_not_null())
        .select(pl.col("report").alias("src"), pl.col("target").alias("dst"), "rec", "role")
        .with_columns(pl.lit("MENTIONS", dtype=_REL).alias("rel"))
        .group_by("src", "rel", "dst", "rec")
        .agg(pl.col("role").drop_nulls().unique().sort().str.join(",").alias("role"))
        .with_columns(pl.when(pl.col("role") == "").then(None).otherwise("role").alias("role"))
    )
    with_roles = links.join(roles, on=["src", "rel", "dst", "rec"], how="left", maintain_order="left")
    return with_roles.with_columns(
        node.gather(with_roles["src"].cast(pl.UInt32)).alias("src"),
        node.gather(with_roles["dst"].cast(pl.UInt32)).alias("dst"),
    )


def _merged(stated: pl.DataFrame) -> pl.DataFrame:
    """One row a (relation, source, target): number, times, records, and the few texts that are given."""
    key = ["rel", "src", "dst"]
    counted = stated.group_by(key).agg(
        pl.len().cast(pl.Int64).alias("n"),
        pl.col("since").min(),
        pl.coalesce("until", "since").max().alias("until"),
        pl.col("number").max(),
        pl.when((pl.col("since").is_not_null() & pl.col("until").is_null()).any()).then(True).alias("open"),
    )
    merged = counted.join(_first_records(stated, key), on=key, how="left")
    for column in ("basis", "role"):
        said = stated.filter(pl.col(column).is_not_null()).select(*key, column).unique().sort(*key, column)
        merged = merged.join(
            said.group_by(key, maintain_order=True).agg(pl.col(column).str.join(",")), on=key, how="left"
        )
    return merged.sort(key)


def _first_records(stated: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """``key, recs``: the first records of each group, in no order of the groups. Lists are sorted twice as fast as a
    frame is."""
    recs = pl.col("recs").list.unique().list.sort().list.head(RECORDS_CAP)
    return stated.group_by(key).agg(pl.col("rec").alias("recs")).with_columns(recs)


def _by_day(view: View, cast: Cast) -> pl.DataFrame:
    """One link a pair and day; calls that are only stated as a link count, without answer or duration."""
    voice = view["calls"].filter(
        pl.col("kind").is_in(["VOICE", "CALL_FORWARD"]) & pl.col("a").is_not_null() & pl.col("b").is_not_null()
    )
    node = pl.Series(cast.node_of)
    timed = voice.select(
        node.gather(voice["a"].cast(pl.UInt32)).alias("src"),
        node.gather(voice["b"].cast(pl.UInt32)).alias("dst"),
        "rec",
        pl.col("start").alias("since"),
        pl.col("answered").fill_null(value=False).cast(pl.Int64).alias("answered"),
        pl.col("duration_s").fill_null(0).cast(pl.Int64).alias("duration"),
    ).filter(pl.col("src") != pl.col("dst"))
    linked = view["links"].filter(pl.col("rel") == "CALLED")
    told = linked.select(
        node.gather(linked["src"].cast(pl.UInt32)).alias("src"),
        node.gather(linked["dst"].cast(pl.UInt32)).alias("dst"),
        "rec",
        "since",
        pl.lit(None, dtype=pl.Int64).alias("answered"),
        pl.lit(None, dtype=pl.Int64).alias("duration"),
    ).filter(pl.col("src") != pl.col("dst"))
    key = ["src", "dst", "day"]
    calls = pl.concat([timed, told], how="vertical_relaxed").with_columns(
        pl.col("since").dt.strftime("%Y-%m-%d").alias("day")
    )
    days = calls.group_by(key).agg(
        pl.len().cast(pl.Int64).alias("n"),
        _known_sum("answered").alias("n_answered"),
        _known_sum("duration").alias("total_dur"),
        pl.col("since").min(),
        pl.col("since").max().alias("until"),
    )
    return (
        days.join(_first_records(calls, key), on=key, how="left", nulls_equal=True)
        .with_columns(pl.lit("CALLED").alias("rel"))
        .sort(key, nulls_last=True)
    )


def _known_sum(column: str) -> pl.Expr:
    """Sum of what is known; null, not 0, when nothing is."""
    return pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).otherwise(None)


def _degrees(ends: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([ends, ends.select(pl.col("dst").alias("src"), pl.col("src").alias("dst"))]).unique()
    return both.group_by("src").agg(pl.len().cast(pl.Int64).alias("degree")).rename({"src": "node"})


def _grouped(merged: pl.DataFrame, cast: Cast) -> list[Links]:
    """Frames by relation and labels, the largest of each (relation, source label) first; uids and records spelt out."""
    if not merged.height:
        return []
    shown = merged.with_columns(
        cast.labels.gather(merged["src"]).alias("src_label"),
        cast.labels.gather(merged["dst"]).alias("dst_label"),
        cast.uids.gather(merged["src"]).alias("src"),
        cast.uids.gather(merged["dst"]).alias("dst"),
        pl.col("since").dt.strftime(ISO).alias("first"),
        pl.col("until").dt.strftime(ISO).alias("last"),
        pl.col("since").dt.epoch("s").alias("first_s"),
        pl.col("until").dt.epoch("s").alias("last_s"),
        _record_names(merged["recs"], cast),
    ).drop("since", "until", "recs")
    groups = [
        Links(str(rel), str(src), str(dst), _filled(frame.drop("rel", "src_label", "dst_label")))
        for (rel, src, dst), frame in shown.partition_by(
            "rel", "src_label", "dst_label", as_dict=True, maintain_order=True
        ).items()
    ]
    return sorted(groups, key=lambda group: (group.rel, group.src_label, -group.frame.height, group.dst_label))


def _record_names(recs: pl.Series, cast: Cast) -> pl.Series:
    """Lists of ``rec`` as lists of record ids."""
    rows = pl.DataFrame({"row": pl.Series(range(len(recs)), dtype=pl.UInt32), "rec": recs}).explode("rec")
    named = rows.with_columns(cast.records.gather(rows["rec"].cast(pl.UInt32)).alias("record"))
    return named.group_by("row", maintain_order=True).agg("record")["record"].alias("records")


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that hold nothing."""
    return frame.select(
        column for column in frame.columns if column in ("src", "dst") or frame[column].null_count() < frame.height
    )
