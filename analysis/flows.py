"""Money between suspect-side nodes: payments counted once, intake passed on, payees with common payers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.nodes import Evidence
from analysis.params import Params
from analysis.support import Support
from analysis.ties import empty, shaped
from graph.money import DECIMALS
from graph.schema import UTC_TIME

DONE: Final = ("paid", "sent")

PER_MAD: Final[dict[str, float]] = {
    "MAD": 1.0, "EUR": 10.8, "USD": 10.0, "GBP": 12.7, "SAR": 2.7, "AED": 2.7, "QAR": 2.7, "KWD": 32.5, "BHD": 26.5,
    "OMR": 26.0, "JOD": 14.1, "IQD": 0.0076, "XOF": 0.0165, "XAF": 0.0165, "TND": 3.2, "DZD": 0.074, "CAD": 7.3,
    "CHF": 11.3, "TRY": 0.3, "EGP": 0.21, "LYD": 2.1,
}  # fmt: skip
"""Rough dirhams per unit, for comparing sizes only. No sum of money is ever converted with it."""


def payments(evidence: Evidence) -> pl.DataFrame:
    """Payments that took place, each once: ``tx, payer, payee, rail, kind, amount, currency, at, outlet, payer_country,
    told, rec, mad`` with nodes in ``payer`` and ``payee``.

    A payment told by a report and stated by an operator is one: money records win. A told payment without a reference
    is taken for an operator's one to the same payee within two days (one for one, in time order), as far as there are.
    """
    rows = evidence.view["transfers"].filter(
        pl.col("status").fill_null("paid").is_in(list(DONE)) | (pl.col("kind") == "told")
    )
    rows = rows.filter(pl.col("payee").is_not_null() | pl.col("payer").is_not_null())
    rows = evidence.dated(rows, "sent_at", "paid_at").with_columns(
        (pl.col("kind") == "told").fill_null(value=False).alias("told")
    )
    once = (
        rows.sort("tx", "told", "rec")
        .group_by("tx", maintain_order=True)
        .agg(
            pl.col("payer").drop_nulls().first(),
            pl.col("payee").drop_nulls().first(),
            pl.col("rail", "kind", "amount", "currency", "at").first(),
            pl.col("outlet").drop_nulls().first(),
            pl.col("payer_country").drop_nulls().first(),
            pl.col("told", "rec").first(),
        )
    )
    cancelled = (
        evidence.view["transfers"]
        .filter(pl.col("status").is_in(["cancelled", "refused"]) & (pl.col("kind") != "told"))["tx"]
        .unique()
    )
    once = once.filter(~pl.col("tx").is_in(cancelled.implode()))
    placed = evidence.place(evidence.place(once, "payer", "at"), "payee", "at")
    return _without_doubles(placed).with_columns(size_in_mad()).sort("tx")


def size_in_mad() -> pl.Expr:
    """``mad``: about how many dirhams ``amount`` (minor units) of ``currency`` is; null where no rate is known."""
    scale = pl.lit(10.0).pow(pl.col("currency").replace_strict(DECIMALS, default=2, return_dtype=pl.Float64))
    rate = pl.col("currency").replace_strict(PER_MAD, default=None, return_dtype=pl.Float64)
    return (pl.col("amount") / scale * rate).alias("mad")


def _without_doubles(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out told payments that an operator's record of the same payee and time already counts."""
    told = rows.filter(pl.col("told") & pl.col("payee").is_not_null()).sort("payee", "at", "tx")
    known = rows.filter(~pl.col("told") & pl.col("payee").is_in(told["payee"].unique().implode())).sort(
        "payee", "at", "tx"
    )
    if not told.height or not known.height:
        return rows
    candidates = (
        told.select("payee", "tx", "at", "currency", "amount")
        .join(known.select("payee", pl.col("tx").alias("k_tx"), pl.col("at").alias("k_at"),
                           pl.col("currency").alias("k_cur"),
                           pl.col("amount").alias("k_amount")), on="payee")
        .with_columns((pl.col("at") - pl.col("k_at")).dt.total_seconds().abs().alias("apart"))
        .filter(pl.col("apart") <= 2 * 86_400)
        .filter((pl.col("currency") != pl.col("k_cur"))
                | ((pl.col("amount") - pl.col("k_amount")).abs() <= 0.1 * pl.col("k_amount")))
        .sort("apart", "tx", "k_tx")
    )  # fmt: skip
    used: set[int] = set()
    doubles: set[int] = set()
    for tx, k_tx in candidates.select("tx", "k_tx").iter_rows():
        if tx not in doubles and k_tx not in used:
            doubles.add(tx)
            used.add(k_tx)
    return rows.filter(~pl.col("tx").is_in(pl.Series(sorted(doubles), dtype=pl.UInt32).implode()))


