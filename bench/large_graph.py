"""A graph of any size with the shape of a real one, as the frames a projection hands to a store.

Degrees have a heavy tail (a few lines call tens of thousands, most call a handful), several labels, daily parallel
calls, and the properties a projected node or link has. Nothing in it is somebody's: uids are numbers in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.stores.base import Links

SHARES: Final[Mapping[str, tuple[str, float]]] = {
    "Phone": ("phone:e164:+999", 0.50),
    "Account": ("acct:bench:h:a", 0.12),
    "Transfer": ("tx:bench:t", 0.15),
    "Report": ("report:bench:r", 0.12),
    "BankAccount": ("bank:raw:b", 0.05),
    "Wallet": ("wallet:bench:+999", 0.04),
    "Device": ("dev:imei:d", 0.02),
}
"""Label -> how its uids begin, and its share of the nodes."""

RELATIONS: Final = (
    ("CALLED", "Phone", "Phone", 0.62),
    ("MENTIONS", "Report", "Phone", 0.08),
    ("MENTIONS", "Report", "Account", 0.06),
    ("MENTIONS", "Report", "BankAccount", 0.03),
    ("SENT", "Phone", "Transfer", 0.05),
    ("RECEIVED", "Transfer", "BankAccount", 0.03),
    ("RECEIVED", "Transfer", "Wallet", 0.02),
    ("SEEN_AT", "Device", "Phone", 0.05),
    ("USES", "Account", "Phone", 0.06),
)
"""Relation, labels of its ends, and its share of the links."""

TAIL: Final = 1.3
"""Exponent of the weights (Pareto): smaller is heavier."""

HEAVIEST: Final = 3_000
"""Weight of the heaviest over the lightest: some thousand times the neighbours, whatever the size of the graph."""

DAY: Final = 86_400
START: Final = 1_717_200_000
"""2024-06-01, in seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a store is filled with."""

    nodes: dict[str, pl.DataFrame]
    links: list[Links]

    @property
    def size(self) -> tuple[int, int]:
        """Number of nodes and of links."""
        return sum(f.height for f in self.nodes.values()), sum(group.frame.height for group in self.links)


def make(nodes: int, links: int, *, seed: int = 1) -> Made:
    """A graph of about ``nodes`` nodes and ``links`` links; the same for the same numbers and seed."""
    chance = np.random.default_rng(seed)
    uids = {label: _uids(prefix, round(nodes * share)) for label, (prefix, share) in SHARES.items()}
    weights = {label: _weights(chance, len(column)) for label, column in uids.items()}
    groups = [
        Links(rel, src, dst, _links(chance, rel, (uids[src], uids[dst]), (weights[src], weights[dst]), links * share))
        for rel, src, dst, share in RELATIONS
    ]
    degrees = _degrees(groups)
    frames = {label: _nodes(chance, column, degrees) for label, column in uids.items()}
    return Made(frames, groups)


def _uids(prefix: str, n: int) -> pl.Series:
    return pl.Series("uid", np.arange(n)).cast(pl.String).str.zfill(8).str.replace("^", prefix).alias("uid")


def _weights(chance: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    drawn = np.minimum(chance.pareto(TAIL, n) + 1.0, HEAVIEST)
    reach = np.cumsum(drawn)
    return np.asarray(reach / reach[-1])


def _links(
    chance: np.random.Generator,
    rel: str,
    uids: tuple[pl.Series, pl.Series],
    reach: tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]],
    wanted: float,
) -> pl.DataFrame:
    n = round(wanted)
    src, dst = (np.searchsorted(cumulated, chance.random(n)) for cumulated in reach)
    at = START + chance.integers(0, 180 * DAY, n)
    frame = pl.DataFrame(
        {
            "src": uids[0].gather(pl.Series(src)),
            "dst": uids[1].gather(pl.Series(dst)),
            "n": chance.geometric(0.5, n),
            "first_s": at,
            "last_s": at + chance.integers(0, 3_600, n),
            "record": pl.Series(chance.integers(0, max(n // 2, 1), n)),
        }
    ).filter(pl.col("src") != pl.col("dst"))
    key = ["src", "dst", "first_s"] if rel == "CALLED" else ["src", "dst"]  # calls are daily, all else is merged
    times = (pl.from_epoch(f"{which}_s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(which) for which in ("first", "last"))
    records = pl.concat_list(pl.format("bench:{}", "record")).alias("records")
    return frame.unique(key, keep="first", maintain_order=True).sort(key).with_columns(*times, records).drop("record")


def _degrees(groups: list[Links]) -> pl.DataFrame:
    """``uid, degree``: distinct neighbours, as a projection counts them."""
    ends = pl.concat([group.frame.select("src", "dst") for group in groups])
    both = pl.concat([ends, ends.select(pl.col("dst").alias("src"), pl.col("src").alias("dst"))])
    return both.unique().group_by("src").agg(pl.len().cast(pl.Int64).alias("degree")).rename({"src": "uid"})


def _nodes(chance: np.random.Generator, uids: pl.Series, degrees: pl.DataFrame) -> pl.DataFrame:
    n = len(uids)
    first = START + chance.integers(0, 90 * DAY, n)
    return (
        pl.DataFrame({"uid": uids, "first_s": first, "last_s": first + 90 * DAY, "n_records": chance.integers(1, 9, n)})
        .with_columns(
            pl.from_epoch("first_s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("first_seen"),
            pl.from_epoch("last_s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("last_seen"),
            source_types=pl.lit("report"),
        )
        .join(degrees, on="uid", how="left", maintain_order="left")
        .with_columns(pl.col("degree").fill_null(0))
    )
