"""Phones: forms of chat services, old numbering plans by the date of the document, and what a number says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.facts import computed, normaliser_version
from ingest.normalise.phone import phone
from ingest.normalise.phone_plans import PLANS, phone_in

BEFORE_2009 = datetime(2009, 3, 5, 23, tzinfo=UTC)
AFTER_2009 = datetime(2009, 3, 7, tzinfo=UTC)
BEFORE_2021 = datetime(2021, 1, 30, tzinfo=UTC)
AFTER_2021 = datetime(2021, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "https://api.whatsapp.com/send?phone=%2B212683000001&text=x", "whatsapp://send?phone=212683000001",
        "212683000001@c.us", "212683000001:12@s.whatsapp.net", "wa.me/+212683000001", "https://wa.me/212683000001?text=1",
    ],
)  # fmt: skip
def test_chat_forms(text: str) -> None:
    assert phone(text, None) == ("phone:e164:+212683000001", None)


@pytest.mark.parametrize("text", ["https://wa.me/message/ABC123", "https://chat.whatsapp.com/AbC123"])
def test_chat_addresses_without_a_number_are_no_number(text: str) -> None:
    assert phone(text, "MA") == (None, "identifier")


@pytest.mark.parametrize(
    ("text", "region", "today"),
    [
        ("061234567", "MA", "+212661234567"),
        ("06 12 34 56 7", "MA", "+212661234567"),
        ("٠٦١٢٣٤٥٦٧", "MA", "+212661234567"),
        ("+21261234567", None, "+212661234567"),
        ("00212 61 23 45 67", "FR", "+212661234567"),
        ("+212 (0)61234567", None, "+212661234567"),
        ("022 12 34 56", "MA", "+212522123456"),
        ("037123456", "MA", "+212537123456"),
        ("081234567", "MA", "+212801234567"),
    ],
)
def test_moroccan_numbers_of_before_2009(text: str, region: str | None, today: str) -> None:
    assert phone_in(text, region, BEFORE_2009) == (f"phone:e164:{today}", None)
    for later in (AFTER_2009, None):
        assert phone_in(text, region, later).warning == "identifier", "nine digits after 2009 reach no line"


@pytest.mark.parametrize(
    ("text", "region", "today"),
    [
        ("07010203", "CI", "+2250707010203"),  # Orange by its second digit
        ("04010203", "CI", "+2250504010203"),  # MTN
        ("01010203", "CI", "+2250101010203"),  # Moov
        ("+22547010203", None, "+2250747010203"),
        ("wa.me/22544010203", None, "+2250544010203"),
        ("22507010203", "CI", "+2250707010203"),
        ("20312345", "CI", "+2252720312345"),  # fixed, by the third digit
        ("20012345", "CI", "+2252520012345"),
        ("22812345", "CI", "+2252122812345"),
    ],
)
def test_ivorian_numbers_of_before_2021(text: str, region: str | None, today: str) -> None:
    assert phone_in(text, region, BEFORE_2021) == (f"phone:e164:{today}", None)
    assert phone_in(text, region, AFTER_2021).warning == "identifier"
    assert phone_in(text, region, None).warning == "identifier"


def test_blocks_of_closed_operators_are_not_guessed() -> None:
    assert phone_in("61010203", "CI", BEFORE_2021) == ("phone:raw:61010203", "identifier")


@given(
    st.from_regex(r"\A(?:\+|00)?[0-9 ]{6,14}\Z"),
    st.sampled_from(["MA", "CI", "FR", None]),
    st.datetimes(datetime(2000, 1, 1), datetime(2025, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
)
def test_a_number_of_today_is_never_mapped_and_nothing_is_after_the_switch(
    text: str, region: str | None, at: datetime
) -> None:
    now, then = phone(text, region), phone_in(text, region, at)
    if now.fits or at >= max(plan.ended for plan in PLANS):
        assert then == now
    elif then != now:
        assert then.fits
        assert any((then.uid or "").startswith(f"phone:e164:+{p.code}") and at < p.ended for p in PLANS)


@pytest.mark.parametrize(
    ("uid", "validity", "facts"),
    [
        ("phone:e164:+212612345678", "valid", {"country": "MA", "type": "mobile", "allocated_operator": "Orange"}),
        ("phone:e164:+212801234567", "valid", {"type": "free", "shared": "free_phone"}),
        ("phone:e164:+212592123456", "possible", {"type": "voip"}),
        ("phone:e164:+212891234567", "valid", {"type": "premium"}),
        ("phone:e164:+2250701020304", "valid", {"country": "CI", "allocated_operator": "Orange"}),
        ("phone:e164:+212683000001", "possible", {"spoof_risk": "possible"}),
        ("phone:raw:1234567890123456", "invalid", {"spoof_risk": "suspected"}),
        ("wallet:wave:+2250701020304", "valid", {"operator": "wave", "country": "CI"}),
    ],
)
def test_what_a_number_says(uid: str, validity: str, facts: dict[str, object]) -> None:
    found = computed(uid)
    assert found.validity == validity
    assert facts.items() <= found.facts.items()


def test_ranges_and_versions_are_told() -> None:
    assert "range_known_for_call_back_fraud" in computed("phone:e164:+2693212345").reasons
    assert "satellite_or_global_range" in computed("phone:e164:+88163100000").reasons
    assert "longer_than_15_digits" in computed("phone:raw:1234567890123456").reasons
    assert "phonenumbers" in normaliser_version()
