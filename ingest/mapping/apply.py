"""One row under a mapping: its entities, then its links, as an entry of evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from typing import Final

from graph.evidence import VaultEntry
from graph.schema import LABELS
from ingest.drafts import Job
from ingest.mapping.evaluate import Clock, Fact, facts, identify, issued_in, texts
from ingest.mapping.language import EntityRule, LinkRule, Mapping, Row, Value
from ingest.mapping.transfers import Transfers
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.handle import account
from ingest.normalise.phone import e164
from ingest.normalise.phone_plans import phone_in
from ingest.normalise.text import looks_like_formula
from ingest.rejects import Refused
from ingest.rows import Entry

_ROOTS: Final = frozenset(("Report", "Transfer", "Event", "Evidence", "Case"))
_ROLES: Final = ("suspect", "payee", "other")


@dataclass(slots=True)
class _Read:
    """A row half read: entities by rule, victims still without pseudonym."""

    mapping: Mapping
    row: Row
    job: Job
    clock: Clock
    entry: Entry
    parts: tuple[str, ...]
    private_key: bool
    uids: dict[str, list[str]] = field(default_factory=dict)
    victims: list[tuple[EntityRule, list[str]]] = field(default_factory=list)
    transfers: Transfers = field(default_factory=Transfers)


def key_of(mapping: Mapping, row: Row) -> tuple[str, ...]:
    """Parts of the record key; raises Refused ``missing_key``."""
    parts = tuple(next(iter(texts(value, row)), "") for value in mapping.key)
    if not any(parts) or (not mapping.optional_key and not all(parts)):
        raise Refused("missing_key", f"record.key: {', '.join(p for v in mapping.key for p in v.columns)}")
    return parts


def encoded(part: str) -> str:
    """A part of a uid: ``:``, ``%`` and blanks percent-encoded, case kept."""
    return "".join("".join(f"%{b:02X}" for b in c.encode()) if c in ":%" or c.isspace() else c for c in part)


def apply(mapping: Mapping, row: Row, line: int | None, job: Job) -> Entry:
    """The entry of a row that its ``when`` lets through; raises Refused with the code of its first defect."""
    parts = key_of(mapping, row)
    entry = Entry("", "\x1f".join(parts), mapping.source.type, job.received_at, line=line)
    clock = Clock(job.received_at, mapping.source.timezone)
    clock = replace(clock, written_at=_written_at(mapping, row, clock))
    read = _Read(mapping, row, job, clock, entry, parts, mapping.speaks_of_victims and mapping.private_key)
    root: EntityRule | None = None
    for rule in mapping.entities:
        _entity(read, rule)
        if root is None and (
            read.uids.get(rule.name) or (rule.victim and read.victims and read.victims[-1][0] is rule)
        ):
            root = rule
    _pseudonyms(read)
    for link in mapping.links:
        _link(read, link)
    read.transfers.write(entry)
    _identify_record(read, root)
    _alone(read)
    return entry


def _written_at(mapping: Mapping, row: Row, clock: Clock) -> datetime | None:
    """What the row calls ``received_at``; None when it has none, or one that will be refused."""
    for rule in mapping.entities:
        for name, value in rule.properties:
            if name == "received_at" and value.type == "datetime":
                try:
                    made, _ = facts(name, value, row, mapping, clock)
                except Refused:
                    return None
                return made[0].time if made else None
    return None


def _identify_record(read: _Read, root: EntityRule | None) -> None:
    """Give the record its name; one keyed by what is the victim's is named by a keyed hash instead."""
    entry, mapping = read.entry, read.mapping
    if read.private_key:
        entry.key = read.job.keys.content_hash(("key\x1f" + entry.key).encode())
        read.parts = (entry.key,)
    if root is not None:
        entry.root = read.uids[root.name][0]
    if root is not None and root.label in _ROOTS and root.key == mapping.key and entry.root is not None:
        entry.record = entry.root
    else:
        entry.record = f"row:{read.job.source}:{':'.join(encoded(p) for p in read.parts)}"
    entry.vault = [VaultEntry(v.compartment, entry.record, v.person, v.identities, v.content) for v in entry.vault]


