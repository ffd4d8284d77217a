"""A notification as evidence: what it names, what was demanded and paid; its reporter only as a pseudonym."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.evidence import VaultEntry
from graph.money import decimals
from graph.schema import Compartment
from ingest.drafts import Job
from ingest.fingerprint import text_marks
from ingest.formats.eblagh_check import (
    Content,
    Identifier,
    Notification,
    Payment,
    object_of,
    objects_of,
    text_of,
)
from ingest.formats.eblagh_extra import extra_of
from ingest.normalise.bank import account_form, bank
from ingest.normalise.crypto import crypto, crypto_form
from ingest.normalise.device import imei
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.found import Found
from ingest.normalise.handle import account
from ingest.normalise.ip import ip_event
from ingest.normalise.phone import e164
from ingest.normalise.phone_plans import phone_in
from ingest.normalise.text import looks_like_formula, operator_slug
from ingest.normalise.transfer_ref import SHAPES, fits, reference, remittance_uid
from ingest.normalise.url import url
from ingest.rows import Entry

DEFAULT_REGION: Final = "MA"
_PHONE_TEXT: Final = re.compile(r"[0-9\s+().\-]{8,}")
_NETWORK_FIELDS: Final = {"ip": "ip_hash", "device": "device_hash", "device_id": "device_hash"}


@dataclass(slots=True)
class _Reader:
    """One notification on its way to an entry, with what its parts share."""

    said: Notification
    job: Job
    entry: Entry
    report: str
    region: str
    at: datetime
    own: frozenset[str]  # the reporter's own identifiers: never nodes
    victim: str | None = None  # pseudonym of an identified victim
    demand: str | None = None
    demanding: list[tuple[str, datetime]] | None = None


def entry_of(said: Notification, line: int, job: Job) -> Entry:
    """The evidence of a notification, and its vault entry."""
    report = f"report:{job.source}:{said.ref}"
    compartment: Compartment = "general"
    if said.category == "terrorism":
        compartment = "terrorism"
    elif said.minor_involved == "yes":
        compartment = "minors"
    entry = Entry(
        record=report,
        key=said.ref,
        source_type="report",
        received_at=said.received_at,
        line=line,
        root=report,
        extra=extra_of(said.said),
        compartment=compartment,
    )
    region = said.country or DEFAULT_REGION
    identities = _identities(said, region)
    hidden = [
        i
        for item in said.identifiers
        if item.role == "victim"
        for i in _victim_identity(item, item.region or region, said.received_at)
    ]
    own = frozenset(_node(i) for i in (*identities, *hidden))
    reader = _Reader(said, job, entry, report, region, said.incident_from or said.received_at, own, demanding=[])
    entry.appear(report, "Report")
    _properties(reader)
    _reporter(reader, identities)
    for content in said.content:
        _content(reader, content)
    for identifier in said.identifiers:
        _identifier(reader, identifier)
    _demand(reader)
    for n, payment in enumerate(said.payments, 1):
        _payment(reader, payment, n)
    for digest in said.digests:
        entry.mention(report, f"media:sha256:{digest}", None, reader.at)
    return entry


def _identities(said: Notification, region: str) -> tuple[str, ...]:
    """Everything the reporter may be recognised by, the one that makes the pseudonym first."""
    reporter = object_of(said.said, "reporter")
    found: list[str] = []
    if (written := text_of(reporter, "id_doc")) is not None:
        country, _, rest = written.partition(":")
        kind, _, number = rest.partition(":")
        if (doc := document(kind, number, country).value) is not None:
            found.append(f"doc:{doc}")
    if (written := text_of(reporter, "phone")) is not None and (
        number_ := e164(phone_in(written, region, said.received_at).uid)
    ):
        found.append(f"phone:{number_}")
    if (written := text_of(reporter, "email")) is not None and (mail := email(written)).fits and mail.uid:
        found.append("email:" + mail.uid.removeprefix("email:c:"))
    for item in said.identifiers:
        if item.role == "victim" and said.role == "victim":
            found.extend(_victim_identity(item, item.region or region, said.received_at))
    return tuple(dict.fromkeys(found))


def _victim_identity(item: Identifier, region: str, at: datetime) -> list[str]:
    if item.type == "phone" and (number := e164(phone_in(item.raw, region, at).uid)):
        return [f"phone:{number}"]
    if item.type == "email" and (mail := email(item.raw)).fits and mail.uid:
        return ["email:" + mail.uid.removeprefix("email:c:")]
    if item.type == "handle" and (found := account(item.platform or "", item.raw, region)).fits and found.uid:
        return [f"acct:{found.uid}"]
    return []


def _node(identity: str) -> str:
    """The node an identity would be, if it were not the reporter's own."""
    kind, _, rest = identity.partition(":")
    return {"phone": f"phone:e164:{rest}", "email": f"email:c:{rest}", "acct": rest}.get(kind, f"person:{identity}")


