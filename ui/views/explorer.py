"""Explorer: search any written form, then expand, hide, follow paths, with the count of what is shown."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from graph.errors import NothingFound
from ui.i18n import Locale, isolate, text
from ui.present.board import Neighbourhood
from ui.present.identifiers import shown
from ui.present.markup import md
from ui.session import address, go, version, workspace
from ui.views.board import board, selected, table
from ui.views.entity import entity_card
from ui.views.page import foreign, nothing, on_records

COUNTRIES: Final = ("", "MA", "FR", "ES", "IT", "GB", "SA", "AE", "KW", "QA", "BH", "OM", "IQ", "JO", "CI", "SN", "US")
"""Regions for numbers written without a country code; the workspace knows its default."""


@st.cache_data(show_spinner=False, max_entries=100)
def _who(of: str, asked: str, country: str) -> dict[str, Any]:
    return workspace().who(asked, country=country or None)


@st.cache_data(show_spinner=False, max_entries=100)
def _start(of: str, uid: str, limit: int) -> Neighbourhood:
    return workspace().neighbourhood(uid, hops=1, limit=limit)


def page() -> None:
    on_records("explorer.title", _explorer)


def _explorer(here: Locale) -> None:
    _search(here)
    asked = st.query_params.get("q", "")
    if not asked:
        nothing(here, "empty.search")
        return
    try:
        found = _who(version(), asked, st.query_params.get("country", ""))
    except NothingFound as error:
        nothing(here, "empty.found", asked=isolate(asked), detail=foreign(error.message))
        return
    _explore(here, found)


def _search(here: Locale) -> None:
    with st.form("search", border=False):
        words, country, button = st.columns([6, 2, 1], vertical_alignment="bottom")
        asked = words.text_input(
            text(here, "explorer.search"),
            value=st.query_params.get("q", ""),
            placeholder=text(here, "explorer.placeholder"),
            key="search-q",
        )
        kept = st.query_params.get("country", "")
        region = country.selectbox(
            text(here, "explorer.country"),
            COUNTRIES,
            index=COUNTRIES.index(kept) if kept in COUNTRIES else 0,
            format_func=lambda code: code or text(here, "explorer.any_country"),
            key="search-country",
        )
        if button.form_submit_button(text(here, "explorer.go"), type="primary", width="stretch") and asked.strip():
            go(q=asked.strip(), country=region, op=None, n=None)
            st.rerun()


def _explore(here: Locale, found: dict[str, Any]) -> None:
    uid = str(found["uid"])
    of = version()
    wide, side = st.columns([7, 3])
    with wide:
        picture, chosen = board(here, f"explorer:{uid}", lambda limit: _start(of, uid, limit), height=600)
    with side:
        if chosen and chosen != [uid]:
            st.markdown(f"#### {md(text(here, 'selection.title'))}")
            selected(here, "explorer", chosen)
        else:
            st.markdown(f"#### {md(text(here, 'explorer.found'))}")
            entity_card(here, found, key="found")
        others = [str(ring) for ring in found.get("rings", [])]
        for ring in others:
            if st.button(text(here, "explorer.ring", ring=isolate(ring)), key=f"to-{ring}"):
                st.switch_page(st.session_state["pages"]["rings"], query_params=address(here, ring=ring))
    with st.expander(text(here, "table.title", uid=shown(here, uid))):
        table(here, f"explorer:{uid}", picture)
