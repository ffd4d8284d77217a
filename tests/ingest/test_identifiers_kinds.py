"""Devices, cards, addresses, accounts, firms, mail: what each says of itself, and which join nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.shared_kinds import SHARED_KINDS, shared_kind
from ingest.normalise.bank import bank
from ingest.normalise.company import bic, ice, sort_code
from ingest.normalise.crypto import crypto
from ingest.normalise.facts import computed


@pytest.mark.parametrize(
    ("uid", "facts"),
    [
        ("sim:imsi:604010123456789", {"mcc": "604", "mnc": "01", "country": "MA"}),
        ("sim:imsi:604000123456789", {"mnc": "00", "country": "MA", "operator": "Orange"}),
        ("sim:imsi:612030123456789", {"country": "CI", "operator": "Orange"}),
        ("sim:iccid:8921200000000000001", {"country_code": "+212", "country": "MA"}),
        ("dev:imei:49015420323751", {"type_allocation": "49015420", "imei": "490154203237518"}),
        ("dev:mac:02:00:5e:00:53:af", {"links": False, "shared": "local_mac"}),
        ("dev:mac:00:00:5e:00:53:af", {"links": True, "maker_prefix": "00:00:5e"}),
        ("ip:100.64.1.2:4000:2026-01-01T10", {"cgnat": "yes", "shared": "carrier_nat", "links": False}),
        ("ip:[2001:db8::1]:443:2026-01-01T10", {"version": 6, "cgnat": "unknown"}),
        ("bank:iban:MA64011519000001205000534921", {"bank": "Bank of Africa", "locality_code": "519"}),
        ("bank:iban:MA64001810007800020110620318", {"bank": "Bank Al-Maghrib", "locality": "Rabat"}),
        ("bank:iban:CI93CI9990100100001234567881", {"bank_code": "CI999", "branch_code": "01001"}),
        ("bank:raw:60161331926819", {"sort_code": "60-16-13", "account": "31926819"}),
        ("person:doc:MA:cin:BE123456", {"issuing_office": "Casablanca", "type": "cin"}),
        ("email:c:info@shop.example", {"shared": "role_mail", "links": False}),
        ("email:c:someone@shop.example", {"links": True}),
        ("acct:instagram:h:syn.user", {"platform": "instagram", "key": "handle"}),
        ("acct:facebook:id:999000000000101", {"key": "native_id"}),
        (
            "crypto:btc:bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            {"chain": "btc", "kind": "taproot"},
        ),
    ],
)
def test_facts_of_an_identifier(uid: str, facts: dict[str, object]) -> None:
    assert facts.items() <= computed(uid).facts.items()


def test_reasons_of_an_identifier() -> None:
    assert "handle_may_be_reassigned" in computed("acct:x:h:syn_user").reasons
    assert "no_port" in computed("ip:203.0.113.7::2026-01-01T10").reasons
    assert computed("bank:raw:999780000000000001234528").validity == "invalid"
    assert computed("person:doc:MA:cin:QQ1").reasons == ("no_check_digit",)


@pytest.mark.parametrize(
    ("uid", "kind"),
    [
        ("dev:mac:06:00:5e:00:53:af", "local_mac"),
        ("dev:mac:01:00:5e:00:53:af", "group_mac"),
        ("dev:mac:04:00:5e:00:53:af", None),
        ("email:c:x1y2z3@privaterelay.appleid.com", "mail_relay"),
        ("email:c:contact@shop.example", "role_mail"),
        ("email:c:contacts.of.mine@shop.example", None),
        ("phone:e164:+212801000000", "free_phone"),
        ("phone:e164:+212808000000", None),
        ("ip:100.127.255.254:1:2026-01-01T10", "carrier_nat"),
        ("ip:100.128.0.1:1:2026-01-01T10", None),
        ("ip:100.63.0.1:1:2026-01-01T10", None),
    ],
)
def test_what_joins_nobody_by_its_kind(uid: str, kind: str | None) -> None:
    assert shared_kind(uid) == kind


@given(st.integers(0, 2**48 - 1))
def test_the_bit_of_made_up_addresses_decides(value: int) -> None:
    digits = f"{value:012x}"
    uid = "dev:mac:" + ":".join(digits[n : n + 2] for n in range(0, 12, 2))
    first = value >> 40
    wanted = "group_mac" if first & 1 else "local_mac" if first & 2 else None
    assert shared_kind(uid) == wanted


def test_patterns_read_the_same_to_both_engines() -> None:
    import polars as pl

    uids = [
        "dev:mac:02:00:5e:00:53:af",
        "email:c:info@a.example",
        "ip:100.64.0.1::2026-01-01T10",
        "phone:e164:+212800000000",
    ]
    for row in SHARED_KINDS:
        vectorised = pl.Series(uids).str.contains(f"^(?:{row.pattern})$").to_list()
        assert vectorised == [re.fullmatch(row.pattern, uid) is not None for uid in uids]


def test_codes_of_firms() -> None:
    assert bic("bcma ma mc") == "BCMAMAMC"
    assert bic("CIHMMAMCXXX") == "CIHMMAMCXXX"
    assert bic("BCMAZZMC") is None
    assert bic("BCMAMAM") is None
    assert ice("001561191000066") == "001561191000066"
    assert ice("001561191000067") is None
    assert sort_code("60-16-13 31926819") == ("60-16-13", "31926819")
    assert sort_code("60161 31926819") is None


def digits_changed(text: str) -> list[str]:
    """Every text that differs in one digit."""
    return [
        text[:n] + str((int(c) + by) % 10) + text[n + 1 :] for n, c in enumerate(text) if c.isdigit() for by in (1, 5)
    ]


def test_no_one_digit_error_reaches_an_account() -> None:
    rib = "999780000000000001234527"
    good = bank(rib).uid
    for wrong in (*digits_changed(rib), *digits_changed("MA64" + rib)):
        found = bank(wrong)
        assert found.warning == "checksum"
        assert found.uid != good
    assert bank("MA37" + rib).warning == "checksum"
    assert bank("MA37011519000001205000534922").warning == "checksum", "the IBAN check alone is right, the key is not"


@pytest.mark.parametrize(
    "address",
    [
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    ],
)
def test_no_one_character_error_reaches_an_address(address: str) -> None:
    assert crypto(address).uid == f"crypto:btc:{address}"
    for n in range(4, len(address)):
        other = "z" if address[n] != "z" else "x"
        assert crypto(address[:n] + other + address[n + 1 :]).warning == "checksum"