def _own_identities(said: Notification, identities: tuple[str, ...]) -> tuple[str, ...]:
    """Those that may make the pseudonym: the reporter's own fields, in the order of the standard."""
    reporter = object_of(said.said, "reporter")
    fields = {"doc:": "id_doc", "phone:": "phone", "email:": "email"}
    return tuple(i for i in identities if any(i.startswith(p) and reporter.get(f) for p, f in fields.items()))


def _reporter(reader: _Reader, identities: tuple[str, ...]) -> None:
    said, entry, job = reader.said, reader.entry, reader.job
    reporter = object_of(said.said, "reporter")
    if (name := text_of(reporter, "name")) is not None and looks_like_formula(name):
        entry.warn("formula", "reporter.name starts like a formula")
    vault = "minors" if entry.compartment == "minors" else "victims"
    content: dict[str, object] = {}
    if private := {k: v for k, v in reporter.items() if k not in ("mode", "role", "country")}:
        content["reporter"] = private
    narrative = text_of(said.said, "narrative")
    if narrative is not None:
        content["narrative"] = narrative
    own = [dict(i) for i in objects_of(said.said, "suspect_identifiers") if i.get("role") == "victim"]
    if own:
        content["victim_identifiers"] = own
    person: str | None = None
    if said.mode == "identified":
        mine = _own_identities(said, identities)
        by_record = f"rec:{job.source}|{said.ref}|{said.role}"
        identities = (*mine, *(i for i in identities if i not in mine)) if mine else (by_record, *identities)
        person = job.keys.pseudonym(identities[0], vault)
        entry.link(
            reader.report, "REPORTED_BY", person, said.received_at, basis="stated", props={"capacity": said.role}
        )
        if said.role == "victim":
            reader.victim = person
    if person is not None or content:
        entry.vault.append(VaultEntry(vault, reader.report, person, identities, content))


def _properties(reader: _Reader) -> None:
    said, entry, report = reader.said, reader.entry, reader.report
    incident, routing = object_of(said.said, "incident"), object_of(said.said, "routing")
    for prop, value in (
        ("category", said.category),
        ("subcategory", text_of(said.said, "subcategory")),
        ("language", said.language),
        ("minor_involved", said.minor_involved),
        ("reporter_mode", said.mode),
        ("reporter_role", said.role),
        ("reporter_country", said.country),
        ("priority", text_of(said.said, "priority")),
        ("consent_contact", text_of(said.said, "consent_contact")),
        ("unit", text_of(routing, "unit", "routing.")),
        ("prosecutor", text_of(routing, "prosecutor", "routing.")),
        ("dedup_of", text_of(said.said, "dedup_of")),
        ("place", text_of(incident, "place", "incident.")),
    ):
        entry.say(report, prop, value)
    entry.say(report, "incident_from", time=said.incident_from)
    entry.say(report, "incident_to", time=said.incident_to)
    entry.say(report, "received_at", time=said.received_at)
    for path, text in (("narrative", text_of(said.said, "narrative")), ("incident.place", text_of(incident, "place"))):
        if text is not None and looks_like_formula(text):
            entry.warn("formula", f"{path} starts like a formula")
    for prop, mark in text_marks(text_of(said.said, "narrative") or "", reader.job.keys):
        entry.say(report, prop, mark)
    reporter = object_of(said.said, "reporter")
    for field, prop in _NETWORK_FIELDS.items():
        if isinstance(written := reporter.get(field), str):
            entry.say(report, prop, reader.job.keys.content_hash(f"{prop}\x1f{written.strip().lower()}".encode())[:24])


