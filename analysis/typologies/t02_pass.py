"""T02: a payee passes on most of what comes in, soon and again and again (mule)."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Members who pass on to members, one hit a pair."""
    members = context.members
    rows = (
        context.network.passing.join(members.rename({"node": "via"}), on="via")
        .join(members.rename({"node": "to"}), on=["ring", "to"], how="semi")
        .sort("ring", "via", "to")
    )
    return hits(
        "t02_pass_through",
        (
            (
                row["ring"],
                0.3 + 0.1 * row["cycles"],
                {
                    "via": context.uid(row["via"]),
                    "to": context.uid(row["to"]),
                    "cycles": row["cycles"],
                    "share": round(row["share"], 2),
                    "hours": row["hours"],
                },
                row["recs"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )
