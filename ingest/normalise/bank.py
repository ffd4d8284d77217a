"""RIB and IBAN to ``bank:iban:``: Moroccan and UEMOA keys are checked here, no library does (domain trap)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

_SEPARATORS: Final = re.compile(r"[\s.\-/]+")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")

UEMOA: Final[dict[str, str]] = {"CI": "93", "SN": "08", "BJ": "66", "BF": "42", "ML": "13", "TG": "53", "NE": "58"}
"""Constant IBAN check digits of the West African Monetary Union (the RIB is divisible by 97)."""
_UEMOA_RIB: Final = re.compile(f"(?:{'|'.join(UEMOA)})[0-9]{{3}}[0-9]{{5}}[A-Z0-9]{{12}}[0-9]{{2}}")

# Lengths by country: SWIFT IBAN registry, with the countries that use IBAN without being in it.
_LENGTHS: Final = """
AD24 AE23 AL28 AO25 AT20 AX18 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BL27 BR29 BY28 CF27 CG27 CH21 CI28 CM27 CR22
CV25 CY28 CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22 GE22 GF27 GG22 GI23 GL18 GP27
GQ27 GR27 GT28 GW25 HN28 HR21 HU28 IE22 IL23 IM22 IQ23 IR26 IS26 IT27 JE22 JO30 KM27 KW30 KZ20 LB28 LC32 LI21 LT20
LU20 LV21 LY25 MA28 MC27 MD24 ME22 MF27 MG27 MK19 ML28 MN20 MQ27 MR27 MT31 MU30 MZ25 NC27 NE28 NI28 NL18 NO15 OM23
PF27 PK24 PL28 PM27 PS29 PT25 QA29 RE27 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SN28 SO23 ST25 SV28 TD27
TF27 TG28 TL23 TN24 TR26 UA29 VA22 VG24 WF27 XK20 YE30 YT27
"""
LENGTHS: Final[dict[str, int]] = {pair[:2]: int(pair[2:]) for pair in _LENGTHS.split()}

_LETTERS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789"
)  # A-I 1-9, J-R 1-9, S-Z 2-9: the RIB table of the region


def _mod97(iban: str) -> bool:
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _rib_key(rib: str) -> bool:
    digits = rib.translate(_LETTERS)
    return 97 - int(digits[:-2]) * 100 % 97 == int(digits[-2:])


@lru_cache(maxsize=1 << 16)
def bank(text: str) -> Found:
    """One node for a RIB and its IBAN; a wrong check keeps ``bank:raw:`` with a warning."""
    value = _SEPARATORS.sub("", clean(text)).upper()
    if not value:
        return NOTHING
    if not value.isascii():
        return Found(f"bank:raw:{value}", "identifier")
    if len(value) == 24 and value.isdigit():
        return Found(f"bank:iban:MA64{value}") if _rib_key(value) else Found(f"bank:raw:{value}", "checksum")
    if _UEMOA_RIB.fullmatch(value):
        if not _rib_key(value):
            return Found(f"bank:raw:{value}", "checksum")
        return Found(f"bank:iban:{value[:2]}{UEMOA[value[:2]]}{value}")
    if not _IBAN.fullmatch(value) or len(value) != LENGTHS.get(value[:2], len(value)):
        return Found(f"bank:raw:{value}", "identifier")
    good = _mod97(value)
    if good and value.startswith("MA"):
        good = value[4:].isdigit() and _rib_key(value[4:])
    elif good and value[:2] in UEMOA:
        good = _UEMOA_RIB.fullmatch(value[4:]) is not None and _rib_key(value[4:])
    return Found(f"bank:iban:{value}") if good else Found(f"bank:raw:{value}", "checksum")


def account_form(text: str) -> bool:
    """Whether a text has the form of a RIB or an IBAN (right or wrong check), not of a phone or a name."""
    value = _SEPARATORS.sub("", clean(text)).upper()
    if len(value) == 24 and value.isascii() and value.isdigit():
        return True
    return bool(_UEMOA_RIB.fullmatch(value)) or (
        _IBAN.fullmatch(value) is not None and len(value) == LENGTHS.get(value[:2], 0)
    )
