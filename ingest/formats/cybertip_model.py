"""What a CyberTipline report says, as types: the layout of the reporting API, checked and with times in UTC.

Files are never part of it, only their digests; what a report says of victims is kept as the element it stood in,
for the vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.elements import Element


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number; ``calling_code`` is that of its country when it is written nationally."""

    written: str
    kind: str | None
    calling_code: str | None
    verified: str | None
    verified_on: str | None


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail address."""

    written: str
    kind: str | None
    verified: str | None
    verified_on: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """An address seen at an event."""

    address: str
    event: str | None
    at: datetime | None
    port: int | None
    proxy: str | None


@dataclass(frozen=True, slots=True)
class Gadget:
    """A device identifier seen at an event."""

    kind: str | None
    value: str
    event: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """The person behind an account, as the platform knows it."""

    name: str | None
    age: str | None
    born: str | None
    addresses: tuple[str, ...]
    numbers: tuple[Number, ...]
    mails: tuple[Mail, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """An account at a platform. ``service`` may be absent: then it is the platform of the incident."""

    service: str | None
    native: str | None
    screen_name: str | None
    display_names: tuple[str, ...]
    pages: tuple[str, ...]
    person: Person
    captures: tuple[Capture, ...]
    gadgets: tuple[Gadget, ...]


@dataclass(frozen=True, slots=True)
class Associated:
    """An account that belongs to the reported one, in a way of ``kind``."""

    kind: str | None
    profile: Profile


@dataclass(frozen=True, slots=True)
class Reported:
    """The account the report is about, and what the platform says of it by property name."""

    profile: Profile
    associated: tuple[Associated, ...]
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A victim or intended recipient: the account for the pseudonym, everything else for the vault."""

    profile: Profile
    said: Element


@dataclass(frozen=True, slots=True)
class Internet:
    """Where it took place: pages and phone numbers become nodes, the rest properties of the report."""

    kind: str
    pages: tuple[str, ...]
    numbers: tuple[str, ...]
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Media:
    """A file the platform reported, by its digests (``sha256:...``); the file itself is never read."""

    digests: tuple[str, ...]
    page: str | None
    captures: tuple[Capture, ...]
    gadgets: tuple[Gadget, ...]
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Tip:
    """A report that may be accepted."""

    report_id: str
    received_at: datetime
    incident_type: str
    platform: str | None
    annotations: tuple[str, ...]
    at: datetime
    facts: Mapping[str, tuple[str, ...]]
    internet: tuple[Internet, ...]
    reported: Reported | None
    recipients: tuple[Recipient, ...]
    media: tuple[Media, ...]
