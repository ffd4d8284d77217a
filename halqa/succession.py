"""Replaced lines through the front door: hypotheses near what is suspected, looked through the mask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.ids import is_victim
from halqa.lookup import iso

if TYPE_CHECKING:
    from analysis.nodes import Evidence
    from analysis.succession import Succession
    from halqa.opened import Opened


def succession(ws: Opened, *, since: datetime | None = None, everything: bool = False) -> list[dict[str, Any]]:
    """JSON of ``halqa succession``: replaced lines, oldest first; ``since`` looks at when the new line began.

    Only those that touch what is suspected (a ring, an identifier that a report names, or a contact both lines share
    with it): who else changed their number is nobody's business. Where no report names anything, and with
    ``everything``, all of them. Whoever is masked is never listed.
    """
    from analysis.nodes import Evidence, uid_of
    from analysis.succession import find
    from halqa.detection import parameters

    if not ws.has_evidence():
        return []
    view, mask = ws.view(), ws.mask()
    evidence = Evidence(view, parameters(ws.settings.detect), view.by_code(mask.masks))
    public = list(view.codes(cut["uid"] for cut in ws.cuts()).values())
    rings = _rings(ws)
    found = find(evidence, public)
    if not everything:
        found = _near(evidence, found, rings)
    rows = []
    for one in found:
        if since is not None and one.at < since:
            continue
        old, new = uid_of(evidence, one.old), uid_of(evidence, one.new)
        other = one.runner_up
        rows.append(
            {
                "old": old,
                "new": new,
                "at": iso(one.at),
                "score": one.score,
                "evidence": {
                    "shared_contacts": len(one.contacts),
                    "gap_hours": one.gap_hours,
                    "overlap_hours": one.overlap_hours,
                    "same_device": one.same_device,
                },
                "runner_up": None if other is None else {"new": uid_of(evidence, other[0]), "score": other[1]},
                "contacts": sorted({mask.uid(uid_of(evidence, node)) for node in one.contacts}),
                "rings": sorted({*rings.get(old, ()), *rings.get(new, ())}),
                "records": [mask.text(record) for record in view.record_ids(one.recs)],
            }
        )
    return rows


def _rings(ws: Opened) -> dict[str, list[str]]:
    """Names of the rings of each member."""
    found: dict[str, list[str]] = {}
    for ring in ws.ring_list():
        for member in ring["members"]:
            if not is_victim(member["uid"]):
                found.setdefault(member["uid"], []).append(ring["ring"])
    return found


def _near(evidence: Evidence, found: Iterable[Succession], members: Iterable[str]) -> list[Succession]:
    """Those of which the old line, the new one or a common contact is suspected; all when nothing is."""
    view = evidence.view
    named = view["mentions"].filter(pl.col("role").is_in(["suspect", "payee"]))["target"].unique().to_list()
    suspected = {*named, *(code for uid in members if (code := view.code(uid)) is not None)}
    if not suspected:
        return list(found)
    codes = evidence.node_code
    return [one for one in found if any(int(codes[n]) in suspected for n in (one.old, one.new, *one.contacts))]
