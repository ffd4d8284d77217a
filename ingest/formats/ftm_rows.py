"""What an entity of FollowTheMoney yields: one node, or one link between two that are there."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Final

from ingest.documents import Value
from ingest.drafts import Job
from ingest.formats.fields import money
from ingest.formats.ftm_entity import (
    EDGES,
    ORGANISATIONS,
    REFERENCES,
    SHA256,
    Edge,
    Entity,
    duration_of,
    end_of,
    referred,
    when,
)
from ingest.normalise.bank import bank
from ingest.normalise.crypto import crypto
from ingest.normalise.email import email
from ingest.normalise.found import NOTHING, Found
from ingest.normalise.handle import account
from ingest.normalise.phone import phone
from ingest.normalise.text import looks_like_formula
from ingest.rejects import Refused
from ingest.rows import Entry

_PEOPLE: Final = (
    "name", "alias", "weakAlias", "previousName", "birthDate", "nationality", "gender", "country", "idNumber",
    "position", "address", "topics", "registrationNumber",
)  # fmt: skip
_STATED: Final[dict[str, tuple[str, ...]]] = {
    "Person": _PEOPLE,
    **dict.fromkeys(ORGANISATIONS, _PEOPLE),
    "UserAccount": ("name", "service", "username"),
    "BankAccount": ("name", "bankName", "bic", "accountType"),
    "CryptoWallet": ("name", "blockchain", "managingExchange"),
    "Payment": ("purpose", "transactionNumber", "date"),
    "Document": ("title", "fileName", "mimeType", "contentHash", "date"),
}
_LINKED: Final = ("role", "relationship", "percentage", "status", "summary")
_READ: Final[dict[str, tuple[str, ...]]] = {
    "BankAccount": ("iban",),
    "CryptoWallet": ("publicKey",),
    "Payment": ("amount", "currency"),
    "Call": ("callerNumber", "receiverNumber", "duration", "date"),
    **dict.fromkeys(EDGES, ("startDate", "endDate")),
    **dict.fromkeys(("Person", "UserAccount", *ORGANISATIONS), ("phone", "email")),
}
_SINGLE: Final = frozenset(("iban", "publicKey", "amount", "currency", "duration", "date", "startDate", "endDate"))
_FREE_TEXT: Final = frozenset(("name", "alias", "weakAlias", "previousName", "address", "purpose", "summary", "title"))
_SNAKE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

Nodes = dict[str, Found]
"""Node of every accepted entity, by its id."""


def node_of(entity: Entity) -> Found:
    """The node an entity is, and the warning of the identifier that names it."""
    match entity.schema:
        case "Person":
            return Found(f"person:ftm:{entity.id}")
        case "UserAccount":
            service, name = entity.first("service"), entity.first("username")
            found = account(service, name, entity.region) if service and name else NOTHING
            own = f"acct:ftm:{entity.id}"
        case "BankAccount":
            number = entity.first("iban") or entity.first("accountNumber")
            found, own = bank(number) if number else NOTHING, f"bank:ftm:{entity.id}"
        case "CryptoWallet":
            key = entity.first("publicKey")
            found, own = crypto(key) if key else NOTHING, f"crypto:ftm:{entity.id}"
        case "Payment":
            return Found(f"tx:ftm:{entity.id}")
        case "Document":
            digest = entity.first("contentHash")
            sha256 = digest is not None and SHA256.fullmatch(digest)
            return Found(f"ev:sha256:{digest.lower()}" if digest and sha256 else f"ev:ftm:{entity.id}")
        case _:
            return Found(f"org:ftm:{entity.id}")
    return Found(found.uid or own, found.warning)


def entry_of(entity: Entity, nodes: Nodes, line: int, job: Job) -> Entry:
    """The evidence of an entity; raises Refused ``dangling`` when it refers to one that does not hold."""
    for ref in referred(entity):
        if ref not in nodes:
            raise Refused("dangling", "refers to an entity that is not an accepted one of the file")
    entry = Entry(f"ftm:{job.source}:{entity.id}", entity.id, "registry", job.received_at, line=line)
    entry.extra = _extra(entity)
    if entity.schema in EDGES:
        _edge(entity, EDGES[entity.schema], nodes, entry)
    elif entity.schema == "Call":
        _call(entity, entry)
    else:
        _node(entity, nodes, entry)
    return entry


def _extra(entity: Entity) -> str | None:
    """Properties that nobody reads, and all values of those of which only the first is read."""
    schema = entity.schema
    used = {*REFERENCES.get(schema, ()), *_STATED.get(schema, _LINKED), *_READ.get(schema, ())}
    rest: dict[str, Value] = {**entity.rest}
    for name, values in entity.properties.items():
        if values and (name not in used or (name in _SINGLE and len(values) > 1)):
            rest[f"properties.{name}"] = [*values]
    return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else None


def _node(entity: Entity, nodes: Nodes, entry: Entry) -> None:
    found = node_of(entity)
    uid = found.uid or ""
    entry.root = uid
    entry.warn(found.warning, f"{entity.schema}: its identifier is not of its kind, kept as written")
    entry.appear(uid, "Organisation" if entity.schema in ORGANISATIONS else _LABELS[entity.schema])
    for prop in _STATED[entity.schema]:
        for value in entity.properties.get(prop, ()):
            if prop in _FREE_TEXT and looks_like_formula(value):
                entry.warn("formula", f"{prop} starts like a formula")
            entry.say(uid, _SNAKE.sub("_", prop).lower(), value)
    for written in (entity.first("iban") or entity.first("accountNumber"), entity.first("publicKey")):
        if written is not None and uid.startswith(("bank:", "crypto:")):
            entry.raw(uid, written)
    if entity.schema == "Payment":
        _payment(entity, uid, nodes, entry)
    elif entity.schema in ("Person", "UserAccount", *ORGANISATIONS):
        for prop in ("phone", "email"):
            for written in entity.properties.get(prop, ()):
                used = entry.take(phone(written, entity.region) if prop == "phone" else email(written), prop, written)
                if used is not None:
                    entry.link(uid, "USES", used, basis="stated")
    for prop, rel in (("owner", "USES"), ("holder", "HOLDS")):
        for ref in entity.properties.get(prop, ()) if prop in REFERENCES.get(entity.schema, ()) else ():
            entry.link(nodes[ref].uid or "", rel, uid, basis="stated")


_LABELS: Final[dict[str, str]] = {
    "Person": "Person",
    "UserAccount": "Account",
    "BankAccount": "BankAccount",
    "CryptoWallet": "CryptoAddress",
    "Payment": "Transfer",
    "Document": "Evidence",
}


def _payment(entity: Entity, tx: str, nodes: Nodes, entry: Entry) -> None:
    """One typed row: an account stands for a side before the person who used it, who becomes a further link."""
    at = when(entity, "date")
    minor, code = money(entity.first("amount"), entity.first("currency"), "amount, currency")
    sides: list[list[str]] = []
    for names in (("payerAccount", "payer"), ("beneficiaryAccount", "beneficiary")):
        uids = [nodes[ref].uid or "" for name in names for ref in entity.properties.get(name, ())]
        sides.append(list(dict.fromkeys(uids)))
    payers, payees = sides
    kinds = {uid.split(":", 1)[0] for uid in (*payers, *payees)}
    entry.transfer(
        tx=tx,
        payer=payers[0] if payers else None,
        payee=payees[0] if payees else None,
        rail="bank" if "bank" in kinds else "crypto" if "crypto" in kinds else None,
        kind="told",
        amount=minor,
        currency=code if minor is not None else None,
        sent_at=at,
    )
    for payer in payers[1:]:
        entry.link(payer, "SENT", tx, at)
    for payee in payees[1:]:
        entry.link(tx, "RECEIVED", payee, at)


def _edge(entity: Entity, edge: Edge, nodes: Nodes, entry: Entry) -> None:
    since, until = when(entity, "startDate"), end_of(entity)
    props = {name: value for name in _LINKED if (value := "; ".join(entity.properties.get(name, ())))}
    ends = [[nodes[ref].uid or "" for ref in entity.properties[name]] for name in (edge.src, edge.dst)]
    entry.root = ends[0][0]
    for src, dst in product(*ends):
        entry.link(src, edge.rel, dst, since, until, "stated", props=props)


def _call(entity: Entity, entry: Entry) -> None:
    """A call with a date is a typed row; without one it is only known that it happened."""
    at, seconds = when(entity, "date"), duration_of(entity)
    ends: list[list[str | None]] = []
    for name in ("callerNumber", "receiverNumber"):
        written = entity.properties[name]
        ends.append([entry.take(phone(w, entity.region), name, w) for w in written])
    entry.root = next((uid for side in ends for uid in side if uid is not None), None)
    for a, b in product(*ends):
        if a is not None and a == b:
            entry.self_links += 1
        if at is not None:
            answered = None if seconds is None else seconds > 0
            entry.rows.setdefault("calls", []).append((a, b, None, "VOICE", None, at, None, seconds, answered, None))
        elif a is not None and b is not None and a != b:
            entry.link(a, "CALLED", b, basis="stated")
