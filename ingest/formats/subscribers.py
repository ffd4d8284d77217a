"""Line contracts of an operator (CSV): who held which number with which SIM, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

import polars as pl

from ingest.bulk import Check, Parsed, numbers, require, said, table, written
from ingest.columns import formula
from ingest.drafts import WRITTEN, Job
from ingest.formats.described import Field, Format, Reader
from ingest.formats.parties import persons
from ingest.forms import Forms, each
from ingest.normalise.device import sim
from ingest.normalise.found import Found
from ingest.normalise.phone import phones_of_distinct
from ingest.normalise.time import EARLIEST, time_columns
from ingest.tables import Sheet

SUBSCRIBERS: Final = Format(
    "subscribers",
    "Line contracts",
    "one contract of one number",
    "msisdn, activated_at",
    ("csv",),
    (
        Field("msisdn", "the number", required=True),
        Field("imsi", "SIM by IMSI"),
        Field("iccid", "SIM by ICCID, used when there is no IMSI"),
        Field("name", "holder as the operator wrote it"),
        Field(
            "id_type",
            "document: cin, passport, residence; with country passport/SN",
            enum=("cin", "passport", "residence"),
        ),
        Field("id_no", "number of the document"),
        Field("activated_at", "start, date or time; without offset Africa/Casablanca", required=True),
        Field("deactivated_at", "end, empty while in force"),
        Field("sales_point", "where it was sold"),
        Field("address", "address the holder gave"),
    ),
)
REGION: Final = "MA"
ZONE: Final = "Africa/Casablanca"
_CONSUMED: Final = frozenset(
    ["msisdn", "imsi", "iccid", "name", "id_type", "id_no", "activated_at", "deactivated_at", "sales_point", "address"]
)


def _prepare(sheet: Sheet, job: Job) -> pl.DataFrame:
    """Times of contracts."""
    frame = require(sheet, SUBSCRIBERS.required, SUBSCRIBERS.names, job)
    return frame.with_columns(
        time_columns(frame, "activated_at", default=ZONE).alias("since"),
        time_columns(frame, "deactivated_at", default=ZONE).alias("until"),
        formula(["name", "sales_point", "address"])(frame).alias("formula"),
    )


def _parse(frame: pl.DataFrame, job: Job) -> Parsed:
    """Holders and SIM cards of contracts."""
    drafts = job.drafts
    lines = drafts.forms_of(f"phone {REGION}", lambda texts: phones_of_distinct(texts, REGION), tells=True)
    cards = frame.select(pl.concat_str([pl.col("imsi", "iccid").fill_null("")], separator="\x1f")).to_series()
    frame = frame.with_columns(
        *numbers(frame, "phone", lines, "msisdn"),
        *numbers(frame, "sim", drafts.forms_of("sim", each(_card)), cards),
    )
    frame = frame.with_columns(drafts.spool.uids.texts(frame["phone"]).alias("phone_uid"))
    number = pl.col("phone_uid").str.strip_prefix("phone:e164:")
    stamp = pl.col("since").dt.strftime("%Y-%m-%d")
    frame = frame.with_columns(
        pl.concat_str(number, pl.lit("\x1f"), pl.col("since").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).alias("key"),
        pl.concat_str(pl.lit(f"sub:{job.source}:"), number, pl.lit("@"), stamp).alias("record"),
    )
    unnamed = [pl.lit(f"person:rec:{job.source}:"), number, pl.lit("@"), stamp, pl.lit(":holder")]
    frame = persons(frame, drafts, "holder", "id_type", "id_no", ["name"], unnamed)
    frame = frame.with_columns(pl.coalesce("holder", "phone").alias("root"))
    kind = pl.col("id_type").str.to_lowercase().str.extract(r"^([^/]*)").str.strip_chars()
    refusals = [
        Check(pl.col("msisdn").is_null(), "missing_key", "msisdn is empty"),
        Check(pl.col("activated_at").is_null(), "missing_key", "activated_at is empty"),
        Check(
            ~pl.col("phone_uid").str.starts_with("phone:e164:").fill_null(False),
            "key",
            "msisdn: a phone number with its prefix",
        ),
        Check(pl.col("since").is_null(), "datetime", "activated_at: an ISO 8601 date or time"),
        Check(
            pl.col("deactivated_at").is_not_null() & pl.col("until").is_null(),
            "datetime",
            "deactivated_at: an ISO 8601 date or time",
        ),
        Check(
            ~pl.col("since").is_between(EARLIEST, job.received_at + timedelta(days=1)),
            "out_of_range",
            "activated_at: 1990 to now",
        ),
        Check(pl.col("until") < pl.col("since"), "interval", "deactivated_at before activated_at"),
        Check(~kind.is_in(SUBSCRIBERS.enum("id_type")), "enum", "id_type: cin, passport or residence"),
    ]
    remarks = [
        Check(pl.col("holder_warning").is_not_null(), "identifier", "id_no: not of its type, not used"),
        *(
            Check(pl.col("sim_warning") == code, code, "imsi, iccid: not of its kind, kept as written")
            for code in ("checksum", "identifier")
        ),
        Check(pl.col("formula"), "formula", "a name or place starts like a formula"),
    ]
    return Parsed(frame, refusals, remarks, partial(_rows, lines), "registry", None, _CONSUMED)


def _card(text: str) -> Found:
    return sim(*text.split("\x1f"))


def _rows(lines: Forms, frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    held = frame.filter(pl.col("holder").is_not_null()).select(
        pl.col("holder").alias("src"),
        pl.lit("USES").alias("rel"),
        pl.col("phone").alias("dst"),
        "since",
        "until",
        pl.lit("registered").alias("basis"),
        "rec",
    )
    sims = frame.filter(pl.col("sim").is_not_null()).select(
        pl.col("phone").alias("src"),
        pl.lit("HAS_SIM").alias("rel"),
        pl.col("sim").alias("dst"),
        "since",
        "until",
        pl.lit("registered").alias("basis"),
        "rec",
    )
    alone = frame.filter(pl.col("holder").is_null() & pl.col("sim").is_null()).select(
        pl.col("phone").alias("entity"), pl.lit("Phone").alias("label"), "rec"
    )
    statements = pl.concat(
        [said(frame, "holder", name="name", address="address"), said(frame, "phone", sales_point="sales_point")]
    )
    return {
        "links": pl.concat([held, sims]),
        "appearances": alone,
        "statements": statements,
        WRITTEN: written(frame, lines, "phone"),
    }


READER: Final = Reader(SUBSCRIBERS, "subs", table(_prepare, _parse, SUBSCRIBERS))
