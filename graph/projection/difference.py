"""From the graph that is shown to the one that should be: what is new, changed and gone.

A link has no name of its own, so links are compared by relation and pair of nodes: where anything differs between the
links of a pair, all of them go and all of them are made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from graph.projection.prints import Prints
from graph.stores.base import Change, Links


@dataclass(frozen=True, slots=True)
class Tally:
    """How many nodes, or links, were ``added``, ``changed`` and ``removed``."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def to_json(self) -> dict[str, int]:
        return {"added": self.added, "changed": self.changed, "removed": self.removed}


@dataclass(frozen=True, slots=True)
class Difference:
    """What two prints differ in, uids spelt out."""

    nodes: pl.DataFrame
    """``uid, label, was`` of every node that differs: its label in the new graph (null: gone) and in the old one
    (null: new). A node whose label changed is made anew."""
    links: pl.DataFrame
    """``rel, src, dst, src_was, dst_was, n, had``: pairs whose links differ, labels of the ends in the old graph, and
    the number of links in the new and the old one (0: none)."""

    def tallies(self) -> tuple[Tally, Tally]:
        """Of nodes and of links."""
        node = self.nodes.select(
            (pl.col("was").is_null()).sum().alias("added"),
            (pl.col("was").is_not_null() & pl.col("label").is_not_null()).sum().alias("changed"),
            (pl.col("label").is_null()).sum().alias("removed"),
        ).row(0)
        both = pl.min_horizontal("n", "had")
        link = self.links.select(
            (pl.col("n") - both).sum().alias("added"),
            both.sum().alias("changed"),
            (pl.col("had") - both).sum().alias("removed"),
        ).row(0)
        return Tally(*(int(n or 0) for n in node)), Tally(*(int(n or 0) for n in link))

    def rows(self) -> int:
        """How many nodes and links a store has to touch."""
        return self.nodes.height + int(self.links["n"].sum()) + int(self.links["had"].sum())


def difference(old: Prints, new: Prints) -> Difference:
    """What has to be done to get from ``old`` to ``new``."""
    nodes = (
        old.nodes.with_row_index("old")
        .rename({"label": "was", "print": "printed"})
        .join(new.nodes.with_row_index("new"), on="uid", how="full", coalesce=True)
        .sort("uid")
    )
    relabelled = (nodes["label"] != nodes["was"]).fill_null(value=False)
    pairs = (
        _numbered(old, nodes["old"])
        .rename({"n": "had", "print": "printed"})
        .join(_numbered(new, nodes["new"]), on=["rel", "src", "dst"], how="full", coalesce=True)
    )
    # A node that is made anew takes its links with it.
    uprooted = relabelled.gather(pairs["src"]) | relabelled.gather(pairs["dst"])
    pairs = pairs.filter(pl.col("print").ne_missing(pl.col("printed")) | uprooted).sort("rel", "src", "dst")
    links = pairs.select(
        "rel",
        nodes["uid"].gather(pairs["src"]).alias("src"),
        nodes["uid"].gather(pairs["dst"]).alias("dst"),
        nodes["was"].gather(pairs["src"]).alias("src_was"),
        nodes["was"].gather(pairs["dst"]).alias("dst_was"),
        pl.col("n").fill_null(0).cast(pl.Int64),
        pl.col("had").fill_null(0).cast(pl.Int64),
    )
    touched = nodes.filter(pl.col("print").ne_missing(pl.col("printed")) | relabelled)
    return Difference(touched.select("uid", "label", "was"), links)


def _numbered(prints: Prints, rows: pl.Series) -> pl.DataFrame:
    """The links with their ends as positions in the list of all nodes, where ``rows`` are those of these prints."""
    at = pl.DataFrame({"row": rows}).with_row_index("at").drop_nulls("row").sort("row")["at"]
    return prints.links.with_columns(
        at.gather(prints.links["src"]).alias("src"), at.gather(prints.links["dst"]).alias("dst")
    )


def change_of(found: Difference, nodes: Mapping[str, pl.DataFrame], groups: Sequence[Links]) -> Change:
    """What a store has to do, in the rows of the new graph."""
    made = found.nodes.filter(pl.col("label").is_not_null() & pl.col("was").ne_missing(pl.col("label")))
    kept = found.nodes.filter(pl.col("was").eq_missing(pl.col("label")))
    gone = found.nodes.filter(pl.col("was").is_not_null() & pl.col("was").ne_missing(pl.col("label")))
    lost = found.links.filter(pl.col("had") > 0).drop("n").rename({"had": "n"})
    new = found.links.filter(pl.col("n") > 0).select("rel", "src", "dst")
    return Change(
        nodes_gone=_by_label(gone.select("uid", pl.col("was").alias("label"))),
        nodes_changed=_rows(nodes, kept["uid"]),
        nodes_new=_rows(nodes, made["uid"]),
        links_gone=[
            Links(str(rel), str(src), str(dst), part.drop("rel", "src_was", "dst_was"))
            for (rel, src, dst), part in lost.partition_by(
                "rel", "src_was", "dst_was", as_dict=True, maintain_order=True
            ).items()
        ],
        links_new=_links(groups, new),
    )


def _by_label(uids: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = uids.partition_by("label", as_dict=True, maintain_order=True)
    return {str(label): part.select("uid") for (label,), part in sorted(parts.items())}


def _rows(nodes: Mapping[str, pl.DataFrame], uids: pl.Series) -> dict[str, pl.DataFrame]:
    wanted = uids.implode()
    found = {label: frame.filter(pl.col("uid").is_in(wanted)) for label, frame in nodes.items()}
    return {label: frame for label, frame in sorted(found.items()) if frame.height}


def _links(groups: Sequence[Links], pairs: pl.DataFrame) -> list[Links]:
    by_rel = {str(rel): part for (rel,), part in pairs.partition_by("rel", as_dict=True).items()}
    made = []
    for group in groups:
        if (part := by_rel.get(group.rel)) is not None:
            # Order matters: parallel links come in the order of a full projection.
            frame = group.frame.join(part.select("src", "dst"), on=["src", "dst"], how="semi", maintain_order="left")
            if frame.height:
                made.append(Links(group.rel, group.src_label, group.dst_label, frame))
    return made
