"""The command that says which outlets to ask agencies about."""

from __future__ import annotations

from typing import Annotated

import typer

from halqa.cli.context import AsJson, workspace
from halqa.cli.output import emit, note, show_table, working


def register(app: typer.Typer) -> None:
    app.command()(outlets)


def outlets(
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most this many.")] = None, json: AsJson = False
) -> None:
    """List the outlets that pay reported payees far more than their town's others, over all that they pay."""
    with workspace() as ws, working("looking at outlets"):
        found = ws.outlets(limit=limit)
    if json:
        emit(found)
        return
    if not found["outlets"]:
        note("No outlet surprises against its town.")
        return
    show_table(
        "Outlets",
        ["outlet", "town", "reported", "of all", "payees", "lift", "surprise"],
        [
            (o["outlet"], o["town"] or "", o["reported"], o["paid"], o["payees"], o["lift"], o["surprise"])
            for o in found["outlets"]
        ],
    )
    note("A reason to ask the agency for data; nobody there is suspected.")
