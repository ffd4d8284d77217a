"""Persons, identifiers and links of a proposed mapping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph.ids import slug
from ingest.mapping.draft import Draft, Node
from ingest.mapping.judge import IDENTIFIERS, Column

_LABELS: Final[dict[str, str]] = {
    "phone": "Phone", "email": "Email", "bank": "BankAccount", "crypto": "CryptoAddress", "imei": "Device",
    "device": "Device", "imsi": "Sim", "iccid": "Sim", "ip": "IpEvent", "url": "Url", "handle": "Account",
    "doc": "Person",
}  # fmt: skip
_OWNED: Final[dict[str, str]] = {"bank": "HOLDS", "crypto": "HOLDS"}
_PASSPORTS: Final = frozenset(("passport", "passeport", "جواز", "pasaporte"))


def people(draft: Draft, key: list[object], at: Node | None) -> dict[tuple[str | None, str], str]:
    """Persons by (party, number): by document, else one node a record, never joined by a name."""
    sides: dict[tuple[str | None, str], str] = {}
    for column in (*draft.of("doc"), *draft.of("name")):
        side = (draft.parties[column.name], column.header.number)
        if side[0] == "victim":
            continue
        if side in sides:
            if column.kind == "name":
                properties = draft.entities[sides[side]].setdefault("properties", {})
                properties.setdefault(
                    "names" if "names" not in properties else slug(column.name), {"column": column.name}
                )
                column.used = f"name of {sides[side]}"
            continue
        name = draft.name("_".join(filter(None, (side[0] or "person", side[1]))))
        made: Node
        if column.kind == "doc":
            made = {"label": "Person", "key": _typed(draft, column, at) or {"column": column.name, "type": "doc"}}
        else:
            part: object = {"const": name}
            before = key
            when = {"column": column.name, "empty": False}
            if draft.of("event"):
                # A list of who was where is of use only when a label means one person all through it.
                part, before = {"column": column.name}, []
                column.reasons.append("one person a spelling: namesakes in this table would be one")
            made = {
                "label": "Person",
                "key": [*before, part],
                "when": when,
                "properties": {"names": {"column": column.name}},
            }
        draft.entities[name], sides[side] = made, name
        draft.keyed[column.name], column.used = name, f"Person {name}"
    return sides


def identifiers(draft: Draft, at: Node | None) -> None:
    """An entity for every column of identifiers that has what its type needs."""
    for column in draft.of(*(k for k in IDENTIFIERS if k != "doc")):
        if column.name in draft.keyed:
            continue
        key = _typed(draft, column, at)
        if key is None:
            column.reasons.append(
                "left out: " + ("no time to see it at" if column.kind == "ip" else "no platform is told")
            )
            continue
        name = draft.name(
            column.name if slug(column.name).isascii() else f"{draft.parties[column.name] or ''}_{column.kind}"
        )
        draft.entities[name] = {"label": _LABELS[column.kind], "key": key}
        draft.keyed[column.name], column.used = name, f"{_LABELS[column.kind]} {name}"


def _typed(draft: Draft, column: Column, at: Node | None) -> Node | None:
    """The typed key of an identifier, None when something it needs is not told."""
    made: Node = {"column": column.name, "type": {"bank": "iban"}.get(column.kind, column.kind)}
    if column.shape.split is not None:
        made["split"] = column.shape.split
    match column.kind:
        case "handle":
            named = platform(draft, column)
            if named is None:
                return None
            made["platform"] = named
        case "ip":
            if at is None:
                return None
            made["at"] = at
            ports = [c for c in draft.of("port") if c.shape.share("port") == 1]
            if ports:
                made["port"] = {"column": ports[0].name}
                ports[0].used = "port of the address"
        case "doc":
            if _PASSPORTS & set(column.header.words):
                made["doc_type"], made["country"] = "passport", "ZZ"
    return made


def platform(draft: Draft, column: Column) -> object:
    told = column.header.names("platforms") or column.shape.platform
    if told is not None:
        return told
    named = draft.of("platform")
    if named:
        named[0].used = "platform of the account"
        return (
            {"column": named[0].name, "default": "facebook"} if column.shape.share("url") else {"column": named[0].name}
        )
    return "facebook" if column.shape.share("url") > 0.5 else None  # an address names its platform itself


def join(
    draft: Draft, kind: str, root: str, sides: dict[tuple[str | None, str], str], key: list[object], at: Node | None
) -> None:
    """Links, by what the table is about."""
    free = [c for c in draft.columns if c.name in draft.keyed and draft.parties[c.name] != "victim"]
    owned = _own(draft, free, sides, at)
    tops = [*dict.fromkeys(draft.keyed[c.name] for c in free if draft.keyed[c.name] not in owned)]
    if kind == "complaints":
        for column in free:
            party = draft.parties[column.name]
            paid = party == "payee" or (party is None and column.kind in ("bank", "crypto"))
            # What is neither the victim's nor a payee's in a complaint is what was complained about.
            role = "payee" if paid else "suspect"
            draft.link("MENTIONS", root, draft.keyed[column.name], at, role_in_text=role)
    elif kind == "money":
        _money_sides(draft, root, free, at)
    elif kind == "calls":
        phones = [c for c in free if c.kind == "phone"]
        a = next((c for c in phones if draft.parties[c.name] == "source"), phones[0])
        b = next((c for c in phones if c is not a and draft.parties[c.name] == "target"), None)
        b = b or next((c for c in phones if c is not a), None)
        if b is not None:
            lasted = [c for c in draft.of("duration") if c.shape.share("whole") == 1]
            props = {"total_dur": {"column": lasted[0].name, "type": "integer", "optional": True}} if lasted else {}
            draft.link("CALLED", draft.keyed[a.name], draft.keyed[b.name], at, **props)
            for column in lasted[:1]:
                column.used = "duration of the call"
        _line(draft, free, draft.keyed[a.name], at)
    elif kind == "traces":
        for name in tops:
            draft.link("MENTIONS", root, name, at, role_in_text="other")
    else:
        people = [*dict.fromkeys(sides.values())]
        if kind == "events":
            for person in people:
                draft.link("ATTENDED", person, root, at)
        for other in people[1:] if kind == "people" else ():
            draft.link("ASSOCIATED_WITH", people[0], other, at)
        alone = [name for name in tops if name not in people]
        if alone:
            row = draft.name("row")
            draft.entities[row] = {"label": "Evidence", "key": key}
            for name in alone:
                draft.link("MENTIONS", row, name, at, role_in_text="other")


def _own(draft: Draft, free: Iterable[Column], sides: dict[tuple[str | None, str], str], at: Node | None) -> set[str]:
    """Identifiers of a side hang on its person."""
    owned: set[str] = set()
    for column in free:
        party, number = draft.parties[column.name], column.header.number
        person = sides.get((party, number)) or sides.get((party, ""))
        if person is None and party is None and len(sides) == 1:
            (person,) = sides.values()
        thing = draft.keyed[column.name]
        if person is None or person == thing or column.kind in ("url", "ip", "imsi", "iccid", "name", "doc"):
            continue
        draft.link(_OWNED.get(column.kind, "USES"), person, thing, at, basis="stated")
        owned.add(thing)
    return owned


def _line(draft: Draft, free: Iterable[Column], phone: str, at: Node | None) -> None:
    """SIM and device of a calling line."""
    sims = [draft.keyed[c.name] for c in free if c.kind in ("imsi", "iccid")]
    devices = [draft.keyed[c.name] for c in free if c.kind in ("imei", "device")]
    for sim in sims[:1]:
        draft.link("HAS_SIM", phone, sim, at)
    for device in devices[:1]:
        draft.link("INSERTED_IN", sims[0] if sims else phone, device, at)


def _money_sides(draft: Draft, root: str, free: list[Column], at: Node | None) -> None:
    """Who sent and who received: an account stands for its side before a person, a person before a number."""
    ranks = ("bank", "crypto", "doc", "name", "phone", "handle", "email")
    ranked = sorted((c for c in free if c.kind in ranks), key=lambda c: ranks.index(c.kind))
    sent = [c for c in ranked if draft.parties[c.name] in ("source", "holder")]
    got = [c for c in ranked if draft.parties[c.name] in ("target", "payee")]
    bare = [c for c in ranked if draft.parties[c.name] is None]
    if not got and bare:
        got = bare[1:2] if not sent and len(bare) > 1 else bare[:1]
    if not sent and bare and bare[0] not in got:
        sent = bare[:1]
    for column in sent[:1]:
        draft.link("SENT", draft.keyed[column.name], root, at)
    for column in got[:1]:
        draft.link("RECEIVED", root, draft.keyed[column.name], at)
