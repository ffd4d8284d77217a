"""Findings: what a run concludes, in the exact JSON that other programs read.

A reason is a code with parameters and records; words are made when it is shown. Amounts are decimal texts,
times UTC. Only additive changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Status = Literal["lead", "corroborate", "watch"]
Role = Literal[
    "leader", "operator", "mule", "cashier", "page_admin", "recruiter", "insider", "employee", "manager", "device",
    "persona", "infrastructure", "mule_victim", "unknown",
]  # fmt: skip
ROLES_BY_WEIGHT: tuple[Role, ...] = (
    "leader", "operator", "page_admin", "recruiter", "cashier", "mule", "manager", "insider", "employee",
    "mule_victim", "unknown", "persona", "infrastructure", "device",
)  # fmt: skip
"""In the order in which a reader asks for them: who leads and asks, who takes, who works for them, then things."""
Change = Literal["born", "grown", "merged", "split", "died", "re_emerged", "same"]


class _Finding(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Finding):
    """Why: a code of docs/reasons, its parameters, and the records it rests on."""

    code: str
    params: dict[str, JsonValue] = {}
    records: tuple[str, ...] = ()


class Member(_Finding):
    uid: str
    label: str
    role: Role
    score: float
    """0-1: how firmly it belongs (share of its weight that stays inside the ring)."""
    first_seen: datetime | None = None
    basis: tuple[Reason, ...] = ()
    """What the role hypothesis rests on."""


class Bridge(_Finding):
    """Shared infrastructure: visible, joins nobody, not suspected."""

    uid: str
    reason: str


class TypologyHit(_Finding):
    id: str
    strength: float
    records: tuple[str, ...] = ()


class Money(_Finding):
    currency: str
    total: str
    transfers: int


class RingLink(_Finding):
    src: str
    rel: str
    dst: str
    weight: float
    records: tuple[str, ...] = ()


class Fragility(_Finding):
    critical_links: tuple[tuple[str, str], ...] = ()
    minimal_evidence: tuple[str, ...] = ()
    score_without: tuple[float, ...] = ()
    """Score after removing each critical link, in the same order."""


class Ring(_Finding):
    """One ring, whole. ``ring`` is the display number of the casebook's registry."""

    ring: str
    status: Status
    score: float
    percentile: float
    run: str
    members: tuple[Member, ...]
    associates: tuple[str, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    typologies: tuple[TypologyHit, ...] = ()
    source_types: tuple[str, ...] = ()
    reports: int = 0
    victims: int = 0
    silent_victims: int = 0
    money: tuple[Money, ...] = ()
    countries: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    fragility: Fragility = Fragility()
    change: Change = "born"
    reasons: tuple[Reason, ...] = ()
    counter_indicators: tuple[Reason, ...] = ()
    links: tuple[RingLink, ...] = ()
    history: tuple[Reason, ...] = ()
    succession: tuple[Reason, ...] = ()

    def by_role(self) -> list[Member]:
        """Members as a person reads them: who leads first, devices last; within a role the firmest first."""
        return sorted(self.members, key=lambda m: (ROLES_BY_WEIGHT.index(m.role), -m.score, m.uid))


LIST_FIELDS = frozenset(Ring.model_fields) - {"reasons", "counter_indicators", "links", "history", "succession"}
"""Fields of a ring in ``halqa rings``; ``halqa ring`` gives all."""


class Judgement(_Finding):
    """A person's decision on a ring, as the casebook hands it over: the members it was taken on, not a number."""

    verdict: Literal["confirm", "dismiss", "reopen"]
    members: tuple[str, ...]
    reason: str
    by: str
    at: datetime


class RingSnapshot(_Finding):
    """A ring as an earlier run showed it. ``ended`` rings are those that a later run no longer found."""

    ring: str
    members: tuple[str, ...]
    status: Status
    ended: bool = False


class Cut(_Finding):
    """A connector that was cut: visible, joins nobody."""

    uid: str
    why: Reason


class RingChange(_Finding):
    """What became of a ring since the previous run. ``key`` names the new ring (empty when it died)."""

    key: str
    kind: Change
    ring: str = ""
    """Display number that lives on (empty for a born ring)."""
    from_rings: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    status_before: Status | None = None
    why: Reason | None = None


class Alert(_Finding):
    """Something people should be told once; ``fingerprint`` is equal for the same event in any run."""

    fingerprint: str
    key: str
    ring: str
    kind: Change | Literal["status"]
    priority: int
    """1 (at once) to 4."""
    why: tuple[Reason, ...]
    members: int
    reports: int
    money: tuple[Money, ...] = ()


class Findings(_Finding):
    """All that a run concludes. Rings carry no display number (``ring=""``); ``keys`` names them, in the same order."""

    run: str
    digest: str
    as_of: datetime | None
    rings: tuple[Ring, ...]
    keys: tuple[str, ...]
    """Stable name of each ring inside the run: its smallest member uid (``#2``... where rings share it)."""
    changes: tuple[RingChange, ...] = ()
    cuts: tuple[Cut, ...] = ()
    suspected_payees: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    """Payers of ring members: masked at every door."""
    mule_victims: tuple[str, ...] = ()
    """Parties seen on both sides: known or likely victims who received money for a ring."""
    scripts: tuple[Mapping[str, object], ...] = ()
    """Texts that several reports tell, as the graph takes them (``analysis.scripts.listed``): searched once a run."""
    components: int = 0
    entities: int = 0
    links: int = 0
