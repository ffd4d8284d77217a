"""What an item of a platform's return says: accounts by their native number, and what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ingest.documents import Value
from ingest.formats.fields import Object, in_order, key_part, moment, one_of, text, whole
from ingest.mapping.apply import encoded
from ingest.normalise.device import device
from ingest.normalise.email import email
from ingest.normalise.found import Found
from ingest.normalise.ip import ip_event
from ingest.normalise.phone import phone
from ingest.normalise.text import looks_like_formula
from ingest.rejects import Refused
from ingest.rows import Entry

KINDS: Final = ("profile", "page", "group", "channel", "group_chat")
STATUSES: Final = ("active", "disabled", "deleted", "renamed")
IDENTIFIERS: Final = ("email", "phone", "device")
LINKS: Final[dict[str, str]] = {"admin": "ADMINISTERS", "linked": "ASSOCIATED_WITH"}
PORTS: Final = (1, 65535)

_FIELDS: Final[dict[str, frozenset[str]]] = {
    "accounts": frozenset(
        [
            "id",
            "handle",
            "kind",
            "display_name",
            "created_at",
            "status",
            "registration_ip",
            "registration_port",
            "registration_at",
        ]
    ),
    "identifiers": frozenset(("account", "type", "value", "verified", "purpose", "since", "until")),
    "logins": frozenset(("account", "ip", "port", "at", "device")),
    "links": frozenset(("kind", "from", "to", "since", "until")),
    "messages_meta": frozenset(("from", "to", "first_at", "last_at", "n")),
}
SECTIONS: Final = tuple(_FIELDS)
"""Sections of a return in the order they are read: accounts first, the others refer to them."""
CONTENT: Final = frozenset(("content", "text", "body", "message", "messages", "media"))
"""Fields that would hold what people wrote or showed: never kept, not even in ``extra``."""


@dataclass(slots=True)
class Return:
    """One return: who answers under which source name, when it was made, and its accounts so far."""

    platform: str
    source: str
    generated_at: datetime
    received_at: datetime
    accounts: set[str] = field(default_factory=set)

    def uid(self, native: str) -> str:
        """The account of a native number."""
        return f"acct:{self.platform}:id:{native}"

    def account(self, item: Object, name: str) -> str:
        """Uid of an account that is one of the return's; ``dangling`` otherwise."""
        native = key_part(item, name)
        if native not in self.accounts:
            raise Refused("dangling", f"{name}: no accepted account of the return")
        return self.uid(native)

    def entry(self, section: str, index: str, key: tuple[str | None, ...], said: dict[str, Value]) -> Entry:
        """An empty entry under the item's key."""
        parts = [part or "" for part in key]
        rest = {k: v for k, v in said.items() if k not in _FIELDS[section] and k not in CONTENT}
        return Entry(
            record=f"item:{self.source}:{section}:{':'.join(encoded(part) for part in parts)}",
            key="\x1f".join((section, *parts)),
            source_type="platform",
            received_at=self.generated_at,
            index=index,
            extra=json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else None,
        )

    def moment(self, item: Object, name: str, *, free: bool = False) -> datetime | None:
        """A time of the item, with its offset."""
        return moment(item, name, self.received_at, free=free)


def _account(head: Return, said: dict[str, Value], index: str) -> Entry:
    native = key_part(said, "id")
    kind = one_of(said, "kind", KINDS, required=True)
    status = one_of(said, "status", STATUSES)
    created, registered = head.moment(said, "created_at"), head.moment(said, "registration_at")
    port = whole(said, "registration_port", *PORTS)
    uid = head.uid(native)
    entry = head.entry("accounts", index, (native,), said)
    entry.root = uid
    entry.appear(uid, "Account" if kind == "profile" else "Page")
    name, handle = text(said, "display_name"), text(said, "handle")
    if name is not None and looks_like_formula(name):
        entry.warn("formula", "accounts.display_name starts like a formula")
    for prop, value in (("page_kind", kind), ("handle", handle), ("display_name", name), ("status", status)):
        entry.say(uid, prop, value)
    entry.say(uid, "created_at", time=created)
    entry.say(uid, "registered_at", time=registered)
    if (address := text(said, "registration_ip")) is not None:
        at = registered or created or head.generated_at
        seen = entry.take(ip_event(address, port, at), "accounts.registration_ip", "")
        if seen is not None:
            entry.rows["sightings"] = [(uid, None, None, seen, "USES", at)]
    head.accounts.add(native)
    return entry


