"""A mapping in the making: judged columns, the entities and links they have given so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graph.ids import slug
from ingest.mapping.judge import Column

Node = dict[str, Any]
"""A table of the mapping, as YAML will hold it."""


@dataclass(slots=True)
class Draft:
    """A mapping in the making."""

    columns: list[Column]
    stem: str
    region: str | None
    entities: dict[str, Node] = field(default_factory=dict)
    links: list[Node] = field(default_factory=list)
    parties: dict[str, str | None] = field(default_factory=dict)  # of every column, as the table as a whole tells it
    keyed: dict[str, str] = field(default_factory=dict)  # entity of a column

    def of(self, *kinds: str, party: str | None = "any") -> list[Column]:
        """Columns of some kinds, of one party or of any, in the order of the table."""
        return [
            c for c in self.columns
            if c.kind in kinds and (party == "any" or self.parties[c.name] == party) and c.shape.count
        ]  # fmt: skip

    def name(self, wanted: str) -> str:
        """A name for an entity that is not taken."""
        base, n = slug(wanted) or "thing", 2
        found = base
        while found in self.entities:
            found, n = f"{base}_{n}", n + 1
        return found

    def link(self, rel: str, src: str, dst: str, at: Node | None = None, **properties: object) -> None:
        """A link between two entities, once."""
        made: Node = {"rel": rel, "from": src, "to": dst}
        if at is not None:
            made["at"] = at
        if properties:
            made["properties"] = properties
        if src != dst and made not in self.links:
            self.links.append(made)
