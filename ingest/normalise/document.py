"""Identity documents: ``doc:<CC>:<type>:<NO>``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.normalise.codes import COUNTRIES
from ingest.normalise.text import clean

TYPES: Final = ("cin", "passport", "residence")
_CIN: Final = re.compile(r"[A-Z]{1,2}[0-9]{1,6}")
_SEPARATORS: Final = re.compile(r"[\s\-./]+")


class Document(NamedTuple):
    """``value`` = ``<CC>:<type>:<NO>`` or None when unusable; ``warning`` says whether that is remarkable."""

    value: str | None
    warning: str | None = None


@lru_cache(maxsize=1 << 16)
def document(kind: str | None, number: str | None, country: str | None = None) -> Document:
    """A document by its type (``cin``, ``passport``, ``residence``; ``passport/KW`` carries a country) and number.

    A ``cin`` is Moroccan unless said otherwise; an unknown country is ``ZZ``. Without type or number: nothing.
    """
    written, no = clean(kind or ""), _SEPARATORS.sub("", clean(number or "")).upper()
    if not written or not no:
        return Document(None)
    kind_slug, _, carried = written.lower().partition("/")
    kind_slug = kind_slug.strip()
    where = clean(country or carried).upper() or ("MA" if kind_slug == "cin" else "ZZ")
    if kind_slug not in TYPES or (where not in COUNTRIES and where != "ZZ") or not no.isalnum():
        return Document(None, "identifier")
    if kind_slug == "cin" and where == "MA" and not _CIN.fullmatch(no):
        return Document(None, "identifier")
    return Document(f"{where}:{kind_slug}:{no}")
