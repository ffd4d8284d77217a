"""Who is whom: decisions that two entities are one, kept in the casebook, each with by, at, reason and features.

A decision is a row and is never edited: ``undo`` is one more row. The canonical uid of merged entities is the smallest
uid of their component. Nothing here accepts by itself: a person decides, with a reason; what only agrees in its name,
or conflicts in a document, needs an explicit override; a persona (a face that is shown) is never a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, cast

import sqlalchemy as sa
from pydantic import JsonValue

from graph.errors import UsageError
from graph.files import canonical_json
from graph.ids import is_victim, prefix

if TYPE_CHECKING:
    from graph.casebook import Casebook

Decision = Literal["propose", "accept", "reject", "undo"]
DECISIONS: Final[tuple[Decision, ...]] = ("propose", "accept", "reject", "undo")

META: Final = sa.MetaData()
_decisions: Final = sa.Table(
    "same_as",
    META,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("a", sa.Text, nullable=False, index=True),  # a < b
    sa.Column("b", sa.Text, nullable=False, index=True),
    sa.Column("decision", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("features", sa.Text, nullable=False),  # JSON list, as they stood when decided
    sa.Column("override", sa.Boolean, nullable=False),
    sa.Column("four_eyes", sa.String),  # one | two, where the sources of the two differ
)

JOINABLE: Final[Mapping[str, str]] = {
    "person": "Person",
    "persona": "Persona",
    "acct": "Account",
    "org": "Organisation",
    "place": "Place",
}
"""Prefixes of uids that may be merged, each with its own kind only. Other identifiers are one by their normal form."""

NAME_ONLY: Final = frozenset({"same_name", "same_display_name", "rare_name"})
"""Features in favour that are no more than a name."""

CONFLICTS: Final = frozenset({"other_document", "other_birth", "rejected_pair", "other_native_id"})
"""Features against which a merge needs an override."""

_NOBODY: Final = frozenset({"", "auto", "automatic", "system", "halqa"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that speaks for or against: a code with parameters; words are made when it is shown."""

    code: str
    side: Literal["for", "against"]
    weight: float
    params: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """One row: what somebody decided about two entities, ``a`` < ``b``."""

    seq: int
    a: str
    b: str
    decision: Decision
    reason: str
    by: str
    at: datetime
    features: tuple[Feature, ...]
    override: bool
    four_eyes: Literal["one", "two"] | None

    def to_json(self) -> dict[str, JsonValue]:
        """For people and programs; times in UTC."""
        row = asdict(self)
        row["at"] = self.at.isoformat().replace("+00:00", "Z")
        row["features"] = [asdict(feature) for feature in self.features]
        return cast(dict[str, JsonValue], row)


def pair(a: str, b: str) -> tuple[str, str]:
    """Two uids in order. Errors: UsageError where they can never be one."""
    if a == b:
        raise UsageError(f"{a} is one entity already.", "Name two different ones.")
    if is_victim(a) or is_victim(b):
        raise UsageError("A victim or reporter is not merged with anybody.", "Their identities meet in the vault.")
    kinds = [JOINABLE.get(prefix(uid)) for uid in (a, b)]
    if {"Persona", "Person"} <= set(kinds):
        raise UsageError(
            "A persona is not a person: the face that is shown may be stolen from somebody.",
            "Link the account to its user instead; this can not be overridden.",
        )
    if kinds[0] is None or kinds[0] != kinds[1]:
        raise UsageError(
            f"{a} and {b} can not be one entity.",
            f"Two of a kind can be: {', '.join(sorted(set(JOINABLE.values())))}.",
        )
    return (a, b) if a < b else (b, a)


def record(
    book: Casebook,
    a: str,
    b: str,
    decision: Decision,
    *,
    reason: str,
    by: str,
    at: datetime,
    features: Sequence[Feature] = (),
    override: bool = False,
    sources_differ: bool = False,
) -> Decided:
    """Keep one decision.

    ``features`` are what spoke for and against when it was taken: acceptance needs one in favour that is not a name
    and none of :data:`CONFLICTS`, or ``override``. Errors: UsageError says what is missing.
    """
    a, b = pair(a, b)
    # What is kept says why, not who: names and numbers stay in the evidence, where they can be masked and erased.
    features = [_without_values(feature) for feature in features]
    if decision not in DECISIONS:
        raise UsageError(f"{decision!r} is not a decision.", f"Use one of: {', '.join(DECISIONS)}.")
    if not reason.strip():
        raise UsageError("A decision needs a reason.", "Say it with --reason TEXT.")
    if by.strip().lower() in _NOBODY:
        raise UsageError("A decision needs a person.", "Say who decides with --by WHO.")
    with book.transaction() as connection:
        before = in_force(_read(connection))
        standing = before.get((a, b))
        if decision == "accept":
            features += _rejected_between(a, b, before)
            _may_accept(features, override=override)
        eyes = _eyes(standing, decision, by, sources_differ=sources_differ)
        if decision == "reject":
            _not_joined_otherwise(a, b, before)
        if decision == "undo" and standing is None:
            raise UsageError("There is no decision on these two to take back.", "`halqa same A B` shows what there is.")
        if standing is not None and standing.decision == decision and eyes != "two":
            raise UsageError(f"That was decided already, by {standing.by}.", "`undo` takes it back.")
        row = {
            "a": a, "b": b, "decision": decision, "reason": reason.strip(), "by": by, "at": at.isoformat(),
            "features": json.dumps([asdict(one) for one in features], sort_keys=True, default=str),
            "override": override, "four_eyes": eyes,
        }  # fmt: skip
        seq = connection.execute(_decisions.insert().values(**row).returning(_decisions.c.seq)).scalar_one()
        # The chain holds the number only: a uid can be somebody's document, and the chain can never forget.
        operation = "combination" if decision == "accept" else "alteration"
        book.log(connection, at=at, by=by, operation=operation, purpose=reason, object_=f"same:{seq}", count=2)
    return Decided(seq, a, b, decision, reason.strip(), by, at, tuple(features), override, eyes)


