"""Call detail records of an operator (CSV): who called, wrote to or was diverted to whom, with which SIM and device."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Final

import polars as pl

from graph.schema import UTC_TIME
from ingest.bulk import Check, Parsed, numbers, require, table, written
from ingest.drafts import WRITTEN, Job
from ingest.formats.described import Field, Format, Reader
from ingest.forms import Forms
from ingest.normalise.codes import CURRENCIES
from ingest.normalise.device import imeis, imsis
from ingest.normalise.money import minor_units
from ingest.normalise.phone import phones_of_distinct
from ingest.normalise.time import EARLIEST, time_columns
from ingest.tables import Sheet

CDR: Final = Format(
    "cdr",
    "Call detail records",
    "one call, message or data session",
    "record_id",
    ("csv",),
    (
        Field("record_id", "reference of the record at the operator", required=True),
        Field("call_type", "what it was", required=True, enum=("VOICE", "SMS", "DATA", "CALL_FORWARD")),
        Field("direction", "from the served party, to it, or neither", required=True, enum=("MO", "MT", "TRANSIT")),
        Field("a_number", "calling number; a withheld one as anonymous, unknown, private", required=True),
        Field("b_number", "called number (not for DATA)"),
        Field("c_number", "number the call was forwarded to (CALL_FORWARD)"),
        Field("start_ts", "start, ISO 8601; without offset it is in tz", required=True),
        Field("tz", "zone of start_ts: IANA name or +hh:mm"),
        Field("ring_s", "seconds of ringing, 0-3600"),
        Field("duration_s", "seconds of talk, 0-86400 (VOICE, CALL_FORWARD)"),
        Field("answered", "whether it was answered; empty: duration above 0", enum=("0", "1")),
        Field("release_cause", "why it ended"),
        Field("imsi", "SIM of the served party"),
        Field("imei", "device of the served party"),
        Field("first_cell", "mcc-mnc-lac-ci at the start"),
        Field("last_cell", "mcc-mnc-lac-ci at the end"),
        Field("roaming_country", "country the served party was in"),
        Field("trunk_in", "trunk the call came in on"),
        Field("trunk_out", "trunk it left by"),
        Field("operator", "operator that wrote the record"),
        Field("service", "service used"),
        Field("charge", "price, 0 or empty: none"),
        Field("currency", "ISO 4217 code of charge"),
    ),
)
REGION: Final = "MA"
_CONSUMED: Final = frozenset(
    [
        "record_id",
        "call_type",
        "direction",
        "a_number",
        "b_number",
        "c_number",
        "start_ts",
        "tz",
        "ring_s",
        "duration_s",
        "answered",
        "imsi",
        "imei",
        "first_cell",
        "trunk_in",
    ]
)


def _prepare(sheet: Sheet, job: Job) -> pl.DataFrame:
    """Times, seconds and charges of call records."""
    frame = require(sheet, CDR.required, CDR.names, job)
    nothing = pl.col("charge").str.strip_chars("0").is_in(["", "."])
    charge = pl.when(~nothing).then("charge").alias("charge")
    wrong, _ = minor_units(frame.select(charge).to_series(), frame["currency"].str.to_uppercase())
    return frame.with_columns(
        charge,
        time_columns(frame, "start_ts", zones="tz").alias("start"),
        *(_whole(name) for name in ("ring_s", "duration_s")),
        wrong.alias("charge_code"),
    )


def _parse(frame: pl.DataFrame, job: Job) -> Parsed:
    """Calls, sightings and cells of call records."""
    lines = job.drafts.forms_of(f"phone {REGION}", lambda texts: phones_of_distinct(texts, REGION), tells=True)
    frame = frame.with_columns(
        *numbers(frame, "sim", job.drafts.forms_of("imsi", imsis), "imsi"),
        *numbers(frame, "device", job.drafts.forms_of("imei", imeis), "imei"),
        *(column for party in "abc" for column in numbers(frame, party, lines, f"{party}_number")),
    )
    forward = pl.col("call_type") == "CALL_FORWARD"
    served = pl.when(pl.col("direction") == "MO").then("a").when(pl.col("direction") == "MT").then("b")
    frame = frame.with_columns(
        served.alias("served"),
        pl.col("record_id").alias("key"),
        pl.concat_str(pl.lit(f"cdr:{job.source}:"), "record_id").alias("record"),
        pl.coalesce("a", "b").alias("root"),
    )
    # Only what makes a link can be a link to itself: calls, messages, diversions.
    own = (pl.col("call_type").is_in(["VOICE", "CALL_FORWARD", "SMS"]) & (pl.col("a") == pl.col("b"))).fill_null(
        False
    ).cast(pl.Int64) + (forward & (pl.col("b") == pl.col("c"))).fill_null(False).cast(pl.Int64)
    return Parsed(frame, _refusals(job.received_at), _remarks(), partial(_rows, lines), "telecom", own, _CONSUMED)


@lru_cache(maxsize=4)
def _refusals(received_at: datetime) -> list[Check]:
    voice = pl.col("call_type").is_in(["VOICE", "CALL_FORWARD"])
    forward = pl.col("call_type") == "CALL_FORWARD"
    known_code = pl.col("currency").str.to_uppercase().is_in(sorted(CURRENCIES))
    charged = pl.col("charge").is_not_null()
    not_whole = r"^[+-]?\d+$"
    latest = received_at + timedelta(days=1)
    return [
        Check(pl.col("record_id").is_null(), "missing_key", "record_id is empty"),
        *_absent("call_type", "direction", "a_number", "start_ts"),
        Check(~pl.col("call_type").is_in(CDR.enum("call_type")), "enum", "call_type: VOICE, SMS, DATA or CALL_FORWARD"),
        Check(~pl.col("direction").is_in(CDR.enum("direction")), "enum", "direction: MO, MT or TRANSIT"),
        Check(pl.col("b_number").is_null() & (pl.col("call_type") != "DATA"), "missing_field", "b_number is empty"),
        Check(forward & pl.col("c_number").is_null(), "missing_field", "c_number is empty on a CALL_FORWARD"),
        Check(voice & pl.col("duration_s").is_null(), "missing_field", "duration_s is empty on a call"),
        Check(pl.col("start").is_null(), "datetime", "start_ts: an ISO 8601 time with an offset, or a zone in tz"),
        Check(~pl.col("start").is_between(EARLIEST, latest), "out_of_range", "start_ts: 1990 to now"),
        *(
            check
            for name, top in (("ring_s", 3600), ("duration_s", 86400))
            for check in (
                Check(~pl.col(name).str.contains(not_whole), "number", f"{name}: whole seconds"),
                Check(
                    pl.col(name).is_not_null() & ~pl.col(f"{name}_n").is_between(0, top).fill_null(False),
                    "out_of_range",
                    f"{name}: 0 to {top}",
                ),
            )
        ),
        Check(~pl.col("answered").is_in(["0", "1"]), "enum", "answered: 0, 1 or empty"),
        Check(charged & pl.col("currency").is_null(), "missing_field", "currency is empty beside a charge"),
        Check(charged & ~known_code, "enum", "currency: an ISO 4217 code"),
        *(
            Check(pl.col("charge_code") == code_, code_, "charge: a decimal amount of its currency")
            for code_ in ("number", "negative_amount", "out_of_range")
        ),
    ]


@cache
def _remarks() -> list[Check]:
    return [
        Check(pl.col(f"{name}_warning") == code_, code_, f"{field}: not of its kind, kept as written")
        for name, field in (
            ("a", "a_number"),
            ("b", "b_number"),
            ("c", "c_number"),
            ("sim", "imsi"),
            ("device", "imei"),
        )
        for code_ in ("checksum", "identifier")
    ]


def _whole(name: str) -> pl.Expr:
    return pl.col(name).str.to_integer(strict=False, dtype=pl.Int64).alias(f"{name}_n")


def _absent(*names: str) -> list[Check]:
    return [Check(pl.col(name).is_null(), "missing_field", f"{name} is empty") for name in names]


def _rows(lines: Forms, frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    calls = frame.select(
        "a",
        "b",
        "c",
        pl.col("call_type").alias("kind"),
        "direction",
        "start",
        pl.col("ring_s_n").alias("ring_s"),
        pl.col("duration_s_n").alias("duration_s"),
        pl.coalesce(pl.col("answered") == "1", pl.col("duration_s_n") > 0).alias("answered"),
        "trunk_in",
        "rec",
    )
    # Columns are chosen before rows: a filter copies every column there is.
    sightings = frame.select(
        pl.col("served").alias("line"),
        "sim",
        "device",
        pl.lit("INSERTED_IN").alias("rel"),
        pl.col("start").alias("at"),
        "rec",
    ).filter(pl.col("sim").is_not_null() | pl.col("device").is_not_null())
    cells = frame.select(
        pl.coalesce("served", "root").alias("subject"),
        pl.lit("cell").alias("prop"),
        pl.col("first_cell").alias("text"),
        pl.col("start").cast(UTC_TIME).alias("time"),
        "rec",
    ).filter(pl.col("text").is_not_null() & frame["root"].is_not_null())
    return {"calls": calls, "sightings": sightings, "statements": cells, WRITTEN: written(frame, lines, *"abc")}


READER: Final = Reader(CDR, "cdr", table(_prepare, _parse, CDR))
