"""What Halqa knows about the world, as data: labels, relations, families, tables.

One table each, read by every floor. Labels and relations follow domain model v1
(uid = ``<prefix>:<scheme>:<value>``); adding one is adding a row here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

SCHEMA_VERSION: Final = 1

Compartment = Literal["general", "minors", "terrorism"]
COMPARTMENTS: Final[tuple[Compartment, ...]] = ("general", "minors", "terrorism")

Family = Literal["people", "lines", "accounts", "money", "records", "places", "content", "findings"]


@dataclass(frozen=True, slots=True)
class Label:
    """One kind of node. ``side`` says how detection may use it:

    ``suspect``  an identifier or entity a ring may consist of;
    ``support``  records, victims, payments: they connect, they are never members;
    ``context``  places and content: shown, never joined on their own.
    """

    name: str
    prefix: str
    family: Family
    side: Literal["suspect", "support", "context"]
    list_key: bool = True  # may a mapping key it by a list of values


LABELS: Final[dict[str, Label]] = {
    row.name: row
    for row in (
        Label("Case", "case", "records", "support"),
        Label("Report", "report", "records", "support"),
        Label("Person", "person", "people", "suspect"),
        Label("Victim", "victim", "people", "support", list_key=False),
        Label("Persona", "persona", "people", "suspect"),
        Label("Account", "acct", "accounts", "suspect"),
        Label("Page", "acct", "accounts", "suspect"),
        Label("Publication", "post", "content", "context"),
        Label("Phone", "phone", "lines", "suspect"),
        Label("Sim", "sim", "lines", "suspect"),
        Label("Device", "dev", "lines", "suspect"),
        Label("IpEvent", "ip", "lines", "context"),
        Label("Email", "email", "accounts", "suspect"),
        Label("Url", "url", "accounts", "context"),
        Label("BankAccount", "bank", "money", "suspect"),
        Label("Wallet", "wallet", "money", "suspect"),
        Label("CryptoAddress", "crypto", "money", "suspect"),
        Label("Transfer", "tx", "money", "support"),
        Label("Outlet", "outlet", "places", "context"),
        Label("Demand", "demand", "money", "support"),
        Label("Contact", "contact", "records", "support"),
        Label("MediaItem", "media", "content", "context"),
        Label("Script", "script", "content", "context"),
        Label("Organisation", "org", "places", "context"),
        Label("Place", "place", "places", "context"),
        Label("Evidence", "ev", "records", "support"),
        Label("Event", "event", "records", "support"),
        Label("LegalEvent", "legal", "records", "support"),
        Label("Ring", "ring", "findings", "context", list_key=False),
    )
}
"""Every node label with its uid prefix."""

PREFIX_LABEL: Final[dict[str, str]] = {row.prefix: row.name for row in LABELS.values() if row.name != "Page"}

RELATIONS: Final[frozenset[str]] = frozenset(
    {
        "REPORTED_BY",
        "MENTIONS",
        "ABOUT",
        "REFERRED_TO",
        "SUPERVISED_BY",
        "HAS_ROLE",
        "USES",
        "HOLDS",
        "PRESENTS_AS",
        "ADMINISTERS",
        "PUBLISHED",
        "TARGETS",
        "SHARED",
        "CONTACTED",
        "CONTINUED_ON",
        "RECORDED_AS",
        "DEMANDED",
        "DEMANDED_FROM",
        "PAY_TO",
        "SENT",
        "RECEIVED",
        "SETTLES",
        "PAID_AT",
        "CALLED",
        "CALLBACK",
        "DIVERTED_TO",
        "INSERTED_IN",
        "HAS_SIM",
        "SEEN_AT",
        "RECOVERY_OF",
        "EMPLOYED_BY",
        "MANAGES",
        "MEMBER_OF",
        "KNOWS",
        "FAMILY",
        "SIMILAR_TO",
        "SAME_AS",
        "DERIVED_FROM",
        "HAS_EVENT",
        "ATTENDED",
        "ASSOCIATED_WITH",
        "HAS_MEMBER",
    }
)
"""Every relation a link may have."""

SOURCE_TYPES: Final = ("report", "money", "telecom", "platform", "seizure", "registry", "observation")
"""Kinds of custodian a record may come from; two of them make a corroboration."""

UTC_TIME: Final = pl.Datetime("us", "UTC")

# --- Evidence tables. In a batch on disk, columns named in CODED hold codes of that batch's
# --- entities table and ``rec`` the row of its records table; in the frames that intake hands over
# --- CODED columns hold uids (text) and ``rec`` the row number in the records frame (from 0).
TABLES: Final[dict[str, dict[str, pl.DataType | type[pl.DataType]]]] = {
    "records": {
        "record": pl.String,  # what a reason cites: report:eblagh:X, tx:..., cdr:<source>:<id>, row:<source>:<key>
        "source": pl.String,  # slug of the source
        "source_type": pl.String,  # one of SOURCE_TYPES
        "format": pl.String,  # eblagh, cdr, subscribers, remittance, wallet, mapping
        "key": pl.String,  # record key, parts joined by \x1f; (source, key) is one record over all versions
        "hash": pl.String,  # keyed content hash, 32 hex digits
        "received_at": UTC_TIME,  # when we were told: the record's own stamp, else the intake's
        "file": pl.UInt16,  # row in the manifest's list of files
        "line": pl.Int64,  # physical line (CSV, JSONL), row number (XLSX, Parquet); null when index is given
        "index": pl.String,  # position in a document, for XML and JSON returns
        "root": pl.String,  # uid of the record's first entity, null when it has none
        "extra": pl.String,  # JSON of columns nobody asked for, null when none
    },
    "appearances": {"entity": pl.String, "label": pl.String, "rec": pl.UInt32},
    "statements": {
        "subject": pl.String,
        "prop": pl.String,
        "text": pl.String,
        "number": pl.Float64,
        "time": UTC_TIME,
        "rec": pl.UInt32,
    },
    "mentions": {
        "report": pl.String,
        "target": pl.String,
        "role": pl.String,  # suspect, payee, other; null: none given
        "at": UTC_TIME,
        "rec": pl.UInt32,
    },
    "links": {
        "src": pl.String,
        "rel": pl.String,
        "dst": pl.String,
        "since": UTC_TIME,
        "until": UTC_TIME,
        "basis": pl.String,  # registered, seized, stated, inferred, observed; null: none given
        "number": pl.Float64,  # a count or weight the source gave, null otherwise
        "props": pl.String,  # JSON of the other properties, null when none
        "rec": pl.UInt32,
    },
    "transfers": {
        "tx": pl.String,
        "payer": pl.String,  # uid: person, wallet, account or victim; null when unknown
        "payee": pl.String,
        "rail": pl.String,  # operator slug for remittance and wallets, else bank, crypto, cash...
        "kind": pl.String,  # remittance, P2P, cash_in, cash_out, bill, merchant, bank_to_wallet, told (in a report)
        "amount": pl.Int64,  # in minor units of ``currency`` as received by the payee, else as sent
        "currency": pl.String,
        "sent_at": UTC_TIME,
        "paid_at": UTC_TIME,
        "status": pl.String,  # sent, paid, cancelled, refused
        "outlet": pl.String,  # set exactly when ``tx PAID_AT outlet`` holds
        "payer_country": pl.String,
        "payee_country": pl.String,
        "rec": pl.UInt32,
    },
    "calls": {
        "a": pl.String,  # null when withheld
        "b": pl.String,
        "c": pl.String,  # number it was diverted to
        "kind": pl.String,  # VOICE, SMS, CALL_FORWARD, DATA
        "direction": pl.String,
        "start": UTC_TIME,
        "ring_s": pl.Int32,
        "duration_s": pl.Int32,
        "answered": pl.Boolean,
        "trunk_in": pl.String,
        "rec": pl.UInt32,
    },
    "sightings": {
        "line": pl.String,  # phone or wallet or account that was seen (the served party)
        "sim": pl.String,
        "device": pl.String,
        "ip": pl.String,
        "rel": pl.String,  # how the device hangs on: INSERTED_IN (calls) or USES (wallets, accounts)
        "at": UTC_TIME,
        "rec": pl.UInt32,
    },
}
"""Columns of every evidence table, schema v1. Changes are additive only."""

CODED: Final[dict[str, tuple[str, ...]]] = {
    "records": ("root",),
    "appearances": ("entity",),
    "statements": ("subject",),
    "mentions": ("report", "target"),
    "links": ("src", "dst"),
    "transfers": ("tx", "payer", "payee", "outlet"),
    "calls": ("a", "b", "c"),
    "sightings": ("line", "sim", "device", "ip"),
}
"""Columns that hold entities."""


def empty(table: str) -> pl.DataFrame:
    """An empty frame with the columns of ``table``."""
    return pl.DataFrame(schema=TABLES[table])


def label_of(uid: str) -> str:
    """Label of a uid by its prefix; a Page reads as Account (pages carry the label in ``appearances``)."""
    return PREFIX_LABEL[uid.split(":", 1)[0]]
