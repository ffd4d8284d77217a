"""Support: which reports name what, and how many independent voices that is.

Reports, victims and payers are never nodes. They connect the identifiers they name and count independence
(ARCHITECTURE section 5): one reporter is one voice, copies of one text are one voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import natures
from analysis.nodes import Evidence
from analysis.params import Params

_OWN_PROPS = (
    "received_at",
    "text_hash",
    "text_sketch",
    "text_folded",
    "ref",
    "dedup_of",
    "reporter_mode",
    "attachments",
)


@dataclass(frozen=True)
class Support:
    """Reports and what they name, with voices.

    ``reports``: ``report, rec, at, voice, identified, category, coercive, says_what, copy``, one row a report, by
    report.
    ``names``: ``report, node, role (suspect|payee), at, rec, voice, identified, copy``, one row a report and node.
    ``lists``: ``report, k`` of reports that pass on a list of ``k`` things, which is nobody's own experience.
    """

    reports: pl.DataFrame
    names: pl.DataFrame
    lists: pl.DataFrame


def gather(evidence: Evidence) -> Support:
    """Reports of all sources with their voices, and the suspect-side nodes they name."""
    named = _named(evidence)
    reports = _reports(evidence, named)
    voices = _voices(evidence, reports, named)
    reports = reports.join(voices, on="report", how="left", maintain_order="left").sort("report")
    placed = evidence.place(_before_it_passed_on(evidence, named), "target", "of").rename({"target": "node"})
    names = (
        placed.join(reports.select("report", "voice", "identified", "copy"), on="report")
        .group_by("report", "node")
        .agg(
            pl.col("role").min(),  # payee before suspect
            pl.col("at").min(),
            pl.col("rec").min(),
            pl.col("voice").first(),
            pl.col("identified").first(),
            pl.col("copy").first(),
        )
        .sort("report", "node")
    )
    passed = _passed_on_lists(evidence, names)
    lists = pl.concat([_long_lists(evidence, names), passed.select("report", "k")]).unique("report").sort("report")
    return Support(_spoken_once(reports, passed), _spoken_once(names, passed), lists)


def _before_it_passed_on(evidence: Evidence, named: pl.DataFrame) -> pl.DataFrame:
    """``named`` with ``of``: the time of what is told, which decides whose a thing was that changed hands.

    People report days or weeks later: what they tell is no later than the last payment they cite. What is told of a
    number within ``report_delay_days`` after it passed on, and was told of it before, is of the earlier holder too: the
    next one is not suspected for it.
    """
    rows = (
        named.join(evidence.last_cited, on="report", how="left", maintain_order="left")
        .with_columns(pl.min_horizontal("at", "sent_at").alias("of"))
        .drop("sent_at")
    )
    late = evidence.passed_on_late(rows.select("target", "report", "of").unique(), "of")
    return (
        rows.join(late, on=["target", "report", "of"], how="left", maintain_order="left")
        .with_columns(pl.coalesce("in_use", "of").alias("of"))
        .drop("in_use")
    )


def named_groups(support: Support, labelled: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Those of ``labelled`` (``group, node``) whose group has enough voices; one thing alone needs more of them."""
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


def _long_lists(evidence: Evidence, names: pl.DataFrame) -> pl.DataFrame:
    """``report, k`` of the reports that name more than anybody meets."""
    sizes = names.group_by("report").agg(pl.len().alias("k"))
    return sizes.filter(pl.col("k") > evidence.params.list_cap)


