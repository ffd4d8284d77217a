"""The verdict: a person confirms, dismisses or reopens a ring, with a reason. No run overwrites it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.findings import Ring
from graph.errors import HalqaError
from ui.i18n import Locale, text
from ui.present.markup import md
from ui.session import signature, signed, tell, workspace
from ui.views.page import told

VERDICTS: Final = ("confirm", "dismiss", "reopen")


def verdict_box(here: Locale, ring: Ring) -> None:
    """Form that decides about ``ring``; a reason is required."""
    st.markdown(f"#### {md(text(here, 'verdict.title'))}")
    with st.form(f"verdict-{ring.ring}"):
        chosen = st.segmented_control(
            text(here, "verdict.title"),
            VERDICTS,
            format_func=lambda name: text(here, f"verdict.{name}"),
            key=f"verdict-choice-{ring.ring}",
            label_visibility="collapsed",
        )
        reason = st.text_area(text(here, "verdict.reason"), key=f"verdict-reason-{ring.ring}", height=70)
        by = st.text_input(text(here, "verdict.by"), key="verdict-by-form", value=signature())
        if not st.form_submit_button(text(here, "verdict.send"), type="primary", width="stretch"):
            return
    reason, by = (reason or "").strip(), (by or "").strip()
    if not chosen or not reason or not by:
        st.warning(text(here, "verdict.incomplete"))
        return
    signed(by)
    try:
        workspace().judge(ring.ring, chosen, reason=reason, by=by)
    except HalqaError as error:
        tell("error", told(here, error))
    else:
        tell("success", text(here, f"verdict.done.{chosen}", ring=ring.ring))
    st.rerun()
