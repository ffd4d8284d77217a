"""The button that looks for rings, with its progress, its cancel button and its outcome."""

from __future__ import annotations

import streamlit as st

from ui import job
from ui.i18n import Locale, integer, text, word
from ui.session import address, home, tell, workspace
from ui.views.page import figures, line

STATUSES = ("lead", "corroborate", "watch")


def detect_box(here: Locale) -> None:
    """Start, watch or cancel a run; afterwards how many rings there are and the way to them."""
    now = workspace().status()
    if not now.get("records"):
        return
    st.divider()
    running: job.Job | None = st.session_state.get("detection")
    if running is not None:
        _progress(here)
        return
    waiting = bool(now.get("stale")) or not now.get("run")
    line(text(here, "detect.stale" if waiting else "detect.fresh"))
    if st.button(
        text(here, "detect.go"), type="primary" if waiting else "secondary", icon=":material/hub:", key="detect"
    ):
        st.session_state["detection"] = job.start(home())
        st.rerun()
    done = st.session_state.get("detect-done")
    if done:
        figures([(word(here, "status", name), integer(here.lang, n)) for name, n in done.items()])
        if st.button(text(here, "detect.rings"), icon=":material/list:", key="detect-rings"):
            st.switch_page(st.session_state["pages"]["rings"], query_params=address(here))


@st.fragment(run_every=1.0)
def _progress(here: Locale) -> None:
    running: job.Job | None = st.session_state.get("detection")
    if running is None:
        return
    if running.running:
        said, stop = st.columns([5, 1], vertical_alignment="center")
        said.info(
            text(here, "detect.running", seconds=integer(here.lang, running.seconds)), icon=":material/hourglass_top:"
        )
        if stop.button(text(here, "detect.cancel"), key="detect-cancel", width="stretch"):
            job.cancel(running)
            del st.session_state["detection"]
            tell("info", text(here, "detect.cancelled"))
            st.rerun()
        return
    del st.session_state["detection"]
    outcome = job.finish(running)
    if outcome.error:
        complaint = outcome.error.replace("\n", " ")
        if "Traceback" in complaint:
            # A fault of ours: its last line is for whoever mends it, the sentence before for whoever met it.
            complaint = text(here, "detect.failed", error=outcome.error.splitlines()[-1])
        tell("error", complaint)
    else:
        found = outcome.report.get("rings", {})
        st.session_state["detect-done"] = {name: int(found.get(name, 0)) for name in STATUSES}
    st.rerun()
