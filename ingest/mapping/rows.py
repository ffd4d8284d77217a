"""Rows as a mapping sees them: cells by column name, or values by path in a JSON object."""

from __future__ import annotations

from ingest.documents import Value
from ingest.mapping.language import ROW_NUMBER
from ingest.normalise.text import clean


class DataRow:
    """One row: ``data`` holds texts, or nested JSON values with texts as leaves."""

    __slots__ = ("_cache", "_nulls", "data")

    def __init__(self, data: dict[str, Value], number: int, nulls: frozenset[str]) -> None:
        self.data = data
        self._nulls = nulls
        self._cache: dict[str, list[str]] = {} if ROW_NUMBER in data else {ROW_NUMBER: [str(number)]}

    def items(self, path: str) -> list[str]:
        """Cleaned values at a path; a column of exactly that name wins over a walk."""
        found = self._cache.get(path)
        if found is None:
            value = self.data.get(path)
            raw: list[str] = []
            if isinstance(value, str):
                raw.append(value)
            else:
                _walk(self.data, path, raw)
            found = [text for item in raw if (text := clean(item)) and text not in self._nulls]
            self._cache[path] = found
        return found


def _walk(value: Value, path: str, into: list[str]) -> None:
    if isinstance(value, list):
        for inner in value:
            _walk(inner, path, into)
    elif not path:
        if isinstance(value, str):
            into.append(value)
    elif isinstance(value, dict):
        if path in value:
            _walk(value[path], "", into)
            return
        head, dot, rest = path.partition(".")
        while dot:
            if head in value:
                _walk(value[head], rest, into)
                return
            step, dot, rest = rest.partition(".")
            head = f"{head}.{step}"


def unnamed(value: dict[str, Value], paths: frozenset[str], prefix: str = "") -> dict[str, Value]:
    """What of a row no path of the mapping names, by path."""
    rest: dict[str, Value] = {}
    for name, inner in value.items():
        path = prefix + name
        if path in paths or inner is None or inner == "":
            continue
        if any(p.startswith(path + ".") for p in paths):
            for item in inner if isinstance(inner, list) else [inner]:
                if isinstance(item, dict):
                    rest.update(unnamed(item, paths, path + "."))
        else:
            rest[path] = inner
    return rest
