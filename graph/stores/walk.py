"""Walking a graph store: neighbourhoods, on every store by the same few queries.

Rings written back to the graph are findings, not evidence: nothing here goes through them. Hubs (more than
``hub_cap`` neighbours) are shown where they are met and not gone through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from graph.errors import NothingFound, UsageError
from graph.schema import RELATIONS
from graph.stores.asking import EVIDENCE, HUB_CAP, ask, by_label, links_among, nodes_of, whole
from graph.stores.base import Neighbourhood, Node, Reader

_AROUND = """
UNWIND $uids AS near
MATCH (a:{label} {{uid: near}})-[r{rels}]-(b)
WHERE b.uid <> near
RETURN b.uid AS uid, labels(b)[0] AS kind, coalesce(b.degree, 0) AS degree, sum(coalesce(r.n, 1)) AS weight
"""


def expand(
    store: Reader,
    uid: str,
    hops: int = 1,
    limit: int = 150,
    *,
    rels: Sequence[str] | None = None,
    hub_cap: int = HUB_CAP,
) -> Neighbourhood:
    """The neighbourhood of ``uid`` within ``hops`` steps: its ``limit`` heaviest nodes and all links among them.

    Weight is the number of statements on the links to what is already shown; nearer steps come first. ``total``
    counts every node that was met, so "N of M" can be said. ``cut`` are hubs that were not gone through.

    Raises:
        NothingFound: no node has this uid.
        UsageError: a relation in ``rels`` does not exist.
    """
    allowed = _relations(rels)
    start = nodes_of(store, [uid])
    if not start:
        raise NothingFound(f"{uid} is not in the graph.")
    shown: dict[str, Node] = {uid: start[0]}
    met = {uid}
    cut: dict[str, Node] = {}
    frontier = [uid]
    for hop in range(hops):
        weights: dict[str, int] = defaultdict(int)
        found: dict[str, Node] = {}
        for node, weight in _around(store, [shown[name] for name in frontier], allowed):
            if node.uid not in shown:
                weights[node.uid] += weight
                found[node.uid] = node
        met |= found.keys()
        ranked = sorted(found, key=lambda name: (-weights[name], name))[: max(0, limit - len(shown))]
        shown |= {name: found[name] for name in ranked}
        frontier = [name for name in ranked if found[name].degree <= hub_cap]
        if hop + 1 < hops:
            cut |= {name: found[name] for name in ranked if found[name].degree > hub_cap}
        if not frontier:
            break
    return Neighbourhood(
        nodes=tuple(shown.values()),
        links=tuple(links_among(store, shown.values(), allowed)),
        total=len(met),
        cut=tuple(cut[name] for name in sorted(cut)),
    )


def among(store: Reader, uids: Iterable[str]) -> Neighbourhood:
    """The nodes that have these uids, in the order of the uids, and the evidence links among them.

    A text that is no node's uid is left out.
    """
    found = {node.uid: node for node in nodes_of(store, uids)}
    nodes = tuple(found[uid] for uid in sorted(found))
    return Neighbourhood(nodes, tuple(links_among(store, nodes, EVIDENCE)), total=len(nodes), cut=())


def _relations(rels: Sequence[str] | None) -> list[str]:
    if rels is None:
        return EVIDENCE
    unknown = sorted(set(rels) - RELATIONS)
    if unknown:
        raise UsageError(f"No relation is called {', '.join(unknown)}.", "Relations: " + ", ".join(EVIDENCE))
    return sorted(set(rels) - {"HAS_MEMBER"})


def _around(store: Reader, nodes: Iterable[Node], rels: list[str]) -> list[tuple[Node, int]]:
    """Neighbours with the number of statements on the links to them; one that is met from several sides comes again."""
    return [
        (Node(str(row["uid"]), str(row["kind"]), whole(row["degree"])), whole(row["weight"]))
        for row in ask(store, _AROUND, by_label(store, nodes), {}, rels)
    ]
