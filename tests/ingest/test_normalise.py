"""Written identifiers and the one node each becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fingerprint import fingerprints, sketch_similarity
from ingest.normalise.bank import account_form, bank
from ingest.normalise.crypto import crypto, crypto_form, keccak256
from ingest.normalise.device import device, iccid, imei, imsi, sim
from ingest.normalise.document import document
from ingest.normalise.email import email
from ingest.normalise.handle import account
from ingest.normalise.ip import ip_address, ip_event
from ingest.normalise.money import amount, currency, money_columns
from ingest.normalise.phone import INTERNATIONAL, NATIONAL, by_library, phone, phones
from ingest.normalise.text import clean, looks_like_formula, operator_slug
from ingest.normalise.time import iso_time, time_columns
from ingest.normalise.transfer_ref import fits, reference, remittance_uid
from ingest.normalise.url import url
from tests.ingest.loading import FixedKeys

CASABLANCA = ZoneInfo("Africa/Casablanca")


@pytest.mark.parametrize(
    ("text", "region", "uid"),
    [
        ("06 83 00 00 01", "MA", "phone:e164:+212683000001"),
        ("00212 (0)683 00 00 01", "MA", "phone:e164:+212683000001"),
        ("+212 (0)683000001", None, "phone:e164:+212683000001"),
        ("٠٦٨٣٠٠٠٠٠١", "MA", "phone:e164:+212683000001"),
        ("‎+212 683-000001‬", None, "phone:e164:+212683000001"),
        ("https://wa.me/212683000001?text=x", "MA", "phone:e164:+212683000001"),
        ("https://api.whatsapp.com/send?phone=212683000001", "KW", "phone:e164:+212683000001"),
        ("212683000001@s.whatsapp.net", None, "phone:e164:+212683000001"),
        ("07700 900123", "GB", "phone:e164:+447700900123"),
        ("2025550123", "US", "phone:e164:+12025550123"),
        ("0701020304", "CI", "phone:e164:+2250701020304"),
    ],
)
def test_phone_forms_meet(text: str, region: str | None, uid: str) -> None:
    assert phone(text, region) == (uid, None)


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("0683", "MA", ("phone:raw:0683", "identifier")),
        ("07700900123", "MA", ("phone:raw:07700900123", "identifier")),
        ("0683000001", None, ("phone:raw:0683000001", "identifier")),
        ("no number", "MA", (None, "identifier")),
        ("Anonymous", "MA", (None, None)),
        ("0000000000", "MA", (None, None)),
    ],
)
def test_what_is_no_number_stays_as_written(
    text: str, region: str | None, found: tuple[str | None, str | None]
) -> None:
    assert phone(text, region) == found


shapes = st.one_of(
    *(st.from_regex(rf"\A(?:\+|00){cc}{rest}\Z") for cc, rest in INTERNATIONAL.items()),
    *(st.from_regex(rf"\A{local}\Z") for _, local in NATIONAL.values()),
    st.from_regex(r"\A(?:\+|00)?[0-9]{5,14}\Z"),
)


@given(st.lists(st.tuples(shapes, st.sampled_from(["MA", "FR", "GB", "KW", None])), min_size=1, max_size=40))
def test_fast_path_equals_the_library(numbers: list[tuple[str, str | None]]) -> None:
    texts = pl.Series([t for t, _ in numbers], dtype=pl.String)
    regions = pl.Series([r for _, r in numbers], dtype=pl.String)
    fast = phones(texts, regions)
    for n, (text, region) in enumerate(numbers):
        value = "+" + text[2:] if text.startswith("00") else text
        digits = text.removeprefix("+")
        wanted = by_library(value, region) if digits.strip("0") else None
        got = fast["uid"][n]
        assert got == phone(text, region).uid
        raw = f"phone:raw:{digits}" if digits.strip("0") else ""
        assert (got or "").removeprefix("phone:e164:") == (wanted or raw)
        assert fast["warning"][n] == phone(text, region).warning


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_example_numbers_of_every_country_are_kept(region: str) -> None:
    example = phonenumbers.example_number(region)
    if example is not None:
        written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        wanted = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert phone(written, None).uid == f"phone:e164:{wanted}"


def test_rib_and_iban_are_one_node() -> None:
    iban = "bank:iban:MA64999780000000000001234527"
    assert bank("999 780 0000000000012345 27").uid == iban
    assert bank("ma64-9997-8000-0000-0000-0123-4527").uid == iban
    assert bank("CI9990100100001234567881").uid == bank("CI93 CI99 9010 0100 0012 3456 7881").uid


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("999780000000000001234528", ("bank:raw:999780000000000001234528", "checksum")),
        ("MA37011519000001205000534922", ("bank:raw:MA37011519000001205000534922", "checksum")),
        ("SA3199000000000000012346", ("bank:raw:SA3199000000000000012346", "checksum")),
        ("99978000000000000123452", ("bank:raw:99978000000000000123452", "identifier")),
        ("FR761", ("bank:raw:FR761", "identifier")),
    ],
)
def test_wrong_accounts_stay_as_written(text: str, found: tuple[str, str]) -> None:
    assert bank(text) == found


@given(st.text(alphabet="0123456789", min_size=22, max_size=22))
def test_every_moroccan_rib_makes_the_iban_64(first: str) -> None:
    rib = f"{first}{97 - int(first) * 100 % 97:02d}"
    assert bank(rib).uid == f"bank:iban:MA64{rib}"
    assert bank("MA64" + rib) == bank(rib)
    assert account_form(rib)


@pytest.mark.parametrize(
    ("text", "uid", "warning"),
    [
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "crypto:btc:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", None),
        (
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            "crypto:btc:bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            None,
        ),
        (
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "crypto:eth:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            None,
        ),
        (
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "crypto:raw:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "checksum",
        ),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "crypto:tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", None),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "crypto:raw:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "checksum"),
        ("hello", "crypto:raw:hello", "identifier"),
    ],
)
def test_crypto_addresses(text: str, uid: str, warning: str | None) -> None:
    assert crypto(text) == (uid, warning)
    assert crypto_form(text) == (warning != "identifier")


def test_keccak_is_the_original_padding() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize(
    ("platform", "text", "uid", "warning"),
    [
        ("fb", "Syn.Lina.Test", "acct:facebook:h:synlinatest", None),
        (
            "facebook",
            "https://www.facebook.com/profile.php?id=999000000000101",
            "acct:facebook:id:999000000000101",
            None,
        ),
        ("facebook", "fb.com/people/A-B/999000000000101/", "acct:facebook:id:999000000000101", None),
        ("facebook", "https://facebook.com/p/A-B-999000000000101", "acct:facebook:id:999000000000101", None),
        ("facebook", "999000000000101", "acct:facebook:id:999000000000101", None),
        ("facebook", "https://facebook.com/groups/123", "url:facebook.com/groups/123", "unresolved"),
        ("facebook", "ab.c", "acct:facebook:raw:ab.c", "identifier"),
        ("instagram", "https://instagram.com/Syn.User_1/?igsh=x", "acct:instagram:h:syn.user_1", None),
        ("ig", ".bad", "acct:instagram:raw:.bad", "identifier"),
        ("tiktok", "https://www.tiktok.com/@syn.user?lang=fr", "acct:tiktok:h:syn.user", None),
        ("snap", "https://www.snapchat.com/add/syn_lina_99", "acct:snapchat:h:syn_lina_99", None),
        ("telegram", "https://t.me/s/Syn_Canal", "acct:telegram:h:syn_canal", None),
        ("telegram", "https://t.me/+AbCdEf", "url:t.me/+AbCdEf", "unresolved"),
        ("twitter", "https://x.com/SynUser/status/1", "acct:x:h:synuser", None),
        ("whatsapp", "wa.me/212683000001", "acct:whatsapp:h:+212683000001", None),
        ("skype", "live:.cid.0123456789abcdef", "acct:skype:h:live:.cid.0123456789abcdef", None),
        ("Vinted", "@SynUser", "acct:vinted:h:synuser", None),
    ],
)
def test_handles(platform: str, text: str, uid: str, warning: str | None) -> None:
    assert account(platform, text, "MA") == (uid, warning)


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("HTTPS://WWW.Syn-shop.example:443/Offre/?utm_source=x&id=7&gclid=1#top", "url:syn-shop.example/Offre?id=7"),
        ("syn-shop.example:8080/a", "url:syn-shop.example:8080/a"),
        ("http://[2001:db8::1]/x", "url:[2001:db8::1]/x"),
        ("two words", "url:raw:two words"),
    ],
)
def test_addresses(text: str, uid: str) -> None:
    assert url(text).uid == uid


def test_mail_rules() -> None:
    assert email("J.Doe+x@GoogleMail.com").uid == "email:c:jdoe@gmail.com"
    assert email("J.Doe+x@hotmail.fr").uid == "email:c:j.doe@hotmail.fr"
    assert email("J.Doe+x@mail.example").uid == "email:c:j.doe+x@mail.example"
    assert email("a@b") == ("email:raw:a@b", "identifier")


def test_devices_and_sims() -> None:
    assert imei("00-101700-000001-1").uid == imei("00101700000001").uid == "dev:imei:00101700000001"
    assert imei("490154203237517") == ("dev:imei:49015420323751", "checksum")
    assert imei("490154203237510").warning is None
    assert imei("12345") == ("dev:raw:12345", "identifier")
    assert device("MAC:00-00-5E-00-53-AF").uid == device("mac:0000.5e00.53af").uid == "dev:mac:00:00:5e:00:53:af"
    assert device("adid:ABC").uid == "dev:adid:abc"
    assert imsi("001010000000001").uid == "sim:imsi:001010000000001"
    assert iccid("8900101000000000018").warning == "checksum"
    assert sim("60401", "8900101000000000019") == ("sim:iccid:8900101000000000019", "identifier")
    assert sim(None, None).uid is None


def test_documents_addresses_and_references() -> None:
    assert document("cin", "qq-300 301").value == "MA:cin:QQ300301"
    assert document("passport/KW", "zz900001").value == "KW:passport:ZZ900001"
    assert document("passport", "zz900001").value == "ZZ:passport:ZZ900001"
    assert document("cin", "QQQ12345") == (None, "identifier")
    assert document("cin", None) == (None, None)
    assert ip_address("999.1.1.1") is None
    assert (
        ip_event("2001:DB8::1", 443, datetime(2026, 3, 5, 1, 59, tzinfo=UTC)).uid
        == "ip:[2001:db8::1]:443:2026-03-05T01"
    )
    assert reference("ria00 1122-33") == "RIA00112233"
    assert not fits("wu", "12345")
    assert fits("newcomer", "X1")
    # sent at 00:30 on 1 April in Kuwait: still March in UTC
    assert (
        remittance_uid("wu", "0001112221", datetime.fromisoformat("2026-04-01T00:30+03:00"))
        == "tx:wu:0001112221:2026-03"
    )
    assert operator_slug("Western  Union") == operator_slug("western_union") == "wu"


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("10.50", "MAD", 1050),
        ("150.5000", "KWD", 150500),
        ("100.00", "XOF", 100),
        ("100.255", "MAD", "number"),
        ("1,5", "MAD", "number"),
        ("1e3", "MAD", "number"),
        ("", "MAD", "number"),
        ("10.", "MAD", "number"),
        ("-5", "MAD", "negative_amount"),
        ("0.00", "MAD", "out_of_range"),
        ("999999999999.99", "MAD", 99999999999999),
        ("1000000000000", "MAD", "out_of_range"),
    ],
)
def test_amounts(text: str, code: str, minor: int | str) -> None:
    assert amount(text, code) == minor


amounts = st.from_regex(r"\A[+-]?[0-9]{0,14}\.?[0-9]{0,5}\Z") | st.sampled_from(
    ["", "1e5", "٣", ".", "-", "+.5", "1.2.3"]
)


@given(st.lists(st.tuples(amounts, st.sampled_from(["MAD", "KWD", "XOF", "EUR"])), min_size=1, max_size=30))
def test_columns_of_amounts_equal_one_by_one(rows: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(rows, schema={"text": pl.String, "code": pl.String}, orient="row")
    wrong, minor = frame.select(
        *(e.alias(n) for e, n in zip(money_columns(pl.col("text"), pl.col("code")), ("w", "m"), strict=True))
    ).get_columns()
    for n, (text, code) in enumerate(rows):
        wanted = amount(text, code)
        assert (wrong[n] or minor[n]) == wanted


def test_currencies_are_iso_without_metals() -> None:
    assert currency("omr") == "OMR"
    assert [currency(c) for c in ("XAU", "XXX", "XTS", "DHS", "SR")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "local", "wanted"),
    [
        ("2026-03-02T22:40:00+03:00", None, "2026-03-02T19:40:00+00:00"),
        ("2026-03-02 22:40:00Z", None, "2026-03-02T22:40:00+00:00"),
        ("2026-02-25 23:30:00", CASABLANCA, "2026-02-25T23:30:00+00:00"),  # Ramadan: UTC+0
        ("2026-05-25 23:30:00", CASABLANCA, "2026-05-25T22:30:00+00:00"),
        ("2026-05-25", CASABLANCA, "2026-05-24T23:00:00+00:00"),
        ("2026-05-25T10:00:00.25Z", None, "2026-05-25T10:00:00.250000+00:00"),
        ("2026-05-25 10:00:00", None, None),
        ("2026-02-30", CASABLANCA, None),
        ("2026-W01-1", CASABLANCA, None),
        ("20260401", CASABLANCA, None),
        ("2026-04-01T25:00:00Z", None, None),
        ("yesterday", CASABLANCA, None),
    ],
)
def test_times(text: str, local: ZoneInfo | None, wanted: str | None) -> None:
    found = iso_time(text, local)
    assert (found.isoformat() if found else None) == wanted


moments = st.datetimes(datetime(1960, 1, 1), datetime(2040, 1, 1)).map(lambda d: d.isoformat(timespec="seconds"))
written = st.tuples(
    moments,
    st.sampled_from(["", "Z", "+03:00", "-0530", "+01"]),
    st.sampled_from(["T", " "]),
    st.sampled_from(["", ".5"]),
).map(lambda p: p[0].replace("T", p[2]) + p[3] + p[1]) | st.sampled_from(
    ["2026-04-31 10:00:00", "01.04.2026", "2026-03-01"]
)


@given(
    st.lists(
        st.tuples(written, st.sampled_from([None, "Africa/Casablanca", "+02:00", "Europe/Paris", "Mars/X"])), min_size=1
    )
)
def test_columns_of_times_equal_one_by_one(rows: list[tuple[str, str | None]]) -> None:
    from ingest.normalise.time import zone

    frame = pl.DataFrame(rows, schema={"at": pl.String, "tz": pl.String}, orient="row")
    found = time_columns(frame, "at", zones="tz")
    for n, (text, name) in enumerate(rows):
        assert found[n] == iso_time(text, zone(name) if name else None)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("=1+1", True), ("+cmd|' /C calc'!A0", True), ("@SUM(A1)", True), (" =2", True), ("-2+3+cmd", True),
        ("+212 683 00 00 01", False), ("-12.50", False), ("@syn_user", False), ("Said", False), ("", False),
    ],
)  # fmt: skip
def test_formulas(text: str, formula: bool) -> None:
    assert looks_like_formula(text) is formula


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_copied_narratives_are_near_and_others_far() -> None:
    keys = FixedKeys()
    text = "il me demande de payer cinq mille dirhams sinon il publie la conversation a toute ma famille et a mes amis"
    one, copy = fingerprints(text, keys), fingerprints(text.upper() + " !!", keys)
    edited = fingerprints(text.replace("cinq", "six"), keys)
    other = fingerprints(
        "le colis commande sur cette boutique en ligne n est jamais arrive et le site a disparu depuis", keys
    )
    assert one and copy and edited and other
    assert one == copy
    assert sketch_similarity(one[1], edited[1]) > 0.5
    assert sketch_similarity(one[1], other[1]) < 0.2
    assert fingerprints(" ... ", keys) is None
