"""A graph that was shown (``nodes, links``: a ring, a neighbourhood, a query's rows) for other libraries.

All three hold the same links, each with ``rel, n, since, until``; times are ISO 8601 texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    import igraph
    import networkx

LINKS: Final = {
    "src": pl.String,
    "rel": pl.String,
    "dst": pl.String,
    "n": pl.Int64,
    "since": pl.String,
    "until": pl.String,
}
"""Columns of the frame of links; ``n`` counts statements."""

ATTRIBUTES: Final = ("rel", "n", "since", "until")


def to_polars(graph: Mapping[str, Any]) -> pl.DataFrame:
    """Its links, one a row: columns of ``LINKS``."""
    return pl.DataFrame([{key: link[key] for key in LINKS} for link in graph["links"]], schema=LINKS)


def to_igraph(graph: Mapping[str, Any]) -> igraph.Graph:
    """A directed igraph graph; vertices have ``name`` (the uid) and ``label``."""
    import igraph

    index = {node["uid"]: n for n, node in enumerate(graph["nodes"])}
    made = igraph.Graph(n=len(index), directed=True)
    made.vs["name"] = list(index)
    made.vs["label"] = [node["label"] for node in graph["nodes"]]
    made.add_edges([(index[link["src"]], index[link["dst"]]) for link in graph["links"]])
    for key in ATTRIBUTES:
        made.es[key] = [link[key] for link in graph["links"]]
    return made


def to_networkx(graph: Mapping[str, Any]) -> networkx.MultiDiGraph[str]:
    """A networkx multigraph; nodes are uids with ``label``, the key of a link is its relation."""
    import networkx

    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in graph["nodes"]:
        made.add_node(node["uid"], label=node["label"])
    for link in graph["links"]:
        made.add_edge(link["src"], link["dst"], key=link["rel"], **{key: link[key] for key in ATTRIBUTES})
    return made