def _without_values(feature: Feature) -> Feature:
    counts = {key: value for key, value in feature.params.items() if isinstance(value, int | float)}
    return replace(feature, params=counts)


def _may_accept(features: Sequence[Feature], *, override: bool) -> None:
    if override:
        return
    conflicts = sorted({f.code for f in features if f.side == "against" and f.code in CONFLICTS})
    if conflicts:
        raise UsageError(
            f"These two contradict each other: {', '.join(conflicts)}.",
            "If they are one all the same, say why: --override --reason TEXT.",
        )
    if not any(f.side == "for" and f.code not in NAME_ONLY for f in features):
        raise UsageError(
            "Nothing but a name speaks for it, and many people have the same name.",
            "If you know more than the evidence does, say it: --override --reason TEXT.",
        )


def _rejected_between(a: str, b: str, decided: Mapping[tuple[str, str], Decided]) -> list[Feature]:
    """Rejected pairs that accepting this one would put into one component."""
    joined = {(a, b)} | {key for key, row in decided.items() if row.decision == "accept"}
    root = {uid: uids[0] for uids in _components(joined) for uid in uids}
    return [
        Feature("rejected_pair", "against", 1.0, {"decision": row.seq})
        for (x, y), row in sorted(decided.items())
        if row.decision == "reject" and root.get(x, x) == root.get(y, y)
    ]


def _not_joined_otherwise(a: str, b: str, decided: Mapping[tuple[str, str], Decided]) -> None:
    """Errors: UsageError where other accepted pairs make these two one, so that saying no would change nothing."""
    others = [key for key, row in decided.items() if row.decision == "accept" and key != (a, b)]
    for uids in _components(others):
        if a in uids and b in uids:
            raise UsageError(
                f"{a} and {b} are one through others: {', '.join(uid for uid in uids if uid not in (a, b))}.",
                "Take one of those decisions back first.",
            )


def _eyes(
    standing: Decided | None, decision: Decision, by: str, *, sources_differ: bool
) -> Literal["one", "two"] | None:
    """Whether a merge across sources was looked at by one person or by two."""
    if decision != "accept" or not sources_differ:
        return None
    seen = standing is not None and standing.decision == "accept" and standing.by != by
    return "two" if seen else "one"


def _read(connection: sa.Connection, as_of: datetime | None = None) -> list[Decided]:
    rows = connection.execute(sa.select(_decisions).order_by(_decisions.c.seq)).mappings()
    decided = [
        Decided(
            seq=row["seq"],
            # An erasure puts tombstones in place of uids, which may stand in another order.
            a=min(row["a"], row["b"]),
            b=max(row["a"], row["b"]),
            decision=row["decision"],
            reason=row["reason"],
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
            features=tuple(Feature(**one) for one in json.loads(row["features"])),
            override=row["override"],
            four_eyes=row["four_eyes"],
        )
        for row in rows
    ]
    return [row for row in decided if as_of is None or row.at <= as_of]


def decided(book: Casebook, as_of: datetime | None = None) -> list[Decided]:
    """Every decision taken by ``as_of`` (all when None), oldest first."""
    with book.transaction() as connection:
        return _read(connection, as_of)


def count(book: Casebook) -> int:
    """How many decisions were ever taken, without reading them: rows are only ever added."""
    with book.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(_decisions)).scalar_one()


def in_force(rows: Iterable[Decided]) -> dict[tuple[str, str], Decided]:
    """The decision that stands on each pair: the last accept or reject that was not taken back."""
    standing: dict[tuple[str, str], Decided] = {}
    for row in rows:
        if row.decision == "undo":
            standing.pop((row.a, row.b), None)
        elif row.decision != "propose":
            standing[row.a, row.b] = row
    return dict(sorted(standing.items()))


def components(rows: Iterable[Decided]) -> tuple[tuple[str, ...], ...]:
    """Uids that are one by the accepted pairs, each component sorted, sorted: whatever order they were decided in."""
    return _components(key for key, row in in_force(rows).items() if row.decision == "accept")


def _components(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    root: dict[str, str] = {}

    def find(uid: str) -> str:
        while root.setdefault(uid, uid) != uid:
            root[uid] = root[root[uid]]
            uid = root[uid]
        return uid

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    groups: dict[str, list[str]] = {}
    for uid in sorted(root):
        groups.setdefault(find(uid), []).append(uid)
    return tuple(sorted(tuple(uids) for uids in groups.values()))


def digest(groups: Sequence[Sequence[str]]) -> str:
    """Short digest of components; empty when there is none."""
    return hashlib.sha256(canonical_json(sorted(map(list, groups)))).hexdigest()[:12] if groups else ""


def accepted(book: Casebook, as_of: datetime | None = None) -> tuple[tuple[str, ...], ...]:
    """:func:`components` of what was decided by ``as_of``."""
    return components(decided(book, as_of))
