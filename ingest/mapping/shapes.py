"""What the values of a column look like: shares of the sample that are phones, accounts, dates, amounts and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ingest.mapping.headers import answers
from ingest.normalise.bank import account_form, bank
from ingest.normalise.codes import COUNTRIES, CURRENCIES
from ingest.normalise.crypto import crypto
from ingest.normalise.device import iccid, luhn
from ingest.normalise.email import email
from ingest.normalise.ip import ip_address
from ingest.normalise.phone import phone
from ingest.normalise.text import clean
from ingest.normalise.time import iso_time
from ingest.normalise.url import address

SOCIAL: Final[dict[str, str]] = {
    "facebook.com": "facebook", "fb.com": "facebook", "instagram.com": "instagram", "tiktok.com": "tiktok",
    "snapchat.com": "snapchat", "t.me": "telegram", "telegram.me": "telegram", "x.com": "x", "twitter.com": "x",
}  # fmt: skip
"""Hosts of profile addresses."""
_LOCAL: Final = {
    "MA": re.compile("0[5-8][0-9]{8}"),
    "FR": re.compile("0[1-9][0-9]{8}"),
    "GB": re.compile("0[1-9][0-9]{9}"),
    "SN": re.compile("7[05-8][0-9]{7}"),
    "ES": re.compile("[679][0-9]{8}"),
    "US": re.compile("[2-9][0-9]{2}[2-9][0-9]{6}"),
}  # fmt: skip
"""What local numbers look like in the countries they may be dialled in, the likeliest first."""
SEPARATORS: Final = ("/", ";", "،", ",", "|", "\n", "+ ")
_DAYS: Final = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%Y%m%d",
    "%d %B %Y",
)
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "%H%M%S", " %Hh%M")
_DIGITS: Final = re.compile(r"[0-9]+")
_PHONE: Final = re.compile(r"(?:\+|00|0|\()[0-9 ().\-/]{6,19}[0-9]|wa\.me/[0-9]{8,15}|[0-9]{10,15}")
_NUMBER: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f.,'][0-9]{3})*(?:[.,][0-9]{1,3})?|[+-]?[0-9]+(?:[.,][0-9]+)?"
)
_DOC: Final = re.compile(r"[A-Z]{1,2} ?[0-9]{4,6}")
_PERSON: Final = re.compile(r"[^\W\d_][^\W\d_.'’\-]*\.?(?:[ '’\-]+[^\W\d_][^\W\d_.'’\-]*\.?){1,4}")
_HANDLE: Final = re.compile(r"@[\w.\-]{2,30}")
_CLOCK: Final = re.compile(r"[0-2]?[0-9][:hH][0-5][0-9](?::[0-5][0-9])?(?: ?[AaPp]\.?[Mm]\.?)?")
_SITE: Final = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}/\S*", re.I)
_MCC: Final = ("604", "208", "214", "222", "234", "206", "262", "204", "603", "605", "612", "608", "420", "424", "001")


@dataclass(slots=True)
class Shape:
    """Shares (0 to 1) by kind over the values that are there, and how the column is written."""

    count: int
    distinct: int
    shares: dict[str, float] = field(default_factory=dict)
    formats: tuple[str, ...] = ()  # strptime forms that read every date; "" is ISO 8601
    split: str | None = None
    platform: str | None = None
    filled: bool = True  # no value is missing in the sample

    def share(self, kind: str) -> float:
        """Share of a kind, 0 when it never fits."""
        return self.shares.get(kind, 0.0)


def shape_of(values: Sequence[str | None], region: str | None) -> Shape:
    """The shape of a sample; ``region`` is the country its local numbers are dialled in."""
    there = [v for value in values if value is not None and (v := clean(value)) and not is_nothing(v)]
    made = Shape(len(there), len(set(there)), filled=len(there) == len(values))
    if not there:
        return made
    for separator in SEPARATORS:
        pieces = [p.strip() for v in there for p in v.split(separator) if p.strip()]
        if len(pieces) > len(there) and _several(pieces, region):
            made.split, there = separator, pieces
            break
    for kind, fits in _TESTS.items():
        share = sum(map(fits, there)) / len(there)
        if share:
            made.shares[kind] = share
    made.shares["phone"] = sum(is_phone(v, region) for v in there) / len(there)
    made.formats = date_formats(there)
    if made.formats:
        made.shares["date"] = 1.0
    hosts = {SOCIAL.get(_host(v), "") for v in there}
    if len(hosts) == 1 and "" not in hosts:
        made.platform = hosts.pop()
    return made


def is_nothing(value: str) -> bool:
    """A word for an empty cell."""
    return value.casefold() in answers("nothing")


def _several(pieces: list[str], region: str | None) -> bool:
    """Whether pieces of cells are identifiers by themselves."""
    return any(sum(map(fits, pieces)) >= 0.7 * len(pieces) for fits in (lambda p: is_phone(p, region), _TESTS["email"]))


def is_phone(value: str, region: str | None) -> bool:
    """A number with its prefix, or one that is dialled so in ``region``."""
    if not _PHONE.fullmatch(value) or len("".join(_DIGITS.findall(value))) > 15:
        return False
    uid = phone(value, region).uid
    return uid is not None and uid.startswith("phone:e164:")


def region_of(values: Sequence[str]) -> str | None:
    """The country in which most local numbers are dialled; None when there is none. Of equal ones the likelier."""
    digits = [re.sub(r"[ .\-()]", "", v) for v in values]
    scores = {where: sum(form.fullmatch(d) is not None for d in digits) for where, form in _LOCAL.items()}
    best = max(scores.values())
    return next(where for where in _LOCAL if scores[where] == best) if best else None


def date_formats(values: Sequence[str]) -> tuple[str, ...]:
    """Every form that reads all the values; ``""`` (ISO 8601) alone when it is one. Day before month stands first."""
    if all(iso_time(v, ZoneInfo("UTC")) is not None for v in values):
        return ("",)
    if not any(c.isdigit() for c in values[0]) or len(values[0]) > 40:
        return ()
    return tuple(day + clock for day in _DAYS for clock in _CLOCKS if all(_reads(v, day + clock) for v in values))


def _reads(value: str, form: str) -> bool:
    try:
        return 1990 <= datetime.strptime(value, form).year <= 2100 or "%y" in form  # noqa: DTZ007
    except ValueError:
        return False


def _host(value: str) -> str:
    parts = address(value) if "." in value else None
    return re.sub(r"^(?:m|web|mobile)\.", "", parts.host) if parts is not None else ""


def _imei(value: str) -> bool:
    digits = re.sub(r"[ \-/.]", "", value)
    return digits.isascii() and digits.isdigit() and len(digits) == 15 and (luhn(digits) or digits.endswith("0"))


def _imsi(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) in (14, 15) and value.startswith(_MCC)


_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    "email": lambda v: "@" in v[1:] and email(v).fits,
    "bank": lambda v: bank(v).fits,
    "account": account_form,
    "digits14": lambda v: re.fullmatch(r"[0-9]{14,16}", re.sub(r"[ \-/.]", "", v)) is not None,
    "crypto": lambda v: crypto(v).fits,
    "iccid": lambda v: iccid(v).fits,
    "imei": _imei,
    "imsi": _imsi,
    "ip": lambda v: ip_address(v) is not None,
    "handle": lambda v: _HANDLE.fullmatch(v) is not None or _host(v) in SOCIAL,
    "url": lambda v: _SITE.fullmatch(v) is not None and address(v) is not None,
    "doc": lambda v: _DOC.fullmatch(v) is not None,
    "time": lambda v: _CLOCK.fullmatch(v) is not None,
    "amount": lambda v: _NUMBER.fullmatch(v) is not None,
    "currency": lambda v: v.upper() in CURRENCIES,
    "country": lambda v: v.upper() in COUNTRIES,
    "token": lambda v: re.fullmatch(r"\S+", v) is not None,
    "digit": lambda v: any(c.isdigit() for c in v),
    "whole": lambda v: v.isascii() and v.isdigit() and len(v) < 10,
    "port": lambda v: v.isascii() and v.isdigit() and 1 <= int(v[:6]) <= 65535,
    "seconds": lambda v: re.fullmatch(r"\d{1,2}:\d{2}:\d{2}", v) is not None,
    "answer": lambda v: v.casefold() in answers("yes") | answers("no"),
    "name": lambda v: _PERSON.fullmatch(v) is not None,
}
