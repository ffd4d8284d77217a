"""T13: premises where many hands answer calls that were never meant for them (call centre without authorisation).

A desk is a line to which calls of a draining or reported line are diverted. Its centre is the organisation a register
ties it to, else the cell where it stands. Who works there counts once, however many lines and cards they have; who only
lives or studies in the cell does not: cell staff have to be there on several days and to talk with the desks. An
organisation that a source calls authorised has no hit, nor do its people count elsewhere. Those who answer may know
nothing: they are *employees*, and the centre's size says nothing of who leads.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.staff import WORK
from analysis.typologies.base import Context, hits

CODE: Final = "t13_call_centre"
_YES: Final = ("yes", "true", "1", "oui", "نعم")


def detect(context: Context) -> pl.DataFrame:
    """Centres with enough hands whose desks take mostly diverted calls; one hit a centre."""
    p = context.params
    desks = _centres(context)
    taken = (
        desks.group_by("ring", "centre")
        .agg(
            pl.col("diverted").sum(),
            pl.col("direct").sum(),
            pl.col("recs").explode().unique().sort().head(100),
        )
        .with_columns((pl.col("diverted") / (pl.col("diverted") + pl.col("direct"))).alias("share"))
        .filter((pl.col("share") >= p.t13_share) & (pl.col("diverted") >= p.t13_calls))
    )
    people = staff(context, desks)
    hand = context.network.hands.of
    people = people.with_columns(pl.Series("hand", hand[people["node"].to_numpy()]))
    sizes = people.group_by("ring", "centre").agg(
        pl.col("hand").n_unique().alias("staff"),
        pl.col("hand").filter(pl.col("work") == "manager").n_unique().alias("managers"),
        pl.col("recs").explode().unique().sort().head(100).alias("staff_recs"),
        pl.col("shift").mean().fill_null(0.0).alias("shift"),
    )
    rows = taken.join(sizes, on=["ring", "centre"]).filter(pl.col("staff") >= p.t13_staff)
    rows = rows.join(_told_already(people, desks), on=["ring", "centre"], how="anti").sort("ring", "centre")
    return hits(
        CODE,
        (
            (
                row["ring"],
                0.5
                + 0.02 * min(10, row["staff"] - p.t13_staff)
                + 0.2 * row["shift"]
                + _led(row["staff"], row["managers"]),
                {
                    "uid": context.uid(row["centre"]),
                    "staff": row["staff"],
                    "managers": row["managers"],
                    "calls": row["diverted"],
                    "share": round(row["share"], 2),
                },
                [*row["recs"], *row["staff_recs"]],
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def _told_already(people: pl.DataFrame, desks: pl.DataFrame) -> pl.DataFrame:
    """``ring, centre`` of desks without organisation at which mostly the people of an organisation's centre work, or of
    a desk before them."""
    houses = desks.filter(pl.col("house").is_not_null()).select("ring", "centre").unique().with_columns(rank=pl.lit(0))
    ranked = people.select("ring", "centre", "hand").unique().join(houses, on=["ring", "centre"], how="left")
    ranked = ranked.with_columns(pl.col("rank").fill_null(1)).with_columns(pl.len().over("ring", "centre").alias("n"))
    other = ranked.rename({"centre": "other", "rank": "other_rank"}).drop("n")
    both = ranked.filter(pl.col("rank") == 1).join(other, on=["ring", "hand"])
    earlier = (pl.col("other_rank") < pl.col("rank")) | (pl.col("other") < pl.col("centre"))
    common = both.filter(earlier).group_by("ring", "centre", "other").agg(pl.len().alias("common"), pl.col("n").first())
    return common.filter(2 * pl.col("common") >= pl.col("n")).select("ring", "centre").unique()


def _led(staff: int, managers: int) -> float:
    """One manager for ten to twenty-five is how such centres were run (94 and 6 in five)."""
    return 0.1 if managers and 10 <= staff / managers <= 25 else 0.0


def _centres(context: Context) -> pl.DataFrame:
    """``ring, desk, house, cell, centre, diverted, direct, recs``: desks of a ring's lines with the centre each belongs
    to: its organisation, else the first desk of its cell. None of authorised organisations."""
    named = context.support.names["node"].unique()
    sources = pl.concat([context.network.drains["line"], context.network.pings["line"], named]).unique().implode()
    mine = context.members.filter(pl.col("node").is_in(sources)).rename({"node": "line"})
    moved = context.once("t13 diversions", diversions)
    # A desk is a ring's by one of its lines; what other lines that ring once send there is the same trade.
    desks = (
        moved.join(mine, on="line")
        .select("ring", "desk")
        .unique()
        .join(moved.filter(pl.col("line").is_in(sources)), on="desk")
        .group_by("ring", "desk")
        .agg(pl.col("n").sum().alias("diverted"), pl.col("direct").first(), pl.col("recs").explode())
    )
    houses = context.once("t13 houses", _houses).rename({"centre": "house"})
    home = context.once("t13 cells", _cells).sort("node", "days", "cell", descending=[False, True, False])
    home = home.unique("node", keep="first", maintain_order=True).select(pl.col("node").alias("desk"), "cell")
    together = pl.when(pl.col("cell").is_null()).then("desk").otherwise(pl.col("desk").min().over("ring", "cell"))
    return (
        desks.join(houses, on="desk", how="left")
        .filter(~pl.col("authorised").fill_null(value=False))
        .join(home, on="desk", how="left")
        .with_columns(pl.coalesce(pl.col("house"), together).alias("centre"))
        .sort("ring", "centre", "desk")
    )


def diversions(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``line, desk, n, direct, recs``: calls to a line diverted to another, and the answered calls that one got as its
    own."""
    del network
    calls = evidence.view["calls"].filter(pl.col("b").is_not_null() & pl.col("start").is_not_null())
    moved = calls.filter(pl.col("c").is_not_null()).select(
        pl.col("b").alias("line"), pl.col("c").alias("desk"), "start", "rec"
    )
    moved = evidence.place(evidence.place(moved, "line", "start"), "desk", "start")
    pairs = moved.group_by("line", "desk").agg(pl.len().alias("n"), pl.col("rec").sort().head(100).alias("recs"))
    codes = pl.Series(evidence.node_code)[pairs["desk"]].unique().implode()
    own = calls.filter(pl.col("c").is_null() & pl.col("b").is_in(codes) & pl.col("answered").fill_null(value=False))
    own = evidence.place(own.select(pl.col("b").alias("desk"), "start", "rec"), "desk", "start")
    return (
        pairs.join(own.group_by("desk").agg(pl.len().alias("direct")), on="desk", how="left")
        .with_columns(pl.col("direct").fill_null(0))
        .select("line", "desk", "n", "direct", "recs")
        .sort("line", "desk")
    )


