"""What to ask about: outlets that surprise against their town, and lines that may have replaced others.

``?of=lines`` opens the second. Neither is a finding on a person: the first is a question to an agency, the second a
hypothesis that joins nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, decimal, integer, isolate, text
from ui.present.days import begins
from ui.present.inquiries import contacts_said, line_said, outlet_rows, pair_said
from ui.present.markup import md
from ui.session import address, go, version, workspace
from ui.views.page import facts, line, nothing, on_records
from ui.views.records import records_button
from ui.views.structure import asked_day

WAYS: Final = ("outlets", "lines")
HEAD: Final = ("rank", "outlet", "town", "share", "peers", "payees", "surprise")
OUTLETS: Final = 30
PAGE: Final = 20


@st.cache_data(show_spinner=False, max_entries=2)
def _outlets(of: str) -> dict[str, Any]:
    return workspace().outlets()


@st.cache_data(show_spinner=False, max_entries=10)
def _lines(of: str, zone: str, since: date | None, everything: bool) -> list[dict[str, Any]]:
    found = workspace().succession(since=begins(zone, since) if since else None, everything=everything)
    return found[::-1]


def page() -> None:
    on_records("inquiries.title", _inquiries)


def _inquiries(here: Locale) -> None:
    asked = st.query_params.get("of", WAYS[0])
    way = st.segmented_control(
        text(here, "inquiries.of"),
        WAYS,
        default=asked if asked in WAYS else WAYS[0],
        required=True,
        format_func=lambda name: text(here, f"inquiries.of.{name}"),
        key="inquiries-of",
        label_visibility="collapsed",
    )
    go(of=None if way == WAYS[0] else way)
    if way == "lines":
        _replaced(here)
    else:
        _surprising(here)


def _surprising(here: Locale) -> None:
    st.info(text(here, "inquiries.outlets.ask"), icon=":material/info:")
    line(text(here, "inquiries.outlets.note"))
    with st.spinner(text(here, "inquiries.outlets.running")):
        rows = outlet_rows(here, _outlets(version())["outlets"])
    if not rows:
        nothing(here, "empty.outlets")
        return
    place = st.container()
    pages = -(-len(rows) // OUTLETS)
    at = st.pagination(pages, key="outlets-page") if pages > 1 else 1
    part = rows[(at - 1) * OUTLETS : at * OUTLETS]
    with place:
        said = {"shown": integer(here.lang, len(part)), "total": integer(here.lang, len(rows))}
        st.caption(text(here, "inquiries.outlets.shown", **said))
        facts(part, head=[text(here, f"inquiries.head.{column}") for column in HEAD])
    line(text(here, "inquiries.outlets.surprise"), muted=True)


def _replaced(here: Locale) -> None:
    st.info(text(here, "inquiries.lines.note"), icon=":material/info:")
    params = st.query_params
    with st.form("inquiries-lines", border=False):
        day, button = st.columns([6, 1], vertical_alignment="bottom")
        written = day.text_input(
            text(here, "inquiries.since"),
            value=params.get("since", ""),
            placeholder=text(here, "structure.day"),
            key="inquiries-since",
        )
        everything = st.toggle(
            text(here, "inquiries.everything"), value=bool(params.get("everything")), key="inquiries-everything"
        )
        if button.form_submit_button(text(here, "inquiries.lines.go"), type="primary", width="stretch"):
            go(since=written.strip() or None, everything="1" if everything else None)
    since = asked_day(here, params.get("since", ""))
    if params.get("since") and since is None:
        return
    with st.spinner(text(here, "inquiries.lines.running")):
        rows = _lines(version(), here.zone, since, bool(params.get("everything")))
    if not rows:
        nothing(here, "empty.lines")
        return
    place = st.container()
    pages = -(-len(rows) // PAGE)
    at = st.pagination(pages, key=f"lines-page-{since}-{params.get('everything')}") if pages > 1 else 1
    part = rows[(at - 1) * PAGE : at * PAGE]
    with place:
        said = {"shown": integer(here.lang, len(part)), "total": integer(here.lang, len(rows))}
        st.caption(text(here, "inquiries.lines.shown", **said))
        for row in part:
            _line(here, row)


def _line(here: Locale, row: Mapping[str, Any]) -> None:
    key = f"{row['old']}-{row['new']}"
    with st.container(border=True):
        words, score = st.columns([4, 1], vertical_alignment="center")
        title = pair_said(here, row)
        with words, st.container(gap=None):
            st.markdown(f"**{md(title)}**")
            for sentence in line_said(here, row):
                line(sentence)
            if named := contacts_said(here, row["contacts"]):
                line(named, muted=True)
            records_button(here, row["records"], key=f"line-{key}", title=title)
        with score:
            st.markdown(f"**{md(isolate(decimal(here.lang, float(row['score']), 2)))}**")
            st.caption(text(here, "inquiries.score"))
            for ring in row["rings"]:
                if st.button(text(here, "explorer.ring", ring=isolate(ring)), key=f"{key}-{ring}", width="stretch"):
                    st.switch_page(st.session_state["pages"]["rings"], query_params=address(here, ring=ring))
