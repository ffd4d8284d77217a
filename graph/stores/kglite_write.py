"""What is written into a kglite graph: frames in bulk, and the difference to the next graph."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl

from graph.errors import StoreError
from graph.stores.base import EVERY, Change, Links


def expect(what: str, wanted: int, got: int) -> None:
    """Errors: StoreError when the store took something else than it was given."""
    if got != wanted:
        raise StoreError(f"The graph store took {got:,} of {wanted:,} {what}.", "The graph shown before is unchanged.")


def add_nodes(graph: Any, nodes: Mapping[str, pl.DataFrame]) -> None:
    """Nodes the graph does not hold yet."""
    for label, frame in nodes.items():
        if frame.height:
            report = graph.add_nodes(_pandas(frame), label, "uid", labels=[EVERY])
            expect(label, frame.height, report["nodes_created"])


def add_links(graph: Any, group: Links, *, first: bool) -> int:
    """Load one group. Only the first load of a relation from a label keeps parallel links apart (kglite 0.21)."""
    if not group.frame.height:
        return 0
    if first or group.frame.select("src", "dst").is_unique().all():
        report = graph.add_relationships(
            _pandas(group.frame), group.rel, group.src_label, "src", group.dst_label, "dst"
        )
        created = int(report["connections_created"])
    else:
        created = _create_links(graph, group)
    expect(f"{group.rel} links", group.frame.height, created)
    return created


def apply(graph: Any, change: Change) -> None:
    """Make a difference. Errors: StoreError when the graph is not what it was thought to be."""
    for group in change.links_gone:
        query = f"UNWIND $rows AS row {_ends(group)} MATCH (a)-[r:{group.rel}]->(b) DELETE r"
        graph.cypher(query, params={"rows": group.frame.select("src", "dst").to_dicts()})
        gone = int(graph.last_mutation_stats["relationships_deleted"])
        expect(f"{group.rel} links that go", int(group.frame["n"].sum()), gone)
    for label, frame in change.nodes_gone.items():
        # Without DETACH: a link that nobody knew of is a graph that is not what it was thought to be.
        query = f"UNWIND $rows AS row MATCH (n:{label} {{uid: row.uid}}) DELETE n"
        graph.cypher(query, params={"rows": frame.select("uid").to_dicts()})
        expect(f"{label} nodes that go", frame.height, int(graph.last_mutation_stats["nodes_deleted"]))
    with warnings.catch_warnings(action="error", category=UserWarning):
        try:
            for label, frame in change.nodes_changed.items():
                report = graph.add_nodes(_pandas(frame), label, "uid", labels=[EVERY], conflict_handling="replace")
                expect(f"{label} nodes that change", frame.height, report["nodes_updated"])
            add_nodes(graph, change.nodes_new)
        except UserWarning as warning:  # a property that was a number is a text now
            raise StoreError(str(warning), "The graph shown before is unchanged.") from warning
    for group in change.links_new:
        expect(f"{group.rel} links", group.frame.height, _create_links(graph, group))


def _create_links(graph: Any, group: Links) -> int:
    rows = [
        {"src": row.pop("src"), "dst": row.pop("dst"), "props": {k: v for k, v in row.items() if v is not None}}
        for row in group.frame.to_dicts()
    ]
    query = f"UNWIND $rows AS row {_ends(group)} CREATE (a)-[r:{group.rel}]->(b) SET r += row.props"
    graph.cypher(query, params={"rows": rows})
    return int(graph.last_mutation_stats["relationships_created"])


def _ends(group: Links) -> str:
    return f"MATCH (a:{group.src_label} {{uid: row.src}}) MATCH (b:{group.dst_label} {{uid: row.dst}})"


def _pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """As kglite wants it: integers stay integers beside nulls, texts and lists are objects."""
    return pd.DataFrame({column.name: _column(column) for column in frame.iter_columns()})


def _column(column: pl.Series) -> Any:
    if column.dtype.is_integer() and column.null_count():
        return pd.array(column.to_list(), dtype="Int64")
    if column.dtype == pl.Boolean and column.null_count():
        return pd.array(column.to_list(), dtype="boolean")
    if column.dtype == pl.String or isinstance(column.dtype, pl.List):
        return pd.Series(column.to_list(), dtype=object)
    return column.to_numpy()
