"""Is somebody else working on this one already? Rings and their owners, and nothing else.

The answer holds no fact, link or record: whoever asks learns whom to call. A victim, a bystander and an identifier
nobody has heard of are answered alike, so that asking tells nothing of who reported. Every question is a line of the
audit log, written before it is answered: asking again and again, number after number, leaves its trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graph.errors import NothingFound
from graph.ids import is_victim, ring_name, ring_number

if TYPE_CHECKING:
    from halqa.opened import Opened

ASKED = "asked:h:"
"""How the log names what is in no ring: by a keyed hash, a victim's like anybody's."""


def deconflict(
    ws: Opened, text: str, mine: Sequence[str], country: str | None = None, *, by: str, at: datetime
) -> dict[str, Any]:
    """JSON of ``halqa who X --mine R``; who asked what, and for which ring, goes to the audit log.

    ``answer`` is the first that holds of ``in_another_ring``, ``in_your_ring``, ``in_no_ring``; ``rings`` are those
    of others, each with its owner or null. Errors: UsageError, NothingFound when ``mine`` names no ring.
    """
    own = {ring_number(name) for name in mine}
    for number in sorted(own):
        ws.casebook.ring_exists(number)
    uid, numbers = _rings_of(ws, text, country)
    others = sorted(numbers - own)
    owners = _owners(ws)
    told = [ring_name(number) for number in sorted(own)]
    ws.casebook.write_log(
        by=by,
        operation="consultation",
        purpose=f"deconfliction for {', '.join(told)}",
        object_=uid if numbers else ASKED + ws.vault.content_hash(uid.encode()),
        count=len(numbers),
        at=at,
    )
    return {
        "uid": uid if numbers else None,
        "mine": told,
        "answer": "in_another_ring" if others else "in_your_ring" if numbers else "in_no_ring",
        "in_mine": [ring_name(number) for number in sorted(numbers & own)],
        "rings": [{"ring": ring_name(number), "owner": owners.get(number)} for number in others],
    }


def _rings_of(ws: Opened, text: str, country: str | None) -> tuple[str, set[int]]:
    """The uid and the rings it is a member of: as shown now, and as judged where the ring still has an owner."""
    from halqa.explore import resolve
    from ingest.written import candidates

    try:
        uid = resolve(ws, text, country)
    except NothingFound:
        names = candidates(text, country or ws.settings.ingest.country)
        uid = names[0] if names else text.strip()
    else:
        names = [uid, *ws.view().same.get(uid, ())]
    mask = ws.mask()
    if victims := [shown for name in names if is_victim(shown := mask.uid(name))]:
        return victims[0], set()
    members = [(ring_number(ring["ring"]), {m["uid"] for m in ring["members"]}) for ring in ws.ring_list()]
    # A ring that a later run no longer shows, of evidence that may be gone, is still somebody's work.
    owned = _owners(ws)
    members += [(row["number"], set(row["members"])) for row in ws.casebook.judgements() if row["number"] in owned]
    inside = {number: name for number, uids in members for name in names if name in uids}
    return min(inside.values(), default=uid), set(inside)


def _owners(ws: Opened) -> dict[int, str]:
    """Who took the last decision on each ring, unless it was to dismiss it."""
    last = {row["number"]: row for row in ws.casebook.judgements()}
    return {number: str(row["by"]) for number, row in last.items() if row["verdict"] != "dismiss"}
