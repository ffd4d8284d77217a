"""Files that were dropped: kept aside for this session, recognised, each with the mapping it would be read with."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from graph.errors import HalqaError
from ingest.formats.profiles import planned
from ingest.formats.registry import reader_of
from ingest.incoming import Incoming
from ingest.recognise import recognised as recognise
from ui.i18n import Locale, isolate, text, word
from ui.views.page import facts

By = Literal["content", "columns", "profile", "nothing", "unreadable"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One dropped file where it lies now. ``format`` is None when it cannot be read; ``why`` then says so."""

    id: str
    path: Path
    format: str | None
    by: By
    why: str = ""

    @property
    def unknown(self) -> bool:
        """Whether it is a table of its own kind, which needs a mapping."""
        return self.format == "mapping"


def recognised(number: str, path: Path) -> Arrival:
    """The file with its format and what that was told by; a file that cannot be read says why."""
    try:
        incoming = Incoming(path)
        name = recognise(incoming)
        reader = reader_of(name)
        if reader is None:
            return Arrival(number, path, name, "nothing")
        if reader.claims is not None and reader.claims(incoming):
            return Arrival(number, path, name, "content")
        return Arrival(number, path, name, "profile" if planned(incoming, reader.format) is not None else "columns")
    except HalqaError as error:
        return Arrival(number, path, None, "unreadable", error.message)


def _folder() -> Path:
    if "intake-folder" not in st.session_state:
        st.session_state["intake-folder"] = tempfile.TemporaryDirectory(prefix="halqa-intake-")
    return Path(st.session_state["intake-folder"].name)


def keep(upload: Any) -> Path:
    """The upload as a file that only this process's user may read, gone with the session; written once."""
    # A folder each: two files of one name, or a table and the mapping beside it, must not meet.
    # The name alone: a browser's idea of a path has no say over where we write.
    target = _folder() / str(upload.file_id) / (Path(upload.name.replace("\\", "/")).name or "file")
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        with target.open("wb") as file:
            upload.seek(0)
            shutil.copyfileobj(upload, file)
    return target


def arrived(uploads: list[Any]) -> list[Arrival]:
    """Every upload, kept and recognised; a file is looked at once a session."""
    known: dict[str, Arrival] = st.session_state.setdefault("intake-arrivals", {})
    for upload in uploads:
        if upload.file_id not in known:
            known[upload.file_id] = recognised(str(upload.file_id), keep(upload))
    return [known[upload.file_id] for upload in uploads]


def forget(arrivals: list[Arrival]) -> None:
    """Take files away that were written into the evidence."""
    for one in arrivals:
        shutil.rmtree(one.path.parent, ignore_errors=True)
        st.session_state.get("intake-arrivals", {}).pop(one.id, None)


def _what(here: Locale, one: Arrival) -> str:
    if one.unknown:
        return text(here, "arrival.unknown")
    return "–" if one.format is None else word(here, "format", one.format)


def arrivals_table(here: Locale, arrivals: list[Arrival]) -> None:
    """What each file is and by what that was recognised."""
    facts(
        [
            (
                isolate(one.path.name),
                _what(here, one),
                text(here, f"arrival.by.{one.by}", why=isolate(one.why))
                if one.by == "unreadable"
                else text(here, f"arrival.by.{one.by}"),
            )
            for one in arrivals
        ],
        [text(here, "intake.file"), text(here, "arrival.what"), text(here, "arrival.by")],
    )
