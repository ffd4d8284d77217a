"""What a page knows about its visitor: language, zone, the open workspace, and the address as the memory of the view.

The address (query parameters) is the truth, so that reload, bookmark and a shared link give the same view; session
state keeps what an address should not (a language chosen before a page switch, messages).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol, cast

import streamlit as st

from analysis.findings import Ring
from graph.errors import HalqaError
from halqa import settings
from ui.i18n import Lang, Locale, language
from ui.present.markup import md


class Desk(Protocol):
    """What the desk asks of a workspace (``halqa.workspace.Workspace``)."""

    def status(self) -> dict[str, Any]: ...
    def rings(self, status: str = "lead", limit: int | None = None) -> list[Ring]: ...
    def ring(self, ring: str) -> Ring: ...
    def ring_timeline(self, ring: str) -> list[dict[str, Any]]: ...
    def ring_graph(self, ring: str, limit: int = 150) -> dict[str, Any]: ...
    def structure(
        self,
        *,
        ring: str | None = None,
        rels: Sequence[str] | None = None,
        window: tuple[datetime | None, datetime | None] = (None, None),
        directed: bool = False,
        events: bool = False,
    ) -> dict[str, Any]: ...
    def succession(self, *, since: datetime | None = None, everything: bool = False) -> list[dict[str, Any]]: ...
    def outlets(self) -> dict[str, Any]: ...
    def what_if(self, ring: str, *, remove: tuple[str, ...] = (), best: int | None = None) -> dict[str, Any]: ...
    def who(self, text: str, country: str | None = None) -> dict[str, Any]: ...
    def neighbourhood(self, uid: str, hops: int = 1, limit: int = 150) -> dict[str, Any]: ...
    def path(self, a: str, b: str, max_hops: int = 6) -> dict[str, Any]: ...
    def record(self, record_id: str) -> dict[str, Any]: ...
    def ingest(
        self,
        paths: list[Any],
        *,
        dry_run: bool = False,
        source: str | None = None,
        mapping: Any = None,
        by: str | None = None,
        authority: str | None = None,
    ) -> dict[str, Any]: ...
    def propose_mapping(self, path: Path) -> dict[str, Any]: ...
    def history(self, *, record: str | None = None, batch: str | None = None) -> dict[str, Any]: ...
    def withdraw(
        self, batch: str, *, reason: str, by: str | None = None, authority: str | None = None
    ) -> dict[str, Any]: ...
    def verify(self, *, report: Path | None = None, by: str | None = None) -> dict[str, Any]: ...
    def same_person_proposals(self, *, limit: int | None = None) -> list[dict[str, Any]]: ...
    def same_person_decisions(self) -> list[dict[str, Any]]: ...
    def same_person_count(self) -> int: ...
    def same_person(
        self,
        a: str,
        b: str,
        decision: str | None = None,
        *,
        reason: str = "",
        by: str | None = None,
        override: bool = False,
    ) -> dict[str, Any]: ...
    def detect(self) -> dict[str, Any]: ...
    def judge(self, ring: str, verdict: str, *, reason: str, by: str) -> dict[str, Any]: ...
    def welfare(self, ring: str, *, reason: str, by: str | None, approved_by: str | None) -> dict[str, Any]: ...
    def queries(self) -> list[dict[str, Any]]: ...
    def query(self, name: str, params: dict[str, Any] | None = None) -> dict[str, Any]: ...
    def alerts(self) -> list[dict[str, Any]]: ...


def _open_workspace(home: str) -> Desk:
    from halqa.workspace import Workspace

    return cast("Desk", Workspace.open(home))


opener: Callable[[str], Desk] = _open_workspace
"""How a workspace is opened; tests put another in its place."""

HOME: Final = "HALQA_HOME"


LINGER: Final = 8.0
"""Seconds a message stays on its page however often the page runs meanwhile; the run after that leaves it out."""

clock: Callable[[], float] = time.monotonic
"""Seconds, for the age of a message; tests put another in its place."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be said once: when it was first shown, and on which page."""

    level: str
    text: str
    seen: float | None = None
    page: str = ""


def home() -> str:
    """The workspace folder this desk shows."""
    return os.environ.get(HOME, "halqa-data")


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(folder: str) -> Desk:
    return opener(folder)


def workspace() -> Desk:
    """The open workspace, one for all visitors of this process.

    Raises:
        HalqaError: it cannot be opened.
    """
    return _opened(home())


def locale() -> Locale:
    """Language of the address, else the one chosen before, else that of the settings; the browser's time zone."""
    wanted = st.query_params.get("lang") or st.session_state.get("lang_kept") or _first_language(home())
    zone = getattr(st.context, "timezone", None) or "Africa/Casablanca"
    return Locale(language(wanted), zone)


@st.cache_resource(show_spinner=False, max_entries=4)
def _first_language(folder: str) -> Lang:
    """Language of the first view: setting ``ui.language``, French where there is none."""
    try:
        chosen, _ = settings.load(Path(folder))
    except HalqaError:
        return "fr"
    return language(chosen.ui.language)


def address(here: Locale, **params: str) -> dict[str, str]:
    """Query parameters of another page: those given, and the language unless it is that of the first view."""
    return params | ({} if here.lang == _first_language(home()) else {"lang": here.lang})


def keep_language(lang: Lang) -> None:
    """Remember the language over page switches, and write it into the address unless it is the default."""
    st.session_state["lang_kept"] = lang
    if lang != _first_language(home()):
        if st.query_params.get("lang") != lang:
            st.query_params["lang"] = lang
    elif "lang" in st.query_params:
        del st.query_params["lang"]


def go(**params: str | list[str] | None) -> None:
    """Change the address of this page: ``None`` takes a parameter out."""
    for name, value in params.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def version() -> str:
    """Changes whenever findings, evidence or decisions on who is whom do: the cache key of what is read."""
    now = workspace().status()
    return f"{home()}|{now.get('run')}|{now.get('head')}|{workspace().same_person_count()}"


def signed(by: str) -> None:
    """Remember who decides here, so that the next form knows."""
    st.session_state["verdict-by"] = by.strip()


def signature() -> str:
    """Who decided last in this session; empty before the first time."""
    return str(st.session_state.get("verdict-by", ""))


def tell(level: str, message: str) -> None:
    """Leave a message for the next run of the page. What was said about an earlier deed makes room for it."""
    waiting = [one for one in _messages() if one.seen is None]
    st.session_state["messages"] = [*waiting, Message(level, message)]


def show_messages() -> None:
    """Show the messages left; each stays for ``LINGER`` seconds of this page.

    A page runs again at any moment (a selection on the canvas, a progress bar, a change of the address): a message
    that were forgotten once it is shown would be wiped off by the next run before anybody has read it.
    """
    now, page = clock(), str(st.session_state.get("page", ""))
    kept = [
        replace(one, seen=now, page=page) if one.seen is None else one
        for one in _messages()
        if one.seen is None or (one.page == page and now - one.seen < LINGER)
    ]
    st.session_state["messages"] = kept
    # Always one container, with or without messages: what follows keeps its place on the page and is not built anew.
    with st.container():
        for one in kept:
            {"success": st.success, "error": st.error, "warning": st.warning}.get(one.level, st.info)(md(one.text))


def _messages() -> list[Message]:
    return cast("list[Message]", st.session_state.get("messages", []))
