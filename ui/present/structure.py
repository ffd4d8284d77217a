"""A measured structure in words: what was chosen as communities and why, what the others gave, what was cut. Pure.

The analysis speaks English, for its JSON. Its reasons are known by their form and said anew; one that is newer than
this table is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ui.i18n import Locale, counted, decimal, integer, isolate, text
from ui.present.identifiers import shown

METHODS: Final[Mapping[str, str]] = {
    "Leiden, modularity": "structure.method.modularity",
    "Leiden, CPM": "structure.method.cpm",
    "Infomap": "structure.method.infomap",
    "connected components": "structure.method.components",
}
"""Method of ``analysis.grouping`` -> key of its name."""

_WHY: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), f"structure.why.{key}")
    for pattern, key in (
        (r"agrees with itself most when links are missing \((?P<steady>[0-9.]+)\)", "steady"),
        (
            (
                r"agrees with itself most when links are missing \((?P<steady>[0-9.]+)\); "
                "networks of the same degrees at random divide as well: read with care"
            ),
            "care",
        ),
        (r"no component has more than (?P<n>\d+) nodes", "small"),
        ("no method divides it further", "undivided"),
        ("no division is steady, and networks of the same degrees at random divide as well", "random"),
    )
)


_SEMICOLON: Final = {"fr": "\u00a0; ", "ar": "؛ ", "en": "; "}


def method_name(here: Locale, method: str) -> str:
    """Name of a way to find communities; a newer one shows itself."""
    return text(here, METHODS[method]) if method in METHODS else isolate(method)


def why_said(here: Locale, english: str) -> str:
    """Why a method was taken."""
    for form, key in _WHY:
        if found := form.fullmatch(english):
            values = {name: _figure(here, value) for name, value in found.groupdict().items()}
            return text(here, key, **values)
    return isolate(english)


def _figure(here: Locale, value: str) -> str:
    return isolate(decimal(here.lang, float(value), 2)) if "." in value else integer(here.lang, int(value))


def method_said(here: Locale, method: Mapping[str, Any]) -> list[str]:
    """``method`` of ``halqa structure`` in sentences: communities and why, then what the other methods gave."""
    chosen = str(method["communities"])
    said = [
        text(
            here,
            "structure.method",
            method=method_name(here, chosen),
            why=why_said(here, str(method["communities_why"])),
        )
    ]
    others = [one for one in method.get("communities_compared", ()) if one["method"] != chosen]
    if others:
        told = _SEMICOLON[here.lang].join(_other(here, one) for one in others)
        said.append(text(here, "structure.others", others=told))
    return said


def _other(here: Locale, one: Mapping[str, Any]) -> str:
    return text(
        here,
        "structure.other",
        method=method_name(here, str(one["method"])),
        communities=counted(here, "community", int(one["communities"])),
        steady=isolate(decimal(here.lang, float(one["stability"]), 2)),
    )


def left_out(here: Locale, found: Mapping[str, Any]) -> list[str]:
    """What is not in the measurement: nodes over the limit, and whoever was harmed."""
    method = found["method"]
    cut = method.get("cut")
    said = [
        text(here, "structure.cut", n=integer(here.lang, int(cut["nodes"])), total=integer(here.lang, int(cut["of"])))
        if found["truncated"] and cut
        else text(here, "structure.whole")
    ]
    if harmed := int(method.get("victims_left_out") or 0):
        said.append(text(here, "structure.harmed", n=integer(here.lang, harmed)))
    return said


def whole(here: Locale, uid: str) -> str:
    """An identifier that no end of a line divides."""
    return shown(here, uid).replace(" ", "\u00a0")


def brokers(nodes: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Nodes between contacts that do not know each other, the foremost first; none of those who broker nothing."""
    between = [node for node in nodes if float(node["broker"]) > 0]
    return sorted(between, key=lambda node: (-float(node["broker"]), str(node["uid"])))[:most]
