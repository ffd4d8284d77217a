"""Ties: dated, sourced reasons to think that two suspect-side nodes belong together.

One row a statement: ``u, v`` (nodes, u < v), ``kind``, ``base`` weight (domain/02 section 2.2), ``since, until, rec``,
``voice`` (of the report, null for other records). Payments, victims and places never tie.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from analysis.epochs import BEGIN, END, active, worn_handles
from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.support import Support
from graph.schema import UTC_TIME

BASE: Final[dict[str, float]] = {
    "co_named": 1.0,
    "contract": 1.0,
    "stated": 0.8,
    "holds": 1.0,
    "card": 1.0,
    "device": 1.0,
    "recovery": 0.9,
    "same_account": 1.0,
    "session": 0.9,
    "administers": 1.0,
    "presents": 0.6,
    "diverted": 1.0,
    "associated": 0.6,
    "passed_on": 1.0,
    "co_paid": 0.6,
    "collected": 0.8,
    "sums": 0.8,
    "talk": 0.6,
    "seized": 1.0,
    "searched": 1.0,
    "accused": 0.8,
    "series": 1.0,
    "script": 0.2,
    "staff": 0.3,
    "listed": 0.3,
}
"""Base weight by kind; place, nationality and family have none and are absent."""

PAPERS: Final = ("contract", "stated")
"""Kinds that say in whose name a thing is: papers are lent, sold and forged."""

_PORT: Final = r"^ip:(\[[^\]]+\]|[^:]+):\d+:"
"""Uid of an address with its port; the group is the address."""

_LINKED: Final[dict[str, str]] = {
    "USES": "stated",
    "HOLDS": "holds",
    "RECOVERY_OF": "recovery",
    "ADMINISTERS": "administers",
    "PRESENTS_AS": "presents",
    "DIVERTED_TO": "diverted",
    "ASSOCIATED_WITH": "associated",
    "HAS_SIM": "card",
    "INSERTED_IN": "device",
}

TIES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "u": pl.UInt32,
    "v": pl.UInt32,
    "kind": pl.String,
    "base": pl.Float64,
    "since": UTC_TIME,
    "until": UTC_TIME,
    "rec": pl.UInt32,
    "voice": pl.UInt32,
}


def empty() -> pl.DataFrame:
    """No ties."""
    return pl.DataFrame(schema=TIES)


def shaped(frame: pl.DataFrame, evidence: Evidence, a: str, b: str, *, weight: pl.Expr | None = None) -> pl.DataFrame:
    """Ties of a frame with ``kind, since, until, rec`` between node columns ``a`` and ``b``."""
    sides = evidence.suspect_side[evidence.node_code]
    allowed = pl.Series(np.flatnonzero(sides).astype(np.uint32)).implode()
    has_voice = "voice" in frame.columns
    return (
        frame.filter(pl.col(a).is_in(allowed) & pl.col(b).is_in(allowed) & (pl.col(a) != pl.col(b)))
        .select(
            pl.min_horizontal(a, b).cast(pl.UInt32).alias("u"),
            pl.max_horizontal(a, b).cast(pl.UInt32).alias("v"),
            pl.col("kind").cast(pl.String),
            (pl.col("kind").replace_strict(BASE, return_dtype=pl.Float64) if weight is None else weight).alias("base"),
            pl.col("since").cast(UTC_TIME),
            pl.col("until").cast(UTC_TIME),
            pl.col("rec").cast(pl.UInt32),
            (pl.col("voice") if has_voice else pl.lit(None, dtype=pl.UInt32)).cast(pl.UInt32).alias("voice"),
        )
        .sort(list(TIES))
    )


def structural(evidence: Evidence) -> pl.DataFrame:
    """Contracts, holdings, cards, devices, recovery addresses, administration, diversion, accounts under two names."""
    made = (_linked, _seen, _diverted, _worn, _of_number)
    return pl.concat([ties(evidence) for ties in made]).sort(list(TIES))


def _worn(evidence: Evidence) -> pl.DataFrame:
    """A native account and the handle that its platform says it wears: reports know the one, returns the other."""
    worn = worn_handles(evidence.view)
    if not worn.height:
        return empty()
    placed = evidence.place(evidence.place(worn, "handle", "since"), "native", "since")
    pairs = placed.group_by("native", "handle").agg(pl.col("since").min(), pl.col("rec").min())
    rows = pairs.with_columns(pl.lit("same_account").alias("kind"), pl.lit(None, dtype=UTC_TIME).alias("until"))
    return shaped(rows, evidence, "native", "handle")


def _of_number(evidence: Evidence) -> pl.DataFrame:
    """A messaging account that goes by a telephone number, and that number, at the times the account is spoken of."""
    entities = evidence.view.entities.with_row_index("code").select(pl.col("code").cast(pl.UInt32), "uid")
    by_number = entities.select(
        pl.col("code").alias("account"), pl.col("uid").str.extract(r"^acct:whatsapp:h:(\+\d+)$").alias("number")
    ).drop_nulls()
    if not by_number.height:
        return empty()
    lines = entities.select(
        pl.col("code").alias("line"), pl.col("uid").str.extract(r"^phone:e164:(\+\d+)$").alias("number")
    ).drop_nulls()
    links = evidence.view["links"]
    said = pl.concat(
        [
            evidence.view["mentions"].select(pl.col("target").alias("account"), pl.col("at").alias("_at"), "rec"),
            *(
                links.select(pl.col(end).alias("account"), pl.col("since").alias("_at"), "rec")
                for end in ("src", "dst")
            ),
        ]
    )
    rows = evidence.dated(by_number.join(lines, on="number").join(said, on="account"), "_at")
    placed = evidence.place(evidence.place(rows, "account", "at"), "line", "at")
    pairs = placed.group_by("account", "line").agg(
        pl.col("at").min().alias("since"), pl.col("at").max().alias("until"), pl.col("rec").min()
    )
    return shaped(pairs.with_columns(pl.lit("same_account").alias("kind")), evidence, "account", "line")


def _linked(evidence: Evidence) -> pl.DataFrame:
    links = evidence.view["links"].filter(pl.col("rel").is_in(list(_LINKED)))
    device = pl.Series(evidence.codes_of("Device")).implode()
    dated = _when_known(evidence, links).with_columns(
        pl.when((pl.col("rel") == "USES") & pl.col("dst").is_in(device))
        .then(pl.lit("device"))
        .when((pl.col("rel") == "USES") & pl.col("basis").is_in(["registered", "seized"]))
        .then(pl.lit("contract"))
        .otherwise(pl.col("rel").replace_strict(_LINKED, default=None, return_dtype=pl.String))
        .alias("kind")
    )
    placed = evidence.place(evidence.place(dated, "src", "at"), "dst", "at")
    return shaped(placed, evidence, "src", "dst")


def _when_known(evidence: Evidence, links: pl.DataFrame) -> pl.DataFrame:
    """Links with ``at``: when they began, else when we were told; of a number found with its card in a search, when
    that card was in use.

    What is said without a date of a thing that changed hands is of the time in which its other end was first seen or
    reported: a platform returns the number that a profile was once opened with, and may do so after that number went to
    another holder. Of a profile that nobody reported it is said of the holder in whose time all of its use falls;
    where there is none, of no holder in particular, and left out.
    """
    split = evidence.epochs["entity"].unique().implode()
    open_ = pl.col("since").is_null() & (pl.col("src").is_in(split) | pl.col("dst").is_in(split))
    dated = (
        evidence.dated(links.filter(~open_), "since")
        .join(evidence.found_in_use, left_on=["rec", "dst"], right_on=["rec", "target"], how="left")
        .with_columns(pl.min_horizontal("at", "in_use").alias("at"))
        .drop("in_use")
    )
    undated = links.filter(open_)
    if not undated.height:
        return dated
    named = evidence.dated(evidence.view["mentions"].rename({"at": "_at"}), "_at")
    named = named.join(evidence.last_cited, on="report", how="left")
    told_of = pl.min_horizontal("at", "sent_at").min().alias("told")
    ends = pl.concat(
        [
            undated.filter(pl.col(thing).is_in(split)).with_columns(
                pl.col(other).alias("end"), pl.col(thing).alias("_first"), pl.col(thing).alias("_last")
            )
            for thing, other in (("src", "dst"), ("dst", "src"))
        ]
    )
    known = ends.join(named.group_by(pl.col("target").alias("end")).agg(told_of), on="end", how="left").join(
        active(evidence.view).rename({"entity": "end"}), on="end", how="left"
    )
    used = pl.col("first").is_not_null()
    placed = evidence.place(evidence.place(known.filter(used), "_first", "first"), "_last", "last")
    known = pl.concat([placed, known.filter(~used)]).with_columns(
        pl.when(pl.col("told").is_not_null())
        .then(pl.min_horizontal("told", "first"))
        .when(pl.col("_first") == pl.col("_last"))
        .then("first")
        .alias("at")
    )
    return pl.concat([dated, known.filter(pl.col("at").is_not_null()).select(dated.columns).unique()])


def _seen(evidence: Evidence) -> pl.DataFrame:
    """Line in card, card (else line) in device, wallet or account on device; one row a pair and record kind."""
    seen = evidence.view["sightings"].filter(pl.col("at").is_not_null())
    parts = [
        (seen.filter(pl.col("sim").is_not_null()), "line", "sim", "card"),
        (seen.filter((pl.col("rel") == "INSERTED_IN") & pl.col("sim").is_not_null()), "sim", "device", "device"),
        (seen.filter((pl.col("rel") == "INSERTED_IN") & pl.col("sim").is_null()), "line", "device", "device"),
        (seen.filter(pl.col("rel") == "USES"), "line", "device", "device"),
    ]
    out = [empty()]
    for rows, a, b, kind in parts:
        rows = rows.filter(pl.col(a).is_not_null() & pl.col(b).is_not_null())
        if not rows.height:
            continue
        # A card does not follow a number to its next holder: it is of the time in which it was first seen.
        of = rows.with_columns(pl.col("at").min().over(a, b).alias("first")) if kind == "card" else rows
        when = "first" if kind == "card" else "at"
        placed = evidence.place(evidence.place(of, a, when), b, when)
        pairs = placed.group_by(a, b).agg(
            pl.col("at").min().alias("since"), pl.col("at").max().alias("until"), pl.col("rec").min()
        )
        out.append(shaped(pairs.with_columns(pl.lit(kind).alias("kind")), evidence, a, b))
    return pl.concat(out)


def sessions(evidence: Evidence) -> pl.DataFrame:
    """``ip, address, line, at, rec``: what was seen with something else at one address and port within an hour (``ip``:
    address, port and hour)."""
    uids, addresses = evidence.view.entities["uid"], evidence.codes_of("IpEvent")
    told = pl.DataFrame({"ip": addresses, "address": uids.gather(addresses).str.extract(_PORT)}).drop_nulls()
    seen = evidence.view["sightings"].filter(pl.col("line").is_not_null() & pl.col("at").is_not_null())
    placed = evidence.place(seen.join(told, on="ip"), "line", "at").select("ip", "address", "line", "at", "rec")
    return placed.filter(pl.col("line").n_unique().over("ip") > 1)


def connected(evidence: Evidence, seen: pl.DataFrame) -> pl.DataFrame:
    """What is one connection, so one machine (domain/04, T05), by the rows of :func:`sessions`. An address alone is
    shared by thousands, and a port of many is a gateway's."""
    pairs = (
        seen.filter(pl.col("line").n_unique().over("ip") <= evidence.params.session_cap)
        .with_columns(pl.col("line").min().over("ip").alias("first"))
        .filter(pl.col("line") != pl.col("first"))
        .group_by("first", "line")
        .agg(pl.col("at").min().alias("since"), pl.col("at").max().alias("until"), pl.col("rec").min())
    )
    return shaped(pairs.with_columns(pl.lit("session").alias("kind")), evidence, "first", "line")


