"""Role hypotheses of members, each with what it rests on.

Hands, not identifiers, have roles: a person with her numbers, devices and wallets is one hand. The leader is an
unreported hand that joins the asking hands and the paid hands, or collects from the paid ones, or administers the page;
being reported, being paid by targets or being a diverted line speak against (the usual error is naming the cashier).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.findings import Reason, Role
from analysis.reasons import reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What one ring's members do. Nodes are ints."""

    members: Sequence[int]
    label: Mapping[int, str]
    uid: Mapping[int, str]
    hand: Mapping[int, int]
    """Hand of every member: structural ties make one hand of a line, its card, device, holder and wallets."""
    suspect_voices: Mapping[int, int]
    payee_voices: Mapping[int, int]
    payers: Mapping[int, int]
    transfers: Mapping[int, int]
    ties: Sequence[tuple[int, int, str]]
    """(u, v, kind), from ``u`` to ``v`` where the kind has a direction: who collects comes before who pays."""
    passes: Sequence[tuple[int, int, float]]
    """(via, to, share)."""
    mule_victims: Mapping[int, int] = field(default_factory=dict)
    """Node -> payments made to the ring before it received for it."""
    employed: Collection[int] = ()
    """Nodes that belong to the ring only because they work for it (ties of kind ``staff``)."""
    apart: Mapping[int, tuple[int, int, float]] = field(default_factory=dict)
    """Line -> (calls, hands, share of all its calls) of lines for nothing but calls with a few hands of the ring."""
    acquitted: Collection[int] = ()
    """Nodes that a court acquitted."""


Roles = dict[int, tuple[Role, tuple[Reason, ...]]]

_LIVE = ("Person", "Phone", "Wallet", "BankAccount")
"""Labels that stand for somebody; a profile is made at will."""

_FEW_TOLD = 5
"""How often one or two hands must be told of, with their profiles, before one of them is called a head."""

_END, _CHAIN, _HANDS_ON = 1.5, 2.5, 2.0
"""What it says for a leader that money ends with them, more where it came through another who collects, and against one
that they hand it on."""
_ADMIN, _OWNER = 2.0, 6.0
"""What administering a page, and holding it, says for a leader."""
_ASKED, _KNOWN, _OWN_LINE = 0.3, 1.0, 1.0
"""What it says against a leader that lines or profiles of theirs ask targets (whoever buys the cards and recovers the
profiles that others use is told of for it; the weight is by doubling, and one for being paid), and for one that a
person is known, and a line that nobody tells of: operators are numbers that come and go."""

_COMMAND = 2.0
"""What one line for nothing but a few hands of the ring says for a leader: of 85 leaders of six countries one in ten
has such a line, of 476 others of their rings one in five hundred."""
COMMAND_HANDS = 3
"""Hands of the ring that such a line talks with at most: who works in a crew calls colleagues."""

_NAMED = 2
"""Reports that name one thing of a hand, from which nobody says that it is hardly reported."""

_FIXED: dict[str, Role] = {"Sim": "device", "Device": "device", "Email": "infrastructure", "Page": "infrastructure"}


def assign(facts: Facts) -> Roles:
    """Role and basis of every member."""
    hands: dict[int, list[int]] = defaultdict(list)
    for node in facts.members:
        hands[facts.hand[node]].append(node)
    paid = {hand for hand, nodes in hands.items() if any(_is_paid(facts, n) for n in nodes)}
    asking = {hand for hand, nodes in hands.items() if any(facts.suspect_voices.get(n) for n in nodes)}
    by_hand: dict[int, tuple[Role, tuple[Reason, ...]]] = {}
    for hand, nodes in sorted(hands.items()):
        by_hand[hand] = _hand_role(facts, hand, nodes, paid, asking)
    cleared = {facts.hand[node] for node in facts.acquitted}
    by_hand |= {hand: ("unknown", (reason("role_acquitted"),)) for hand in cleared}
    leader = _leader(facts, {hand: nodes for hand, nodes in hands.items() if hand not in cleared}, paid, asking)
    if leader is not None:
        by_hand[leader[0]] = ("leader", (leader[1],))
    return {node: _node_role(facts, node, by_hand[facts.hand[node]]) for node in facts.members}


def _is_paid(facts: Facts, node: int) -> bool:
    return bool(facts.payee_voices.get(node)) or facts.payers.get(node, 0) >= 2


