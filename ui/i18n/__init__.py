"""Three languages: catalogues, counted nouns, figures. No sentence of the desk is written anywhere else."""

from ui.i18n.catalogue import LANGUAGES, Lang, Locale, counted, language, text, word
from ui.i18n.figures import day, decimal, integer, isolate, listed, moment, money, period, share

__all__ = [
    "LANGUAGES",
    "Lang",
    "Locale",
    "counted",
    "day",
    "decimal",
    "integer",
    "isolate",
    "language",
    "listed",
    "moment",
    "money",
    "period",
    "share",
    "text",
    "word",
]
