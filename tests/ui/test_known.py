"""What is known of an identifier has words in three languages: facts, checks, reasons, formats, codes of rows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from analysis import spoof
from graph.shared_kinds import SHARED_KINDS
from halqa import identifier
from ingest.formats.registry import FORMATS
from ingest.normalise import facts
from ingest.normalise.banks import account_facts
from ingest.normalise.facts import computed
from ingest.rejects import REJECTS, WARNINGS
from tests.ui.fake_workspace import LINES, FakeWorkspace
from ui.i18n import LANGUAGES, Locale
from ui.i18n.catalogue import WORDS
from ui.present import known

LANGS = sorted(LANGUAGES)
SAMPLES = (
    "phone:e164:+212683000000", "phone:e164:+212592000000", "phone:e164:+26912345", "phone:raw:12345678901234567",
    "sim:imsi:604001234567890", "sim:imsi:999991234567890", "sim:iccid:8921201234567890123", "dev:imei:35000000000000",
    "dev:mac:02:00:00:00:00:01", "dev:mac:01:00:00:00:00:01", "dev:mac:00:1a:2b:00:00:01",
    "ip:100.64.0.1::2026-03-03T09",
    "ip:192.0.2.7:443:2026-03-03T09", "bank:iban:MA64999780000000000000000172", "bank:raw:20000055779911",
    "email:c:info@example.org",
    "email:c:a@duck.com", "acct:whatsapp:h:+212683000000", "acct:x:h:someone", "acct:facebook:id:999000000000001",
    "person:doc:MA:cin:A123456", "crypto:btc:bc1pqqqqq", "crypto:btc:1qqqq", "crypto:eth:0xabc",
    "wallet:orange_money:+212683000000",
)  # fmt: skip


def reason_codes() -> set[str]:
    """Every reason that can be told of an identifier."""
    found = set(spoof.RISKS) | {row.kind for row in SHARED_KINDS if row.label == "Email"}
    for module in (facts, identifier):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="reasons"), attr="append"), args=[ast.Constant(str(code))]
                ):
                    found.add(code)
                case ast.Call(func=ast.Name(id="Computed"), args=[_, ast.Tuple(elts=codes), *_]):
                    found |= {one.value for one in codes if isinstance(one, ast.Constant)}
                case _:
                    pass
    return found | {code for uid in SAMPLES for code in computed(uid).reasons}


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_its_sentence(lang):
    codes = reason_codes()
    assert {"locally_administered", "carrier_nat_network", "no_check_digit", "satellite_or_global_range"} <= codes
    assert {f"why.{code}" for code in codes} <= set(WORDS[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_every_computed_fact_and_every_value_of_ours_has_words(lang):
    for uid in SAMPLES:
        found = computed(uid)
        assert f"validity.{found.validity}" in WORDS[lang]
        for name, value in found.facts.items():
            assert f"fact.{name}" in WORDS[lang], name
            if name in ("spoof_risk", "cgnat", "key", "shared") or (name == "type" and uid.startswith("phone:")):
                assert f"value.{value}" in WORDS[lang], value
    for iban in (
        "MA64999780",
        "CI00QQ99901",
        "GB00QQQQ001122",
        "FR0099999",
        "SA0099",
        "AE00999",
        "KW00QQQQ",
        "OM00999",
    ):
        assert {f"fact.{name}" for name in account_facts(iban + "0" * 20)} <= set(WORDS[lang])
    assert {f"value.{row.kind}" for row in SHARED_KINDS} <= set(WORDS[lang])
    assert {f"value.{kind}" for kind in facts._TYPES.values()} <= set(WORDS[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_every_format_and_every_code_of_a_row_has_words(lang):
    assert {f"format.{one.name}" for one in FORMATS} <= set(WORDS[lang])
    assert {f"reject.{code}" for code in REJECTS | WARNINGS} <= set(WORDS[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_facts_are_told_in_words(lang):
    found = FakeWorkspace().who(LINES[0])
    told = dict(known.computed(Locale(lang), found))
    assert WORDS[lang]["value.mobile"] in told.values()
    assert WORDS[lang]["value.suspected"] in told.values()
    assert "spoof_risk" not in told
    (_, first, no_records), (code, second, records) = known.reasons(Locale(lang), found)
    assert first == WORDS[lang]["why.not_allocated_by_numbering_plan"]
    assert (code, no_records, records) == ("national_on_international_trunk", [], ["cdr:maroc:1"])
    assert second == WORDS[lang][f"why.{code}"]


def test_fingerprints_are_not_told_and_a_fact_twice_said_is_told_once():
    rows = [{"property": "text_sketch", "value": "a1"}, *[{"property": "name", "value": "Karim"}] * 2]
    assert known.statements(Locale("en"), {"facts": rows}) == [("name", "\u2068Karim\u2069")]


def test_only_a_check_that_says_something_is_remarked():
    assert known.validity(Locale("en"), {"validity": "possible"}) is None
    assert known.validity(Locale("en"), {"validity": "invalid"}) == "fails its check"


def test_a_property_nobody_translated_shows_itself_readably():
    assert known.property_name(Locale("fr"), "shoe_size") == "shoe size"