def _entity(read: _Read, rule: EntityRule) -> None:
    entry, row = read.entry, read.row
    uids: list[str] = []
    present = rule.when is None or rule.when(row)
    if present and rule.victim and isinstance(rule.key, Value):
        items = texts(rule.key, row)
        if items:
            read.victims.append((rule, items))
            present = True
        else:
            present = False
    elif present:
        uids = _typed(read, rule, rule.key) if isinstance(rule.key, Value) else _listed(read, rule, rule.key)
        present = bool(uids)
    if not present:
        if rule.required:
            raise Refused("missing_field", f"entity {rule.name} is absent")
        return
    if rule.compartment is not None and entry.compartment != "terrorism":
        entry.compartment = rule.compartment
    if not rule.victim:
        read.uids[rule.name] = uids
        _properties(read, rule, uids)


def _typed(read: _Read, rule: EntityRule, key: Value) -> list[str]:
    entry, found_uids = read.entry, []
    where = f"entity {rule.name}"
    for item in texts(key, read.row):
        found, number = identify(key, item, read.row, read.mapping, read.clock)
        entry.warn(found.warning, f"{where}: not of its kind, kept as written or left out")
        if found.uid is None:
            continue
        entry.raw(found.uid, item)
        if number is not None and number.uid is not None:
            entry.link(number.uid, "HOLDS", found.uid, basis="stated")
            entry.raw(number.uid, item)
        if found.uid not in found_uids:
            found_uids.append(found.uid)
    return found_uids


def _listed(read: _Read, rule: EntityRule, parts: tuple[Value, ...]) -> list[str]:
    choices = [texts(part, read.row) for part in parts]
    if not all(choices):
        return []
    prefix = f"{LABELS[rule.label].prefix}:{read.job.source}:"
    return list(dict.fromkeys(prefix + ":".join(encoded(p) for p in combination) for combination in product(*choices)))


def _properties(read: _Read, rule: EntityRule, uids: list[str]) -> None:
    entry = read.entry
    is_root = not read.victims and next(iter(read.uids)) == rule.name
    for name, value in rule.properties:
        made, codes = facts(name, value, read.row, read.mapping, read.clock)
        for code in codes:
            entry.warn(code, f"{name}: left out")
        for fact in made:
            entry.warn(fact.warning, f"{name}: not of its kind")
            if value.type == "text" and value.const is None and fact.text and looks_like_formula(fact.text):
                entry.warn("formula", f"{name} starts like a formula")
            if name == "received_at" and fact.time is not None and is_root:
                entry.received_at = fact.time
            for uid in uids:
                entry.say(uid, f"{name}_reported", fact.reported)
                if rule.label == "Transfer" and read.transfers.absorb(uid, name, fact):
                    continue
                _state(entry, rule.label, uid, name, fact)
    if rule.label == "Transfer":
        for uid in uids:
            read.transfers.declare(uid)


def _state(entry: Entry, label: str, uid: str, name: str, fact: Fact) -> None:
    demanded = label == "Demand" and name in ("amount", "type")
    entry.say(uid, f"demand_{name}" if demanded else name, fact.text, fact.number, fact.time)
    if fact.currency is not None:
        entry.say(uid, "demand_currency" if label == "Demand" else f"{name}_currency", fact.currency)


def _pseudonyms(read: _Read) -> None:
    """Name the victims, now that the row's compartment is known; what it says of them goes to the vault."""
    entry, mapping = read.entry, read.mapping
    vault = "minors" if entry.compartment == "minors" else "victims"
    for rule, items in read.victims:
        content: dict[str, object] = {"key": list(items)}
        for name, value in rule.properties:
            made, codes = facts(name, value, read.row, mapping, read.clock)
            for code in codes:
                entry.warn(code, f"{name}: left out")
            for fact in made:
                if value.type == "text" and value.const is None and fact.text and looks_like_formula(fact.text):
                    entry.warn("formula", f"{name} starts like a formula")
                said = fact.time.isoformat() if fact.time else fact.text
                content.setdefault(name, [])
                if isinstance(kept := content[name], list):
                    kept.append(said)
        for item in items:
            identity = _identity(read, rule.key, item) if isinstance(rule.key, Value) else None
            if identity is None:
                identity = f"rec:{read.job.source}|{'|'.join(read.parts)}|{rule.name}"
            person = read.job.keys.pseudonym(identity, vault)
            mine = read.uids.setdefault(rule.name, [])
            if person not in mine:
                mine.append(person)
            entry.vault.append(VaultEntry(vault, "", person, (identity,), content))