def _diverted(evidence: Evidence) -> pl.DataFrame:
    calls = evidence.view["calls"].filter(
        pl.col("c").is_not_null() & pl.col("b").is_not_null() & pl.col("start").is_not_null()
    )
    if not calls.height:
        return empty()
    placed = evidence.place(evidence.place(calls, "b", "start"), "c", "start")
    pairs = placed.group_by("b", "c").agg(
        pl.col("start").min().alias("since"), pl.col("start").max().alias("until"), pl.col("rec").min()
    )
    return shaped(pairs.with_columns(pl.lit("diverted").alias("kind")), evidence, "b", "c")


def co_named(evidence: Evidence, support: Support) -> pl.DataFrame:
    """Pairs named by one report, once a voice. A report naming ``k`` things gives each pair ``2 / k``, so a list of six
    is no clique of weight fifteen; a list that was passed on gives nothing."""
    names = support.names.with_columns(pl.len().over("report").alias("k"))
    short = names.filter(pl.col("k") >= 2).join(support.lists, on="report", how="anti")
    pairs = (
        short.join(short.select("report", pl.col("node").alias("other")), on="report")
        .filter(pl.col("node") < pl.col("other"))
        .sort("node", "other", "voice", "k", "report")
        .unique(["node", "other", "voice"], keep="first", maintain_order=True)
        .with_columns(pl.lit("co_named").alias("kind"), pl.col("at").alias("since"), pl.col("at").alias("until"))
    )
    return shaped(pairs, evidence, "node", "other", weight=2.0 / pl.col("k"))


def users_of_machines(evidence: Evidence, ties: pl.DataFrame) -> pl.DataFrame:
    """``machine, user`` of ties to machines into which no card goes, each pair once."""
    used = both_ends(ties.filter(pl.col("kind") == "device"), ("u", "v"), ("machine", "user")).unique()
    used = used.filter(evidence.are(used["machine"], "Device"))
    cards = evidence.are(used["user"], "Phone", "Sim")
    return used.join(used.filter(cards).select("machine").unique(), on="machine", how="anti")


def in_force(ties: pl.DataFrame) -> pl.DataFrame:
    """Ties with open ends closed, for comparing intervals."""
    return ties.with_columns(
        pl.col("since").fill_null(pl.lit(BEGIN, dtype=UTC_TIME)), pl.col("until").fill_null(pl.lit(END, dtype=UTC_TIME))
    )
