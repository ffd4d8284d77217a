"""Amounts as people tell them: ``8 milliards de centimes``, ``2000 ryal``, ``٥٠٠٫٥٠ درهم``, ``1.000,50 DH``.

For free text only; a column of amounts has a currency beside it and is read by :mod:`ingest.normalise.money`. Decimal,
never floating point. Without a unit, or with one that means several things where the report comes from, there is no
amount: the text is kept as ``amount_reported`` and says so itself.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from graph.money import decimals
from ingest.normalise.money import LIMIT
from ingest.normalise.text import clean


class Told(NamedTuple):
    """``minor`` units of ``currency``, or None with the reason: ``unit``, ``ambiguous_unit``, ``number``,
    ``ambiguous_separator``, ``out_of_range``."""

    minor: int | None
    currency: str | None = None
    reason: str | None = None


_FRANC: Final[dict[str, str]] = {
    **dict.fromkeys(("CI", "SN", "BJ", "BF", "ML", "TG", "NE", "GW"), "XOF"),
    **dict.fromkeys(("CM", "GA", "CG", "TD", "CF", "GQ"), "XAF"),
}
_DINAR: Final = {"KW": "KWD", "BH": "BHD", "TN": "TND", "DZ": "DZD", "JO": "JOD", "IQ": "IQD", "LY": "LYD"}
_RIYAL: Final = {"SA": "SAR", "QA": "QAR", "OM": "OMR", "YE": "YER"}

_UNITS: Final[tuple[tuple[str, str], ...]] = (
    ("centime", r"centimes?|santim|سنتيم(?:ات)?"),
    ("riyal", r"r[iy]+y?als?|ryals?|rials?|ريال(?:ات)?|ريالا"),
    ("MAD", r"dhs?|mad|derhams?"),
    ("dirham", r"dirhams?|دراهم|درهم(?:ا|ات)?"),
    ("SAR", r"sar|ريال سعودي|riyals? saoudiens?|saudi riyals?"),
    ("AED", r"aed|درهم اماراتي|dirhams? emiratis?"),
    ("QAR", r"qar|ريال قطري"),
    ("OMR", r"omr|ريال عماني"),
    ("KWD", r"kwd|kd|دينار كويتي|dinars? koweitiens?"),
    ("BHD", r"bhd|bd|دينار بحريني"),
    ("TND", r"tnd|dt|دينار تونسي"),
    ("dinar", r"dinars?|دينار(?:ا)?|دنانير"),
    ("franc", r"f\s?cfa|cfa|fcfa|francs?(?: cfa)?|فرنك"),
    ("XOF", r"xof"),
    ("XAF", r"xaf"),
    ("EUR", r"euros?|eur|€|يورو|اورو"),
    ("USD", r"us ?\$|\$|usd|us dollars?|dollars?(?: americains?)?|دولار"),
    ("GBP", r"£|gbp|pounds?(?: sterling)?|livres?(?: sterling)?|جنيه استرليني"),
)
_UNIT: Final = tuple((name, re.compile(rf"(?<![^\W\d_])(?:{shape})(?![^\W\d_])")) for name, shape in _UNITS)

_SCALES: Final = {
    "k": 10**3, "mille": 10**3, "mil": 10**3, "thousand": 10**3, "alf": 10**3, "الف": 10**3, "الاف": 10**3,
    "الفا": 10**3, "million": 10**6, "millions": 10**6, "m": 10**6, "مليون": 10**6, "ملايين": 10**6, "melyoun": 10**6,
    "mlyoun": 10**6, "milliard": 10**9, "milliards": 10**9, "billion": 10**9, "مليار": 10**9, "ملايير": 10**9,
    "melyar": 10**9, "mlyar": 10**9,
}  # fmt: skip
_HUNDREDS: Final = frozenset(("cent", "cents", "hundred", "مايه", "مييه", "mya", "مئه", "مائه"))
_WORDS: Final = """
un 1  une 1  deux 2  trois 3  quatre 4  cinq 5  six 6  sept 7  huit 8  neuf 9  dix 10
onze 11  douze 12  treize 13  quatorze 14  quinze 15  seize 16  vingt 20  vingts 20
trente 30  quarante 40  cinquante 50  soixante 60  one 1  two 2  three 3  four 4  five 5
seven 7  eight 8  nine 9  ten 10  eleven 11  twelve 12  fifteen 15  twenty 20  thirty 30
forty 40  fifty 50  sixty 60  seventy 70  eighty 80  ninety 90  واحد 1  جوج 2  زوج 2
اثنان 2  ثلاثه 3  تلاته 3  اربعه 4  ربعه 4  خمسه 5  سته 6  سبعه 7  ثمانيه 8  تمنيه 8
تسعه 9  تسعود 9  عشره 10  عشرين 20  عشرون 20  ثلاثين 30  تلاتين 30  اربعين 40  ربعين 40
خمسين 50  ستين 60  سبعين 70  ثمانين 80  تمانين 80  تسعين 90  الفين 2000  ميتين 200
"""
_NUMBERS: Final = dict(zip(_WORDS.split()[::2], map(int, _WORDS.split()[1::2]), strict=True))
_FILLER: Final = frozenset(("de", "of", "et", "and", "و", "d", "about", "environ", "حوالي", "a"))
_FIGURES: Final = re.compile(r"\d+(?:[ .,'٫٬\u00a0\u202f]\d+)*")
_TOKEN: Final = re.compile(r"\d+(?:[ .,'٫٬]\d+)*|[^\W\d_]+")
_LETTERS: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None, "-": " "})


@lru_cache(maxsize=1 << 12)
def told_amount(text: str, country: str | None, currency: str | None = None) -> Told:
    """What an amount told in free text is. ``country`` is where the report comes from, ``currency`` the one the report
    names elsewhere: they decide what a ryal, a dinar, a dirham or a franc is."""
    value = _folded(text)
    units = {name for name, shape in _UNIT if shape.search(value)}
    # What names the country of its unit is no bare unit any more.
    for bare, exact in (("riyal", {"SAR", "QAR", "OMR"}), ("dirham", {"AED"}), ("dinar", {"KWD", "BHD", "TND"})):
        if units & exact:
            units.discard(bare)
    if "centime" in units:
        units -= {"franc"} if country in ("MA", None) else set()
    for _, shape in _UNIT:
        value = shape.sub(" ", value)
    code, parts, reason = _meant(units, country, currency)
    if code is None:
        return Told(None, None, reason)
    number, wrong = _number(value, decimals(code) == 3 and parts == 1)
    if number is None:
        return Told(None, code, wrong)
    major = number / parts
    minor = major.scaleb(decimals(code))
    if not 0 < major < LIMIT:
        return Told(None, code, "out_of_range")
    return Told(int(minor), code) if minor == minor.to_integral_value() else Told(None, code, "number")


def _folded(text: str) -> str:
    value = clean(text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFD", value)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _meant(units: set[str], country: str | None, currency: str | None) -> tuple[str | None, int, str | None]:
    """Currency, how many of the told unit make one of it, and why there is none."""
    if len(units) > 1 and units != {"centime", "dirham"} and units != {"centime", "MAD"}:
        return None, 1, "ambiguous_unit"
    unit = next(iter(units - {"dirham", "MAD"} or units), None)
    match unit:
        case None:
            return (currency, 1, None) if currency is not None else (None, 1, "unit")
        case "centime":
            code = currency or ("MAD" if country in ("MA", None) else None)
            return (code, 10 ** decimals(code), None) if code else (None, 1, "ambiguous_unit")
        case "riyal":
            if currency in _RIYAL.values():
                return currency, 1, None
            if country in _RIYAL:
                return _RIYAL[country], 1, None
            return ("MAD", 20, None) if country == "MA" else (None, 1, "ambiguous_unit")
        case "dirham":
            if currency in ("MAD", "AED"):
                return currency, 1, None
            return {"AE": "AED", "MA": "MAD"}.get(country or ""), 1, "ambiguous_unit"
        case "dinar":
            code = currency if currency in _DINAR.values() else _DINAR.get(country or "")
            return code, 1, "ambiguous_unit"
        case "franc":
            code = currency if currency in ("XOF", "XAF", "CHF") else _FRANC.get(country or "")
            if code is None and country == "MA":  # an old word for a centime
                return "MAD", 100, None
            return code, 1, "ambiguous_unit"
        case _:
            return unit, 1, None


def _number(value: str, three: bool) -> tuple[Decimal | None, str | None]:
    """The number of a text of figures, scales and number words; ``three``: the currency has three decimals."""
    total, part, seen = Decimal(0), Decimal(0), False
    for token in _TOKEN.findall(value):
        if token[0].isdigit():
            if seen and part and part < 1000 and token.isdigit() and len(token) == 3:
                part = part * 1000 + int(token)
                continue
            figure, wrong = _figures(token, three)
            if figure is None or part:
                return None, wrong or "number"
            part, seen = figure, True
        elif token in ("vingt", "vingts") and part == 4:
            part = Decimal(80)
        elif token in _NUMBERS:
            part, seen = part + _NUMBERS[token], True
        elif token in _HUNDREDS:
            part, seen = (part or Decimal(1)) * 100, True
        elif token in _SCALES:
            scale = _SCALES[token]
            # "trois mille milliards": a great scale multiplies all that was said before it
            more = part or Decimal(1)
            total = (total + more) * scale if scale > 10**3 and total > 0 else total + more * scale
            part, seen = Decimal(0), True
        elif token not in _FILLER:
            return None, "number"
    return (total + part, None) if seen else (None, "number")


def _figures(token: str, three: bool) -> tuple[Decimal | None, str | None]:
    """A figure with separators: ``1.000,50``, ``1 000,50``, ``1,000.50``, ``1٬000٫50``, ``12.345.678``."""
    figure = token.replace("\u00a0", " ").replace("٬", " ").replace("'", " ").replace("٫", "," if "." in token else ".")
    if "٫" in token:
        whole, _, rest = token.partition("٫")
        return (Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{rest}"), None) if rest.isdigit() else (None, "number")
    figure = figure.replace(" ", "")
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", figure):
        return None, "number"
    marks = [c for c in figure if c in ".,"]
    if not marks:
        return Decimal(figure), None
    last = marks[-1]
    grouped = marks[:-1] or None
    tail = figure.rpartition(last)[2]
    if len(set(marks)) == 2:
        if marks.count(last) > 1:
            return None, "number"
        return Decimal(figure.rpartition(last)[0].replace(grouped[0] if grouped else "", "") + "." + tail), None
    if len(marks) > 1:
        return (Decimal(figure.replace(last, "")), None) if len(tail) == 3 else (None, "number")
    if len(tail) != 3:
        return Decimal(figure.replace(",", ".")), None
    return (None, "ambiguous_separator") if three else (Decimal(figure.replace(last, "")), None)
