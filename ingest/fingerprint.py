"""Narratives leave three fingerprints in evidence and no word: a hash, a sketch of words, a sketch of consonants.

All are made from keyed hashes, so that without the vault's key nobody can test a guess against them. A sketch is a set,
each member as a keyed hash: how much two texts share is the same number under every key (a sample by keyed hashes would
depend on it). ``text_sketch`` holds the word 3-shingles and finds copies; ``text_folded`` holds the 4-grams of the
consonants (:mod:`ingest.wording`) and finds one script in several spellings and alphabets. Of very long texts a folded
sketch keeps the grams with the smallest public hashes (Broder 1997): the same ones under every key.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.drafts import Keys
from ingest.normalise.text import clean
from ingest.wording import consonants

DIGITS: Final = 8
"""Hexadecimal digits of a shingle in a sketch."""
MOST_SHINGLES: Final = 512
_WORD: Final = re.compile(r"\w+")
_MOST: Final = 2_000  # words looked at
GRAM: Final = 4
"""Consonants in a gram of the folded sketch."""
FOLDED_DIGITS: Final = 6
"""Hexadecimal digits of a gram in a folded sketch."""
FEWEST_WORDS: Final = 12
"""A shorter text is no script: too many people say the same in so few words (domain T06)."""
FEWEST_GRAMS: Final = 24


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
    return whole, "".join(_hashes(keys, "shingle", shingles, DIGITS)[:MOST_SHINGLES])


def folded_sketch(text: str, keys: Keys) -> str | None:
    """``text_folded``: 6 hex digits a gram, ascending; None for a text too short to be recognised as a script."""
    if len(words(text)) < FEWEST_WORDS:
        return None
    stream = consonants(" ".join(text[: _MOST * 8].split()))
    grams = {stream[n : n + GRAM] for n in range(len(stream) - GRAM + 1)}
    if len(grams) < FEWEST_GRAMS:
        return None
    # By a public hash, so that every unit keeps the same grams of a long text whatever its key is.
    kept = sorted(grams, key=lambda gram: (zlib.crc32(gram.encode()), gram))[:MOST_SHINGLES]
    return "".join(_hashes(keys, "gram", kept, FOLDED_DIGITS))


def _hashes(keys: Keys, purpose: str, parts: Iterable[str], digits: int) -> list[str]:
    """First hexadecimal digits of the keyed hashes of the parts of a text, each once, ascending."""
    found = keys.content_digests([f"{purpose}\x1f{part}".encode() for part in parts]).hex()
    return sorted({found[n : n + digits] for n in range(0, len(found), 32)})


def text_marks(text: str, keys: Keys) -> Iterator[tuple[str, str]]:
    """(property, value) of all fingerprints of a narrative; nothing for a text without words."""
    if (marks := fingerprints(text, keys)) is not None:
        yield "text_hash", marks[0]
        yield "text_sketch", marks[1]
        if (folded := folded_sketch(text, keys)) is not None:
            yield "text_folded", folded


def sketch_similarity(one: str, other: str, digits: int = DIGITS) -> float:
    """Jaccard similarity of two sketches with ``digits`` a member, 0 to 1."""
    a, b = ({text[n : n + digits] for n in range(0, len(text), digits)} for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0
