"""Fields of a JSON record, one at a time: each is what it should be, or the record is refused with a code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from ingest.documents import Value
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.money import amount, currency
from ingest.normalise.text import clean
from ingest.normalise.time import iso_time, plausible
from ingest.rejects import Refused

Object = Mapping[str, Value]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")


def text(item: Object, name: str) -> str | None:
    """Cleaned text of a field, None when empty; ``malformed`` for a list or an object."""
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("malformed", f"{name}: one value")
    return clean(value) or None


def key_part(item: Object, name: str) -> str:
    """A part of the record key; ``missing_key`` when empty."""
    found = text(item, name)
    if found is None:
        raise Refused("missing_key", f"{name} is empty")
    return found


def one_of(item: Object, name: str, allowed: Sequence[str], *, required: bool = False) -> str | None:
    """A text of a closed list; ``enum`` otherwise, ``missing_field`` when it is required and empty."""
    found = text(item, name)
    if found is None and required:
        raise Refused("missing_field", f"{name} is empty")
    if found is not None and found not in allowed:
        raise Refused("enum", f"{name}: {', '.join(allowed)}")
    return found


def country(item: Object, name: str) -> str | None:
    """A two-letter country in capitals; ``enum`` otherwise."""
    found = text(item, name)
    if found is not None and found.upper() not in COUNTRIES:
        raise Refused("enum", f"{name}: a two-letter country")
    return found.upper() if found is not None else None


def moment(
    item: Object, name: str, received: datetime, *, local: tzinfo | None = None, free: bool = False
) -> datetime | None:
    """UTC time of an ISO 8601 field; without offset it is in ``local``.

    ``datetime`` when it is none, ``out_of_range`` for an event before 1990 or more than a day after ``received``
    (``free`` times may lie anywhere).
    """
    found = text(item, name)
    if found is None:
        return None
    at = iso_time(found, local)
    if at is None:
        raise Refused("datetime", f"{name}: an ISO 8601 time{'' if local else ' with offset'}")
    if not free and not plausible(at, received):
        raise Refused("out_of_range", f"{name}: 1990 to now")
    return at


def in_order(since: datetime | None, until: datetime | None, names: str) -> None:
    """``interval`` when the end lies before the start."""
    if since is not None and until is not None and until < since:
        raise Refused("interval", f"{names}: the end before the start")


def whole(item: Object, name: str, least: int, most: int | None = None) -> int | None:
    """A whole number; ``number`` when it is none, ``out_of_range`` outside the bounds."""
    found = text(item, name)
    if found is None:
        return None
    if not _WHOLE.fullmatch(found):
        raise Refused("number", f"{name}: a whole number")
    number = int(found)
    if number < least or (most is not None and number > most):
        raise Refused("out_of_range", f"{name}: {least} {f'to {most}' if most is not None else 'or more'}")
    return number


def money(written: str | None, code: str | None, names: str) -> tuple[int | None, str | None]:
    """Minor units and currency of an amount; the codes of ``ingest.normalise.money`` when it is none."""
    if written is not None and code is None:
        raise Refused("missing_field", f"{names}: no currency beside the amount")
    known = currency(code) if code is not None else None
    if code is not None and known is None:
        raise Refused("enum", f"{names}: an ISO 4217 code")
    if written is None or known is None:
        return None, known
    minor = amount(written, known)
    if isinstance(minor, str):
        raise Refused(minor, f"{names}: a decimal amount of its currency")
    return minor, known
