"""What a notification must look like: the first field that does not gives the reject code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ingest.documents import Value
from ingest.formats.fields import money
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.text import clean
from ingest.normalise.time import iso_time, plausible
from ingest.rejects import Refused

LOCAL: Final = ZoneInfo("Africa/Casablanca")
"""Zone of times inside a notification that carry no offset and need none."""

CATEGORIES: Final = ("fraud", "sexual_blackmail", "insult_slander", "violence_threat", "other", "terrorism")
LANGUAGES: Final = ("ar", "fr", "en", "es", "ary")
KINDS: Final = ("profile", "page", "group", "channel", "post", "website")
ACCOUNT_KINDS: Final = ("profile", "page", "group", "channel")
DEMANDS: Final = ("money", "sexual_favour", "more_material", "removal_fee", "silence", "recruit_as_mule", "other")
RAILS: Final = (
    "wu",
    "moneygram",
    "ria",
    "wafacash",
    "cashplus",
    "baridcash",
    "bank",
    "instant",
    "wallet",
    "giftcard",
    "crypto",
    "cash",
)
TYPES: Final = ("phone", "email", "handle", "url", "iban", "rib", "wallet", "crypto", "imei", "ip", "name")
ROLES: Final = ("suspect", "payee", "victim", "other")
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")

Object = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Content:
    """A page, profile or post the report points at."""

    url: str
    kind: str
    platform: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier the report names."""

    type: str
    raw: str
    role: str
    region: str | None
    platform: str | None
    operator: str | None
    port: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment the report tells of; ``minor`` in minor units of ``currency``."""

    rail: str
    operator: str | None
    ref: str | None
    minor: int
    currency: str
    at: datetime
    payee_raw: str | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What was demanded; ``minor`` in minor units of ``currency``."""

    type: str | None
    minor: int | None
    currency: str | None
    payee_raw: str | None
    rail: str | None
    operator: str | None


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification that may be accepted; ``said`` is the whole object."""

    ref: str
    received_at: datetime
    category: str
    mode: str
    role: str
    country: str | None
    language: str | None
    minor_involved: str | None
    content: tuple[Content, ...]
    identifiers: tuple[Identifier, ...]
    demand: Demand | None
    payments: tuple[Payment, ...]
    digests: tuple[str, ...]
    incident_from: datetime | None
    incident_to: datetime | None
    said: Object


def text_of(item: Object, name: str, where: str = "") -> str | None:
    """Cleaned text of a field, None when empty; raises Refused ``malformed`` for a list or an object."""
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("malformed", f"{where}{name}: a text")
    return clean(value) or None


def objects_of(item: Object, name: str) -> list[Object]:
    """Objects of a list field."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise Refused("malformed", f"{name}: a list of objects")
    return [v for v in value if isinstance(v, dict)]


def object_of(item: Object, name: str) -> Object:
    """An object field, empty when absent."""
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused("malformed", f"{name}: an object")
    return value


def checked(said: Object, received: datetime) -> Notification:
    """The notification an object holds; raises Refused with the code of its first defect.

    ``received`` is the intake's time: nothing may have happened more than a day after it.
    """
    ref = text_of(said, "ref")
    if ref is None:
        raise Refused("missing_key", "ref is empty")
    received_at = _time(said, "received_at", received, required=True)
    if received_at is None:
        raise Refused("missing_field", "received_at is empty")
    reporter, incident = object_of(said, "reporter"), object_of(said, "incident")
    starts = _time(incident, "from", received, where="incident.", local=True)
    ends = _time(incident, "to", received, where="incident.", local=True, free=True)
    if starts and ends and ends < starts:
        raise Refused("interval", "incident.to before incident.from")
    for free in ("subcategory", "narrative", "consent_contact", "priority", "dedup_of"):
        text_of(said, free)
    for free in ("name", "id_doc", "phone", "email"):
        text_of(reporter, free, "reporter.")
    return Notification(
        ref=ref,
        received_at=received_at,
        category=_one_of(said, "category", CATEGORIES, required=True) or "",
        mode=_one_of(reporter, "mode", ("identified", "anonymous"), "reporter.", required=True) or "",
        role=_one_of(reporter, "role", ("victim", "witness"), "reporter.", required=True) or "",
        country=_country(reporter, "country", "reporter."),
        language=_one_of(said, "source_lang", LANGUAGES),
        minor_involved=_one_of(said, "minor_involved", ("yes", "no", "unknown")),
        content=tuple(_content(i, received) for i in objects_of(said, "content")),
        identifiers=tuple(_identifier(i, received) for i in objects_of(said, "suspect_identifiers")),
        demand=_demand(object_of(said, "demand")),
        payments=tuple(_payment(i, received) for i in objects_of(said, "payments")),
        digests=tuple(_digest(i) for i in objects_of(said, "attachments")),
        incident_from=starts,
        incident_to=ends,
        said=said,
    )


