"""Which format a file is in, judged by its content and never by its name."""

from __future__ import annotations

from pathlib import Path

from graph.errors import InputError
from ingest.formats.described import Format
from ingest.formats.profiles import planned
from ingest.formats.registry import FORMATS, READERS
from ingest.incoming import Incoming


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


def recognise(path: Path) -> str:
    """Name of a format, ``mapping`` for a table that needs one.

    Raises InputError for an empty or unreadable file.
    """
    return recognised(Incoming(path))


def recognised(incoming: Incoming) -> str:
    """The same for a file already looked at."""
    if not incoming.head.strip():
        raise InputError(
            f"{incoming.path.name}: the file is empty", "Nothing was read; check the export that wrote it."
        )
    if incoming.packed:
        return "mapping"
    for reader in READERS:
        if reader.claims is not None and reader.claims(incoming):
            return reader.format.name
    if incoming.speaks_json or incoming.xml_root is not None:
        return "mapping"
    return _table(incoming)


def _table(incoming: Incoming) -> str:
    """The table that needs and knows these columns best, under its own names or those of an operator."""
    columns = set(incoming.columns)
    best = max(
        (reader.format for reader in READERS if reader.by_columns and "csv" in reader.format.files),
        key=lambda f: (_needed(f) <= columns, len(columns & set(f.names))),
    )
    if _needed(best) <= columns:
        return best.name
    plans = [plan for reader in READERS if (plan := planned(incoming, reader.format)) is not None]
    surest = [p for p in plans if p.confidence == max(q.confidence for q in plans)]
    if len(surest) == 1:
        return surest[0].format
    # A known table whose header lost a column is still that table: its own error names what is missing.
    shared = len(columns & set(best.names))
    if shared >= 4 and len(_needed(best) - columns) <= 2 and shared >= 0.6 * len(columns):
        return best.name
    return "mapping"


def _needed(wanted: Format) -> set[str]:
    return set(wanted.required)
