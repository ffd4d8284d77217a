"""What an authority put together: things in one record of a search, its records, people accused in one case."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from analysis.natures import COERCIVE, natures
from analysis.nodes import Evidence
from analysis.ties import empty, shaped

_ACCUSED: Final = ("suspect", "wanted", "charged", "indicted", "remanded", "arrested", "convicted")
"""Roles of those whom a case is against (domain/02 section 2.1); of all others it is no word against them."""

_CLEARED: Final = ("acquitted", "cleared", "dismissed")
_OFFENCE: Final = ("offence", "offence_codes", "charge", "qualification")
"""Where a case, or somebody's role in it, says what it is about."""
_SEARCH: Final = r"^(ev:[^:]+:[^:]+):"
"""Uid of one of several items of a search: source and number of the minutes come first."""


def of_searches(evidence: Evidence) -> pl.DataFrame:
    """Things that one seizure record lists together, on the day of the search (all tied to the first of them), and the
    records of one search."""
    rows = _found(evidence)
    if not rows.height:
        return empty()
    listed = shaped(rows.with_columns(pl.lit("seized").alias("kind")), evidence, "first", "target")
    return pl.concat([listed, _of_one_search(evidence, rows)])


def _of_one_search(evidence: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """Items of one search (``ev:SOURCE:MINUTES:...``), each by the first thing of it: every two of them. They are of
    several people, who were there together; a search with many items is of a cafe or a shop."""
    rows = found.select("report", "first", "since", "until", "rec").unique("report", keep="first")
    uids = evidence.view.entities["uid"].gather(rows["report"])
    items = rows.with_columns(uids.str.extract(_SEARCH).alias("search")).drop_nulls("search")
    items = items.filter(pl.len().over("search").is_between(2, evidence.params.search_items))
    if not items.height:
        return empty()
    pairs = _pairs(items, "search", "first").with_columns(pl.lit("searched").alias("kind"))
    return shaped(pairs, evidence, "first", "other")


def _found(evidence: Evidence) -> pl.DataFrame:
    """``report, target, first, since, until, rec``: what seizure records list, and the first thing of each, as nodes: a
    number found with its card is of whoever had it when that was in use, all else of the day of the search."""
    types = evidence.received.filter(pl.col("source_type") == "seizure").select("rec", "told_at")
    days = evidence.view["links"].filter(pl.col("basis") == "seized").group_by("rec").agg(pl.col("since").min())
    allowed = pl.Series(np.flatnonzero(evidence.suspect_side).astype(np.uint32)).implode()
    rows = (
        evidence.view["mentions"]
        .join(types, on="rec", how="inner")
        .filter(pl.col("target").is_in(allowed))
        .join(days, on="rec", how="left")
        .join(evidence.found_in_use, on=["rec", "target"], how="left")
        .with_columns(pl.coalesce("at", "since", "told_at").alias("at"))
        .with_columns(pl.min_horizontal("at", "in_use").alias("of"))
        .select("report", "target", "of", pl.col("at").alias("since"), pl.col("at").alias("until"), "rec")
    )
    placed = evidence.place(rows, "target", "of")
    return placed.with_columns(pl.col("target").min().over("report").alias("first")).sort("report", "target", "rec")


def co_accused(evidence: Evidence) -> pl.DataFrame:
    """People accused in one case: every two of them.

    Whoever the case clears is not among them; a case that says what it is about counts where that is force, and a file
    of very many is a list.
    """
    p = evidence.params
    links = evidence.view["links"].filter(pl.col("rel") == "HAS_ROLE")
    if not links.height:
        return empty()
    props = pl.col("props").fill_null("{}")
    told = links.with_columns(
        props.str.json_path_match("$.role").str.to_lowercase().alias("role"),
        pl.coalesce(*(props.str.json_path_match(f"$.{name}") for name in _OFFENCE)).alias("offence"),
    )
    cleared = told.filter(pl.col("role").is_in(list(_CLEARED))).select("src", "dst")
    accused = told.filter(pl.col("role").is_in(list(_ACCUSED))).join(cleared, on=["src", "dst"], how="anti")
    accused = accused.join(_of_other_things(evidence, told), on="dst", how="anti")
    accused = accused.filter(pl.col("src").n_unique().over("dst").is_between(2, p.case_people))
    if not accused.height:
        return empty()
    dated = evidence.place(evidence.dated(accused, "since"), "src", "at")
    pairs = _pairs(dated, "dst", "src").with_columns(pl.lit("accused").alias("kind"))
    return shaped(pairs, evidence, "src", "other")


def _pairs(rows: pl.DataFrame, group: str, node: str) -> pl.DataFrame:
    """``rows`` with ``other``: each with every other of its ``group`` that comes before it."""
    others = rows.select(group, pl.col(node).alias("other")).unique()
    return rows.join(others, on=group).filter(pl.col("other") < pl.col(node))


def _of_other_things(evidence: Evidence, told: pl.DataFrame) -> pl.DataFrame:
    """``dst``: cases that say what they are about, and say nothing of force."""
    stated = evidence.view["statements"].filter(pl.col("prop").is_in(list(_OFFENCE)) & pl.col("text").is_not_null())
    said = pl.concat(
        [
            told.select("dst", pl.col("offence").alias("text")).drop_nulls(),
            stated.select(pl.col("subject").alias("dst"), "text"),
        ]
    )
    coded = said.select("dst", natures(said["text"]).is_in(list(COERCIVE)).alias("force"))
    return coded.group_by("dst").agg(pl.col("force").any()).filter(~pl.col("force")).select("dst")
