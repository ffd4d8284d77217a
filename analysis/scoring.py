"""Score of a ring: log-likelihood ratios summed over independent groups of evidence, minus what speaks against.

Unbounded and never saturating. Hits that share records count once: a hit counts for the share of its records that no
stronger hit has used. Anonymous reports weigh at most ``anonymous_cap`` together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.params import Params

LLR_REPORTS: Final = 0.5
"""For the second identified reporter; grows with the logarithm of their number."""
LLR_CUSTODIAN: Final = 0.6
"""For each further kind of custodian."""
LLR_COERCION: Final = 1.5
"""Times the share of identified reports that speak of blackmail or threats."""
LLR_OTHER_CRIME: Final = -2.0
"""Times the share of identified reports on fraud and other matters."""
LLR_ACQUITTED: Final = -2.0
LLR_SPOOFED: Final = -1.0
LLR_RELATIVE: Final = -0.5
HIT_CAP: Final = 2.5
"""Most that one typology gives, however many of its hits a ring has."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit of a typology: id, log-likelihood ratio at full strength, strength, records."""

    typology: str
    llr: float
    strength: float
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Voices:
    """Independent reports of a ring: identified ones, of these those that say what happened, and of these the coercive
    ones; and anonymous ones."""

    identified: int
    spoken: int
    coercive: int
    anonymous: int


def score(hits: Sequence[Hit], voices: Voices, custodians: int, against: float, params: Params) -> float:
    """The score, rounded to 4 decimals. ``against`` is the sum of counter-indications (at most 0)."""
    total = LLR_REPORTS * math.log2(max(1, voices.identified))
    if voices.spoken:
        share = voices.coercive / voices.spoken
        sure = voices.spoken / (voices.spoken + 1)
        total += sure * (LLR_COERCION * share + LLR_OTHER_CRIME * (1 - share))
    total += min(params.anonymous_cap, params.anonymous_weight * voices.anonymous)
    total += LLR_CUSTODIAN * max(0, custodians - 1)
    total += sum(worth(hits).values()) + against
    return round(total, 4)


def worth(hits: Sequence[Hit]) -> dict[str, float]:
    """What each typology adds: strongest hits first, each for the share of its records not yet used."""
    used: set[int] = set()
    out: dict[str, float] = {}
    for hit in sorted(hits, key=lambda h: (-h.llr * h.strength, h.typology, h.records)):
        fresh = [record for record in hit.records if record not in used]
        if not hit.records:
            continue
        used.update(fresh)
        gain = hit.llr * hit.strength * len(fresh) / len(hit.records)
        room = HIT_CAP - out.get(hit.typology, 0.0)
        out[hit.typology] = out.get(hit.typology, 0.0) + max(0.0, min(room, gain))
    return out


def percentiles(scores: Sequence[float]) -> list[float]:
    """Share of rings that score no higher, in per cent, one decimal."""
    if not scores:
        return []
    values = np.asarray(scores)
    ranks = np.searchsorted(np.sort(values), values, side="right")
    return [round(100.0 * float(rank) / len(values), 1) for rank in ranks]
