"""Written forms of identifiers, each normalised once a batch: rows carry numbers, never the texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from graph.numbers import NONE, Numbers, column, values
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

    def __init__(self, uids: Numbers, normalise: Normalise, *, tells: bool) -> None:
        self._uids = uids
        self._normalise = normalise
        self._tells = tells  # whether its written forms are kept as statements
        self._written = Numbers()
        self._meaning = np.empty(0, dtype=np.uint32)  # number of the uid
        self._warning = np.empty(0, dtype=np.uint8)
        self._differs = np.empty(0, dtype=bool)  # from the canonical value
        self._told = np.empty(0, dtype=bool)  # only the step that hands rows over writes here

    def read(self, texts: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
        """For each text: the number of its form, the number of its uid, its warning (a code of two)."""
        forms = self._written.numbers(texts)
        self._learn()
        at, known = values(forms)
        if not len(self._meaning):
            nothing = pl.Series([None], dtype=pl.UInt32).new_from_index(0, len(texts))
            return forms, nothing, _warnings(np.zeros(len(texts), dtype=np.uint8))
        meaning, codes = self._meaning[at], self._warning[at]
        found = meaning != NONE if known is None else known & (meaning != NONE)
        if known is not None:
            codes[~known] = 0
        return forms, column(meaning, None if found.all() else found), _warnings(codes)

    def _learn(self) -> None:
        """Normalise the forms that came in since."""
        first, last = len(self._meaning), len(self._written)
        if first == last:
            return
        texts = self._written.since(first)
        made = self._normalise(texts)
        meaning = self._uids.numbers(made["uid"])
        if self._tells:
            same = made.select(pl.col("uid").str.ends_with(pl.lit(":") + pl.lit(_form(texts)))).to_series()
            self._differs = np.concatenate([self._differs, (~same).fill_null(False).to_numpy()])
        warning = made["warning"].replace_strict(list(_CODES[1:]), [1, 2], default=0, return_dtype=pl.UInt8)
        self._meaning = np.concatenate([self._meaning, meaning.fill_null(NONE).to_numpy()])
        self._warning = np.concatenate([self._warning, warning.fill_null(0).to_numpy()])

    def untold(self, said: pl.DataFrame) -> pl.DataFrame:
        """Statements ``raw`` of forms that are written otherwise than their canonical value, each the first time.

        ``said`` holds ``form`` and ``rec``; of several records the lowest one tells it.
        """
        differs = self._differs  # the next block may be adding to it meanwhile
        if not len(differs):
            return pl.DataFrame(schema=_RAW)
        self._told = np.concatenate([self._told, np.zeros(len(differs) - len(self._told), dtype=bool)])
        form = said["form"]
        at = form.fill_null(0).to_numpy()
        fresh = pl.Series(differs[at] & ~self._told[at]) & form.is_not_null()
        rows = said.filter(fresh).group_by("form").agg(pl.col("rec").min()).sort("rec", "form")
        told = rows["form"].to_numpy()
        self._told[told] = True
        return pl.DataFrame(
            {
                "subject": pl.Series(self._meaning[told], dtype=pl.UInt32),
                "prop": pl.Series(["raw"], dtype=pl.String).new_from_index(0, len(told)),
                "text": _form(self._written.texts(rows["form"])),
                "rec": rows["rec"],
            },
            schema=_RAW,
        )


def _warnings(codes: np.ndarray) -> pl.Series:
    """Warnings by their code; 0 is none."""
    if not codes.any():
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(codes))
    return pl.Series(codes).replace_strict([1, 2], list(_CODES[1:]), default=None, return_dtype=pl.String)


_RAW: Final = {"subject": pl.UInt32, "prop": pl.String, "text": pl.String, "rec": pl.UInt32}


def _form(texts: pl.Series) -> pl.Series:
    """The text as it was written, without the region some kinds carry before it (``MA\\x1f0683000001``)."""
    if not len(texts) or "\x1f" not in texts[0]:
        return texts.alias("text")
    return texts.str.slice(texts[0].index("\x1f") + 1).alias("text")
