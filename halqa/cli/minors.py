"""The command of the minors' unit: reports about children, by urgency."""

from __future__ import annotations

import typer

from halqa.cli.context import AsJson, workspace
from halqa.cli.custody import By, Reason
from halqa.cli.output import emit, note, show_table, working


def register(app: typer.Typer) -> None:
    app.command()(minors)


def minors(reason: Reason, by: By = None, json: AsJson = False) -> None:
    """Show the queue of the minors' unit (T16): reports about children, the most urgent first. It is logged."""
    from halqa.minors import queue

    with workspace() as ws, working("opening the minors' compartment"):
        found = queue(ws, reason=reason, by=by)
    if json:
        emit(found)
        return
    if not found["tips"]:
        note("No report about a child is held.")
    else:
        show_table(
            "Minors' unit",
            ["priority", "report", "due", "sextortion", "rings", "check first"],
            [
                (t["priority"], t["report"], t["due_at"][:16] + (" overdue" if t["overdue"] else ""),
                 "yes" if t["sextortion"] else "", ", ".join(t["rings"]), ", ".join(t["doubts"]))
                for t in found["tips"]
            ],
        )  # fmt: skip
    note("For the minors' unit only. This was logged.")