PASSED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "via": pl.UInt32,
    "to": pl.UInt32,
    "cycles": pl.UInt32,
    "share": pl.Float64,
    "hours": pl.Float64,
    "since": UTC_TIME,
    "until": UTC_TIME,
    "rec": pl.UInt32,
    "recs": pl.List(pl.UInt32),
}


def passed_on(evidence: Evidence, paid: pl.DataFrame, hand: NDArray[np.int64]) -> pl.DataFrame:
    """Who passes on most of its intake, soon and repeatedly (T02): columns of ``PASSED``.

    ``hand`` labels nodes of one pocket (a person, her number, its wallets): what one takes in the other may pass on.
    ``share`` is what went to ``to`` within the time, of the intakes that were followed by it; ``cycles`` counts these,
    and is at least ``pass_on_often`` of all intakes between the first and the last.
    """
    p = evidence.params
    limit = f"{int(p.pass_on_hours * 3600)}s"
    pockets = pl.DataFrame({"node": pl.Series(range(len(hand)), dtype=pl.UInt32), "hand": hand})
    both = (
        paid.filter(pl.col("payer").is_not_null() & pl.col("payee").is_not_null() & pl.col("amount").is_not_null())
        .select("payer", "payee", "currency", "amount", "at", "rec")
        .join(pockets.rename({"node": "payer", "hand": "from_hand"}), on="payer")
        .join(pockets.rename({"node": "payee", "hand": "to_hand"}), on="payee")
        .filter(pl.col("from_hand") != pl.col("to_hand"))
        .sort("at", "rec", "payer", "payee")
    )
    out = both.select(pl.col("from_hand").alias("hand"), pl.col("payer").alias("via"), pl.col("payee").alias("to"),
                      "currency", "at", "amount", "rec")  # fmt: skip
    intake = both.select(pl.col("to_hand").alias("hand"), "currency", "at", pl.col("amount").alias("in_amount"),
                         pl.col("rec").alias("in_rec"), pl.col("payer").alias("source"))  # fmt: skip
    repeated = (
        out.group_by("hand", "via", "to", "currency").agg(pl.len().alias("n")).filter(pl.col("n") >= p.pass_on_cycles)
    )
    if not repeated.height:
        return pl.DataFrame(schema=PASSED)
    keys = ["via", "to", "currency"]
    out = out.join(repeated.drop("n"), on=["hand", *keys], how="semi").sort("at", "rec")
    fed = (
        intake.join(repeated.drop("n"), on=["hand", "currency"])
        .filter(pl.col("source") != pl.col("to"))
        .sort("at", "in_rec")
    )
    followed = fed.join_asof(
        out.select(*keys, "at", pl.col("at").alias("out_at")), on="at", by=keys, strategy="forward", tolerance=limit,
        check_sortedness=False,
    ).filter(pl.col("out_at").is_not_null())  # fmt: skip
    moved = out.join_asof(fed.select(*keys, "at", pl.col("at").alias("in_at")), on="at", by=keys, strategy="backward",
                          tolerance=limit, check_sortedness=False).filter(pl.col("in_at").is_not_null())  # fmt: skip
    ins = followed.group_by(keys).agg(
        pl.col("in_rec").n_unique().alias("cycles"),
        pl.col("in_amount").sum().alias("taken"),
        ((pl.col("out_at") - pl.col("at")).dt.total_seconds().median() / 3600).round(1).alias("hours"),
        pl.col("in_rec"),
    )
    outs = moved.group_by(keys).agg(
        pl.col("amount").sum().alias("moved"),
        pl.col("at").min().alias("since"),
        pl.col("at").max().alias("until"),
        pl.col("rec").min(),
        pl.col("rec").alias("out_rec"),
    )
    found = ins.join(outs, on=keys)
    # Whoever now and then pays somebody soon after being paid passes nothing on: most payments of anybody do.
    within = pl.col("at").is_between(pl.col("since") - timedelta(hours=p.pass_on_hours), pl.col("until"))
    meanwhile = fed.join(found.select(*keys, "since", "until"), on=keys).filter(within)
    intakes = meanwhile.group_by(keys).agg(pl.col("in_rec").n_unique().alias("intakes"))
    return (
        found.join(intakes, on=keys)
        .filter(pl.col("cycles") >= p.pass_on_often * pl.col("intakes"))
        .with_columns(
            (pl.col("moved") / pl.col("taken")).clip(0, 1).round(4).alias("share"),
            pl.concat_list("in_rec", "out_rec").list.unique().list.sort().alias("recs"),
            pl.col("cycles").cast(pl.UInt32),
        )
        .filter((pl.col("cycles") >= p.pass_on_cycles) & (pl.col("share") >= p.pass_on_part))
        .sort("via", "to", "currency")
        .unique(["via", "to"], keep="first", maintain_order=True)
        .select(list(PASSED))
    )