def _content(reader: _Reader, content: Content) -> None:
    entry, at = reader.entry, content.seen_at or reader.at
    if content.kind in ("post", "website"):
        uid = entry.take(url(content.url), "content.url", content.url)
    else:
        found = account(content.platform or "", content.url, reader.region)
        if found.warning is not None and found.uid is not None and ":raw:" in found.uid and "/" in content.url:
            found = Found(url(content.url).uid, "unresolved")
        uid = entry.take(found, "content.url", content.url)
    if uid is None:
        return
    if uid.startswith("acct:"):
        if content.kind != "profile":
            entry.appear(uid, "Page")
        entry.say(uid, "page_kind", content.kind)
        if reader.demanding is not None:
            reader.demanding.append((uid, at))
    entry.mention(reader.report, uid, "suspect", at)


def _identifier(reader: _Reader, item: Identifier) -> None:
    entry, at, name = reader.entry, item.at or reader.at, "suspect_identifiers.raw"
    region = item.region or reader.region
    if item.role == "victim":
        return
    match item.type:
        case "name":
            if looks_like_formula(item.raw):
                entry.warn("formula", "a name starts like a formula")
            entry.say(reader.report, f"{item.role}_name", item.raw)
            return
        case "phone":
            found = phone_in(item.raw, region, reader.said.received_at)
        case "email":
            found = email(item.raw)
        case "handle":
            found = account(item.platform or "", item.raw, region)
        case "url":
            found = url(item.raw)
        case "iban" | "rib":
            found = bank(item.raw)
        case "crypto":
            found = crypto(item.raw)
        case "imei":
            found = imei(item.raw)
        case "ip":
            found = ip_event(item.raw, item.port, item.at or reader.said.received_at)
        case _:
            uid = _wallet(reader, item.operator or "", item.raw, region, name, at)
            if uid is not None:
                entry.mention(reader.report, uid, item.role, at)
            return
    if found.uid in reader.own:
        return
    uid = entry.take(found, name, item.raw)
    if uid is None:
        return
    entry.mention(reader.report, uid, item.role, at)
    if item.role == "suspect" and item.type in ("phone", "handle") and reader.demanding is not None:
        reader.demanding.append((uid, at))


def _wallet(reader: _Reader, operator: str, raw: str, region: str, field: str, at: datetime) -> str | None:
    """A wallet with its phone; neither when the number is the reporter's own."""
    found = phone_in(raw, region, reader.said.received_at)
    if found.uid in reader.own:
        return None
    number = reader.entry.take(found, field, raw)
    slug = operator_slug(operator)
    if number is None or not slug:
        return None
    wallet = f"wallet:{slug}:{number.removeprefix('phone:').removeprefix('e164:')}"
    reader.entry.link(number, "HOLDS", wallet, at, basis="stated")
    return wallet


def _payee(reader: _Reader, raw: str, rail: str | None, operator: str | None, field: str, at: datetime) -> str | None:
    """The account, address, wallet or phone a payee text stands for; a name gives none."""
    entry = reader.entry
    if crypto_form(raw):
        return entry.take(crypto(raw), field, raw)
    if account_form(raw):
        return entry.take(bank(raw), field, raw)
    if _PHONE_TEXT.fullmatch(raw):
        if rail == "wallet" and operator:
            return _wallet(reader, operator, raw, reader.region, field, at)
        found = phone_in(raw, reader.region, reader.said.received_at)
        return None if found.uid in reader.own else entry.take(found, field, raw)
    if looks_like_formula(raw):
        entry.warn("formula", f"{field} starts like a formula")
    return None


