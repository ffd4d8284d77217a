"""What the evidence says of each candidate, gathered once: names, births, documents, ties, counterparts, outlets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl

from graph.evidence import View

NAMES: Final = (
    "name", "names", "name_ar", "names_ar", "alias", "weakAlias", "previousName", "holder_name", "display_name",
    "claimed_name",
)  # fmt: skip
"""Properties that hold a name."""

HANDLES: Final = ("handle", "handle_current", "username", "vanity")
BIRTHS: Final = ("birth_date", "dob", "birthDate", "date_of_birth")
LABELS: Final = ("Person", "Persona", "Account", "Page", "Organisation")

_DATE: Final = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?")
_EARLY: Final = datetime(1, 1, 1, tzinfo=UTC)
_LATE: Final = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tie:
    """A thing somebody uses or holds, from the first to the last time it was said, and whose hands it was in then."""

    since: datetime | None
    until: datetime | None
    epoch: int


@dataclass(slots=True)
class Profile:
    """All that is compared of one entity."""

    uid: str
    names: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    """``CC:type:number`` of every document, sorted."""
    native_ids: tuple[str, ...] = ()
    """``platform:number`` of an account."""
    handles: tuple[str, ...] = ()
    ties: dict[str, Tie] = field(default_factory=dict)
    paid: frozenset[int] = frozenset()
    """Codes of those it sent money to."""
    paid_by: frozenset[int] = frozenset()
    outlets: frozenset[int] = frozenset()


def texts(view: View, props: Collection[str], codes: pl.Series | None = None) -> pl.DataFrame:
    """``code, text``: distinct values of some properties, sorted; a time is its date."""
    rows = view["statements"].filter(pl.col("prop").is_in(list(props)))
    if codes is not None:
        rows = rows.filter(pl.col("subject").is_in(codes.implode()))
    text = pl.coalesce("text", pl.col("time").dt.strftime("%Y-%m-%d"))
    return (
        rows.select(pl.col("subject").alias("code"), text.str.strip_chars().alias("text"))
        .filter(pl.col("text").is_not_null() & (pl.col("text") != ""))
        .unique()
        .sort("code", "text")
    )


def ties(view: View, hidden: Collection[str] = ()) -> pl.DataFrame:
    """``code, thing, since, until, epoch``: who uses or holds what, one row a pair; nothing of hidden things.

    ``epoch`` counts how often a registered contract of somebody else had begun by ``since``: two ties to one number
    belong together only in one epoch.
    """
    links = view["links"]
    straight = links.filter(pl.col("rel").is_in(["USES", "HOLDS"])).select(
        pl.col("src").alias("code"), pl.col("dst").alias("thing"), "since", "until", "basis"
    )
    turned = links.filter(pl.col("rel").is_in(["RECOVERY_OF", "PRESENTS_AS"])).select(
        pl.col("dst").alias("code"), pl.col("src").alias("thing"), "since", "until", "basis"
    )
    owners = view.entities.with_row_index("code").filter(pl.col("label").is_in(list(LABELS)))["code"].implode()
    every = pl.concat([straight, turned]).filter(pl.col("code").is_in(owners))
    if hidden:
        gone = pl.Series([c for uid in hidden if (c := view.code(uid)) is not None], dtype=pl.UInt32)
        every = every.filter(~pl.col("thing").is_in(gone.implode()))
    held = every.group_by("code", "thing").agg(
        pl.col("since").min(), pl.coalesce("until", "since").max().alias("until")
    )
    begins = _new_contracts(every).sort("start")
    return (
        held.with_columns(pl.col("since").fill_null(_EARLY).alias("_at"))
        .sort("_at")
        .join_asof(begins, left_on="_at", right_on="start", by="thing", strategy="backward", check_sortedness=False)
        .with_columns(pl.col("epoch").fill_null(0))
        .select("code", "thing", "since", "until", "epoch")
        .sort("code", "thing")
    )


def _new_contracts(every: pl.DataFrame) -> pl.DataFrame:
    """``thing, start, epoch``: where a registered contract of another holder begins after the one before had ended."""
    contracts = (
        every.filter((pl.col("basis") == "registered") & pl.col("since").is_not_null())
        .group_by("thing", "code")
        .agg(pl.col("since").min(), pl.col("until").fill_null(_LATE).max())
        .sort("thing", "since", "code")
        .with_columns(pl.col("until").cum_max().shift(1).over("thing").alias("ended"))
        .filter(pl.col("ended").is_not_null() & (pl.col("since") >= pl.col("ended")))
    )
    return contracts.select(
        "thing", pl.col("since").alias("start"), pl.col("thing").cum_count().over("thing").cast(pl.Int64).alias("epoch")
    )


def profiles(view: View, codes: Iterable[int], held: pl.DataFrame) -> dict[int, Profile]:
    """Profiles of some entities; ``held`` is what :func:`ties` gave."""
    wanted = pl.Series(sorted(set(codes)), dtype=pl.UInt32)
    inside = wanted.implode()
    made = {code: Profile(uid) for code, uid in zip(wanted.to_list(), view.uids(wanted), strict=True)}
    for code, profile in made.items():
        members = view.same.get(profile.uid, (profile.uid,))
        profile.documents = tuple(sorted(m.removeprefix("person:doc:") for m in members if m.startswith("person:doc:")))
        profile.native_ids = tuple(sorted(f"{p[1]}:{p[3]}" for m in members if (p := m.split(":", 3))[2:3] == ["id"]))
        profile.handles = tuple(sorted(f"{p[1]}:{p[3]}" for m in members if (p := m.split(":", 3))[2:3] == ["h"]))
        made[code] = profile
    for code, names in _grouped(texts(view, NAMES, wanted)):
        made[code].names = tuple(names[:8])
    for code, values in _grouped(texts(view, BIRTHS, wanted)):
        made[code].births = tuple(sorted({m.group() for value in values if (m := _DATE.match(value))}))
    for code, values in _grouped(texts(view, HANDLES, wanted)):
        profile = made[code]
        platform = profile.uid.split(":")[1]
        more = {f"{platform}:{value.lower().lstrip('@')}" for value in values}
        profile.handles = tuple(sorted({*profile.handles, *more}))
    mine = held.filter(pl.col("code").is_in(inside))
    for code, thing, since, until, epoch in zip(
        mine["code"].to_list(), view.uids(mine["thing"]), mine["since"], mine["until"], mine["epoch"], strict=True
    ):
        made[code].ties[thing] = Tie(since, until, epoch)
    moved = view["transfers"]
    for side, other, name in (
        ("payer", "payee", "paid"),
        ("payee", "payer", "paid_by"),
        ("payee", "outlet", "outlets"),
    ):
        rows = moved.filter(pl.col(side).is_in(inside) & pl.col(other).is_not_null()).select(side, other).unique()
        for (code,), part in rows.group_by(side):
            setattr(made[int(str(code))], name, frozenset(part[other].to_list()))
    return made


def _grouped(rows: pl.DataFrame) -> list[tuple[int, list[str]]]:
    grouped = rows.group_by("code", maintain_order=True).agg("text")
    return list(zip(grouped["code"].to_list(), grouped["text"].to_list(), strict=True))
