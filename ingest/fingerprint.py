"""Narratives leave two fingerprints in evidence and no word: a hash of the words and a sketch of their shingles.

Both are made from keyed hashes, so that without the vault's key nobody can test a guess against them. Two
sketches agree in about the share of places that is the Jaccard similarity of the texts' word 3-shingles
(Broder 1997, minwise hashing).
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from ingest.drafts import Keys
from ingest.normalise.text import clean

PLACES: Final = 32
"""Minima in a sketch; each keeps 16 bits (four hex digits)."""
_WORD: Final = re.compile(r"\w+")
_MOST: Final = 2_000  # words looked at
_PRIME: Final = (1 << 61) - 1
_A: Final = np.array([pow(48_271, n + 1, _PRIME) % (1 << 31) | 1 for n in range(PLACES)], dtype=np.uint64)
_B: Final = np.array([pow(69_621, n + 7, _PRIME) % (1 << 31) for n in range(PLACES)], dtype=np.uint64)


def words(text: str) -> list[str]:
    """Words as compared: compatibility form, lower case, punctuation gone."""
    return _WORD.findall(clean(text).lower())[:_MOST]


def fingerprints(text: str, keys: Keys) -> tuple[str, str] | None:
    """``(text_hash, text_sketch)``: 16 and 128 hex digits; None for a text without words."""
    found = words(text)
    if not found:
        return None
    whole = keys.content_hash(b"words\x1f" + " ".join(found).encode())[:16]
    shingles = sorted({" ".join(found[n : n + 3]) for n in range(max(1, len(found) - 2))})
    hashes = keys.content_hashes([b"shingle\x1f" + s.encode() for s in shingles])
    values = np.array([int(h[:8], 16) for h in hashes], dtype=np.uint64)
    # 32-bit values times 31-bit factors stay below 2^63, so nothing wraps.
    mixed = (values[:, None] * _A[None, :] + _B[None, :]) % np.uint64(4_294_967_291)
    minima = mixed.min(axis=0) & np.uint64(0xFFFF)
    return whole, "".join(f"{int(m):04x}" for m in minima)


def sketch_similarity(one: str, other: str) -> float:
    """Share of equal places of two sketches, 0 to 1: an estimate of the texts' shingle similarity."""
    pairs = zip(range(0, len(one), 4), range(0, len(other), 4), strict=False)
    return sum(one[a : a + 4] == other[b : b + 4] for a, b in pairs) / PLACES
