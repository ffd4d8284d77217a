"""What became of the rings of the previous run: matched by members; display numbers live in the casebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from analysis.findings import RingChange, RingSnapshot, Status
from analysis.params import Params
from analysis.reasons import reason


def match(
    previous: Sequence[RingSnapshot],
    members: Sequence[frozenset[str]],
    keys: Sequence[str],
    params: Params,
) -> list[RingChange]:
    """Changes from ``previous`` to the new rings (``members`` and ``keys`` side by side), new rings first.

    A new ring continues the old one it overlaps most, if by at least ``match_jaccard``, or if it holds more than half
    of the old members; an old ring goes on in one new ring only. Several old in one new are *merged*, several new
    out of one old one *split*, one that gained enough *grown*; one that shares two members with an ended ring is
    *re_emerged*; old rings found no more *died*.
    """
    live = [one for one in previous if not one.ended]
    ended = [one for one in previous if one.ended]
    into: dict[int, list[int]] = defaultdict(list)
    outof: dict[int, list[int]] = defaultdict(list)
    owner: dict[str, list[int]] = defaultdict(list)
    for i, new in enumerate(members):
        for uid in new:
            owner[uid].append(i)
    heir: dict[int, int] = {}
    for j, old in enumerate(live):
        shared: dict[int, int] = defaultdict(int)
        for uid in old.members:
            for i in owner.get(uid, ()):
                shared[i] += 1
        size = len(set(old.members))
        for i, n in sorted(shared.items()):
            jaccard = n / (size + len(members[i]) - n)
            if (
                jaccard >= params.match_jaccard
                or n > size / 2
                or (n >= 3 and n >= 0.3 * size and n > len(members[i]) / 2)
            ):
                into[i].append(j)
                outof[j].append(i)
        if outof.get(j):
            heir[j] = max(outof[j], key=lambda i: (shared[i] / (size + len(members[i]) - shared[i]), -i))
    out: list[RingChange] = []
    for i, new in enumerate(members):
        out.append(_change(i, new, keys[i], live, ended, into.get(i, []), outof, heir, params))
    for j, old in enumerate(live):
        if not outof.get(j):
            out.append(
                RingChange(key="", kind="died", ring=old.ring, removed=tuple(sorted(old.members)),
                           status_before=old.status,
                           why=reason("change_died", members=len(old.members)))
            )  # fmt: skip
    return out


def _change(
    i: int,
    new: frozenset[str],
    key: str,
    live: Sequence[RingSnapshot],
    ended: Sequence[RingSnapshot],
    olds: Sequence[int],
    outof: dict[int, list[int]],
    heir: dict[int, int],
    params: Params,
) -> RingChange:
    if not olds:
        back = [(-len(new & frozenset(one.members)), one.ring) for one in ended]
        shared, ring = min(back, default=(0, ""))
        shared = -shared
        if shared >= 2:
            why = reason("change_re_emerged", ring=ring, shared=shared)
            return RingChange(
                key=key, kind="re_emerged", ring=ring, from_rings=(ring,), added=tuple(sorted(new)), why=why
            )
        return RingChange(key=key, kind="born", added=tuple(sorted(new)), why=reason("change_born", members=len(new)))
    mine = [j for j in olds if heir.get(j) == i]
    first = min(mine or olds, key=lambda j: (-len(new & frozenset(live[j].members)), live[j].ring))
    old = frozenset().union(*(live[j].members for j in olds))
    rings = tuple(sorted(live[j].ring for j in olds))
    added, removed = tuple(sorted(new - old)), tuple(sorted(frozenset(live[first].members) - new))
    before: Status = live[first].status
    if len(mine) > 1:
        why = reason("change_merged", rings=list(rings))
        return RingChange(key=key, kind="merged", ring=live[first].ring, from_rings=rings, added=added, removed=removed,
                          status_before=before, why=why)  # fmt: skip
    if not mine or len(outof[first]) > 1:
        why = reason("change_split", ring=live[first].ring)
        kept = live[first].ring if mine else ""
        return RingChange(key=key, kind="split", ring=kept, from_rings=rings, added=added, removed=removed,
                          status_before=before, why=why)  # fmt: skip
    size = len(live[first].members)
    if len(added) >= params.grown_members and len(new) - size >= params.grown_share * size:
        why = reason("change_grown", before=size, after=len(new))
        return RingChange(key=key, kind="grown", ring=live[first].ring, from_rings=rings, added=added, removed=removed,
                          status_before=before, why=why)  # fmt: skip
    return RingChange(key=key, kind="same", ring=live[first].ring, from_rings=rings, added=added, removed=removed,
                      status_before=before)  # fmt: skip