def mostly(p: Params) -> pl.Expr:
    """Whether rows of :func:`passed_on` take most of the intake: alone, or, as a mule shares out what comes in between
    the one who collects and the one who leads, several of them together, ``pass_on_split`` times each."""
    together = pl.col("share").sum().over("via") >= p.pass_on_share
    return (pl.col("share") >= p.pass_on_share) | (together & (pl.col("cycles") >= p.pass_on_split))


def pass_on_ties(evidence: Evidence, passing: pl.DataFrame) -> pl.DataFrame:
    """Ties of :func:`passed_on`."""
    return shaped(passing.with_columns(pl.lit("passed_on").alias("kind")), evidence, "via", "to")


def co_paid(evidence: Evidence, paid: pl.DataFrame, support: Support) -> pl.DataFrame:
    """Payees, one of them named by a report, who share several payers (never one alone)."""
    named = support.names["node"].unique()
    pays = paid.filter(pl.col("payer").is_not_null() & pl.col("payee").is_not_null()).group_by("payer", "payee").agg(
        pl.col("at").min(), pl.col("rec").min()
    )  # fmt: skip
    spread = pays.with_columns(pl.len().over("payer").alias("paid_to")).filter(
        (pl.col("paid_to") >= 2) & (pl.col("paid_to") <= 8)
    )
    pairs = (
        spread.filter(pl.col("payee").is_in(named.implode()))
        .join(spread.select("payer", pl.col("payee").alias("other"), pl.col("at").alias("other_at")), on="payer")
        .filter(pl.col("payee") != pl.col("other"))
        .group_by("payee", "other")
        .agg(
            pl.len().alias("n"), pl.min_horizontal("at", "other_at").min().alias("since"),
            pl.max_horizontal("at", "other_at").max().alias("until"), pl.col("rec").min(),
        )
    )  # fmt: skip
    fans = pays.group_by(pl.col("payee").alias("other")).agg(pl.len().alias("fan"))
    strong = pairs.join(fans, on="other").filter(
        (pl.col("n") >= evidence.params.co_payers) & (pl.col("n") >= 0.3 * pl.col("fan"))
    )
    if not strong.height:
        return empty()
    return shaped(strong.with_columns(pl.lit("co_paid").alias("kind")), evidence, "payee", "other")


def collected(
    evidence: Evidence, paid: pl.DataFrame, part: NDArray[np.int64], hand: NDArray[np.int64], stop: pl.Series
) -> pl.DataFrame:
    """Ties of who is paid by several hands of one component, again and again, and by few others: whoever collects.

    ``part`` gives the component of each node that reports name, -1 outside. A relative whom one member keeps, and
    a shop where several buy, collect nothing.
    """
    p = evidence.params
    rows = (
        paid.filter(~pl.col("told") & pl.col("payer").is_not_null() & pl.col("payee").is_not_null())
        .filter(~pl.col("payee").is_in(stop.implode()))
        .select("payer", "payee", "at", "rec")
    )
    rows = rows.with_columns(
        pl.Series("part", part[rows["payer"].to_numpy()]), pl.Series("from", hand[rows["payer"].to_numpy()]),
        pl.Series("to", hand[rows["payee"].to_numpy()]),
    ).filter(pl.col("from") != pl.col("to"))  # fmt: skip
    intake = rows.group_by("to").agg(pl.len().alias("all"))
    inside = rows.filter(pl.col("part") >= 0)
    found = (
        inside.group_by("to", "part")
        .agg(pl.len().alias("n"), pl.col("from").n_unique().alias("hands"))
        .join(intake, on="to")
        .filter((pl.col("hands") >= p.collect_hands) & (pl.col("n") >= p.collect_payments))
        .filter(pl.col("n") >= p.collect_share * pl.col("all"))
    )
    return _paid(evidence, inside.join(found, on=["to", "part"], how="semi"), "collected")


