"""Parties of a goAML report: persons, entities and accounts as nodes, with their numbers, addresses and papers.

Element names differ between schema 4 and 5 and between countries; each is looked for under every name it is known by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.ids import slug
from ingest.elements import Element
from ingest.formats.bank_payment import country_of
from ingest.normalise.bank import bank
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.phone import phone
from ingest.normalise.text import looks_like_formula
from ingest.normalise.url import url
from ingest.rows import Entry

_ABSENT: Final = re.compile(r"-+|n\.?/a\.?|none|null|nil|unknown|not available", re.IGNORECASE)
_ACCOUNT_NUMBER: Final = re.compile(r"[\s.\-/]+")
_PERSONS: Final = ("t_person", "t_person_my_client", "person", "person_my_client")
_ENTITIES: Final = ("t_entity", "t_entity_my_client", "entity", "entity_my_client")
_ACCOUNTS: Final = ("t_account", "t_account_my_client", "account", "account_my_client")
_HOLDERS: Final = ("signatory", "signatories/signatory", "related_persons/account_related_person")
_MANAGERS: Final = ("director_id", "related_persons/entity_related_person", "directors/director_id")
_OWNERS: Final = (*_ENTITIES, "related_entities/account_related_entity")
_PAPERS: Final = ("identification", "identifications/identification")
_PHONES: Final = ("phones/phone", "phones/t_phone", "phone")
_MAILS: Final = ("email", "emails/email")
_ADDRESSES: Final = ("addresses/address", "addresses/t_address")
_PERSON_SAYS: Final = {
    "alias": "alias",
    "birthdate": "birth_date",
    "birth_place": "birth_place",
    "gender": "gender",
    "nationality1": "nationality",
    "nationality2": "nationality",
    "nationality3": "nationality",
    "residence": "residence",
    "occupation": "occupation",
    "employer_name": "employer",
    "tax_number": "tax_number",
}
_ENTITY_SAYS: Final = {
    "commercial_name": "commercial_name",
    "incorporation_legal_form": "legal_form",
    "business": "business",
    "incorporation_state": "incorporation_state",
    "incorporation_country_code": "country",
    "incorporation_date": "incorporated_on",
    "tax_number": "tax_number",
}
_ACCOUNT_SAYS: Final = {
    "account_name": "holder_name",
    "institution_name": "institution",
    "institution_code": "institution_code",
    "swift": "institution_bic",
    "branch": "branch",
    "client_number": "client_number",
    "personal_account_type": "account_type",
    "account_type": "account_type",
    "account_category": "account_category",
    "currency_code": "account_currency",
    "opened": "opened",
    "closed": "closed",
    "status_code": "account_status",
    "balance": "balance",
    "date_balance": "balance_on",
    "beneficiary": "beneficiary_name",
}


def text(element: Element, *paths: str) -> str | None:
    """Text at the first of the paths that says something; fillers such as ``-`` say nothing."""
    for path in paths:
        for found in element.values(path):
            if not _ABSENT.fullmatch(found):
                return found
    return None


def inside(element: Element, names: tuple[str, ...]) -> list[Element]:
    """Elements under any of the names."""
    return [found for name in names for found in element.each(name)]


@dataclass(frozen=True, slots=True)
class Parties:
    """Where the parties of one record go. ``scope`` names the record in uids of people without papers.

    ``region`` is the country numbers are dialled in and papers are from when they do not say.
    """

    entry: Entry
    report: str
    source: str
    scope: str
    region: str | None
    at: datetime

    def any_of(self, element: Element, role: str, side: str = "") -> list[str]:
        """Accounts, persons and entities of an element, in that order; ``side`` is ``from`` or ``to``."""
        own = (f"{side}_account", f"{side}_person", f"{side}_entity") if side else ("", "", "")
        accounts = inside(element, (own[0], *_ACCOUNTS) if side else _ACCOUNTS)
        persons = inside(element, (own[1], *_PERSONS) if side else _PERSONS)
        entities = inside(element, (own[2], *_ENTITIES) if side else _ENTITIES)
        found = [
            *(self.account(one, _nth(role, n)) for n, one in enumerate(accounts) if one.children),
            *(self.person(one, _nth(role, n)) for n, one in enumerate(persons)),
            *(self.entity(one, _nth(f"{role}_entity", n)) for n, one in enumerate(entities)),
        ]
        return [uid for uid in found if uid is not None]

    def person(self, said: Element, role: str) -> str | None:
        """A person by document, else one of this record; None when nothing names one."""
        names = [text(said, part) for part in ("first_name", "middle_name", "prefix", "last_name")]
        name = " ".join(part for part in names if part is not None) or text(said, "name")
        papers = self._papers(said)
        if not papers and name is None:
            return None
        uid = f"person:doc:{papers[0]}" if papers else f"person:rec:{self.source}:{self.scope}:{role}"
        self._mention(uid)
        self._name(uid, name)
        for other in papers[1:]:
            self.entry.say(uid, "document", other)
        self._says(uid, said, _PERSON_SAYS)
        self._contacts(uid, said)
        return uid

    def entity(self, said: Element, role: str) -> str | None:
        """A company by its number in the register, else one of this record; its directors manage it."""
        name, number = text(said, "name", "commercial_name"), text(said, "incorporation_number")
        if name is None and number is None:
            return None
        country = country_of(text(said, "incorporation_country_code")) or self.region or "ZZ"
        register = slug(number).upper() if number is not None else ""
        uid = f"org:reg:{country}:{register}" if register else f"org:rec:{self.source}:{self.scope}:{role}"
        self._mention(uid)
        self._name(uid, name)
        self._says(uid, said, _ENTITY_SAYS)
        self._contacts(uid, said)
        if (site := text(said, "url")) is not None and (found := self.entry.take(url(site), "url", site)) is not None:
            self._mention(found)
        for n, director in enumerate(inside(said, _MANAGERS)):
            person = self.person(director.first(*_PERSONS) or director, _nth(f"{role}_director", n))
            if person is not None:
                self.entry.link(person, "MANAGES", uid, self.at, basis="stated", props=_role(director))
        return uid

    def account(self, said: Element, role: str) -> str | None:
        """An account by IBAN or RIB, else by its number at its institution; its signatories and owner hold it."""
        uid = self._account_uid(said)
        if uid is None:
            return None
        self._mention(uid)
        self._says(uid, said, _ACCOUNT_SAYS)
        for n, holder in enumerate(inside(said, _HOLDERS)):
            person = self.person(holder.first(*_PERSONS) or holder, _nth(f"{role}_signatory", n))
            if person is not None:
                self.entry.link(person, "HOLDS", uid, self.at, basis="stated", props=_role(holder))
        for n, owner in enumerate(inside(said, _OWNERS)):
            company = self.entity(owner.first(*_ENTITIES) or owner, _nth(f"{role}_owner", n))
            if company is not None:
                self.entry.link(company, "HOLDS", uid, self.at, basis="stated")
        return uid

    def _account_uid(self, said: Element) -> str | None:
        iban, number = text(said, "iban"), text(said, "account", "account_number")
        for written in (iban, number):
            if written is not None and (found := bank(written)).fits:
                return self.entry.take(found, "account", written)
        written = number or iban
        if written is None:
            return None
        found = bank(written)
        where = text(said, "swift", "institution_code", "institution_name")
        if found.warning == "checksum" or where is None:
            return self.entry.take(found, "account", written)
        # Numbers of a bank's own scheme are short: without the bank two accounts would become one.
        value = _ACCOUNT_NUMBER.sub("", written).upper()
        self.entry.raw(f"bank:acct:{slug(where)}:{value}", written)
        return f"bank:acct:{slug(where)}:{value}"

    def _papers(self, said: Element) -> list[str]:
        """Usable documents, national card first; each ``<CC>:<type>:<NO>``."""
        nationality = country_of(text(said, "nationality1")) or self.region
        told: list[tuple[str | None, str | None, str | None]] = [("cin", text(said, "id_number"), nationality)]
        for paper in inside(said, _PAPERS):
            country = country_of(text(paper, "issue_country")) or nationality
            told.append((_kind(text(paper, "type", "identification_type")), text(paper, "number"), country))
        told.append(("passport", text(said, "passport_number"), country_of(text(said, "passport_country"))))
        found: list[str] = []
        for kind, number, country in told:
            if kind is None or number is None:
                continue
            papers = document(kind, number, country)
            self.entry.warn(papers.warning, "identification: not a document of its kind, left out")
            if papers.value is not None:
                found.append(papers.value)
        return list(dict.fromkeys(found))

    def _contacts(self, uid: str, said: Element) -> None:
        for told in inside(said, _PHONES):
            prefix, number = text(told, "tph_country_prefix"), text(told, "tph_number")
            if number is None:
                continue
            found = self.entry.take(phone(_international(prefix, number), self.region), "tph_number", number)
            if found is not None:
                self._mention(found)
                self.entry.link(uid, "USES", found, self.at, basis="stated")
        for path in _MAILS:
            for written in said.values(path):
                if _ABSENT.fullmatch(written):
                    continue
                if (found := self.entry.take(email(written), "email", written)) is not None:
                    self._mention(found)
                    self.entry.link(uid, "USES", found, self.at, basis="stated")
        for place in inside(said, _ADDRESSES):
            self.entry.say(
                uid, "address", ", ".join(line for line in place.lines() if not _ABSENT.fullmatch(line)) or None
            )

    def _mention(self, uid: str) -> None:
        self.entry.mention(self.report, uid, None, self.at)

    def _name(self, uid: str, name: str | None) -> None:
        if name is not None and looks_like_formula(name):
            self.entry.warn("formula", "a name starts like a formula")
        self.entry.say(uid, "name", name)

    def _says(self, uid: str, said: Element, names: dict[str, str]) -> None:
        for path, prop in names.items():
            self.entry.say(uid, prop, text(said, path))


def _nth(role: str, n: int) -> str:
    return role if n == 0 else f"{role}{n + 1}"


def _role(said: Element) -> dict[str, object] | None:
    role = text(said, "role")
    return {"role": role} if role is not None else None


def _kind(written: str | None) -> str | None:
    """Kind of a paper by its type in words or by the code of the schema (B: passport in several countries' lists).

    Codes are each country's own, so that only words and the internal names are understood; others give no node.
    """
    word = slug(written or "")
    if "passport" in word or "passeport" in word:
        return "passport"
    if word in ("cin", "cnie", "cni", "id", "id_card", "national_id", "national_id_card", "national_identity_card"):
        return "cin"
    return "residence" if "residence" in word or "sejour" in word else None


def _international(prefix: str | None, number: str) -> str:
    """A number with its country prefix, unless it carries one."""
    code = "".join(c for c in prefix or "" if c.isdigit()).removeprefix("00")
    if not code or number.startswith(("+", "00")):
        return number
    return f"+{code}{''.join(c for c in number if c.isdigit()).removeprefix('0')}"
