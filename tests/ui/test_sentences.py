from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.findings import Reason
from analysis.reasons import REASONS
from tests.ui.fake_workspace import FakeWorkspace
from ui.i18n import LANGUAGES, Locale
from ui.present.sentences import headline, sentence

LOCALES = [Locale(lang, "UTC") for lang in LANGUAGES]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def bare(said: str) -> str:
    return said.translate(dict.fromkeys((8294, 8296, 8297, 8206)))


def test_a_reason_reads_as_an_investigator_would_write_it():
    reason = Reason(code="t04_shared_identifier", params={"uid": "phone:e164:+212683000001", "reports": 11})
    assert bare(sentence(Locale("en"), reason)) == "+212 683 000 001 is named by 11 reports independent of each other."
    assert (
        bare(sentence(Locale("fr"), reason)) == "+212 683 000 001 est désigné par 11 signalements sans lien entre eux."
    )
    assert bare(sentence(Locale("ar"), reason)) == "ذُكر +212 683 000 001 في 11 بلاغًا لا صلة بينها."


def test_numbers_stay_left_to_right_inside_arabic():
    reason = Reason(code="t04_shared_identifier", params={"uid": "phone:e164:+212683000001", "reports": 11})
    assert "\u2066+212 683 000 001\u2069" in sentence(Locale("ar"), reason)


def test_verbs_agree_with_their_number():
    one = Reason(code="coercion_repeat_payment", params={"payers": 1})
    more = Reason(code="coercion_repeat_payment", params={"payers": 3})
    assert "1 payeur a payé" in sentence(Locale("fr"), one)
    assert "3 payeurs ont payé" in sentence(Locale("fr"), more)


def test_lists_of_kinds_and_money():
    custodians = Reason(code="custodians", params={"types": ["money", "report"]})
    assert sentence(Locale("en"), custodians) == "The indications come from money transfers, reports."
    told = Reason(code="money_total", params={"currency": "MAD", "total": "50000.00", "transfers": 15})
    assert bare(sentence(Locale("en"), told)).startswith("50,000.00\u00a0MAD from outside to its members, 15 transfers")


def test_a_code_newer_than_the_catalogue_is_shown_not_hidden():
    assert "brand_new" in sentence(Locale("fr"), Reason(code="brand_new", params={"n": 3}))


@pytest.mark.parametrize("locale", LOCALES, ids=list(LANGUAGES))
@given(data=st.data(), code=st.sampled_from(sorted(REASONS)))
def test_no_parameter_can_break_a_page(locale, data, code):
    params = {name: data.draw(VALUES) for name in REASONS[code].params if name != "at"}
    said = sentence(locale, Reason(code=code, params=params))
    assert said
    assert said.count("\u2066") + said.count("\u2068") <= said.count("\u2069") + sum(
        str(v).count("\u2066") for v in params.values()
    )


def test_headline_is_one_line_with_members_money_and_dates():
    ring = FakeWorkspace().ring("R-0001")
    assert bare(headline(Locale("en", "UTC"), ring)) == (
        "6 members, named in 11 reports. 50,000.00\u00a0MAD received in 15 transfers. Known victims: 9."
        " Seen: 3\u00a0Mar\u00a02026 – 9\u00a0Apr\u00a02026."
    )
    assert "without a report" in headline(Locale("en"), ring.model_copy(update={"reports": 0, "money": ()}))
