"""Phone numbers to ``phone:e164:+...`` (library: ``phonenumbers``), with a fast path for canonical shapes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers
import polars as pl
from phonenumbers import ValidationResult

from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

WITHHELD: Final = frozenset({"anonymous", "unknown", "private", "restricted", "withheld", "unavailable"})
"""What networks write for a caller who hides the number: no node, no warning."""

_CHAT: Final = re.compile(
    r"(?:https?://)?(?:www\.|api\.|web\.|chat\.)?"
    r"(?:wa\.me/|whatsapp(?:\.com/|://)send/?\?(?:\S*?&)?phone=)(?:\+|%2B)?(\d+)\S*",
    re.I,
)
_JID: Final = re.compile(r"\+?(\d+)(?::\d+)?@(?:s\.whatsapp\.net|c\.us)", re.I)
_NO_NUMBER: Final = re.compile(r"(?:https?://)?(?:wa\.me/(?:message|qr|c)/|chat\.whatsapp\.com/)\S+", re.I)

# International shapes that are possible numbers whatever the region (one row a country code, national part as
# a pattern); everything else goes through the library. Equality is a property test (tests/fuzz/phones.py).
INTERNATIONAL: Final[dict[str, str]] = {
    "1": "[2-9][0-9]{9}",
    "20": "[1-9][0-9]{7,9}",
    "212": "[5-8][0-9]{8}",
    "213": "[1-9][0-9]{7,8}",
    "216": "[1-9][0-9]{7}",
    "218": "[1-9][0-9]{8}",
    "221": "[1-9][0-9]{8}",
    "222": "[1-9][0-9]{7}",
    "223": "[1-9][0-9]{7}",
    "225": "[1-9][0-9]{9}",
    "226": "[1-9][0-9]{7}",
    "227": "[1-9][0-9]{7}",
    "234": "[1-9][0-9]{9}",
    "237": "[1-9][0-9]{8}",
    "31": "[1-9][0-9]{8}",
    "32": "[1-9][0-9]{7,8}",
    "33": "[1-9][0-9]{8}",
    "34": "[1-9][0-9]{8}",
    "351": "[1-9][0-9]{8}",
    "371": "[1-9][0-9]{7}",
    "41": "[1-9][0-9]{8}",
    "44": "7[0-9]{9}",
    "45": "[1-9][0-9]{7}",
    "46": "[1-9][0-9]{6,8}",
    "47": "[1-9][0-9]{7}",
    "49": "[1-9][0-9]{9,10}",
    "62": "[1-9][0-9]{8,10}",
    "7": "[1-9][0-9]{9}",
    "82": "[1-9][0-9]{8,9}",
    "90": "[1-9][0-9]{9}",
    "91": "[1-9][0-9]{9}",
    "92": "[1-9][0-9]{9}",
    "961": "[1-9][0-9]{6,7}",
    "962": "[1-9][0-9]{7,8}",
    "963": "[1-9][0-9]{8}",
    "964": "[1-9][0-9]{9}",
    "965": "[2-9][0-9]{7}",
    "966": "5[0-9]{8}",
    "967": "[1-9][0-9]{8}",
    "968": "[279][0-9]{7}",
    "971": "5[0-9]{8}",
    "972": "[1-9][0-9]{8}",
    "973": "[136][0-9]{7}",
    "974": "[34567][0-9]{7}",
}
NATIONAL: Final[dict[str, tuple[str, str]]] = {"MA": ("212", "0([5-8][0-9]{8})"), "FR": ("33", "0([1-9][0-9]{8})")}


@lru_cache(maxsize=1 << 18)
def phone(text: str, region: str | None) -> Found:
    """E.164 when libphonenumber finds the length possible for the country, else the digits as ``phone:raw:``.

    Validity never decides, test blocks are only "possible"; a national part with a leading 0 must be valid.
    ``region`` is the two-letter country local numbers are dialled in.
    """
    value = clean(text)
    lowered = value.lower()
    if lowered in WITHHELD:
        return NOTHING
    if "wa.me" in lowered or "whatsapp" in lowered or lowered.endswith("@c.us"):
        if (chat := _CHAT.fullmatch(value) or _JID.fullmatch(value)) is not None:
            value = "+" + chat.group(1)
        elif _NO_NUMBER.fullmatch(value):
            return Found(None, "identifier")
    digits = "".join(c for c in value if c in "0123456789")
    if not digits:
        return Found(None, "identifier")
    if not digits.strip("0"):
        return NOTHING
    if value.startswith("00"):
        value = "+" + value[2:]
    found = _e164(value, region)
    return Found(f"phone:e164:{found}") if found else Found(f"phone:raw:{digits}", "identifier")


_ABROAD: Final = re.compile(r"\+((?:" + "|".join(f"{cc}{rest}" for cc, rest in INTERNATIONAL.items()) + "))")
_AT_HOME: Final = {where: (cc, re.compile(local)) for where, (cc, local) in NATIONAL.items()}


def _e164(value: str, region: str | None) -> str | None:
    if (abroad := _ABROAD.fullmatch(value)) is not None:
        return "+" + abroad.group(1)
    if region in _AT_HOME and (home := _AT_HOME[region][1].fullmatch(value)) is not None:
        return f"+{_AT_HOME[region][0]}{home.group(1)}"
    return by_library(value, region)


def by_library(value: str, region: str | None) -> str | None:
    """E.164 as libphonenumber finds it possible; None otherwise."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    if phonenumbers.national_significant_number(number).startswith("0") and not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def canonical(text: pl.Expr, region: pl.Expr) -> pl.Expr:
    """E.164 of canonical shapes by expression, null for whatever needs the library."""
    abroad = text.str.extract(r"^(?:\+|00)((?:" + "|".join(f"{cc}{rest}" for cc, rest in INTERNATIONAL.items()) + "))$")
    shapes = [
        pl.when(region == where).then(pl.lit("+" + cc) + text.str.extract(f"^{local}$"))
        for where, (cc, local) in NATIONAL.items()
    ]
    return pl.coalesce("+" + abroad, *shapes)


