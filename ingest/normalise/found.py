"""What a normaliser answers."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """The uid of a written identifier (None: no node) and the warning code it deserves (None: fits)."""

    uid: str | None
    warning: str | None = None

    @property
    def fits(self) -> bool:
        """Whether the identifier is of its type, not kept raw or left out."""
        return self.uid is not None and self.warning is None


NOTHING = Found(None)
