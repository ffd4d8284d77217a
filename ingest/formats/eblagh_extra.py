"""Fields of a notification that the format does not know: kept under their own names, the reporter's in the vault."""

from __future__ import annotations

import json
from typing import Final

from ingest.documents import Value
from ingest.formats.eblagh_check import Object

_TOP: Final = """
ref received_at source_lang category subcategory reporter content suspect_identifiers demand payments incident
minor_involved narrative attachments consent_contact priority routing dedup_of
"""
_KNOWN: Final = frozenset(_TOP.split())
_INSIDE: Final[dict[str, frozenset[str]]] = {
    "content": frozenset(("url", "platform", "kind", "seen_at")),
    "suspect_identifiers": frozenset(("type", "raw", "role", "region", "platform", "operator", "port", "at")),
    "demand": frozenset(("type", "amount", "currency", "payee_raw", "rail", "operator")),
    "payments": frozenset(("rail", "operator", "ref", "amount", "currency", "at", "payee_raw")),
    "incident": frozenset(("from", "to", "place")),
    "attachments": frozenset(("name", "mime", "size", "sha256")),
    "routing": frozenset(("unit", "prosecutor")),
}


def extra_of(said: Object) -> str | None:
    """Fields nobody asked for, by their path; what stands inside the reporter goes to the vault instead."""
    extra: dict[str, Value] = {k: v for k, v in said.items() if k not in _KNOWN}
    for name, known in _INSIDE.items():
        value = said.get(name)
        items = value if isinstance(value, list) else [value]
        for n, item in enumerate(items):
            if isinstance(item, dict) and item.get("role") != "victim":
                path = f"{name}.{n}" if isinstance(value, list) else name
                extra.update({f"{path}.{k}": v for k, v in item.items() if k not in known})
    return json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None
