"""Who leads: told from what members do, one cause at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from analysis.findings import ROLES_BY_WEIGHT, Member, Ring, Role
from analysis.roles import Facts, assign

Tie = tuple[int, int, str]


def crew(
    labels: str,
    *,
    hand: Mapping[int, int] | None = None,
    asks: Mapping[int, int] | None = None,
    paid: Mapping[int, int] | None = None,
    ties: Sequence[Tie] = (),
    passes: Sequence[tuple[int, int, float]] = (),
) -> Facts:
    """Facts of nodes 0, 1... whose labels are told by a letter each."""
    names = {"L": "Phone", "A": "Account", "P": "Page", "W": "Wallet", "M": "Person", "D": "Device"}
    nodes = range(len(labels))
    return Facts(
        members=list(nodes),
        label={n: names[labels[n]] for n in nodes},
        uid={n: f"x:{n}" for n in nodes},
        hand={n: n for n in nodes} | dict(hand or {}),
        suspect_voices=asks or {},
        payee_voices=paid or {},
        payers={},
        transfers={},
        ties=ties,
        passes=passes,
    )


def page() -> Facts:
    """A page found in the device of 1, whose name those it presses know; 3 is a second administrator."""
    return crew(
        "PLDLLLW",
        hand={0: 1, 2: 1},
        asks={0: 6, 1: 3, 4: 2, 5: 2},
        paid={6: 4},
        ties=[(3, 0, "administers"), (3, 1, "talk"), (3, 4, "talk"), (3, 5, "talk"), (3, 6, "talk"), (1, 6, "talk")],
    )


def leaders(facts: Facts) -> set[int]:
    return {node for node, (role, _) in assign(facts).items() if role == "leader"}


def test_the_last_hand_that_money_reaches_leads_and_not_the_payee_who_is_passed_money_too() -> None:
    """3 is paid by targets, gets more from 4 and hands it on to 0: collecting is what 0 does."""
    facts = crew(
        "LLLWW",
        asks={1: 5, 2: 4},
        paid={3: 6},
        ties=[(0, 1, "talk"), (0, 3, "talk"), (1, 3, "co_named"), (2, 3, "co_named"), (3, 4, "passed_on")],
        passes=[(3, 0, 0.85), (4, 3, 1.0)],
    )
    assert leaders(facts) == {0}


def test_where_the_money_ends_weighs_more_than_talk_with_all() -> None:
    """0 talks with everybody; what the paid hand 3 takes goes to 4, and on to nobody, or on to 0."""
    talk: list[Tie] = [(0, n, "talk") for n in (1, 2, 3)]
    facts = crew("LLLWLL", asks={1: 1, 2: 1}, paid={3: 2}, ties=[*talk, (3, 4, "talk")], passes=[(3, 4, 0.8)])
    assert leaders(facts) == {4}
    further = replace(facts, passes=[(3, 4, 0.8), (4, 0, 0.8)])
    assert leaders(further) == {0}


def test_whom_several_hands_of_the_crew_pay_leads_it() -> None:
    """Who collects comes before who pays, whatever the order of their names."""
    ties: list[Tie] = [(0, 1, "talk"), (0, 3, "talk"), (5, 3, "collected"), (5, 4, "collected")]
    facts = crew("LLLWWW", asks={1: 1, 2: 1}, paid={3: 2, 4: 2}, ties=ties)
    assert leaders(facts) == {5}
    basis = {why.code: dict(why.params) for why in assign(facts)[5][1]}
    assert basis["role_leader_gathers"] == {"hands": 2}


def test_who_gets_sums_from_one_that_collects_leads_before_whom_all_talk_with() -> None:
    """0 has a line that nobody tells of, and talks with everybody; what 3 collects from the paid hand 4 goes, in sums,
    to 5, whom nobody talks with."""
    talk: list[Tie] = [(0, n, "talk") for n in (1, 2, 3, 4, 6)]
    facts = crew("LLLWWWL", asks={1: 1, 2: 1, 6: 1}, paid={4: 3}, ties=[*talk, (5, 3, "sums")], passes=[(4, 3, 0.8)])
    assert leaders(facts) == {5}
    basis = {why.code: dict(why.params) for why in assign(facts)[5][1]}
    assert basis["role_leader_sums"] == {"hands": 1}
    assert leaders(replace(facts, ties=talk)) != {5}


def test_who_hands_on_the_sums_they_get_is_a_cashier() -> None:
    """5 gets sums from two and hands them on to 6, whom the others know as little."""
    sums: list[Tie] = [(5, 2, "sums"), (5, 3, "sums")]
    facts = crew("LLWWWLL", asks={0: 1, 1: 1}, paid={2: 3, 3: 3}, ties=[*sums, (6, 5, "sums")])
    assert leaders(facts) == {6}
    assert assign(facts)[5][0] == "cashier"
    assert leaders(replace(facts, ties=sums)) == {5}


def test_a_line_for_one_of_the_crew_alone_is_enough_where_nobody_else_stands_out() -> None:
    ties: list[Tie] = [(0, 1, "card"), (1, 2, "card"), (3, 1, "talk")]
    facts = crew("LLLL", asks={0: 1, 1: 1, 2: 1}, ties=ties)
    assert leaders(facts) == set()
    assert leaders(replace(facts, apart={3: (40, 1, 1.0)})) == {3}


def test_who_hands_on_what_two_paid_hands_gave_is_a_cashier_and_the_next_one_leads() -> None:
    """4 gathers from 2 and 3 and talks with all; 5 talks with two, and what 4 gathered ends with them."""
    talk: list[Tie] = [(4, n, "talk") for n in (0, 1, 2, 3)] + [(5, n, "talk") for n in (1, 4)]
    gathered: list[Tie] = [(4, 2, "collected"), (4, 3, "collected")]
    facts = crew(
        "LLWWLL", asks={0: 3, 1: 2}, paid={2: 4, 3: 3}, ties=[*talk, *gathered],
        passes=[(2, 4, 0.8), (3, 4, 0.7), (4, 5, 0.8)],
    )  # fmt: skip
    assert leaders(facts) == {5}
    assert assign(facts)[4][0] == "cashier"
    assert leaders(replace(facts, passes=[(2, 4, 0.8), (3, 4, 0.7)])) == {4}


def test_being_named_together_joins_nobody_to_a_leader() -> None:
    """A line that reports name beside everybody's is reported, and no head for it."""
    facts = crew(
        "LLLL",
        asks={0: 1, 1: 3, 2: 3},
        paid={3: 4},
        ties=[(0, 1, "co_named"), (0, 2, "co_named"), (0, 3, "co_named")],
    )
    assert leaders(facts) == set()