def _identifier(head: Return, said: dict[str, Value], index: str) -> Entry:
    native, kind, value = (key_part(said, name) for name in ("account", "type", "value"))
    if kind not in IDENTIFIERS:
        raise Refused("enum", f"type: {', '.join(IDENTIFIERS)}")
    purpose = one_of(said, "purpose", ("contact", "recovery"))
    verified = one_of(said, "verified", ("true", "false"))
    uid = head.account(said, "account")
    since, until = head.moment(said, "since"), head.moment(said, "until", free=True)
    in_order(since, until, "since, until")
    entry = head.entry("identifiers", index, (native, kind, value, purpose, text(said, "since")), said)
    entry.root = uid
    found = entry.take(_IDENTIFY[kind](value), "identifiers.value", value)
    if found is None:
        raise Refused("identifier", f"value: no {kind} in it")
    props = {name: value for name, value in (("purpose", purpose), ("verified", verified)) if value is not None}
    basis = "registered" if verified == "true" else "stated"
    if purpose == "recovery":
        entry.link(found, "RECOVERY_OF", uid, since, until, basis, props=props)
    else:
        entry.link(uid, "USES", found, since, until, basis, props=props)
    return entry


def _number(value: str) -> Found:
    """A number as a platform keeps it: no country of its own, so only ``+`` or ``00`` make it whole."""
    return phone(value, None)


_IDENTIFY: Final[dict[str, Callable[[str], Found]]] = {"phone": _number, "email": email, "device": device}


def _login(head: Return, said: dict[str, Value], index: str) -> Entry:
    native, address, written = (key_part(said, name) for name in ("account", "ip", "at"))
    uid = head.account(said, "account")
    at = head.moment(said, "at")
    if at is None:
        raise Refused("missing_key", "at is empty")
    port = whole(said, "port", *PORTS)
    seen = ip_event(address, port, at).uid
    if seen is None:
        raise Refused("identifier", "ip: not an address")
    entry = head.entry("logins", index, (native, written, address, text(said, "port")), said)
    entry.root = uid
    worn = text(said, "device")
    with_device = entry.take(device(worn), "logins.device", worn) if worn is not None else None
    entry.rows["sightings"] = [(uid, None, with_device, seen, "USES", at)]
    return entry


def _link(head: Return, said: dict[str, Value], index: str) -> Entry:
    kind, src, dst = (key_part(said, name) for name in ("kind", "from", "to"))
    if kind not in LINKS:
        raise Refused("enum", f"kind: {', '.join(LINKS)}")
    one, other = head.account(said, "from"), head.account(said, "to")
    since, until = head.moment(said, "since"), head.moment(said, "until", free=True)
    in_order(since, until, "since, until")
    entry = head.entry("links", index, (kind, src, dst, text(said, "since")), said)
    entry.root = one
    entry.link(one, LINKS[kind], other, since, until, "registered" if kind == "admin" else "stated")
    return entry


def _contact(head: Return, said: dict[str, Value], index: str) -> Entry:
    src, dst, written = (key_part(said, name) for name in ("from", "to", "first_at"))
    first, last = head.moment(said, "first_at"), head.moment(said, "last_at")
    in_order(first, last, "first_at, last_at")
    n = whole(said, "n", 1)
    entry = head.entry("messages_meta", index, (src, dst, written), said)
    entry.root = head.uid(src)
    entry.link(head.uid(src), "CONTACTED", head.uid(dst), first, last, "observed", float(n) if n is not None else None)
    return entry


READERS: Final[dict[str, Callable[[Return, dict[str, Value], str], Entry]]] = {
    "accounts": _account,
    "identifiers": _identifier,
    "logins": _login,
    "links": _link,
    "messages_meta": _contact,
}
"""How an item of each section is read."""
