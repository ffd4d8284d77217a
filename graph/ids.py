"""Uids: ``<prefix>:<scheme>:<value>``, one text a thing, the same in every source."""

from __future__ import annotations

import re
import unicodedata

from graph.errors import UsageError

_NOT_SLUG = re.compile(r"[^0-9a-z\u00c0-\uffff]+")


def slug(text: str) -> str:
    """Lower case, every other run than letters and digits is ``_`` (``Orange Money`` -> ``orange_money``)."""
    return _NOT_SLUG.sub("_", unicodedata.normalize("NFKC", text).lower()).strip("_")


def prefix(uid: str) -> str:
    """The part before the first colon."""
    return uid.split(":", 1)[0]


def is_victim(uid: str) -> bool:
    """Whether the uid is a pseudonym of a victim or reporter."""
    return uid.startswith("victim:")


def ring_name(number: int) -> str:
    """Display number of a ring: ``R-0007``."""
    return f"R-{number:04d}"


def ring_number(name: str) -> int:
    """``R-0007``, ``r7`` or ``7`` -> 7. Errors: UsageError for anything else."""
    digits = name.strip().upper().removeprefix("R").removeprefix("-")
    if not digits.isascii() or not digits.isdigit():
        raise UsageError(
            f"{name!r} is not the number of a ring.", "Write it as `halqa rings` shows it, such as R-0007."
        )
    return int(digits)
