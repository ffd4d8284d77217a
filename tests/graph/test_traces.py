"""Where an erased value may stand written, and where something else merely looks like it."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.traces import Traces

TRACES = Traces(
    {
        "phone:e164:+212683000088": "phone:erased:e1",
        "person:doc:MA:cin:QQ100201": "person:erased:e2",
        "email:c:anas.t@mail.example": "email:erased:e3",
        "acct:facebook:id:999000000000101": "acct:erased:e4",
        "bank:iban:MA64999780000000000001234527": "bank:erased:e5",
        "phone:e164:+9657000001": "phone:erased:e6",
    },
    {"Anas Tazroualt": "person:erased:e2"},
)


@pytest.mark.parametrize(
    "written",
    [
        "0683000088", "06 83 00 00 88", "+212 683-000-088", "00212683000088", "wa.me/212683000088", "683000088",
        "٠٦٨٣٠٠٠٠٨٨", "۰۶۸۳۰۰۰۰۸۸", "wallet:orange_money:+212683000088", "sub:subs:+212683000088@2025-05-31",
        "QQ 100201", "qq-100201", "mail Anas.T@mail.EXAMPLE today", "profile.php?id=999000000000101",
        "999780000000000001234527", "MA64 9997 8000 0000 0000 0123 4527", "by Anas  Tazroualt.", "+965 700 0001",
    ],
)  # fmt: skip
def test_a_value_is_found_however_it_is_written(written: str) -> None:
    made = TRACES.uid(written)
    assert made != written and "erased:e" in made
    assert TRACES.uid(made) == made, "what takes its place is not taken for it"


@pytest.mark.parametrize(
    "text",
    ["10683000088", "06830000881", "AQQ100201", "QQ1002011", "7000001", "xanas.t@mail.example", "tx:wu:0001112221",
     "Anas T", "phone:e164:+212683000089"],
)  # fmt: skip
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert TRACES.uid(text) == text


def test_a_uid_of_something_else_keeps_its_kind() -> None:
    assert TRACES.uid("row:subs:0683000088\x1f2025") == "row:subs:erased:e1\x1f2025"
    assert TRACES.uid("phone:e164:+212683000088") == "phone:erased:e1"


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["06 83000088", "QQ100201", "x"]), st.none())))
def test_a_column_is_looked_through_like_each_text(texts: list[str | None]) -> None:
    column = TRACES.column(pl.Series("t", texts, dtype=pl.String)).to_list()
    assert column == [None if text is None else TRACES.uid(text) for text in texts]


@given(st.integers(0, 3), st.lists(st.sampled_from([" ", "-", ".", "", ""]), min_size=9, max_size=9))
def test_any_grouping_of_the_digits_is_found(lead: int, breaks: list[str]) -> None:
    digits = "683000088"
    text = ["", "0", "+212", "00212"][lead] + "".join(d + b for d, b in zip(digits, breaks, strict=True))
    assert "683" not in TRACES.text(f"call {text} now").replace("erased:e1", "")