def _houses(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``desk, centre, authorised``: the organisation of a desk's holder or user, where a source names one."""
    work = employment(evidence, network)
    desks = diversions(evidence, network).select("desk").unique()
    desks = desks.with_columns(pl.Series("pocket", network.pocket[desks["desk"].to_numpy()]))
    people = work.with_columns(pl.Series("pocket", network.pocket[work["node"].to_numpy()]))
    held = desks.join(people.select("pocket", "centre"), on="pocket").select("desk", "centre")
    organisations = evidence.codes_of("Organisation").implode()
    links = evidence.view["links"].filter(pl.col("rel").is_in(["USES", "HOLDS"]) & pl.col("src").is_in(organisations))
    direct = links.select(pl.col("dst").alias("desk"), pl.col("src").alias("centre")).join(
        desks.select("desk"), on="desk", how="semi"
    )
    both = pl.concat([held, direct]).unique()
    allowed = _authorised(evidence).implode()
    return (
        both.with_columns(pl.col("centre").is_in(allowed).alias("authorised"))
        .sort("desk", "authorised", "centre", descending=[False, True, False])
        .unique("desk", keep="first", maintain_order=True)
    )


def _authorised(evidence: Evidence) -> pl.Series:
    """Organisations that some source calls authorised."""
    said = evidence.view["statements"].filter(pl.col("prop") == "authorised")
    yes = pl.col("text").str.to_lowercase().is_in(list(_YES)) | (pl.col("number") == 1)
    return said.filter(yes.fill_null(value=False))["subject"].unique().sort()


def employment(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``node, centre, work, rec``: who works for, or manages, which organisation, as a source says."""
    del network
    rows = evidence.dated(evidence.view["links"].filter(pl.col("rel").is_in(list(WORK))), "since")
    named = rows.select(
        pl.col("src").alias("person"),
        pl.col("dst").alias("centre"),
        pl.col("rel").replace_strict(WORK, return_dtype=pl.String).alias("work"),
        "at",
        "rec",
    )
    return evidence.place(named, "person", "at").rename({"person": "node"}).drop("at").unique().sort("node", "centre")


def staff(context: Context, desks: pl.DataFrame | None = None) -> pl.DataFrame:
    """``ring, centre, node, work, shift, recs``: who works in a ring's centres. ``work`` is employee or manager, never
    more; ``shift`` is 1 for a line that is there a working day at a time, null where no call says."""
    found = _centres(context) if desks is None else desks
    centres = found.select("ring", "centre").unique()
    work = context.once("t13 employment", employment)
    told = (
        centres.join(work, on="centre")
        .group_by("ring", "centre", "node")
        .agg(
            pl.col("work").max(),  # manager after employee
            pl.lit(None, dtype=pl.Float64).alias("shift"),
            pl.col("rec").unique().sort().alias("recs"),
        )
    )
    seen = pl.concat([_in_the_cell(context, found), _with_the_chief(context, found)])
    seen = (
        seen.filter(~_pocket(context, seen).is_in(_at_work_elsewhere(context)))
        .group_by("ring", "centre", "node")
        .agg(pl.lit("employee").alias("work"), pl.col("shift").max(), pl.col("recs").explode().unique().sort())
    )
    return pl.concat([told, seen]).sort("ring", "centre", "node")


def _in_the_cell(context: Context, desks: pl.DataFrame) -> pl.DataFrame:
    """Lines that are in the cell of a desk without organisation on several days and talk with desks or members."""
    seen = context.once("t13 cells", _cells)
    contact = context.network.talk.pairs.select("a", "b")
    near = pl.concat(
        [
            contact.select(pl.col("a").alias("node"), pl.col("b").alias("with")),
            contact.select(pl.col("b").alias("node"), pl.col("a").alias("with")),
        ]
    )
    alone = desks.filter(pl.col("house").is_null() & pl.col("cell").is_not_null()).select(
        "ring", "desk", "centre", "cell"
    )
    inside = pl.concat([context.members, alone.select("ring", pl.col("desk").alias("node"))]).unique()
    talking = near.join(inside.rename({"node": "with"}), on="with").select("ring", "node").unique()
    return (
        alone.select("ring", "centre", "cell")
        .unique()
        .join(seen.filter(pl.col("days") >= context.params.t13_days), on="cell")
        .join(talking, on=["ring", "node"], how="semi")
        .join(alone.select("ring", pl.col("desk").alias("node")), on=["ring", "node"], how="anti")
        .select("ring", "centre", "node", "shift", "recs")
    )


def _with_the_chief(context: Context, desks: pl.DataFrame) -> pl.DataFrame:
    """Lines that work for whoever holds a desk without organisation, or talks with it (:mod:`analysis.staff`)."""
    pocket, contact = context.network.pocket, context.network.talk.pairs
    alone = desks.filter(pl.col("house").is_null()).select("ring", "centre", "desk")
    ties = context.network.ties.filter(pl.col("kind") == "staff")
    works = both_ends(ties, ("u", "v"), ("node", "chief"), "rec")
    chiefs = works.select(pl.col("chief").unique())
    chiefs = chiefs.with_columns(pl.Series("pocket", pocket[chiefs["chief"].to_numpy()], dtype=pl.Int64))
    held = alone.with_columns(pl.Series("pocket", pocket[alone["desk"].to_numpy()], dtype=pl.Int64))
    own = held.join(chiefs, on="pocket").select("ring", "centre", "chief")
    heard = alone.join(both_ends(contact, ("a", "b"), ("desk", "chief")), on="desk").join(chiefs, on="chief")
    both = pl.concat([own, heard.select("ring", "centre", "chief")]).unique()
    return (
        both.join(works, on="chief")
        .join(context.members, on=["ring", "node"], how="semi")
        .join(both.select("ring", pl.col("chief").alias("node")), on=["ring", "node"], how="anti")
        .group_by("ring", "centre", "node")
        .agg(pl.lit(None, dtype=pl.Float64).alias("shift"), pl.col("rec").unique().sort().alias("recs"))
    )


def _pocket(context: Context, rows: pl.DataFrame) -> pl.Series:
    return pl.Series("pocket", context.network.pocket[rows["node"].to_numpy()], dtype=pl.Int64)


def _at_work_elsewhere(context: Context) -> list[int]:
    """Pockets of people who work for an authorised organisation."""
    work = context.once("t13 employment", employment)
    elsewhere = work.filter(pl.col("centre").is_in(_authorised(context.evidence).implode()))["node"]
    return sorted({int(context.network.pocket[node]) for node in elsewhere.to_list()})


def _cells(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``cell, node, days, shift, recs``: lines in the cells where calls are diverted to, on how many days, and whether
    mostly for a working day (ten hours) at a time."""
    desks = diversions(evidence, network)["desk"].unique()
    said = evidence.view["statements"].filter(
        (pl.col("prop") == "cell") & pl.col("text").is_not_null() & pl.col("time").is_not_null()
    )
    codes = pl.Series(evidence.node_code)[desks].unique().implode()
    there = said.filter(pl.col("subject").is_in(codes))["text"].unique().implode()
    rows = said.filter(pl.col("text").is_in(there)).select(
        pl.col("subject").alias("line"), pl.col("text").alias("cell"), "time", "rec"
    )
    placed = evidence.place(rows, "line", "time").rename({"line": "node"})
    days = placed.group_by("cell", "node", pl.col("time").dt.truncate("1d").alias("day")).agg(
        (pl.col("time").max() - pl.col("time").min()).dt.total_hours().alias("hours"), pl.col("rec").min()
    )
    return (
        days.group_by("cell", "node")
        .agg(
            pl.len().alias("days"),
            (pl.col("hours") <= 10).mean().round().alias("shift"),
            pl.col("rec").sort().head(5).alias("recs"),
        )
        .sort("cell", "node")
    )
