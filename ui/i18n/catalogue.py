"""Catalogues: ``text`` for the desk's own sentences, ``word`` for names of things, ``counted`` for nouns with numbers.

A key that is missing in a language is a programming error and raises ``KeyError``; ``word`` alone is lenient, because
labels, relations and codes come from data that may be newer than the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ui.i18n.ar.desk import DESK as DESK_AR
from ui.i18n.ar.evidence import EVIDENCE as EVIDENCE_AR
from ui.i18n.ar.facts import FACTS as FACTS_AR
from ui.i18n.ar.intake import INTAKE as INTAKE_AR
from ui.i18n.ar.likeness import LIKENESS as LIKENESS_AR
from ui.i18n.ar.network import NETWORK as NETWORK_AR
from ui.i18n.ar.reasons import REASONS as REASONS_AR
from ui.i18n.ar.words import NOUNS as NOUNS_AR
from ui.i18n.ar.words import WORDS as WORDS_AR
from ui.i18n.en.desk import DESK as DESK_EN
from ui.i18n.en.evidence import EVIDENCE as EVIDENCE_EN
from ui.i18n.en.facts import FACTS as FACTS_EN
from ui.i18n.en.intake import INTAKE as INTAKE_EN
from ui.i18n.en.likeness import LIKENESS as LIKENESS_EN
from ui.i18n.en.network import NETWORK as NETWORK_EN
from ui.i18n.en.reasons import REASONS as REASONS_EN
from ui.i18n.en.words import NOUNS as NOUNS_EN
from ui.i18n.en.words import WORDS as WORDS_EN
from ui.i18n.figures import integer
from ui.i18n.fr.desk import DESK as DESK_FR
from ui.i18n.fr.evidence import EVIDENCE as EVIDENCE_FR
from ui.i18n.fr.facts import FACTS as FACTS_FR
from ui.i18n.fr.intake import INTAKE as INTAKE_FR
from ui.i18n.fr.likeness import LIKENESS as LIKENESS_FR
from ui.i18n.fr.network import NETWORK as NETWORK_FR
from ui.i18n.fr.reasons import REASONS as REASONS_FR
from ui.i18n.fr.words import NOUNS as NOUNS_FR
from ui.i18n.fr.words import WORDS as WORDS_FR

Lang = Literal["fr", "ar", "en"]

LANGUAGES: Final[dict[Lang, str]] = {"fr": "Français", "ar": "العربية", "en": "English"}
"""Each language by its own name; the first is the default."""

DESK: Final[dict[Lang, dict[str, str]]] = {
    "fr": DESK_FR | INTAKE_FR | EVIDENCE_FR | NETWORK_FR,
    "ar": DESK_AR | INTAKE_AR | EVIDENCE_AR | NETWORK_AR,
    "en": DESK_EN | INTAKE_EN | EVIDENCE_EN | NETWORK_EN,
}
WORDS: Final[dict[Lang, dict[str, str]]] = {
    "fr": WORDS_FR | FACTS_FR,
    "ar": WORDS_AR | FACTS_AR,
    "en": WORDS_EN | FACTS_EN,
}
NOUNS: Final[dict[Lang, dict[str, tuple[str, ...]]]] = {"fr": NOUNS_FR, "ar": NOUNS_AR, "en": NOUNS_EN}
REASONS: Final[dict[Lang, dict[str, str]]] = {"fr": REASONS_FR, "ar": REASONS_AR, "en": REASONS_EN}
LIKENESS: Final[dict[Lang, dict[str, str]]] = {"fr": LIKENESS_FR, "ar": LIKENESS_AR, "en": LIKENESS_EN}


@dataclass(frozen=True, slots=True)
class Locale:
    """For whom a thing is shown: language, and IANA time zone of dates."""

    lang: Lang = "fr"
    zone: str = "UTC"

    @property
    def rtl(self) -> bool:
        """Whether the page runs from right to left."""
        return self.lang == "ar"

    @property
    def tag(self) -> str:
        """BCP 47 tag for the browser; Moroccan Arabic keeps Latin digits."""
        return {"fr": "fr-MA", "ar": "ar-MA", "en": "en-GB"}[self.lang]


def language(wanted: str | None) -> Lang:
    """The wanted language when the desk speaks it, else French."""
    match wanted:
        case "ar" | "en" | "fr":
            return wanted
        case _:
            return "fr"


def plural_form(lang: Lang, n: int) -> int:
    """Index of the form of a counted noun: CLDR rules (0 and 1 are singular in French)."""
    n = abs(n)
    if lang == "fr":
        return 0 if n < 2 else 1
    if lang == "en":
        return 0 if n == 1 else 1
    if n in (1, 2):
        return n - 1
    if 3 <= n % 100 <= 10:
        return 2
    return 3 if n % 100 >= 11 else 4


def counted(locale: Locale, noun: str, n: int) -> str:
    """A number with its noun: ``11 reports``, ``11 signalements``, ``11 بلاغًا``."""
    return NOUNS[locale.lang][noun][plural_form(locale.lang, n)].replace("{n}", integer(locale.lang, n))


def word(locale: Locale, kind: str, name: str) -> str:
    """Name of a label, role, status, relation, code...; the bare name when the catalogue has none."""
    return WORDS[locale.lang].get(f"{kind}.{name}", name)


def text(locale: Locale, key: str, **values: object) -> str:
    """A sentence of the desk with its placeholders filled in.

    Raises:
        KeyError: no such key, or a placeholder without a value.
    """
    return DESK[locale.lang][key].format(**values)
