"""Evidence to graph: a view becomes typed node and link frames, and those a new snapshot of a store.

The graph can be thrown away and projected again; nothing is decided here. What is counted in the evidence is
counted again in the store before the snapshot is shown. Where the prints of the snapshot that is shown were kept, only
what differs is written; the graph is the same one that writing everything would make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from graph.errors import StoreError
from graph.evidence import View
from graph.projection.described import described
from graph.projection.difference import Tally
from graph.projection.links import link_groups
from graph.projection.masking import Mask, cast_of, show_all
from graph.projection.nodes import ISO, node_frames
from graph.projection.rings import ring_frames
from graph.projection.scripts import script_frames
from graph.projection.showing import LAYOUT, Mode, show, shown_by
from graph.stores.base import Links, Snapshot, Store

__all__ = ["LAYOUT", "Mask", "Projection", "Tally", "project", "show_all", "shown_by"]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a projection made, and where the difference between evidence and graph went."""

    snapshot: Snapshot
    entities: int
    """Entities of the view."""
    masked: int
    """Entities shown under a victim's pseudonym."""
    merged: int
    """Entities that share a node with another one because both are one masked person."""
    statements: int
    """Links the evidence states; each is counted in the ``n`` of one link or is in ``self_links``."""
    self_links: int
    """Statements whose two ends are one masked person."""
    values_dropped: int
    """Property values left out because they hold what is masked."""
    ring_members_missing: int
    """Ring members that are not in the view."""
    mode: Mode
    """Whether everything was written, or only what differs from the snapshot shown before."""
    nodes: Tally
    """What was done to nodes; all are ``added`` where everything was written."""
    links: Tally


def project(
    view: View,
    store: Store,
    *,
    run: str | None = None,
    rings: Sequence[Mapping[str, object]] = (),
    scripts: Sequence[Mapping[str, object]] = (),
    mask: Mask = show_all,
    prints: Path | None = None,
    anew: bool = False,
) -> Projection:
    """Make the graph of the evidence and of the rings of a run, and show it.

    Args:
        view: the evidence to show.
        store: where to.
        run: the run the rings come from.
        rings: rings as JSON objects (``ring``, ``status``, ``score``, ``members[uid, role, score]``).
        scripts: texts that several reports tell (:func:`graph.projection.scripts.script_frames`).
        mask: uid to shown uid; who is masked appears as a ``Victim`` and nothing more.
        prints: folder for the prints of what is shown; without it everything is written anew.
        anew: write everything all the same: what the store holds may be damaged.

    Raises:
        StoreError: the store refused something, or does not hold what the evidence does; the graph that was shown
            stays.
        UsageError: the mask gives something else than pseudonyms.
    """
    cast = cast_of(view, mask)
    groups, degrees, self_links = link_groups(view, cast)
    nodes, dropped = node_frames(view, cast, degrees)
    held = sum(frame.height for frame in nodes.values())
    counted = sum(int(group.frame["n"].sum()) for group in groups)
    ring_nodes, ring_links, missing = ring_frames(rings, run, view, cast)
    nodes |= ring_nodes
    groups += ring_links
    script_nodes, script_links = script_frames(scripts, view, cast)
    for label, frame in script_nodes.items():
        nodes[label] = pl.concat([nodes[label], frame], how="diagonal_relaxed") if label in nodes else frame
    groups += script_links
    statements = view.links.height
    if counted + self_links != statements:
        raise StoreError(
            f"The evidence states {statements:,} links, the projection counts {counted + self_links:,}.",
            "The graph shown before is unchanged. Please report this.",
        )
    shown = show(store, _described(view, run, nodes, groups), nodes, groups, prints, anew=anew)
    return Projection(
        snapshot=shown.snapshot,
        entities=view.entities.height,
        masked=cast.masked,
        merged=view.entities.height - held,
        statements=statements,
        self_links=self_links,
        values_dropped=dropped,
        ring_members_missing=missing,
        mode=shown.mode,
        nodes=shown.nodes,
        links=shown.links,
    )


def _described(view: View, run: str | None, nodes: Mapping[str, pl.DataFrame], groups: Sequence[Links]) -> Snapshot:
    """The snapshot, which has no name yet."""
    counts: dict[str, int] = {label: frame.height for label, frame in sorted(nodes.items())}
    n_nodes = sum(counts.values())
    for group in groups:
        counts[group.rel] = counts.get(group.rel, 0) + group.frame.height
    n_links = sum(group.frame.height for group in groups)
    as_of = None if view.as_of is None else view.as_of.strftime(ISO)
    return Snapshot("", view.head, run, as_of, n_nodes, n_links, counts, described(nodes, groups), LAYOUT)
