"""goAML records as evidence: the report itself, each transaction, each party of an activity.

Who reports, who handled the counter and what officers wrote goes to the vault: a suspicion must not be tipped off.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.evidence import VaultEntry
from ingest.drafts import Job
from ingest.elements import Element
from ingest.formats import fields
from ingest.formats.bank_payment import country_of, day_or_time
from ingest.formats.goaml_parties import Parties, inside, text
from ingest.normalise.text import looks_like_formula
from ingest.rejects import Refused
from ingest.rows import Entry

PRIVATE: Final = frozenset(
    ("reporting_person", "reporting_user_code", "reason", "action", "teller", "authorized", "comments")
)
"""Elements for the vault: people of the institution, and free text about the suspicion."""
_UETR: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_INDICATORS: Final = ("report_indicators/indicator", "report_indicators/report_indicator", "indicators/indicator")
_INVOLVED: Final = ("involved_parties/party", "parties/party", "party")
_REPORT_SAYS: Final = {
    "report_code": "report_code",
    "submission_code": "submission_code",
    "rentity_id": "institution_id",
    "rentity_branch": "institution_branch",
    "entity_reference": "entity_reference",
    "fiu_ref_number": "fiu_reference",
    "currency_code_local": "currency",
    "schema_version": "schema_version",
}
_TRANSACTION_SAYS: Final = {
    "transactionnumber": "transaction_id",
    "internal_ref_number": "internal_ref",
    "transaction_location": "place",
    "transaction_description": "purpose",
    "transmode_code": "transmission",
    "transmode_comment": "transmission_note",
    "transaction_type": "transaction_code",
    "transaction_is_suspicious": "suspicious",
    "late_deposit": "late_deposit",
    "date_posting": "posted_on",
    "value_date": "value_date",
}
_SIDES: Final = {"from": "payer", "to": "payee"}


@dataclass(frozen=True, slots=True)
class Head:
    """What every record of a report needs: who reports under which reference, in which currency and country."""

    institution: str
    ref: str
    report: str
    currency: str | None
    region: str | None

    @property
    def key(self) -> str:
        """Key of the report."""
        return f"{self.institution}\x1f{self.ref}"


def head_of(report: Element, job: Job) -> Head:
    """The head of a report as far as read; raises Refused ``missing_key``."""
    institution = text(report, "rentity_id")
    ref = text(report, "entity_reference", "fiu_ref_number")
    if institution is None or ref is None:
        raise Refused("missing_key", f"{'rentity_id' if institution is None else 'entity_reference'} is empty")
    currency = text(report, "currency_code_local")
    region = country_of(text(report, "location/country_code")) or ("MA" if currency == "MAD" else None)
    return Head(institution, ref, f"report:{job.source}:{institution}:{ref}", currency, region)


def report_entry(report: Element, index: int, job: Job) -> Entry:
    """The report itself: its codes, dates and indicators."""
    head = head_of(report, job)
    told = day_or_time(text(report, "submission_date", "report_date"), "submission_date", job.received_at)
    for name, value in (("report_code", text(report, "report_code")), ("submission_date", told)):
        if value is None:
            raise Refused("missing_field", f"{name} is empty")
    entry = _entry(head.report, head.key, told or job.received_at, index, head.report)
    entry.appear(head.report, "Report")
    for path, prop in _REPORT_SAYS.items():
        entry.say(head.report, prop, text(report, path))
    entry.say(head.report, "submitted_at", time=told)
    for path in _INDICATORS:
        for indicator in report.values(path):
            entry.say(head.report, "indicator", indicator)
    for place in report.each("location"):
        entry.say(head.report, "place", ", ".join(place.lines()) or None)
    _put_away(entry, report)
    return entry


def transaction_entry(said: Element, report: Element, index: int, job: Job) -> Entry:
    """A transaction as a transfer between its two sides; parties of a transaction of many are only mentioned."""
    head = head_of(report, job)
    number = text(said, "transactionnumber")
    if number is None:
        raise Refused("missing_key", "transactionnumber is empty")
    at = day_or_time(text(said, "date_transaction"), "date_transaction", job.received_at)
    if at is None:
        raise Refused("missing_field", "date_transaction is empty")
    minor, currency = fields.money(text(said, "amount_local"), head.currency, "amount_local")
    if minor is None:
        raise Refused("missing_field", "amount_local is empty")
    uid = _uid(said, head, number)
    entry = _entry(uid, f"{head.key}\x1f{number}", job.received_at, index, uid)
    entry.mention(head.report, uid, None, at)
    _says(entry, uid, said)
    parties = Parties(entry, head.report, job.source, f"{head.institution}:{head.ref}:{number}", head.region, at)
    ends: dict[str, str | None] = {}
    countries: dict[str, str | None] = {}
    for side, end in _SIDES.items():
        ends[end], countries[end] = _side(said, side, uid, parties)
    for n, party in enumerate(inside(said, _INVOLVED), 1):
        for found in parties.any_of(party, f"party{n}"):
            entry.say(uid, "party_role", text(party, "role"))
            entry.say(found, "significance", text(party, "significance"))
    entry.transfer(
        tx=uid,
        payer=ends["payer"],
        payee=ends["payee"],
        rail="bank",
        kind="reported",
        amount=minor,
        currency=currency,
        sent_at=at,
        paid_at=at,
        status="paid",
        payer_country=countries["payer"],
        payee_country=countries["payee"],
    )
    _put_away(entry, said)
    return entry


def party_entry(said: Element, report: Element, n: int, index: int, job: Job) -> Entry:
    """A party of an activity report: mentioned by it, with what hangs on it."""
    head = head_of(report, job)
    at = day_or_time(text(report, "submission_date", "report_date"), "submission_date", job.received_at)
    record = f"{head.report}:party:{n}"
    entry = _entry(record, f"{head.key}\x1fparty\x1f{n}", at or job.received_at, index, None)
    scope = f"{head.institution}:{head.ref}:party{n}"
    parties = Parties(entry, head.report, job.source, scope, head.region, at or job.received_at)
    found = parties.any_of(said, "party")
    if not found:
        raise Refused("missing_field", "report_party: no person, account or entity")
    entry.root = found[0]
    entry.say(found[0], "significance", text(said, "significance"))
    _put_away(entry, said)
    return entry


def _entry(record: str, key: str, received: datetime, index: int, root: str | None) -> Entry:
    return Entry(record=record, key=key, source_type="money", received_at=received, index=str(index), root=root)


def _uid(said: Element, head: Head, number: str) -> str:
    """A UETR joins the transaction with the bank's own documents; else the institution's number."""
    for written in (number, text(said, "internal_ref_number")):
        if written is not None and _UETR.fullmatch(written.lower()):
            return f"tx:uetr:{written.lower()}"
    return f"tx:goaml:{head.institution}:{number}"


def _says(entry: Entry, uid: str, said: Element) -> None:
    for path, prop in _TRANSACTION_SAYS.items():
        value = text(said, path)
        if value is not None and prop in ("purpose", "transmission_note") and looks_like_formula(value):
            entry.warn("formula", f"{path} starts like a formula")
        entry.say(uid, prop, value)


def _side(said: Element, side: str, uid: str, parties: Parties) -> tuple[str | None, str | None]:
    """Party and country of one side; an account goes before a person, a person before a company."""
    found = said.first(f"t_{side}_my_client", f"t_{side}")
    if found is None:
        return None, None
    ends = parties.any_of(found, side, side)
    conductor = found.first("t_conductor")
    if conductor is not None:
        parties.person(conductor, f"{side}_conductor")
    entry, name = parties.entry, _SIDES[side]
    entry.say(uid, f"{name}_funds", text(found, f"{side}_funds_code"))
    entry.say(uid, f"{name}_funds_note", text(found, f"{side}_funds_comment"))
    foreign = found.first(f"{side}_foreign_currency", "foreign_currency")
    if foreign is not None and (amount := text(foreign, "foreign_amount")) is not None:
        entry.say(uid, f"{name}_amount", f"{amount} {text(foreign, 'foreign_currency_code') or ''}".strip())
        entry.say(uid, "exchange_rate", text(foreign, "foreign_exchange_rate"))
    return (ends[0] if ends else None), country_of(text(found, f"{side}_country"))


def private(said: Element) -> dict[str, object]:
    """What of a record belongs in the vault, by its path."""
    return {
        path: value
        for path, value in said.told().items()
        if PRIVATE & set(path.partition("@")[0].split("/"))
    }  # fmt: skip


def _put_away(entry: Entry, said: Element) -> None:
    if sealed := private(said):
        entry.vault.append(VaultEntry("victims", entry.record, None, (), sealed))
    extra = said.unasked(apart=PRIVATE)
    entry.extra = json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None