def test_who_is_told_of_through_a_profile_is_told_of() -> None:
    """5 and 0 both join those who ask and those who are paid; 5 asks through a profile of his."""
    shared = [(0, 1, "talk"), (0, 2, "talk"), (5, 1, "talk"), (5, 2, "talk")]
    facts = crew("LLLAAL", hand={4: 5}, asks={1: 3, 4: 6}, paid={2: 4}, ties=shared)
    assert leaders(facts) == {0}


def test_who_signs_for_the_line_that_asks_may_lead() -> None:
    """0 is known by name, has a line of his own, and the line 4 in his name is told of as often as that of 1."""
    ties: list[Tie] = [(0, 1, "talk"), (0, 2, "talk"), (1, 2, "talk")]
    facts = crew("LLWML", hand={3: 0, 4: 0}, asks={1: 4, 4: 4}, paid={2: 6}, ties=ties)
    assert leaders(facts) == {0, 3, 4}
    (why,) = assign(facts)[0][1]
    assert (why.code, why.params["reports"]) == ("role_leader_named", 4), "it is not hardly reported"
    (why,) = assign(replace(facts, suspect_voices={1: 4, 4: 1}))[0][1]
    assert why.code == "role_leader_joins"


def test_a_name_and_a_line_without_anybody_around_lead_nobody() -> None:
    """A call centre's chief who is tied to the line that rings, and to nobody who is paid."""
    facts = crew("LMLL", hand={1: 0}, asks={2: 3}, ties=[(0, 2, "diverted"), (3, 0, "staff")])
    assert leaders(facts) == set()


