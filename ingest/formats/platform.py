"""Returns of platforms to a legal request (one JSON document): accounts, identifiers, logins, links, contacts.

No platform publishes the layout of its returns; this is the common form that an adapter for each of them writes.
Content of messages has no place in it and is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.documents import Value, canonical, check_sizes, parse_json
from ingest.drafts import Job
from ingest.formats import fields
from ingest.formats.described import Field, Format, Reader
from ingest.formats.platform_rows import IDENTIFIERS, KINDS, LINKS, READERS, SECTIONS, STATUSES, Return
from ingest.incoming import Incoming
from ingest.normalise.handle import platform_slug
from ingest.rejects import Problem, Refused
from ingest.rows import Ledgered
from ingest.tables import Limits, decode

PLATFORM: Final = Format(
    "platform",
    "Platform returns",
    "one item of a section",
    "accounts: id; identifiers: account, type, value, purpose, since; logins: account, at, ip, port; "
    "links: kind, from, to, since; messages_meta: from, to, first_at",
    ("json",),
    (
        Field("platform", "who answers", required=True),
        Field("request_ref", "reference of the request that was answered", required=True),
        Field("generated_at", "when the return was made, ISO 8601 with offset", required=True),
        Field("window", "{from, to} that was asked for"),
        Field("accounts.id", "native number of the account, kept when its name changes", required=True),
        Field("accounts.kind", "what it is", required=True, enum=KINDS),
        Field("accounts.handle", "name at the time of the return: a property, never the identity"),
        Field("accounts.display_name", "name shown"),
        Field("accounts.created_at", "when it was made"),
        Field("accounts.status", "state", enum=STATUSES),
        Field("accounts.registration_ip", "address it was made from, with registration_port, registration_at"),
        Field("identifiers.account", "an account of the return", required=True),
        Field("identifiers.type", "kind of value", required=True, enum=IDENTIFIERS),
        Field("identifiers.value", "address, number with + or 00, or type:value of a device", required=True),
        Field("identifiers.purpose", "what it serves for; recovery gives RECOVERY_OF", enum=("contact", "recovery")),
        Field("identifiers.verified", "whether the platform checked it"),
        Field("identifiers.since", "from when, and until"),
        Field("logins.account", "an account of the return", required=True),
        Field("logins.at", "when", required=True),
        Field("logins.ip", "address", required=True),
        Field("logins.port", "source port, without which an address behind CGNAT names nobody"),
        Field("logins.device", "type:value"),
        Field("links.kind", "admin of a page, or linked in a way not told", required=True, enum=tuple(LINKS)),
        Field("links.from", "an account of the return", required=True),
        Field("links.to", "an account of the return", required=True),
        Field("links.since", "from when, and until"),
        Field("messages_meta.from", "an account, of the return or not", required=True),
        Field("messages_meta.to", "an account, of the return or not", required=True),
        Field("messages_meta.first_at", "first message", required=True),
        Field("messages_meta.last_at", "last message"),
        Field("messages_meta.n", "how many"),
    ),
)
LARGEST: Final = 256 << 20
"""Bytes of a document read as one; a larger return is to be split."""
_HEAD: Final = re.compile(r'"(?:request_ref|generated_at)"\s*:')
_SECTION: Final = re.compile(rf'"(?:{"|".join(SECTIONS)})"\s*:\s*\[')
_NAMED: Final = re.compile(r'"platform"\s*:\s*"([^"\\]{1,100})"')


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a section on its way: what it says, or why it is refused."""

    section: str
    index: str
    said: dict[str, Value]


def parse(incoming: Incoming, job: Job) -> None:
    """Read a return; a defect of the document itself refuses the file (line 0)."""
    try:
        document = _document(incoming)
        head = _head(document, job)
    except Refused as refused:
        job.reject(Problem(0, refused.code, refused.message))
        return
    ledgered = Ledgered(job)
    for item in _items(document, job, incoming.limits):
        try:
            entry = READERS[item.section](head, item.said, item.index)
        except Refused as refused:
            job.reject(Problem(None, refused.code, f"{item.section}.{refused.message}", item.index))
        else:
            ledgered.accept(entry, canonical({item.section: item.said}))
    ledgered.close()


def _document(incoming: Incoming) -> dict[str, Value]:
    data = incoming.data
    if len(data) > LARGEST:
        raise Refused("oversize", f"a document larger than {LARGEST} bytes")
    text, bad = decode(data)
    if bad:
        raise Refused("encoding", "bytes that are not valid in the encoding of the file")
    document = parse_json(text)
    if not isinstance(document, dict):
        raise Refused("malformed", "the document must be one JSON object")
    return document


def _head(document: dict[str, Value], job: Job) -> Return:
    fields.key_part(document, "request_ref")
    platform, at = platform_slug(fields.text(document, "platform") or ""), _generated(document, job)
    if not platform or at is None:
        raise Refused("missing_field", f"{'generated_at' if platform else 'platform'} is empty")
    return Return(platform, job.source, at, job.received_at)


def _generated(document: dict[str, Value], job: Job) -> datetime | None:
    return fields.moment(document, "generated_at", job.received_at)


def _items(document: dict[str, Value], job: Job, limits: Limits) -> Iterator[_Item]:
    """Items of known sections, accounts first: the others refer to them. Unfit items are refused here."""
    for section in SECTIONS:
        items = document.get(section)
        if items is None:
            continue
        if not isinstance(items, list):
            job.reject(Problem(None, "malformed", f"{section}: a list", section))
            continue
        for n, said in enumerate(items):
            index = f"{section}/{n}"
            if not isinstance(said, dict):
                job.reject(Problem(None, "malformed", f"{section}: a list of objects", index))
                continue
            try:
                check_sizes(said, limits)
                if len(canonical(said)) > limits.record:
                    raise Refused("oversize", f"a record larger than {limits.record} bytes")
            except Refused as refused:
                job.reject(Problem(None, refused.code, refused.message, index))
            else:
                yield _Item(section, index, said)


def _claims(incoming: Incoming) -> bool:
    head = incoming.text.lstrip()
    return head.startswith("{") and _HEAD.search(head) is not None and _SECTION.search(head) is not None


def _source(incoming: Incoming) -> str | None:
    named = _NAMED.search(incoming.text)
    return platform_slug(named.group(1)) if named else None


READER: Final = Reader(PLATFORM, "platform", parse, _claims, _source)
