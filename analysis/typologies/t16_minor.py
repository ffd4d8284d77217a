"""T16: a report about a child that crosses a border (sextortion tip): a clock, and who must see it first.

Such reports lie in the compartment of minors, which the analysis of rings never opens (law 4). So :func:`detect` finds
nothing, by law: no ring gains a member, a point or a reason from them. :func:`tips` is the pattern itself. It reads a
view of the minors' compartment alone, draws no network and joins nobody; of the rings it is given keyed digests of
their identifiers, and says only that one is the same. What it returns is for the minors' unit and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import polars as pl

from analysis.params import Params
from analysis.typologies.base import Context, hits
from graph.errors import UsageError
from graph.evidence import View
from graph.schema import LABELS, UTC_TIME

CODE: Final = "t16_minor_tip"
DOUBTS: Final[Mapping[str, str]] = {
    "possible_proxy": "address_of_a_proxy",
    "compromised": "account_taken_over",
    "third_party": "third_party_user",
}
"""What a platform says that speaks against the account's holder, and the word for it."""
_YES: Final = ("true", "yes", "1")
TIPS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "report": pl.UInt32,
    "received_at": UTC_TIME,
    "due_at": UTC_TIME,
    "overdue": pl.Boolean,
    "priority": pl.Int32,
    "sextortion": pl.Boolean,
    "here": pl.Boolean,
    "shared": pl.List(pl.String),
    "doubts": pl.List(pl.String),
    "identifiers": pl.List(pl.UInt32),
}


def detect(context: Context) -> pl.DataFrame:
    """No hit: rings are found in the general compartment, where there is no such report."""
    del context
    return hits(CODE, ())


def tips(
    view: View, known: Mapping[str, str], digest: Callable[[str], str], now: datetime, params: Params | None = None
) -> pl.DataFrame:
    """Reports about children, the most urgent first: columns of ``TIPS``.

    ``known`` maps digests of the identifiers of open rings to the ring's name; ``digest`` makes one of a uid. Priority
    1: sextortion, and an identifier of an open ring; 2: sextortion, told of an account that works from here; 3: the
    rest. What speaks against the account's holder lowers a 2 to a 3, a shared identifier stays 1; a clock that has run
    out says so (``overdue``). Errors: UsageError when the view is not of the minors' compartment alone.
    """
    if tuple(view.compartments) != ("minors",):
        raise UsageError("The queue of the minors' unit reads its own compartment only.", "Open `minors` alone.")
    p = params or Params()
    heard = view.entities.with_row_index("report").filter(pl.col("label") == "Report").select(
        pl.col("report").cast(pl.UInt32)
    )  # fmt: skip
    marks = _marks(view, p)
    received = (
        view.told.filter(pl.col("root").is_not_null())
        .group_by(pl.col("root").cast(pl.UInt32).alias("report"))
        .agg(pl.col("received_at").cast(UTC_TIME).min())
    )
    suspects = _suspects(view)
    shared = _shared(view, suspects, known, digest)
    rows = (
        heard.join(received, on="report")
        .join(marks, on="report", how="left")
        .join(shared, on="report", how="left")
        .join(
            suspects.group_by("report").agg(pl.col("target").unique().sort().alias("identifiers")),
            on="report",
            how="left",
        )
        .with_columns(
            pl.col("sextortion", "here").fill_null(value=False),
            pl.col("shared", "doubts").fill_null([]),
            pl.col("identifiers").fill_null([]),
            (pl.col("received_at") + pl.duration(hours=p.t16_hours)).alias("due_at"),
        )
    )
    doubted = (pl.col("doubts").list.len() > 0).cast(pl.Int32)
    in_ring = pl.col("shared").list.len() > 0
    priority = (
        pl.when(pl.col("sextortion") & in_ring)
        .then(1)
        .when(pl.col("sextortion") & pl.col("here"))
        .then(2 + doubted)
        .otherwise(3)
    )
    return (
        rows.with_columns(priority.cast(pl.Int32).alias("priority"), (pl.col("due_at") < now).alias("overdue"))
        .select(list(TIPS))
        .cast(dict(TIPS))  # type: ignore[arg-type]  # dtypes and their classes, as everywhere
        .sort("priority", "due_at", "report")
    )


def _suspects(view: View) -> pl.DataFrame:
    """``report, target`` of suspect-side identifiers a report mentions; the child is never one of them."""
    sides = [name for name, label in LABELS.items() if label.side == "suspect"]
    labels = view.entities.with_row_index("target").select(pl.col("target").cast(pl.UInt32), "label")
    return (
        view["mentions"]
        .select("report", "target")
        .unique()
        .join(labels.filter(pl.col("label").is_in(sides)), on="target")
        .select("report", "target")
        .sort("report", "target")
    )


def _marks(view: View, params: Params) -> pl.DataFrame:
    """``report, sextortion, here, doubts``: what a platform said of the report, its accounts and their addresses."""
    said = view["statements"].select("subject", "prop", pl.col("text").str.to_lowercase().alias("text"))
    about = pl.concat(
        [
            view["mentions"].select("report", pl.col("target").alias("subject")),
            view["mentions"].select("report", pl.col("report").alias("subject")),
        ]
    ).unique()
    rows = about.join(said, on="subject")
    numbers = view.entities.with_row_index("subject").select(pl.col("subject").cast(pl.UInt32), "uid")
    codes = "|".join(params.t16_calling_codes)
    local = about.join(numbers, on="subject").filter(pl.col("uid").str.contains(f"^phone:e164:\\+({codes})"))
    placed = rows.filter(
        (pl.col("prop") == "estimated_country") & pl.col("text").str.to_uppercase().is_in(list(params.t16_countries))
    )
    here = pl.concat([local.select("report"), placed.select("report")]).unique().with_columns(here=pl.lit(value=True))
    doubt = (
        rows.filter(pl.col("prop").is_in(list(DOUBTS)) & pl.col("text").is_in(list(_YES)))
        .with_columns(pl.col("prop").replace_strict(DOUBTS, return_dtype=pl.String).alias("doubt"))
        .group_by("report")
        .agg(pl.col("doubt").unique().sort().alias("doubts"))
    )
    coerced = rows.filter(
        pl.col("prop").is_in(["category", "annotation"]) & (pl.col("text") == "sextortion")
    )  # fmt: skip
    return (
        about.select("report")
        .unique()
        .join(coerced.select("report").unique().with_columns(sextortion=pl.lit(value=True)), on="report", how="left")
        .join(here, on="report", how="left")
        .join(doubt, on="report", how="left")
        .sort("report")
    )


def _shared(view: View, suspects: pl.DataFrame, known: Mapping[str, str], digest: Callable[[str], str]) -> pl.DataFrame:
    """``report, shared``: rings of which a report mentions an identifier, by digest."""
    targets = suspects["target"].unique().sort()
    rings = [known.get(digest(uid)) for uid in view.uids(targets)]
    found = pl.DataFrame({"target": targets, "ring": rings}, schema={"target": pl.UInt32, "ring": pl.String})
    return (
        suspects.join(found.drop_nulls(), on="target")
        .group_by("report")
        .agg(pl.col("ring").unique().sort().alias("shared"))
    )
