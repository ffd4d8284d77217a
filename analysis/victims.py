"""Those who are harmed: who paid or reported, and who paid without reporting. In findings as counts only.

One person may stand in the files as a sender without papers, on a wallet, on a line and as the pseudonym of a report.
Who the vault knows is counted under the pseudonym, a payer whose payment a report tells of is the reporter, and the
others stand for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.flows import payments, size_in_mad
from analysis.nodes import Evidence
from analysis.parts import components
from analysis.rings import reports_of
from analysis.support import gather
from analysis.typologies.base import Context

TELLING_DAYS: Final = 2
"""Days between a payment as told and as the operator has it."""
TELLING_SHARE: Final = 0.02
"""Part by which the two amounts may differ: people leave out the centimes."""
TELLING_RATE: Final = 0.12
"""The same where they are in two currencies and only a rough rate is known."""


@dataclass(frozen=True, slots=True)
class Harmed:
    """``victims``: people who paid or told of it themselves; ``silent``: of these, payers of whom no report is known;
    ``records``: what the silent ones paid, as ``rec``."""

    victims: int
    silent: int
    records: tuple[int, ...]


def counts(context: Context) -> dict[int, Harmed]:
    """Harmed people by ring. Witnesses are heard, not counted."""
    reports = context.candidates.reports.select("ring", "report", "voice")
    heard = _heard(context.evidence, reports)
    payers = paying(context.evidence, context.members, context.received, reports)
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


def paying(evidence: Evidence, members: pl.DataFrame, received: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """``ring, payer, person, told, who`` and the payment (``tx, rec, payee, at, amount, currency``), a row a payment.

    ``members``: ``ring, node``. ``received``: payments from outside to them (:func:`analysis.flows.payments` and
    ``ring``). ``reports``: ``ring, report, voice``. ``person`` is the smallest code of what is one person's; ``told``
    the pseudonym or voice by which that person reported, null for who did not; ``who`` one name a person, told or not.
    """
    heard = _heard(evidence, reports)
    rows = received.filter(pl.col("payer").is_not_null())
    people = _people(evidence, rows["payer"].unique().sort())
    crew = members.with_columns(pl.Series("person", people.of[evidence.node_code[members["node"].to_numpy()]]))
    rows = rows.with_columns(
        pl.Series("person", people.of[evidence.node_code[rows["payer"].to_numpy()]], dtype=pl.Int64)
    )
    tellers = pl.concat([_cited(evidence, heard), _retold(evidence, heard, rows)]).group_by("ring", "tx").agg(
        pl.col("teller").min()
    )  # fmt: skip
    return (
        rows.join(crew.select("ring", "person").unique(), on=["ring", "person"], how="anti")
        .join(people.known, on="person", how="left")
        .join(tellers, on=["ring", "tx"], how="left")
        # A report of one payment speaks for all that the person paid.
        .with_columns(pl.coalesce("reporter", "teller").min().over("ring", "person").alias("told"))
        .with_columns(pl.coalesce("told", "known", pl.format("person:{}", "person")).alias("who"))
        .select("ring", "payer", "person", "told", "who", "tx", "rec", "payee", "at", "amount", "currency")
        .sort("ring", "person", "tx")
    )


def _heard(evidence: Evidence, reports: pl.DataFrame) -> pl.DataFrame:
    """``ring, report, who, witness``: the pseudonym of the reporter, or the voice of an anonymous report."""
    view = evidence.view
    told = view["links"].filter(pl.col("rel") == "REPORTED_BY").select(pl.col("src").alias("report"), "dst")
    named = told.with_columns(pl.Series("reporter", view.uids(told["dst"]), dtype=pl.String))
    reporters = named.group_by("report").agg(pl.col("reporter").min())
    witnesses = view["statements"].filter((pl.col("prop") == "reporter_role") & (pl.col("text") == "witness"))
    return reports.join(reporters, on="report", how="left").select(
        "ring",
        "report",
        pl.coalesce("reporter", pl.format("voice:{}", "voice")).alias("who"),
        pl.col("report").is_in(witnesses["subject"].implode()).alias("witness"),
    )


def _cited(evidence: Evidence, heard: pl.DataFrame) -> pl.DataFrame:
    """``ring, tx, teller``: payments that a report names by their reference."""
    return heard.join(evidence.cited, on="report").select("ring", "tx", pl.col("who").alias("teller"))


def _retold(evidence: Evidence, heard: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """``ring, tx, teller``: payments that one report tells of without reference, by amount and time, where one fits."""
    view = evidence.view
    of_report = view.told.with_row_index("rec").select(pl.col("rec").cast(pl.UInt32), pl.col("root").alias("report"))
    told = (
        view["transfers"]
        .filter((pl.col("kind") == "told") & pl.col("amount").is_not_null() & pl.col("sent_at").is_not_null())
        .select(pl.col("tx").alias("as_told"), pl.col("sent_at").alias("told_at"), "currency", "amount", "rec")
        .join(of_report, on="rec")
        .join(heard, on="report")
    )
    near = (
        told.with_columns(size_in_mad().alias("told_mad"))
        .select("ring", "as_told", "told_at", "told_mad", "who", pl.col("currency").alias("told_in"))
        .join(rows.select("ring", "tx", "person", "at", "currency", "mad"), on="ring")
        .with_columns(
            pl.when(pl.col("currency") == pl.col("told_in")).then(TELLING_SHARE).otherwise(TELLING_RATE).alias("slack")
        )
        .filter((pl.col("at") - pl.col("told_at")).abs() <= pl.duration(days=TELLING_DAYS))
        .filter((pl.col("mad") - pl.col("told_mad")).abs() <= pl.col("slack") * pl.col("mad"))
    )
    only = near.filter(pl.col("person").n_unique().over("ring", "as_told") == 1)
    return only.select("ring", "tx", pl.col("who").alias("teller"))


@dataclass(frozen=True, slots=True)
class _People:
    """``of``: person by code (its smallest code). ``known``: ``person, known, reporter`` of those the vault knows; the
    pseudonym stands under ``reporter`` as well if they reported, and not only were named as harmed (the target of a
    post or of a demand)."""

    of: NDArray[np.int64]
    known: pl.DataFrame


def _people(evidence: Evidence, payers: pl.Series) -> _People:
    """Who is one: a payer, the lines they stated, the wallets on these. A line that several people with papers use is
    nobody's; who holds many is a reseller."""
    view = evidence.view
    size, most = evidence.size, evidence.params.holder_cap
    papers = pl.Series(view.entities["uid"].str.starts_with("person:doc:"))
    held = (
        view["links"]
        .filter(pl.col("rel").is_in(["USES", "HOLDS"]))
        .filter(
            pl.col("src").is_in(evidence.codes_of("Person", "Phone").implode())
            & pl.col("dst").is_in(evidence.codes_of("Phone", "Wallet", "BankAccount").implode())
        )
        .select(pl.col("src").alias("u"), pl.col("dst").alias("v"))
        .unique()
    )
    held = held.with_columns(papers.gather(held["u"]).alias("papers"))
    held = held.filter(pl.len().over("u") <= most)
    own = held.filter(~pl.col("papers") | (pl.col("papers").sum().over("v") == 1)).sort("u", "v")
    person = components(size, own)
    touched = np.unique(person[evidence.node_code[payers.to_numpy()]])
    inside = np.flatnonzero(np.isin(person, touched))
    names = [evidence.masked.get(int(code)) or _pseudonym(view.uid(int(code))) for code in inside]
    known = pl.DataFrame(
        {"person": person[inside], "known": names}, schema={"person": pl.Int64, "known": pl.String}
    ).drop_nulls()
    silent = pl.col("known").is_in(_named_only(evidence).implode())
    known = known.with_columns(pl.when(~silent).then("known").alias("reporter"))
    return _People(person, known.group_by("person").agg(pl.col("known", "reporter").min()))


