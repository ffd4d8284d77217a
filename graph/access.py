"""Who may be seen: third parties that turn out to be victims, and payers of suspected payees, are masked.

A :class:`Mask` replaces uids, and the values inside record ids, by pseudonyms. Every door (command line, JSON, desk,
export, graph store) looks through it; lifting it is a reasoned, logged act (``Workspace.unmask``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

import polars as pl

from graph.evidence import View
from graph.ids import is_victim
from graph.merged import spread
from graph.vault import Vault

_NUMBER = re.compile(r"\+\d{5,15}")
_MATCHABLE = ("Person", "Phone", "Email", "Account", "Page", "Wallet")
_T = TypeVar("_T")

RESELLER_LINES = 5
"""Above this many lines a holder counts as a reseller."""


class Mask:
    """Uid -> pseudonym, for every uid that must not be shown."""

    def __init__(self, masks: Mapping[str, str]) -> None:
        self.masks = dict(masks)
        self._numbers = {
            uid.removeprefix("phone:e164:"): pseudonym
            for uid, pseudonym in masks.items()
            if uid.startswith("phone:e164:")
        }

    def __contains__(self, uid: str) -> bool:
        return uid in self.masks

    def uid(self, uid: str) -> str:
        """The uid, or the pseudonym it is shown under."""
        return self.masks.get(uid, uid)

    def uids(self, uids: Iterable[str]) -> list[str]:
        """:meth:`uid` of many, in order."""
        return [self.masks.get(uid, uid) for uid in uids]

    def text(self, text: str) -> str:
        """A record id or other text with masked numbers and uids replaced."""
        if text in self.masks:
            return self.masks[text]
        if not self._numbers or "+" not in text:
            return text
        return _NUMBER.sub(lambda found: self._numbers.get(found.group(), found.group()), text)

    def everywhere(self, value: _T) -> _T:
        """A JSON-like value with every text in it looked through the mask (keys stay)."""
        return _walk(value, cache(self.text))  # type: ignore[return-value]  # same shape, leaf by leaf


def _walk(value: object, change: Callable[[str], str]) -> object:
    # Findings are hundreds of thousands of leaves, most of them texts said again and again: what is common comes first.
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, change) for inner in value]
    if isinstance(value, tuple):
        return tuple(_walk(inner, change) for inner in value)
    if isinstance(value, Mapping):
        return {key: _walk(inner, change) for key, inner in value.items()}
    return value


def known_victims(view: View, vault: Vault) -> dict[str, str]:
    """Uids of the view that belong to a victim or reporter the vault knows: uid -> pseudonym.

    A person whose stated or registered line matches is masked with the line, and the lines of a matching person too.
    """
    candidates = view.entities.filter(pl.col("label").is_in(_MATCHABLE))["uid"]
    # Somebody merged with a victim is masked with them, under all their uids.
    candidates = pl.concat([candidates, view.merged["uid"].unique().sort()])
    return spread(view, _with_belongings(view, spread(view, vault.match(candidates))))


def payers_of(view: View, payees: Sequence[str], members: Sequence[str], vault: Vault) -> dict[str, str]:
    """Payers of suspected payees, who are presumed victims until somebody decides otherwise: uid -> pseudonym."""
    codes = list(view.codes(payees).values())
    inside = set(members)
    paying = (
        view["transfers"].filter(pl.col("payee").is_in(codes) & pl.col("payer").is_not_null())["payer"].unique().sort()
    )
    payers = [uid for uid in view.uids(paying) if uid not in inside and not is_victim(uid)]
    direct = {uid: vault.pseudonym(f"uid:{uid}", "victims") for uid in payers}
    found = {uid: name for uid, name in _with_belongings(view, direct).items() if uid not in inside}
    return spread(view, found)


def _with_belongings(view: View, masks: Mapping[str, str]) -> dict[str, str]:
    """Add the lines and wallets of masked persons, and the persons and wallets of masked lines.

    A holder of many lines is a reseller: one masked line says nothing of the holder's other customers.
    """
    ties = view["links"].filter(pl.col("rel").is_in(["USES", "HOLDS"])).select("src", "dst").unique()
    masked = pl.DataFrame(
        {"uid": list(masks), "name": list(masks.values())}, schema={"uid": pl.String, "name": pl.String}
    )
    coded = view.entities.with_row_index("code").select(pl.col("code").cast(pl.UInt32), "uid")
    known = coded.join(masked, on="uid").select("code", "name")
    things = ties.join(known, left_on="src", right_on="code").select(pl.col("dst").alias("code"), "name")
    further = ties.join(things, left_on="src", right_on="code").select(pl.col("dst").alias("code"), "name")
    few = ties.filter(pl.len().over("src") <= RESELLER_LINES)
    owners = few.join(known, left_on="dst", right_on="code").select(pl.col("src").alias("code"), "name")
    own = (
        pl.concat([things, further, owners])
        .join(known, on="code", how="anti")
        .group_by("code")
        .agg(pl.col("name").min())
        .sort("code")
        .join(coded, on="code", maintain_order="left")
        .filter(pl.col("uid").str.contains(r"^(?:person|phone|wallet):"))
    )
    return dict(masks) | dict(zip(own["uid"].to_list(), own["name"].to_list(), strict=True))
