"""Written forms of identifiers, each normalised once a batch: rows carry numbers, never the texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from graph.numbers import NONE, Numbers
from ingest.normalise.found import Found

Normalise = Callable[[pl.Series], pl.DataFrame]
"""Distinct written forms to ``uid`` and ``warning``, one row each (null: nothing there)."""


def each(function: Callable[[str], Found]) -> Normalise:
    """Normalise one by one."""

    def normalise(texts: pl.Series) -> pl.DataFrame:
        found = [function(text) for text in texts.to_list()]
        return pl.DataFrame(
            {"uid": [f.uid for f in found], "warning": [f.warning for f in found]},
            schema={"uid": pl.String, "warning": pl.String},
        )

    return normalise


_CODES: Final = ("", "checksum", "identifier")


class Forms:
    """The written forms of one kind of identifier, by number in order of arrival.

    What a form means is worked out when it is first met; from then on a row costs a look-up.
    """

    def __init__(self, uids: Numbers, normalise: Normalise) -> None:
        self._uids = uids
        self._normalise = normalise
        self._written = Numbers()
        self._meaning = np.empty(0, dtype=np.uint32)  # number of the uid
        self._warning = np.empty(0, dtype=np.uint8)
        self._untold = np.empty(0, dtype=bool)  # differs from the canonical value, and nobody has said so yet

    def read(self, texts: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
        """For each text: the number of its form, the number of its uid, its warning (a code of two)."""
        forms = self._written.numbers(texts)
        self._learn()
        known = forms.is_not_null()
        at = forms.fill_null(0).to_numpy() if len(self._meaning) else np.zeros(0, dtype=np.uint32)
        if not len(self._meaning):
            nothing = pl.Series([None] * len(texts), dtype=pl.UInt32)
            return forms, nothing, pl.Series([None] * len(texts), dtype=pl.String)
        meaning = pl.Series(self._meaning[at], dtype=pl.UInt32)
        found = pl.select(pl.when(known & (meaning != NONE)).then(meaning)).to_series()
        return forms, found, self._warnings(at, known)

    def _warnings(self, at: np.ndarray, known: pl.Series) -> pl.Series:
        codes = self._warning[at]
        if not codes.any():
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
        told = pl.Series(codes).replace_strict([1, 2], list(_CODES[1:]), default=None, return_dtype=pl.String)
        return pl.select(pl.when(known).then(told)).to_series()

    def _learn(self) -> None:
        """Normalise the forms that came in since."""
        first, last = len(self._meaning), len(self._written)
        if first == last:
            return
        texts = self._written.since(first)
        made = self._normalise(texts)
        meaning = self._uids.numbers(made["uid"])
        differs = made.select(
            pl.col("uid").is_not_null() & ~pl.col("uid").str.ends_with(pl.lit(":") + pl.lit(_form(texts)))
        ).to_series()
        warning = made["warning"].replace_strict(list(_CODES[1:]), [1, 2], default=0, return_dtype=pl.UInt8)
        self._meaning = np.concatenate([self._meaning, meaning.fill_null(NONE).to_numpy()])
        self._warning = np.concatenate([self._warning, warning.fill_null(0).to_numpy()])
        self._untold = np.concatenate([self._untold, differs.to_numpy()])

    def untold(self, said: pl.DataFrame) -> pl.DataFrame:
        """Statements ``raw`` of forms that are written otherwise than their canonical value, each the first time.

        ``said`` holds ``form`` and ``rec``; of several records the lowest one tells it.
        """
        if not len(self._untold):
            return pl.DataFrame(schema=_RAW)
        form = said["form"]
        fresh = pl.Series(self._untold[form.fill_null(0).to_numpy()]) & form.is_not_null()
        rows = said.filter(fresh).group_by("form").agg(pl.col("rec").min()).sort("rec", "form")
        told = rows["form"].to_numpy()
        self._untold[told] = False
        return pl.DataFrame(
            {
                "subject": pl.Series(self._meaning[told], dtype=pl.UInt32),
                "prop": pl.Series(["raw"], dtype=pl.String).new_from_index(0, len(told)),
                "text": _form(self._written.texts(rows["form"])),
                "rec": rows["rec"],
            },
            schema=_RAW,
        )


_RAW: Final = {"subject": pl.UInt32, "prop": pl.String, "text": pl.String, "rec": pl.UInt32}


def _form(texts: pl.Series) -> pl.Series:
    """The text as it was written, without the region some kinds carry before it (``MA\\x1f0683000001``)."""
    if not texts.str.contains("\x1f", literal=True).any():
        return texts.alias("text")
    return texts.str.extract(r"([^\x1f]*)$").alias("text")
