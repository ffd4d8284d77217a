"""What a snapshot holds, for whoever writes a query: labels and relations with their properties, types and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from pydantic import JsonValue

from graph.stores.base import Links

_ENDS = ("src", "dst")


def described(nodes: Mapping[str, pl.DataFrame], groups: Sequence[Links]) -> dict[str, JsonValue]:
    """``{"labels": [{label, n, properties}], "relations": [{rel, n, between, properties}]}``, sorted by name.

    A property is ``{name, type, n}``: ``n`` nodes or links have it; ``type`` is text, integer, number, boolean or
    texts (a list). ``between`` lists ``{from, to, n}``.
    """
    labels: list[JsonValue] = [
        {"label": label, "n": frame.height, "properties": _properties([frame])}
        for label, frame in sorted(nodes.items())
        if frame.height
    ]
    by_rel: dict[str, list[Links]] = {}
    for group in groups:
        by_rel.setdefault(group.rel, []).append(group)
    relations: list[JsonValue] = []
    for rel, parts in sorted(by_rel.items()):
        ends = sorted((part.src_label, part.dst_label, part.frame.height) for part in parts)
        between: list[JsonValue] = [{"from": src, "to": dst, "n": n} for src, dst, n in ends]
        frames = [part.frame.drop(_ENDS) for part in parts]
        relations.append(
            {"rel": rel, "n": sum(n for *_, n in ends), "between": between, "properties": _properties(frames)}
        )
    return {"labels": labels, "relations": relations}


def _properties(frames: Iterable[pl.DataFrame]) -> list[JsonValue]:
    counts: dict[str, int] = {}
    types: dict[str, str] = {}
    for frame in frames:
        for column in frame.iter_columns():
            if held := frame.height - column.null_count():
                counts[column.name] = counts.get(column.name, 0) + held
                types[column.name] = _type(column.dtype)
    return [{"name": name, "type": types[name], "n": n} for name, n in sorted(counts.items())]


def _type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return "texts"
    if dtype.is_integer():
        return "integer"
    return "number" if dtype.is_float() else "boolean" if dtype == pl.Boolean else "text"
