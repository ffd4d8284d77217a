"""Columns of complaint sheets: from whatever a sheet calls them to one complaint with its subjects and payments.

Only the question lists of IC3 and Report Fraud are public (domain 6.6), no layout of an export. So a column is known by
what it speaks of (victim, subject, payment) and of what (phone, amount, ...), in any order and numbering:
``Subject 2 Phone``, ``subject_phone_2`` and ``subjects[1].phone`` are one field. Whatever is not known stays with the
victim: nobody can tell that it does not speak of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from graph.ids import slug
from ingest.documents import Value
from ingest.normalise.text import clean


class Place(NamedTuple):
    """Where a column belongs: ``complaint``, ``victim``, ``subject`` or ``payment``, which one, which field."""

    group: str
    number: int
    field: str


_PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    "victim": ("victim", "complainant", "claimant", "reporter", "reporting_person", "your", "sender", "originating"),
    "subject": ("subject", "suspect", "offender", "perpetrator", "fraudster", "scammer"),
    "payee": ("recipient", "payee", "beneficiary", "receiving", "receiver"),
    "payment": ("financial_transaction", "transaction", "payment", "transfer"),
    "crypto": ("cryptocurrency", "crypto"),
}
_FIELDS: Final[dict[str, dict[str, str]]] = {
    "victim": {
        "name": "name full_name", "phone": "phone phone_number telephone mobile", "email": "email e_mail email_address",
        "country": "country country_code", "age": "age age_range", "minor": "minor is_minor under_18",
    },
    "subject": {
        "name": "name full_name alias business business_name company",
        "phone": "phone phone_number telephone mobile whatsapp number", "email": "email e_mail email_address",
        "website": "website web web_address url site", "ip": "ip ip_address",
        "social": "social social_url social_profile social_profile_url profile profile_url social_media "
        "social_media_profile social_media_profile_url social_media_url",
        "country": "country country_code",
    },
    "payee": {
        "payee_name": "name account_name name_on_account", "account": "account account_number account_no iban rib",
        "routing": "routing routing_number aba sort_code bank_sort_code bank_routing_number swift swift_code bic",
        "bank": "bank bank_name", "address": "wallet wallet_address crypto_address crypto_wallet address_crypto",
        "payee_email": "email email_address", "payee_phone": "phone phone_number",
    },
    "payment": {
        "type": "type method kind", "amount": "amount value loss amount_lost", "currency": "currency currency_code",
        "date": "date at datetime time date_time", "hash": "hash tx_hash txid transaction_hash",
        "reference": "reference ref id mtcn number reference_number uetr",
        "operator": "operator company provider service",
        "address": "wallet wallet_address crypto_address", "coin": "coin crypto_type cryptocurrency",
    },
    "crypto": {
        "address": "address wallet wallet_address", "coin": "type coin currency name", "hash": "hash tx_hash "
        "transaction_hash transaction_id txid", "coin_amount": "amount", "date": "date datetime",
    },
    "complaint": {
        "number": "complaint_number complaint_id complaint_no ic3_number ic3_id ic3_complaint_number ic3_complaint_id "
        "nfrc nfrc_number nfrc_reference nfrc_reference_number report_fraud_reference action_fraud_reference "
        "crime_reference crime_reference_number report_reference reference reference_number report_number",
        "filed_at": "filed_at date_filed filed_date complaint_date date_of_complaint submitted_at date_submitted "
        "submission_date report_date date_reported reported_at received_at date_received",
        "incident_from": "incident_date date_of_incident incident_from first_contact first_contact_date",
        "incident_to": "incident_to incident_end last_contact last_contact_date",
        "category": "category crime_type complaint_type fraud_type incident_type type_of_fraud",
        "contact_method": "contact_method method_of_contact how_contacted",
        "narrative": "narrative description description_of_incident incident_description incident_narrative "
        "how_victimised how_victimized details what_happened",
    },
    "loose": {
        "amount": "amount loss loss_amount amount_lost total_loss", "currency": "currency",
        "address": "wallet_address crypto_address", "hash": "tx_hash", "account": "iban", "routing": "sort_code",
        "website": "website", "social": "social_profile_url social_media_profile profile_url",
    },
}  # fmt: skip
_KNOWN: Final = {
    group: {name: target for target, names in table.items() for name in names.split()}
    for group, table in _FIELDS.items()
}
_SUBJECTS: Final = frozenset(("website", "social"))
_NUMBER: Final = re.compile(r"_?(\d{1,2})(?:_|$)")
_SEVERAL: Final = re.compile(r"\s*[;|\n]\s*")
_LISTED: Final = frozenset(("phone", "email", "website", "social", "ip", "name"))


@lru_cache(maxsize=4096)
def place_of(header: str) -> Place | None:
    """What a column holds; None for one that is not known (it stays with the victim)."""
    name = slug(clean(header))
    if (target := _KNOWN["complaint"].get(name)) is not None:
        return Place("complaint", 0, target)
    for group, words in _PREFIXES.items():
        for word in words:
            head = name.removeprefix(word)
            if head == name:
                continue
            head = head.removeprefix("s") if head[:2] in ("s_", "s") else head
            if head and head[0] not in "_0123456789":
                continue
            found = _inside(group, head.strip("_"))
            if found is not None or group == "victim":
                return found or Place("victim", 1, "")
    if (target := _KNOWN["loose"].get(name)) is not None:
        return Place("subject" if target in _SUBJECTS else "payment", 1, target)
    return None


def _inside(group: str, rest: str) -> Place | None:
    """The field after the word that names the group; its number may stand before or behind it."""
    number, name = 1, rest
    if (found := _NUMBER.match(rest)) is not None:
        number, name = int(found[1]), rest[found.end() :]
    elif (found := re.search(r"_(\d{1,2})$", rest)) is not None:
        number, name = int(found[1]), rest[: found.start()]
    if group == "payment":
        for inner in ("payee", "crypto"):
            for word in _PREFIXES[inner]:
                if (target := _KNOWN[inner].get(name.removeprefix(f"{word}_"))) and name.startswith(f"{word}_"):
                    return Place("payment", number, target)
        if any(name.startswith(f"{word}_") for word in _PREFIXES["victim"]):
            return Place("victim", 1, "")
    target = _KNOWN[group].get(name)
    if target is None:
        return None
    return Place("payment" if group in ("payee", "crypto") else group, number, target)


@dataclass(slots=True)
class Complaint:
    """One complaint as its sheet tells it; every value is a text as written."""

    own: dict[str, str] = field(default_factory=dict)
    victim: dict[str, str] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)
    subjects: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    payments: dict[int, dict[str, str]] = field(default_factory=dict)


def complaint_of(said: Mapping[str, Value]) -> Complaint:
    """Sort what a row or an object says; of a field that is told twice the first one counts, the other is private."""
    made = Complaint()
    for header, value in flat(said):
        place = place_of(header)
        if place is None or not place.field:
            made.private[header] = value
        elif place.group == "subject":
            values = _SEVERAL.split(value) if place.field in _LISTED else [value]
            subject = made.subjects.setdefault(place.number, {})
            subject.setdefault(place.field, []).extend(v for v in values if v)
        else:
            tables = {"complaint": made.own, "victim": made.victim}
            table = tables.get(place.group)
            if table is None:
                table = made.payments.setdefault(place.number, {})
            if place.field in table:
                made.private[header] = value
            else:
                table[place.field] = value
    return made


def flat(said: Mapping[str, Value], head: str = "") -> Iterator[tuple[str, str]]:
    """Texts of an object by the column they would have in a sheet: ``subjects[1].phone`` is ``subjects_2_phone``."""
    for name, value in said.items():
        path = f"{head}_{name}" if head else name
        if isinstance(value, str):
            if text := clean(value):
                yield path, text
        elif isinstance(value, dict):
            yield from flat(value, path)
        elif isinstance(value, list):
            texts = [clean(v) for v in value if isinstance(v, str)]
            if any(texts):
                yield path, "; ".join(t for t in texts if t)
            for n, inner in enumerate((v for v in value if isinstance(v, dict)), 1):
                yield from flat(inner, f"{path}_{n}")
