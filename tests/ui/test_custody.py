"""Custody lines on screen: what became of each batch is what the chain itself says, and every act has its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.chain import Batch
from graph.custody import withdrawn
from tests.ui.fake_workspace import FakeWorkspace
from ui.i18n import LANGUAGES, Locale
from ui.present.custody import batches, told, withdrawals

LANGS = sorted(LANGUAGES)


def name(seq: int) -> str:
    return f"{seq:06d}-{seq:012x}"


def line(seq: int, target: int | None) -> dict:
    made = {"batch": name(seq), "act": "intake" if target is None else "withdrawal", "at": "2026-04-01T08:00:00Z"}
    return made | ({"accepted": 1, "files": []} if target is None else {"withdraws": [name(target)], "reason": "why"})


@st.composite
def chains(draw) -> list[dict]:
    """Intakes and withdrawals; a withdrawal names any entry before it, another withdrawal too."""
    lines = [line(1, None)]
    for seq in range(2, draw(st.integers(2, 12))):
        target = draw(st.none() | st.integers(1, seq - 1))
        lines.append(line(seq, target))
    return lines


@given(chains(), st.randoms(use_true_random=False))
def test_what_is_withdrawn_on_screen_is_what_is_withdrawn_in_the_chain(lines, shuffled):
    acts = [
        Batch(int(one["batch"][:6]), one["batch"], Path(), {"kind": "withdrawal", **one}, "")
        for one in lines
        if one["act"] == "withdrawal"
    ]
    mixed = list(lines)
    shuffled.shuffle(mixed)
    assert set(withdrawals(mixed)) == withdrawn(acts)
    kept = batches(mixed)
    assert [one.batch for one in kept] == sorted(
        (one["batch"] for one in lines if one["act"] == "intake"), reverse=True
    )
    assert {one.batch for one in kept if one.state == "withdrawn"} == {
        one["batch"] for one in lines if one["act"] == "intake" and one["batch"] in withdrawn(acts)
    }


def test_the_withdrawal_to_undo_is_the_one_in_force():
    lines = [line(1, None), line(2, 1), line(3, 2), line(4, 1)]
    (only,) = batches(lines)
    assert only.withdrawal is not None
    assert only.withdrawal["batch"] == name(4)
    assert batches(lines[:3])[0].withdrawal is None


def test_states_say_withdrawn_before_erased_before_merged():
    states = {one.batch[:6]: one.state for one in batches(FakeWorkspace().history()["custody"])}
    assert states == {"000001": "erased", "000002": "withdrawn"}
    whole = line(1, None) | {"segment": name(9)}
    assert batches([whole])[0].state == "compacted"


@pytest.mark.parametrize("lang", LANGS)
def test_every_act_is_a_sentence_with_its_reason(lang):
    lines = FakeWorkspace().history()["custody"]
    acts = {one["batch"]: one["act"] for one in lines}
    said = [told(Locale(lang), one, acts) for one in lines]
    assert len(set(said)) == len(lines)
    for one, sentence in zip(lines, said, strict=True):
        assert one.get("reason", "") in sentence
        assert one["act"] not in sentence or lang == "en"


def test_undoing_a_withdrawal_reads_otherwise_than_withdrawing():
    lines = [line(1, None), line(2, 1), line(3, 2)]
    acts = {one["batch"]: one["act"] for one in lines}
    assert "withdrawn" in told(Locale("en"), lines[1], acts)
    assert "in force again" in told(Locale("en"), lines[2], acts)
