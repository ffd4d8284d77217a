"""Which format a file is in, judged by its content and never by its name alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from graph.errors import InputError
from ingest.formats.cdr import CDR
from ingest.formats.described import Field, Format
from ingest.formats.eblagh import EBLAGH
from ingest.formats.remittance import REMITTANCE
from ingest.formats.subscribers import SUBSCRIBERS
from ingest.formats.wallet import WALLET
from ingest.normalise.text import clean
from ingest.tables import decode

MAPPING: Final = Format(
    "mapping",
    "Any table with a mapping",
    "one row",
    "record.key of the mapping",
    ("csv", "jsonl", "xlsx", "parquet"),
    (Field("(yours)", "a YAML mapping says how a row becomes entities and links"),),
)
FORMATS: Final = (EBLAGH, CDR, SUBSCRIBERS, REMITTANCE, WALLET, MAPPING)
"""Every inbound format."""

SOURCES: Final = {"eblagh": "eblagh", "cdr": "cdr", "subscribers": "subs", "remittance": "remit", "wallet": "wallet"}
"""Name a source gets when none is given."""

DELIMITERS: Final = (",", ";", "\t", "|")
_HEAD: Final = 1 << 20


def formats() -> list[dict[str, object]]:
    """Descriptions of all formats: name, title, record, key, files, fields (name, meaning, required, enum)."""
    return [
        {
            "name": f.name,
            "title": f.title,
            "record": f.record,
            "key": f.key,
            "files": list(f.files),
            "fields": [
                {"name": x.name, "meaning": x.meaning, "required": x.required, "enum": list(x.enum)} for x in f.fields
            ],
        }
        for f in FORMATS
    ]


def check_file(path: Path) -> None:
    """Raise InputError for what exists but is no plain file: a pipe or a device would never end."""
    if path.exists() and not path.is_file():
        raise InputError(f"{path.name}: not a plain file", "Save what it delivers to a file first.")


def head_of(path: Path) -> bytes:
    """The first megabyte of a file; raises InputError saying why it cannot be read."""
    check_file(path)
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise InputError(
            f"{path.name}: cannot be read ({error.strerror or 'input error'})", "Check the path and its rights."
        ) from None


def recognise(path: Path) -> str:
    """``eblagh``, ``cdr``, ``subscribers``, ``remittance``, ``wallet``, or ``mapping`` for a table that needs one.

    Raises InputError for an empty or unreadable file.
    """
    data = head_of(path)
    if not data.strip():
        raise InputError(f"{path.name}: the file is empty", "Nothing was read; check the export that wrote it.")
    return recognise_head(data)


def recognise_head(data: bytes) -> str:
    """The same for the first bytes of a file."""
    if data.startswith((b"PK\x03\x04", b"PAR1")):
        return "mapping"
    text, _ = decode(data)
    lines = [line for line in text.split("\n")[:200] if line.strip()]
    if lines and lines[0].lstrip().startswith(("{", "[")):
        return "eblagh" if _speaks_eblagh(lines) else "mapping"
    columns, _ = header(data)
    best = max(FORMATS[:-1], key=lambda f: (_needed(f) <= columns, len(columns & set(f.names))))
    if _needed(best) <= columns:
        return best.name
    # A known table whose header lost a column is still that table: its own error names what is missing.
    shared = len(columns & set(best.names))
    if shared >= 4 and len(_needed(best) - columns) <= 2 and shared >= 0.6 * len(columns):
        return best.name
    return "mapping"


def header(data: bytes) -> tuple[set[str], str]:
    """Column names of the first line of a table, and the delimiter that splits it best."""
    text, _ = decode(data[:65_536])
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda d: (len(first.split(d)), -DELIMITERS.index(d)))
    return {clean(cell).strip('"') for cell in first.split(delimiter)}, delimiter


def _needed(wanted: Format) -> set[str]:
    return set(wanted.required)


def _speaks_eblagh(lines: list[str]) -> bool:
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return "reporter" in value and "category" in value
    return '"reporter"' in lines[0] and '"category"' in lines[0]
