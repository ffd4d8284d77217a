"""A proposed mapping: what each column was taken for and why, the YAML to correct. Never applied unseen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, counted, isolate, share, text
from ui.present.markup import md
from ui.present.proposal import columns, left_out
from ui.session import workspace
from ui.views.arrivals import Arrival
from ui.views.page import explain, facts, line

_HEAD = ("column", "kind", "share", "used", "why")


def mapping_box(here: Locale, one: Arrival) -> str | None:
    """Show the mapping proposed for an unknown table and return its YAML as it stands now; None when there is none."""
    proposals: dict[str, Any] = st.session_state.setdefault("intake-proposals", {})
    if one.id not in proposals:
        try:
            proposals[one.id] = workspace().propose_mapping(one.path)
        except HalqaError as error:
            explain(here, error)
            return None
    found = proposals[one.id]
    key = f"mapping-{one.id}"
    with st.container(border=True):
        st.markdown(f"#### {md(text(here, 'mapping.title', file=isolate(one.path.name)))}")
        line(text(here, "mapping.promise", rows=counted(here, "row", int(found["rows"]))))
        line(text(here, "mapping.confidence", share=share(here.lang, float(found["confidence"]))))
        facts(columns(here, found), [text(here, f"mapping.{name}") for name in _HEAD])
        if found["left_out"]:
            line(text(here, "mapping.left_out.note", columns=left_out(here, found["left_out"])), muted=True)
        # Kept beside the widget: its own state goes when the page is left.
        st.session_state.setdefault(key, st.session_state.get(f"kept-{key}", found["yaml"]))
        written: str = st.text_area(
            text(here, "mapping.yaml"), key=key, height=320, help=text(here, "mapping.yaml.help")
        )
        st.session_state[f"kept-{key}"] = written
        reset, download = st.columns([1, 1])
        reset.button(
            text(here, "mapping.reset"),
            key=f"reset-{one.id}",
            icon=":material/undo:",
            type="tertiary",
            disabled=written == found["yaml"],
            on_click=_reset,
            args=(key, found["yaml"]),
        )
        download.download_button(
            text(here, "mapping.download"),
            written,
            file_name=f"{one.path.stem}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            type="tertiary",
            key=f"download-{one.id}",
            on_click="ignore",
        )
    return written


def _reset(key: str, yaml: str) -> None:
    st.session_state[key] = yaml


def put_beside(one: Arrival, yaml: str) -> None:
    """Write the mapping beside its table, where intake looks for it."""
    one.path.with_suffix(".yaml").write_text(yaml, encoding="utf-8")
