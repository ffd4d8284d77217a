"""The mapping language as data: what a mapping file says once it has been read and found sound.

A mapping turns a row of a table, or a JSON object, into entities and links; the grammar is close to
FollowTheMoney's, with typed keys.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from graph.schema import Compartment

ID_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "phone": ("Phone",),
    "iban": ("BankAccount",),
    "rib": ("BankAccount",),
    "email": ("Email",),
    "handle": ("Account", "Page"),
    "url": ("Url",),
    "imei": ("Device",),
    "device": ("Device",),
    "imsi": ("Sim",),
    "iccid": ("Sim",),
    "ip": ("IpEvent",),
    "crypto": ("CryptoAddress",),
    "wallet": ("Wallet",),
    "doc": ("Person",),
}
"""Types of identifiers, and the labels each may key."""

VALUE_TYPES: Final = ("text", "datetime", "money", "told_money", "integer", "number", "boolean")
VICTIM_TYPES: Final = ("doc", "phone", "email", "handle")
ROW_NUMBER: Final = "row_number"


class Row(Protocol):
    """What a condition or a value may ask of a row."""

    def items(self, path: str) -> list[str]:
        """Cleaned values at a path, empty ones and those read as null left out."""
        ...


Condition = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Value:
    """How to get texts out of a row, and what they are.

    Modifiers apply in the order of the fields: source (``const`` or ``columns``), ``split``, ``pattern``,
    ``lower``, ``map``, ``default``, ``type``.
    """

    const: str | None = None
    columns: tuple[str, ...] = ()
    join: str | None = None  # set when several columns make one text
    split: str | None = None
    pattern: str | None = None
    lower: bool = False
    map: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    type: str = "text"
    required: bool = False
    optional: bool = False
    enum: tuple[str, ...] = ()
    format: str | None = None
    timezone: str | None = None
    currency: Value | None = None
    region: Value | None = None
    platform: Value | None = None
    operator: Value | None = None
    doc_type: str = "cin"
    country: Value | None = None
    at: Value | None = None
    port: Value | None = None

    @property
    def paths(self) -> frozenset[str]:
        """All columns the value reads, arguments included."""
        arguments = (self.currency, self.region, self.platform, self.operator, self.country, self.at, self.port)
        return frozenset(self.columns).union(*(a.paths for a in arguments if a is not None))


@dataclass(frozen=True, slots=True)
class Source:
    """Who wrote the table."""

    name: str
    type: str
    reliability: str | None = None
    country: str | None = None
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is laid out."""

    kind: str
    encoding: str = "utf-8"
    delimiter: str = ","
    header: bool = True
    columns: tuple[str, ...] = ()
    comment: str | None = None
    sheet: str | int | None = None
    decimal: str = "."
    thousands: str | None = None
    nulls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntityRule:
    """One entity of a row; ``key`` is one typed value, or the parts of a list key."""

    name: str
    label: str
    key: Value | tuple[Value, ...]
    when: Condition | None
    required: bool
    properties: tuple[tuple[str, Value], ...]
    compartment: Compartment | None
    victim: bool

    @property
    def paths(self) -> frozenset[str]:
        """Columns its key and properties read."""
        keys = (self.key,) if isinstance(self.key, Value) else self.key
        return frozenset().union(*(v.paths for v in (*keys, *(v for _, v in self.properties))))


@dataclass(frozen=True, slots=True)
class LinkRule:
    """One relation between all items of two entities."""

    rel: str
    src: str
    dst: str
    at: Value | None
    until: Value | None
    when: Condition | None
    properties: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A sound mapping."""

    file: str
    sha256: str
    source: Source
    layout: Layout
    key: tuple[Value, ...]
    optional_key: bool
    when: Condition | None
    entities: tuple[EntityRule, ...]
    links: tuple[LinkRule, ...]
    paths: frozenset[str]
    needed: frozenset[str]
    victim_paths: frozenset[str]  # columns that speak of victims only
    labels: Dict[str, str]  # label of every declared entity

    @property
    def speaks_of_victims(self) -> bool:
        """Whether rows may hold a victim or reporter: then what is not named goes to the vault."""
        return any(e.victim for e in self.entities)

    @property
    def private_key(self) -> bool:
        """Whether the record key is made of what is said of a victim."""
        return not self.victim_paths.isdisjoint(p for value in self.key for p in value.paths)
