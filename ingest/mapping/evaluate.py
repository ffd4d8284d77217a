"""Values of a row: texts, typed facts and uids. A value that does not fit raises Refused, or remarks if optional."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from graph.money import decimals
from ingest.mapping.bounded import check_length
from ingest.mapping.language import ID_TYPES, Mapping, Row, Value
from ingest.normalise.bank import bank
from ingest.normalise.crypto import crypto
from ingest.normalise.device import device, iccid, imei, imsi
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.found import Found
from ingest.normalise.handle import account
from ingest.normalise.hijri import hijri_date
from ingest.normalise.ip import ip_address, ip_event
from ingest.normalise.money import amount, currency
from ingest.normalise.phone_plans import phone_in
from ingest.normalise.text import operator_slug
from ingest.normalise.time import iso_time, plausible
from ingest.normalise.told_money import told_amount
from ingest.normalise.url import url
from ingest.rejects import Refused

_PLAIN: Final[dict[str, Callable[[str], Found]]] = {
    "iban": bank,
    "rib": bank,
    "email": email,
    "url": url,
    "imei": imei,
    "imsi": imsi,
    "iccid": iccid,
    "crypto": crypto,
    "device": device,
}
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]+)?|\.[0-9]+)")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,300}")
_FREE_DATES: Final = re.compile(r"birth|dob|naissance|expir|end|until|valid|\bto\b", re.I)
_TRUTH: Final = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed value: one of text, number, time; money also in minor units with its currency."""

    text: str | None = None
    number: float | None = None
    time: datetime | None = None
    minor: int | None = None
    currency: str | None = None
    warning: str | None = None
    reported: str | None = None
    """What an amount was told as."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What "now" is for the row, and the zone of times without offset."""

    received_at: datetime
    zone: ZoneInfo
    written_at: datetime | None = None
    """When the row says it was received, for what changes its meaning with time."""

    @property
    def document_at(self) -> datetime:
        """Date of the document the row is: its own, else that of the intake."""
        return self.written_at or self.received_at


def texts(value: Value, row: Row) -> list[str]:
    """Texts of a value after its modifiers, before its type."""
    if value.const is not None:
        found = [value.const]
    elif value.join is not None:
        parts = [item for path in value.columns for item in row.items(path)]
        found = [value.join.join(parts)] if parts else []
    else:
        found = row.items(value.columns[0])
    if value.split is not None:
        found = [piece.strip() for item in found for piece in item.split(value.split) if piece.strip()]
    if value.pattern is not None:
        found = [part for item in found if (part := _matched(value.pattern, item))]
    if value.lower:
        found = [item.lower() for item in found]
    if value.map:
        table = dict(value.map)
        found = [table.get(item, item) for item in found]
        found = [item for item in found if item]
    if not found and value.default is not None:
        found = [value.default]
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matched(pattern: str, item: str) -> str | None:
    check_length(pattern, item)
    match = _compiled(pattern).search(item)
    if match is None:
        return None
    text: str | None = match.group(1) if match.re.groups else match.group(0)
    return text.strip() if text else None


def facts(name: str, value: Value, row: Row, mapping: Mapping, clock: Clock) -> tuple[list[Fact], list[str]]:
    """Typed values of a property, and the codes of those left out by ``optional``.

    Raises Refused with the code of the first that does not fit.
    """
    items = texts(value, row)
    codes: list[str] = []
    made: list[Fact] = []
    try:
        if not items and value.required:
            raise Refused("missing_field", f"{name} is empty")
        if value.type == "boolean":
            items = [_TRUTH.get(i.lower(), i) for i in items]
        allowed = value.enum or (("true", "false") if value.type == "boolean" else ())
        for item in items:
            if allowed and item not in allowed:
                raise Refused("enum", f"{name}: {', '.join(allowed)}")
            made.append(_fact(name, value, item, row, mapping, clock))
    except Refused as refused:
        if not value.optional:
            raise
        codes.append(refused.code)
    return made, codes


def _fact(name: str, value: Value, item: str, row: Row, mapping: Mapping, clock: Clock) -> Fact:
    if value.type in ID_TYPES:
        found, _ = identify(value, item, row, mapping, clock)
        return Fact(text=found.uid, warning=found.warning)
    match value.type:
        case "datetime":
            return Fact(time=moment(name, value, item, clock))
        case "money":
            return _money(name, value, item, row, mapping)
        case "told_money":
            return _told_money(name, value, item, row, mapping)
        case "integer" | "number":
            shape = _WHOLE if value.type == "integer" else _NUMBER
            if not shape.fullmatch(item):
                raise Refused("number", f"{name}: a {'whole' if value.type == 'integer' else 'decimal'} number")
            return Fact(text=item, number=float(item))
        case "boolean":
            return Fact(text=item, number=float(item == "true"))
        case _:
            return Fact(text=item)


