"""A window that asks before something is decided: what it does, why, by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, text
from ui.session import signature, signed, tell
from ui.views.page import explain, line


def ask(
    here: Locale,
    *,
    title: str,
    what: str,
    go: str,
    act: Callable[[str, str, str], Any],
    done: Callable[[Any], list[tuple[str, str]]],
    authority: bool = False,
) -> None:
    """Open the window. ``act(reason, by, authority)`` is called once both are given; ``done`` words its answer.

    The window stays open, with what was written, when something is missing or refused.
    """

    @st.dialog(title)
    def window() -> None:
        line(what)
        with st.form("decision", border=False):
            reason = st.text_area(text(here, "who.reason"), key="decision-reason", height=80)
            by = st.text_input(text(here, "who.by"), key="decision-by", value=signature())
            ground = ""
            if authority:
                ground = st.text_input(
                    text(here, "intake.authority"), key="decision-authority", help=text(here, "intake.authority.help")
                )
            if not st.form_submit_button(go, type="primary"):
                return
        reason, by = (reason or "").strip(), (by or "").strip()
        if not reason or not by:
            st.warning(text(here, "who.incomplete"))
            return
        signed(by)
        try:
            answer = act(reason, by, (ground or "").strip())
        except HalqaError as error:
            explain(here, error)
            return
        for level, message in done(answer):
            tell(level, message)
        st.rerun()

    window()
