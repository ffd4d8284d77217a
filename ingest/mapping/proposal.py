"""From judged columns to a mapping: what the table is about, what a row of it is, whose its columns are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from graph.ids import slug
from ingest.mapping.draft import Draft, Node
from ingest.mapping.headers import answers, words_of
from ingest.mapping.judge import Column
from ingest.mapping.proposed_links import identifiers, join, people, platform

_WHO: Final = ("doc", "phone", "email", "handle", "name", "address", "birth")
"""Kinds that tell who somebody is, the best first."""
_PRIVATE: Final = (*_WHO, "age", "city", "country", "bank", "crypto", "ip", "imei")
_REPORTS: Final = frozenset(
    (
        "complaint", "complaints", "plainte", "plaintes", "report", "reports", "signalement", "signalements", "شكايه",
        "شكايات", "بلاغ", "بلاغات", "denuncia", "denuncias", "violation", "reclamation",
    )
)  # fmt: skip


def mapping_of(columns: list[Column], stem: str, layout: Mapping[str, object], region: str | None) -> dict[str, Any]:
    """A whole mapping in our language; says in every column's ``used`` what became of it."""
    draft = Draft(columns, stem, region)
    kind = _kind(draft)
    _assign(draft, kind)
    key: list[object] = [*_key(draft)]
    at = _when(draft)
    source: Node = {"name": slug(stem) or "table", "type": _TYPES[kind], "reliability": "F"}
    if region is not None:
        source["country"] = region
    source["timezone"] = "Africa/Casablanca" if region in ("MA", None) else "UTC"
    root = _root(draft, kind, key, at)
    _victim(draft, root, at)
    sides = people(draft, key, at)
    identifiers(draft, at)
    join(draft, kind, root, sides, key, at)
    return {
        "source": source,
        "format": dict(layout),
        "record": {"key": key},
        "entities": draft.entities,
        "links": draft.links,
    }


_TYPES: Final = {
    "complaints": "report", "money": "money", "calls": "telecom", "people": "registry", "traces": "observation",
    "events": "observation",
}  # fmt: skip


def _kind(draft: Draft) -> str:
    """What the table is about."""
    draft.parties = {c.name: c.party for c in draft.columns}
    words = {w for c in draft.columns for w in c.header.words} | set(words_of(draft.stem))
    if "victim" in draft.parties.values() or _REPORTS & words:
        return "complaints"
    instruments = draft.of("bank", "crypto", "phone", "name", "doc")
    sided = [c for c in instruments if draft.parties[c.name] in ("source", "target", "payee")]
    if draft.of("amount") and (draft.of("transfer") or sided or draft.of("bank", "crypto")):
        return "money"
    phones = draft.of("phone")
    if len(phones) >= 2 and (draft.of("duration") or {draft.parties[p.name] for p in phones} >= {"source", "target"}):
        return "calls"
    if draft.of("event") and draft.of("name", "doc"):
        return "events"
    return "people" if draft.of("name", "doc") else "traces"


def _assign(draft: Draft, kind: str) -> None:
    """Whose the columns are that do not say it. Beside a victim's columns a bare one is the victim's: safer so."""
    if kind != "complaints":
        return
    theirs = {c.kind for c in draft.columns if c.party == "victim"}
    for column in draft.columns:
        bare = column.party is None and len(column.header.words) <= len(column.header.said.split()) + 1
        if theirs and bare and column.kind in ("name", "phone", "email", "doc", "address", "age", "birth", "city"):
            if column.kind not in theirs:
                draft.parties[column.name] = "victim"
                column.reasons.append("not told whose; beside a victim's columns it is kept with the victim")
        elif column.party in ("source", "holder") and column.kind in _PRIVATE:
            draft.parties[column.name] = "victim"
            column.reasons.append("in a list of complaints the sender is the victim")


def _key(draft: Draft) -> list[str]:
    for column in draft.of("transfer", "key"):
        if column.shape.filled and column.shape.distinct == column.shape.count and column.shape.split is None:
            column.used = "record key"
            return [column.name]
    return ["row_number"]