def phones(text: pl.Series, region: pl.Series | str) -> pl.DataFrame:
    """Many numbers at once: ``uid`` and ``warning`` (null: fits or nothing there), one row a value.

    Each distinct (text, region) is normalised once; null text gives null.
    """
    where = pl.Series([region], dtype=pl.String).new_from_index(0, len(text)) if isinstance(region, str) else region
    wanted = pl.DataFrame({"text": text, "region": where}, schema={"text": pl.String, "region": pl.String})
    unique = wanted.unique().drop_nulls("text")
    found = phones_of_distinct(unique["text"], unique["region"])
    return wanted.join(
        unique.with_columns(found), on=["text", "region"], how="left", nulls_equal=True, maintain_order="left"
    ).select("uid", "warning")


def phones_of_distinct(text: pl.Series, region: pl.Series | str) -> pl.DataFrame:
    """:func:`phones` of values that are distinct already, none of them null."""
    where = pl.lit(region) if isinstance(region, str) else pl.col("region")
    frame = pl.DataFrame({"text": text}) if isinstance(region, str) else pl.DataFrame({"text": text, "region": region})
    frame = frame.select(
        "text", region=where, uid="phone:e164:" + canonical(pl.col("text"), where), warning=pl.lit(None, pl.String)
    ).with_row_index("n")
    rest = frame.filter(pl.col("uid").is_null())
    if rest.height:
        found = [phone(written, country) for written, country in rest.select("text", "region").iter_rows()]
        told = pl.DataFrame(
            {"n": rest["n"], "uid": [f.uid for f in found], "warning": [f.warning for f in found]},
            schema={"n": pl.UInt32, "uid": pl.String, "warning": pl.String},
        )
        frame = frame.update(told, on="n", how="left", maintain_order="left")
    return frame.select("uid", "warning")


def e164(uid: str | None) -> str | None:
    """``+...`` of an E.164 phone uid, None for any other."""
    return uid[len("phone:e164:") :] if uid is not None and uid.startswith("phone:e164:") else None
