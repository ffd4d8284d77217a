"""Two-mode data made one-mode: who came to the same meeting, stood in the same report, paid and was paid.

A meeting, a report or a transfer is no actor. It joins those it names, and weighs less the more it names: each pair of
``n`` actors gets 1/(n-1), so that everybody's weights sum to the number of events they shared (Newman 2001, "Scientific
collaboration networks II"). Plain projection would make a clique of every crowd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.schema import LABELS

EVENTS: Final = frozenset(
    label.name
    for label in LABELS.values()
    if label.name != "Victim" and (label.side == "support" or label.family == "content")
)
"""Labels that join actors without being one: records, transfers, demands, posts, pictures, scripts."""
CROWD: Final = 60
"""Actors of an event from which it says nothing of who knows whom."""


@dataclass(frozen=True, slots=True)
class Projected:
    """``links``: ``src, dst, number`` between actors. Counts of what was joined over and what was left out."""

    links: pl.DataFrame
    events: int = 0
    crowds: int = 0


def project(links: pl.DataFrame, nodes: pl.DataFrame) -> Projected:
    """Links between actors: their own, and those over events.

    ``links``: ``src, dst`` and, if the source gave a count, ``number`` (1 otherwise). ``nodes``: ``uid, label``. Where
    an event has senders and receivers (a transfer), links lead from those to these; elsewhere their direction says
    nothing. Selections without events, and those of events alone, are given back as they are.
    """
    number = pl.col("number").cast(pl.Float64).fill_null(1.0) if "number" in links.columns else pl.lit(1.0)
    rows = links.select("src", "dst", number.alias("number"))
    events = nodes.filter(pl.col("label").is_in(sorted(EVENTS)))["uid"].implode()
    from_event, to_event = pl.col("src").is_in(events), pl.col("dst").is_in(events)
    own = rows.filter(~from_event & ~to_event)
    ends = pl.concat(
        [
            rows.filter(~from_event & to_event).select(pl.col("dst").alias("event"), pl.col("src").alias("actor"),
                                                       pl.lit(value=True).alias("gives")),
            rows.filter(from_event & ~to_event).select(pl.col("src").alias("event"), pl.col("dst").alias("actor"),
                                                       pl.lit(value=False).alias("gives")),
        ]
    ).unique()  # fmt: skip
    joined = ends.with_columns(
        pl.col("actor").n_unique().over("event").alias("n"),
        (pl.col("gives").any() & ~pl.col("gives").all()).over("event").alias("flows"),
    )
    crowds = joined.filter(pl.col("n") > CROWD)["event"].n_unique()
    joined = joined.filter((pl.col("n") > 1) & (pl.col("n") <= CROWD))
    if not joined.height:
        return Projected(rows if not own.height else own, 0, crowds)
    pairs = joined.join(joined.select("event", pl.col("actor").alias("other"), pl.col("gives").alias("other_gives")),
                        on="event")  # fmt: skip
    flows = pl.col("flows") & pl.col("gives") & ~pl.col("other_gives") & (pl.col("actor") != pl.col("other"))
    sided = ~pl.col("flows") & (pl.col("actor") < pl.col("other"))
    # Two senders of one transfer are joined as well, once.
    beside = pl.col("flows") & (pl.col("gives") == pl.col("other_gives")) & (pl.col("actor") < pl.col("other"))
    over = (
        pairs.filter(flows | sided | beside)
        .unique(["event", "actor", "other"])
        .select(pl.col("actor").alias("src"), pl.col("other").alias("dst"), (1 / (pl.col("n") - 1)).alias("number"))
    )
    return Projected(pl.concat([own, over]), joined["event"].n_unique(), crowds)
