"""What camt.053 and pacs.008 write alike: parties, accounts, agents, remittance information."""

from __future__ import annotations

import json
from typing import Final

from ingest.elements import Element
from ingest.formats import fields
from ingest.formats.bank_payment import DOCUMENTS, Paper, Party, country_of
from ingest.rejects import Refused

Facts = dict[str, tuple[str, ...]]
_ACCOUNT: Final = ("Id/IBAN", "Id/Othr/Id")
_AGENT: Final = ("FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/ClrSysMmbId/MmbId", "FinInstnId/Nm")
_NONE: Final = Element("none")


def account_of(holder: Element | None) -> str | None:
    """An account as written: its IBAN, else its number in the bank's own scheme (in Morocco the RIB)."""
    return holder.value(*_ACCOUNT) if holder is not None else None


def party(written: Element | None, account: str | None, agent: Element | None) -> Party:
    """A party with its account and bank. Older versions leave out the ``Pty`` around a party."""
    said = _NONE if written is None else (written.first("Pty") or written)
    return Party(
        account=account,
        name=said.value("Nm"),
        paper=_paper(said),
        country=country_of(said.value("PstlAdr/Ctry", "CtryOfRes")),
        bank=agent.value(*_AGENT) if agent is not None else None,
        born=said.value("Id/PrvtId/DtAndPlcOfBirth/BirthDt"),
        address=", ".join(where.lines()) or None if (where := said.first("PstlAdr")) is not None else None,
    )


def _paper(said: Element) -> Paper | None:
    """The first identification whose scheme names a person."""
    for other in said.each("Id/PrvtId/Othr"):
        scheme = (other.value("SchmeNm/Cd", "SchmeNm/Prtry") or "").upper()
        country = country_of(other.value("Issr"))
        kind = DOCUMENTS.get(scheme)
        # The ISO code for a national identity card says no country of its own.
        if kind is None and scheme == "NIDN" and country == "MA":
            kind = "cin"
        number = other.value("Id")
        if kind is not None and number is not None:
            return Paper(kind, number, country)
    return None


def money_of(written: Element | None, name: str) -> tuple[int, str]:
    """Minor units and currency of an amount element; raises Refused with the code it deserves."""
    minor, currency = fields.money(
        written.value("") if written is not None else None,
        written.attribute("Ccy") if written is not None else None,
        name,
    )
    if minor is None or currency is None:
        raise Refused("missing_field", f"{name} is empty")
    return minor, currency


def texts(element: Element, names: dict[str, str]) -> Facts:
    """Texts at paths, by property name; paths of one property are taken together."""
    found: Facts = {}
    for path, prop in names.items():
        if values := element.values(path):
            found[prop] = found.get(prop, ()) + tuple(values)
    return found


def amounts(element: Element, names: dict[str, str]) -> Facts:
    """Other amounts as ``<amount> <currency>``, by property name."""
    found: Facts = {}
    for path, prop in names.items():
        for inner in element.each(path):
            written, code = inner.value(""), inner.attribute("Ccy")
            if written is not None:
                found[prop] = (*found.get(prop, ()), f"{written} {code}" if code else written)
    return found


def extra_of(*elements: Element) -> str | None:
    """What nobody asked for, by its path."""
    extra = {path: text for element in elements for path, text in element.unasked().items()}
    return json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None
