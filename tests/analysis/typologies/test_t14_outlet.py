"""T14: an outlet surprises against its town, over all that it pays."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.outlets import surprising
from analysis.typologies.t14_outlet import against_peers, unlikely
from tests.analysis.evidence_builder import account, person, phone, victim
from tests.analysis.typologies.telling import Told, hits, run


def town(*, ordinary: int = 60, elsewhere: int = 5, outlets: int = 6, spread: bool = False) -> Told:
    """A crew whose three payees are paid at one outlet of a town (or at all in turn), among other people's pay-outs.

    ``ordinary`` pay-outs to others at the crew's outlet, ``elsewhere`` at each of the others.
    """
    facts = Told()
    for n in range(6):
        facts.report(f"R{n}", names=(phone(1), account(n)), payees=(person(n % 3),), by=victim(n + 1), day=n)
    counts = [ordinary, *[elsewhere] * (outlets - 1)]
    at = [(f"X{o}-{n}", person(1000 + 100 * o + n), o) for o, many in enumerate(counts) for n in range(many)]
    at += [(f"P{n}", person(n % 3), n % outlets if spread else 0) for n in range(12)]
    for n, (ref, payee, outlet) in enumerate(at):
        payer = f"person:doc:KW:passport:ZZ{n:06d}"
        tx = facts.pay(ref, payer, payee, 100_000, day=n % 40, outlet=f"outlet:wu:T{outlet}")
        facts.say(tx, len(facts.rows["records"]) - 1, pay_city="Oued Zem")
    return facts


def test_pay_outs_that_one_outlet_of_the_town_has_alone_are_shown() -> None:
    (ring,) = hits(run(town(ordinary=5, elsewhere=60)), "T14")
    told = next(r for r in ring.reasons if r.code == "t14_cash_out")
    assert told.params == {"outlet": "outlet:wu:T0", "payees": 3, "share": 1.0}
    assert not any(m.label == "Outlet" for m in ring.members)


def test_ten_times_the_legitimate_volume_raises_nothing() -> None:
    def score(volume: int) -> float:
        return run(town(ordinary=volume, elsewhere=30)).rings[0].score

    assert score(30) >= score(300)
    assert hits(run(town(ordinary=30, elsewhere=30)), "T14")
    assert not hits(run(town(ordinary=3000, elsewhere=30)), "T14")


def test_the_lift_is_of_the_whole_volume() -> None:
    flagged = pl.DataFrame({"ring": [0], "outlet": [1], "flagged": [10]})

    def lift(paid: int) -> float:
        known = {"outlet": [1], "town": ["x"], "paid": [paid], "town_paid": [paid + 1000], "peers": [3]}
        return float(against_peers(flagged, pl.DataFrame(known))["lift"][0])

    assert lift(100) == pytest.approx(10 * lift(1000))
    assert lift(100) == pytest.approx(0.1 / (0.5 / 1000.5))


def test_the_only_outlet_of_a_village_is_no_surprise() -> None:
    assert not hits(run(town(outlets=1)), "T14")
    assert not hits(run(town(outlets=1, ordinary=0), t14_lift=1, t14_surprise=0), "T14")


def test_a_busy_outlet_by_the_station_is_no_surprise() -> None:
    assert not hits(run(town(ordinary=2000, elsewhere=20, spread=True)), "T14")


def test_outlets_of_other_towns_are_no_peers() -> None:
    """All others are elsewhere: nothing to compare with, however many they are."""
    facts = town(ordinary=5, elsewhere=60)
    for row in facts.rows["statements"]:
        if row["prop"] == "pay_city" and not row["subject"].split(":")[-1].startswith(("P", "X0")):
            row["text"] = "Rabat"
    assert not hits(run(facts), "T14")


def test_what_a_town_is_called_moves_nothing() -> None:
    facts = town(ordinary=5, elsewhere=60)
    before = run(facts).rings[0].score
    for row in facts.rows["statements"]:
        row["text"] = "Ifrane" if row["prop"] == "pay_city" else row["text"]
    assert run(facts).rings[0].score == before


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10), st.integers(0, 10))
def test_surprise_falls_with_volume_and_rises_with_flags(paid: int, peers: int, here: int, there: int) -> None:
    paid, flagged = paid + here, here + there
    now = unlikely(paid + peers + there, flagged, paid, here)
    assert now >= -1e-9
    assert unlikely(paid + 50 + peers + there, flagged, paid + 50, here) <= now + 1e-9
    assert unlikely(paid + 1 + peers + there, flagged + 1, paid + 1, here + 1) >= now - 1e-9


def test_surprise_is_the_hypergeometric_tail() -> None:
    assert unlikely(8, 4, 4, 4) == pytest.approx(1.845098, abs=1e-6)  # one way of seventy
    assert unlikely(8, 4, 4, 0) == pytest.approx(0)


def test_outlets_are_listed_over_all_that_they_pay() -> None:
    """Without any ring: whose pay-outs to reported payees surprise, and ten times the customers lower it."""

    def listed(volume: int) -> list[tuple[str, int, int, float]]:
        view = town(ordinary=volume, elsewhere=60).view()
        rows = surprising(view).select("outlet", "reported", "paid", "surprise").iter_rows()
        return [(view.uid(outlet), *rest) for outlet, *rest in rows]

    ((outlet, reported, paid, much),) = listed(5)
    assert (outlet, reported, paid) == ("outlet:wu:T0", 12, 17)
    ((*_, less),) = listed(50)
    assert less < much
    assert listed(2000) == []
    assert surprising(town(outlets=1).view()).is_empty() and surprising(Told().view()).is_empty()
