from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ui.i18n import day, decimal, integer, isolate, moment, money, period, share


def bare(shown: str) -> str:
    return shown.replace("\u2066", "").replace("\u2069", "")


def test_numbers_are_written_as_the_language_writes_them():
    assert integer("fr", 50000) == "50\u202f000"
    assert integer("en", 50000) == "50,000"
    assert integer("ar", 50000) == "50.000"
    assert decimal("fr", 1234.5) == "1\u202f234,50"
    assert decimal("ar", 1234.5) == "1.234,50"


def test_money_keeps_the_decimals_of_its_currency():
    assert bare(money("en", "50000.00", "MAD")) == "50,000.00\u00a0MAD"
    assert bare(money("fr", "12.500", "KWD")) == "12,500\u00a0KWD"
    assert bare(money("en", "7000", "XOF")) == "7,000\u00a0XOF"
    assert bare(money("en", "many", "MAD")) == "many MAD"


@given(st.decimals(min_value=0, max_value=10**15, places=2))
def test_money_never_changes_the_amount(amount):
    shown = bare(money("en", str(amount), "MAD")).removesuffix("\u00a0MAD").replace(",", "")
    assert shown == f"{amount:f}"


def test_shares():
    assert bare(share("en", 0.727)) == "73%"
    assert bare(share("fr", 1)) == "100\u202f%"
    assert bare(share("en", 0.034)) == "3.4%"
    assert bare(share("en", 0)) == "0%"


def test_dates_are_in_the_readers_zone():
    at = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert day("en", "UTC", at) == "3\u00a0Mar\u00a02026"
    assert day("fr", "Asia/Dubai", at) == "4\u00a0mars\u00a02026"
    assert moment("ar", "Asia/Dubai", "2026-03-03T23:30:00Z") == "4\u00a0مارس\u00a02026 03:30"
    assert day("en", "No/Such_Zone", at) == "3\u00a0Mar\u00a02026"


def test_periods():
    assert period("en", "UTC", None, None) == "–"
    assert period("en", "UTC", "2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z") == "3\u00a0Mar\u00a02026"
    assert period("en", "UTC", "2026-03-03", "2026-04-09") == "3\u00a0Mar\u00a02026 – 9\u00a0Apr\u00a02026"


@given(st.text())
def test_isolates_are_balanced(value):
    shown = isolate(value)
    assert shown.startswith("\u2066")
    assert shown.endswith("\u2069")


def test_arabic_letters_in_a_plate_do_not_carry_its_digits_away():
    assert isolate("12345-أ-6") == "\u206612345-\u200eأ\u200e-6\u2069"
