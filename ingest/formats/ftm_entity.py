"""An entity of FollowTheMoney as read: schemata, own fields, dates that may be a year or a month."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ingest.documents import Value
from ingest.formats.fields import Object, in_order, key_part, money, text
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.text import clean
from ingest.normalise.time import iso_time, plausible
from ingest.rejects import Refused


class Edge(NamedTuple):
    """A schema that is only a link: its relation and the properties that hold its ends."""

    rel: str
    src: str
    dst: str


ORGANISATIONS: Final = ("LegalEntity", "Organization", "Company", "PublicBody")
NODES: Final = ("Person", *ORGANISATIONS, "UserAccount", "BankAccount", "CryptoWallet", "Payment", "Document")
"""Schemata that yield a node, which others may refer to."""
EDGES: Final[dict[str, Edge]] = {
    "Ownership": Edge("HOLDS", "owner", "asset"),
    "Membership": Edge("MEMBER_OF", "member", "organization"),
    "Associate": Edge("KNOWS", "person", "associate"),
    "Family": Edge("FAMILY", "person", "relative"),
    "UnknownLink": Edge("ASSOCIATED_WITH", "subject", "object"),
}
SCHEMATA: Final = (*NODES, *EDGES, "Call")
REFERENCES: Final[dict[str, tuple[str, ...]]] = {
    "UserAccount": ("owner",),
    "CryptoWallet": ("holder",),
    "Payment": ("payer", "payerAccount", "beneficiary", "beneficiaryAccount"),
    **{name: (edge.src, edge.dst) for name, edge in EDGES.items()},
}
"""Properties that hold ids of other entities."""

_DAY: Final = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_DURATION: Final = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?")
SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_SHA1: Final = re.compile(r"[0-9a-fA-F]{40}")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity whose own fields hold: its id, its schema, its properties as lists of cleaned texts."""

    id: str
    schema: str
    properties: Mapping[str, list[str]]
    rest: Mapping[str, Value]
    region: str | None

    @classmethod
    def of(cls, said: Object, received: datetime) -> Entity:
        """The entity of a line; raises Refused with the code of its first defect."""
        own = key_part(said, "id")
        schema = text(said, "schema")
        if schema is None:
            raise Refused("missing_field", "schema is empty")
        if schema not in SCHEMATA:
            raise Refused("enum", f"schema: {', '.join(SCHEMATA)}")
        properties = said.get("properties")
        if properties is None:
            raise Refused("missing_field", "properties is absent")
        if not isinstance(properties, dict):
            raise Refused("malformed", "properties: an object")
        lists = {name: _texts(name, value) for name, value in properties.items()}
        region = next((c.upper() for c in lists.get("country", ()) if c.upper() in COUNTRIES), None)
        rest = {k: v for k, v in said.items() if k not in ("id", "schema", "properties")}
        made = cls(own, schema, lists, rest, region)
        _checked(made, received)
        return made

    def first(self, name: str) -> str | None:
        """First value of a property, None when it has none."""
        return next(iter(self.properties.get(name, ())), None)


def _texts(name: str, value: Value) -> list[str]:
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict | list) for item in items):
        raise Refused("malformed", f"{name}: a list of texts")
    return [kept for item in items if isinstance(item, str) and (kept := clean(item))]


def _checked(entity: Entity, received: datetime) -> None:
    """What the schema asks of its own fields."""
    if (edge := EDGES.get(entity.schema)) is not None:
        for end in (edge.src, edge.dst):
            if not entity.properties.get(end):
                raise Refused("missing_field", f"{end} is empty")
        since, until = when(entity, "startDate"), when(entity, "endDate")
        in_order(since, until, "startDate, endDate")
    elif entity.schema == "Payment":
        money(entity.first("amount"), entity.first("currency"), "amount, currency")
        _event(entity, received)
    elif entity.schema == "Call":
        for end in ("callerNumber", "receiverNumber"):
            if not entity.properties.get(end):
                raise Refused("missing_field", f"{end} is empty")
        _event(entity, received)
        duration_of(entity)
    elif entity.schema == "Document":
        digest = entity.first("contentHash")
        if digest is not None and not SHA256.fullmatch(digest) and not _SHA1.fullmatch(digest):
            raise Refused("hash", "contentHash: 64 (SHA-256) or 40 (SHA-1) hexadecimal digits")


def when(entity: Entity, name: str) -> datetime | None:
    """Start of the year, month or day, or the time, that a property names; ``datetime`` when it names none."""
    written = entity.first(name)
    if written is None:
        return None
    coarse = _DAY.fullmatch(written)
    at = iso_time(f"{coarse[1]}-{coarse[2] or '01'}-01" if coarse else written, UTC)
    if at is None:
        raise Refused("datetime", f"{name}: a year, month, day or ISO 8601 time")
    return at


def _event(entity: Entity, received: datetime) -> datetime | None:
    at = when(entity, "date")
    if at is not None and not plausible(at, received):
        raise Refused("out_of_range", "date: 1990 to now")
    return at


def duration_of(entity: Entity) -> int | None:
    written = entity.first("duration")
    if written is None:
        return None
    if not _DURATION.fullmatch(written):
        raise Refused("number", "duration: whole seconds")
    seconds = int(written.split(".")[0])
    if not 0 <= seconds <= 86_400:
        raise Refused("out_of_range", "duration: 0 to 86400")
    return seconds


def referred(entity: Entity) -> list[str]:
    """Ids of the entities it refers to."""
    return [ref for name in REFERENCES.get(entity.schema, ()) for ref in entity.properties.get(name, ())]


def end_of(entity: Entity) -> datetime | None:
    """The last moment of the year or month that ``endDate`` names, so that a link does not end too early."""
    written, at = entity.first("endDate"), when(entity, "endDate")
    coarse = _DAY.fullmatch(written) if written else None
    if coarse is None or at is None:
        return at
    month = int(coarse[2] or 12)
    return at.replace(month=month, day=calendar.monthrange(at.year, month)[1])
