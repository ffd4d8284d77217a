"""The queue of the minors' unit: reports about children by urgency. Opening it is a reasoned, logged act.

The general compartment gives digests of the identifiers of its open rings and their names; the minors' compartment is
read alone and compared by digest. Nothing of it is kept anywhere, shown in a ring, written to a run or to the graph.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from graph.errors import UsageError
from halqa import runs
from halqa.clock import utc_now
from halqa.detection import parameters
from halqa.opened import Opened
from halqa.safekeeping import user_name


def queue(ws: Opened, *, reason: str, by: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """JSON of ``halqa minors``: tips with their clock, most urgent first. Errors: UsageError without a reason."""
    from analysis.typologies.t16_minor import tips

    if not reason.strip():
        raise UsageError("The queue of the minors' unit needs a reason.", 'Say why: --reason "duty desk, morning".')
    at = now or utc_now()
    view = ws.ledger.view(compartments=("minors",))
    chosen = parameters(ws.settings.detect)
    found = tips(view, _open_rings(ws), _digest(ws), at, chosen)
    ws.casebook.write_log(
        by=by or user_name(), operation="consultation", purpose=reason, object_="minors:queue", count=found.height
    )
    return {
        "at": at.isoformat(),
        "hours": chosen.t16_hours,
        "tips": [
            {
                "report": view.uid(row["report"]),
                "priority": row["priority"],
                "received_at": row["received_at"].isoformat(),
                "due_at": row["due_at"].isoformat(),
                "overdue": row["overdue"],
                "sextortion": row["sextortion"],
                "here": row["here"],
                "rings": row["shared"],
                "doubts": row["doubts"],
                "identifiers": view.uids(row["identifiers"]),
            }
            for row in found.iter_rows(named=True)
        ],
    }


def _digest(ws: Opened) -> Any:
    def digest(uid: str) -> str:
        return ws.vault.content_hash(f"shared\x1f{uid}".encode())

    return digest


def _open_rings(ws: Opened) -> dict[str, str]:
    """Digest of every identifier of the rings shown now -> the ring; a dismissed ring is not open."""
    current = ws.casebook.current_run()
    if current is None or not runs.has_run(ws.runs_folder, current["run"]):
        return {}
    digest, same = _digest(ws), ws.view().same
    out: dict[str, str] = {}
    for line in (ws.runs_folder / current["run"] / "rings.jsonl").read_text(encoding="utf-8").splitlines():
        ring = json.loads(line)
        if any(one["code"] == "counter_dismissed" for one in ring["counter_indicators"]):
            continue
        for uid in [member["uid"] for member in ring["members"]] + ring["associates"]:
            for alias in same.get(uid, (uid,)):
                out.setdefault(digest(alias), ring["ring"])
    return out
