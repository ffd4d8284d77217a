"""Amounts and dates as people tell them: centimes, ryals, francs, words, Arabic signs, Hijri days, Ramadan hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hijridate import Gregorian
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.hijri import hijri_date
from ingest.normalise.time import iso_time
from ingest.normalise.told_money import told_amount

CASABLANCA = ZoneInfo("Africa/Casablanca")


@pytest.mark.parametrize(
    ("text", "country", "minor", "currency"),
    [
        ("8 milliards de centimes", "MA", 80_000_000_00, "MAD"),
        ("huit milliards de centimes", "MA", 80_000_000_00, "MAD"),
        ("deux millions de centimes", "MA", 20_000_00, "MAD"),
        ("2000 ryal", "MA", 100_00, "MAD"),
        ("2000 ريال", "SA", 2000_00, "SAR"),
        ("1.000,50 DH", "MA", 1000_50, "MAD"),
        ("1 000,50 dh", "MA", 1000_50, "MAD"),
        ("1,000.50 dhs", "MA", 1000_50, "MAD"),
        ("١٬٠٠٠٫٥٠ درهم", "MA", 1000_50, "MAD"),
        ("٥٠٠٫٥٠ درهم", "MA", 500_50, "MAD"),
        ("20.000dh", "MA", 20_000_00, "MAD"),
        ("عشرين ألف درهم", "MA", 20_000_00, "MAD"),
        ("2 mille cinq cent dh", "MA", 2500_00, "MAD"),
        ("quatre-vingt-dix mille dirhams", "MA", 90_000_00, "MAD"),
        ("3 alf dirham", "MA", 3000_00, "MAD"),
        ("1000 dirhams", "AE", 1000_00, "AED"),
        ("650 000 FCFA", "CI", 650_000, "XOF"),
        ("15k cfa", "CI", 15_000, "XOF"),
        ("10 000 fcfa", "CM", 10_000, "XAF"),
        ("1.5 kwd", "KW", 1_500, "KWD"),
        ("150 دينار", "KW", 150_000, "KWD"),
        ("300€", None, 300_00, "EUR"),
        ("$3000", None, 3000_00, "USD"),
        ("£250", "GB", 250_00, "GBP"),
    ],
)
def test_amounts_as_told(text: str, country: str | None, minor: int, currency: str) -> None:
    assert told_amount(text, country) == (minor, currency, None)


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("5000", "MA", "unit"),
        ("2000 ryal", None, "ambiguous_unit"),
        ("100 dinars", None, "ambiguous_unit"),
        ("100 dirhams", None, "ambiguous_unit"),
        ("1.000 KWD", "KW", "ambiguous_separator"),
        ("1000 dh ou 2000 dh", "MA", "number"),
        ("0 dh", "MA", "out_of_range"),
        ("some money", "MA", "unit"),
        ("100 dh 50 euros", "MA", "ambiguous_unit"),
    ],
)
def test_what_says_too_little_is_no_amount(text: str, country: str | None, reason: str) -> None:
    told = told_amount(text, country)
    assert (told.minor, told.reason) == (None, reason)


def test_a_currency_named_elsewhere_decides() -> None:
    assert told_amount("5000", "MA", "MAD") == (5000_00, "MAD", None)
    assert told_amount("2000 riyals", None, "QAR") == (2000_00, "QAR", None)


@given(st.integers(1, 10**9), st.sampled_from(["{:,}.{:02}", "{:_},{:02}"]))
def test_both_ways_to_write_thousands_mean_the_same(minor: int, shape: str) -> None:
    whole, rest = divmod(minor, 100)
    for mark in (" ", "."):
        written = shape.format(whole, rest).replace("_", mark)
        assert told_amount(written + " dh", "MA").minor == int(Decimal(minor))


@given(st.text(max_size=60), st.sampled_from(["MA", "CI", "KW", None]))
def test_no_text_breaks_the_reading(text: str, country: str | None) -> None:
    told = told_amount(text, country)
    assert (told.minor is None) != (told.reason is None)
    assert told.minor is None or told.minor > 0


@pytest.mark.parametrize(
    "text", ["1446-09-12", "12 رمضان 1446", "12/09/1446 هـ", "1446/9/12 AH", "12 Ramadan 1446", "١٢ رمضان ١٤٤٦"]
)
def test_one_hijri_day_in_many_forms(text: str) -> None:
    # in Ramadan Casablanca is at UTC
    assert hijri_date(text, CASABLANCA) == datetime(2025, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-01-01", "31/02/1446", "1 Foo 1446", "1342-01-01", "1501-01-01", "1446-13-01"])
def test_what_is_no_hijri_day(text: str) -> None:
    assert hijri_date(text, CASABLANCA) is None


@given(st.dates(date(1925, 1, 1), date(2070, 1, 1)))
def test_hijri_and_back(day: date) -> None:
    hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    assert hijri_date(f"{hijri.year}-{hijri.month}-{hijri.day}", UTC) == datetime(
        day.year, day.month, day.day, tzinfo=UTC
    )


def test_the_hour_of_ramadan() -> None:
    for day, hours in (("2024-03-20", 0), ("2025-03-10", 0), ("2026-02-25", 0), ("2026-06-15", 1)):
        local = iso_time(f"{day}T12:00:00", CASABLANCA)
        assert local == datetime.fromisoformat(f"{day}T12:00:00+00:00") - timedelta(hours=hours)