def _passed_on_lists(evidence: Evidence, names: pl.DataFrame) -> pl.DataFrame:
    """``report, k, first, voice_of_first``: reports of several voices that name the same many things.

    A black list goes round in a group and people report it as they got it (domain/04, T04), or leave one of it out:
    whoever of a crew a victim meets, it is seldom five things, or four of one kind, and hardly ever the same as others
    met.
    """
    p = evidence.params
    label = evidence.labels(names["node"])
    named = names.select("report", "node", "voice", label, pl.len().over("report").alias("k"))
    long = _sharing(named.filter(pl.col("k") >= p.copied_things), p.copied_things)
    alike = named.filter(pl.len().over("report", "label") >= p.copied_alike)
    pairs = pl.concat([long, _sharing(alike, p.copied_alike - 1, "label")]).unique().sort("report", "report_y")
    many = named.join(pl.concat([pairs["report"], pairs["report_y"]]).unique().to_frame(), on="report", how="semi")
    ends = np.unique(np.concatenate([pairs["report"].to_numpy(), pairs["report_y"].to_numpy()]))
    at = [np.searchsorted(ends, pairs[side].to_numpy()).tolist() for side in ("report", "report_y")]
    graph = ig.Graph(n=len(ends), edges=list(zip(*at, strict=True)))
    of = pl.DataFrame(
        {"report": ends, "list": graph.connected_components().membership},
        schema={"report": pl.UInt32, "list": pl.Int64},
    )
    listed = of.join(many.select("report", "voice", "k").unique(), on="report").sort("report")
    heard = listed.filter(pl.col("voice").n_unique().over("list") >= p.copied_voices)
    return heard.select(
        "report",
        "k",
        pl.col("report").min().over("list").alias("first"),
        pl.col("voice").first().over("list").alias("voice_of_first"),
    )


def _sharing(named: pl.DataFrame, least: int, *by: str) -> pl.DataFrame:
    """``report, report_y``: pairs of two voices that share at least so many of the things ``named``, of one ``by``."""
    return (
        named.join(named, on="node", suffix="_y")
        .filter((pl.col("report") < pl.col("report_y")) & (pl.col("voice") != pl.col("voice_y")))
        .group_by("report", "report_y", *by)
        .agg(pl.len().alias("both"))
        .filter(pl.col("both") >= least)
        .select("report", "report_y")
    )


def _spoken_once(rows: pl.DataFrame, passed: pl.DataFrame) -> pl.DataFrame:
    """Rows of reports with one voice for each list that was passed on, and its repetitions marked as copies."""
    told = rows.join(passed.drop("k"), on="report", how="left", maintain_order="left")
    return told.with_columns(
        pl.coalesce("voice_of_first", "voice").alias("voice"),
        (pl.col("copy") | (pl.col("first") != pl.col("report")).fill_null(value=False)).alias("copy"),
    ).select(rows.columns)


def _named(evidence: Evidence) -> pl.DataFrame:
    """``report, target, role, at, rec`` of suspect-side targets, payees of cited payments included."""
    view = evidence.view
    told = evidence.received.filter(pl.col("source_type") == "report")["rec"].implode()
    mentions = evidence.dated(view["mentions"].filter(pl.col("rec").is_in(told)).rename({"at": "_at"}), "_at")
    allowed = pl.Series(np.flatnonzero(evidence.suspect_side).astype(np.uint32)).implode()
    direct = mentions.filter(
        pl.col("role").fill_null("suspect").is_in(["suspect", "payee"]) & pl.col("target").is_in(allowed)
    )
    payees = (
        evidence.cited.filter(pl.col("rec").is_in(told))
        .join(view["transfers"].select("tx", "payee", "sent_at").unique(), on="tx")
        .filter(pl.col("payee").is_in(allowed))
        .select(
            "report",
            pl.col("payee").alias("target"),
            pl.lit("payee").alias("role"),
            pl.col("sent_at").alias("_at"),
            "rec",
        )
    )
    payees = evidence.dated(payees, "_at")
    columns = ["report", "target", pl.col("role").fill_null("suspect"), "at", "rec"]
    return (
        pl.concat([direct.select(columns), payees.select(columns)])
        .unique()
        .sort("report", "target", "role", "at", "rec")
    )


def _statement(evidence: Evidence, prop: str, name: str, column: str = "text") -> pl.DataFrame:
    return (
        evidence.view["statements"]
        .filter(pl.col("prop") == prop)
        .group_by(pl.col("subject").alias("report"))
        .agg(pl.col(column).min().alias(name))
    )


