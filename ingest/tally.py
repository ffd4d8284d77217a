"""How many distinct entities and links a file, or a batch, holds: counted on numbers, never on texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from graph.evidence import LINKING, lazy_links

_PILE: Final = 16
_FEW: Final = 1_000
"""Links that are told apart quicker one by one than as columns."""


@dataclass(slots=True)
class Tally:
    """Mask of entities by number, and links as 64-bit pairs (source, target) by relation."""

    _entities: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    _links: dict[str, list[pl.Series]] = field(default_factory=dict)

    @property
    def entities(self) -> int:
        """Distinct entities."""
        return int(self._entities.sum())

    @property
    def links(self) -> int:
        """Distinct (from, relation, to)."""
        return sum(pl.concat(piles).n_unique() for piles in self._links.values())

    def see(self, used: np.ndarray) -> None:
        """Count entities, given as a mask by number."""
        if len(self._entities) < len(used):
            self._entities, used = used.copy(), self._entities
        self._entities[: len(used)] |= used

    def link(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Count the links of frames whose entity columns hold numbers."""
        pair = pl.col("src").cast(pl.UInt64) * pl.lit(1 << 32, pl.UInt64) + pl.col("dst").cast(pl.UInt64)
        for name, frame in tables.items():
            if name not in LINKING:
                continue
            # A table at a time: its relations are few, and told by a constant.
            ends = lazy_links({name: frame}).select("rel", pair=pair).collect()
            if ends.height <= _FEW:
                told: dict[str, list[int]] = {}
                for relation, one in ends.iter_rows():
                    told.setdefault(relation, []).append(one)
                for relation, few in told.items():
                    self._pile(relation, [pl.Series(few, dtype=pl.UInt64)])
                continue
            relations = ends["rel"].unique().to_list()
            for relation in relations:
                own = ends if len(relations) == 1 else ends.filter(pl.col("rel") == relation)
                self._pile(relation, [own["pair"].unique()])

    def take(self, other: Tally) -> None:
        """Count what another tally holds too."""
        self.see(other._entities)
        for relation, piles in other._links.items():
            self._pile(relation, piles)

    def _pile(self, relation: str, new: list[pl.Series]) -> None:
        piles = self._links.setdefault(relation, [])
        piles += new
        if len(piles) > _PILE:
            self._links[relation] = [pl.concat(piles).unique()]
