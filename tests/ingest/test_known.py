"""What is known already: tables and single records see each other, whatever the order and the blocks."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import known
from ingest.known import Known
from tests.ingest.loading import Held

pair = st.tuples(st.sampled_from("abcde"), st.sampled_from("123"))
block = st.tuples(st.booleans(), st.lists(pair, max_size=6))


class _Held(Held):
    def __init__(self, rows: list[tuple[str, str]]) -> None:
        self._rows = pl.DataFrame(rows, schema={"key": pl.String, "hash": pl.String}, orient="row")

    def hashes(self, source: str) -> pl.DataFrame:
        return self._rows


@settings(max_examples=200, deadline=None)
@given(st.lists(pair, max_size=5), st.lists(block, max_size=6))
def test_marks_are_those_of_a_plain_list(
    held: list[tuple[str, str]], blocks: list[tuple[bool, list[tuple[str, str]]]]
) -> None:
    marks, seen = Known(_Held(held)), list(held)
    for bulk, rows in blocks:
        wanted = []
        for row in rows:
            duplicate = row in seen
            wanted.append((duplicate, not duplicate and row[0] in {key for key, _ in seen}))
            seen.append(row)
        if bulk:
            frame = pl.DataFrame(rows, schema={"key": pl.String, "hash": pl.String}, orient="row")
            duplicate, revision = marks.mark("s", frame["key"], frame["hash"])
            assert list(zip(duplicate, revision, strict=True)) == wanted
        else:
            assert [marks.mark_one("s", *row) for row in rows] == wanted
            marks.settle("s")


def test_digests_with_one_high_half_are_told_apart() -> None:
    digests = known._Digests()
    rows = np.array([[7, 1], [7, 2], [9, 1]], dtype=np.uint64)
    held, repeated = digests.sift(rows)
    assert (held.tolist(), repeated) == ([False, False, False], True)
    asked = np.array([[7, 3], [7, 2], [9, 2], [9, 1]], dtype=np.uint64)
    assert digests.holds(asked).tolist() == [False, True, False, True]
