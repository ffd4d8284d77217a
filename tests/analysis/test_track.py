"""What is called born, grown, merged, split, died and re-emerged, and alerts that come once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alerts import raise_alerts
from analysis.findings import Findings, RingSnapshot
from analysis.params import Params
from analysis.run import detect
from analysis.track import match
from tests.analysis.evidence_builder import Facts, account, oued_zem, phone, victim

P = Params()


def old(ring: str, members: str, *, ended: bool = False) -> RingSnapshot:
    return RingSnapshot(ring=ring, members=tuple(members), status="corroborate", ended=ended)


def kinds(previous: list[RingSnapshot], *new: str) -> list[tuple[str, str]]:
    found = match(previous, [frozenset(m) for m in new], [min(m) for m in new], P)
    return [(change.kind, change.ring) for change in found]


@pytest.mark.parametrize(
    ("previous", "new", "expected"),
    [
        ([], ["abc"], [("born", "")]),
        ([old("R-1", "abcd")], ["abcd"], [("same", "R-1")]),
        ([old("R-1", "abcd")], ["abcde"], [("same", "R-1")]),
        ([old("R-1", "abcd")], ["abcdefg"], [("grown", "R-1")]),
        ([old("R-1", "abcd"), old("R-2", "efgh")], ["abcdefgh"], [("merged", "R-1")]),
        ([old("R-1", "abcdefgh")], ["abcde", "fgh"], [("split", "R-1"), ("split", "")]),
        ([old("R-1", "abcd")], ["wxyz"], [("born", ""), ("died", "R-1")]),
        ([old("R-1", "abcd", ended=True)], ["abxyz"], [("re_emerged", "R-1")]),
        ([old("R-1", "abcd", ended=True)], ["axyz"], [("born", "")]),
    ],
)
def test_changes(previous: list[RingSnapshot], new: list[str], expected: list[tuple[str, str]]) -> None:
    assert sorted(kinds(previous, *new)) == sorted(expected)


@settings(deadline=None)
@given(st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=2), max_size=4))
def test_a_ring_found_again_is_the_same_and_every_number_lives_once(groups: list[frozenset[str]]) -> None:
    apart: list[frozenset[str]] = []
    for group in groups:
        left = group - frozenset().union(*apart) if apart else group
        if len(left) > 1:
            apart.append(left)
    previous = [RingSnapshot(ring=f"R-{i}", members=tuple(g), status="lead") for i, g in enumerate(apart)]
    found = match(previous, apart, [min(g) for g in apart], P)
    assert [change.kind for change in found] == ["same"] * len(apart)
    assert len({change.ring for change in found}) == len(apart)


def snapshots(found: Findings) -> list[RingSnapshot]:
    return [
        RingSnapshot(ring=f"R-{i:04d}", members=tuple(m.uid for m in ring.members), status=ring.status)
        for i, ring in enumerate(found.rings, 1)
    ]


def test_a_new_lead_is_alerted_once() -> None:
    first = detect(oued_zem().view())
    alerts = raise_alerts(first)
    assert [(a.kind, a.priority) for a in alerts] == [("born", 1)]
    assert {"alert_born", "alert_victims"} <= {why.code for why in alerts[0].why}
    again = detect(oued_zem().view(), previous=snapshots(first))
    assert raise_alerts(again) == []
    assert again.rings[0].change == "same"


def test_the_same_event_has_the_same_fingerprint_in_another_run() -> None:
    one = raise_alerts(detect(oued_zem().view()))
    other = raise_alerts(detect(oued_zem().view(), params=Params(leiden_iterations=9)))
    assert [a.fingerprint for a in one] == [a.fingerprint for a in other]


def test_a_ring_that_grew_is_alerted_with_what_it_gained() -> None:
    first = detect(oued_zem().view())
    facts = oued_zem()
    for n in range(4):
        facts.report(f"G{n}", names=(phone(10), account(20 + n), phone(30 + n)), by=victim(60 + n), day=50 + n)
    grown = raise_alerts(detect(facts.view(), previous=snapshots(first)))
    assert [a.kind for a in grown] == ["grown"]
    assert grown[0].ring == "R-0001" and grown[0].members >= 3


def test_watched_rings_raise_nothing() -> None:
    facts = Facts()
    for n in range(2):
        facts.report(f"R{n}", names=(phone(1), account(1)), by=victim(n + 1), category="fraud", day=n)
    found = detect(facts.view())
    assert [ring.status for ring in found.rings] == ["watch"]
    assert raise_alerts(found) == []


def test_the_run_does_not_depend_on_the_previous_one() -> None:
    first = detect(oued_zem().view())
    again = detect(oued_zem().view(), previous=snapshots(first))
    assert again.run == first.run
    assert again.rings[0].model_copy(update={"change": "born"}) == first.rings[0]
