"""Ring list: ranked, one sentence each, the way into a ring. With ``?ring=`` in the address it is the ring's page."""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.findings import Ring
from ui.i18n import Locale, decimal, integer, isolate, text, word
from ui.present.markup import md
from ui.present.sentences import headline
from ui.session import go, locale, show_messages, version, workspace
from ui.views.page import errors_explained, line, nothing, status_badge
from ui.views.ring import ring_page

STATUSES: Final = ("lead", "corroborate", "watch", "all")
PAGE: Final = 20


@st.cache_data(show_spinner=False, max_entries=12)
def _ranked(of: str, status: str) -> list[Ring]:
    return workspace().rings(status=status)


def page() -> None:
    here = locale()
    wanted = st.query_params.get("ring")
    with errors_explained(here):
        if wanted:
            ring_page(here, wanted)
        else:
            _list(here)


def _list(here: Locale) -> None:
    st.title(text(here, "rings.title"))
    show_messages()
    now = workspace().status()
    if not now.get("records"):
        nothing(here, "empty.workspace")
        return
    if not now.get("run"):
        nothing(here, "empty.run")
        return
    of = version()
    every = _ranked(of, "all")
    counts = {status: sum(ring.status == status for ring in every) for status in STATUSES[:-1]} | {"all": len(every)}
    # Without a wish: the strongest status that has rings.
    usual = next((status for status in STATUSES[:-1] if counts[status]), "all")
    asked = st.query_params.get("status", usual)
    status = st.segmented_control(
        text(here, "rings.filter"),
        STATUSES,
        default=asked if asked in STATUSES else usual,
        required=True,
        format_func=lambda name: f"{_status_name(here, name)} ({integer(here.lang, counts[name])})",
        key="rings-status",
        label_visibility="collapsed",
    )
    go(status=None if status == usual else status)
    rows = every if status == "all" else [ring for ring in every if ring.status == status]
    if not rows:
        nothing(here, "empty.status", status=word(here, "status", str(status)))
        return
    pages = -(-len(rows) // PAGE)
    try:
        at = min(pages, max(1, int(st.query_params.get("page", "1"))))
    except ValueError:
        at = 1
    shown = rows[(at - 1) * PAGE : at * PAGE]
    st.caption(text(here, "rings.shown", shown=integer(here.lang, len(shown)), total=integer(here.lang, len(rows))))
    for ring in shown:
        _card(here, ring)
    if pages > 1:
        chosen = st.pagination(pages, default=at, key="rings-page")
        if chosen != at:
            go(page=str(chosen))
            st.rerun()


def _status_name(here: Locale, status: str) -> str:
    return text(here, "rings.all") if status == "all" else word(here, "status", status)


def _card(here: Locale, ring: Ring) -> None:
    with st.container(border=True):
        words, score = st.columns([6, 1], vertical_alignment="center")
        with words:
            change = f" :blue-badge[{md(word(here, 'change', ring.change))}]" if ring.change != "same" else ""
            st.markdown(f"**{md(isolate(ring.ring))}** {status_badge(here, ring.status)}{change}")
            line(headline(here, ring))
            patterns = [
                word(here, "typology", hit.id) for hit in sorted(ring.typologies, key=lambda hit: -hit.strength)
            ]
            if patterns:
                line(" · ".join(patterns), muted=True)
        with score:
            st.markdown(f"**{md(isolate(decimal(here.lang, ring.score, 2)))}**")
            st.caption(text(here, "rings.score", percentile=isolate(decimal(here.lang, ring.percentile, 0))))
            if st.button(text(here, "rings.open"), key=f"open-{ring.ring}", width="stretch"):
                go(ring=ring.ring, page=None)
                st.rerun()