def _identity(read: _Read, key: Value, item: str) -> str | None:
    region = (next(iter(texts(key.region, read.row)), "") if key.region else read.mapping.source.country) or None
    match key.type:
        case "phone":
            number = e164(phone_in(item, region.upper() if region else None, read.clock.document_at).uid)
            return f"phone:{number}" if number else None
        case "email":
            found = email(item)
            return "email:" + found.uid.removeprefix("email:c:") if found.fits and found.uid else None
        case "doc":
            doc = document(key.doc_type, item, issued_in(key, read.row))
            return f"doc:{doc.value}" if doc.value else None
        case _:
            platform = next(iter(texts(key.platform, read.row)), "") if key.platform else ""
            found = account(platform, item, region.upper() if region else None)
            return f"acct:{found.uid}" if found.fits else None


def _link(read: _Read, rule: LinkRule) -> None:
    sources, targets = read.uids.get(rule.src), read.uids.get(rule.dst)
    if not sources or not targets or (rule.when is not None and not rule.when(read.row)):
        return
    since, until = _moment(read, "at", rule.at), _moment(read, "until", rule.until)
    if since is not None and until is not None and until < since:
        raise Refused("interval", f"{rule.rel}: until before at")
    props: dict[str, object] = {}
    basis, number = None, None
    for name, value in rule.properties:
        made, codes = facts(name, value, read.row, read.mapping, read.clock)
        for code in codes:
            read.entry.warn(code, f"{name}: left out")
        for fact in made[:1]:
            if name == "basis":
                basis = fact.text
            elif name == "n" and fact.number is not None:
                if fact.number < 1:
                    raise Refused("out_of_range", "n: 1 or more")
                number = fact.number
            else:
                props[name] = fact.time.isoformat() if fact.time else fact.number if value.type != "text" else fact.text
    labels = read.mapping.labels
    for src, dst in product(sources, targets):
        if rule.rel == "MENTIONS":
            _mention(read.entry, src, dst, dict(props), since)
        elif src != dst and read.transfers.take(src, rule.rel, dst, labels[rule.src], labels[rule.dst], since):
            continue
        else:
            read.entry.link(src, rule.rel, dst, since, until, basis, number, props)


def _mention(entry: Entry, src: str, dst: str, props: dict[str, object], since: datetime | None) -> None:
    role = props.pop("role_in_text", None)
    entry.mention(src, dst, role if isinstance(role, str) and role in _ROLES else "other" if role else None, since)
    for name, said in props.items():
        entry.say(dst, f"mention_{name}", str(said))


def _moment(read: _Read, name: str, value: Value | None) -> datetime | None:
    if value is None:
        return None
    made, codes = facts(name, value, read.row, read.mapping, read.clock)
    for code in codes:
        read.entry.warn(code, f"{name}: left out")
    return made[0].time if made else None


def _alone(read: _Read) -> None:
    """Entities that no link of the row holds, and pages, whose label their uid does not tell."""
    entry = read.entry
    held = {str(uid) for name in ("mentions", "transfers") for row in entry.rows.get(name, ()) for uid in row[:3]}
    held |= {str(uid) for row in entry.rows.get("links", ()) for uid in (row[0], row[2])}
    for rule in read.mapping.entities:
        for uid in dict.fromkeys(read.uids.get(rule.name, ())):
            label = "Victim" if rule.victim else rule.label
            if uid not in held or label == "Page":
                held.add(uid)
                entry.appear(uid, label)
