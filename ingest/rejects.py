"""Why a record is refused or accepted with a remark: two closed lists of codes, and the rows that carry them.

Bad data is a row here, never an exception that leaves intake. Messages name the field and what is expected;
they never hold a value, because a refused record may be a victim's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

REJECTS: Final[dict[str, str]] = {
    "encoding": "bytes are not valid in the declared encoding",
    "malformed": "JSON or XML is not well-formed, or a JSON line is not an object",
    "truncated": "fewer cells than the header",
    "extra_cells": "more cells than the header",
    "oversize": "a text, a record or a file is larger than the limit",
    "xml_entity": "a DOCTYPE or ENTITY declaration",
    "missing_key": "a part of the record key is empty",
    "key": "the record key has not the prescribed shape",
    "missing_field": "a required field is absent or empty",
    "datetime": "not an ISO 8601 date or time that exists, or no offset where one is required",
    "number": "not a decimal number with a dot, or too many decimals for the currency",
    "negative_amount": "an amount below zero",
    "out_of_range": "an amount, date, duration, port or count outside its range",
    "enum": "a value outside a closed list",
    "interval": "an end before its start",
    "hash": "a digest of the wrong length or not hexadecimal",
    "identifier": "no content besides an unusable identifier",
    "dangling": "refers to something that is not an accepted record of the same file",
}
"""Codes of refused records; a record carries one."""

WARNINGS: Final[dict[str, str]] = {
    "checksum": "an identifier fails its check and is kept as written",
    "identifier": "an identifier does not fit its type and is kept as written or left out",
    "unresolved": "a social address that does not lead to an account is kept as a web address",
    "reference": "a payment reference does not fit its rail and is kept as a property",
    "formula": "free text starts like a spreadsheet formula; it is neutralised at export only",
    "revision": "same source and key as an earlier record, other content: a further version",
}
"""Codes of remarks on accepted records (a mapping's ``optional`` adds reject codes)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused record or remark: where, which code, and words that name the field but no value.

    ``line`` is the physical line (0: the whole file); ``index`` stands in its place in documents.
    """

    line: int | None
    code: str
    message: str
    index: str | None = None

    @property
    def position(self) -> int | str | None:
        """``index`` as it is told: a number in XML (0: the whole file), ``section/position`` in platform returns."""
        return int(self.index) if self.index is not None and self.index.isdigit() else self.index


KEPT: Final = 10_000
"""Problems of one code that are kept word for word, for a file; a file of nothing but bad rows must fit in memory."""


class Problems(list[Problem]):
    """The refused records, or the remarks, of one file: the first :data:`KEPT` of each code, in the order of reading.

    ``counts`` holds how many there were of each code, kept or not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def append(self, problem: Problem) -> None:
        """Count a problem, and keep it unless there are enough of its code."""
        self.counts[problem.code] += 1
        if self.counts[problem.code] <= KEPT:
            super().append(problem)


class Refused(Exception):
    """Raised inside a row's evaluation, caught by the row loop; never leaves intake."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
