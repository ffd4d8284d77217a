"""Texts as numbers: what a dictionary in order of arrival gives, however the texts come."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.numbers import Numbers

texts = st.lists(st.none() | st.text("ab\0é", max_size=4) | st.integers(0, 400).map(str), max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=8))
def test_numbers_are_those_of_a_dictionary(blocks: list[list[str | None]]) -> None:
    table, plain = Numbers(), dict[str, int]()
    for block in blocks:
        before = len(plain)
        wanted = [None if text is None else plain.setdefault(text, len(plain)) for text in block]
        assert table.numbers(pl.Series("n", block, dtype=pl.String)).to_list() == wanted
        assert len(table) == len(plain)
        assert table.since(before).to_list() == list(plain)[before:]
    asked = pl.Series([None, *range(len(plain) - 1, -1, -1)], dtype=pl.UInt32)
    assert table.texts(asked).to_list() == [None, *reversed(plain)]
    assert table.since(0).to_list() == list(plain)


def test_a_table_grows() -> None:
    table = Numbers()
    many = pl.select(pl.int_range(50_000).cast(pl.String)).to_series()
    assert table.numbers(many[:3]).to_list() == [0, 1, 2]
    assert (table.numbers(many).to_numpy() == np.arange(50_000)).all()
    assert (table.numbers(many.reverse()).to_numpy() == np.arange(50_000)[::-1]).all()


def test_texts_whose_digests_lie_together_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests of three bits, so that slots and high halves collide all the time."""
    plain = Numbers._digests

    def poor(self: Numbers, texts: pl.Series) -> tuple[np.ndarray, ...]:
        high, low, there = plain(self, texts)
        return high % np.uint64(7), low, there

    table = Numbers()
    monkeypatch.setattr(Numbers, "_digests", poor)
    texts = [str(n % 60) for n in range(200)]
    assert table.numbers(pl.Series(texts[:50])).to_list() == list(range(50))
    assert table.numbers(pl.Series(texts)).to_list() == [n % 60 for n in range(200)]