def _hand_role(
    facts: Facts, hand: int, nodes: list[int], paid: set[int], asking: set[int]
) -> tuple[Role, tuple[Reason, ...]]:
    sick = [n for n in nodes if n in facts.mule_victims]
    if sick:
        return "mule_victim", (reason("role_mule_victim", payments=facts.mule_victims[sick[0]]),)
    works = [(v if facts.hand[u] == hand else u) for u, v, kind in facts.ties
             if kind in ("staff", "listed") and hand in (facts.hand[u], facts.hand[v])]  # fmt: skip
    if works and any(n in facts.employed for n in nodes):
        return "employee", (reason("role_employee", uid=facts.uid[works[0]]),)
    collected = [via for via, to, _ in facts.passes if facts.hand[to] == hand and facts.hand[via] != hand]
    collected += [v for u, v, kind in facts.ties if kind == "sums" and facts.hand[u] == hand]
    if collected:
        return "cashier", (reason("role_cashier_collects", uid=facts.uid[collected[0]]),)
    if hand in paid:
        payers = sum(facts.payers.get(n, 0) for n in nodes)
        transfers = sum(facts.transfers.get(n, 0) for n in nodes)
        return "mule", (reason("role_mule_receives", payers=payers, transfers=transfers),)
    pages = [v for u, v, kind in facts.ties if kind == "administers" and facts.hand[u] == hand]
    pages += [u for u, v, kind in facts.ties if kind == "administers" and facts.hand[v] == hand]
    pages = [page for page in pages if facts.hand[page] != hand]
    if pages:
        return "page_admin", (reason("role_page_admin", uid=facts.uid[pages[0]]),)
    if works:
        return "manager", (reason("role_manager", lines=len(set(works))),)
    if hand in asking:
        return "operator", (
            reason("role_operator_demands", reports=max(facts.suspect_voices.get(n, 0) for n in nodes)),
        )
    diverted = [v if facts.hand[u] == hand else u for u, v, kind in facts.ties
                if kind == "diverted" and hand in (facts.hand[u], facts.hand[v])]  # fmt: skip
    if diverted:
        return "infrastructure", (reason("role_diverted_line", uid=facts.uid[diverted[0]]),)
    return "unknown", (reason("role_unclear"),)


def _leader(
    facts: Facts, hands: Mapping[int, list[int]], paid: set[int], asking: set[int]
) -> tuple[int, Reason] | None:
    """The hand that best fits, if any does."""
    near: dict[int, set[int]] = defaultdict(set)
    for u, v, kind in facts.ties:
        a, b = facts.hand[u], facts.hand[v]
        # A report that names both says that both are reported, not that one leads the other; pages are looked at below.
        if a != b and kind not in ("co_named", "administers"):
            near[a].add(b)
            near[b].add(a)
    live = {hand for hand, nodes in hands.items() if any(facts.label[n] in _LIVE for n in nodes)}
    if len(live) <= 2:
        return _leader_of_few(facts, hands, live)
    admins, owners = _admins(facts)
    collecting = {facts.hand[to] for via, to, _ in facts.passes if facts.hand[via] != facts.hand[to]}
    best: tuple[float, int, Reason] | None = None
    for hand, nodes in sorted(hands.items()):
        if hand not in live:
            continue
        asks = {h for h in near[hand] & asking if h != hand}
        takes = {h for h in near[hand] & paid if h != hand}
        into = [(via, share) for via, to, share in facts.passes if facts.hand[to] == hand and facts.hand[via] != hand]
        admin = admins.get(hand)
        value = 0.6 * min(4, len(asks)) + 0.6 * min(3, len(takes)) + (1.0 if asks and takes else 0.0)
        gathers = {facts.hand[v] for u, v, kind in facts.ties if kind == "collected" and facts.hand[u] == hand} - {hand}
        sums = {facts.hand[v] for u, v, kind in facts.ties if kind == "sums" and facts.hand[u] == hand} - {hand}
        gathers |= sums
        # Where the money ends: a cashier hands on what he collects, sooner or later.
        value += 1.5 * min(2, len(gathers)) if not into else 0.0
        hands_on = _hands_on(facts, hand)
        value -= _HANDS_ON if hands_on else 0.0
        chain = sums | ({facts.hand[via] for via, _ in into} & collecting)
        value += (
            1.5 * min(2, len(into))
            + (_END if (into or gathers) and not hands_on else 0.0)
            + (_CHAIN if chain and not hands_on else 0.0)
            + (0.0 if admin is None else _OWNER if hand in owners else _ADMIN)
        )
        # Whom a page presses knows who holds it; of anybody else it is the hands who are told of, seldom the head.
        value -= (0.0 if hand in owners else _told_against(facts, nodes)) + (1.5 if hand in paid else 0.0)
        command = None if hand in paid | asking else _command(facts, nodes)
        value += 0.0 if command is None else _COMMAND
        value += _KNOWN * any(facts.label[n] == "Person" for n in nodes)
        value += _OWN_LINE * any(facts.label[n] == "Phone" and not _told_of(facts, n) for n in nodes)
        if value < 1.0 or not (len(asks | takes) > 1 or into or gathers or admin is not None or command is not None):
            continue
        if into:
            why = reason("role_leader_collects", payees=len(into), share=round(max(share for _, share in into), 2))
        elif sums:
            why = reason("role_leader_sums", hands=len(sums))
        elif gathers:
            why = reason("role_leader_gathers", hands=len(gathers))
        elif admin is not None:
            why = reason("role_leader_admin", uid=facts.uid[admin])
        elif command is not None:
            why = reason("role_leader_command", calls=command[0], hands=command[1], share=command[2])
        elif (told := max((_told_of(facts, n) for n in nodes), default=0)) >= _NAMED:
            why = reason("role_leader_named", asking=len(asks), paid=len(takes), reports=told)
        else:
            why = reason("role_leader_joins", asking=len(asks), paid=len(takes))
        if best is None or value > best[0]:
            best = (value, hand, why)
    return None if best is None else (best[1], best[2])


