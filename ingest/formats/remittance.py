"""Remittances of a money transfer operator (CSV): who sent what to whom, and where it was paid out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Final

import polars as pl

from ingest.bulk import Check, Parsed, numbers, require, said, table, written
from ingest.columns import formula, operators, references
from ingest.drafts import WRITTEN, Job
from ingest.formats.described import Field, Format, Reader
from ingest.formats.parties import persons
from ingest.forms import Forms
from ingest.normalise.codes import COUNTRIES, CURRENCIES
from ingest.normalise.money import minor_units
from ingest.normalise.phone import phones_of_distinct
from ingest.normalise.time import EARLIEST, months, time_columns
from ingest.normalise.transfer_ref import SHAPES
from ingest.tables import Sheet

_DOCUMENT: Final = "cin, passport or residence, with country passport/KW"
REMITTANCE: Final = Format(
    "remittance",
    "Remittances",
    "one transfer",
    "operator, mtcn (Western Union: and month of sending)",
    ("csv",),
    (
        Field("operator", "Western Union, MoneyGram, Ria, Wafacash ...", required=True),
        Field("mtcn", "reference of the transfer at the operator", required=True),
        Field("sent_at", "when sent, ISO 8601 with offset", required=True),
        Field("paid_at", "when paid out, not before sent_at"),
        Field("send_country", "two letters"),
        Field("send_city", "city it was sent from"),
        Field("send_agent", "agent it was sent from"),
        Field("sender_name", "sender as the operator wrote it"),
        Field("sender_id_type", _DOCUMENT),
        Field("sender_id_no", "number of the sender's document"),
        Field("sender_phone", "sender's number, read in send_country"),
        Field("sender_dob", "sender's date of birth"),
        Field("amount_sent", "decimal amount", required=True),
        Field("currency_sent", "ISO 4217", required=True),
        Field("fee", "fee taken"),
        Field("fx", "rate applied"),
        Field("amount_paid", "decimal amount paid out"),
        Field("currency_paid", "ISO 4217 of amount_paid"),
        Field("pay_country", "two letters"),
        Field("pay_city", "city it was paid in"),
        Field("pay_agent_code", "outlet that paid"),
        Field("receiver_name", "receiver as the operator wrote it"),
        Field("receiver_id_type", _DOCUMENT),
        Field("receiver_id_no", "number of the receiver's document"),
        Field("receiver_id_expiry", "when that document ends"),
        Field("receiver_phone", "receiver's number, read in pay_country"),
        Field("purpose", "purpose as stated"),
        Field("test_question", "test question"),
        Field("status", "state of the transfer", required=True, enum=("sent", "paid", "cancelled", "refused")),
    ),
)
REGION: Final = "MA"
_NOWHERE: Final = "ZZ"
_CONSUMED: Final = frozenset(REMITTANCE.names) - {"fee", "fx", "receiver_id_expiry", "test_question"}


def _prepare(sheet: Sheet, job: Job) -> pl.DataFrame:
    """Operators, references, times and amounts of remittances."""
    frame = require(sheet, REMITTANCE.required, REMITTANCE.names, job)
    frame = frame.with_columns(
        pl.col("send_country", "pay_country", "currency_sent", "currency_paid").str.to_uppercase()
    )
    free = ["sender_name", "receiver_name", "send_city", "pay_city", "purpose", "test_question"]
    return frame.with_columns(
        operators(frame["operator"]).alias("op"),
        references(frame["mtcn"]).alias("ref"),
        *(time_columns(frame, c).alias(f"{c}_t") for c in ("sent_at", "paid_at")),
        *(
            column.alias(f"{side}_{what}")
            for side in ("sent", "paid")
            for column, what in zip(
                minor_units(frame[f"amount_{side}"], frame[f"currency_{side}"]), ("code", "minor"), strict=True
            )
        ),
        formula(free)(frame).alias("formula"),
    )


def _parse(frame: pl.DataFrame, job: Job) -> Parsed:
    """Transfers, parties and outlets of remittances."""
    drafts = job.drafts
    lines = drafts.forms_of("phone by country", _by_country, tells=True)
    frame = frame.with_columns(
        *(
            column
            for side, where in (("sender", "send_country"), ("receiver", "pay_country"))
            for column in numbers(
                frame,
                f"{side}_line",
                lines,
                frame.select(pl.concat_str([_region(where), f"{side}_phone"], separator="\x1f")).to_series(),
            )
        ),
    )
    frame = frame.with_columns(
        pl.when(pl.col("op") == "wu")
        .then(pl.concat_str(pl.lit("wu:"), "ref", pl.lit(":"), months(frame["sent_at_t"])))
        .otherwise(pl.concat_str("op", pl.lit(":"), "ref"))
        .alias("short"),
        pl.when(pl.col("status") == "paid")
        .then(pl.concat_str(pl.lit("outlet:"), "op", pl.lit(":"), pl.col("pay_agent_code").str.to_uppercase()))
        .alias("outlet"),
    )
    for side in ("sender", "receiver"):
        unnamed = [pl.lit(f"person:rec:{job.source}:"), pl.col("short"), pl.lit(f":{side}")]
        named_by = [f"{side}_name", f"{side}_phone"]
        frame = persons(frame, drafts, side, f"{side}_id_type", f"{side}_id_no", named_by, unnamed)
    keys = frame.select(pl.lit("tx:") + pl.col("short")).to_series()
    tx = drafts.spool.uids.numbers(keys)
    frame = frame.with_columns(
        keys.alias("key"),
        keys.alias("record"),
        tx.alias("tx"),
        tx.alias("root"),
        drafts.spool.uids.numbers(frame["outlet"]).alias("outlet"),
    )
    return Parsed(frame, _refusals(job.received_at), _remarks(), partial(_rows, lines), "money", None, _CONSUMED)


def _by_country(texts: pl.Series) -> pl.DataFrame:
    """Numbers written ``country\\x1fnumber``."""
    return phones_of_distinct(texts.str.slice(len(_NOWHERE) + 1), texts.str.head(len(_NOWHERE)))


def _region(column: str) -> pl.Expr:
    """The country of a column in two letters whatever stands there; a row with another one is refused anyway."""
    country = pl.col(column)
    return (
        pl.when(country.is_null())
        .then(pl.lit(REGION))
        .when(country.str.len_bytes() == 2)
        .then(country)
        .otherwise(pl.lit(_NOWHERE))
    )


@lru_cache(maxsize=4)
def _refusals(received_at: datetime) -> list[Check]:
    misfit = pl.any_horizontal(
        pl.col("op").is_in([op for op in SHAPES if SHAPES[op] == shape]) & ~pl.col("ref").str.contains(f"^{shape}$")
        for shape in sorted(set(SHAPES.values()))
    )
    latest = received_at + timedelta(days=1)
    money = sorted(CURRENCIES)
    return [
        *(Check(pl.col(c).is_null(), "missing_key", f"{c} is empty") for c in ("operator", "mtcn")),
        *(
            Check(pl.col(c).is_null(), "missing_key", f"{n}: nothing to name it by")
            for c, n in (("op", "operator"), ("ref", "mtcn"))
        ),
        *(
            Check(pl.col(c).is_null(), "missing_field", f"{c} is empty")
            for c in ("sent_at", "amount_sent", "currency_sent", "status")
        ),
        Check(misfit, "key", "mtcn: not the shape of its operator's references"),
        Check(_no_offset("sent_at"), "datetime", "sent_at: an ISO 8601 time with offset"),
        Check(_no_offset("paid_at"), "datetime", "paid_at: an ISO 8601 time with offset"),
        *(
            Check(~pl.col(f"{c}_t").is_between(EARLIEST, latest), "out_of_range", f"{c}: 1990 to now")
            for c in ("sent_at", "paid_at")
        ),
        Check(pl.col("paid_at_t") < pl.col("sent_at_t"), "interval", "paid_at before sent_at"),
        Check(~pl.col("status").is_in(REMITTANCE.enum("status")), "enum", "status: sent, paid, cancelled or refused"),
        *(
            Check(~pl.col(c).is_in(sorted(COUNTRIES)), "enum", f"{c}: a two-letter country")
            for c in ("send_country", "pay_country")
        ),
        Check(~pl.col("currency_sent").is_in(money), "enum", "currency_sent: an ISO 4217 code"),
        Check(~pl.col("currency_paid").is_in(money), "enum", "currency_paid: an ISO 4217 code"),
        Check(
            pl.col("amount_paid").is_not_null() & pl.col("currency_paid").is_null(),
            "missing_field",
            "currency_paid is empty beside amount_paid",
        ),
        *(
            Check(pl.col(f"{side}_code") == code, code, f"amount_{side}: a decimal amount of its currency")
            for side in ("sent", "paid")
            for code in ("number", "negative_amount", "out_of_range")
        ),
    ]


def _no_offset(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & pl.col(f"{column}_t").is_null()


@cache
def _remarks() -> list[Check]:
    fields = (
        ("sender", "sender_id_no"),
        ("receiver", "receiver_id_no"),
        ("sender_line", "sender_phone"),
        ("receiver_line", "receiver_phone"),
    )
    return [
        *(
            Check(pl.col(f"{name}_warning").is_not_null(), "identifier", f"{field}: not of its kind")
            for name, field in fields
        ),
        Check(pl.col("formula"), "formula", "a name, place or purpose starts like a formula"),
    ]


def _rows(lines: Forms, frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    received = pl.col("paid_minor").is_not_null()
    transfers = frame.select(
        "tx",
        pl.col("sender").alias("payer"),
        pl.col("receiver").alias("payee"),
        pl.col("op").alias("rail"),
        pl.lit("remittance").alias("kind"),
        pl.when(received).then("paid_minor").otherwise("sent_minor").alias("amount"),
        pl.when(received).then("currency_paid").otherwise("currency_sent").alias("currency"),
        pl.col("sent_at_t").alias("sent_at"),
        pl.col("paid_at_t").alias("paid_at"),
        "status",
        "outlet",
        pl.col("send_country").alias("payer_country"),
        pl.col("pay_country").alias("payee_country"),
        "rec",
    )
    # Columns are chosen before rows: a filter copies every column there is.
    uses = [
        frame.select(
            pl.col(side).alias("src"),
            pl.lit("USES").alias("rel"),
            pl.col(f"{side}_line").alias("dst"),
            pl.col("sent_at_t").alias("since"),
            pl.col("sent_at_t").alias("until"),
            pl.lit("stated").alias("basis"),
            "rec",
        ).drop_nulls(["src", "dst"])
        for side in ("sender", "receiver")
    ]
    sent = frame.select(
        pl.col("tx").alias("subject"),
        pl.lit("amount_sent").alias("prop"),
        pl.when(received).then(pl.concat_str("amount_sent", pl.lit(" "), "currency_sent")).alias("text"),
        "rec",
    ).drop_nulls("text")
    statements = pl.concat(
        [
            sent,
            said(frame, "sender", name="sender_name", birth_date="sender_dob"),
            said(frame, "receiver", name="receiver_name"),
            said(
                frame, "tx", send_city="send_city", pay_city="pay_city", send_agent="send_agent", purpose="purpose",
                pay_agent_code="pay_agent_code",
            ),
        ]
    )  # fmt: skip
    return {
        "transfers": transfers,
        "links": pl.concat(uses),
        "statements": statements,
        WRITTEN: written(frame, lines, "sender_line", "receiver_line"),
    }


READER: Final = Reader(REMITTANCE, "remit", table(_prepare, _parse, REMITTANCE))
