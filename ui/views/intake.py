"""Intake: drop files, see what they are, try without writing, see every refused row, commit, then look for rings."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, counted, integer, isolate, text, word
from ui.present.markup import md
from ui.session import locale, show_messages, tell, workspace
from ui.views.detect import detect_box
from ui.views.page import errors_explained, explain, facts, figures, line

COUNTS: Final = ("accepted", "rejected", "duplicates", "superseded", "filtered")


def page() -> None:
    here = locale()
    st.title(text(here, "intake.title"))
    show_messages()
    line(text(here, "intake.promise"), muted=True)
    with errors_explained(here):
        _intake(here)
        detect_box(here)


def _keep(uploads: list[Any]) -> list[Path]:
    """The uploads as files in a folder only this process's user may read, gone with the session."""
    if "intake-folder" not in st.session_state:
        st.session_state["intake-folder"] = tempfile.TemporaryDirectory(prefix="halqa-intake-")
    folder = Path(st.session_state["intake-folder"].name)
    kept: list[Path] = []
    for upload in uploads:
        # The name alone: a browser's idea of a path has no say over where we write.
        target = folder / Path(upload.name.replace("\\", "/")).name
        content = upload.getvalue()
        if not target.exists() or target.stat().st_size != len(content) or target.read_bytes() != content:
            target.write_bytes(content)
        kept.append(target)
    return kept


def _intake(here: Locale) -> None:
    turn = st.session_state.get("intake-turn", 0)
    uploads = st.file_uploader(text(here, "intake.drop"), accept_multiple_files=True, key=f"intake-files-{turn}")
    with st.expander(text(here, "intake.more")):
        source = st.text_input(text(here, "intake.source"), key="intake-source", help=text(here, "intake.source.help"))
        mapping = st.file_uploader(
            text(here, "intake.mapping"),
            type=["yaml", "yml"],
            key=f"intake-mapping-{turn}",
            help=text(here, "intake.mapping.help"),
        )
    if not uploads:
        st.session_state.pop("intake-tried", None)
        return
    paths = _keep(uploads)
    mapping_path = _keep([mapping])[0] if mapping else None
    asked = (tuple(upload.file_id for upload in uploads), source.strip(), mapping.file_id if mapping else None)
    kept = st.session_state.get("intake-tried")
    if st.button(text(here, "intake.try"), type="secondary" if kept else "primary", icon=":material/search:"):
        try:
            with st.spinner(text(here, "intake.trying")):
                answer = workspace().ingest(
                    list(paths), dry_run=True, source=source.strip() or None, mapping=mapping_path
                )
        except HalqaError as error:
            st.session_state.pop("intake-tried", None)
            explain(here, error)
            return
        kept = st.session_state["intake-tried"] = (asked, answer)
    if not kept:
        return
    if kept[0] != asked:
        st.warning(text(here, "intake.changed"))
        return
    answer = kept[1]
    st.markdown(f"#### {md(text(here, 'intake.dry'))}")
    _outcome(here, answer)
    if not answer.get("accepted"):
        st.warning(text(here, "intake.nothing"))
        return
    if st.button(
        text(here, "intake.commit", records=counted(here, "record", int(answer["accepted"]))),
        type="primary",
        icon=":material/check:",
    ):
        try:
            with st.spinner(text(here, "intake.writing")):
                done = workspace().ingest(
                    list(paths), dry_run=False, source=source.strip() or None, mapping=mapping_path
                )
        except HalqaError as error:
            explain(here, error)
            return
        for path in paths:
            path.unlink(missing_ok=True)
        st.session_state.pop("intake-tried", None)
        st.session_state["intake-turn"] = turn + 1
        tell(
            "success",
            text(
                here,
                "intake.done",
                records=counted(here, "record", int(done.get("accepted", 0))),
                batch=str(done.get("batch") or "–"),
            ),
        )
        st.rerun()


def _outcome(here: Locale, answer: dict[str, Any]) -> None:
    figures([(text(here, f"intake.{name}"), integer(here.lang, int(answer.get(name) or 0))) for name in COUNTS])
    files = [file for file in answer.get("files", []) if isinstance(file, dict)]
    if files:
        head = [
            text(here, "intake.file"),
            text(here, "intake.format"),
            *(text(here, f"intake.{name}") for name in COUNTS[:3]),
        ]
        facts(
            [
                (
                    isolate(Path(str(file.get("path", ""))).name),
                    isolate(str(file.get("format") or answer.get("format") or "–")),
                    *(integer(here.lang, int(file.get(name) or 0)) if name in file else "–" for name in COUNTS[:3]),
                )
                for file in files
            ],
            head,
        )
    for name in ("rejects", "warnings"):
        rows = answer.get(name) or []
        if rows:
            st.markdown(f"**{md(text(here, f'intake.{name}', n=counted(here, 'row', len(rows))))}**")
            st.dataframe(
                {
                    text(here, "intake.file"): [Path(str(row.get("file", ""))).name for row in rows],
                    text(here, "intake.line"): [
                        str(row.get("line") if row.get("line") is not None else row.get("index", "")) for row in rows
                    ],
                    text(here, "intake.code"): [str(row.get("code", "")) for row in rows],
                    text(here, "intake.meaning"): [word(here, "reject", str(row.get("code", ""))) for row in rows],
                    text(here, "intake.message"): [str(row.get("message", "")) for row in rows],
                },
                hide_index=True,
                key=f"intake-{name}",
                height=min(320, 40 + 35 * len(rows)),
            )
    preview = answer.get("preview") or []
    if preview:
        st.markdown(f"**{md(text(here, 'intake.preview'))}**")
        st.dataframe(preview, hide_index=True, key="intake-preview")
