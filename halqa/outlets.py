"""Outlets to ask agencies about: those that pay reported payees far more than their town's others do."""

from __future__ import annotations

from typing import Any

from halqa.detection import parameters
from halqa.opened import Opened


def outlets(ws: Opened, *, limit: int | None = None) -> dict[str, Any]:
    """JSON of ``halqa outlets``: the most surprising outlets first, and how many there are."""
    from analysis.outlets import surprising
    from graph.access import known_victims

    view = ws.view()
    found = surprising(view, parameters(ws.settings.detect), known_victims(view, ws.vault))
    shown = found.head(limit) if limit else found
    return {
        "outlets": [row | {"outlet": view.uid(row["outlet"])} for row in shown.iter_rows(named=True)],
        "all": found.height,
    }
