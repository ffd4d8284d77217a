"""Where nodes of a large picture go, worked out here because a browser would stand still over it.

Below ``IN_BROWSER`` nodes the canvas lays itself out (fcose). Above it positions come from Fruchterman-Reingold,
started from a circle in uid order, so the same picture always looks the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection
from typing import Any, Final

import igraph

IN_BROWSER: Final = 500
"""Most nodes the browser lays out."""
_SPACING: Final = 60.0
_ROUNDS: Final = 300


def placed(nodes: Collection[dict[str, Any]], links: Collection[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes with ``x`` and ``y`` (canvas units) when there are too many for the browser, else as they are."""
    rows = list(nodes)
    if len(rows) <= IN_BROWSER:
        return rows
    order = {uid: at for at, uid in enumerate(sorted(str(node["uid"]) for node in rows))}
    pairs = sorted({tuple(sorted((order[str(link["src"])], order[str(link["dst"])]))) for link in links})
    graph = igraph.Graph(n=len(order), edges=[pair for pair in pairs if pair[0] != pair[1]])
    turn = 2 * math.pi / len(order)
    start = [(math.cos(turn * at) * len(order) / 6, math.sin(turn * at) * len(order) / 6) for at in range(len(order))]
    igraph.set_random_number_generator(random.Random(len(order)))
    try:
        found = graph.layout_fruchterman_reingold(niter=_ROUNDS, seed=start, grid="nogrid")
    finally:
        igraph.set_random_number_generator(random)
    return [
        node | {"x": round(found[at][0] * _SPACING, 1), "y": round(found[at][1] * _SPACING, 1)}
        for node in rows
        for at in (order[str(node["uid"])],)
    ]
