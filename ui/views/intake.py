"""Intake: drop files, see what they are, try without writing, see every refused row, commit, then look for rings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, counted, text
from ui.present.markup import md
from ui.session import locale, show_messages, signature, signed, tell, workspace
from ui.views.arrivals import Arrival, arrivals_table, arrived, forget, keep
from ui.views.detect import detect_box
from ui.views.outcome import outcome
from ui.views.page import errors_explained, explain, line
from ui.views.proposed import mapping_box, put_beside


def page() -> None:
    here = locale()
    st.title(text(here, "intake.title"))
    show_messages()
    line(text(here, "intake.promise"), muted=True)
    with errors_explained(here):
        _intake(here)
        detect_box(here)


def _intake(here: Locale) -> None:
    turn = st.session_state.get("intake-turn", 0)
    uploads = st.file_uploader(text(here, "intake.drop"), accept_multiple_files=True, key=f"intake-files-{turn}")
    ground, who = st.columns([3, 2])
    authority = ground.text_input(
        text(here, "intake.authority"), key=f"intake-authority-{turn}", help=text(here, "intake.authority.help")
    ).strip()
    by = who.text_input(
        text(here, "who.by"), key=f"intake-by-{turn}", value=signature(), help=text(here, "intake.by.help")
    ).strip()
    with st.expander(text(here, "intake.more")):
        source = st.text_input(
            text(here, "intake.source"), key="intake-source", help=text(here, "intake.source.help")
        ).strip()
        given = st.file_uploader(
            text(here, "intake.mapping"),
            type=["yaml", "yml"],
            key=f"intake-mapping-{turn}",
            help=text(here, "intake.mapping.help"),
        )
    if not uploads:
        st.session_state.pop("intake-tried", None)
        return
    arrivals = arrived(uploads)
    arrivals_table(here, arrivals)
    mapping = keep(given) if given else None
    yamls = {} if mapping else {one.id: mapping_box(here, one) for one in arrivals if one.unknown}
    for one in arrivals:
        if (yaml := yamls.get(one.id)) is not None:
            put_beside(one, yaml)
    asked = (tuple(one.id for one in arrivals), source, given.file_id if given else None, tuple(sorted(yamls.items())))
    ask = {"source": source or None, "mapping": mapping, "authority": authority or None, "by": by or None}
    kept = st.session_state.get("intake-tried")
    if st.button(
        text(here, "intake.try.mapping" if yamls else "intake.try"),
        type="secondary" if kept else "primary",
        icon=":material/search:",
    ):
        kept = _try(here, arrivals, asked, ask)
    if not kept:
        return
    if kept[0] != asked:
        st.warning(text(here, "intake.changed"))
        return
    st.markdown(f"#### {md(text(here, 'intake.dry'))}")
    outcome(here, kept[1])
    if not kept[1].get("accepted"):
        st.warning(text(here, "intake.nothing"))
        return
    _commit(here, arrivals, kept[1], ask)


def _paths(arrivals: list[Arrival]) -> list[Path]:
    return [one.path for one in arrivals]


def _try(here: Locale, arrivals: list[Arrival], asked: object, ask: dict[str, Any]) -> Any:
    try:
        with st.spinner(text(here, "intake.trying")):
            answer = workspace().ingest(_paths(arrivals), dry_run=True, **ask)
    except HalqaError as error:
        st.session_state.pop("intake-tried", None)
        explain(here, error)
        return None
    st.session_state["intake-tried"] = (asked, answer)
    return asked, answer


def _commit(here: Locale, arrivals: list[Arrival], tried: dict[str, Any], ask: dict[str, Any]) -> None:
    records = counted(here, "record", int(tried["accepted"]))
    if not st.button(text(here, "intake.commit", records=records), type="primary", icon=":material/check:"):
        return
    try:
        with st.spinner(text(here, "intake.writing")):
            done = workspace().ingest(_paths(arrivals), dry_run=False, **ask)
    except HalqaError as error:
        explain(here, error)
        return
    if ask["by"]:
        signed(ask["by"])
    forget(arrivals)
    st.session_state.pop("intake-tried", None)
    st.session_state["intake-turn"] = st.session_state.get("intake-turn", 0) + 1
    records = counted(here, "record", int(done.get("accepted", 0)))
    tell("success", text(here, "intake.done", records=records, batch=str(done.get("batch") or "–")))
    st.rerun()
