"""What speaks for and against two entities being one, each point a code with parameters and a weight.

The weights are judgement, not statistics; the table is in docs/resolution.md. A score is
``(1 - product of (1 - w) over what speaks for) x product of (1 - w) over what speaks against``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import log2, prod
from typing import Final

from pydantic import JsonValue

from graph.same_as import Feature
from ingest.resolution.names import ALIKE, NameMatch, compare
from ingest.resolution.profiles import Profile, Tie
from ingest.resolution.rarity import Rarity

SHARED: Final = {
    "phone": 0.6, "sim": 0.6, "dev": 0.5, "email": 0.7, "acct": 0.7, "bank": 0.7, "wallet": 0.6, "crypto": 0.7,
}  # fmt: skip
"""Weight of a thing that both use and nobody else, by prefix of its uid."""

RARE: Final = 0.05
"""A name is rare when fewer than this many other people would agree with it by chance."""

IDLE: Final = timedelta(days=400)
"""Two uses of one thing farther apart than this say little of its being in the same hands."""


def features(a: Profile, b: Profile, rarity: Rarity, holders: Mapping[str, int]) -> list[Feature]:
    """Every point on two entities, strongest first. ``holders``: how many hands each thing is in."""
    found = [*_names(a, b, rarity), *_documents(a, b), *_births(a, b), *_accounts(a, b), *_shared(a, b, holders)]
    found += _money(a, b)
    return sorted(found, key=lambda f: (f.side != "for", -f.weight, f.code, str(sorted(f.params.items()))))


def score(found: list[Feature]) -> float:
    """0-1 from the weights."""
    speaks_for = 1.0 - prod(1.0 - f.weight for f in found if f.side == "for")
    return round(speaks_for * prod(1.0 - f.weight for f in found if f.side == "against"), 4)


def best_match(a: Profile, b: Profile) -> tuple[str, str, NameMatch] | None:
    """The two names that agree best, None where one has none."""
    pairs = [(compare(x, y), x, y) for x in a.names for y in b.names]
    if not pairs:
        return None
    match, x, y = min(pairs, key=lambda p: (-p[0].score, p[1], p[2]))
    return x, y, match


def _names(a: Profile, b: Profile, rarity: Rarity) -> list[Feature]:
    best = best_match(a, b)
    if best is None:
        return []
    x, y, match = best
    persons = a.uid.startswith(("person:", "org:"))
    if match.score < ALIKE:
        code = match.against[0] if match.against else "other_name"
        weight = (0.8 if match.score < 0.6 else 0.6) if persons else 0.2
        return [Feature(code, "against", weight, {"a": x, "b": y, "score": match.score})]
    if not persons:
        return [Feature("same_display_name", "for", 0.15, {"a": x, "b": y, "score": match.score})]
    chance = rarity.expected(x, y, match)
    weight = 0.6 if chance < RARE else 0.4 if chance < 1 else 0.2
    code = "rare_name" if chance < RARE else "same_name"
    params: dict[str, JsonValue] = {"a": x, "b": y, "score": match.score, "expected": round(chance, 3)}
    return [Feature(code, "for", round(weight * match.score, 4), params)]


def _documents(a: Profile, b: Profile) -> list[Feature]:
    out: list[Feature] = []
    if (
        a.documents
        and b.documents
        and not {x.rsplit(":", 1)[0] for x in a.documents} & {y.rsplit(":", 1)[0] for y in b.documents}
    ):
        # One person may hold two kinds of papers; most people met under two are two.
        out.append(Feature("other_papers", "against", 0.3))
    for x in a.documents:
        for y in b.documents:
            kind_x, number_x = x.rsplit(":", 1)
            kind_y, number_y = y.rsplit(":", 1)
            if kind_x != kind_y or x == y:
                continue
            if near(number_x, number_y):
                out.append(Feature("near_document", "for", 0.5, {"kind": kind_x}))
            out.append(
                Feature("other_document", "against", 0.3 if near(number_x, number_y) else 0.95, {"kind": kind_x})
            )
    return out


def near(a: str, b: str) -> bool:
    """Whether one slip of the hand leads from one number to the other: a character, or two exchanged."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:])
    )


def _births(a: Profile, b: Profile) -> list[Feature]:
    if not a.births or not b.births:
        return []
    agree = [x for x in a.births for y in b.births if x.startswith(y) or y.startswith(x)]
    if not agree:
        return [Feature("other_birth", "against", 0.9)]
    return [Feature("same_birth", "for", 0.5 if any(len(x) == 10 for x in agree) else 0.2)]


def _accounts(a: Profile, b: Profile) -> list[Feature]:
    out: list[Feature] = []
    if common := sorted(set(a.handles) & set(b.handles)):
        out.append(Feature("same_handle", "for", 0.7, {"handle": common[0]}))
    platforms = [uid.split(":")[1] for uid in (a.uid, b.uid) if uid.startswith("acct:")]
    if len(set(platforms)) > 1:
        out.append(Feature("other_platform", "against", 0.95))
    if a.native_ids and b.native_ids and not set(a.native_ids) & set(b.native_ids):
        out.append(Feature("other_native_id", "against", 0.95))
    return out


def _shared(a: Profile, b: Profile, holders: Mapping[str, int]) -> list[Feature]:
    out: list[Feature] = []
    for thing in sorted(a.ties.keys() & b.ties.keys()):
        kind = thing.split(":", 1)[0]
        if kind not in SHARED:
            continue
        one, other = a.ties[thing], b.ties[thing]
        if one.epoch != other.epoch:
            out.append(Feature("successive_holders", "against", 0.3, {"uid": thing}))
            continue
        # The more hands a thing is in, the less it says of two of them.
        hands = holders.get(thing, 1)
        weight = SHARED[kind] / max(1, hands - 1)
        params: dict[str, JsonValue] = {"uid": thing, "hands": hands}
        if _far(one, other):
            out.append(Feature(f"once_shared_{kind}", "for", round(weight * 0.4, 4), params))
        else:
            out.append(Feature(f"shared_{kind}", "for", round(weight, 4), params))
    return out


def _far(a: Tie, b: Tie) -> bool:
    if a.since is None or b.since is None or a.until is None or b.until is None:
        return False
    return max(a.since, b.since) - min(a.until, b.until) > IDLE


def _money(a: Profile, b: Profile) -> list[Feature]:
    out: list[Feature] = []
    for code, mine, theirs, weight in (
        ("same_payee", a.paid, b.paid, 0.4),
        ("same_payer", a.paid_by, b.paid_by, 0.4),
        ("same_outlet", a.outlets, b.outlets, 0.1),
    ):
        if common := mine & theirs:
            share = len(common) / min(len(mine), len(theirs))
            out.append(Feature(code, "for", round(weight * share / log2(1 + max(len(mine), len(theirs))), 4),
                               {"n": len(common)}))  # fmt: skip
    return out
