"""Payments a complaint tells of: one transfer each, its payee an account, an address, a number, or a name as text."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from graph.ids import slug
from ingest.formats.complaints_desk import Desk
from ingest.formats.fields import money
from ingest.normalise.bank import account_form, bank
from ingest.normalise.crypto import crypto
from ingest.normalise.email import email
from ingest.normalise.phone_plans import phone_in
from ingest.normalise.text import looks_like_formula, operator_slug
from ingest.normalise.transfer_ref import SHAPES, fits, reference, remittance_uid
from ingest.rejects import Refused

_AMOUNT: Final = re.compile(r"([A-Z]{3})?\s*([$£€])?\s*([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([A-Z]{3})?")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_SYMBOLS: Final = {"£": "GBP", "€": "EUR"}
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I)
_RAILS: Final[tuple[tuple[str, str], ...]] = (
    ("western union", "wu"), ("moneygram", "moneygram"), ("ria", "ria"), ("crypto", "crypto"), ("bitcoin", "crypto"),
    ("gift", "giftcard"), ("prepaid", "giftcard"), ("debit", "card"), ("credit", "card"), ("card", "card"),
    ("wire", "bank"), ("bank", "bank"), ("ach", "bank"), ("faster", "bank"), ("chaps", "bank"), ("bacs", "bank"),
    ("check", "bank"), ("cheque", "bank"), ("cash app", "cash_app"), ("cash", "cash"), ("money order", "cash"),
)  # fmt: skip


def add_payment(desk: Desk, n: int, said: dict[str, str]) -> None:
    """Where money went: one transfer, its payee an account, an address or a number, else a name kept as text."""
    entry = desk.entry
    at = desk.moment(said.get("date"), "transaction_date")
    rail = _rail(said)
    minor, currency = _money(desk, said) if rail != "crypto" or "coin_amount" not in said else (None, None)
    payee = _payee(desk, said)
    if not any(
        (minor is not None, payee, said.get("hash"), said.get("reference"), said.get("payee_name"), said.get("account"))
    ):
        return
    tx = _transfer_uid(desk, n, said, rail, at or desk.at)
    for prop, key in (
        ("payee_name", "payee_name"), ("payee_bank", "bank"), ("coin", "coin"), ("coin_amount", "coin_amount"),
        ("method", "type"), ("operator", "operator"),
    ):  # fmt: skip
        value = said.get(key)
        if key == "payee_name" and value is not None and looks_like_formula(value):
            entry.warn("formula", "a payee's name starts like a formula")
        entry.say(tx, prop, value)
    if payee is None and (bare := said.get("account")) and bare not in desk.said.private.values():
        entry.say(tx, "payee_account", bare)
    entry.mention(desk.report, tx, None, at or desk.at)
    if payee is not None:
        entry.mention(desk.report, payee, "payee", at or desk.at)
    entry.transfer(
        tx=tx, payer=desk.victim, payee=payee, rail=rail, kind="told", amount=minor,
        currency=currency if minor is not None else None, sent_at=at or desk.at, status="sent",
        payer_country=desk.country if desk.victim else None,
    )  # fmt: skip


def _rail(said: dict[str, str]) -> str:
    lowered = f"{said.get('type', '')} {said.get('operator', '')}".lower()
    found = next((rail for word, rail in _RAILS if re.search(rf"\b{word}", lowered)), None)
    if found is None and said.get("address"):
        found = "crypto"
    return found or operator_slug(said.get("operator") or said.get("type") or "") or "unknown"


def _money(desk: Desk, said: dict[str, str]) -> tuple[int | None, str | None]:
    """Minor units of an amount such as ``$1,500.00``; without a currency it is in that of the desk's form."""
    written = said.get("amount")
    if written is None:
        return None, None
    match = _AMOUNT.fullmatch(written.upper().strip())
    if match is None:
        raise Refused("number", "transaction_amount: a decimal amount with a dot")
    before, symbol, digits, after = match.groups()
    whole, dot, fraction = digits.lstrip("+-").partition(".")
    if "," in whole and not _THOUSANDS.fullmatch(whole):
        raise Refused("number", "transaction_amount: a decimal amount with a dot")
    sign = "-" if digits.startswith("-") else ""
    code = said.get("currency") or before or after or _SYMBOLS.get(symbol or "") or desk.dialect.currency
    return money(f"{sign}{whole.replace(',', '')}{dot}{fraction}", code, "transaction_amount, transaction_currency")


def _payee(desk: Desk, said: dict[str, str]) -> str | None:
    """The node that money went to. A bare account number names an account only together with its bank's code."""
    entry = desk.entry
    if (written := said.get("address")) is not None:
        found, name = crypto(written), "recipient_wallet"
    elif (written := said.get("account")) is not None:
        name = "recipient_account"
        if account_form(written):
            found = bank(written)
        elif "@" in written[1:]:
            found = email(written)
        elif said.get("routing"):
            found = bank(f"{said['routing']} {written}")
        else:
            return None
    elif (written := said.get("payee_email")) is not None:
        found, name = email(written), "recipient_email"
    elif (written := said.get("payee_phone")) is not None:
        found, name = phone_in(written, desk.dialect.country, desk.filed), "recipient_phone"
    else:
        return None
    return None if found.uid in desk.own else entry.take(found, name, written)


def _transfer_uid(desk: Desk, n: int, said: dict[str, str], rail: str, at: datetime) -> str:
    """By hash, UETR or the operator's reference where they fit; else a payment of this complaint."""
    own = f"tx:{slug(rail)}:{desk.job.source}:{desk.number}:{n}"
    if rail == "crypto" and (digest := said.get("hash") or said.get("reference")):
        return f"tx:crypto:{digest}"
    if (written := said.get("reference")) is None:
        return own
    if _UUID.fullmatch(written):
        return f"tx:uetr:{written.lower()}"
    if rail in SHAPES:
        if fits(rail, ref := reference(written)):
            return remittance_uid(rail, ref, at)
        desk.entry.warn("reference", "transaction_reference: not the shape of its rail's references")
    desk.entry.say(own, "reference", written[-4:] if rail in ("giftcard", "card") else written)
    return own
