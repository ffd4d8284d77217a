"""Every "same person" decision people took, newest first: what stands, what was taken back. Looked through the mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from graph import same_as

if TYPE_CHECKING:
    from halqa.opened import Opened


def decisions(ws: Opened) -> list[dict[str, Any]]:
    """Rows as ``halqa same A B`` lists them, newest first; ``standing`` says whether the row is in force."""
    rows = same_as.decided(ws.casebook)
    if not rows:
        return []  # the mask needs the vault and the evidence: no reason to wait for it
    standing = {row.seq for row in same_as.in_force(rows).values()}
    told = [row.to_json() | {"standing": row.seq in standing} for row in reversed(rows)]
    return cast(list[dict[str, Any]], ws.mask().everywhere(told))


def count(ws: Opened) -> int:
    """How many rows there are: what was read before the last of them may have changed."""
    return len(same_as.decided(ws.casebook))
