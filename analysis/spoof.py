"""Numbers that may be forged: what the traffic says of a caller's number (domain 3.1). Nothing is deleted for it.

``suspected`` indications are counter-evidence, as whoever holds the number may know nothing of the calls; ``possible``
ones are only told when somebody asks, since a gang's own lines show them too. A line that callers really reached, who
were kept on it, is no forged number.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.evidence import View

RISKS: Final[dict[str, str]] = {
    "national_on_international_trunk": "suspected",
    "longer_than_15_digits": "suspected",
    "called_itself": "suspected",
    "sequential_in_one_burst": "possible",
    "no_traffic_with_its_country": "possible",
}
"""Every indication, and how much it weighs. That a number was never allocated is told from the number alone."""

_CODE: Final = (
    r"^phone:e164:\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})"  # ITU-T E.164 annex
)
_INTERNATIONAL: Final = r"(?i)^(?:INT|IGW|ITX|IDD)"
_TRUNK_CALLS: Final = 20
_TRUNK_SHARE: Final = 0.8
_JOURNEYS: Final = 3
"""Times a number goes abroad and calls from home between, from which it is not its holder who goes."""
_RUN: Final = 5
"""Numbers in a row, in one hour, that make a series."""
_DAYS: Final = 2
_FOUND: Final = {"phone": pl.UInt32, "code": pl.String, "risk": pl.String, "rec": pl.UInt32, "n": pl.UInt32}


def indications(view: View) -> pl.DataFrame:
    """``phone`` (code), ``code``, ``risk``, ``rec`` (the first record that shows it), ``n`` records; sorted."""
    calls = view["calls"].filter(pl.col("a").is_not_null()).select("a", "b", "start", "trunk_in", "rec")
    if not calls.height:
        return pl.DataFrame(schema=_FOUND)
    phones = (
        view.entities.with_row_index("code")
        .filter(pl.col("label") == "Phone")
        .select(
            pl.col("code").cast(pl.UInt32),
            pl.col("uid").str.extract(_CODE).cast(pl.Int32).alias("country"),
            pl.col("uid").str.extract(r"^phone:e164:\+([0-9]{4,15})$").cast(pl.Int64).alias("value"),
            pl.col("uid").str.contains(r"^phone:raw:[0-9]{16,}$").alias("long"),
        )
    )
    rows = calls.join(phones.rename({"code": "a"}), on="a", maintain_order="left").join(
        phones.select(pl.col("code").alias("b"), pl.col("country").alias("to")), on="b", how="left"
    )
    rows = rows.join(
        view.told.with_row_index("rec").select(pl.col("rec").cast(pl.UInt32), "source"), on="rec", how="left"
    )
    found = [
        _named("national_on_international_trunk", _abroad(rows)),
        _named("longer_than_15_digits", rows.filter("long")),
        _named("called_itself", rows.filter(pl.col("a") == pl.col("b"))),
        _named("sequential_in_one_burst", _series(rows)),
        _named("no_traffic_with_its_country", _strangers(rows)),
    ]
    return pl.concat(found).sort("phone", "code", "rec")


def suspected(view: View) -> pl.DataFrame:
    """``phone, rec`` of numbers that may well be forged."""
    return indications(view).filter(pl.col("risk") == "suspected").select("phone", "rec").sort("phone", "rec")


def _named(code: str, rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by(pl.col("a").alias("phone"))
        .agg(pl.col("rec").min(), pl.len().cast(pl.UInt32).alias("n"))
        .select("phone", pl.lit(code).alias("code"), pl.lit(RISKS[code]).alias("risk"), "rec", "n")
    )


def _abroad(rows: pl.DataFrame) -> pl.DataFrame:
    """Calls of numbers of the operator's own country that came in from abroad, where nothing says that they roamed.

    A trunk is international by its name or because nearly all its callers are foreign; an operator's own country is
    that of most numbers it serves. Who roams comes home by such a trunk too: but calls otherwise as well, and does not
    go abroad again and again between calls made at home.
    """
    home = (
        rows.filter(pl.col("to").is_not_null())
        .group_by("source", "to")
        .len()
        .sort("source", "len", "to", descending=[False, True, False])
        .unique("source", keep="first", maintain_order=True)
        .select("source", pl.col("to").alias("home"))
    )
    rows = rows.join(home, on="source", how="left").filter(pl.col("country").is_not_null())
    foreign = pl.col("country") != pl.col("home")
    trunks = (
        rows.filter(pl.col("trunk_in").is_not_null())
        .group_by("source", "trunk_in")
        .agg(pl.len().alias("calls"), foreign.mean().alias("foreign"))
        .filter(
            pl.col("trunk_in").str.contains(_INTERNATIONAL)
            | ((pl.col("calls") >= _TRUNK_CALLS) & (pl.col("foreign") >= _TRUNK_SHARE))
        )
        .select("source", "trunk_in", pl.lit(value=True).alias("abroad"))
    )
    placed = rows.join(trunks, on=["source", "trunk_in"], how="left").with_columns(
        pl.col("abroad").fill_null(value=False)
    )
    inward = placed.filter(~foreign & pl.col("abroad"))
    mine = placed.join(inward.select("a").unique(), on="a", how="semi").filter(pl.col("start").is_not_null())
    journeys = (
        mine.sort("a", "start", "rec")
        .with_columns((pl.col("abroad") & ~pl.col("abroad").shift(1, fill_value=False).over("a")).alias("left"))
        .group_by("a")
        .agg(pl.col("left").sum().alias("journeys"), (~pl.col("abroad")).any().alias("at_home"))
    )
    roams = journeys.filter(pl.col("at_home") & (pl.col("journeys") < _JOURNEYS))["a"]
    called = rows.filter(~pl.col("b").is_in(journeys.filter("at_home")["a"].implode()))["b"].drop_nulls().unique()
    return inward.filter(~pl.col("a").is_in(pl.concat([roams, called]).unique().implode()))


def _series(rows: pl.DataFrame) -> pl.DataFrame:
    """Calls of numbers of which ``_RUN`` or more in a row called within one hour."""
    numbers = (
        rows.filter(pl.col("value").is_not_null() & pl.col("start").is_not_null())
        .with_columns(pl.col("start").dt.truncate("1h").alias("hour"))
        .select("a", "rec", "hour", "value")
    )
    runs = (
        numbers.select("hour", "value")
        .unique()
        .sort("hour", "value")
        .with_columns((pl.col("value").diff().over("hour").fill_null(0) != 1).cum_sum().over("hour").alias("run"))
        .with_columns(pl.len().over("hour", "run").alias("in_a_row"))
        .filter(pl.col("in_a_row") >= _RUN)
    )
    return numbers.join(runs, on=["hour", "value"], how="semi")


def _strangers(rows: pl.DataFrame) -> pl.DataFrame:
    """Calls from countries with which there was hardly a call before and after: no kin, no trade, no roaming."""
    dated = rows.filter(pl.col("country").is_not_null() & pl.col("start").is_not_null())
    days = pl.concat(
        [
            dated.select("country", pl.col("start").dt.truncate("1d").alias("day")),
            dated.filter(pl.col("to").is_not_null()).select(
                pl.col("to").alias("country"), pl.col("start").dt.truncate("1d").alias("day")
            ),
        ]
    )
    known = days.group_by("country").agg(pl.col("day").n_unique().alias("days"))
    span = days["day"].n_unique()
    if span <= _DAYS * 5:  # an extract of a few days knows no history
        return dated.head(0)
    rare = known.filter(pl.col("days") <= _DAYS).select("country")
    return dated.join(rare, on="country", how="semi")
