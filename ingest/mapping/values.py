"""Values of a mapping: from YAML to :class:`ingest.mapping.language.Value`."""

from __future__ import annotations

import re
from typing import Final, Literal
from zoneinfo import ZoneInfo

from ingest.mapping.bounded import longest
from ingest.mapping.language import ID_TYPES, VALUE_TYPES, Value
from ingest.mapping.place import Place
from ingest.normalise.codes import CURRENCIES
from ingest.normalise.document import TYPES as DOCUMENT_TYPES
from ingest.normalise.time import zone

_SOURCES: Final = ("column", "columns", "const")
_MODIFIERS: Final = ("join", "split", "pattern", "lower", "map", "default", "type")
_RULES: Final = ("required", "optional", "enum", "format", "timezone", "currency")
_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    "phone": ("region",),
    "told_money": ("region",),
    "handle": ("region", "platform"),
    "wallet": ("region", "operator"),
    "doc": ("doc_type", "country"),
    "ip": ("at", "port"),
}
_NEEDED: Final[dict[str, str]] = {"handle": "platform", "wallet": "operator", "ip": "at"}


def pattern(place: Place, text: str) -> str:
    """A regular expression that compiles."""
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise place.error(f"the pattern does not compile ({error})", "Escape ( ) [ ] . with a backslash.") from None
    if not longest(text):
        raise place.error(
            "the pattern could run for ever: it repeats what repeats, or can be laid on a text in too many ways",
            "Write (a+)+ as a+, bound repetitions as {1,20}, or use a possessive a++.",
        )
    return text


def scalar(place: Place, node: object) -> str:
    """A constant: text, number or boolean, as text."""
    if isinstance(node, bool):
        return "true" if node else "false"
    return place.text(node)


def value(
    place: Place,
    node: object,
    *,
    bare: Literal["column", "const"],
    typed_key: bool = False,
    implied: str = "text",
) -> Value:
    """One value; a bare text is a column or a constant. ``implied`` is its type when none is given."""
    if not isinstance(node, dict):
        if bare == "const":
            return Value(const=scalar(place, node), type=implied)
        return Value(columns=(place.text(node),), type=implied)
    arguments = tuple(dict.fromkeys(a for group in _ARGUMENTS.values() for a in group))
    words = place.table(node, (*_SOURCES, *_MODIFIERS, *_RULES, *arguments))
    if sum(word in words for word in _SOURCES) != 1:
        raise place.error("one of column, columns, const is needed", "Write {column: name}.")
    kind = place.at("type").one_of(words.get("type", implied), (*VALUE_TYPES, *ID_TYPES))
    if typed_key and ("type" not in words or kind not in ID_TYPES):
        raise place.at("type").error(
            "a typed key needs a type of identifier", f"One of {', '.join(ID_TYPES)}; or write [column]."
        )
    foreign = [a for a in arguments if a in words and a not in _ARGUMENTS.get(kind, ())]
    if foreign:
        raise place.at(foreign[0]).error(f"type {kind} does not take it", "Remove it.")
    if (needs := _NEEDED.get(kind)) and words.get(needs) is None:
        raise place.error(f"type {kind} needs {needs}", f"Add {needs}.")
    if "column" in words:
        columns: tuple[str, ...] = (place.at("column").text(words["column"]),)
    else:
        columns = tuple(place.at("columns").texts(words["columns"])) if "columns" in words else ()
    return Value(
        const=scalar(place.at("const"), words["const"]) if "const" in words else None,
        columns=columns,
        join=place.at("join").text(words.get("join", " ")) if "columns" in words else None,
        split=_filled(place.at("split"), words["split"]) if "split" in words else None,
        pattern=pattern(place.at("pattern"), place.at("pattern").text(words["pattern"]))
        if "pattern" in words
        else None,
        lower=place.at("lower").flag(words.get("lower", False)),
        map=_map(place.at("map"), words["map"]) if "map" in words else (),
        default=scalar(place.at("default"), words["default"]) if "default" in words else None,
        type=kind,
        required=place.at("required").flag(words.get("required", False)),
        optional=place.at("optional").flag(words.get("optional", False)),
        enum=_enum(place.at("enum"), words["enum"]) if "enum" in words else (),
        format=place.at("format").text(words["format"]) if "format" in words else None,
        timezone=_zone(place.at("timezone"), words["timezone"]) if "timezone" in words else None,
        currency=_currency(place.at("currency"), words["currency"]) if "currency" in words else None,
        **{a: _argument(place.at(a), words[a]) for a in ("region", "platform", "operator", "country") if a in words},
        doc_type=place.at("doc_type").one_of(words.get("doc_type", "cin"), DOCUMENT_TYPES),
        at=value(place.at("at"), words["at"], bare="column", implied="datetime") if "at" in words else None,
        port=value(place.at("port"), words["port"], bare="column", implied="integer") if "port" in words else None,
    )


def _filled(place: Place, node: object) -> str:
    text = place.text(node)
    if not text:
        raise place.error("empty", "Give the text to split at.")
    return text


def _argument(place: Place, node: object) -> Value:
    return value(place, node, bare="const")


def _map(place: Place, node: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, dict):
        raise place.error("not a table", "Write {from: to}.")
    return tuple((scalar(place, k), scalar(place, v)) for k, v in node.items())


def _enum(place: Place, node: object) -> tuple[str, ...]:
    if not isinstance(node, list) or not node:
        raise place.error("not a list", "Write [a, b, ...].")
    return tuple(scalar(place, n) for n in node)


def _zone(place: Place, node: object) -> str:
    name = place.text(node)
    if not isinstance(zone(name), ZoneInfo) and name.upper() != "UTC":
        raise place.error(f"no zone {name!r}", "Use an IANA name such as Africa/Casablanca.")
    return name


def _currency(place: Place, node: object) -> Value:
    if isinstance(node, str) and node.upper() not in CURRENCIES:
        raise place.error(f"{node!r} is not an ISO 4217 code", "Use a code, or {column: name}.")
    return value(place, node, bare="const")
