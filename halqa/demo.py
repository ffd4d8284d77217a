"""The demo: a synthetic country from a seed, through every floor, into a workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from fixtures.country import make_country
from graph.errors import UsageError
from halqa.workspace import Workspace

RECEIVED_AT = datetime(2024, 9, 10, tzinfo=UTC)
"""When the demo unit was handed the operators' files: after the country's period, so `--as-of` shows reports first."""


def run_demo(home: Path, *, scale: str, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Make, ingest, detect. Running it again finds everything there and is quick.

    Errors: UsageError when the workspace holds other evidence, so that a demo never mixes with a case.
    """
    country = home / "country"
    marker = country / f"{scale}-{seed}.made"
    if not marker.exists():
        if home.exists() and any((home / "evidence").glob("batches/*")):
            raise UsageError(
                f"{home} already holds evidence that is not this demo.",
                "Choose another folder: `halqa --home OTHER demo`, or remove it.",
            )
        say(f"making the synthetic country ({scale}, seed {seed}) in {country}")
        make_country(country, scale=cast(Literal["tiny", "small", "medium", "large"], scale), seed=seed)
        marker.touch()
    with Workspace.open(home) as ws:
        if not ws.has_evidence():
            say("ingesting")
            taken = ws.ingest([country / "files"], received_at=RECEIVED_AT)
            say(
                f"  {taken['accepted']:,} records accepted, {taken['rejected']:,} rejected,"
                f" {taken['duplicates']:,} duplicates"
            )
        say("detecting")
        report = ws.detect()
    counts = report["rings"]
    say(f"  {counts['lead']} leads, {counts['corroborate']} to corroborate, {counts['watch']} to watch")
    return report
