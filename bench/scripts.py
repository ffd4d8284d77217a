"""Quality of "same script": made scripts in several spellings among ordinary narratives.

    python -m bench.scripts

The texts are in ``bench/data/script_texts.json``: of each script five spellings; ordinary narratives are drawn (seed 7)
from a pool of sentences, so that many share one or two. Pairs of narratives that share more than half of the shorter
one are left out: whether a half-copied report is a copy has no right answer.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analysis.params import Params
from analysis.scripts import grams, same_text
from ingest.fingerprint import folded_sketch, text_marks

DATA = Path(__file__).parent / "data" / "script_texts.json"
NARRATIVES = 200
LANGUAGES = ("darija", "darija", "arabic", "arabic", "arabic", "french", "french", "english")


@dataclass(frozen=True)
class Text:
    """``script`` is the name of a script, None for an ordinary narrative; ``parts`` are a narrative's sentences."""

    words: str
    script: str | None
    held_out: bool = False
    parts: frozenset[str] = frozenset()


class PublicKeys:
    """Keys of a unit without secrets: the measure is the same under any."""

    def pseudonym(self, identity: str, compartment: str) -> str:
        """Not used here."""
        raise NotImplementedError

    def content_hash(self, canonical: bytes) -> str:
        """Unkeyed."""
        return hashlib.blake2b(canonical, digest_size=16).hexdigest()

    def content_digests(self, canonical: Sequence[bytes]) -> bytes:
        """The same of many, one after the other."""
        return b"".join(bytes.fromhex(self.content_hash(one)) for one in canonical)

    def row_hashes(self, rows: pl.Series) -> pl.Series:
        """Not asked here."""
        raise NotImplementedError


def texts(narratives: int = NARRATIVES, seed: int = 7) -> list[Text]:
    """The made set: scripts in five spellings each, then narratives of three to five sentences."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    rng = random.Random(seed)
    made = [
        Text(words, name, held_out=name not in data["chosen_on"])
        for name, spellings in data["scripts"].items()
        for words in spellings
    ]
    for n in range(narratives):
        parts = rng.sample(data["sentences"][LANGUAGES[n % len(LANGUAGES)]], rng.choice((3, 4, 5)))
        made.append(Text(" ".join(parts), None, parts=frozenset(parts)))
    return made


def misspelt(made: Sequence[Text], share: float, seed: int = 5) -> list[Text]:
    """The same with this share of all letters touched: a third each dropped, replaced at random, left."""
    rng = random.Random(seed)

    def typed(letter: str) -> str:
        chance = rng.random()
        if chance < share / 3:
            return ""
        return rng.choice("abcdefghijklmnopqrstuvwxyz") if chance < 2 * share / 3 else letter

    return [Text("".join(map(typed, t.words)), t.script, t.held_out, t.parts) for t in made]


@dataclass(frozen=True)
class Quality:
    """Of pairs: found and right. Of scripts: those whose five spellings are one cluster with nothing else in it."""

    precision: float
    recall: float
    whole: int
    scripts: int


def judged(made: Sequence[Text], params: Params, *, held_out: bool) -> Quality:
    """Quality on the scripts the thresholds were chosen on, or on the held-out ones, among all narratives."""
    mine = [t for t in made if t.script is None or t.held_out == held_out]
    keys = PublicKeys()
    group: dict[int, int] = {}
    sketches = [grams(folded_sketch(t.words, keys) or "") for t in mine]
    clusters = list(same_text(sketches, params))
    for n, cluster in enumerate(clusters):
        group.update((text, n) for text, _ in cluster)
    wanted = found = right = 0
    for x, y in itertools.combinations(range(len(mine)), 2):
        same = mine[x].script is not None and mine[x].script == mine[y].script
        shared = len(mine[x].parts & mine[y].parts)
        if shared * 2 > min(len(mine[x].parts), len(mine[y].parts)) > 0:
            continue
        wanted += same
        found += group[x] == group[y]
        right += same and group[x] == group[y]
    names = {t.script for t in mine if t.script}
    found_sets = {frozenset(text for text, _ in cluster) for cluster in clusters}
    whole = sum(frozenset(i for i, t in enumerate(mine) if t.script == name) in found_sets for name in names)
    return Quality(right / found if found else 1.0, right / wanted, whole, len(names))


def word_shingles(made: Sequence[Text], least: float, *, held_out: bool) -> Quality:
    """The same by word 3-shingles (``text_sketch``), without folding: what there was before."""
    keys = PublicKeys()
    mine = [t for t in made if t.script is not None and t.held_out == held_out]
    sets = [dict(text_marks(t.words, keys))["text_sketch"] for t in mine]
    shingles = [frozenset(s[n : n + 8] for n in range(0, len(s), 8)) for s in sets]
    wanted = found = right = 0
    for x, y in itertools.combinations(range(len(mine)), 2):
        same = mine[x].script == mine[y].script
        alike = len(shingles[x] & shingles[y]) >= least * len(shingles[x] | shingles[y])
        wanted, found, right = wanted + same, found + alike, right + (same and alike)
    return Quality(right / found if found else 1.0, right / wanted, 0, len({t.script for t in mine}))


def _half(held_out: bool) -> str:
    return "held out" if held_out else "chosen on"


def _row(similarity: str, name: str, q: Quality) -> None:
    print(f"| {similarity} | {name} | {q.precision:.3f} | {q.recall:.3f} | {q.whole} of {q.scripts} |")


def main() -> None:
    """Print the table of docs/identifiers.md."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    made = texts()
    print("| Similarity | Texts | Pair precision | Pair recall | Whole scripts |\n|---|---|---|---|---|")
    for least in (0.2, 0.3, Params().script_similarity, 0.5, 0.6, 0.7):
        for held_out in (False, True):
            q = judged(made, Params(script_similarity=least), held_out=held_out)
            _row(f"{least:.2f}", _half(held_out), q)
    for share in (0.02, 0.04):
        for held_out in (False, True):
            q = judged(misspelt(made, share), Params(), held_out=held_out)
            _row(f"{Params().script_similarity:.2f}", f"{_half(held_out)}, {share:.0%} of letters touched", q)
    for held_out in (False, True):
        q = word_shingles(made, 0.4, held_out=held_out)
        print(f"| words .40 | {_half(held_out)} | {q.precision:.3f} | {q.recall:.3f} | - |")


if __name__ == "__main__":
    main()
