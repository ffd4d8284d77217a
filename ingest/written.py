"""Any written form of an identifier -> the uids it may mean (``halqa who``, the search of the desk)."""

from __future__ import annotations

import re

from graph.schema import LABELS
from ingest.normalise.bank import account_form, bank
from ingest.normalise.crypto import crypto, crypto_form
from ingest.normalise.device import device, iccid, imei, imsi
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.found import Found
from ingest.normalise.handle import account
from ingest.normalise.phone import phone
from ingest.normalise.text import clean
from ingest.normalise.url import address, url

_PREFIXES = frozenset(label.prefix for label in LABELS.values())
_NUMBER = re.compile(r"[+(]?[\d\s().\-/]{6,}")
_PLATFORMS = {
    "facebook.com": "facebook", "fb.com": "facebook", "instagram.com": "instagram", "tiktok.com": "tiktok",
    "snapchat.com": "snapchat", "t.me": "telegram", "x.com": "x", "twitter.com": "x",
}  # fmt: skip
_HANDLE_PLATFORMS = ("facebook", "instagram", "tiktok", "snapchat", "telegram", "x", "skype")


def candidates(text: str, country: str) -> list[str]:
    """Uids that ``text`` may stand for, the likeliest first; numbers without a country are read as of ``country``."""
    value = clean(text)
    if not value:
        return []
    head = value.split(":", 1)[0]
    if ":" in value and head in _PREFIXES:
        return [value]
    return list(dict.fromkeys(uid for uid in _forms(value, country) if uid is not None))


def _forms(value: str, country: str) -> list[str | None]:
    host = (found.host if (found := address(value)) is not None else "").removeprefix("m.")
    if "wa.me" in value or "whatsapp" in value:
        number = phone(value, country)
        return [number.uid, account("whatsapp", value, country).uid]
    if platform := next((name for site, name in _PLATFORMS.items() if host == site or host.endswith("." + site)), None):
        return [account(platform, value).uid, url(value).uid]
    if "@" in value[1:] and "/" not in value:
        return [email(value).uid]
    if value.startswith("@"):
        return [account(platform, value).uid for platform in _HANDLE_PLATFORMS]
    if account_form(value):
        return [bank(value).uid]
    if crypto_form(value):
        return [crypto(value).uid]
    forms: list[str | None] = []
    if _NUMBER.fullmatch(value):
        forms += [phone(value, country).uid, *_devices(value)]
        forms += [account("facebook", value).uid]
    elif "." in host and " " not in value:
        forms.append(url(value).uid)
    papers = document("cin", value).value
    if papers is not None:
        forms.append(f"person:doc:{papers}")
    if " " not in value:
        forms += [account(platform, value).uid for platform in _HANDLE_PLATFORMS]
    return forms


def _devices(value: str) -> list[str | None]:
    made: list[Found] = [imei(value), imsi(value), iccid(value), device(value)]
    return [found.uid for found in made if found.fits]
