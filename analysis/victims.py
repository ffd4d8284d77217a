"""Those who are harmed, as counts: who paid or reported, and who paid without reporting.

One person may stand in the files as a sender, on a wallet and as the pseudonym of a report. Whoever the vault knows is
counted under the pseudonym, a payer whose payment a report cites is the reporter, and the rest stand for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.typologies.base import Context


@dataclass(frozen=True, slots=True)
class Harmed:
    """``victims``: people who paid or told of it themselves; ``silent``: of these, payers of whom no report is known;
    ``records``: what the silent ones paid, as ``rec``."""

    victims: int
    silent: int
    records: tuple[int, ...]


def counts(context: Context) -> dict[int, Harmed]:
    """Harmed people by ring. Witnesses are heard, not counted."""
    heard = _heard(context)
    view = context.evidence.view
    mentioned = view["mentions"].select("report", pl.col("target").alias("tx"))
    cited = heard.join(mentioned, on="report").group_by("ring", "tx").agg(pl.col("who").min().alias("teller"))
    payers = (
        context.received.filter(pl.col("payer").is_not_null())
        .select("ring", "tx", "rec", "payer")
        .join(_known(context), on="payer", how="left")
        .join(cited, on=["ring", "tx"], how="left")
        .with_columns(pl.coalesce("known", "teller").alias("told"))
        # A report of one payment speaks for all that the payer paid.
        .with_columns(pl.col("told").min().over("ring", "payer"))
        .with_columns(pl.coalesce("told", pl.format("node:{}", "payer")).alias("who"))
    )
    harmed = pl.concat(
        [payers.select("ring", "who"), heard.filter(~pl.col("witness")).select("ring", "who")]
    ).group_by("ring").agg(pl.col("who").n_unique().alias("victims"))  # fmt: skip
    silent = (
        payers.filter(pl.col("told").is_null())
        .group_by("ring")
        .agg(pl.col("who").n_unique().alias("silent"), pl.col("rec").unique().sort().alias("records"))
    )
    rings = context.members.select("ring").unique()
    rows = rings.join(harmed, on="ring", how="left").join(silent, on="ring", how="left")
    return {
        row["ring"]: Harmed(row["victims"] or 0, row["silent"] or 0, tuple(row["records"] or ()))
        for row in rows.sort("ring").iter_rows(named=True)
    }


def _heard(context: Context) -> pl.DataFrame:
    """``ring, report, who, witness``: the pseudonym of the reporter, or the voice of an anonymous report."""
    view = context.evidence.view
    told = view["links"].filter(pl.col("rel") == "REPORTED_BY").select(pl.col("src").alias("report"), "dst")
    named = told.with_columns(pl.Series("reporter", view.uids(told["dst"]), dtype=pl.String))
    reporters = named.group_by("report").agg(pl.col("reporter").min())
    witnesses = view["statements"].filter((pl.col("prop") == "reporter_role") & (pl.col("text") == "witness"))
    return (
        context.candidates.reports.select("ring", "report", "voice")
        .join(reporters, on="report", how="left")
        .select(
            "ring",
            "report",
            pl.coalesce("reporter", pl.format("voice:{}", "voice")).alias("who"),
            pl.col("report").is_in(witnesses["subject"].implode()).alias("witness"),
        )
    )


def _known(context: Context) -> pl.DataFrame:
    """``payer, known``: pseudonyms of payers whom the vault knows, or who are pseudonyms already."""
    evidence = context.evidence
    payers = context.received["payer"].drop_nulls().unique().sort()
    names: list[str | None] = []
    for node in payers.to_list():
        code = int(evidence.node_code[node])
        uid = evidence.view.uid(code)
        names.append(evidence.masked.get(code) or (uid if uid.startswith("victim:") else None))
    return pl.DataFrame({"payer": payers, "known": pl.Series(names, dtype=pl.String)})
