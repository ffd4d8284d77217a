"""Same-person proposals: pairs worth a person's look, each with all that speaks for and against. Nothing is decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final, cast

import polars as pl
from pydantic import JsonValue

from graph.evidence import View
from graph.ids import prefix
from graph.same_as import JOINABLE, NAME_ONLY, Feature
from ingest.resolution import candidates
from ingest.resolution.features import RARE, features, score
from ingest.resolution.profiles import HANDLES, NAMES, Profile, profiles, texts, ties
from ingest.resolution.rarity import rarity

SHOWN: Final = 0.45
"""Score from which a pair is proposed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two entities that may be one: ``a`` < ``b``, a score for ranking, and the points."""

    a: str
    b: str
    score: float
    features: tuple[Feature, ...]

    @property
    def name_only(self) -> bool:
        """Whether nothing but a name speaks for it."""
        return all(f.code in NAME_ONLY for f in self.features if f.side == "for")

    def to_json(self) -> dict[str, JsonValue]:
        """For people and programs."""
        made = {
            "a": self.a, "b": self.b, "score": self.score, "name_only": self.name_only,
            "features": [asdict(feature) for feature in self.features],
        }  # fmt: skip
        return cast(dict[str, JsonValue], made)


def propose(
    view: View,
    *,
    masked: Collection[str] = (),
    rejected: Collection[tuple[str, str]] = (),
) -> list[Proposal]:
    """Pairs of a view that may be one entity, the best first.

    ``masked`` are uids that must not be shown: they propose nothing and nothing is said of them. ``rejected`` pairs
    (by any uid of their persons) are not proposed again.
    """
    hidden = {code for uid in masked if (code := view.code(uid)) is not None}
    held = ties(view, masked)
    names = _persons(view, texts(view, NAMES), hidden)
    known = rarity(names.iter_rows())
    users = candidates.hands(held, names)
    parts = [
        candidates.by_things(held, users),
        candidates.by_names(names, known, rare=RARE),
        candidates.by_documents(view, names),
        candidates.by_handles(_handles(view)),
    ]
    refused = {tuple(sorted((view.canonical(a), view.canonical(b)))) for a, b in rejected}
    pairs = _joinable(view, candidates.together(parts, hidden))
    made = profiles(view, {code for pair in pairs for code in pair}, held)
    holders = _by_uid(view, users)
    found: list[Proposal] = []
    for a, b in pairs:
        one, other = made[a], made[b]
        if (one.uid, other.uid) in refused:
            continue
        points = features(one, other, known, holders)
        if (total := score(points)) >= SHOWN and _worth(points, one, other):
            found.append(Proposal(one.uid, other.uid, total, tuple(points)))
    return _spanning(sorted(found, key=lambda p: (p.name_only, -p.score, p.a, p.b)))


def _spanning(ranked: list[Proposal]) -> list[Proposal]:
    """Proposals without those that stronger ones imply: ten records of one man are nine questions, not forty-five."""
    root: dict[str, str] = {}

    def find(uid: str) -> str:
        while root.setdefault(uid, uid) != uid:
            uid = root[uid]
        return uid

    kept: list[Proposal] = []
    for one in ranked:
        low, high = sorted((find(one.a), find(one.b)))
        if low != high:
            root[high] = low
            kept.append(one)
    return kept


def examine(view: View, a: str, b: str, *, masked: Collection[str] = ()) -> Proposal:
    """What speaks for and against two entities of a view, whether it would be proposed or not."""
    codes = [view.code(uid) for uid in (a, b)]
    held = ties(view, masked)
    names = _persons(view, texts(view, NAMES), {code for uid in masked if (code := view.code(uid)) is not None})
    made = profiles(view, [code for code in codes if code is not None], held)
    holders = _by_uid(view, candidates.hands(held, names))
    one, other = sorted(made.values(), key=lambda profile: profile.uid)
    points = features(one, other, rarity(names.iter_rows()), holders)
    return Proposal(one.uid, other.uid, score(points), tuple(points))


def _worth(points: list[Feature], one: Profile, other: Profile) -> bool:
    """Whether to ask: people of two names share things as families do, profiles of one device are two profiles."""
    codes = {f.code for f in points if f.side == "for"}
    if one.uid.startswith("acct:"):
        return "same_handle" in codes
    return bool(codes & NAME_ONLY) or not (one.names and other.names)


def _persons(view: View, named: pl.DataFrame, hidden: Collection[int]) -> pl.DataFrame:
    """Names of persons who may be shown."""
    labels = view.entities.with_row_index("code").filter(pl.col("label") == "Person")["code"].cast(pl.UInt32)
    gone = pl.Series(sorted(hidden), dtype=pl.UInt32)
    return named.filter(pl.col("code").is_in(labels.implode()) & ~pl.col("code").is_in(gone.implode()))


def _handles(view: View) -> pl.DataFrame:
    """``code, text``: ``platform:handle`` of every account, from its uid or a statement."""
    accounts = view.entities.with_row_index("code").filter(pl.col("label").is_in(["Account", "Page"]))
    parts = accounts.select(pl.col("code").cast(pl.UInt32), pl.col("uid").str.splitn(":", 4).alias("p")).unnest("p")
    own = parts.filter(pl.col("field_2") == "h").select(
        "code", pl.concat_str(["field_1", "field_3"], separator=":").alias("text")
    )
    said = (
        texts(view, HANDLES)
        .join(parts.select("code", "field_1"), on="code")
        .select(
            "code",
            pl.concat_str(
                ["field_1", pl.col("text").str.to_lowercase().str.strip_chars_start("@")], separator=":"
            ).alias("text"),
        )
    )
    return pl.concat([own, said]).unique().sort("text", "code")


def _joinable(view: View, pairs: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs of a kind: persons with persons, never with a persona."""
    kinds = [[JOINABLE.get(prefix(uid)) for uid in view.uids(pairs[side])] for side in ("a", "b")]
    return [pair for pair, x, y in zip(pairs.iter_rows(), *kinds, strict=True) if x is not None and x == y]


def _by_uid(view: View, users: pl.DataFrame) -> dict[str, int]:
    return dict(zip(view.uids(users["thing"]), users["hands"].to_list(), strict=True))