def _reports(evidence: Evidence, named: pl.DataFrame) -> pl.DataFrame:
    """``report, rec, at, reporter, category, coercive, says_what``, and the text's marks, of all that names something.

    A report without a category says what it is about where it tells of a demand, and else nothing.
    """
    view = evidence.view
    heads = named.group_by("report").agg(pl.col("rec").min(), pl.col("at").min())
    reporters = (
        view["links"]
        .filter(pl.col("rel") == "REPORTED_BY")
        .group_by(pl.col("src").alias("report"))
        .agg(pl.col("dst").min().alias("reporter"))
    )
    out = heads.join(reporters, on="report", how="left")
    for prop in ("text_hash", "text_sketch", "text_folded"):
        out = out.join(_statement(evidence, prop, prop), on="report", how="left")
    out = out.join(natures.categories(view), on="report", how="left")
    demanding = pl.col("report").is_in(evidence.demanding["report"].implode())
    told = evidence.received.select("rec", "told_at")
    return (
        out.join(told, on="rec", how="left")
        .with_columns(
            pl.coalesce("told_at", "at").alias("at"),
            pl.col("reporter").is_not_null().alias("identified"),
        )
        .with_columns(pl.col("category").is_in(list(natures.COERCIVE)).fill_null(demanding).alias("coercive"))
        .with_columns((pl.col("category").is_not_null() | pl.col("coercive")).alias("says_what"))
        .select(
            "report",
            "rec",
            "at",
            "reporter",
            "identified",
            "category",
            "coercive",
            "says_what",
            "text_hash",
            "text_sketch",
            "text_folded",
        )
        .sort("report")
    )


