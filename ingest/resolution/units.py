"""A written name taken apart: titles and particles named, compounds joined, each element with its sounds.

``Mohamed Ben Ali El Alaoui`` -> Mohamed · (ben) Ali · Alaoui. Sources of the rules: docs/resolution.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from ingest.resolution.particles import FILIATION, JOINED, ONE_SPELLING, SERVANT, SOFT, TITLES, Filiation, Gender
from ingest.resolution.sounds import bones, fold, is_arabic, sound

_ARTICLE: Final = re.compile(r"^(?:[eaiu]l|l)$")
_ASSIMILATED: Final = re.compile(r"^[ea](ch|sh|[rsztdnl])$")
_EDDINE: Final = re.compile(r"^([a-z]{2,}?)[aeiou]?d{1,2}ine?$")
_ARABIZI: Final = str.maketrans({"2": "", "3": "a", "5": "kh", "6": "t", "7": "h", "8": "gh", "9": "q"})
_DIN: Final = re.compile(r"^(?:[eaiou]?d?)?dine?$|^edd?in$|^الدين$")
_ABD: Final = re.compile(r"^abd(?:[aeiou]{1,2}(?:l|(ch|sh|[bcdfghjkmnqrstvwxyz])(?=\1))?)?(.{2,})$")


@dataclass(frozen=True, slots=True)
class Unit:
    """One element of a name.

    ``forms`` are its sounds, the fullest first; ``stem`` is the sound of what follows ben, bou, ait.
    ``groups`` are lines of the table of given names: a spelling may stand for two names (Rashid: رشيد or راشد).
    """

    word: str
    forms: tuple[str, ...]
    stem: str
    groups: frozenset[int]
    gender: Gender
    filiation: Filiation
    soft: bool
    initial: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """One text for all spellings: what names are blocked by."""
        return tuple(f"={line}" for line in sorted(self.groups)) or (bones(self.stem),)

    @property
    def other_keys(self) -> tuple[str, ...]:
        """Keys of the other ways it could be read: joined with its particle, or without it."""
        if self.groups and not self.filiation:
            return ()
        return tuple(sorted({bones(form) for form in self.forms} | {bones(self.stem)}))


@cache
def _given() -> tuple[dict[str, frozenset[int]], tuple[Gender, ...]]:
    """Sound of a given name -> its lines in the table; gender by line."""
    names: dict[str, frozenset[int]] = {}
    genders: list[Gender] = []
    text = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        gender, _, spellings = line.partition(";")
        for spelling in spellings.replace(";", " ").split():
            heard = _heard(fold(spelling))
            names[heard] = names.get(heard, frozenset()) | {len(genders)}
        genders.append("m" if gender.strip() == "m" else "f" if gender.strip() == "f" else "u")
    return names, tuple(genders)


def _heard(word: str) -> str:
    """Sound of a word, the servant names (abd + name) brought to one shape."""
    if is_arabic(word):
        if word.startswith("عبدال") and len(word) > 6:
            return "abd" + sound("ال" + word[5:])[2:]
        return sound(word[:-5]) + "dYn" if word.endswith("الدين") and len(word) > 6 else sound(word)
    if len(word) > 5 and (found := _EDDINE.match(word)):
        return sound(found[1]) + "din"
    if word.startswith("abd") and (found := _ABD.match(word)):
        rest = found[2]
        return "abd" + sound("llah" if rest in ("lah", "la", "allah") else rest)
    return sound(word)


def _words(name: str) -> list[str]:
    text = fold(name)
    text = re.sub(r"\b(n|d|m)['’`ʼ](?=[a-z])", r"\1", text)
    text = re.sub(r"\bl['’`ʼ](?=[a-z])", "el ", text)
    found: list[str] = re.findall(r"[a-z0-9]+|[؀-ۿ]+", text)
    return [_letters(word) for word in found]


def _letters(word: str) -> str:
    """Digits that stand for Arabic letters (3 7 9) as letters."""
    if is_arabic(word) or word.isdigit() or not any(letter.isdigit() for letter in word):
        return word
    return re.sub(r"3(?=[aeiou])", "", word).translate(_ARABIZI)


def _without_article(word: str) -> str:
    if is_arabic(word):
        return word[2:] if word.startswith("ال") and len(word) > 4 else word
    if found := re.match(r"^(?:[ea]l|l(?=[^aeiou]|a{1,2}[^aeiou]))(.{4,})$", word):
        return found[1]
    if found := re.match(r"^e(ch|sh|([rsztdn]))(?=\1|\2)(.{4,})$", word):
        return found[3]
    return word


def _join(words: list[str]) -> list[tuple[str, Filiation, str]]:
    """(joined word, filiation before it, stem) of every element, articles gone."""
    out: list[tuple[str, Filiation, str]] = []
    at = 0

    def following(i: int) -> int:
        """Position of the next word that is no article."""
        while i < len(words) - 1 and (
            _ARTICLE.match(words[i])
            or ((m := _ASSIMILATED.match(words[i])) and words[i + 1].startswith(m[1]))
            or words[i] == "ال"
        ):
            i += 1
        return i

    while (at := following(at)) < len(words):
        word = words[at]
        filiation: Filiation = ""
        if word in FILIATION and at + 1 < len(words) and not (word == "b" and not out):
            filiation = FILIATION[word]
            at = following(at + 1)
            word = words[at]
        stem = joined = word
        if word in SERVANT and at + 1 < len(words):
            at = following(at + 1)
            stem = joined = ("عبدال" if is_arabic(word) else "abdel") + _without_article(words[at])
            if not is_arabic(word) and words[at] in ("allah", "ellah", "llah", "lah", "ullah"):
                stem = joined = "abdallah"
            if is_arabic(word) and words[at] == "الله":
                stem = joined = "عبدالله"
        elif word in JOINED and at + 1 < len(words):
            at = following(at + 1)
            stem = words[at]
            if stem in FILIATION and at + 1 < len(words):
                at = following(at + 1)
                stem += words[at]
            joined = ONE_SPELLING.get(word, word) + stem
        at += 1
        after = following(at)
        if after < len(words) and _DIN.match(words[after]):
            joined = stem = stem + ("الدين" if is_arabic(words[after]) else "eddine")
            at = after + 1
        out.append((joined, filiation, stem))
    return out


@lru_cache(maxsize=65536)
def units_of(name: str) -> tuple[Unit, ...]:
    """Elements of a name, in the order they are written; titles are left out."""
    words = _words(name)
    while len(words) > 1 and (words[0] in TITLES or (words[0] in ("el", "al") and words[1] in ("haj", "hajj", "hadj"))):
        words = words[1:] if words[0] in TITLES else words[2:]
    names, genders = _given()
    made: list[Unit] = []
    elements = _join(words)
    for position, (joined, filiation, stem) in enumerate(elements):
        if joined in TITLES and position < len(elements) - 1:
            continue
        made += [_unit(part, filiation, stem if part == joined else part, names, genders) for part in _split(joined)]
    return tuple(made)


def _split(word: str) -> list[str]:
    """``fatimazahra`` is two names."""
    if found := re.match(r"^(fati?ma)(?:e?z)?(z[ao]h?ra+)$", word):
        return [found[1], found[2]]
    return [word]


def _unit(
    joined: str, filiation: Filiation, stem: str, names: dict[str, frozenset[int]], genders: tuple[Gender, ...]
) -> Unit:
    bare = _without_article(joined)
    bare_stem = _without_article(stem)
    forms = [_heard(joined)]
    groups = names.get(forms[0], frozenset())
    if not groups and bare != joined:
        groups = names.get(_heard(bare), frozenset()) if len(bare) > 3 else groups
        forms.append(_heard(bare))
    if bare_stem != stem != joined:
        forms.append(_heard(joined.removesuffix(stem) + bare_stem))
    if filiation:
        forms.append("bn" + _heard(bare) if is_arabic(bare) else _heard(filiation + bare))
    kinds = {genders[line] for line in groups}
    gender: Gender = "u"
    if filiation == "bent" or kinds == {"f"}:
        gender = "f"
    elif kinds == {"m"}:
        gender = "m"
    return Unit(
        word=joined,
        forms=tuple(dict.fromkeys(forms)),
        stem=_heard(bare_stem),
        groups=groups,
        gender=SOFT.get(joined, gender),
        filiation=filiation,
        soft=joined in SOFT and not filiation,
        initial=len(joined) == 1,
    )
