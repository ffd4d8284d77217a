"""Case data inside Streamlit's markdown: nothing in it is markup, a link, a formula or an icon."""

from __future__ import annotations

import re
from typing import Final

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:])")


def md(value: object) -> str:
    """``value`` as plain text on one line, whatever characters a source put into it."""
    return _MARKDOWN.sub(r"\\\1", str(value)).replace("\r", " ").replace("\n", " ")


def md_commands(value: str) -> str:
    """``value`` as plain text, but for what it sets between backticks as a command to type."""
    parts = value.replace("\r", " ").replace("\n", " ").split("`")
    if len(parts) % 2 == 0:  # one of them stands alone: it is a character like any other
        return md(value)
    return "".join(f"`{part}`" if at % 2 and part else md(part) for at, part in enumerate(parts))
