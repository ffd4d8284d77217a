"""Case data inside Streamlit's markdown: nothing in it is markup, a link, a formula or an icon."""

from __future__ import annotations

import re
from typing import Final

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:])")


def md(value: object) -> str:
    """``value`` as plain text on one line, whatever characters a source put into it."""
    return _MARKDOWN.sub(r"\\\1", str(value)).replace("\r", " ").replace("\n", " ")
