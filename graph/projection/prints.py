"""What a snapshot holds, as one number a node and one a pair of linked nodes: enough to see what another one changes.

A print is the wrapping sum of the hashes of a row's properties, each seeded with its name and type: a property that
nobody has any more, or a column that is new, changes nobody else's. Parallel links are printed together. The file is
named by the digest of what it says, which the snapshot carries too: a file that belongs to another graph, or to
another version of what made it, is never found.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Final

import polars as pl

from graph.errors import StoreError
from graph.files import remove_drafts, write_atomic
from graph.stores.base import Links

VERSION: Final = 1

_NODES: Final[dict[str, type[pl.DataType]]] = {"uid": pl.String, "label": pl.String, "print": pl.UInt64}
_LINKS: Final[dict[str, type[pl.DataType]]] = {
    "rel": pl.String, "src": pl.UInt32, "dst": pl.UInt32, "n": pl.UInt32, "print": pl.UInt64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prints:
    """``nodes`` by uid (``uid, label, print``), ``links`` by relation, source and target (``rel, src, dst, n, print``,
    the ends as rows of ``nodes``, ``n`` parallel links together)."""

    nodes: pl.DataFrame
    links: pl.DataFrame

    def digest(self) -> str:
        """SHA-256 of all of it, of the layout of the file and of the library that hashes: 24 hexadecimal digits."""
        made = hashlib.sha256(f"{VERSION} {pl.__version__}".encode())
        for frame in (self.nodes, self.links):
            for column in frame.iter_columns():
                texts = column.dtype == pl.String
                made.update("\0".join(column.to_list()).encode() if texts else column.to_numpy().tobytes())
        return made.hexdigest()[:24]


def prints_of(nodes: Mapping[str, pl.DataFrame], groups: Sequence[Links]) -> Prints:
    """The prints of a snapshot.

    Raises:
        StoreError: a uid is there twice, or a link has an end that is not.
    """
    told = [
        frame.select("uid", pl.lit(label).alias("label"), _print(frame, ("uid",)).alias("print"))
        for label, frame in nodes.items()
    ]
    known = pl.concat([pl.DataFrame(schema=_NODES), *told]).sort("uid")
    if known["uid"].n_unique() != known.height:
        raise StoreError("Two nodes of the graph have one uid.", "The graph shown before is unchanged.")
    ends = {"rel": pl.String, "src": pl.String, "dst": pl.String, "print": pl.UInt64}
    stated = pl.concat(
        [
            pl.DataFrame(schema=ends),
            *(
                group.frame.select(
                    pl.lit(group.rel).alias("rel"), "src", "dst", _print(group.frame, ("src", "dst")).alias("print")
                )
                for group in groups
            ),
        ]
    )
    # All at once: a list of all uids is dear to look things up in the first time.
    names = pl.Enum(known["uid"])
    pairs = stated.with_columns(
        pl.col(end).cast(names, strict=False).to_physical().cast(pl.UInt32) for end in ("src", "dst")
    )
    if pairs["src"].null_count() or pairs["dst"].null_count():
        raise StoreError("A link has an end that the graph has not.", "The graph shown before is unchanged.")
    counted = pairs.group_by("rel", "src", "dst").agg(pl.len().cast(pl.UInt32).alias("n"), pl.col("print").sum())
    return Prints(known, counted.sort("rel", "src", "dst"))


def _print(frame: pl.DataFrame, without: Sequence[str]) -> pl.Expr:
    parts = [
        pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(_seed(name, dtype))).otherwise(pl.lit(0, pl.UInt64))
        for name, dtype in frame.schema.items()
        if name not in without
    ]
    return reduce(add, parts, pl.lit(0, pl.UInt64))


def _seed(name: str, dtype: pl.DataType) -> int:
    return int.from_bytes(hashlib.sha256(f"{name} {dtype}".encode()).digest()[:8], "big")


# --- kept beside the views


def read_prints(folder: Path, digest: str) -> Prints | None:
    """Prints of the snapshot with this digest; None when they are not there, or are not what they were."""
    try:
        both = pl.read_ipc(_file(folder, digest).read_bytes())
        nodes = both.filter(pl.col("rel").is_null()).select(pl.col(k).cast(t) for k, t in _NODES.items())
        links = both.filter(pl.col("rel").is_not_null()).select(pl.col(k).cast(t) for k, t in _LINKS.items())
    except (OSError, pl.exceptions.PolarsError):
        return None
    found = Prints(nodes, links)
    return found if found.digest() == digest else None


def keep_prints(folder: Path, prints: Prints, digest: str) -> None:
    """Write the prints, whole or not at all."""
    held = io.BytesIO()
    pl.concat([prints.nodes, prints.links], how="diagonal").write_ipc(held, compression="zstd")
    write_atomic(_file(folder, digest), held.getvalue())


def drop_others(folder: Path, digest: str) -> None:
    """Remove the prints of snapshots that are no longer shown, and what a killed projection left."""
    remove_drafts(folder)
    for path in folder.glob("*.arrow"):
        if path != _file(folder, digest):
            path.unlink(missing_ok=True)


def _file(folder: Path, digest: str) -> Path:
    return folder / f"{digest or 'none'}.arrow"
