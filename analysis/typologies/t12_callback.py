"""T12: those who were rung once call back and are kept on the line (call-back drain)."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Member lines with a drain, one hit a line."""
    found = context.network.drains
    if not found.height:
        return hits("t12_callback_drain", ())
    lines = found.join(context.members.rename({"node": "line"}), on="line").sort("ring", "line")
    return hits(
        "t12_callback_drain",
        (
            (
                row["ring"],
                0.5 + 0.01 * row["callers"] + (0.2 if row["diverted"] else 0.0),
                {
                    "line": context.uid(row["line"]),
                    "callbacks": row["callbacks"],
                    "callers": row["callers"],
                    "mean_s": round(row["mean_s"], 1),
                },
                row["recs"],
            )
            for row in lines.iter_rows(named=True)
        ),
    )
