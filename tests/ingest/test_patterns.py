"""Patterns of a mapping may come from anywhere: none may keep the matcher busy, whatever text it meets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import MappingError
from ingest.mapping.bounded import BUDGET, SHORTEST, check_length, longest
from ingest.mapping.parse import parse_mapping
from ingest.rejects import Refused

MAPPING = {
    "source": {"name": "x", "type": "observation", "reliability": "F"},
    "format": {"kind": "csv"},
    "entities": {},
}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$", r"(a|aa)+$", r"([a-z]+)*", r"(x+x+)+y", r"(a?){30}a{30}", r"(?:.*a){12}", r"(\w+\s?)+$", r"(?:a*)*b",
        r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a{0,60}){0,60}b", r".*a.*b.*c.*d.*e",
    ],
)  # fmt: skip
def test_what_could_run_for_ever_refuses_the_mapping(pattern: str) -> None:
    assert longest(pattern) == 0
    document = {
        **MAPPING,
        "entities": {"a": {"label": "Phone", "key": {"column": "c", "type": "phone", "pattern": pattern}}},
    }
    with pytest.raises(MappingError, match=r"entities\.a\.key\.pattern: the pattern could run for ever.*\n.*bound"):
        parse_mapping(document, "x.yaml")
    condition = {**MAPPING, "record": {"when": {"column": "c", "matches": pattern}}, "entities": {}}
    with pytest.raises(MappingError, match="could run for ever"):
        parse_mapping(condition, "x.yaml")


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"addr=(\w+)", 1_000_000), (r"\d{10}", 1_000_000), (r"(?i)cin|cnie|passport", 1_000_000), ("", 1_000_000),
        (r"tel: (.*)", 6_000), (r"\w+@\w+\.\w+", 6_000), (r"(?:\d\d )+", 6_000), (r"(\w+)\s+(\w+)", 6_000),
        (r"RIB\s*:?\s*(\d[\d ]+\d)", 4_000), (r"[+]?\d[\d .-]{7,}\d", 4_000),
        (r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", 65_536),
        (r"name: (.*) tel: (.*)", 6_000), (r"^(?:yes|no)$", 1_000_000), (r"a++b", 6_000),
    ],
)  # fmt: skip
def test_patterns_people_write_run_on_the_texts_they_have(pattern: str, least: int) -> None:
    assert longest(pattern) >= least


def test_a_text_too_long_refuses_its_row_with_a_code() -> None:
    most = longest(r".*a.*b")
    check_length(r".*a.*b", "x" * most)
    with pytest.raises(Refused) as refused:
        check_length(r".*a.*b", "x" * (most + 1))
    assert refused.value.code == "oversize"
    assert "xx" not in refused.value.message


def test_what_is_no_pattern_says_so() -> None:
    with pytest.raises(re.error):
        longest("(")


_ATOMS = st.sampled_from(["a", "b", ".", r"\w", r"\d", "[ab]", "[^a]", " ", "-"])
_QUANTIFIERS = st.sampled_from(["", "?", "+", "*", "{2,5}", "+?", "{0,3}"])
_PIECES = st.builds(str.__add__, _ATOMS, _QUANTIFIERS)
_PATTERNS = st.recursive(
    st.lists(_PIECES, min_size=1, max_size=4).map("".join),
    lambda inner: st.one_of(
        st.builds("(?:{}){}".format, inner, _QUANTIFIERS), st.builds("{}|{}".format, inner, inner),
        st.builds("{}{}".format, inner, inner), inner.map("^{}".format),
    ),
    max_leaves=4,
)  # fmt: skip


@settings(deadline=None)
@given(_PATTERNS, st.sampled_from(["a", "b", "ab", "a ", "a-", "1"]))
def test_steps_stay_within_the_budget(pattern: str, piece: str) -> None:
    """What is admitted ends, also on the texts it likes least: a bound that is wrong would hang here."""
    most = longest(pattern)
    assert most == 0 or SHORTEST <= most <= BUDGET
    if most:
        re.search(pattern, (piece * most)[: min(most, 1_500) - 1] + "!")
