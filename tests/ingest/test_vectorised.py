"""Whole columns give what one value at a time gives: devices, SIM cards, documents, amounts, times, months."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.parties import documents
from ingest.normalise.device import imei, imeis, imsi, imsis
from ingest.normalise.document import document
from ingest.normalise.money import amount, minor_units
from ingest.normalise.time import iso_time, months, time_columns, zone

many = settings(max_examples=150, deadline=None)
digits = st.text("0123456789", min_size=12, max_size=17) | st.sampled_from(
    ["", "00101-7000 00701", "٠٠١٠١٧٠٠٠٠٠٧٠١", "x", "001017000000713", "001017000000714", "001017000000710"]
)


@many
@given(st.lists(digits, max_size=20, unique=True))
def test_devices_and_cards(texts: list[str]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    assert imsis(column).rows() == [tuple(imsi(text)) for text in texts]
    assert imeis(column).rows() == [tuple(imei(text)) for text in texts]


kinds = st.sampled_from(
    ["cin", "CIN", "passport", "passport/KW", "passport/XX", "residence/sn", "cin/FR", "club", " passport"]
)
numbers = st.sampled_from(["QQ1", "QQ700020", "qq 700-020", "1", "A1B2", "ZZ/9", "QQ7000200", "é", ""])


@many
@given(st.lists(st.tuples(kinds, numbers), max_size=20, unique=True))
def test_documents(pairs: list[tuple[str, str]]) -> None:
    found = documents(pl.Series(["\x1f".join(p) for p in pairs], dtype=pl.String))
    for (kind, number), (uid, warning) in zip(pairs, found.iter_rows(), strict=True):
        wanted = document(kind, number)
        assert (uid, warning) == (wanted.value and f"person:doc:{wanted.value}", wanted.warning)


written = st.from_regex(r"\A[+-]?[0-9]{0,14}(?:\.[0-9]{0,5})?\Z") | st.sampled_from(["1e3", "٣", "1,5", "."])


@many
@given(st.lists(st.tuples(written, st.sampled_from(["MAD", "KWD", "XOF"])), min_size=1, max_size=20))
def test_amounts(rows: list[tuple[str, str]]) -> None:
    texts = pl.Series([text or None for text, _ in rows], dtype=pl.String)
    wrong, minor = minor_units(texts, pl.Series([code for _, code in rows]))
    for (text, code), refused, units in zip(rows, wrong, minor, strict=True):
        wanted = amount(text, code) if text else None
        assert (refused, units) == ((wanted, None) if isinstance(wanted, str) else (None, wanted))


stamps = st.builds(
    "{:04d}-{:02d}-{:02d}{}{:02d}:{:02d}:{:02d}{}".format,
    st.sampled_from([0, 1, 1969, 1970, 1999, 2000, 2024, 2026, 2037, 2038, 2100]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from("T t_"),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
    st.sampled_from(["", "Z", "z", "+01:00", "-03:30", "+24:00", "+01:60", "+0100", ".5", "±1:00"]),
)
places = st.sampled_from([None, "Africa/Casablanca", "Europe/Paris", "+01:00", "Nowhere"])


@many
@given(st.lists(st.tuples(stamps, places), min_size=1, max_size=30))
def test_times(rows: list[tuple[str, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"at": pl.String, "tz": pl.String}, orient="row")
    wanted = [iso_time(text, zone(name) if name else None) for text, name in rows]
    assert time_columns(frame, "at", zones="tz").to_list() == wanted


@many
@given(st.lists(st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), max_size=20))
def test_months(times: list[datetime | None]) -> None:
    column = pl.Series([t and t.replace(tzinfo=UTC) for t in times], dtype=pl.Datetime("us", "UTC"))
    assert months(column).to_list() == [t and f"{t:%Y-%m}" for t in times]
