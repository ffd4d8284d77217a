"""One payment between accounts, however it was told: the same nodes from camt.053, pacs.008 and MT103.

A payment with a UETR has one uid in all of them, so that what the payer's bank, the payee's bank and a statement say
of it are three statements about one Transfer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from ingest.drafts import Job
from ingest.normalise.bank import bank
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.document import document
from ingest.normalise.text import looks_like_formula
from ingest.normalise.time import iso_time, plausible
from ingest.normalise.time import zone as zone_of
from ingest.rejects import Refused
from ingest.rows import Entry

_UETR: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NOT_PROVIDED: Final = "NOTPROVIDED"
"""What ISO 20022 writes for a reference there is none of."""
DOCUMENTS: Final[Mapping[str, str]] = {"CIN": "cin", "PASSPORT": "passport", "CCPT": "passport"}
"""Schemes of identification that name a person."""


class Paper(NamedTuple):
    """An identity document of a party: kind as ``ingest.normalise.document`` takes it, number, country."""

    kind: str
    number: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a payment, as written. ``paper`` names the person who holds the account; a name alone does not."""

    account: str | None = None
    name: str | None = None
    paper: Paper | None = None
    country: str | None = None
    bank: str | None = None
    born: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A checked payment. ``minor`` in minor units of ``currency``; ``facts`` are texts about the transfer by property.

    ``uid`` is that of the transfer, ``key`` the record key.
    """

    uid: str
    key: str
    minor: int
    currency: str
    at: datetime
    paid_at: datetime | None
    status: str
    kind: str
    payer: Party
    payee: Party
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    free: tuple[str, ...] = ("purpose", "note")  # properties that hold free text


def uetr_of(written: str | None) -> str | None:
    """A UETR in lower case; raises Refused ``key`` when it is not a UUID of version 4."""
    if written is None:
        return None
    found = written.lower()
    if not _UETR.fullmatch(found):
        raise Refused("key", "UETR: a UUID of version 4")
    return found


def day_or_time(written: str | None, name: str, received: datetime) -> datetime | None:
    """UTC time of a date or time; without offset it is read as UTC, as banks' documents name no zone."""
    if written is None:
        return None
    at = iso_time(written, zone_of("Z"))
    if at is None:
        raise Refused("datetime", f"{name}: an ISO 8601 date or time")
    if not plausible(at, received):
        raise Refused("out_of_range", f"{name}: 1990 to now")
    return at


def country_of(written: str | None) -> str | None:
    """A two-letter country in capitals, None when it is none."""
    return written.upper() if written is not None and written.upper() in COUNTRIES else None


def entry_of(said: Payment, job: Job, *, line: int | None = None, index: int | None = None) -> Entry:
    """The evidence of a payment; warns of what does not fit and leaves nothing out."""
    entry = Entry(
        record=said.uid,
        key=said.key,
        source_type="money",
        received_at=job.received_at,
        line=line,
        index=str(index) if index is not None else None,
        root=said.uid,
    )
    payer = _account(entry, said.payer, "payer", said)
    payee = _account(entry, said.payee, "payee", said)
    entry.appear(said.uid, "Transfer")
    for prop, values in said.facts.items():
        for value in values:
            if prop in said.free and looks_like_formula(value):
                entry.warn("formula", f"{prop} starts like a formula")
            entry.say(said.uid, prop, value)
    entry.transfer(
        tx=said.uid,
        payer=payer,
        payee=payee,
        rail="bank",
        kind=said.kind,
        amount=said.minor,
        currency=said.currency,
        sent_at=said.at,
        paid_at=said.paid_at,
        status=said.status,
        payer_country=said.payer.country or _seat(payer),
        payee_country=said.payee.country or _seat(payee),
    )
    return entry


def _account(entry: Entry, party: Party, side: str, said: Payment) -> str | None:
    """Uid of a party's account; says whose it is and what the payment calls the party."""
    uid = entry.take(bank(party.account), f"{side}.account", party.account) if party.account is not None else None
    if party.name is not None:
        if looks_like_formula(party.name):
            entry.warn("formula", f"{side}.name starts like a formula")
        entry.say(said.uid, f"{side}_name", party.name)
        if uid is not None:
            entry.say(uid, "holder_name", party.name)
    entry.say(said.uid, f"{side}_bank", party.bank)
    entry.say(said.uid, f"{side}_address", party.address)
    if party.paper is not None and uid is None:
        entry.say(said.uid, f"{side}_id", party.paper.number)
    if uid is None or party.paper is None:
        return uid
    papers = document(*party.paper)
    entry.warn(papers.warning, f"{side}.id: not a document of its kind, left out")
    if papers.value is None:
        entry.say(uid, "holder_id", party.paper.number)
        return uid
    person = f"person:doc:{papers.value}"
    entry.link(person, "HOLDS", uid, said.at, basis="stated")
    entry.say(person, "name", party.name)
    entry.say(person, "birth_date", party.born)
    return uid


def _seat(account: str | None) -> str | None:
    """Country of an IBAN."""
    return country_of(account[10:12]) if account is not None and account.startswith("bank:iban:") else None
