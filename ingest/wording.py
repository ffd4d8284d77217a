"""What a message says, folded across spellings and scripts: one stream of consonants for all ways to write it.

People write one sentence of Darija in Arabic letters, in Latin letters with digits (3 7 9) or the French way, with or
without vowels, doubled letters, the article or blanks between small words. What these ways share is the order of the
consonants, so that is what is kept: vowels, semivowels, ع, hamza and blanks go, letters that stand for each other fall
together (ق ك q k 9 g; ح ه h 7; ت ط ث t th; ف v; ب p; ...), doubled ones become one. The same rule takes accents,
stretched vowels and digits for letters (p4y, vid30) out of French and English. What differs from victim to victim
becomes a placeholder or goes: numbers, amounts with their currency, addresses, @handles, emojis.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ingest.normalise.text import clean

NUMBER: Final = "#"
ADDRESS: Final = "@"

_ADDRESSES: Final = re.compile(
    r"(?:[a-z][a-z0-9+.\-]{0,15}://|www\.|wa\.me/|t\.me/)\S+|[^\s@]{1,64}@[^\s@]{1,255}|(?<!\w)@[\w.]+"
)
_UNITS: Final = (
    r"dhs?|mad|dirhams?|derhams?|drhm|drahm|euros?|eur|€|\$|£|usd|gbp|dollars?|pounds?|fcfa|cfa|xof|francs?|ry?als?|"
    r"riyals?|sar|aed|kwd|dinars?|درهم|دراهم|ريال|ريالات|دينار|اورو|يورو|دولار|فرنك|سنتيم|centimes?"
)
_AMOUNT: Final = re.compile(
    rf"(?:(?:[€$£])\s*)?(?<![^\W\d_])\+?\d(?:[\d\s.,٫٬()\-/]*\d)?(?:\s*(?:{_UNITS})(?![^\W\d_])|(?![^\W_]))"
)
_WORD: Final = re.compile(rf"[^\W_]+|[{NUMBER}{ADDRESS}]")
_SUN: Final = frozenset("تثدذرزسشصضطظنل")

_ARABIC: Final = str.maketrans(
    {
        "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ط": "t", "ج": "j", "ح": "h", "ه": "h", "خ": "x", "د": "d", "ذ": "d",
        "ض": "d", "ظ": "d", "ر": "r", "ز": "z", "س": "s", "ص": "s", "ش": "c", "غ": "g", "ف": "f", "ڤ": "f", "ڥ": "f",
        "ق": "k", "ك": "k", "ک": "k", "ڭ": "k", "گ": "k", "ݣ": "k", "ل": "l", "م": "m", "ن": "n", "چ": "c",
    }
)  # fmt: skip
_DIGRAPHS: Final = (
    ("tch", "ĉ"), ("sch", "ĉ"), ("ch", "ĉ"), ("sh", "ĉ"), ("kh", "5"), ("gh", "8"), ("ph", "f"), ("th", "t"),
    ("dh", "d"), ("dj", "j"), ("ck", "k"), ("qu", "k"),
)  # fmt: skip
_LATIN: Final = str.maketrans(
    {
        "c": "k", "g": "k", "q": "k", "9": "k", "v": "f", "p": "b", "7": "h", "5": "x", "6": "t", "8": "g", "ĉ": "c",
        **dict.fromkeys("aeiouwy01234", ""),
    }
)  # fmt: skip
_KEPT: Final = frozenset("bcdfghjklmnrstxz" + NUMBER + ADDRESS)
_SOFT_C: Final = re.compile(r"ç|c(?=[eiy])")
_DOUBLED: Final = re.compile(r"(.)\1+")


def consonants(text: str) -> str:
    """The stream of consonants of a text, ``#`` for a number or amount, ``@`` for an address. May be empty."""
    plain = _ADDRESSES.sub(f" {ADDRESS} ", clean(text).casefold())
    plain = _unaccented(_AMOUNT.sub(f" {NUMBER} ", plain))
    return _DOUBLED.sub(r"\1", "".join(_folded(word) for word in _WORD.findall(plain)))


def _unaccented(text: str) -> str:
    """Without accents, vowel marks and tatweel; ``ç`` stays, it is an s."""
    parts = unicodedata.normalize("NFD", text.replace("ç", "\ue000").replace("ـ", ""))
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("\ue000", "ç")


def _folded(word: str) -> str:
    if word in (NUMBER, ADDRESS):
        return word
    if any("\u0600" <= c <= "\u06ff" or "\u0750" <= c <= "\u077f" for c in word):
        return "".join(c for c in _spoken(word).translate(_ARABIC) if c in _KEPT)
    latin = _SOFT_C.sub("s", word).replace("x", "ks")
    for pair, one in _DIGRAPHS:
        latin = latin.replace(pair, one)
    return "".join(c for c in latin.translate(_LATIN) if c in _KEPT)


def _spoken(word: str) -> str:
    """The article before a sun letter is not heard, and people who write Latin letters do not write it."""
    at = word.find("ال")
    if 0 <= at <= 2 and len(word) > at + 3 and word[at + 2] in _SUN:
        return word[:at] + word[at + 2 :]
    return word
