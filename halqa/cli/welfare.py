"""The command for those who offer help: who paid a ring and never told anybody."""

from __future__ import annotations

from typing import Annotated

import typer

from halqa.cli.context import AsJson, workspace
from halqa.cli.custody import ApprovedBy, By, Reason
from halqa.cli.output import emit, note, working


def register(app: typer.Typer) -> None:
    app.command()(welfare)


def welfare(
    ring: Annotated[str, typer.Argument(metavar="RING", help="Such as R-0007.")],
    reason: Reason,
    by: By = None,
    approved_by: ApprovedBy = None,
    json: AsJson = False,
) -> None:
    """Name those who paid a ring and never reported, so that help can be offered. Needs a reason; it is logged."""
    with workspace() as ws, working("looking for silent victims"):
        found = ws.welfare(ring, reason=reason, by=by, approved_by=approved_by)
    if json:
        emit(found)
        return
    for person in found["people"]:
        sums = ", ".join(f"{p['amount'] or '?'} {p['currency'] or ''} on {p['at'][:10]}" for p in person["payments"])
        print(f"{', '.join(person['names']) or 'name unknown'}: {sums}")
        for uid in person["uids"]:
            print(f"    {uid}")
    note(f"{len(found['people'])} people paid {found['ring']} and are not known to have reported. This was logged.")
    note("They are presumed victims. Offer help; do not question them as suspects.")
