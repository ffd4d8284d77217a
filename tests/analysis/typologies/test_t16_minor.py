"""T16: the minors' queue has its clock and its order; rings know nothing of it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import polars as pl
import pytest

from analysis.run import detect
from analysis.typologies.t16_minor import tips
from graph.batch_files import encode
from graph.errors import UsageError
from graph.evidence import View
from graph.schema import TABLES, Compartment
from graph.views import build_view
from tests.analysis.evidence_builder import account, at, oued_zem, phone
from tests.analysis.typologies.telling import Told

NOW = at(3)


def digest(uid: str) -> str:
    return hashlib.sha256(f"key{uid}".encode()).hexdigest()


KNOWN = {digest(account(1)): "R-0004"}


def minors(facts: Told, compartment: Compartment = "minors") -> View:
    """The facts as the minors' compartment holds them."""
    tables = {name: pl.DataFrame(facts.rows[name], schema=schema) for name, schema in TABLES.items()}
    entities, coded = encode(tables)
    return build_view([("batch", {**coded, "entities": entities})], head="h", as_of=None, compartments=(compartment,))


def tip(
    facts: Told, n: int, *seen: str, day: float = 1, category: str = "sextortion", said: tuple[str, str] = ("", "")
) -> None:
    """A platform's report about a child, naming these identifiers; ``said`` is what it tells of the first."""
    uid = f"report:ncmec:{900000000 + n}"
    rec = facts._record(uid, "ncmec", "report", at(day), uid)
    facts.say(uid, rec, category=category, minor_involved="yes")
    for one in seen:
        facts.rows["mentions"].append({"report": uid, "target": one, "role": None, "at": at(day), "rec": rec})
    facts._appear(rec, uid, *seen)
    facts.link(seen[0], "CONTACTED", f"victim:h:{n:024x}", rec=rec)
    if said[0]:
        facts.say(seen[0], rec, **{said[0]: said[1]})


def order(facts: Told, now: datetime = NOW) -> list[tuple[str, int, bool]]:
    view = minors(facts)
    rows = tips(view, KNOWN, digest, now)
    return [(view.uid(r["report"])[-1], r["priority"], r["overdue"]) for r in rows.iter_rows(named=True)]


def test_a_shared_identifier_comes_first_then_what_works_from_here() -> None:
    facts = Told()
    tip(facts, 1, account(7), day=2)
    tip(facts, 2, account(8), phone(5), day=2.5)
    tip(facts, 3, account(1), day=2.8)
    tip(facts, 4, account(9), day=0.5, category="online_enticement")
    assert order(facts) == [("3", 1, False), ("2", 2, False), ("4", 3, True), ("1", 3, False)]


def test_the_clock_runs_a_day() -> None:
    facts = Told()
    tip(facts, 1, account(1), day=1)
    view = minors(facts)
    row = tips(view, KNOWN, digest, at(2) - timedelta(minutes=1)).row(0, named=True)
    assert row["due_at"] == at(2) and not row["overdue"] and row["shared"] == ["R-0004"]
    assert tips(view, KNOWN, digest, at(2) + timedelta(minutes=1))["overdue"].to_list() == [True]


@pytest.mark.parametrize(("prop", "word"), [("compromised", "account_taken_over"), ("third_party", "third_party_user")])
def test_an_account_taken_over_or_of_a_third_party_is_to_be_checked_first(prop: str, word: str) -> None:
    facts = Told()
    tip(facts, 1, account(7), phone(5), said=(prop, "true"))
    row = tips(minors(facts), KNOWN, digest, NOW).row(0, named=True)
    assert (row["priority"], row["doubts"]) == (3, [word])


def test_the_address_of_a_proxy_is_to_be_checked_first() -> None:
    facts = Told()
    address = "ip:203.0.113.7:51822:2026-03-10t19"
    tip(facts, 1, account(7), phone(5), address)
    facts.say(address, len(facts.rows["records"]) - 1, possible_proxy="true")
    row = tips(minors(facts), KNOWN, digest, NOW).row(0, named=True)
    assert (row["priority"], row["doubts"]) == (3, ["address_of_a_proxy"])


def test_the_child_is_no_identifier_of_the_queue() -> None:
    facts = Told()
    tip(facts, 1, account(7))
    view = minors(facts)
    listed = view.uids(tips(view, KNOWN, digest, NOW)["identifiers"].explode())
    assert listed == [account(7)]


def test_it_reads_the_minors_compartment_and_nothing_else() -> None:
    facts = Told()
    tip(facts, 1, account(7))
    others: tuple[Compartment, ...] = ("general", "terrorism")
    for compartment in others:
        with pytest.raises(UsageError):
            tips(minors(facts, compartment), KNOWN, digest, NOW)


def test_no_ring_moves_by_a_tip() -> None:
    """The pattern is listed among the others, and finds nothing where rings are found."""
    rings = detect(oued_zem().view()).rings
    assert not any(hit.id == "T16" for ring in rings for hit in ring.typologies)
