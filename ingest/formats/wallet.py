"""Movements of mobile wallets (CSV): from number to number, with the device and address that ordered them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Final

import polars as pl

from ingest.bulk import Check, Parsed, numbers, require, said, table, written
from ingest.columns import mapped, operators
from ingest.drafts import WRITTEN, Job
from ingest.formats.described import Field, Format, Reader
from ingest.forms import Forms, each
from ingest.normalise.codes import CURRENCIES
from ingest.normalise.device import device
from ingest.normalise.ip import ip_address
from ingest.normalise.money import minor_units
from ingest.normalise.phone import phones_of_distinct
from ingest.normalise.time import EARLIEST, time_columns
from ingest.tables import Sheet

STATUS: Final = {"success": "paid", "failed": "refused", "reversed": "cancelled"}
"""A wallet's word for its state, in the words all transfers share."""

WALLET: Final = Format(
    "wallet",
    "Wallet movements",
    "one movement",
    "operator, op_id",
    ("csv",),
    (
        Field("op_id", "reference of the movement at the operator", required=True),
        Field("ts", "when, ISO 8601 with offset", required=True),
        Field("operator", "wallet operator", required=True),
        Field("from_msisdn", "number it left (P2P, cash_out, bill, merchant)"),
        Field("to_msisdn", "number it reached (P2P, cash_in, bank_to_wallet)"),
        Field(
            "kind",
            "what it was",
            required=True,
            enum=("P2P", "cash_in", "cash_out", "bill", "merchant", "bank_to_wallet"),
        ),
        Field("amount", "decimal amount", required=True),
        Field("currency", "ISO 4217", required=True),
        Field("agent_code", "agent of a cash movement"),
        Field("balance_after", "balance left"),
        Field("device_id", "imei:..., mac:..., adid:..."),
        Field("ip", "address the order came from"),
        Field("status", "state", required=True, enum=tuple(STATUS)),
    ),
)
REGION: Final = "MA"
_CONSUMED: Final = frozenset(WALLET.names) - {"balance_after"}


def _prepare(sheet: Sheet, job: Job) -> pl.DataFrame:
    """Operators, times, amounts and addresses of wallet movements."""
    frame = require(sheet, WALLET.required, WALLET.names, job)
    frame = frame.with_columns(pl.col("currency").str.to_uppercase())
    code, minor = minor_units(frame["amount"], frame["currency"])
    return frame.with_columns(
        operators(frame["operator"]).alias("op"),
        time_columns(frame, "ts").alias("at"),
        code.alias("amount_code"),
        minor.alias("minor"),
        mapped(frame["ip"], ip_address).alias("address"),
    )


def _parse(frame: pl.DataFrame, job: Job) -> Parsed:
    """Transfers, wallets, devices and outlets of wallet movements."""
    lines = job.drafts.forms_of(f"phone {REGION}", lambda texts: phones_of_distinct(texts, REGION), tells=True)
    frame = frame.with_columns(
        *numbers(frame, "device", job.drafts.forms_of("device", each(device)), "device_id"),
        *(column for side in ("from", "to") for column in numbers(frame, f"{side}_phone", lines, f"{side}_msisdn")),
    )
    # wallet:<operator>:+212... for E.164, wallet:<operator>:raw:<digits> otherwise
    frame = frame.with_columns(
        pl.concat_str(
            pl.lit("wallet:"),
            "op",
            pl.lit(":"),
            job.drafts.spool.uids.texts(frame[f"{side}_phone"]).str.replace("^phone:(?:e164:)?", ""),
        ).alias(side)
        for side in ("from", "to")
    )
    frame = frame.with_columns(
        pl.concat_str(pl.lit("tx:"), "op", pl.lit(":"), "op_id").alias("tx"),
        pl.coalesce("from", "to").alias("served"),
        pl.concat_str(pl.lit("ip:"), "address", pl.lit("::"), pl.col("at").dt.strftime("%Y-%m-%dT%H")).alias("ip_uid"),
        pl.when((pl.col("kind") == "cash_out") & (pl.col("status") == "success"))
        .then(pl.concat_str(pl.lit("outlet:"), "op", pl.lit(":"), pl.col("agent_code").str.to_uppercase()))
        .alias("outlet"),
        pl.concat_str("op", pl.lit("\x1f"), "op_id").alias("key"),
    )
    uids = job.drafts.spool.uids
    frame = frame.with_columns(pl.col("tx").alias("record")).with_columns(
        uids.numbers(frame[name]).alias(name) for name in ("from", "to", "tx", "served", "ip_uid", "outlet")
    )
    frame = frame.with_columns(pl.col("tx").alias("root"))
    return Parsed(frame, _refusals(job.received_at), _remarks(), partial(_rows, lines), "money", None, _CONSUMED)


