from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.present.markup import md, md_commands

MARKUP = set("\\`*_{}[]()<>#+!|~$:")


def test_case_data_is_never_markup():
    assert (
        md("[click](javascript:x) :red[a] $x$ <b>") == "\\[click\\]\\(javascript\\:x\\) \\:red\\[a\\] \\$x\\$ \\<b\\>"
    )


@given(st.text())
def test_every_special_character_is_escaped_and_nothing_is_lost(value):
    shown = md(value)
    assert shown.count("\\") == value.count("\\") * 2 + sum(value.count(mark) for mark in MARKUP - {"\\"})
    assert "\n" not in shown


def test_commands_of_a_hint_are_set_apart_and_nothing_else_is_markup():
    assert md_commands("`halqa rings --status all` lists *them*.") == "`halqa rings --status all` lists \\*them\\*."
    assert md_commands("one ` alone") == md("one ` alone")
    assert md_commands("no command") == "no command"
