"""Evidence: every batch with its state, the line of custody, withdrawal and its undoing, the integrity check."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, counted, integer, isolate, moment, text, word
from ui.present.custody import Kept, Line, batches, told
from ui.present.markup import md
from ui.session import go, locale, show_messages, version, workspace
from ui.views.decision import ask
from ui.views.integrity import integrity_box
from ui.views.page import Hover, errors_explained, facts, line, nothing, state_badge

PAGE: Final = 20


@st.cache_data(show_spinner=False, max_entries=4)
def _lines(of: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workspace().history()["custody"]
    return found


def page() -> None:
    here = locale()
    st.title(text(here, "evidence.title"))
    show_messages()
    line(text(here, "evidence.promise"), muted=True)
    with errors_explained(here):
        if not workspace().status().get("batches"):
            nothing(here, "empty.workspace")
            return
        lines = _lines(version())
        kept = batches(lines)
        wanted = st.query_params.get("batch")
        chosen = next((one for one in kept if one.batch == wanted), None)
        if chosen is not None:
            _detail(here, chosen, lines)
            return
        first, second, third = st.tabs(
            [
                text(here, "evidence.tab.batches", n=integer(here.lang, len(kept))),
                text(here, "evidence.tab.custody", n=integer(here.lang, len(lines))),
                text(here, "evidence.tab.verify"),
            ]
        )
        with first:
            line(text(here, "evidence.state.note"), muted=True)
            for one in _paged(here, kept, "batches"):
                _card(here, one)
        with second:
            _custody(here, _paged(here, lines[::-1], "custody"), _acts(lines))
        with third:
            integrity_box(here)


def _paged(here: Locale, rows: list[Any], name: str) -> list[Any]:
    pages = max(1, -(-len(rows) // PAGE))
    at = 1
    if pages > 1:
        at = st.pagination(pages, key=f"evidence-{name}-page")
    shown = rows[(at - 1) * PAGE : at * PAGE]
    st.caption(text(here, "evidence.shown", shown=integer(here.lang, len(shown)), total=integer(here.lang, len(rows))))
    return shown


def _acts(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {str(one["batch"]): str(one["act"]) for one in lines}


def _said(here: Locale, value: object) -> str:
    """What somebody wrote, in its own direction; in words when nothing is told."""
    return f"\u2068{value}\u2069" if value else text(here, "evidence.none")


def _head(here: Locale, one: Kept, *, named: bool = True) -> None:
    when = moment(here.lang, here.zone, str(one.line["at"]))
    badge = state_badge(one.state, text(here, f"evidence.state.{one.state}"))
    name = f"**{md(isolate(one.batch))}** " if named else ""
    st.markdown(f"{name}{badge} :gray[{md(when)}]")
    said = text(
        here, "evidence.taken", records=counted(here, "record", one.records), by=_said(here, one.line.get("by"))
    )
    if one.line.get("authority"):
        said += " · " + text(here, "evidence.on", authority=_said(here, one.line["authority"]))
    line(said)
    if one.withdrawal is not None:
        line(
            text(
                here,
                "evidence.withdrawn",
                when=moment(here.lang, here.zone, str(one.withdrawal["at"])),
                by=_said(here, one.withdrawal.get("by")),
                reason=_said(here, one.withdrawal.get("reason")),
            )
        )


def _card(here: Locale, one: Kept) -> None:
    with st.container(border=True):
        words, ways = st.columns([6, 1.4], vertical_alignment="center")
        with words, st.container(gap=None):
            _head(here, one)
            files = one.line.get("files", [])
            facts(
                [
                    (
                        isolate(str(file["name"])),
                        word(here, "format", str(file.get("format") or "–")),
                        isolate(str(file.get("source") or "–")),
                    )
                    for file in files[:4]
                ]
            )
            if len(files) > 4:
                line(text(here, "same.more", n=integer(here.lang, len(files) - 4)), muted=True)
        with ways:
            if st.button(text(here, "evidence.open"), key=f"batch-{one.batch}", width="stretch"):
                go(batch=one.batch)
                st.rerun()
            _ways(here, one)


def _ways(here: Locale, one: Kept) -> None:
    """The button that takes the batch back, or that undoes it."""
    if one.withdrawal is None:
        if st.button(text(here, "evidence.withdraw"), key=f"withdraw-{one.batch}", type="tertiary"):
            _ask(here, one, one.batch, "withdraw")
    elif st.button(text(here, "evidence.restore"), key=f"restore-{one.batch}", type="tertiary"):
        _ask(here, one, str(one.withdrawal["batch"]), "restore")


def _ask(here: Locale, one: Kept, target: str, way: str) -> None:
    batch = isolate(one.batch)
    ask(
        here,
        title=text(here, f"evidence.{way}.title", batch=batch),
        what=text(here, f"evidence.{way}.what", records=counted(here, "record", one.records)),
        go=text(here, f"evidence.{way}.go"),
        act=partial(_withdraw, target),
        done=lambda _: [("success", text(here, f"evidence.{way}.done", batch=batch))],
        authority=True,
    )


def _withdraw(target: str, reason: str, by: str, authority: str) -> dict[str, Any]:
    return workspace().withdraw(target, reason=reason, by=by, authority=authority or None)


def _detail(here: Locale, one: Kept, lines: list[dict[str, Any]]) -> None:
    if st.button(
        text(here, "evidence.back"),
        icon=":material/arrow_forward:" if here.rtl else ":material/arrow_back:",
        type="tertiary",
    ):
        go(batch=None)
        st.rerun()
    st.markdown(f"## {md(text(here, 'evidence.batch', batch=isolate(one.batch)))}")
    with st.container(border=True):
        with st.container(gap=None):
            _head(here, one, named=False)
        _ways(here, one)
    head = ("file", "format", "source", "reliability", "size", "parser", "sha256")
    facts(
        [
            (
                isolate(str(file["name"])),
                word(here, "format", str(file.get("format") or "–")),
                isolate(str(file.get("source") or "–")),
                str(file.get("reliability") or "–"),
                integer(here.lang, int(file.get("size") or 0)),
                isolate(f"{file.get('parser') or '–'} {file.get('parser_version') or ''}".strip()),
                Hover(isolate(str(file.get("sha256") or "–")[:16] + "…"), str(file.get("sha256") or "")),
            )
            for file in one.line.get("files", [])
        ],
        [text(here, f"evidence.{name}") for name in head],
    )
    st.markdown(f"#### {md(text(here, 'evidence.custody'))}")
    _custody(here, workspace().history(batch=one.batch)["custody"], _acts(lines))


def _custody(here: Locale, rows: list[Line], acts: dict[str, str]) -> None:
    facts(
        [
            (
                Hover(moment(here.lang, here.zone, str(row["at"])), str(row["at"])),
                Hover(isolate(str(row["batch"])), str(row.get("hash") or "")),
                told(here, row, acts),
                _said(here, row.get("by")),
                _said(here, row.get("authority")),
                isolate(str(row.get("tool") or "–")),
            )
            for row in rows
        ],
        [text(here, f"evidence.{name}") for name in ("when", "entry", "what", "who", "authority", "tool")],
    )
