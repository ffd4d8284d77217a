"""Payments that reports cite: linked by whoever mapped the file, or by nothing but the reference in one of its fields.

Complaints from abroad, and lists of a unit's own, have a column for the number of the transfer; few who map them make
it an entity. The number is the same one that the money custodian writes, and nobody else's.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.evidence import View

_REFERENCE: Final = r"^[0-9A-Z]*[0-9][0-9A-Z]*$"
_LEAST: Final = 8
"""Characters of a reference that is found in a field by itself: the shortest that custodians give."""
_OF_UID: Final = r"^tx:[^:]+:([^:]+)"


def payments(view: View, reports: pl.Series, transfers: pl.Series) -> pl.DataFrame:
    """``report, tx, rec``: each payment that a report cites, sorted; by the codes of ``reports`` and ``transfers``.

    A reference that several payments have (numbers are used again) is of the last one sent before the report came; of
    one that all came later, or of two custodians', nobody knows.
    """
    linked = view["mentions"].filter(pl.col("target").is_in(transfers.implode()))
    found = pl.concat([linked.select("report", pl.col("target").alias("tx"), "rec"), _stated(view, reports, transfers)])
    return found.unique(["report", "tx"], keep="first", maintain_order=True).sort("report", "tx")


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace_all(r"[\s\-]", "").alias("ref")


def _stated(view: View, reports: pl.Series, transfers: pl.Series) -> pl.DataFrame:
    """``report, tx, rec`` of references that stand alone in a field of a report."""
    said = view["statements"].filter(pl.col("text").is_not_null() & pl.col("subject").is_in(reports.implode()))
    told = said.select(pl.col("subject").alias("report"), _plain(pl.col("text")), "rec").filter(
        (pl.col("ref").str.len_bytes() >= _LEAST) & pl.col("ref").str.contains(_REFERENCE)
    )
    paid = pl.DataFrame({"tx": transfers, "uid": view.entities["uid"].gather(transfers)})
    known = paid.select("tx", _plain(pl.col("uid").str.extract(_OF_UID)))
    came = view.told.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("rec"), "received_at")
    sent = view["transfers"].group_by("tx").agg(pl.col("sent_at").min())
    fits = (
        told.join(known, on="ref")
        .join(came, on="rec", how="left")
        .join(sent, on="tx", how="left")
        .filter(pl.col("sent_at").is_null() | (pl.col("sent_at") <= pl.col("received_at")))
    )
    last = fits.filter(pl.col("sent_at").eq_missing(pl.col("sent_at").max().over("report", "ref")))
    sole = last.filter(pl.col("tx").n_unique().over("report", "ref") == 1)
    return sole.select("report", "tx", "rec").unique().sort("report", "tx", "rec")