def _named_only(evidence: Evidence) -> pl.Series:
    """Pseudonyms that records name and no report is by. Who is in no record here reported in a closed compartment."""
    view = evidence.view
    named = set(view.uids(evidence.codes_of("Victim")))
    reporters = view["links"].filter(pl.col("rel") == "REPORTED_BY")["dst"].unique()
    return pl.Series(sorted(named - set(view.uids(reporters))), dtype=pl.String)


def _pseudonym(uid: str) -> str | None:
    return uid if uid.startswith("victim:") else None


def silent_payers(evidence: Evidence, members: pl.DataFrame) -> pl.DataFrame:
    """Payments to members of rings (``ring, code``) by people of whom no report is known: rows of :func:`paying`.

    The same rule as the count of the findings, asked of some rings alone. A member that changed hands is its present
    holder.
    """
    epochs = evidence.epochs.filter(pl.col("entity").is_in(members["code"].unique().implode()))
    later = dict(epochs.sort("start").select("entity", "node").iter_rows())
    crew = (
        members.select(pl.col("ring").cast(pl.UInt32), pl.col("code").replace(later).cast(pl.UInt32).alias("node"))
        .unique()
        .sort("ring", "node")
    )
    paid = payments(evidence).filter(pl.col("payee").is_not_null())
    received = paid.join(crew.rename({"node": "payee"}), on="payee").join(
        crew.rename({"node": "payer"}), on=["ring", "payer"], how="anti"
    )
    reports = reports_of(gather(evidence), crew).select("ring", "report", "voice")
    return paying(evidence, crew, received, reports).filter(pl.col("told").is_null())


def belongings(evidence: Evidence, payers: pl.Series) -> dict[int, list[int]]:
    """Everything that is one person's with a payer (codes, ascending), by the ``person`` of :func:`paying`."""
    people = _people(evidence, payers.unique().sort())
    touched = np.unique(people.of[evidence.node_code[payers.to_numpy()]])
    out: dict[int, list[int]] = {int(person): [] for person in touched}
    for code in np.flatnonzero(np.isin(people.of, touched)).tolist():
        out[int(people.of[code])].append(code)
    return out
