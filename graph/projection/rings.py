"""Findings written back: ``(:Ring {uid, ring, status, score, run})-[:HAS_MEMBER {role, score}]->()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from graph.evidence import View
from graph.projection.masking import Cast
from graph.stores.base import Links


def ring_frames(
    rings: Sequence[Mapping[str, object]], run: str | None, view: View, cast: Cast
) -> tuple[dict[str, pl.DataFrame], list[Links], int]:
    """Ring nodes, their member links by label, and how many members the graph does not hold."""
    if not rings:
        return {}, [], 0
    label_of = dict(zip(cast.uids.to_list(), cast.labels.to_list(), strict=True))
    links: list[dict[str, object]] = []
    nodes: list[dict[str, object]] = []
    missing = 0
    for ring in rings:
        uid = f"ring:{ring['ring']}"
        members = [member for member in _list(ring.get("members")) if isinstance(member, Mapping)]
        held = {}
        for member in members:
            code = view.code(str(member["uid"]))
            name = str(member["uid"]) if code is None else str(cast.uids[int(cast.node_of[code])])
            if name in label_of:
                held[name] = member
            else:
                missing += 1
        nodes.append(
            {
                "uid": uid,
                "ring": str(ring["ring"]),
                "status": str(ring["status"]),
                "score": _number(ring["score"]),
                "run": run,
                "degree": len(held),
            }
        )
        links += [
            {
                "src": uid,
                "dst": name,
                "label": label_of[name],
                "role": str(member.get("role") or "unknown"),
                "score": _number(member.get("score")),
            }
            for name, member in sorted(held.items())
        ]
    schema = {"src": pl.String, "dst": pl.String, "label": pl.String, "role": pl.String, "score": pl.Float64}
    frame = pl.DataFrame(links, schema=schema)
    groups = [
        Links("HAS_MEMBER", "Ring", str(label), part.drop("label"))
        for (label,), part in frame.partition_by("label", as_dict=True, maintain_order=True).items()
    ]
    groups.sort(key=lambda group: (-group.frame.height, group.dst_label))
    return {"Ring": pl.DataFrame(nodes, infer_schema_length=None).sort("uid")}, groups, missing


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) else 0.0
