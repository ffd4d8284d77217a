"""What every page shares: how it begins, direction and fonts, errors written for people, marks, escaped text."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import streamlit as st

from analysis.findings import Status
from graph.errors import HalqaError
from ui import session
from ui.i18n import Locale, text, word
from ui.present.markup import md, md_commands
from ui.present.palette import STATE_BADGE, STATUS_BADGE


@lru_cache(maxsize=2)
def _sheet(name: str) -> str:
    return (files("ui.views") / name).read_text(encoding="utf-8")


def dress(locale: Locale) -> None:
    """Fonts, spacing and direction of the page."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    assets = f"{'/' + base if base else ''}/_stcore/bidi-components/halqa.canvas"
    style = _sheet("desk.css").replace("@ASSETS@", assets).replace("@UPLOAD@", text(locale, "intake.upload"))
    st.html(f"<style>{style}{_sheet('rtl.css') if locale.rtl else ''}</style>")


def line(value: str, *, muted: bool = False) -> None:
    """One line of text, escaped."""
    st.html(f'<p class="hq-line{" hq-muted" if muted else ""}">{html.escape(value)}</p>')


class Hover(NamedTuple):
    """A cell that says more when the pointer rests on it: a date as it was written, a whole hash."""

    shown: str
    more: str


def _cell(cell: str | Hover) -> str:
    shown, title = cell if isinstance(cell, Hover) else (cell, "")
    body = html.escape(str(shown)).replace("\n", "<br>")
    return f'<td title="{html.escape(title)}">{body}</td>' if title else f"<td>{body}</td>"


def facts(rows: Sequence[Sequence[str | Hover]], head: Sequence[str] = ()) -> None:
    """A small table of texts, escaped; it reads in the page's direction and can be printed."""
    top = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    st.html(f"<table class='hq-facts'>{f'<thead><tr>{top}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>")


def figures(rows: Sequence[tuple[str, str]]) -> None:
    """Key figures in one row: value above, what it counts below."""
    cells = "".join(
        f"<div class='hq-figure'><b>{html.escape(v)}</b><span>{html.escape(k)}</span></div>" for k, v in rows
    )
    st.html(f"<div class='hq-figures'>{cells}</div>")


def foreign(value: str) -> str:
    """Text written by a source: its own direction, whatever the page's (first strong isolate)."""
    return f"\u2068{value}\u2069"


def status_badge(locale: Locale, status: Status | str) -> str:
    """Markdown of a status: sign, colour and word."""
    sign, colour = STATUS_BADGE.get(status, ("○", "gray"))
    return f":{colour}-badge[{sign} {md(word(locale, 'status', status))}]"


def state_badge(state: str, words: str) -> str:
    """Markdown of what became of a batch: sign, colour and words."""
    sign, colour = STATE_BADGE.get(state, ("○", "gray"))
    return f":{colour}-badge[{sign} {md(words)}]"


def nothing(locale: Locale, key: str, **values: Any) -> None:
    """An empty state: what is (not) there and what to do next."""
    st.info(f"**{md(text(locale, key + '.what', **values))}**\n\n{md(text(locale, key + '.next', **values))}")


def kind_of(locale: Locale, error: HalqaError) -> str:
    """What kind of error it is, in the page's language; empty where the page speaks the language of the errors."""
    return "" if locale.lang == "en" else word(locale, "error", type(error).__name__)


def told(locale: Locale, error: HalqaError) -> str:
    """An error in one line, for a message: its kind, then what it says of itself."""
    return f"{kind_of(locale, error)} {foreign(f'{error.message} {error.hint}'.strip())}".strip()


def explain(locale: Locale, error: HalqaError) -> None:
    """An error for the person who meets it: what happened, what is safe, what to do.

    Errors speak English, as the command line does: their kind is said in the page's language above.
    """
    said = [f"**{md(kind)}**"] if (kind := kind_of(locale, error)) else []
    said.append(md(foreign(error.message)) if kind else f"**{md(error.message)}**")
    said.append(md_commands(foreign(error.hint)) if error.hint else md(text(locale, "error.safe")))
    st.error("\n\n".join(said), icon=":material/error:")


@contextmanager
def errors_explained(locale: Locale) -> Iterator[None]:
    """Show a ``HalqaError`` in place of the block that met it; the rest of the page goes on."""
    try:
        yield
    except HalqaError as error:
        explain(locale, error)


def on_records(title: str, show: Callable[[Locale], None]) -> None:
    """A page on what the records tell: its title, the messages left, then ``show`` where there are records.

    Errors that ``show`` meets are explained below the title.
    """
    here = session.locale()
    st.title(text(here, title))
    session.show_messages()
    with errors_explained(here):
        if session.workspace().status().get("records"):
            show(here)
        else:
            nothing(here, "empty.workspace")
