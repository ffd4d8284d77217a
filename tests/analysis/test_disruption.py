"""What if members were gone: hands go whole, victims are no targets, and the band says what nobody knows."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disruption import Network, best, network, what_if

SAID = {"uid": pl.String, "voice": pl.Int64}
PAID = {"uid": pl.String, "currency": pl.String, "amount": pl.Int64}


def phone(n: int) -> str:
    return f"phone:e164:+21268300{n:04d}"


def ring(
    links: list[tuple[str, str, str]],
    *,
    labels: dict[str, str] | None = None,
    spared: tuple[str, ...] = (),
    said: list[tuple[str, int]] | None = None,
    paid: list[tuple[str, str, int]] | None = None,
) -> Network:
    uids = sorted({uid for a, _, b in links for uid in (a, b)})
    members = {uid: (labels or {}).get(uid, "Phone") for uid in uids}
    return network(members, links, pl.DataFrame(said or [], schema=SAID, orient="row"),
                   pl.DataFrame(paid or [], schema=PAID, orient="row"), spared)  # fmt: skip


def barbell() -> list[tuple[str, str, str]]:
    """Two fours that only line 9 joins."""
    fours = [(phone(a + k), "CALLED", phone(b + k)) for k in (0, 4) for a in range(4) for b in range(a + 1, 4)]
    return [*fours, (phone(0), "CALLED", phone(9)), (phone(9), "CALLED", phone(4))]


def test_without_the_one_between_two_halves_half_the_ring_and_its_money_are_cut_off() -> None:
    known = ring(
        barbell(),
        said=[(phone(1), 1), (phone(5), 2), (phone(5), 3), (phone(5), 4), (phone(1), 3)],
        paid=[(phone(2), "MAD", 100_000), (phone(6), "MAD", 250_050), (phone(6), "EUR", 700)],
    )
    nine = known.hand_of(phone(9))
    assert nine is not None
    found = what_if(known, [nine], chosen="given")
    assert found.removed == ((phone(9),),)
    assert (found.before.hands, found.before.parts, found.before.largest, found.before.connected) == (9, 1, 9, 1.0)
    assert (found.after.hands, found.after.parts, found.after.largest) == (8, 2, 4)
    assert found.after.connected == round(2 * 4 * 3 / (9 * 8), 3)
    assert (found.before.reports, found.after.reports) == (4, 3)
    assert [(s.currency, s.total) for s in found.before.money] == [("MAD", "3500.50"), ("EUR", "7.00")]
    assert [(s.currency, s.total) for s in found.after.money] == [("MAD", "2500.50"), ("EUR", "7.00")]


def test_the_best_one_is_looked_for_and_beats_chance() -> None:
    known = ring(barbell())
    chosen = best(known, 1)
    found = what_if(known, chosen, chosen="best")
    assert found.chosen == "best" and found.removed[0] in ((phone(0),), (phone(4),), (phone(9),))
    assert found.after.connected < found.connected_random
    assert best(known, 3)[:1] != [] and len(best(known, 3)) <= 3


def test_a_person_goes_with_the_lines_cards_and_devices_that_hang_on_them() -> None:
    who, sim, device = "person:doc:MA:cin:QQ000001", "sim:imsi:001010000000001", "dev:imei:00101000000001"
    links = [
        (who, "USES", phone(1)), (phone(1), "HAS_SIM", sim), (phone(1), "INSERTED_IN", device),
        (phone(2), "CO_NAMED", phone(1)), (phone(3), "CALLED", phone(1)),
    ]  # fmt: skip
    known = ring(links, labels={who: "Person", sim: "Sim", device: "Device"})
    hand = known.hand_of(sim)
    assert hand is not None and set(known.members[hand]) == {who, phone(1), sim, device}
    assert what_if(known, [hand], chosen="given").after.largest == 1


def test_who_may_be_a_victim_and_a_bare_device_are_never_proposed() -> None:
    hub, device = phone(0), "dev:imei:00101000000001"
    star = [(hub, "CALLED", phone(n)) for n in range(1, 6)]
    assert best(ring(star), 1) == [ring(star).hand_of(hub)]
    spared = ring(star, spared=(hub,))
    assert spared.hand_of(hub) not in best(spared, 3)
    of_device = [(device, "CO_NAMED", phone(n)) for n in range(1, 6)]
    bare = ring(of_device, labels={device: "Device"})
    assert bare.hand_of(device) not in best(bare, 3)


def test_links_that_nobody_saw_may_hold_what_looks_cut() -> None:
    """A chain breaks in two as it is known; one unseen link round its middle keeps it whole."""
    chain = ring([(phone(n), "CALLED", phone(n + 1)) for n in range(10)])
    middle = chain.hand_of(phone(5))
    assert middle is not None
    found = what_if(chain, [middle], chosen="given")
    assert found.connected_low < found.after.connected < found.connected_high


@settings(max_examples=25)
@given(
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] < e[1]), min_size=2, max_size=20),
    st.integers(1, 3),
)
def test_laws_of_what_is_left(edges: set[tuple[int, int]], size: int) -> None:
    known = ring([(phone(a), "CALLED", phone(b)) for a, b in sorted(edges)])
    gone = best(known, size)
    found = what_if(known, gone, chosen="best")
    assert found.after.hands == found.before.hands - len(gone)
    assert found.after.connected <= found.before.connected
    assert found.connected_low <= found.after.connected <= found.connected_high
    assert found == what_if(known, gone, chosen="best"), "the same question, the same answer"
    nobody = what_if(known, [], chosen="given")
    assert nobody.before == nobody.after


def test_a_ring_of_one_hand_has_nobody_to_disrupt() -> None:
    alone = ring([(phone(1), "HOLDS", phone(2))])
    assert len(alone.members) == 1 and best(alone, 2) == []


@pytest.mark.parametrize("uid", ["phone:e164:+212683009999", ""])
def test_nobody_else_is_a_hand(uid: str) -> None:
    assert ring(barbell()).hand_of(uid) is None
