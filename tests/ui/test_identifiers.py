from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.schema import LABELS
from ui.i18n import Locale
from ui.present.identifiers import family_of, glyph_of, label_of, plain, short, shown
from ui.present.palette import FAMILIES

PREFIXES = sorted({row.prefix for row in LABELS.values()})


@pytest.mark.parametrize(
    ("uid", "text"),
    [
        ("phone:e164:+212683000001", "+212 683 000 001"),
        ("phone:e164:+447700900201", "+44 7700 900 201"),
        ("phone:e164:+97455000001", "+974 55 000 001"),
        ("phone:e164:+12025550143", "+1 2025 550 143"),
        ("phone:e164:+999000001", "+999 000 001"),
        ("phone:raw:0683", "0683"),
        ("bank:iban:MA64999780000000000001234527", "MA64 9997 8000 0000 0000 0123 4527"),
        ("wallet:orange_money:+212683000001", "Orange Money +212 683 000 001"),
        ("acct:facebook:h:synthlina", "Facebook @synthlina"),
        ("acct:facebook:id:999000000000001", "Facebook 999000000000001"),
        ("person:doc:MA:cin:QQ100201", "CIN QQ100201 (MA)"),
        ("person:rec:remit:moneygram:00045678:receiver", "receiver · moneygram:00045678"),
        ("dev:imei:00101700000001", "IMEI 00101700000001"),
        ("tx:wu:0000001234:2026-03", "WU 0000001234:2026-03"),
        ("url:example.example/a?b=c", "example.example/a?b=c"),
        ("email:c:a@b.example", "a@b.example"),
    ],
)
def test_uids_read_as_people_write_them(uid, text):
    assert plain(uid) == text


def test_a_pseudonym_is_introduced_and_shortened():
    uid = "victim:h:0541e12a533e1cd87136d3af"
    said = shown(Locale("en"), uid)
    assert "pseudonym" in said
    assert "0541e1" in said
    assert uid.split(":")[2] not in said
    assert uid.split(":")[2] not in short(uid)


@given(st.sampled_from(PREFIXES), st.text(max_size=60))
def test_any_uid_can_be_shown(prefix, rest):
    uid = f"{prefix}:{rest}"
    assert isinstance(plain(uid), str)
    assert label_of(uid) in LABELS
    assert len(short(uid)) <= 22 + 2 + 2 * short(uid).count("\u200e")


def test_an_unknown_prefix_does_not_break_a_page():
    assert label_of("new:kind:1") == "Evidence"


def test_every_label_has_a_family_that_can_be_drawn():
    drawn = {family_of(name) for name in LABELS} - {"findings"}
    assert drawn == set(FAMILIES)
    assert all(glyph_of(name) for name in LABELS)
