"""Halqa: from reports, accounts, phone numbers and money transfers to the rings behind them, with reasons.

The public API is :class:`Workspace` and the errors of :mod:`graph.errors`.
"""

from __future__ import annotations

from graph.errors import HalqaError
from halqa.workspace import Workspace

__all__ = ["HalqaError", "Workspace", "__version__"]

__version__ = "0.1.0"
