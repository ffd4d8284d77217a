"""E-mail addresses to ``email:c:``: provider rules for dots and tags, nothing else is guessed."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ingest.normalise.found import NOTHING, Found
from ingest.normalise.text import clean

_PLUS: Final = ("outlook", "hotmail", "live", "icloud", "yahoo")


@lru_cache(maxsize=1 << 16)
def email(text: str) -> Found:
    """Lower case; Gmail loses dots and tags, Outlook, Hotmail, Live, iCloud and Yahoo lose tags."""
    value = clean(text).lower().removeprefix("mailto:")
    if not value:
        return NOTHING
    local, at, domain = value.rpartition("@")
    plausible = at and local and "@" not in local and not any(c.isspace() for c in value)
    if not plausible or "." not in domain.strip(".") or domain.strip(".") != domain:
        return Found(f"email:raw:{value}", "identifier")
    if domain in ("gmail.com", "googlemail.com"):
        domain = "gmail.com"
        local = local.split("+", 1)[0].replace(".", "")
    elif domain.split(".", 1)[0] in _PLUS:
        local = local.split("+", 1)[0]
    return Found(f"email:c:{local}@{domain}") if local else Found(f"email:raw:{value}", "identifier")