def _command(facts: Facts, nodes: Sequence[int]) -> tuple[int, int, float] | None:
    """Calls, hands and share of a hand whose one line is for nothing but a few others of the ring; None for any other.
    Who asks targets has several lines, one after the other."""
    lines = [n for n in nodes if facts.label[n] == "Phone"]
    return facts.apart.get(lines[0]) if len(lines) == 1 else None


def _hands_on(facts: Facts, hand: int) -> bool:
    """Whether money that a hand took in goes on to another one."""
    goes = [(via, to) for via, to, _ in facts.passes] + [(v, u) for u, v, kind in facts.ties if kind == "sums"]
    return any(facts.hand[via] == hand != facts.hand[to] for via, to in goes)


def _told_of(facts: Facts, node: int) -> int:
    """Reports that name a node as one who asks or is paid; a page is the ring's and not its holder's name."""
    if facts.label[node] == "Page":
        return 0
    return facts.suspect_voices.get(node, 0) + facts.payee_voices.get(node, 0)


def _told_against(facts: Facts, nodes: Sequence[int]) -> float:
    """What reports of these nodes say against a leader; those of a page say nothing of its holder."""
    things = [n for n in nodes if facts.label[n] != "Page"]
    asked = max((facts.suspect_voices.get(n, 0) for n in things), default=0)
    paid = max((facts.payee_voices.get(n, 0) for n in things), default=0)
    return _ASKED * math.log2(1 + asked) + math.log2(1 + paid)


def _admins(facts: Facts) -> tuple[dict[int, int], set[int]]:
    """Hand -> a page it administers; and the hands that own one: it was found in their device, or their number
    recovers it."""
    pages = {n for n in facts.members if facts.label[n] == "Page"}
    out: dict[int, int] = {}
    for u, v, kind in sorted(facts.ties):
        if kind == "administers":
            ends = [(u, v), (v, u)]
            known = [(admin, page) for admin, page in ends if page in pages]
            if not known:
                known = [max(ends, key=lambda pair: (facts.suspect_voices.get(pair[1], 0), pair[1]))]
            for admin, page in known:
                out.setdefault(facts.hand[admin], page)
    owners: set[int] = set()
    for page in sorted(pages):
        if sum(1 for n in facts.members if facts.hand[n] == facts.hand[page]) > 1:
            out[facts.hand[page]] = page
            owners.add(facts.hand[page])
    return out, owners


def _leader_of_few(facts: Facts, hands: Mapping[int, list[int]], live: set[int]) -> tuple[int, Reason] | None:
    """Of two hands the one with whom the money of the other ends; else the one that is told of less, a lone line
    without anything else being whoever's; one is its own."""
    for hand in sorted(live):
        into = [share for via, to, share in facts.passes if facts.hand[to] == hand and facts.hand[via] in live - {hand}]
        if into and not _hands_on(facts, hand):
            return hand, reason("role_leader_collects", payees=len(into), share=round(max(into), 2))
    told = {hand: sum(_told_of(facts, n) for n in hands[hand]) for hand in sorted(live)}
    if sum(facts.suspect_voices.get(n, 0) + facts.payee_voices.get(n, 0) for n in facts.members) < _FEW_TOLD:
        return None
    whole = [hand for hand in told if len(hands[hand]) > 1] or list(told)
    best = min(whole, key=lambda hand: (told[hand], -len(hands[hand]), hand), default=None)
    return None if best is None else (best, reason("role_leader_few", hands=len(live)))


def _node_role(facts: Facts, node: int, hand: tuple[Role, tuple[Reason, ...]]) -> tuple[Role, tuple[Reason, ...]]:
    label = facts.label[node]
    if label in ("Device", "Sim"):
        lines = sum(1 for u, v, kind in facts.ties if kind in ("device", "card") and node in (u, v))
        return "device", (reason("role_device", lines=lines),)
    if label in _FIXED:
        return _FIXED[label], hand[1] if hand[0] == "page_admin" else ()
    shown = hand[0] in ("operator", "unknown") or bool(facts.suspect_voices.get(node))
    if label == "Persona" or (label == "Account" and shown):
        return "persona", (reason("role_persona", uid=facts.uid[node]),)
    if label == "Person" and not (facts.suspect_voices.get(node) or _is_paid(facts, node)) and hand[0] != "unknown":
        held = [n for n in facts.members if facts.hand[n] == facts.hand[node] and n != node]
        if held:
            return hand[0], (*hand[1], reason("role_holder", uid=facts.uid[held[0]], role=hand[0]))
    return hand
