"""Remittances of a money transfer operator (CSV): who sent what to whom, and where it was paid out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from ingest.bulk import Check, Parsed, load, raw_forms, require, said, table
from ingest.columns import formula, mapped, operators
from ingest.drafts import Job
from ingest.formats.described import Field, Format, Reader
from ingest.formats.parties import persons
from ingest.normalise.codes import COUNTRIES, CURRENCIES
from ingest.normalise.money import money_columns
from ingest.normalise.phone import phones
from ingest.normalise.time import EARLIEST, time_columns
from ingest.normalise.transfer_ref import SHAPES, reference
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
_CONSUMED: Final = frozenset(REMITTANCE.names) - {"fee", "fx", "receiver_id_expiry", "test_question"}


def _parse(sheet: Sheet, job: Job) -> None:
    """Transfers, parties and outlets of a table of remittances."""
    frame = require(sheet, REMITTANCE.required, REMITTANCE.names, job)
    frame = frame.with_columns(
        pl.col("send_country", "pay_country", "currency_sent", "currency_paid").str.to_uppercase()
    )
    frame = frame.with_columns(
        operators(frame["operator"]).alias("op"),
        mapped(frame["mtcn"], lambda v: reference(v) or None).alias("ref"),
        *(time_columns(frame, c).alias(f"{c}_t") for c in ("sent_at", "paid_at")),
        *(
            column.alias(f"{side}_phone{suffix}")
            for side, where in (("sender", "send_country"), ("receiver", "pay_country"))
            for column, suffix in zip(
                phones(frame[f"{side}_phone"], frame[where].fill_null("MA")).get_columns(),
                ("_uid", "_warning"),
                strict=True,
            )
        ),
    )
    frame = frame.with_columns(
        *(
            expression.alias(f"{side}_{what}")
            for side in ("sent", "paid")
            for expression, what in zip(
                money_columns(pl.col(f"amount_{side}"), pl.col(f"currency_{side}")), ("code", "minor"), strict=True
            )
        ),
        pl.when(pl.col("op") == "wu")
        .then(pl.concat_str(pl.lit("wu:"), "ref", pl.lit(":"), pl.col("sent_at_t").dt.strftime("%Y-%m")))
        .otherwise(pl.concat_str("op", pl.lit(":"), "ref"))
        .alias("short"),
        pl.when(pl.col("status") == "paid")
        .then(pl.concat_str(pl.lit("outlet:"), "op", pl.lit(":"), pl.col("pay_agent_code").str.to_uppercase()))
        .alias("outlet"),
    )
    frame = frame.with_columns(pl.concat_str(pl.lit("tx:"), "short").alias("tx"))
    for side in ("sender", "receiver"):
        frame = frame.with_columns(
            pl.concat_str(pl.lit(f"person:rec:{job.source}:"), "short", pl.lit(f":{side}")).alias("unnamed")
        )
        frame = persons(frame, side, f"{side}_id_type", f"{side}_id_no", [f"{side}_name", f"{side}_phone"], "unnamed")
    free = ["sender_name", "receiver_name", "send_city", "pay_city", "purpose", "test_question"]
    frame = frame.with_columns(
        formula(free)(frame).alias("formula"),
        pl.col("tx").alias("key"),
        pl.col("tx").alias("record"),
        pl.col("tx").alias("root"),
    )
    load(sheet, Parsed(frame, _refusals(job), _remarks(), _rows, "money", None, _CONSUMED), job)


def _refusals(job: Job) -> list[Check]:
    misfit = pl.any_horizontal(
        (pl.col("op") == op) & ~pl.col("ref").str.contains(f"^{shape}$") for op, shape in SHAPES.items()
    )
    latest = job.received_at + timedelta(days=1)
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


def _remarks() -> list[Check]:
    fields = (
        ("sender", "sender_id_no"),
        ("receiver", "receiver_id_no"),
        ("sender_phone", "sender_phone"),
        ("receiver_phone", "receiver_phone"),
    )
    return [
        *(
            Check(pl.col(f"{name}_warning").is_not_null(), "identifier", f"{field}: not of its kind")
            for name, field in fields
        ),
        Check(pl.col("formula"), "formula", "a name, place or purpose starts like a formula"),
    ]


def _rows(frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
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
    uses = [
        frame.filter(pl.col(side).is_not_null() & pl.col(f"{side}_phone_uid").is_not_null()).select(
            pl.col(side).alias("src"),
            pl.lit("USES").alias("rel"),
            pl.col(f"{side}_phone_uid").alias("dst"),
            pl.col("sent_at_t").alias("since"),
            pl.col(when).alias("until"),
            pl.lit("stated").alias("basis"),
            "rec",
        )
        for side, when in (("sender", "sent_at_t"), ("receiver", "sent_at_t"))
    ]
    sent = frame.filter(received).select(
        pl.col("tx").alias("subject"),
        pl.lit("amount_sent").alias("prop"),
        pl.concat_str("amount_sent", pl.lit(" "), "currency_sent").alias("text"),
        "rec",
    )
    statements = pl.concat(
        [
            sent,
            said(frame, "sender", name="sender_name", birth_date="sender_dob"),
            said(frame, "receiver", name="receiver_name"),
            said(
                frame, "tx", send_city="send_city", pay_city="pay_city", send_agent="send_agent", purpose="purpose",
                pay_agent_code="pay_agent_code",
            ),
            raw_forms(frame, {"sender_phone_uid": "sender_phone", "receiver_phone_uid": "receiver_phone"}),
        ]
    )  # fmt: skip
    return {"transfers": transfers, "links": pl.concat(uses), "statements": statements}


READER: Final = Reader(REMITTANCE, "remit", table(_parse))
