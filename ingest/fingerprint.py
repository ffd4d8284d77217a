"""Narratives leave two fingerprints in evidence and no word: a hash of the words and a sketch of their shingles.

Both are made from keyed hashes, so that without the vault's key nobody can test a guess against them. A sketch is the
set of the text's word 3-shingles, each as a keyed hash: how much two texts share is the same number under every key
(a sample of the shingles would depend on it). Only of very long texts it keeps the smallest hashes (Broder 1997).
"""

from __future__ import annotations

import re
from typing import Final

from ingest.drafts import Keys
from ingest.normalise.text import clean

DIGITS: Final = 8
"""Hexadecimal digits of a shingle in a sketch."""
MOST_SHINGLES: Final = 512
_WORD: Final = re.compile(r"\w+")
_MOST: Final = 2_000  # words looked at


def words(text: str) -> list[str]:
    """Words as compared: compatibility form, lower case, punctuation gone."""
    return _WORD.findall(clean(text).lower())[:_MOST]


def fingerprints(text: str, keys: Keys) -> tuple[str, str] | None:
    """``(text_hash, text_sketch)``: 16 hex digits, and 8 a shingle, ascending; None for a text without words."""
    found = words(text)
    if not found:
        return None
    whole = keys.content_hash(b"words\x1f" + " ".join(found).encode())[:16]
    shingles = {" ".join(found[n : n + 3]) for n in range(max(1, len(found) - 2))}
    hashes = sorted({h[:DIGITS] for h in keys.content_hashes([b"shingle\x1f" + s.encode() for s in shingles])})
    return whole, "".join(hashes[:MOST_SHINGLES])


def sketch_similarity(one: str, other: str) -> float:
    """Jaccard similarity of the shingles of two texts, 0 to 1."""
    a, b = ({text[n : n + DIGITS] for n in range(0, len(text), DIGITS)} for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0