@lru_cache(maxsize=4)
def _refusals(received_at: datetime) -> list[Check]:
    kind = pl.col("kind")
    leaves = kind.is_in(["P2P", "cash_out", "bill", "merchant"])
    reaches = kind.is_in(["P2P", "cash_in", "bank_to_wallet"])
    return [
        *(
            Check(pl.col(c).is_null(), "missing_key", f"{n} is empty")
            for c, n in (("op_id", "op_id"), ("op", "operator"))
        ),
        *(
            Check(pl.col(c).is_null(), "missing_field", f"{c} is empty")
            for c in ("ts", "kind", "amount", "currency", "status")
        ),
        Check(~kind.is_in(WALLET.enum("kind")), "enum", "kind: " + ", ".join(WALLET.enum("kind"))),
        Check(~pl.col("status").is_in(WALLET.enum("status")), "enum", "status: success, failed or reversed"),
        Check(leaves & pl.col("from_msisdn").is_null(), "missing_field", "from_msisdn is empty for this kind"),
        Check(reaches & pl.col("to_msisdn").is_null(), "missing_field", "to_msisdn is empty for this kind"),
        Check(pl.col("at").is_null(), "datetime", "ts: an ISO 8601 time with offset"),
        Check(~pl.col("at").is_between(EARLIEST, received_at + timedelta(days=1)), "out_of_range", "ts: 1990 to now"),
        Check(~pl.col("currency").is_in(sorted(CURRENCIES)), "enum", "currency: an ISO 4217 code"),
        *(
            Check(pl.col("amount_code") == code, code, "amount: a decimal amount of its currency")
            for code in ("number", "negative_amount", "out_of_range")
        ),
    ]


@cache
def _remarks() -> list[Check]:
    return [
        *(
            Check(pl.col(f"{side}_phone_warning").is_not_null(), "identifier", f"{side}_msisdn: not a phone number")
            for side in ("from", "to")
        ),
        *(
            Check(pl.col("device_warning") == code, code, "device_id: not of its type")
            for code in ("checksum", "identifier")
        ),
        Check(pl.col("ip").is_not_null() & pl.col("address").is_null(), "identifier", "ip: not an address"),
    ]


def _rows(lines: Forms, frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    transfers = frame.select(
        "tx",
        pl.col("from").alias("payer"),
        pl.col("to").alias("payee"),
        pl.col("op").alias("rail"),
        "kind",
        pl.col("minor").alias("amount"),
        "currency",
        pl.col("at").alias("sent_at"),
        pl.when(pl.col("status") == "success").then("at").alias("paid_at"),
        pl.col("status").replace_strict(STATUS).alias("status"),
        "outlet",
        "rec",
    )
    # Columns are chosen before rows: a filter copies every column there is.
    holds = [
        frame.select(
            pl.col(f"{side}_phone").alias("src"),
            pl.lit("HOLDS").alias("rel"),
            pl.col(side).alias("dst"),
            pl.col("at").alias("since"),
            pl.col("at").alias("until"),
            pl.lit("observed").alias("basis"),
            "rec",
        ).drop_nulls("dst")
        for side in ("from", "to")
    ]
    seen = frame.select(
        pl.col("served").alias("line"),
        "device",
        pl.col("ip_uid").alias("ip"),
        pl.lit("USES").alias("rel"),
        "at",
        "rec",
    ).filter(pl.col("line").is_not_null() & (pl.col("device").is_not_null() | pl.col("ip").is_not_null()))
    return {
        "transfers": transfers,
        "links": pl.concat(holds),
        "sightings": seen,
        "statements": said(frame, "tx", agent_code="agent_code"),
        WRITTEN: written(frame, lines, "from_phone", "to_phone"),
    }


READER: Final = Reader(WALLET, "wallet", table(_prepare, _parse, WALLET))