def moment(name: str, value: Value, item: str, clock: Clock) -> datetime:
    """UTC time of a text; raises Refused ``datetime`` or ``out_of_range`` (birth, expiry and end dates are free)."""
    where = ZoneInfo(value.timezone) if value.timezone else clock.zone
    at = _strptime(item, value.format, where) if value.format else hijri_date(item, where) or iso_time(item, where)
    if at is None:
        shape = value.format or "an ISO 8601 date or time"
        raise Refused("datetime", f"{name}: {shape}")
    if not _FREE_DATES.search(name) and not plausible(at, clock.received_at):
        raise Refused("out_of_range", f"{name}: 1990 to now")
    return at


@lru_cache(maxsize=1 << 16)
def _strptime(text: str, shape: str, where: ZoneInfo) -> datetime | None:
    try:
        read = datetime.strptime(text, shape)  # noqa: DTZ007  (the zone follows)
        return (read if read.tzinfo else read.replace(tzinfo=where)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _money(name: str, value: Value, item: str, row: Row, mapping: Mapping) -> Fact:
    layout = mapping.layout
    written = item.replace(layout.thousands, "") if layout.thousands else item
    if layout.decimal != ".":
        if "." in written:
            raise Refused("number", f"{name}: a number with {layout.decimal!r} as decimal sign")
        written = written.replace(layout.decimal, ".")
    code_text = next(iter(texts(value.currency, row)), None) if value.currency else mapping.source.currency
    if code_text is None:
        raise Refused("missing_field", f"{name}: no currency beside the amount")
    code = currency(code_text)
    if code is None:
        raise Refused("enum", f"{name}: its currency is an ISO 4217 code")
    minor = amount(written, code)
    if isinstance(minor, str):
        raise Refused(minor, f"{name}: a decimal amount of its currency")
    places = decimals(code)
    return Fact(text=f"{minor / 10**places:.{places}f}", number=minor / 10**places, minor=minor, currency=code)


def _told_money(name: str, value: Value, item: str, row: Row, mapping: Mapping) -> Fact:
    """An amount in free text: where it says too little there is none, and what was said stays."""
    named = first(value.currency, row) if value.currency else mapping.source.currency
    where = (first(value.region, row) or mapping.source.country or "").upper() or None
    told = told_amount(item, where, currency(named) if named else None)
    if told.minor is None or told.currency is None:
        return Fact(text=None, warning="identifier", reported=item)
    places = decimals(told.currency)
    number = told.minor / 10**places
    return Fact(text=f"{number:.{places}f}", number=number, minor=told.minor, currency=told.currency, reported=item)


def first(value: Value | None, row: Row) -> str | None:
    """First text of an argument, None when there is none."""
    return next(iter(texts(value, row)), None) if value is not None else None


def issued_in(value: Value, row: Row) -> str | None:
    """Country of a document: Morocco where the mapping says nothing, none where its column is empty."""
    return first(value.country, row) if value.country is not None else "MA"


def identify(value: Value, item: str, row: Row, mapping: Mapping, clock: Clock) -> tuple[Found, Found | None]:
    """The uid of a typed item; for a wallet also its phone."""
    region = (first(value.region, row) or mapping.source.country or "").upper() or None
    if (plain := _PLAIN.get(value.type)) is not None:
        return plain(item), None
    match value.type:
        case "phone":
            return phone_in(item, region, clock.document_at), None
        case "handle":
            return account(first(value.platform, row) or "", item, region), None
        case "wallet":
            number = phone_in(item, region, clock.document_at)
            operator = operator_slug(first(value.operator, row) or "")
            if number.uid is None or not operator:
                return Found(None, number.warning), None
            tail = number.uid.removeprefix("phone:").removeprefix("e164:")
            return Found(f"wallet:{operator}:{tail}", number.warning), number
        case "doc":
            doc = document(value.doc_type, item, issued_in(value, row))
            return Found(f"person:doc:{doc.value}" if doc.value else None, doc.warning), None
        case _:
            return _ip(value, item, row, clock), None


def _ip(value: Value, item: str, row: Row, clock: Clock) -> Found:
    if ip_address(item) is None:
        return Found(None, "identifier")
    at_text = first(value.at, row)
    if value.at is None or at_text is None:
        return Found(None)
    try:
        at = moment("at", value.at, at_text, clock)
    except Refused as refused:
        if value.at.optional:
            return Found(None, refused.code)
        raise
    return ip_event(item, _port(value, row), at)


def _port(value: Value, row: Row) -> int | None:
    text = first(value.port, row)
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise Refused("number", "port: a whole number")
    port = int(text)
    if not 1 <= port <= 65535:
        raise Refused("out_of_range", "port: 1 to 65535")
    return port
