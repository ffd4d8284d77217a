"""Dates of the Hijri calendar (Umm al-Qura, 1343 to 1500) to UTC. Only what cannot be read otherwise: a year that would
be of the Middle Ages, a month's name, or the sign of the era."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

from hijridate import Hijri

from ingest.normalise.text import clean

FIRST, LAST = 1343, 1500
"""Years the calendar is tabulated for."""

_MONTHS: Final[tuple[tuple[str, ...], ...]] = (
    ("محرم", "muharram", "mouharram"),
    ("صفر", "safar"),
    ("ربيع الاول", "ربيع 1", "rabi i", "rabi al-awwal", "rabii i", "rabia i", "rabi 1", "rabi al awal"),
    ("ربيع الثاني", "ربيع الاخر", "ربيع 2", "rabi ii", "rabi al-thani", "rabii ii", "rabi 2"),
    ("جمادي الاولي", "جمادي الاول", "جمادي 1", "joumada i", "jumada i", "jumada al-ula", "joumada al oula", "jumada 1"),
    ("جمادي الثانيه", "جمادي الاخره", "جمادي 2", "joumada ii", "jumada ii", "jumada al-thani", "jumada 2"),
    ("رجب", "rajab", "rejeb"),
    ("شعبان", "shaban", "chaabane", "chaaban", "sha'ban", "shaaban"),
    ("رمضان", "ramadan", "ramadhan", "ramdane"),
    ("شوال", "shawwal", "chaoual", "chawwal", "shawal"),
    ("ذو القعده", "ذي القعده", "القعده", "dhu al-qadah", "dou al qiida", "dhul qadah", "dhu al-qa'dah", "doul kaada"),
    ("ذو الحجه", "ذي الحجه", "الحجه", "dhu al-hijjah", "dou al hijja", "dhul hijjah", "doul hijja", "dhu al hijja"),
)  # fmt: skip
_BY_NAME: Final = {name: n for n, names in enumerate(_MONTHS, 1) for name in names}
_LETTERS: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_ERA: Final = r"(?:\s*(?:ه(?:ـ|جري|جريه|جرية)?\.?|a\.?h\.?|h\.?|hijri|hégire|hegire))?"
_NUMERIC: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _ERA, re.I)
_REVERSED: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _ERA, re.I)
_NAMED: Final = re.compile(r"(\d{1,2})(?:er)?\s+(\D+?(?:\s[12])?)\s+(\d{4})" + _ERA, re.I)


@lru_cache(maxsize=1 << 12)
def hijri_date(text: str, local: tzinfo) -> datetime | None:
    """UTC time of the midnight, in zone ``local``, that begins a Hijri day; None for anything that is none.

    The civil day stands for the Hijri one, which begins the evening before.
    """
    value = clean(text)
    if (found := _NUMERIC.fullmatch(value)) is not None:
        year, month, day = (int(part) for part in found.groups())
    elif (found := _REVERSED.fullmatch(value)) is not None:
        day, month, year = (int(part) for part in found.groups())
    elif (found := _NAMED.fullmatch(value)) is not None:
        name = " ".join(found[2].translate(_LETTERS).casefold().split())
        day, month, year = int(found[1]), _BY_NAME.get(name, 0), int(found[3])
    else:
        return None
    if not FIRST <= year <= LAST or not month:
        return None
    try:
        civil = Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return datetime(civil.year, civil.month, civil.day, tzinfo=local).astimezone(UTC)
