"""IP addresses seen at a time: ``ip:<address>:<port or empty>:<UTC hour>``."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from functools import lru_cache

from ingest.normalise.found import Found
from ingest.normalise.text import clean


@lru_cache(maxsize=1 << 16)
def ip_address(text: str) -> str | None:
    """Canonical address, IPv6 in brackets; None when unreadable."""
    value = clean(text)
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return None
    return f"[{found.compressed}]" if found.version == 6 else str(found)


def ip_event(text: str, port: int | None, at: datetime) -> Found:
    """The event node; an unreadable address gives none, with a warning."""
    found = ip_address(text)
    if found is None:
        return Found(None, "identifier")
    hour = at.astimezone(UTC).strftime("%Y-%m-%dT%H")
    return Found(f"ip:{found}:{'' if port is None else port}:{hour}")
