"""Every inbound format, in the order in which a file is offered to them."""

from __future__ import annotations

from typing import Final

from ingest.formats import (
    bank_camt,
    bank_pacs,
    cdr,
    complaints,
    cybertip,
    eblagh,
    ftm,
    goaml,
    mt103,
    platform,
    remittance,
    subscribers,
    wallet,
)
from ingest.formats.described import Field, Format, Reader

MAPPING: Final = Format(
    "mapping",
    "Any table with a mapping",
    "one row",
    "record.key of the mapping",
    ("csv", "jsonl", "xlsx", "parquet"),
    (Field("(yours)", "a YAML mapping says how a row becomes entities and links"),),
)

READERS: Final[tuple[Reader, ...]] = (
    eblagh.READER,
    cybertip.READER,
    bank_camt.READER,
    bank_pacs.READER,
    mt103.READER,
    goaml.READER,
    platform.READER,
    ftm.READER,
    *complaints.READERS,
    cdr.READER,
    subscribers.READER,
    remittance.READER,
    wallet.READER,
)
"""Formats that need no mapping. Documents claim a file by content first; then tables, by their columns."""

FORMATS: Final[tuple[Format, ...]] = (*(reader.format for reader in READERS), MAPPING)


def reader_of(name: str) -> Reader | None:
    """The reader of a format by its name, None for ``mapping``."""
    return next((reader for reader in READERS if reader.format.name == name), None)
