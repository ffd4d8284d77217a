"""Alerts: what is new, most pressing first, each a sentence and the way to its ring."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from analysis.findings import Reason
from ui.i18n import Locale, integer, isolate, moment, text
from ui.i18n.catalogue import DESK
from ui.present.markup import md
from ui.present.sentences import sentence
from ui.session import address, workspace
from ui.views.page import line, nothing, on_records

BUDGET: Final = 12
"""What one person looks through in a day; what is left over stays visible as a number."""


def page() -> None:
    on_records("alerts.title", _alerts)


def _alerts(here: Locale) -> None:
    rows = workspace().alerts()
    if not rows:
        nothing(here, "empty.alerts")
        return
    everything = st.toggle(text(here, "alerts.all"), key="alerts-all")
    shown = rows if everything else rows[:BUDGET]
    st.caption(text(here, "alerts.shown", shown=integer(here.lang, len(shown)), total=integer(here.lang, len(rows))))
    for row in shown:
        _alert(here, row)


def _said(here: Locale, group: str, value: str) -> str:
    key = f"{group}.{value}"
    return text(here, key) if key in DESK[here.lang] else value


def _alert(here: Locale, row: dict[str, Any]) -> None:
    with st.container(border=True):
        words, way = st.columns([6, 1], vertical_alignment="center")
        with words:
            when = moment(here.lang, here.zone, str(row["raised_at"])) if row.get("raised_at") else ""
            state = _said(here, "alerts.state", str(row.get("state", "")))
            st.markdown(f"**{md(isolate(str(row.get('ring', ''))))}** :blue-badge[{md(state)}] :gray[{md(when)}]")
            for why in row.get("why", []):
                line(sentence(here, Reason(code=str(why["code"]), params=why.get("params", {}))))
        if way.button(text(here, "rings.open"), key=f"alert-{row.get('alert')}", width="stretch"):
            st.switch_page(st.session_state["pages"]["rings"], query_params=address(here, ring=str(row.get("ring"))))