def _demand(reader: _Reader) -> None:
    said, entry = reader.said.demand, reader.entry
    if said is None:
        return
    subject = reader.report
    if said.type is not None:
        subject = reader.demand = f"demand:{reader.job.source}:{reader.said.ref}"
        entry.mention(reader.report, subject, None, reader.at)
        entry.say(subject, "demand_type", said.type)
        for asking, at in reader.demanding or ():
            entry.link(asking, "DEMANDED", subject, at, basis="stated")
        if reader.victim is not None:
            entry.link(subject, "DEMANDED_FROM", reader.victim, reader.at, basis="stated")
    if said.minor is not None and said.currency is not None:
        places = decimals(said.currency)
        written = f"{said.minor / 10**places:.{places}f}"
        entry.say(subject, "demand_amount", written, said.minor / 10**places)
        entry.say(subject, "demand_currency", said.currency)
    if said.rail is not None:
        entry.say(subject, "demand_rail", said.rail)
    if said.payee_raw is None:
        return
    if said.type is None:
        entry.say(subject, "demand_payee", said.payee_raw)
        return
    payee = _payee(reader, said.payee_raw, said.rail, said.operator, "demand.payee_raw", reader.at)
    if payee is None:
        _name_payee(reader, subject, said.payee_raw)
    else:
        entry.link(subject, "PAY_TO", payee, reader.at, basis="stated")
        entry.mention(reader.report, payee, "payee", reader.at)


def _name_payee(reader: _Reader, subject: str, raw: str) -> None:
    """Keep a payee's name as a property; a number left out as the reporter's own leaves nothing."""
    if not _PHONE_TEXT.fullmatch(raw):
        reader.entry.say(subject, "payee_name", raw)


def _payment(reader: _Reader, payment: Payment, n: int) -> None:
    entry, said = reader.entry, reader.said
    tx = _payment_uid(reader, payment, n)
    payee: str | None = None
    if payment.payee_raw is not None:
        payee = _payee(reader, payment.payee_raw, payment.rail, payment.operator, "payments.payee_raw", payment.at)
        if payee is None:
            _name_payee(reader, tx, payment.payee_raw)
    entry.mention(reader.report, tx, None, payment.at)
    if payee is not None:
        entry.mention(reader.report, payee, "payee", payment.at)
    if reader.demand is not None:
        entry.link(tx, "SETTLES", reader.demand, payment.at, basis="stated")
    operator = operator_slug(payment.operator) if payment.operator else ""
    entry.transfer(
        tx=tx,
        payer=reader.victim,
        payee=payee,
        rail=operator if operator and payment.rail in ("wallet", "bank", "instant") else payment.rail,
        kind="told",
        amount=payment.minor,
        currency=payment.currency,
        sent_at=payment.at,
        status="sent",
        payer_country=said.country,
    )


def _payment_uid(reader: _Reader, payment: Payment, n: int) -> str:
    """By rail and reference; one that does not fit its rail is kept as a property of a payment of its own."""
    own = f"tx:{payment.rail}:{reader.job.source}:{reader.said.ref}:{n}"
    if payment.ref is None:
        return own
    if payment.rail in SHAPES:
        ref = reference(payment.ref)
        if fits(payment.rail, ref):
            return remittance_uid(payment.rail, ref, payment.at)
        reader.entry.warn("reference", "payments.ref: not the shape of its rail's references, kept as a property")
    elif payment.rail in ("wallet", "bank", "instant"):
        operator = operator_slug(payment.operator) if payment.operator else ""
        return f"tx:{operator or payment.rail}:{payment.ref}"
    elif payment.rail == "crypto":
        return f"tx:crypto:{payment.ref}"
    reader.entry.say(own, "reference", payment.ref[-4:] if payment.rail == "giftcard" else payment.ref)
    return own