def test_who_holds_the_page_leads_although_another_administers_it_and_talks_with_all() -> None:
    facts = page()
    assert 1 in leaders(facts)
    assert 3 not in leaders(facts)


def test_without_its_holder_the_administrator_of_the_page_leads() -> None:
    facts = crew("PLLL", asks={0: 6, 2: 2, 3: 2}, ties=[(1, 0, "administers"), (1, 2, "talk")])
    assert leaders(facts) == {1}


def test_whom_a_court_acquitted_has_no_part_and_the_next_one_leads() -> None:
    facts = page()
    given = assign(replace(facts, acquitted={1}))
    assert given[1][0] == "unknown"
    assert [why.code for why in given[1][1]] == ["role_acquitted"]
    assert given[3][0] == "leader"


def test_of_two_hands_the_one_less_told_of_leads() -> None:
    facts = crew("LWLW", hand={1: 0, 3: 2}, asks={0: 1, 2: 4}, paid={3: 2})
    assert leaders(facts) == {0, 1}


def test_of_two_hands_the_one_with_whom_the_money_ends_leads_however_much_it_is_told_of() -> None:
    facts = crew("LWLW", hand={1: 0, 3: 2}, asks={0: 6, 2: 1}, paid={3: 2}, passes=[(3, 1, 0.85)])
    assert leaders(facts) == {0, 1}
    assert [why.code for why in assign(facts)[0][1]] == ["role_leader_collects"]
    both_ways = replace(facts, passes=[(3, 1, 0.85), (1, 3, 0.4)])
    assert leaders(both_ways) == {2, 3}, "money that goes round ends with nobody"


def test_of_a_hand_and_a_bare_line_the_hand_leads() -> None:
    """A burner line of which nothing else is known is somebody's: of whoever else is seen."""
    facts = crew("LWL", hand={1: 0}, asks={0: 3, 2: 2}, paid={1: 3})
    assert leaders(facts) == {0, 1}


def test_two_reports_of_one_line_make_no_leader() -> None:
    """A line and the profile two people saw it under: whoever that is, nothing says that anybody leads anything."""
    assert leaders(crew("LA", asks={0: 2, 1: 2})) == set()


def test_two_hands_that_nobody_names_have_no_leader() -> None:
    assert leaders(crew("LWLW", hand={1: 0, 3: 2})) == set()


def test_members_are_read_by_role_and_then_by_how_firmly_they_belong() -> None:
    assert sorted(ROLES_BY_WEIGHT) == sorted(get_args(Role))
    told: list[tuple[str, Role, float]] = [
        ("d", "device", 1.0),
        ("m", "mule", 0.5),
        ("n", "mule", 0.9),
        ("l", "leader", 0.4),
    ]
    members = tuple(Member(uid=uid, label="Phone", role=role, score=score) for uid, role, score in told)
    ring = Ring(ring="", status="lead", score=1, percentile=1, run="", members=members)
    assert [member.uid for member in ring.by_role()] == ["l", "n", "m", "d"]


def test_whose_one_line_is_for_nothing_but_a_few_of_the_ring_leads_it() -> None:
    """0 talks with more who ask and with who is paid; 4 has a line for calls with one of each and nothing else."""
    talk: list[Tie] = [(0, 1, "talk"), (0, 2, "talk"), (0, 3, "talk"), (4, 1, "talk"), (4, 3, "talk")]
    facts = crew("LLLWLL", asks={1: 3, 2: 2}, paid={3: 4}, ties=talk)
    assert leaders(facts) == {0}
    command = replace(facts, apart={4: (134, 2, 0.97)})
    assert leaders(command) == {4}
    (why,) = assign(command)[4][1]
    assert (why.code, dict(why.params)) == ("role_leader_command", {"calls": 134, "hands": 2, "share": 0.97})
    assert leaders(replace(command, hand={**facts.hand, 5: 4})) == {0}, "who asks targets has one line after the other"
    assert leaders(replace(command, suspect_voices={1: 3, 2: 2, 4: 1})) == {0}, "one whom reports name commands nobody"