def sums_handed_over(
    evidence: Evidence,
    support: Support,
    paid: pl.DataFrame,
    part: NDArray[np.int64],
    hand: NDArray[np.int64],
    stop: pl.Series,
) -> pl.DataFrame:
    """Ties of who collects with the one who gets it from them in sums: more than once, the median well above what comes
    in, and hardly anything from anybody else.

    ``part`` gives the component of each node that reports name, -1 outside. What comes in comes from many, or from
    others of the component. Sellers pay rent out of what they take and keep relatives, so it counts only where most
    reports of the component speak of force; and what is much the same every month is rent there, too.
    """
    p = evidence.params
    rows = paid.filter(~pl.col("told") & pl.all_horizontal(pl.col("mad", "payer", "payee").is_not_null())).select(
        "payer", "payee", "mad", "at", "rec"
    )
    rows = rows.with_columns(
        pl.Series("from", hand[rows["payer"].to_numpy()]), pl.Series("to", hand[rows["payee"].to_numpy()]),
        pl.Series("part", part[rows["payer"].to_numpy()]), pl.Series("part_to", part[rows["payee"].to_numpy()]),
    ).filter(pl.col("from") != pl.col("to"))  # fmt: skip
    forced = _of_force(support, part, p).implode()
    given = rows.filter(pl.col("part").is_in(forced) & ~pl.col("payee").is_in(stop.implode()))
    intake = (
        rows.join(given.select(pl.col("from").alias("to")).unique(), on="to", how="semi")
        .group_by(pl.col("to").alias("from"))
        .agg(
            pl.col("mad").median().alias("usual"),
            pl.col("from").n_unique().alias("payers"),
            pl.col("mad").filter(pl.col("part") == pl.col("part_to")).sum().alias("of_crew"),
            pl.col("mad").sum().alias("taken"),
        )
        .filter((pl.col("payers") >= p.sums_payers) | (pl.col("of_crew") >= p.sums_of_crew * pl.col("taken")))
    )
    all_in = (
        rows.join(given.select("to").unique(), on="to", how="semi").group_by("to").agg(pl.col("mad").sum().alias("all"))
    )
    found = (
        given.sort("from", "to", "at", "rec")
        .group_by("from", "to")
        .agg(
            pl.len().alias("n"),
            pl.col("mad").sum().alias("sum"),
            pl.col("mad").median().alias("median"),
            _monthly().alias("monthly"),
        )
        .join(intake, on="from")
        .join(all_in, on="to")
        .filter((pl.col("n") >= p.sums_payments) & (pl.col("median") >= p.sums_times * pl.col("usual")))
        .filter((pl.col("sum") >= p.sums_share * pl.col("all")) & ~pl.col("monthly"))
    )
    return _paid(evidence, given.join(found, on=["from", "to"], how="semi"), "sums")


def _paid(evidence: Evidence, rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Ties of this kind between the two ends of payments (``payer, payee, at, rec``)."""
    ties = rows.group_by("payer", "payee").agg(
        pl.col("at").min().alias("since"), pl.col("at").max().alias("until"), pl.col("rec").min()
    )
    return shaped(ties.with_columns(pl.lit(kind).alias("kind")), evidence, "payer", "payee") if ties.height else empty()


def _of_force(support: Support, part: NDArray[np.int64], p: Params) -> pl.Series:
    """Components most of whose reports, of those that say what happened, speak of force."""
    named = support.names.select("report", pl.Series("part", part[support.names["node"].to_numpy()])).unique()
    told = named.filter(pl.col("part") >= 0).join(support.reports.filter("says_what"), on="report")
    share = told.group_by("part").agg(pl.col("coercive").mean())
    return share.filter(pl.col("coercive") >= p.coercion_share)["part"]


def _monthly() -> pl.Expr:
    """Whether payments, in time order, are of much the same size and whole months apart."""
    gap = pl.col("at").diff().drop_nulls().dt.total_days()
    off = (gap % 30).clip(0, 30)
    whole = ((off <= 3) | (off >= 27)) & (gap >= 27)
    return (pl.len() > 1) & whole.all() & (pl.col("mad").max() <= 2 * pl.col("mad").min())


def payers_of(paid: pl.DataFrame, payees: NDArray[np.uint32]) -> pl.Series:
    """Payers of these nodes, ascending."""
    rows = paid.filter(
        pl.col("payee").is_in(pl.Series(payees, dtype=pl.UInt32).implode()) & pl.col("payer").is_not_null()
    )
    return rows["payer"].unique().sort()