def _when(draft: Draft) -> Node | None:
    """The time of the row: its first date, with the time of day that stands in a column of its own."""
    dates = draft.of("date")
    if not dates:
        return None
    date, clocks = dates[0], draft.of("time")
    form = date.shape.formats[0] if date.shape.formats else ""
    made: Node = {"column": date.name, "optional": True}
    date.used = "time of the row"
    if clocks and "%H" not in form and "%I" not in form and form:
        made = {"columns": [date.name, clocks[0].name], "optional": True}
        form += " %H:%M:%S" if _seconds(clocks[0]) else " %H:%M"
        clocks[0].used = "time of the row"
    if form:
        made["format"] = form
    return made


def _seconds(column: Column) -> bool:
    return column.shape.share("seconds") > 0.5


def _root(draft: Draft, kind: str, key: list[object], at: Node | None) -> str:
    """The entity a row is about."""
    label, name = {
        "complaints": ("Report", "report"), "money": ("Transfer", "transfer"),
    }.get(kind, ("Evidence", "row"))  # fmt: skip
    properties: Node = {}
    if at is not None and kind in ("complaints", "money"):
        properties["received_at" if kind == "complaints" else "sent_at"] = {**at, "type": "datetime"}
    for column in draft.of("amount"):
        properties[slug(column.name) or "amount"] = _money(draft, column)
        column.used = f"property of {name}"
    if kind in ("complaints", "money"):
        for column in draft.of("type", "status"):
            if draft.parties[column.name] != "victim":
                properties.setdefault(slug(column.name) or column.kind, {"column": column.name})
                column.used = f"property of {name}"
        for column in draft.of("currency"):
            column.used = column.used or "currency of the amount"
        draft.entities[name] = {"label": label, "key": key, "properties": properties}
        for column in draft.of("minor") if kind == "complaints" else ():
            words = "|".join(re.escape(word) for word in sorted(answers("yes")))
            when = {"column": column.name, "matches": f"^(?i:{words})$"}
            draft.entities["minor"] = {"label": "Report", "key": key, "when": when, "compartment": "minors"}
            column.used = "restricts the row to minors"
    elif kind == "events":
        event = draft.of("event")[0]
        event.used = "Event event"
        draft.entities["event"] = {"label": "Event", "key": [event.name]}
        return "event"
    elif kind == "traces":
        draft.entities[name] = {"label": label, "key": key}
    return name


def _money(draft: Draft, column: Column) -> Node:
    codes = draft.of("currency")
    told = column.header.names("currencies")
    made: Node = {"column": column.name, "optional": True}
    if codes:
        nearest = max(codes, key=lambda c: len({*c.header.words} & {*column.header.words}))
        return made | {"type": "money", "currency": {"column": nearest.name}}
    if told is not None:
        return made | {"type": "money", "currency": told}
    column.reasons.append("no currency is told: name one to make it money")
    return made | {"type": "text"}


def _victim(draft: Draft, root: str, at: Node | None) -> None:
    """The victim's side as one person of the vault; whatever else is said of them as their properties."""
    mine = [c for c in draft.columns if draft.parties[c.name] == "victim" and c.shape.count]
    who = next((c for kind in _WHO for c in mine if c.kind == kind), None)
    if who is None:
        return
    # A name is no identifier: read as a document it fits none, and the record itself makes the pseudonym.
    kind = who.kind if who.kind in ("phone", "email", "handle") else "doc"
    key: Node = {"column": who.name, "type": kind}
    if kind == "handle":
        key["platform"] = platform(draft, who) or "facebook"
    properties = {slug(c.name) or c.kind: {"column": c.name} for c in mine if c is not who}
    name = draft.name("victim")
    draft.entities[name] = {"label": "Person", "victim": True, "key": key}
    if properties:
        draft.entities[name]["properties"] = properties
    for column in mine:
        column.used = "victim (vault)"
        draft.keyed[column.name] = name
    if root in draft.entities:
        draft.link("REPORTED_BY", root, name, at)
