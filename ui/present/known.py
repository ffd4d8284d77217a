"""What is known of an identifier, in words: computed facts, checks and their reasons, statements of sources. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ui.i18n import Locale, isolate, word
from ui.i18n.catalogue import WORDS

TECHNICAL: Final = frozenset({"text_hash", "text_sketch", "text_folded"})
"""Statements for machines: fingerprints of texts, which tell a reader nothing."""

_WORDED: Final = frozenset({"type", "spoof_risk", "cgnat", "key", "shared"})
"""Facts whose values are words of ours, not of a source."""

PLAIN: Final = frozenset({"", "valid", "possible", "pseudonym"})
"""Validities that need no remark."""


def property_name(here: Locale, name: str) -> str:
    """Name of a statement or a computed fact; an unknown one without its underscores."""
    found = word(here, "fact", name)
    return name.replace("_", " ") if found == name else found


def value(here: Locale, name: str, said: object) -> str:
    """A computed value in words where it is one of ours, else as it is, left to right."""
    if isinstance(said, bool):
        return word(here, "value", "yes" if said else "no")
    if name in _WORDED and f"value.{said}" in WORDS[here.lang]:
        return word(here, "value", str(said))
    return isolate(str(said))


def computed(here: Locale, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts worked out from the identifier itself, in the order in which they are told."""
    facts = (found.get("computed") or {}).get("facts") or {}
    return [(property_name(here, name), value(here, name, said)) for name, said in facts.items()]


def statements(here: Locale, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What sources say, each once: name of the property and the value in its own direction."""
    rows = [
        (property_name(here, str(row.get("property"))), f"\u2068{row.get('value')}\u2069")
        for row in found.get("facts", [])
        if row.get("property") not in TECHNICAL
    ]
    return list(dict.fromkeys(rows))


def validity(here: Locale, found: Mapping[str, Any]) -> str | None:
    """The outcome of the check when it deserves a remark."""
    said = str(found.get("validity") or "")
    return None if said in PLAIN else word(here, "validity", said)


def reasons(here: Locale, found: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Code, sentence and records of every remark on an identifier."""
    records = (found.get("computed") or {}).get("records") or {}
    return [(str(code), word(here, "why", str(code)), list(records.get(code, []))) for code in found.get("reasons", [])]
