"""Two entities that may be one: sentences for and against, names, and what a decision would need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from graph.same_as import CONFLICTS, NAME_ONLY
from ui.i18n import Locale, isolate, word
from ui.i18n.catalogue import LIKENESS
from ui.present.sentences import fill

Point = Mapping[str, Any]
"""One feature of ``halqa same``: code, side, weight, params."""

NAME_PROPERTIES: Final = (
    "name", "names", "name_ar", "names_ar", "display_name", "holder_name", "claimed_name", "alias", "weakAlias",
    "previousName",
)  # fmt: skip
"""Statements that hold a name, the plainest first."""

HAS: Final = ("USES", "HOLDS", "HAS_SIM", "ADMINISTERS", "PRESENTS_AS")
"""Relations to what somebody uses or holds."""


def said(here: Locale, point: Point) -> str:
    """One point as a sentence; a code newer than the catalogue shows itself."""
    template = LIKENESS[here.lang].get(str(point["code"]))
    params = dict(point.get("params", {}))
    if template is None:
        return isolate(f"{point['code']} {params}")
    if "kind" in params:
        params["kind"] = papers(here, str(params["kind"]))
    return fill(here, template, params)


def papers(here: Locale, kind: str) -> str:
    """A kind of identity document: ``MA:cin`` -> identity card (MA)."""
    country, _, name = kind.removeprefix("person:doc:").partition(":")
    return f"{word(here, 'value', name)} ({isolate(country)})" if name else isolate(kind)


def side(points: Iterable[Point], which: Literal["for", "against"]) -> list[Point]:
    """Points of one side, the heaviest first."""
    return sorted((p for p in points if p["side"] == which), key=lambda p: -float(p.get("weight") or 0))


def obstacle(points: Sequence[Point]) -> Literal["conflict", "name_only"] | None:
    """Why accepting would need an override: something contradicts, or nothing but a name agrees."""
    if any(p["side"] == "against" and p["code"] in CONFLICTS for p in points):
        return "conflict"
    if not any(p["side"] == "for" and p["code"] not in NAME_ONLY for p in points):
        return "name_only"
    return None


def names(found: Mapping[str, Any]) -> list[str]:
    """Names of an answer of ``who`` as they were written, in the order of the properties, each once."""
    rows = found.get("facts", [])
    order = {name: at for at, name in enumerate(NAME_PROPERTIES)}
    told = sorted((row for row in rows if row.get("property") in order), key=lambda row: order[row["property"]])
    return list(dict.fromkeys(str(row["value"]) for row in told if row.get("value")))


def belongings(found: Mapping[str, Any]) -> list[str]:
    """Uids of what an answer of ``who`` says the entity uses or holds, in its order, each once."""
    return list(dict.fromkeys(str(row["uid"]) for row in found.get("links", []) if row.get("rel") in HAS))
