"""What every command shares: which workspace it works on, and the options they have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graph.errors import UsageError
from halqa.settings import home_of

if TYPE_CHECKING:
    from halqa.workspace import Workspace

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", help="Answer with what was known at T (ISO 8601, UTC unless said)."),
]

_home: list[Path | None] = [None]


def choose_home(home: Path | None) -> None:
    """Keep the option ``--home`` of this call."""
    _home[0] = home


def home() -> Path:
    """Folder of the workspace of this call."""
    return home_of(_home[0])


def workspace(**options: Any) -> Workspace:
    """The workspace of this call; ``options`` are settings by dotted name."""
    from halqa.workspace import Workspace

    return Workspace.open(home(), **options)


def time_of(text: str | None, option: str) -> datetime | None:
    """An ISO 8601 time in UTC. Errors: UsageError naming the option."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option}: {text!r} is not an ISO 8601 time.", "Write 2024-07-01 or 2024-07-01T12:00:00Z."
        ) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def pairs_of(texts: list[str], option: str) -> dict[str, str]:
    """``key=value`` texts as a dictionary. Errors: UsageError naming the option."""
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{option}: {text!r} is not key=value.", f"Write {option} name=value.")
        pairs[key.strip()] = value
    return pairs
