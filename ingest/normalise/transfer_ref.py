"""References of remittances: shapes by operator, and the uid they give."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from ingest.normalise.text import clean

_SEPARATORS: Final = re.compile(r"[\s\-]+")

SHAPES: Final[dict[str, str]] = {
    "wu": "[0-9]{10}",
    "moneygram": "[0-9]{8,11}",
    "ria": "[A-Z0-9]{8,16}",
    "wafacash": "[A-Z0-9]{8,16}",
    "cashplus": "[A-Z0-9]{8,16}",
    "baridcash": "[A-Z0-9]{8,16}",
}
"""What a reference of the operator looks like once upper-cased and without blanks and hyphens."""


def reference(text: str) -> str:
    """Upper case, no blanks or hyphens."""
    return _SEPARATORS.sub("", clean(text)).upper()


def fits(operator: str, ref: str) -> bool:
    """Whether a cleaned reference has the shape of its operator; operators without a rule accept any."""
    shape = SHAPES.get(operator)
    return bool(ref) and (shape is None or re.fullmatch(shape, ref) is not None)


def remittance_uid(operator: str, ref: str, sent_at: datetime) -> str:
    """``tx:wu:<mtcn>:<UTC month>`` (numbers are reused), else ``tx:<operator>:<ref>``."""
    if operator == "wu":
        return f"tx:wu:{ref}:{sent_at.astimezone(UTC):%Y-%m}"
    return f"tx:{operator}:{ref}"
