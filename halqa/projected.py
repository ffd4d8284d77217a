"""What the last projection did, kept beside the findings: ``runs/graph.json``. It can be deleted at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import StorageError
from graph.files import write_atomic

if TYPE_CHECKING:
    from graph.projection import Projection

FILE = "graph.json"


def report(made: Projection, store: str, seconds: float) -> dict[str, Any]:
    """The ``graph`` of ``halqa detect``, ``rebuild`` and ``status``.

    The counts are reconciled: ``nodes.total`` is ``entities - merged`` and the findings (rings, scripts);
    ``statements`` is the sum of the ``n`` of all evidence links and ``self_links``.
    """
    shown = made.snapshot
    return {
        "mode": made.mode,
        "store": store,
        "snapshot": shown.name,
        "head": shown.head,
        "run": shown.run,
        "as_of": shown.as_of,
        "nodes": {"total": shown.nodes, **made.nodes.to_json()},
        "links": {"total": shown.links, **made.links.to_json()},
        "entities": made.entities,
        "merged": made.merged,
        "masked": made.masked,
        "statements": made.statements,
        "self_links": made.self_links,
        "values_dropped": made.values_dropped,
        "ring_members_missing": made.ring_members_missing,
        "seconds": round(seconds, 3),
    }


def keep(folder: Path, told: Mapping[str, Any]) -> None:
    """Remember what was done; a disk that is full of something else does not undo a graph."""
    with suppress(StorageError):
        write_atomic(folder / FILE, json.dumps(told, sort_keys=True).encode())


def last(folder: Path) -> dict[str, Any] | None:
    """What the last projection did; None when nobody remembers."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def in_words(told: Mapping[str, Any]) -> str:
    """One line for people."""
    nodes, links = told["nodes"], told["links"]
    total = f"{nodes['total']:,} nodes and {links['total']:,} links"
    if told["mode"] == "full":
        return f"Graph written: {total} ({told['seconds']:.1f} s)."
    parts = [
        f"{nodes[kind]:,} nodes and {links[kind]:,} links {kind}"
        for kind in ("added", "changed", "removed")
        if nodes[kind] or links[kind]
    ]
    return f"Graph brought up to date: {', '.join(parts) or 'nothing to change'}; {total} ({told['seconds']:.1f} s)."
