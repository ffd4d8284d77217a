"""From node and link frames to what a store shows: by the difference where it is known and small, else whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from graph.errors import StorageError, StoreError, StoreUnavailable
from graph.projection.difference import Tally, change_of, difference
from graph.projection.prints import Prints, drop_others, keep_prints, prints_of, read_prints
from graph.stores.base import Links, Snapshot, Store

LAYOUT = 2
"""Raised when nodes or links get other properties: a graph of another layout is projected again."""

Mode = Literal["full", "incremental"]

_Nodes = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown now, and what was done for it."""

    snapshot: Snapshot
    mode: Mode
    nodes: Tally
    links: Tally


def show(
    store: Store, snapshot: Snapshot, nodes: _Nodes, groups: Sequence[Links], folder: Path | None, *, anew: bool
) -> Shown:
    """Bring the store from what it shows to this snapshot, which has no name yet.

    Args:
        folder: where the prints of what is shown lie; None where nobody keeps them.
        anew: write everything, whatever is shown.

    Raises:
        StoreError: the store refused something; the graph that was shown stays.
    """
    if folder is None:
        return _whole(store, snapshot, nodes, groups)
    new = prints_of(nodes, groups)
    snapshot = replace(snapshot, digest=new.digest())
    # They lie there before the snapshot is shown: whoever is killed in between leaves a file too many, not one too few.
    with suppress(StorageError):  # prints that cannot be written only cost time
        keep_prints(folder, new, snapshot.digest)
    before = None if anew else shown_by(store)
    old = read_prints(folder, before.digest) if before is not None and before.layout == LAYOUT else None
    made = _updated(store, snapshot, nodes, groups, old, new) or _whole(store, snapshot, nodes, groups)
    drop_others(folder, snapshot.digest)
    return made


def shown_by(store: Store) -> Snapshot | None:
    """What the store shows; None when it shows nothing, or nothing that can be read: a projection mends that."""
    try:
        return store.current()
    except StoreUnavailable:
        raise
    except StoreError:
        return None


def _updated(
    store: Store, snapshot: Snapshot, nodes: _Nodes, groups: Sequence[Links], old: Prints | None, new: Prints
) -> Shown | None:
    """The snapshot made by the difference alone; None when it is better, or necessary, to write everything."""
    if old is None:
        return None
    found = difference(old, new)
    if found.rows() > min(store.most_changes, (snapshot.nodes + snapshot.links) // 3):
        return None
    try:
        return Shown(store.update(change_of(found, nodes, groups), snapshot), "incremental", *found.tallies())
    except StoreUnavailable:
        raise
    except StoreError:  # somebody changed the graph by hand, or the store takes the whole only
        return None


def _whole(store: Store, snapshot: Snapshot, nodes: _Nodes, groups: Sequence[Links]) -> Shown:
    name = store.snapshot()
    try:
        held = store.load(name, nodes, groups)
        if held != (snapshot.nodes, snapshot.links):
            raise StoreError(
                f"The graph store holds {held[0]:,} nodes and {held[1]:,} links, not {snapshot.nodes:,} and "
                f"{snapshot.links:,}.",
                "The graph shown before is unchanged.",
            )
        made = replace(snapshot, name=name)
        store.swap(made)
    except BaseException:
        # A server that just died cannot tidy up either; the next projection does.
        with suppress(StoreError):
            store.discard(name)
        raise
    return Shown(made, "full", Tally(added=made.nodes), Tally(added=made.links))