def _needed(item: Object, name: str, where: str) -> str:
    value = text_of(item, name, where)
    if value is None:
        raise Refused("missing_field", f"{where}{name} is empty")
    return value


def _one_of(
    item: Object, name: str, allowed: tuple[str, ...], where: str = "", *, required: bool = False
) -> str | None:
    value = _needed(item, name, where) if required else text_of(item, name, where)
    if value is not None and value not in allowed:
        raise Refused("enum", f"{where}{name}: {', '.join(allowed)}")
    return value


def _country(item: Object, name: str, where: str) -> str | None:
    value = text_of(item, name, where)
    if value is None:
        return None
    if value.upper() not in COUNTRIES:
        raise Refused("enum", f"{where}{name}: a two-letter country")
    return value.upper()


def _time(
    item: Object,
    name: str,
    received: datetime,
    where: str = "",
    *,
    required: bool = False,
    local: bool = False,
    free: bool = False,
) -> datetime | None:
    value = _needed(item, name, where) if required else text_of(item, name, where)
    if value is None:
        return None
    at = iso_time(value, LOCAL if local else None)
    if at is None:
        raise Refused("datetime", f"{where}{name}: an ISO 8601 time{'' if local else ' with offset'}")
    if not free and not plausible(at, received):
        raise Refused("out_of_range", f"{where}{name}: 1990 to now")
    return at


def _money(item: Object, where: str, *, required: bool = False) -> tuple[int | None, str | None]:
    written = _needed(item, "amount", where) if required else text_of(item, "amount", where)
    return money(written, text_of(item, "currency", where), f"{where}amount, {where}currency")


def _content(item: Object, received: datetime) -> Content:
    where = "content."
    url, kind = _needed(item, "url", where), _one_of(item, "kind", KINDS, where, required=True) or ""
    platform = _needed(item, "platform", where) if kind in ACCOUNT_KINDS else text_of(item, "platform", where)
    return Content(url, kind, platform, _time(item, "seen_at", received, where, local=True))


def _identifier(item: Object, received: datetime) -> Identifier:
    where = "suspect_identifiers."
    kind = _one_of(item, "type", TYPES, where, required=True) or ""
    raw = _needed(item, "raw", where)
    platform = _needed(item, "platform", where) if kind == "handle" else text_of(item, "platform", where)
    operator = _needed(item, "operator", where) if kind == "wallet" else text_of(item, "operator", where)
    port_text, port = text_of(item, "port", where), None
    if port_text is not None:
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", port_text):
            raise Refused("number", f"{where}port: a whole number")
        port = int(port_text)
        if not 1 <= port <= 65535:
            raise Refused("out_of_range", f"{where}port: 1 to 65535")
    role = _one_of(item, "role", ROLES, where) or "suspect"
    at = _time(item, "at", received, where, local=True)
    return Identifier(kind, raw, role, _country(item, "region", where), platform, operator, port, at)


def _demand(item: Object) -> Demand | None:
    if not item:
        return None
    where = "demand."
    minor, code = _money(item, where)
    return Demand(
        _one_of(item, "type", DEMANDS, where),
        minor,
        code,
        text_of(item, "payee_raw", where),
        text_of(item, "rail", where),
        text_of(item, "operator", where),
    )


def _payment(item: Object, received: datetime) -> Payment:
    where = "payments."
    rail = _one_of(item, "rail", RAILS, where, required=True) or ""
    minor, code = _money(item, where, required=True)
    at = _time(item, "at", received, where, required=True)
    if minor is None or code is None or at is None:
        raise Refused("missing_field", f"{where}amount is empty")
    ref, payee = text_of(item, "ref", where), text_of(item, "payee_raw", where)
    return Payment(rail, text_of(item, "operator", where), ref, minor, code, at, payee)


def _digest(item: Object) -> str:
    value = _needed(item, "sha256", "attachments.")
    if not _DIGEST.fullmatch(value):
        raise Refused("hash", "attachments.sha256: 64 hexadecimal digits")
    return value.lower()
