"""What every step of a run asks of the evidence: sides, custodians, times, and who is who when a number changes hands.

Nodes are codes of the view. A number that changed holder is several nodes: codes from ``len(view.entities)`` on stand
for its later epochs (domain/02, rule on use intervals), so no path leads from one holder to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.params import Params
from graph.evidence import View
from graph.schema import LABELS, UTC_TIME

BEGIN = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)
_A_DAY = timedelta(days=1)
"""Registers write days, and not always of the same clock."""


@dataclass(frozen=True)
class Evidence:
    """A view with the look-ups detection needs. Frames stay canonical: sorted, coded."""

    view: View
    params: Params
    masked: Mapping[int, str]
    """Parties that are known victims or reporters, with the pseudonym of each: never members."""

    @property
    def size(self) -> int:
        """Number of codes of the view."""
        return self.view.entities.height

    @cached_property
    def labels(self) -> NDArray[np.object_]:
        """Label by code."""
        return self.view.entities["label"].to_numpy().astype(object)

    @cached_property
    def suspect_side(self) -> NDArray[np.bool_]:
        """Whether a code may be a network node: an identifier or entity that is not a known victim."""
        sides = {name for name, label in LABELS.items() if label.side == "suspect"}
        allowed = self.view.entities["label"].is_in(list(sides)).to_numpy().copy()
        if self.masked:
            allowed[np.fromiter(sorted(self.masked), dtype=np.int64)] = False
        return allowed

    def codes_of(self, *labels: str) -> pl.Series:
        """Codes with one of these labels, ascending."""
        found = [self._by_label[label] for label in labels if label in self._by_label]
        return pl.concat(found).sort() if found else pl.Series("code", dtype=pl.UInt32)

    @cached_property
    def _by_label(self) -> dict[str, pl.Series]:
        rows = self.view.entities.select("label", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"))
        return {str(label): part["code"] for (label,), part in rows.partition_by("label", as_dict=True).items()}

    @cached_property
    def received(self) -> pl.DataFrame:
        """``rec``, ``told_at`` (when we were told) and ``source_type`` of every record."""
        return self.view.records.with_row_index("rec").select(
            pl.col("rec").cast(pl.UInt32),
            pl.col("received_at").cast(UTC_TIME).alias("told_at"),
            "source_type",
            "source",
        )

    @cached_property
    def source_type(self) -> NDArray[np.object_]:
        """Kind of custodian by ``rec``."""
        return self.view.records["source_type"].to_numpy().astype(object)

    def dated(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """``frame`` with ``at``: the first of ``columns`` that has a value, else when we were told."""
        told_at = self.received["told_at"].gather(frame["rec"])
        return frame.with_columns(pl.coalesce(*columns, told_at, pl.lit(BEGIN, dtype=UTC_TIME)).alias("at"))

    @cached_property
    def last_cited(self) -> pl.DataFrame:
        """``report, sent_at``: the last payment that each report cites; what it tells of happened by then."""
        sent = self.view["transfers"].select("tx", "sent_at").drop_nulls().unique()
        cited = self.view["mentions"].select("report", pl.col("target").alias("tx"))
        return cited.join(sent, on="tx").group_by("report").agg(pl.col("sent_at").max())

    @cached_property
    def found_in_use(self) -> pl.DataFrame:
        """``rec, target, in_use``: numbers that a search found together with a card, and when that card was last seen
        in the number; and reported numbers that had passed on shortly before the search, and when they did. A drawer
        full of old cards says nothing about who has their numbers on the day of the search."""
        view = self.view
        searches = self.received.filter(pl.col("source_type") == "seizure")["rec"].implode()
        links = view["links"].filter(pl.col("rec").is_in(searches))
        found = pl.concat(
            [
                view["mentions"].filter(pl.col("rec").is_in(searches)).select("rec", pl.col("target").alias("sim")),
                *(links.select("rec", pl.col(end).alias("sim")) for end in ("src", "dst")),
            ]
        )
        seen = view["sightings"].select("line", "sim", "at").filter(pl.col("sim").is_in(found["sim"].implode()))
        last = seen.drop_nulls().group_by("line", "sim").agg(pl.col("at").max().alias("in_use"))
        cards = found.unique().join(last, on="sim")
        by_card = cards.group_by("rec", pl.col("line").alias("target")).agg(pl.col("in_use").max())
        days = links.filter(pl.col("basis") == "seized").group_by("rec").agg(pl.col("since").min())
        searched = found.rename({"sim": "target"}).unique().join(days, on="rec", how="left")
        late = self.passed_on_late(self.dated(searched, "since"), "at").select("rec", "target", "in_use")
        return pl.concat([by_card, late.join(by_card, on=["rec", "target"], how="anti")])

    def passed_on_late(self, told: pl.DataFrame, at: str) -> pl.DataFrame:
        """Those of ``told`` (``target`` and the time ``at``) that speak of a number, reported before, within
        ``report_delay_days`` after it passed on, with ``in_use``, the last moment before that: what is told or found
        late is of the holder whom reports knew."""
        numbers = self.codes_of("Phone").implode()
        starts = self.epochs.filter((pl.col("node") >= self.size) & pl.col("entity").is_in(numbers))
        rows = told.join(starts.select(pl.col("entity").alias("target"), "start"), on="target")
        within = pl.col(at).is_between("start", pl.col("start") + timedelta(days=self.params.report_delay_days))
        before = pl.col("start") - timedelta(microseconds=1)
        named = _first_named(self.view).rename({"entity": "target"})
        late = rows.filter(within).join(named, on="target").filter(pl.col("named") < pl.col("start"))
        return late.group_by(told.columns).agg(before.min().alias("in_use"))

    @cached_property
    def epochs(self) -> pl.DataFrame:
        """``entity, start, node``: one row a period of a thing that changed hands.

        A number (and its wallets) changes hands where a contract of another holder begins after the earlier one had
        ended, or with another card, or where the first one that is known begins after somebody had the number already;
        a device where it lay idle longer than ``device_gap_days``; a handle where it went to another holder or
        another native account, or where nobody named it for longer than ``handle_gap_days``.
        """
        contracts = _registered(self.view)
        numbers = pl.concat(
            [_new_contracts(contracts), _new_users(self.view), _had_before(self.view, contracts)]
        ).unique()
        held = (
            self.view["links"]
            .filter(pl.col("rel") == "HOLDS")
            .select(pl.col("src").alias("entity"), pl.col("dst").alias("wallet"))
            .unique()
            .join(numbers, on="entity")
            .select(pl.col("wallet").alias("entity"), "start")
        )
        devices = _idle_devices(self.view, self.params.device_gap_days)
        handles = pl.concat([_new_accounts(self.view), _idle_handles(self.view, self.params.handle_gap_days)])
        starts = pl.concat([numbers, held, devices, handles]).unique().sort("entity", "start")
        later = starts.with_row_index("node", offset=self.size).with_columns(pl.col("node").cast(pl.UInt32))
        first = (
            starts.select("entity")
            .unique()
            .with_columns(pl.lit(BEGIN, dtype=UTC_TIME).alias("start"), pl.col("entity").alias("node"))
        )
        columns = ["entity", "start", "node"]
        return pl.concat([first.select(columns), later.select(columns)]).sort("entity", "start")

    @cached_property
    def reassigned(self) -> dict[int, list[datetime]]:
        """When each number (by code) passed to another holder."""
        rows = self.epochs.filter(
            (pl.col("node") >= self.size) & pl.col("entity").is_in(self.codes_of("Phone").implode())
        ).sort("entity", "start")
        out: dict[int, list[datetime]] = {}
        for entity, start in rows.select("entity", "start").iter_rows():
            out.setdefault(entity, []).append(start)
        return out

    @cached_property
    def node_code(self) -> NDArray[np.uint32]:
        """Code of every node, epochs included."""
        later = self.epochs.filter(pl.col("node") >= self.size).sort("node")
        return np.concatenate([np.arange(self.size, dtype=np.uint32), later["entity"].to_numpy().astype(np.uint32)])

    def place(self, frame: pl.DataFrame, column: str, at: str) -> pl.DataFrame:
        """``frame`` with the entity codes of ``column`` replaced by the node in force at time ``at``."""
        split = self.epochs["entity"].unique()
        if not len(split):
            return frame
        touched = pl.col(column).is_in(split.implode())
        hit, rest = frame.filter(touched.fill_null(value=False)), frame.filter(~touched.fill_null(value=False))
        if not hit.height:
            return frame
        placed = (
            hit.sort(at)
            .join_asof(
                self.epochs.sort("start").rename({"entity": column, "start": "_start"}),
                left_on=at,
                right_on="_start",
                by=column,
                strategy="backward",
                check_sortedness=False,
            )
            .with_columns(pl.col("node").alias(column))
            .select(frame.columns)
        )
        return pl.concat([rest, placed])


def uid_of(evidence: Evidence, node: int) -> str:
    """Uid of a node."""
    return evidence.view.uid(int(evidence.node_code[node]))


def _told(view: View) -> pl.DataFrame:
    """``rec, told_at``: when we were told of each record."""
    return view.records.with_row_index("rec").select(
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
    """``entity, start``: where the first known contract of a number began after other cards had been seen in it, or
    after it had been reported: somebody had it before, under a contract that we were not given.

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
        .join(_first_named(view), on="entity", how="left")
        .filter(pl.col("apart").fill_null(value=True))
        .filter(pl.col("earlier").fill_null(value=False) | (pl.col("named") < pl.col("start") - _A_DAY))
        .select("entity", "start")
    )


def _first_named(view: View) -> pl.DataFrame:
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


def _idle_devices(view: View, days: int) -> pl.DataFrame:
    """``entity, start``: where a device came back after lying idle."""
    return (
        view["sightings"]
        .filter(pl.col("device").is_not_null() & pl.col("at").is_not_null())
        .group_by("device", pl.coalesce("line", "sim").alias("user"))
        .agg(pl.col("at").min().alias("since"), pl.col("at").max().alias("until"))
        .sort("device", "since", "user")
        .with_columns(pl.col("until").cum_max().shift(1).over("device").alias("ended"))
        .filter(pl.col("ended").is_not_null() & (pl.col("since") > pl.col("ended") + pl.duration(days=days)))
        .select(pl.col("device").alias("entity"), pl.col("since").alias("start"))
        .unique()
    )
