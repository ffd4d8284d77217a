"""Laws of "same person" decisions and of views in which they hold: undo, order, transitivity, the smallest uid."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analysis.params import Params
from analysis.run import detect, run_key
from graph import same_as
from graph.casebook import Casebook
from graph.errors import UsageError
from graph.evidence import View
from graph.ledger import Ledger
from graph.merged import merge, spread
from graph.same_as import Decided, Decision, Feature, components
from graph.schema import CODED
from graph.view_cache import cached_view
from tests.analysis.evidence_builder import Facts, account, oued_zem, person, phone
from tests.analysis.test_laws import evidence, said
from tests.graph.drafts import T0, Told, draft

SHARED = (Feature("shared_phone", "for", 0.6), Feature("same_name", "for", 0.2))
NAME = (Feature("same_name", "for", 0.4),)
CONFLICT = (*SHARED, Feature("other_document", "against", 0.95))
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UIDS = [person(n) for n in range(6)]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    made = Casebook(f"sqlite:///{tmp_path / 'casebook.sqlite'}")
    yield made
    made.close()


def say(
    book: Casebook,
    a: int,
    b: int,
    decision: Decision = "accept",
    *,
    features: tuple[Feature, ...] = SHARED,
    by: str = "amal",
    reason: str = "both names on one contract",
    at: datetime = T0,
    override: bool = False,
    differ: bool = False,
) -> Decided:
    return same_as.record(
        book, person(a), person(b), decision, reason=reason, by=by, at=at, features=features, override=override,
        sources_differ=differ,
    )  # fmt: skip


def equal(left: View, right: View) -> None:
    """Frame by frame, but for the provenance of merges."""
    for name in sorted({*left.tables, *right.tables} - {"merged"}):
        assert_frame_equal(left.tables[name], right.tables[name])


# --- decisions


def test_a_decision_is_kept_with_its_features_and_logged_without_uids(book: Casebook) -> None:
    made = say(book, 2, 1)
    assert (made.a, made.b) == (person(1), person(2)), "in order, however they were given"
    assert [(r.decision, r.by, r.reason, r.at, r.features) for r in same_as.decided(book)] == [
        ("accept", "amal", "both names on one contract", T0, SHARED)
    ]
    lines = book.audit()
    assert [(line["operation"], line["object"]) for line in lines] == [("combination", "same:1")]
    assert not any("QQ000" in str(line.values()) for line in lines), "the chain can never forget a document number"
    assert book.verify() == []


def test_a_kept_decision_holds_no_name_and_no_number(book: Casebook) -> None:
    known = Feature("shared_phone", "for", 0.6, {"uid": phone(1), "hands": 2})
    say(book, 1, 2, features=(known, Feature("same_name", "for", 0.4, {"a": "Karim Sefrioui", "score": 0.9})))
    (row,) = same_as.decided(book)
    assert [dict(f.params) for f in row.features] == [{"hands": 2}, {"score": 0.9}]


def test_a_name_alone_is_refused_unless_somebody_overrides(book: Casebook) -> None:
    for features in (NAME, (), (Feature("rare_name", "for", 0.6), Feature("gender", "against", 0.8))):
        with pytest.raises(UsageError, match="name"):
            say(book, 1, 2, features=features)
    assert same_as.decided(book) == [] and book.audit() == [], "a refusal leaves nothing"
    assert say(book, 1, 2, features=NAME, override=True, reason="I know both").override


@pytest.mark.parametrize("code", sorted(same_as.CONFLICTS))
def test_a_contradiction_needs_an_override(book: Casebook, code: str) -> None:
    conflict = (*SHARED, Feature(code, "against", 0.9))
    with pytest.raises(UsageError, match=code):
        say(book, 1, 2, features=conflict)
    say(book, 1, 2, features=conflict, override=True)
    assert same_as.accepted(book) == ((person(1), person(2)),)


@pytest.mark.parametrize("by", ["", " ", "auto", "System"])
def test_nobody_decides_by_machine(book: Casebook, by: str) -> None:
    with pytest.raises(UsageError, match="person"):
        say(book, 1, 2, by=by)


def test_a_decision_needs_a_reason(book: Casebook) -> None:
    for decision in same_as.DECISIONS:
        with pytest.raises(UsageError, match="reason"):
            say(book, 1, 2, decision, reason="  ")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (person(1), "persona:made:1"),
        ("persona:made:1", person(1)),
        (person(1), phone(1)),
        (phone(1), phone(2)),
        (person(1), person(1)),
        (person(1), "victim:h:" + "0" * 24),
        (account(1), person(1)),
    ],
)
def test_what_can_never_be_one_is_refused_whatever_is_said(book: Casebook, a: str, b: str) -> None:
    with pytest.raises(UsageError):
        same_as.record(book, a, b, "accept", reason="x", by="amal", at=T0, features=SHARED, override=True)
    assert same_as.decided(book) == []


def test_a_rejected_pair_is_not_joined_behind_the_back(book: Casebook) -> None:
    say(book, 1, 3, "reject")
    say(book, 1, 2)
    with pytest.raises(UsageError, match="rejected_pair"):
        say(book, 2, 3)
    say(book, 2, 3, override=True)
    assert same_as.accepted(book) == ((person(1), person(2), person(3)),)


def test_rejecting_what_others_join_says_which_decision_to_take_back(book: Casebook) -> None:
    say(book, 1, 2)
    say(book, 2, 3)
    with pytest.raises(UsageError, match="through others"):
        say(book, 1, 3, "reject")


def test_there_is_nothing_to_undo_twice(book: Casebook) -> None:
    say(book, 1, 2)
    say(book, 1, 2, "undo")
    with pytest.raises(UsageError, match="no decision"):
        say(book, 1, 2, "undo")


def test_two_pairs_of_eyes_where_sources_differ(book: Casebook) -> None:
    assert say(book, 1, 2).four_eyes is None
    assert say(book, 3, 4, differ=True).four_eyes == "one"
    with pytest.raises(UsageError, match="already"):
        say(book, 3, 4, differ=True)
    assert say(book, 3, 4, differ=True, by="brahim").four_eyes == "two"


def test_decisions_of_a_time_are_those_taken_by_then(book: Casebook) -> None:
    say(book, 1, 2, at=T0)
    say(book, 3, 4, at=T0 + timedelta(days=2))
    say(book, 1, 2, "undo", at=T0 + timedelta(days=3))
    both = ((person(1), person(2)), (person(3), person(4)))
    assert same_as.accepted(book, T0 - timedelta(seconds=1)) == ()
    assert same_as.accepted(book, T0) == both[:1]
    assert same_as.accepted(book, T0 + timedelta(days=2)) == both
    assert same_as.accepted(book) == both[1:]


def row(seq: int, a: int, b: int, decision: Decision) -> Decided:
    low, high = sorted((UIDS[a], UIDS[b]))
    return Decided(seq, low, high, decision, "r", "amal", T0, (), False, None)


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] != p[1]), max_size=8)


@given(PAIRS, st.randoms())
def test_components_do_not_depend_on_order_and_are_transitive(pairs: list[tuple[int, int]], random: object) -> None:
    rows = [row(n, a, b, "accept") for n, (a, b) in enumerate(pairs)]
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    found = components(rows)
    assert found == components(mixed)
    where = {uid: group for group in found for uid in group}
    assert len(where) == sum(map(len, found)), "no uid stands in two components"
    assert all(where[r.a] == where[r.b] for r in rows)
    assert all(list(group) == sorted(group) for group in found)


@given(PAIRS, st.integers(0, 5), st.integers(0, 5))
def test_undo_restores(pairs: list[tuple[int, int]], a: int, b: int) -> None:
    if a == b:
        return
    rows = [row(n, x, y, "accept") for n, (x, y) in enumerate(pairs) if {x, y} != {a, b}]
    for decision in ("accept", "reject"):
        later = [*rows, row(90, a, b, decision), row(91, a, b, "undo")]
        assert components(later) == components(rows)
        assert same_as.in_force(later) == same_as.in_force(rows)


# --- views


def renamed(facts: Facts, to: dict[str, str]) -> Facts:
    """The same facts as if the sources had used one uid."""
    out = copy.deepcopy(facts)
    for name, columns in CODED.items():
        for line in out.rows[name]:
            line.update({column: to.get(line[column], line[column]) for column in columns if line.get(column)})
    return out


@SOME
@given(evidence(), PAIRS)
def test_a_merged_view_is_the_view_of_sources_that_use_one_uid(facts: Facts, pairs: list[tuple[int, int]]) -> None:
    view = facts.view()
    groups = components(row(n, a, b, "accept") for n, (a, b) in enumerate(pairs))
    visible = [[uid for uid in group if view.code(uid) is not None] for group in groups]
    to = {uid: group[0] for group in visible for uid in group}
    merged = merge(view, groups)
    equal(merged, renamed(facts, to).view())
    assert merged.same == {group[0]: tuple(group) for group in visible if len(group) > 1}
    for group in visible:
        for uid in group:
            assert merged.uid(merged.code(uid) or 0) == group[0] == merged.canonical(uid)
    assert merged.digest == view.digest, "evidence is what it was"


@SOME
@given(evidence(), PAIRS, st.randoms())
def test_order_of_components_and_of_arrival_changes_nothing(
    facts: Facts, pairs: list[tuple[int, int]], random: object
) -> None:
    groups = [list(group) for group in components(row(n, a, b, "accept") for n, (a, b) in enumerate(pairs))]
    mixed = copy.deepcopy(groups)
    for group in mixed:
        random.shuffle(group)  # type: ignore[attr-defined]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = merge(facts.view(), groups), merge(facts.view(shuffle=7), mixed)
    assert said(detect(one)) == said(detect(other))


def test_nothing_to_merge_is_the_very_same_view() -> None:
    view = oued_zem().view()
    assert merge(view, []) is view
    assert merge(view, [(person(1), person(77)), (person(78), person(79))]) is view


def test_provenance_of_a_merge_is_kept_by_record() -> None:
    facts = Facts()
    facts.link(person(1), "USES", phone(1), kind="registry", since=1)
    facts.link(person(2), "USES", phone(1), kind="seizure", since=2)
    merged = merge(facts.view(), [(person(2), person(1))])
    assert [(uid, merged.record_ids([rec])) for _, uid, rec in merged.merged.iter_rows()] == [
        (person(1), ["row:registry:0"]),
        (person(2), ["row:seizure:1"]),
    ]
    assert merged["links"].height == 2, "both statements stay, of one person"


def test_only_what_is_one_in_this_view_is_in_its_run_key() -> None:
    view = oued_zem().view()

    def key(*groups: tuple[str, ...]) -> str:
        return run_key(merge(view, groups), Params(), (), ())

    assert key() == key((person(1), person(99))) == key((person(98), person(99)))
    assert key((person(1), person(2))) != key()
    assert key((person(1), person(2), person(99))) == key((person(1), person(2)))
    assert key((person(1), person(2))) != key((person(1), person(3)))


def test_a_mask_covers_everybody_merged_with_somebody_masked() -> None:
    view = merge(oued_zem().view(), [(person(1), person(2))])
    assert spread(view, {person(2): "victim:h:1"}) == {person(1): "victim:h:1", person(2): "victim:h:1"}
    assert spread(view, {person(3): "victim:h:1"}) == {person(3): "victim:h:1"}


def test_a_kept_view_knows_who_is_merged(tmp_path: Path) -> None:
    ledger, cache = Ledger(tmp_path / "evidence"), tmp_path / "cache"
    ledger.append(draft([Told("R1", ("+212683000001", "+212683000002"))]), at=T0)
    pair = (("phone:e164:+212683000001", "phone:e164:+212683000002"),)
    plain = cached_view(ledger, cache)
    for _ in range(2):
        merged = cached_view(ledger, cache, same=pair)
        assert merged.same == {pair[0][0]: pair[0]}
        assert merged.code(pair[0][1]) == merged.code(pair[0][0])
    equal(cached_view(ledger, cache), plain)


def test_codes_of_many_uids_are_those_of_each() -> None:
    for view in (oued_zem().view(), merge(oued_zem().view(), [(person(1), person(2))])):
        asked = [*view.entities["uid"].to_list(), person(2), "", "phone:e164:+999", "zzz"]
        each = {uid: code for uid in sorted(asked) if (code := view.code(uid)) is not None}
        assert list(view.codes(asked).items()) == list(each.items())
        assert view.codes([]) == {}
        assert view.by_code({uid: f"name of {uid}" for uid in asked}) == {c: f"name of {u}" for u, c in each.items()}
    assert oued_zem().view().codes(["zzz"]) == {}
