"""Findings written back, so that Cypher can ask about them.

``(:Ring {uid, ring, status, score, run, ...})`` with ``-[:HAS_MEMBER {role, score}]->`` its members,
``-[:HAS_ASSOCIATE]->`` weaker ties, ``-[:SHARES {reason}]->`` public infrastructure it touches (not suspected), and
``-[:SHOWN_BY {typology, strength}]->`` the records a typology rests on, as far as they are nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from graph.evidence import View
from graph.projection.masking import Cast
from graph.stores.base import Links

FINDINGS: Final = ("HAS_MEMBER", "HAS_ASSOCIATE", "SHARES", "SHOWN_BY")
"""Relations of findings; evidence has none of them."""

_COLUMNS: Final[Mapping[str, tuple[tuple[str, type[pl.String | pl.Float64]], ...]]] = {
    "HAS_MEMBER": (("role", pl.String), ("score", pl.Float64)),
    "HAS_ASSOCIATE": (),
    "SHARES": (("reason", pl.String),),
    "SHOWN_BY": (("typology", pl.String), ("strength", pl.Float64)),
}
_TEXTS: Final = ("first_seen", "last_seen", "change")
_COUNTS: Final = ("reports", "victims", "silent_victims")
_LISTS: Final = ("source_types", "countries")

_Said = Iterator[tuple[str, str, dict[str, object]]]
"""Relation, uid in the view, properties."""


def ring_frames(
    rings: Sequence[Mapping[str, object]], run: str | None, view: View, cast: Cast
) -> tuple[dict[str, pl.DataFrame], list[Links], int]:
    """Ring nodes, their links by relation and label, and how many members the graph does not hold."""
    if not rings:
        return {}, [], 0
    label_of = dict(zip(cast.uids.to_list(), cast.labels.to_list(), strict=True))
    node_of = dict(zip(view.entities["uid"].to_list(), cast.node_of.tolist(), strict=True))
    rows: dict[str, list[dict[str, object]]] = {rel: [] for rel in FINDINGS}
    nodes: list[Mapping[str, object]] = []
    missing = 0
    for ring in rings:
        uid = f"ring:{ring['ring']}"
        held: dict[tuple[str, str, str], dict[str, object]] = {}
        for rel, said, props in _said(ring):
            node = node_of.get(said)
            if node is None and (code := view.code(said)) is not None:  # merged into another one
                node = int(cast.node_of[code])
            name = said if node is None else str(cast.uids[node])
            if name in label_of:
                held[rel, name, str(props.get("typology"))] = props
            elif rel == "HAS_MEMBER":
                missing += 1
        nodes.append(_node(ring, uid, run, members=sum(rel == "HAS_MEMBER" for rel, _, _ in held)))
        for (rel, name, _), props in sorted(held.items(), key=lambda item: item[0]):
            rows[rel].append({"src": uid, "dst": name, "label": label_of[name]} | props)
    groups = [group for rel in FINDINGS for group in _groups(rel, rows[rel])]
    frame = pl.DataFrame(nodes, infer_schema_length=None).sort("uid")
    return {"Ring": frame.select(c for c in frame.columns if frame[c].null_count() < frame.height)}, groups, missing


def _said(ring: Mapping[str, object]) -> _Said:
    for member in _objects(ring.get("members")):
        role = str(member.get("role") or "unknown")
        yield "HAS_MEMBER", str(member["uid"]), {"role": role, "score": _number(member.get("score"))}
    for uid in _list(ring.get("associates")):
        yield "HAS_ASSOCIATE", str(uid), {}
    for bridge in _objects(ring.get("bridges")):
        yield "SHARES", str(bridge["uid"]), {"reason": str(bridge["reason"])}
    for hit in _objects(ring.get("typologies")):
        for record in _list(hit.get("records")):
            props = {"typology": str(hit["id"]), "strength": _number(hit.get("strength"))}
            yield "SHOWN_BY", str(record), props


def _node(ring: Mapping[str, object], uid: str, run: str | None, members: int) -> Mapping[str, object]:
    """Properties of a ring; ``degree`` is the number of members, as it was before rings had other links."""
    told = {name: None if ring.get(name) is None else str(ring[name]) for name in _TEXTS}
    counts = {name: None if ring.get(name) is None else int(_number(ring[name])) for name in _COUNTS}
    lists = {name: sorted(str(value) for value in _list(ring.get(name))) or None for name in _LISTS}
    return {
        "uid": uid,
        "ring": str(ring["ring"]),
        "status": str(ring["status"]),
        "score": _number(ring["score"]),
        "run": run,
        "degree": members,
        "typologies": sorted(str(hit["id"]) for hit in _objects(ring.get("typologies"))) or None,
    } | told | counts | lists  # fmt: skip


def _groups(rel: str, rows: Sequence[Mapping[str, object]]) -> list[Links]:
    schema = {"src": pl.String, "dst": pl.String, "label": pl.String} | dict(_COLUMNS[rel])
    frame = pl.DataFrame(rows, schema=schema)
    groups = [
        Links(rel, "Ring", str(label), part.drop("label"))
        for (label,), part in frame.partition_by("label", as_dict=True, maintain_order=True).items()
    ]
    return sorted(groups, key=lambda group: (-group.frame.height, group.dst_label))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) else 0.0
