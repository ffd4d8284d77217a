"""Transfers of a mapped row: SENT, RECEIVED and PAID_AT of one transfer become one typed row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ingest.mapping.evaluate import Fact
from ingest.rows import Entry

_STATUS: Final = ("sent", "paid", "cancelled", "refused")
_TEXTS: Final = ("rail", "kind", "payer_country", "payee_country")


@dataclass(slots=True)
class _Transfer:
    values: dict[str, object] = field(default_factory=dict)
    payers: list[str] = field(default_factory=list)
    payees: list[str] = field(default_factory=list)
    outlets: list[str] = field(default_factory=list)
    at: datetime | None = None


@dataclass(slots=True)
class Transfers:
    """Transfers of one row by uid."""

    found: dict[str, _Transfer] = field(default_factory=dict)

    def declare(self, uid: str) -> None:
        """The row holds this transfer."""
        self.found.setdefault(uid, _Transfer())

    def absorb(self, uid: str, name: str, fact: Fact) -> bool:
        """Take a property that has a column of its own; False leaves it to the statements."""
        values = self.found.setdefault(uid, _Transfer()).values
        if fact.minor is not None and "amount" not in values:
            values.update(amount=fact.minor, currency=fact.currency)
            return True
        if fact.time is not None and name in ("sent_at", "paid_at") and name not in values:
            values[name] = fact.time
            return True
        plain = fact.text is not None and fact.minor is None and name not in values
        if plain and (name in _TEXTS or (name == "status" and fact.text in _STATUS)):
            values[name] = fact.text
            return True
        return False

    def take(self, src: str, rel: str, dst: str, src_label: str, dst_label: str, at: datetime | None) -> bool:
        """Take a link that a typed row implies; False leaves it to the links."""
        if rel == "SENT" and dst_label == "Transfer":
            tx, side, other = dst, "payers", src
        elif rel == "RECEIVED" and src_label == "Transfer":
            tx, side, other = src, "payees", dst
        elif rel == "PAID_AT" and src_label == "Transfer":
            tx, side, other = src, "outlets", dst
        else:
            return False
        transfer = self.found.setdefault(tx, _Transfer())
        transfer.at = transfer.at or at
        ends: list[str] = getattr(transfer, side)
        if other not in ends:
            ends.append(other)
        return True

    def write(self, entry: Entry) -> None:
        """One typed row a transfer; further parties of the same transfer as links."""
        for tx, transfer in self.found.items():
            values = dict(transfer.values)
            values.setdefault("sent_at", transfer.at)
            first = {
                column: ends[0] if ends else None
                for column, ends in (
                    ("payer", transfer.payers),
                    ("payee", transfer.payees),
                    ("outlet", transfer.outlets),
                )
            }
            entry.transfer(tx=tx, **first, **values)
            for payer in transfer.payers[1:]:
                entry.link(payer, "SENT", tx, transfer.at)
            for payee in transfer.payees[1:]:
                entry.link(tx, "RECEIVED", payee, transfer.at)
            for outlet in transfer.outlets[1:]:
                entry.link(tx, "PAID_AT", outlet, transfer.at)
