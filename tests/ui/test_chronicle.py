from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fake_workspace import FakeWorkspace
from ui.i18n import Locale
from ui.present.chronicle import rows

EVENTS = FakeWorkspace().ring_timeline("R-0001")


@given(st.permutations(EVENTS))
def test_the_order_of_events_is_theirs_not_that_of_the_answer(events):
    assert rows(Locale("en", "UTC"), events) == rows(Locale("en", "UTC"), EVENTS)


def test_events_are_told_in_the_readers_language_and_zone():
    first = rows(Locale("fr", "Asia/Dubai"), EVENTS)[0]
    assert first["kind"] == "signalement"
    assert first["at"] == "2026-03-03T16:00:00"
    assert first["original"] == "2026-03-03T12:00:00Z"


def test_undated_events_and_unknown_kinds_do_not_break_it():
    found = rows(
        Locale("en"), [{"at": None, "kind": "call"}, {"at": "2026-01-01T00:00:00Z", "kind": "omen", "uid": None}]
    )
    assert [row["kind"] for row in found] == ["omen"]


def test_amounts_stay_in_their_currency():
    paid = [row for row in rows(Locale("en", "UTC"), EVENTS) if row["value"]]
    assert len(paid) == 15
    assert {row["currency"] for row in paid} == {"MAD"}
