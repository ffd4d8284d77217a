"""What a report complains of, in whatever words its desk writes it.

An E-Blagh report has one of six codes. A unit that maps its own list writes *chantage*, *sextorsion* or *online
blackmail*, and some lists say nothing of the kind: a case with a number, a name and a transfer. Not to know is neither
to say that somebody was forced nor to say that nobody was.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import polars as pl

from graph.evidence import View

COERCIVE: Final = ("sexual_blackmail", "violence_threat")
"""Codes in which somebody is forced. Insult, fraud and the rest are other offences."""

SPEECH: Final = ("insult_slander",)
"""Codes of complaints about what somebody said."""

_WORDS: Final = (
    ("sexual_blackmail", (
        "blackmail", "chantage", "extor", "sextor", "racket", "coerc", "ransom", "rancon", "chantaj", "بتزاز", "فدية",
    )),
    ("violence_threat", ("threat", "menace", "amenaza", "تهديد")),
    ("insult_slander", ("insult", "slander", "defam", "diffam", "libel", "injures", "تشهير", "سب ", "قذف")),
    ("fraud", ("fraud", "scam", "escroquer", "arnaque", "swindl", "estafa", "احتيال", "نصب")),
)  # fmt: skip
"""Code, and what stands in words for it (folded: lower case, no accents); the first that fits."""

_PROPS: Final = ("category", "category_reported", "subcategory")
"""Where it is said: a code, a desk's own word, and what it files it under; a code of *other* has its word beside it."""

_UNSAID: Final = ("", "unknown", "inconnu", "inconnue", "n/a", "na", "none", "null", "-", "?")


def nature(written: str) -> str | None:
    """Code of a category as it is written: itself where no word of it is known, None where it says nothing."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", written.casefold()) if not unicodedata.combining(c))
    folded = " ".join(folded.split())
    if folded in _UNSAID:
        return None
    return next((code for code, words in _WORDS if any(word in folded for word in words)), folded)


def natures(written: pl.Series) -> pl.Series:
    """:func:`nature` of many."""
    known = written.drop_nulls().unique().to_list()
    codes = {text: nature(text) for text in known}
    return written.replace_strict(codes, default=None, return_dtype=pl.String)


def categories(view: View) -> pl.DataFrame:
    """``report, category``: what each report complains of: force where its code or its words say so, else its code
    before its words; sorted."""
    said = view["statements"].filter(pl.col("prop").is_in(list(_PROPS)) & pl.col("text").is_not_null())
    coded = said.select(pl.col("subject").alias("report"), "prop", natures(said["text"]).alias("category")).drop_nulls(
        "category"
    )
    return (
        coded.sort(~pl.col("category").is_in(list(COERCIVE)), "prop", "category")
        .group_by("report", maintain_order=True)
        .agg(pl.col("category").first())
        .sort("report")
    )


def demanding(view: View, demands: pl.Series) -> pl.Series:
    """Reports that tell of a demand, as a thing of its own (one of the codes ``demands``) or in a field; sorted."""
    linked = view["mentions"].filter(pl.col("target").is_in(demands.implode()))["report"]
    stated = view["statements"].filter((pl.col("prop") == "demand_type") & pl.col("text").is_not_null())["subject"]
    return pl.concat([linked.alias("report"), stated.alias("report")]).drop_nulls().unique().sort()
