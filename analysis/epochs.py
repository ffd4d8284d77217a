"""When a thing passed to somebody else: numbers, devices and handles have holders one after another (domain/02).

A number (and its wallets) changes hands where a contract of another holder begins after the earlier one had ended, or
with another card, or where the first one that is known begins after somebody had the number already; a device where it
lay idle longer than ``device_gap_days``; a handle where it went to another holder or another native account, or where
nobody named it for longer than ``handle_gap_days``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from analysis.params import Params
from graph.evidence import View
from graph.schema import UTC_TIME

BEGIN = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)
_A_DAY = timedelta(days=1)
"""Registers write days, and not always of the same clock."""


_OWN_ACTS = ("SEEN_AT", "USES", "SHARED", "PUBLISHED")
"""Relations that say what a profile itself did."""


def of(view: View, params: Params) -> pl.DataFrame:
    """``entity, start, node``: one row a period of each thing that changed hands. The first keeps its code as its node,
    later ones have numbers from ``len(view.entities)`` on."""
    contracts = _registered(view)
    numbers = pl.concat([_new_contracts(contracts), _new_users(view), _had_before(view, contracts)]).unique()
    held = (
        view["links"]
        .filter(pl.col("rel") == "HOLDS")
        .select(pl.col("src").alias("entity"), pl.col("dst").alias("wallet"))
        .unique()
        .join(numbers, on="entity")
        .select(pl.col("wallet").alias("entity"), "start")
    )
    devices = _idle_devices(view, contracts, params)
    handles = pl.concat([_new_accounts(view), _idle_handles(view, params.handle_gap_days)])
    starts = pl.concat([numbers, held, devices, handles]).unique().sort("entity", "start")
    later = starts.with_row_index("node", offset=view.entities.height).with_columns(pl.col("node").cast(pl.UInt32))
    first = (
        starts.select("entity")
        .unique()
        .with_columns(pl.lit(BEGIN, dtype=UTC_TIME).alias("start"), pl.col("entity").alias("node"))
    )
    columns = ["entity", "start", "node"]
    return pl.concat([first.select(columns), later.select(columns)]).sort("entity", "start")


def _told(view: View) -> pl.DataFrame:
    """``rec, told_at``: when we were told of each record."""
    return view.told.with_row_index("rec").select(
        pl.col("rec").cast(pl.UInt32), pl.col("received_at").cast(UTC_TIME).alias("told_at")
    )


def _registered(view: View) -> pl.DataFrame:
    """``dst, src, since, until, card``: contracts of numbers (``dst``) with their holders and, where the register says
    it, the card of each."""
    told = view["links"].filter((pl.col("basis") == "registered") & pl.col("since").is_not_null())
    cards = told.filter(pl.col("rel") == "HAS_SIM").select(
        "rec", pl.col("src").alias("dst"), pl.col("dst").alias("card")
    )
    contracts = told.filter(pl.col("rel") == "USES").join(cards, on=["rec", "dst"], how="left")
    return contracts.select("dst", "src", "since", "until", "card")


def _new_contracts(contracts: pl.DataFrame) -> pl.DataFrame:
    """``entity, start``: where a number passed to another holder, by its contracts (:func:`_registered`).

    Registers often leave the end of a contract out. A number has one card at a time: a later contract with a card that
    none had before ends those before it, whether their end is written or not.
    """
    eras = (
        contracts.drop_nulls("card")
        .group_by("dst", "card")
        .agg(pl.col("since").min().alias("era"), pl.col("since").max().alias("last"))
        .sort("dst", "era", "card")
        .filter(pl.col("era") > pl.col("last").cum_max().shift(1).over("dst"))
        .select("dst", "era")
        .sort("era")
    )
    # Later, not at the same moment: contracts of one day follow each other in no order.
    ended = contracts.sort("since").join_asof(
        eras, left_on="since", right_on="era", by="dst", strategy="forward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    by_it = pl.when(pl.col("card").is_not_null()).then("era")
    return _passed_on(
        ended.group_by("dst", "src").agg(
            pl.col("since").min(), pl.coalesce("until", by_it, pl.lit(END, dtype=UTC_TIME)).max().alias("until")
        )
    )


def _new_users(view: View) -> pl.DataFrame:
    """``entity, start``: where a thing that a source gives to one person after another passed to the next.

    Any source may say so, but only with an end that is written: an open interval says nothing about who came next.
    """
    people = view.entities.with_row_index("code").filter(pl.col("label") == "Person")["code"].cast(pl.UInt32)
    uses = (
        view["links"]
        .filter(pl.col("src").is_in(people.implode()))
        .filter(pl.col("rel").is_in(["USES", "HOLDS", "ADMINISTERS"]) & pl.col("since").is_not_null())
        .with_columns(
            pl.when(pl.col("until") > pl.col("since"))
            .then("until")
            .otherwise(pl.lit(END, dtype=UTC_TIME))
            .alias("until")
        )
    )
    return _passed_on(uses.group_by("dst", "src").agg(pl.col("since").min(), pl.col("until").max()))


def _had_before(view: View, contracts: pl.DataFrame) -> pl.DataFrame:
    """``entity, start``: where the first known contract of a number began after other cards had been seen in it, after
    it had been reported, or after a profile that goes back to it (:func:`_went_back_to`) was last active: somebody had
    it before, under a contract that we were not given.

    Where the register names the contract's card, that card is in none of the earlier sightings; where it does not, all
    cards of before fell silent by then, and later ones are others.
    """
    begun = contracts.rename({"dst": "entity", "since": "start"})
    first = begun.filter(pl.col("start") == pl.col("start").min().over("entity"))
    own = first.drop_nulls("card").select("entity", pl.col("card").alias("sim"), pl.lit(value=True).alias("own"))
    first = first.group_by("entity").agg(pl.col("start").first(), pl.col("card").is_not_null().any().alias("told"))
    seen = view["sightings"].select(pl.col("line").alias("entity"), "sim", "at").drop_nulls()
    spans = seen.group_by("entity", "sim").agg(pl.col("at").min().alias("since"), pl.col("at").max().alias("until"))
    before = pl.col("since") < pl.col("start")
    apart = pl.when("told").then(~(before & pl.col("own"))).otherwise((pl.col("until") < pl.col("start")) | ~before)
    cards = (
        spans.join(first, on="entity")
        .join(own.unique(), on=["entity", "sim"], how="left")
        .with_columns(pl.col("own").fill_null(value=False))
        .group_by("entity")
        .agg(apart.all().alias("apart"), (before & ~pl.col("own")).any().alias("earlier"))
    )
    return (
        first.join(cards, on="entity", how="left")
        .join(first_named(view), on="entity", how="left")
        .join(_went_back_to(view), on="entity", how="left")
        .filter(pl.col("apart").fill_null(value=True))
        .filter(
            pl.col("earlier").fill_null(value=False) | (pl.min_horizontal("named", "left") < pl.col("start") - _A_DAY)
        )
        .select("entity", "start")
    )


def _went_back_to(view: View) -> pl.DataFrame:
    """``entity, left``: numbers that platforms return as the recovery number of profiles without saying since when, and
    when the first of these profiles was last seen: whoever had it had the number by then."""
    open_ = view["links"].filter((pl.col("rel") == "RECOVERY_OF") & pl.col("since").is_null())
    return (
        open_.select(pl.col("src").alias("entity"), pl.col("dst").alias("profile"))
        .unique()
        .join(active(view).rename({"entity": "profile"}), on="profile")
        .group_by("entity")
        .agg(pl.col("last").min().alias("left"))
    )


def active(view: View) -> pl.DataFrame:
    """``entity, first, last``: when profiles were used first and last, as platforms saw it; if reports speak of a
    profile later, it was used until then."""
    profiles = view.entities.with_row_index("entity").filter(pl.col("label").is_in(["Account", "Page"]))
    codes = profiles["entity"].cast(pl.UInt32).implode()
    seen = view["sightings"].filter(pl.col("line").is_in(codes)).select(pl.col("line").alias("entity"), "at")
    shown = view["links"].filter(pl.col("rel").is_in(_OWN_ACTS) & pl.col("src").is_in(codes))
    seen = pl.concat([seen, shown.select(pl.col("src").alias("entity"), pl.col("since").alias("at"))]).drop_nulls()
    told = (
        view["mentions"]
        .join(_told(view), on="rec")
        .group_by(pl.col("target").alias("entity"))
        .agg(pl.coalesce("at", "told_at").max().alias("told"))
    )
    return (
        seen.group_by("entity")
        .agg(pl.col("at").min().alias("first"), pl.col("at").max().alias("last"))
        .join(told, on="entity", how="left")
        .select("entity", "first", pl.max_horizontal("last", "told").alias("last"))
    )


def first_named(view: View) -> pl.DataFrame:
    """``entity, named``: when each thing that reports name was first spoken of: at the time told of, or when we were
    told if that is earlier or alone."""
    return (
        view["mentions"]
        .join(_told(view), on="rec")
        .group_by(pl.col("target").alias("entity"))
        .agg(pl.min_horizontal("at", "told_at").min().alias("named"))
    )


def _passed_on(held: pl.DataFrame) -> pl.DataFrame:
    """``entity, start`` of intervals ``dst, src, since, until`` that begin after all earlier ones had ended."""
    several = held.filter(pl.len().over("dst") > 1)
    ordered = several.sort("dst", "since", "src").with_columns(
        pl.col("until").cum_max().shift(1).over("dst").alias("ended"),
        pl.col("src").shift(1).over("dst").alias("before"),
    )
    return ordered.filter(
        pl.col("ended").is_not_null() & (pl.col("since") >= pl.col("ended")) & (pl.col("src") != pl.col("before"))
    ).select(pl.col("dst").alias("entity"), pl.col("since").alias("start"))


def _handles(view: View) -> pl.DataFrame:
    """``handle`` (code), ``platform``, ``name`` of accounts that are known by a handle only. Numbers are no handles."""
    return (
        view.entities.with_row_index("handle")
        .filter(pl.col("label").is_in(["Account", "Page"]) & ~pl.col("uid").str.starts_with("acct:whatsapp:"))
        .select(
            pl.col("handle").cast(pl.UInt32),
            pl.col("uid").str.extract(r"^acct:([^:]+):h:").alias("platform"),
            pl.col("uid").str.extract(r"^acct:[^:]+:h:(.+)$").alias("name"),
        )
        .drop_nulls()
    )


def worn_handles(view: View) -> pl.DataFrame:
    """``native, handle`` (codes), ``since, rec``: handles that platforms say a native account wore, as far as the view
    knows the handle as an account of its own."""
    native = view.entities.with_row_index("code").select(
        pl.col("code").cast(pl.UInt32), pl.col("uid").str.extract(r"^acct:([^:]+):id:").alias("platform")
    )
    worn = (
        view["statements"]
        .filter(pl.col("prop").is_in(["handle", "handles", "username", "vanity"]) & pl.col("text").is_not_null())
        .join(native, left_on="subject", right_on="code")
        .join(_told(view), on="rec")
        .select(
            "platform",
            pl.col("text").str.to_lowercase().str.strip_prefix("@").alias("name"),
            pl.col("subject").alias("native"),
            pl.coalesce("time", "told_at").alias("since"),
            "rec",
        )
    )
    # Facebook reads dots as nothing, so do its handles here.
    worn = worn.with_columns(
        pl.when(pl.col("platform") == "facebook").then(pl.col("name").str.replace_all(".", "", literal=True))
        .otherwise("name").alias("name")
    )  # fmt: skip
    return worn.join(_handles(view), on=["platform", "name"]).select("native", "handle", "since", "rec")


def _new_accounts(view: View) -> pl.DataFrame:
    """``entity, start``: where a handle went to another native account of its platform, as platforms return them."""
    return _passed_on(
        worn_handles(view)
        .group_by(pl.col("handle").alias("dst"), pl.col("native").alias("src"))
        .agg(pl.col("since").min(), pl.col("since").max().alias("until"))
    )


def _idle_handles(view: View, days: int) -> pl.DataFrame:
    """``entity, start``: where a handle was named again after a time in which it may have gone to somebody else."""
    named = (
        view["mentions"]
        .join(_handles(view).select(pl.col("handle").alias("target")), on="target", how="semi")
        .join(_told(view), on="rec")
        .select(pl.col("target").alias("entity"), pl.coalesce("at", "told_at").alias("start"))
        .unique()
        .sort("entity", "start")
    )
    gap = pl.col("start") > pl.col("start").shift(1).over("entity") + pl.duration(days=days)
    return named.filter(gap)


def _idle_devices(view: View, contracts: pl.DataFrame, params: Params) -> pl.DataFrame:
    """``entity, start``: where a device came back after lying idle, or was sold (:func:`_sold`); ``contracts`` as
    :func:`_registered` has them."""
    used = (
        view["sightings"]
        .filter(pl.col("device").is_not_null() & pl.col("at").is_not_null())
        # By its card: the number may be somebody else's by then.
        .group_by("device", pl.coalesce("sim", "line").alias("user"))
        .agg(
            pl.col("line").min(),
            pl.col("at").min().alias("since"),
            pl.col("at").max().alias("until"),
            (pl.col("rel") == "INSERTED_IN").any().alias("card"),
        )
        .sort("device", "since", "user")
    )
    idle = used.filter(pl.col("since") > _ended() + pl.duration(days=params.device_gap_days))
    return (
        pl.concat(
            [
                idle.select("device", pl.col("since").alias("start")),
                _sold(used, _settled(view, contracts, params.own_days)),
            ]
        )
        .rename({"device": "entity"})
        .unique()
    )


def _ended() -> pl.Expr:
    """When the last of all who had used a device before stopped."""
    return pl.col("until").cum_max().shift(1).over("device")


def _settled(view: View, contracts: pl.DataFrame, days: int) -> pl.DataFrame:
    """``line, settled``: lines that no report names, and when their first known contract was so many days old."""
    first = contracts.group_by(pl.col("dst").alias("line")).agg(pl.col("since").min())
    named = view["mentions"]["target"].drop_nulls().unique().implode()
    unnamed = first.filter(~pl.col("line").is_in(named))
    return unnamed.select("line", (pl.col("since") + pl.duration(days=days)).alias("settled"))


def _sold(used: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """``device, start``: where all who used a device (``used``) had stopped, and it was sold: whose card came next had
    used another one till then, or whose was last in it goes on in another one and has had the line for long
    (``settled``). Who throws cards away begins each in the same handset, and ends it there, and crews hand handsets on.
    Profiles may be seen on it before a card is.
    """
    cards = used.filter("card")
    lives = cards.group_by("user").agg(pl.col("since").min().alias("begun"), pl.col("until").max().alias("last"))
    cards = cards.join(lives, on="user").join(settled, on="line", how="left").sort("device", "since", "user")
    goes_on = (pl.col("last") > pl.col("until") + _A_DAY) & (pl.col("settled") < pl.col("until")).fill_null(value=False)
    left = cards.select("device", pl.col("until").alias("left"), goes_on.alias("on"))
    handed = (
        cards.with_columns(_ended().alias("ended"))
        .filter(pl.col("since") > pl.col("ended") + _A_DAY)
        .sort("since")
        .join_asof(
            left.sort("left"), left_on="since", right_on="left", by="device", strategy="backward",
            allow_exact_matches=False, check_sortedness=False,
        )
        .filter((pl.col("begun") < pl.col("since") - _A_DAY) | pl.col("on"))
        .select("device", "ended", pl.col("since").alias("next"))
    )  # fmt: skip
    others = handed.join(used, on="device").with_columns(
        pl.col("until").filter(pl.col("since") <= pl.col("ended")).max().over("device", "next").alias("stayed")
    )
    return (
        others.filter((pl.col("stayed") < pl.col("next")) & (pl.col("since") > pl.col("stayed")))
        .group_by("device", "next")
        .agg(pl.col("since").min().alias("start"))
        .select("device", "start")
    )
