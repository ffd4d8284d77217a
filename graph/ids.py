"""Uids: ``<prefix>:<scheme>:<value>``, one text a thing, the same in every source."""

from __future__ import annotations

import re
import unicodedata

_NOT_SLUG = re.compile(r"[^0-9a-z\u00c0-\uffff]+")


def slug(text: str) -> str:
    """Lower case, every other run than letters and digits is ``_`` (``Orange Money`` -> ``orange_money``)."""
    return _NOT_SLUG.sub("_", unicodedata.normalize("NFKC", text).lower()).strip("_")


def prefix(uid: str) -> str:
    """The part before the first colon."""
    return uid.split(":", 1)[0]


def is_victim(uid: str) -> bool:
    """Whether the uid is a pseudonym of a victim or reporter."""
    return uid.startswith("victim:h:")
