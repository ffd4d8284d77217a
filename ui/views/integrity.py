"""The integrity check: recompute every hash, say what was found, hand out the report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from ui.i18n import Locale, counted, integer, isolate, text
from ui.session import version, workspace
from ui.views.page import errors_explained, facts, figures, line

STATES = ("intact", "compacted", "withdrawn", "erased", "broken")


def integrity_box(here: Locale) -> None:
    """Button, outcome and report of the last check of this session."""
    line(text(here, "evidence.verify.what"), muted=True)
    if st.button(text(here, "evidence.verify.go"), icon=":material/verified:", key="verify"):
        with errors_explained(here), st.spinner(text(here, "evidence.verify.running")):
            st.session_state["verified"] = (version(), *_checked())
    kept = st.session_state.get("verified")
    if kept is None:
        return
    of, found, report = kept
    if of != version():
        st.warning(text(here, "evidence.verify.old"))
    _outcome(here, found)
    st.download_button(
        text(here, "evidence.verify.report"),
        report,
        file_name="halqa-integrity.json",
        mime="application/json",
        icon=":material/download:",
        key="integrity-report",
        on_click="ignore",
    )
    line(
        text(here, "evidence.verify.hash", sha256=isolate(str(found.get("report", {}).get("sha256", "–")))), muted=True
    )


def _checked() -> tuple[dict[str, Any], bytes]:
    with tempfile.TemporaryDirectory(prefix="halqa-verify-") as folder:
        path = Path(folder) / "report.json"
        return workspace().verify(report=path), path.read_bytes()


def _outcome(here: Locale, found: dict[str, Any]) -> None:
    if found.get("ok"):
        st.success(
            text(
                here,
                "evidence.verify.whole",
                batches=counted(here, "batch", int(found.get("batches") or 0)),
                files=counted(here, "file", int(found.get("files") or 0)),
            ),
            icon=":material/verified:",
        )
    else:
        problems = found.get("problems", [])
        st.error(
            text(here, "evidence.verify.broken", n=counted(here, "problem", len(problems))), icon=":material/error:"
        )
        facts(
            [(isolate(str(row["file"])), isolate(str(row["message"]))) for row in problems],
            [text(here, "evidence.verify.where"), text(here, "evidence.verify.problem")],
        )
    states = found.get("states", {})
    figures(
        [
            (text(here, f"evidence.state.{name}"), integer(here.lang, int(states[name])))
            for name in STATES
            if states.get(name)
        ]
    )
    line(text(here, "evidence.verify.head", head=isolate(str(found.get("head") or "–"))), muted=True)
