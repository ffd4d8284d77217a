"""Who appears under which uid: victims and masked third parties as pseudonyms, nowhere as themselves.

A raw value can hide in three further places: in the uid of something that belongs to the same person (a wallet
carries its number), in a record id (``sub:<source>:<number>@<day>``) and in somebody else's properties. All three are
searched for the masked values; a record id that holds one is shown by the record's keyed content hash instead, which
the evidence can look up and nobody can reverse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.errors import UsageError
from graph.evidence import View
from graph.ids import is_victim
from graph.projection.incidence import incidence
from graph.schema import LABELS

Mask = Callable[[Sequence[str]], Sequence[str]]
"""For each uid the uid to show: itself, or the ``victim:h:...`` pseudonym of the person behind it."""

_PHONE_DIGITS: Final = 9  # the national part: a number is found however its country code is written
_NOT_LETTERS: Final = r"[^0-9a-z\u00c0-\uffff]+"
_STRONG = re.compile(r"(?=.*\d)[0-9a-z]{6,}")
_OPAQUE: Final = frozenset({"rec", "h"})  # person:rec:<source>:<record>:<role> holds nothing of the person


def show_all(uids: Sequence[str]) -> Sequence[str]:
    """The mask that hides nobody; victims' pseudonyms are in the evidence already."""
    return uids


@dataclass(frozen=True)
class Cast:
    """Nodes as they are shown. A *node* is a row of ``uids``; several codes of the view may be one node."""

    node_of: npt.NDArray[np.uint32]
    """Code of the view -> node."""
    uids: pl.Series
    """Node -> uid, sorted."""
    labels: pl.Series
    """Node -> label."""
    records: pl.Series
    """``rec`` -> record id as shown."""
    needles: tuple[str, ...]
    """What no text may hold (lower case, letters and digits only)."""
    masked: int
    """Number of codes shown under another uid."""

    def victims(self) -> npt.NDArray[np.bool_]:
        """Node -> is it a victim?"""
        return (self.labels == "Victim").to_numpy()


def cast_of(view: View, mask: Mask = show_all) -> Cast:
    """Decide under which uid every entity and record of ``view`` is shown.

    Raises:
        UsageError: the mask gives a uid that is neither the one it was given nor a victim's pseudonym.
    """
    entities = view.entities
    raw = entities["uid"].to_list()
    shown = list(mask(raw))
    if len(shown) != len(raw):
        raise UsageError("The mask must give one uid for each uid.")
    hidden = [index for index, uid in enumerate(shown) if uid != raw[index]]
    for index in hidden:
        if not is_victim(shown[index]):
            raise UsageError("A mask may only put a victim's pseudonym in place of a uid.")
    records = view.records["record"]
    strong: list[str] = []
    if hidden:
        _follow(raw, shown, hidden)
        hidden = [index for index, uid in enumerate(shown) if uid != raw[index]]
        needles = sorted({needle for index in hidden if (needle := _needle(raw[index]))})
        strong = [needle for needle in needles if _STRONG.fullmatch(needle)]
        records = _alias_records(view.records, needles)
        _alias_composed(view, raw, shown, strong)
    return _number(shown, entities["label"], records, tuple(strong), len(hidden))


def holds(texts: pl.Expr, needles: Sequence[str]) -> pl.Expr:
    """Whether a text holds one of the needles, whatever stands between its letters and digits."""
    plain = texts.str.to_lowercase().str.replace_all(_NOT_LETTERS, "")
    return plain.str.contains_any(list(needles)).fill_null(value=False)


def _tail(uid: str) -> str:
    """The value of a uid in lower-case letters and digits; empty where it is nobody's."""
    parts = uid.split(":")
    if len(parts) < 3 or parts[1] in _OPAQUE:
        return ""
    return re.sub(_NOT_LETTERS, "", parts[-1].lower())


def _needle(uid: str) -> str:
    tail = _tail(uid)
    if tail.isdigit():
        return tail[-_PHONE_DIGITS:] if len(tail) >= 8 else ""
    return tail if len(tail) >= 5 else ""


def _follow(raw: list[str], shown: list[str], hidden: list[int]) -> None:
    """What carries a masked number as its own value (its wallet, its messenger account) is the same person."""
    owner = {_tail(raw[i]): shown[i] for i in reversed(hidden) if len(_tail(raw[i])) >= 8 and _tail(raw[i]).isdigit()}
    if not owner:
        return
    for index, uid in enumerate(raw):
        if shown[index] == uid and uid.split(":", 1)[0] in ("phone", "wallet", "acct"):
            shown[index] = owner.get(_tail(uid), uid)


def _alias_records(records: pl.DataFrame, needles: list[str]) -> pl.Series:
    if not needles:
        return records["record"]
    return records.select(
        pl.when(holds(pl.col("record"), needles))
        .then(pl.lit("record:h:") + pl.col("hash"))
        .otherwise(pl.col("record"))
        .alias("record")
    ).to_series()


def _alias_composed(view: View, raw: list[str], shown: list[str], strong: list[str]) -> None:
    """Records and payments keyed by a masked value take the keyed hash of their first record instead."""
    if not strong:
        return
    support = [name for name, label in LABELS.items() if label.side != "suspect" and name != "Victim"]
    found = (
        view.entities.with_row_index("code")
        .filter(pl.col("label").is_in(support))
        .filter(holds(pl.col("uid"), strong))["code"]
        .to_list()
    )
    if not found:
        return
    first = _first_records(view, found)
    taken: dict[str, int] = {}
    for code in found:
        if shown[code] == raw[code]:
            alias = f"{raw[code].split(':', 1)[0]}:h:{first[code]}"
            taken[alias] = taken.get(alias, 0) + 1
            shown[code] = alias if taken[alias] == 1 else f"{alias}:{taken[alias]}"


def _first_records(view: View, codes: list[int]) -> dict[int, str]:
    wanted = pl.Series(codes, dtype=pl.UInt32)
    pairs = incidence(view).filter(pl.col("code").is_in(wanted.implode()))
    firsts = pairs.group_by("code").agg(pl.col("rec").min()).sort("code")
    hashes = view.records["hash"].gather(firsts["rec"]).to_list()
    return dict(zip(firsts["code"].to_list(), hashes, strict=True))


def _number(shown: list[str], labels: pl.Series, records: pl.Series, needles: tuple[str, ...], masked: int) -> Cast:
    frame = pl.DataFrame({"uid": pl.Series(shown, dtype=pl.String), "label": labels}).with_columns(
        pl.when(pl.col("uid").str.starts_with("victim:h:"))
        .then(pl.lit("Victim"))
        .otherwise(pl.col("label"))
        .alias("label")
    )
    # A page is an account that somebody called a page: "Page" > "Account".
    nodes = frame.group_by("uid").agg(pl.col("label").max()).sort("uid")
    node_of = (
        frame["uid"].cast(pl.Enum(nodes["uid"])).to_physical().cast(pl.UInt32).to_numpy()
        if len(shown)
        else np.zeros(0, dtype=np.uint32)
    )
    return Cast(node_of, nodes["uid"], nodes["label"], records, needles, masked)
