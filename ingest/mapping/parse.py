"""A YAML file to a mapping; anything that is not in the language refuses the file, naming place and fix."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import yaml

from graph.errors import MappingError
from graph.ids import slug
from graph.schema import LABELS, RELATIONS, SOURCE_TYPES, Compartment
from ingest.mapping.conditions import condition
from ingest.mapping.language import (
    ID_TYPES,
    ROW_NUMBER,
    VICTIM_TYPES,
    EntityRule,
    Layout,
    LinkRule,
    Mapping,
    Source,
    Value,
)
from ingest.mapping.place import Place
from ingest.mapping.values import value
from ingest.normalise.codes import COUNTRIES, CURRENCIES
from ingest.normalise.text import clean
from ingest.normalise.time import zone

_KINDS: Final = ("csv", "xlsx", "jsonl", "parquet")
_LARGEST: Final = 1 << 20
_MOST_NODES: Final = 100_000


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises MappingError naming file, place and fix."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MappingError(
            f"{path.name}: cannot be read ({error.strerror or 'input error'})", "Check the path."
        ) from None
    return _parsed(data, path.name)


@lru_cache(maxsize=16)
def _parsed(data: bytes, name: str) -> Mapping:
    """A folder of many small tables has one mapping: it is understood once."""
    place = Place(name, "")
    if len(data) > _LARGEST:
        raise place.error("larger than one megabyte", "A mapping is a page of text.")
    try:
        document = yaml.safe_load(data.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else ""
        raise Place(name, where).error(
            "not well-formed YAML", getattr(error, "problem", "") or "Save it as UTF-8."
        ) from None
    if _nodes(document) > _MOST_NODES:
        raise place.error("its anchors unfold without end", "Write the mapping out.")
    return parse_mapping(document, name, hashlib.sha256(data).hexdigest())


def _nodes(document: object) -> int:
    """Nodes of a document with its anchors unfolded, counted no further than the limit."""
    waiting, count = [document], 0
    while waiting and count <= _MOST_NODES:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return count


def beside(path: Path) -> Path | None:
    """The mapping that stands beside a table: same stem, ``.yaml``, with the words ``source`` and ``format``."""
    for suffix in (".yaml", ".yml"):
        candidate = path.with_suffix(suffix)
        if not candidate.is_file() or candidate == path:
            continue
        try:
            text = candidate.read_text("utf-8", errors="replace")[:65_536]
        except OSError:
            return candidate  # reading it as a mapping says why it cannot be read
        if re.search(r"^source\s*:", text, re.M) and re.search(r"^format\s*:", text, re.M):
            return candidate
    return None


def parse_mapping(document: object, file: str, sha256: str = "") -> Mapping:
    """A mapping from a parsed YAML document; raises MappingError for anything outside the language."""
    top = Place(file, "")
    words = top.table(document, ("source", "format", "record", "entities", "links"), needed=("source", "format"))
    source = _source(top.at("source"), words["source"])
    layout = _layout(top.at("format"), words["format"])
    record = top.at("record").table(words.get("record") or {}, ("key", "optional_key", "when"))
    paths: set[str] = set()
    key = _parts(top.at("record.key"), record.get("key", [ROW_NUMBER]))
    when = condition(top.at("record.when"), record["when"], paths) if "when" in record else None
    entities = _entities(top.at("entities"), words.get("entities") or {}, paths)
    links = _links(top.at("links"), words.get("links") or [], entities, paths)
    needed = _needed(key, entities)
    for part in key:
        paths |= part.paths
    return Mapping(
        file=file,
        sha256=sha256,
        source=source,
        layout=layout,
        key=key,
        optional_key=top.at("record.optional_key").flag(record.get("optional_key", False)),
        when=when,
        entities=entities,
        links=links,
        paths=frozenset(paths) - {ROW_NUMBER},
        needed=needed - {ROW_NUMBER},
        victim_paths=_read_by(entities, victims=True) - _read_by(entities, victims=False),
        labels={e.name: e.label for e in entities},
    )


def _read_by(entities: Iterable[EntityRule], *, victims: bool) -> frozenset[str]:
    return frozenset[str]().union(*(e.paths for e in entities if e.victim == victims))


def _needed(key: Iterable[Value], entities: Iterable[EntityRule]) -> frozenset[str]:
    """Columns without which a row could say nothing of what the mapping asks."""
    values = [*key]
    for rule in entities:
        values += [rule.key] if isinstance(rule.key, Value) else [*rule.key]
        values += [v for _, v in rule.properties]
    return frozenset(p for v in values if v.default is None and not v.optional for p in v.columns)


def _source(place: Place, node: object) -> Source:
    words = place.table(
        node, ("name", "type", "reliability", "country", "timezone", "currency"), needed=("name", "type", "reliability")
    )
    name = slug(place.at("name").text(words["name"]))
    if not name:
        raise place.at("name").error("no letters or digits in it", "Give the source a short name.")
    kind = place.at("type").one_of(words["type"], SOURCE_TYPES)
    reliability = place.at("reliability").one_of(words["reliability"], tuple("ABCDEF"))
    zone_name = place.at("timezone").text(words.get("timezone", "UTC"))
    where = zone(zone_name)
    if not isinstance(where, ZoneInfo):
        where = ZoneInfo("UTC") if zone_name.upper() in ("Z", "UTC") else None
    if where is None:
        raise place.at("timezone").error(f"no zone {zone_name!r}", "Use an IANA name such as Africa/Casablanca.")
    country = _code(place.at("country"), words.get("country"), COUNTRIES, "a two-letter country")
    currency = _code(place.at("currency"), words.get("currency"), CURRENCIES, "an ISO 4217 code")
    return Source(name, kind, reliability, country, where, currency)


def _code(place: Place, node: object, known: Collection[str], what: str) -> str | None:
    if node is None:
        return None
    found = place.text(node).upper()
    if found not in known:
        raise place.error(f"{found!r} is not {what}", f"Use {what}; quote NO.")
    return found


def _layout(place: Place, node: object) -> Layout:
    words = place.table(
        node,
        ("kind", "encoding", "delimiter", "header", "columns", "comment", "sheet", "decimal", "thousands", "nulls"),
        needed=("kind",),
    )
    kind = place.at("kind").one_of(words["kind"], _KINDS)
    encoding = place.at("encoding").text(words.get("encoding", "utf-8"))
    try:
        codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError):
        raise place.at("encoding").error(f"no encoding {encoding!r}", "Use utf-8, cp1252, cp1256, utf-16 ...") from None
    delimiter = _char(place.at("delimiter"), words.get("delimiter", ","))
    header = place.at("header").flag(words.get("header", True))
    columns = tuple(place.at("columns").texts(words.get("columns") or []))
    if not header and kind in ("csv", "xlsx") and not columns:
        raise place.error("header is false and columns are not named", "Add columns: [first, second, ...].")
    sheet = words.get("sheet")
    if sheet is not None and (isinstance(sheet, bool) or not isinstance(sheet, str | int)):
        raise place.at("sheet").error("neither a name nor a number", "Name the sheet, or number it from 1.")
    thousands = words.get("thousands")
    return Layout(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        columns=columns,
        comment=place.at("comment").text(words["comment"]) if words.get("comment") is not None else None,
        sheet=sheet,
        decimal=_char(place.at("decimal"), words.get("decimal", ".")),
        thousands=_char(place.at("thousands"), thousands) if thousands is not None else None,
        nulls=frozenset(clean(t) for t in place.at("nulls").texts(words.get("nulls") or [])),
    )


def _char(place: Place, node: object) -> str:
    if not isinstance(node, str) or len(node) != 1 or node in '\n\r"':
        raise place.error("not one character", 'Use one character in quotes, such as ";" or "\\t".')
    return node


def _parts(place: Place, node: object) -> tuple[Value, ...]:
    if not isinstance(node, list) or not node:
        raise place.error("not a list of values", "Write [column, ...].")
    return tuple(value(place.at(str(n)), part, bare="column") for n, part in enumerate(node, 1))


def _entities(place: Place, node: object, paths: set[str]) -> tuple[EntityRule, ...]:
    if not isinstance(node, dict):
        raise place.error("not a table of entities", "Write name: {label: ..., key: ...}.")
    return tuple(_entity(place.at(str(name)), str(name), rule, paths) for name, rule in node.items())


def _entity(place: Place, name: str, node: object, paths: set[str]) -> EntityRule:
    words = place.table(
        node, ("label", "key", "when", "required", "properties", "compartment", "victim"), needed=("label", "key")
    )
    keyed = tuple(label.name for label in LABELS.values() if label.list_key)
    label = place.at("label").one_of(words["label"], keyed)
    victim = place.at("victim").flag(words.get("victim", False))
    key_place, key_node = place.at("key"), words["key"]
    key: Value | tuple[Value, ...]
    if isinstance(key_node, dict):
        key = value(key_place, key_node, bare="column", typed_key=True)
        if label not in ID_TYPES[key.type] and not (victim and label == "Person"):
            fitting = " or ".join(ID_TYPES[key.type])
            raise place.error(f"label {label} does not fit key type {key.type}", f"Type {key.type} keys {fitting}.")
    else:
        key = _parts(key_place, key_node)
        if not LABELS[label].list_key:
            raise place.error(f"label {label} takes no list key", "Use a typed key.")
    if victim and (label != "Person" or not isinstance(key, Value) or key.type not in VICTIM_TYPES):
        raise place.at("victim").error(
            "a victim is a Person with a typed key", f"Key it by type {', '.join(VICTIM_TYPES)}."
        )
    compartment: Compartment | None = None
    if words.get("compartment") is not None:
        chosen = place.at("compartment").one_of(words["compartment"], ("minors", "terrorism"))
        compartment = "minors" if chosen == "minors" else "terrorism"
    properties = words.get("properties") or {}
    if not isinstance(properties, dict):
        raise place.at("properties").error("not a table of values", "Write name: {column: ...}.")
    read = tuple(
        (str(prop), value(place.at(f"properties.{prop}"), node_, bare="column")) for prop, node_ in properties.items()
    )
    when = condition(place.at("when"), words["when"], paths) if "when" in words else None
    rule = EntityRule(
        name, label, key, when, place.at("required").flag(words.get("required", False)), read, compartment, victim
    )
    paths |= rule.paths
    return rule


def _links(place: Place, node: object, entities: tuple[EntityRule, ...], paths: set[str]) -> tuple[LinkRule, ...]:
    if not isinstance(node, list):
        raise place.error("not a list of links", "Write - {rel: ..., from: ..., to: ...}.")
    names = tuple(e.name for e in entities)
    made: list[LinkRule] = []
    for n, rule in enumerate(node, 1):
        here = place.at(str(n))
        words = here.table(
            rule, ("rel", "from", "to", "at", "until", "when", "properties"), needed=("rel", "from", "to")
        )
        rel = here.at("rel").one_of(words["rel"], tuple(sorted(RELATIONS)))
        ends = [here.at(end).text(words[end]) for end in ("from", "to")]
        for end, name in zip(("from", "to"), ends, strict=True):
            if name not in names:
                raise here.at(end).error(f"no entity {name!r} is declared", _closest(name, names))
        times = [
            value(here.at(t), words[t], bare="column", implied="datetime") if t in words else None
            for t in ("at", "until")
        ]
        properties = words.get("properties") or {}
        if not isinstance(properties, dict):
            raise here.at("properties").error("not a table of values", "Write name: value.")
        read = tuple(
            (str(prop), value(here.at(f"properties.{prop}"), node_, bare="const")) for prop, node_ in properties.items()
        )
        when = condition(here.at("when"), words["when"], paths) if "when" in words else None
        made.append(LinkRule(rel, ends[0], ends[1], times[0], times[1], when, read))
        for read_value in (*(t for t in times if t), *(v for _, v in read)):
            paths |= read_value.paths
    return tuple(made)


def _closest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Declared: {', '.join(sorted(known)) or 'none'}."
