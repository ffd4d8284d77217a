"""Halqa: from reports, accounts, phone numbers and money transfers to the rings behind them, with reasons.

The public API is :class:`Workspace` and the errors of :mod:`graph.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.errors import HalqaError

if TYPE_CHECKING:
    from halqa.workspace import Workspace

__all__ = ["HalqaError", "Workspace", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load the workspace when it is asked for: commands that need little start quickly."""
    if name == "Workspace":
        from halqa.workspace import Workspace

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