def _voices(evidence: Evidence, reports: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """``report, voice, copy``: all reports of one reporter are one voice, copies of one text or content are one voice.

    An anonymous copy of identified reports takes the voice of the first of them; it never joins two reporters.
    """
    own = reports.select(
        "report", "identified", pl.coalesce(pl.col("report").min().over("reporter"), "report").alias("own")
    ).with_columns(pl.when("identified").then("own").otherwise("report").alias("own"))
    pairs = _copies(evidence, reports, named)
    codes = own["report"].to_numpy()
    anonymous = set(own.filter(~pl.col("identified"))["report"].to_list())
    between = [(x, y) for x, y in pairs.iter_rows() if x in anonymous and y in anonymous]
    at = {code: i for i, code in enumerate(codes.tolist())}
    graph = ig.Graph(n=len(codes), edges=[(at[x], at[y]) for x, y in between])
    groups = np.asarray(graph.connected_components().membership, dtype=np.int64)
    heads = dict(own.select("report", "own").iter_rows())
    speaker: dict[int, int] = {}
    for x, y in sorted(pairs.iter_rows()):
        known, copy = (x, y) if x not in anonymous else (y, x)
        if known not in anonymous:
            group = int(groups[at[copy]])
            speaker[group] = min(speaker.get(group, heads[known]), heads[known])
    low = _smallest(groups, codes)
    voice = [
        speaker.get(int(groups[i]), int(low[i])) if code in anonymous else heads[code]
        for i, code in enumerate(codes.tolist())
    ]
    copied = {y if y in anonymous else x for x, y in pairs.iter_rows()}
    return pl.DataFrame(
        {"report": own["report"], "voice": voice, "copy": [code in copied for code in codes.tolist()]},
        schema={"report": pl.UInt32, "voice": pl.UInt32, "copy": pl.Boolean},
    )


def _smallest(groups: NDArray[np.int64], codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Smallest code of each one's group."""
    low = np.full(int(groups.max(initial=-1)) + 1, np.iinfo(np.uint32).max, dtype=np.uint32)
    np.minimum.at(low, groups, codes)
    return low[groups]


def _copies(evidence: Evidence, reports: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Pairs ``x, y`` of which one anonymous report repeats the other: same or nearly same text about the same things
    or, without text, the same content to the letter. Who cites a payment of their own repeats nobody, and identified
    reporters keep their own voice."""
    aims = named.select("report", pl.col("target").cast(pl.String)).unique().sort("report", "target")
    aims = aims.group_by("report").agg(pl.col("target").str.join(",").alias("aim"))
    paying = evidence.cited.select("report").unique()
    keyed = (
        reports.with_columns(_content(evidence, reports, named))
        .select("report", "identified", "text_hash", "text_sketch", "text_folded", "content")
        .join(aims, on="report")
        .join(paying, on="report", how="anti")
    )
    same = [
        _pairs(keyed.filter(pl.col("text_hash").is_not_null()), ["aim", "text_hash"]),
        _pairs(keyed.filter(pl.col("text_hash").is_null() & pl.col("content").is_not_null()), ["content"]),
        _near(keyed, "text_sketch", 8, evidence.params.copy_similarity),
        _near(keyed, "text_folded", 6, evidence.params.copy_similarity),
    ]
    return pl.concat(same).unique().sort("x", "y")


def _pairs(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Each anonymous report with the first report of its group."""
    return (
        rows.with_columns(pl.col("report").min().over(by).alias("x"))
        .filter((pl.col("x") != pl.col("report")) & ~pl.col("identified"))
        .select("x", pl.col("report").alias("y"))
    )


def _near(keyed: pl.DataFrame, sketch: str, digits: int, least: float) -> pl.DataFrame:
    """Pairs about the same things whose texts share at least ``least`` of the members of a sketch (Jaccard): shingles
    of words, or, for texts spelt and written otherwise, grams of consonants.

    A sketch holds so many hex ``digits`` a member. Equal texts are paired already, so one of each speaks for them.
    """
    rows = keyed.filter(pl.col(sketch).is_not_null())
    texts = rows.unique(["aim", "text_hash", "identified"], keep="first", maintain_order=True).sort("report")
    parts = pl.col(sketch).str.extract_all(f"[0-9a-f]{{{digits}}}").alias("part")
    shingles = (
        texts.select("report", "aim", "identified", parts)
        .with_columns(pl.col("part").list.len().alias("n"))
        .explode("part")
    )
    shared = (
        shingles.join(shingles.filter(~pl.col("identified")), on=["aim", "part"], suffix="_y")
        .filter(
            (pl.col("report") < pl.col("report_y")) | (pl.col("identified") & (pl.col("report") != pl.col("report_y")))
        )
        .group_by("report", "report_y")
        .agg(pl.len().alias("both"), pl.col("n").first(), pl.col("n_y").first())
    )
    alike = pl.col("both") >= least * (pl.col("n").cast(pl.Int64) + pl.col("n_y") - pl.col("both"))
    return shared.filter(alike).select(pl.col("report").alias("x"), pl.col("report_y").alias("y"))


def _content(evidence: Evidence, reports: pl.DataFrame, named: pl.DataFrame) -> pl.Series:
    """Digest of what an anonymous report without text says: its statements and targets, not its own reference."""
    anonymous = reports.filter(~pl.col("identified") & pl.col("text_hash").is_null())["report"]
    said = (
        evidence.view["statements"]
        .filter(pl.col("subject").is_in(anonymous.implode()) & ~pl.col("prop").is_in(list(_OWN_PROPS)))
        .select(
            pl.col("subject").alias("report"),
            pl.concat_str("prop", "text", pl.col("number").cast(pl.String), pl.col("time").cast(pl.String),
                          separator="\x1f",
                          ignore_nulls=True).alias("said"),
        )
    )  # fmt: skip
    aimed = named.filter(pl.col("report").is_in(anonymous.implode())).select(
        "report", pl.col("target").cast(pl.String).alias("said")
    )
    digest = (
        pl.concat([said, aimed]).unique().sort("report", "said").group_by("report").agg(pl.col("said").str.join("\x1e"))
    )
    return (
        reports.select("report").join(digest, on="report", how="left", maintain_order="left")["said"].alias("content")
    )
