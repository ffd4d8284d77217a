"""What happened when: rows of a ring's timeline, ready for a chart and for a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ui.i18n import Locale, moment, money, text
from ui.i18n.catalogue import DESK
from ui.i18n.figures import local
from ui.present.identifiers import shown

ORDER: Final = ("contact", "hop", "call", "report", "demand", "payment", "transfer")
"""Lanes from contact to payment; kinds nobody listed come after, by name."""

FAMILY: Final[dict[str, str]] = {
    "contact": "records", "hop": "accounts", "call": "lines", "report": "records",
    "demand": "people", "payment": "money", "transfer": "money", "sighting": "lines",
}  # fmt: skip
"""Family whose colour a lane takes."""


def _kind(here: Locale, name: str) -> str:
    key = f"event.{name}"
    return text(here, key) if key in DESK[here.lang] else name


def rows(here: Locale, events: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Events in time order, each with chart time (local, ISO without zone), lane, and words."""
    found: list[dict[str, str]] = []
    for event in sorted(
        (e for e in events if e.get("at")), key=lambda e: (str(e["at"]), str(e.get("uid")), str(e.get("record")))
    ):
        amount = event.get("amount")
        found.append(
            {
                "at": local(here.zone, event["at"]).strftime("%Y-%m-%dT%H:%M:%S"),
                "when": moment(here.lang, here.zone, event["at"]),
                "original": str(event["at"]),
                "code": str(event.get("kind", "")),
                "kind": _kind(here, str(event.get("kind", ""))),
                "order": str(ORDER.index(event["kind"])) if event.get("kind") in ORDER else "9",
                "who": shown(here, str(event["uid"])) if event.get("uid") else "",
                "amount": money(here.lang, str(amount), str(event.get("currency") or "")) if amount is not None else "",
                "value": str(amount) if amount is not None else "",
                "currency": str(event.get("currency") or ""),
                "record": str(event.get("record") or ""),
            }
        )
    return found
