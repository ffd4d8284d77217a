"""The query library: one ``.cypher`` file a named query, with its titles, parameters, purpose and caution on top.

The comment that opens a file is YAML: ``title`` (fr, ar, en), ``purpose``, ``caution``, ``params`` (name to ``type``
and ``default``). Every query runs with its defaults, gives its rows in one order, and is the same text on every store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

import yaml
from pydantic import JsonValue

from graph.errors import NothingFound, QueryError

LANGUAGES: Final = ("fr", "ar", "en")
Type = Literal["text", "integer", "number"]
Value = str | int | float

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter; a text that is empty by default means "any"."""

    name: str
    type: Type
    default: Value

    def read(self, text: object) -> Value:
        """The value somebody wrote.

        Raises:
            QueryError: it is not of the parameter's type.
        """
        try:
            if isinstance(text, bool):
                raise ValueError
            if self.type == "integer":
                return int(str(text))
            return float(str(text)) if self.type == "number" else str(text)
        except ValueError as error:
            raise QueryError(
                f"The parameter {self.name} takes {_TYPES[self.type]}, not {text!r}.",
                f"Its default is {self.default!r}.",
            ) from error


_TYPES: Final[Mapping[Type, str]] = {"text": "a text", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True, slots=True)
class NamedQuery:
    name: str
    title: Mapping[str, str]
    params: tuple[Param, ...]
    purpose: str
    caution: str
    text: str

    def bind(self, given: Mapping[str, object] | None = None) -> dict[str, Value]:
        """Values of all parameters: those given, the defaults for the rest.

        Raises:
            QueryError: an unknown parameter, or a value of the wrong type.
        """
        known = {param.name: param for param in self.params}
        for name in given or {}:
            if name not in known:
                raise QueryError(
                    f"The query {self.name} has no parameter {name}.",
                    f"It takes: {', '.join(known) or 'none'}.",
                )
        values = {param.name: param.default for param in self.params}
        return values | {name: known[name].read(value) for name, value in (given or {}).items()}

    def to_json(self) -> dict[str, JsonValue]:
        """As `halqa query` lists it."""
        params: list[JsonValue] = [{"name": p.name, "type": p.type, "default": p.default} for p in self.params]
        return {
            "name": self.name, "title": dict(self.title), "params": params, "purpose": self.purpose,
            "caution": self.caution,
        }  # fmt: skip


@cache
def library() -> tuple[NamedQuery, ...]:
    """Every named query, by name."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.cypher")))


def named(name: str) -> NamedQuery:
    """One query of the library.

    Raises:
        NothingFound: no query has this name.
    """
    for query in library():
        if query.name == name:
            return query
    raise NothingFound(f"No query is called {name}.", "Queries: " + ", ".join(query.name for query in library()))


def _read(path: Path) -> NamedQuery:
    head, text = path.read_text(encoding="utf-8").removeprefix("/*").split("*/", 1)
    about = yaml.safe_load(head)
    params = tuple(_param(name, told) for name, told in about.get("params", {}).items())
    title = {language: str(about["title"][language]) for language in LANGUAGES}
    return NamedQuery(path.stem, title, params, str(about["purpose"]), str(about["caution"]), text.strip() + "\n")


def _param(name: str, told: Mapping[str, Value]) -> Param:
    for kind in get_args(Type):
        if kind == told["type"]:
            return Param(name, kind, told["default"])
    raise ValueError(f"the type of {name} is {told['type']!r}")
