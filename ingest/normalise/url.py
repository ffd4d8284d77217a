"""Web addresses to ``url:<host><path>?<query>``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

_TRACKING: Final = frozenset({"fbclid", "gclid", "igsh"})
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_HOST: Final = re.compile(r"(?:[^\s./:@\[\]]+\.)+[^\s./:@\[\]]+|\[[0-9a-f:.]+\]")


class Address(NamedTuple):
    """Host without ``www.``, path without trailing slash, query parameters that are not tracking."""

    host: str
    path: str
    query: tuple[str, ...]


def address(text: str) -> Address | None:
    """The parts that identify a web address, None when it has no host."""
    value = clean(text)
    try:
        parts = urlsplit(value if _SCHEME.match(value) else "//" + value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if ":" in host:
        host = f"[{host}]"
    host = host.lower().removeprefix("www.")
    if not _HOST.fullmatch(host):
        return None
    if port is not None and port not in (80, 443):
        host += f":{port}"
    kept = tuple(
        part
        for part in parts.query.split("&")
        if part and (name := part.split("=", 1)[0].lower()) not in _TRACKING and not name.startswith("utm_")
    )
    return Address(host, parts.path.rstrip("/"), kept)


@lru_cache(maxsize=1 << 16)
def url(text: str) -> Found:
    """Scheme, fragment, ``www.``, usual ports, trailing slash and tracking parameters dropped; path case kept."""
    value = clean(text)
    if not value:
        return NOTHING
    found = address(value)
    if found is None:
        return Found(f"url:raw:{value}", "identifier")
    query = "?" + "&".join(found.query) if found.query else ""
    return Found(f"url:{found.host}{found.path}{query}")
