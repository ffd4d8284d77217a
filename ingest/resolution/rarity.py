"""How much it says that two names agree: next to nothing for a name many bear, a lot for one nobody else has.

Frequencies come from the evidence itself, so a name that is rare in one country's files may be common in another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.resolution.names import NameMatch
from ingest.resolution.units import Unit, units_of


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many bearers each element of a name has among ``people``."""

    people: int
    bearers: Counter[str]

    def expected(self, a: str, b: str, match: NameMatch) -> float:
        """How many *other* people of the evidence would agree with this name as well, by chance."""
        left, right = units_of(a), units_of(b)
        chance = 1.0
        given = 0
        for i, j in match.pairs:
            if left[i].soft or right[j].soft:
                continue
            if left[i].initial or right[j].initial:
                chance *= 0.1
                continue
            share = max(self._share(left[i]), self._share(right[j]))
            if left[i].groups and right[j].groups:
                # Given names go together (Fatima Zahra): the second says less than its frequency.
                share, given = share ** (0.5 if given else 1.0), given + 1
            chance *= share
        return self.people * chance

    def _share(self, unit: Unit) -> float:
        # One is added on both sides: what was seen once is not proved to be unique.
        return min(1.0, (max(self.bearers[key] for key in unit.keys) + 1) / (self.people + 2))


def rarity(names: Iterable[tuple[int, str]]) -> Rarity:
    """Count the bearers of every element; ``names`` are (person, name as written)."""
    people: set[int] = set()
    seen: set[tuple[int, str]] = set()
    for person, name in names:
        people.add(person)
        seen.update((person, key) for unit in units_of(name) if not unit.initial for key in unit.keys)
    return Rarity(len(people), Counter(key for _, key in seen))
