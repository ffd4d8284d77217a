"""Everything a store holds, in a form in which two stores can be compared."""

from __future__ import annotations

import json

from graph.stores import Store

EVERYTHING = 10_000_000
PATIENCE = 300.0


def nodes_held(store: Store) -> list[str]:
    """Every node with all its properties, sorted."""
    table = store.run("MATCH (n:Entity) RETURN n AS n", limit=EVERYTHING, timeout=PATIENCE)
    return sorted(json.dumps(row[0], ensure_ascii=False, sort_keys=True) for row in table.rows)


def links_held(store: Store) -> list[str]:
    """Every link with its ends and all its properties, sorted."""
    query = "MATCH (a:Entity)-[r]->(b) RETURN a.uid AS a, r AS r, b.uid AS b"
    table = store.run(query, limit=EVERYTHING, timeout=PATIENCE)
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in table.rows)
