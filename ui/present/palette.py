"""The visual language of the desk as data: families, status marks, page themes.

A meaning is never carried by colour alone: family = colour, shape and glyph. Colours have contrast >= 3:1 on their
background and differ by dE >= 37 pairwise for normal, protan and deutan sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FamilyLook:
    light: str
    dark: str
    shape: str
    glyph: str


FAMILIES: Final[dict[str, FamilyLook]] = {
    "people": FamilyLook("#E757BF", "#B92E68", "ellipse", "person"),
    "lines": FamilyLook("#055AFF", "#7DA8FC", "round-rectangle", "phone"),
    "accounts": FamilyLook("#120056", "#6449E1", "diamond", "account"),
    "money": FamilyLook("#E17300", "#FFB809", "barrel", "transfer"),
    "records": FamilyLook("#363C51", "#DFE1E1", "tag", "report"),
    "places": FamilyLook("#04A468", "#6FFF8F", "pentagon", "place"),
    "content": FamilyLook("#621501", "#C84C20", "rhomboid", "publication"),
}

BACKGROUND: Final = {"light": "#FFFFFF", "dark": "#0E1117"}

THEME: Final[dict[str, str]] = {
    "light.backgroundColor": BACKGROUND["light"],
    "light.secondaryBackgroundColor": "#F2F4F8",
    "light.textColor": "#1C212B",
    "light.primaryColor": "#0B4FD6",
    "light.borderColor": "#C9CFDA",
    "dark.backgroundColor": BACKGROUND["dark"],
    "dark.secondaryBackgroundColor": "#1A1F29",
    "dark.textColor": "#ECEEF2",
    "dark.primaryColor": "#3A78EE",
    "dark.borderColor": "#3A4250",
}
"""Streamlit theme options, for both modes; the reader's system decides which one shows."""

STATUS_BADGE: Final[dict[str, tuple[str, str]]] = {
    "lead": ("●", "red"),
    "corroborate": ("◐", "orange"),
    "watch": ("○", "gray"),
}
"""Sign and badge colour of each status: the sign says it without the colour."""

STATE_BADGE: Final[dict[str, tuple[str, str]]] = {
    "intact": ("●", "green"),
    "compacted": ("◆", "green"),
    "withdrawn": ("⊘", "orange"),
    "erased": ("✕", "gray"),
    "broken": ("▲", "red"),
}
"""Sign and badge colour of the states of a batch."""
