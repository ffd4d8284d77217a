"""Structure of a ring or of relations: communities, positions with their bands, key players. Positions, not guilt.

The address says what is measured (``?ring=R-0003``, or ``?rel=CALLED&since=2024-06-01``), so that a link opens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import streamlit as st

from graph.errors import NothingFound
from graph.schema import RELATIONS
from ui.i18n import Locale, counted, decimal, integer, isolate, listed, text, word
from ui.present.days import begins, ends, period_said, written_day
from ui.present.markup import md
from ui.present.structure import brokers, left_out, method_said, whole
from ui.session import address, go, locale, show_messages, version, workspace
from ui.views.page import errors_explained, figures, foreign, line, nothing
from ui.views.positions import communities, positions

FIRST: Final = ("CALLED", "ATTENDED", "SENT", "RECEIVED")
"""Relations offered before the others."""
BROKERS: Final = 5


class Asked(NamedTuple):
    """What is measured: a ring, or relations between two days (both included)."""

    ring: str = ""
    rels: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    directed: bool = False
    events: bool = False


def page() -> None:
    here = locale()
    st.title(text(here, "structure.title"))
    st.warning(text(here, "structure.caution"), icon=":material/info:")
    show_messages()
    with errors_explained(here):
        if not workspace().status().get("records"):
            nothing(here, "empty.workspace")
            return
        asked = _form(here)
        if asked is None:
            nothing(here, "empty.structure")
            return
        try:
            with st.spinner(text(here, "structure.running")):
                found = _measured(version(), here.zone, asked)
        except NothingFound:
            if asked.ring and asked.ring not in {name for name, _, _ in _rings(version())}:
                raise
            nothing(here, "empty.links")
            return
        _answer(here, asked, found)


def way_to_structure(here: Locale, ring: str) -> None:
    """The button of a ring's page that leads here."""
    if st.button(text(here, "structure.from_ring"), key=f"structure-of-{ring}", icon=":material/lan:", type="tertiary"):
        st.switch_page(st.session_state["pages"]["structure"], query_params=address(here, ring=ring))


@st.cache_data(show_spinner=False, max_entries=4)
def _rings(of: str) -> list[tuple[str, str, int]]:
    """Name, status, number of members of each ring."""
    return [(ring.ring, ring.status, len(ring.members)) for ring in workspace().rings(status="all")]


@st.cache_data(show_spinner=False, max_entries=10)
def _measured(of: str, zone: str, asked: Asked) -> dict[str, Any]:
    if asked.ring:
        return workspace().structure(ring=asked.ring)
    since = begins(zone, asked.since) if asked.since else None
    until = ends(zone, asked.until) if asked.until else None
    return workspace().structure(rels=asked.rels, window=(since, until), directed=asked.directed, events=asked.events)


def _form(here: Locale) -> Asked | None:
    """The form, and what the address asks for once it was pressed; None before."""
    rings = _rings(version())
    ways = ("ring", "links") if rings else ("links",)
    wanted = "links" if st.query_params.get("rel") else ways[0]
    way = wanted
    if len(ways) > 1:
        way = st.segmented_control(
            text(here, "structure.of"),
            ways,
            default=wanted,
            required=True,
            format_func=lambda name: text(here, f"structure.of.{name}"),
            key="structure-of",
            label_visibility="collapsed",
        )
    return _ring_form(here, rings) if way == "ring" else _links_form(here)


def _ring_form(here: Locale, rings: Sequence[tuple[str, str, int]]) -> Asked | None:
    about = {name: (status, members) for name, status, members in rings}
    names = list(about)
    asked = st.query_params.get("ring", "")

    def said(name: str) -> str:
        status, members = about[name]
        return f"{isolate(name)} · {word(here, 'status', status)} · {counted(here, 'member', members)}"

    with st.form("structure-ring", border=False):
        choice, button = st.columns([6, 1], vertical_alignment="bottom")
        chosen = choice.selectbox(
            text(here, "structure.ring"),
            names,
            index=names.index(asked) if asked in about else 0,
            format_func=said,
            key="structure-ring-name",
        )
        if button.form_submit_button(text(here, "structure.go"), type="primary", width="stretch"):
            asked = str(chosen)
            go(ring=asked, rel=None, since=None, until=None, directed=None, events=None)
    return Asked(ring=asked) if asked else None


def _links_form(here: Locale) -> Asked | None:
    params = st.query_params
    before = [name for name in params.get_all("rel") if name in RELATIONS]
    others = sorted(RELATIONS.difference(FIRST), key=lambda name: word(here, "rel", name))
    with st.form("structure-links", border=False):
        rels = st.multiselect(
            text(here, "structure.rels"),
            [*FIRST, *others],
            default=before or [FIRST[0]],
            format_func=lambda name: word(here, "rel", name),
            placeholder=text(here, "structure.rels.choose"),
            key="structure-rels",
        )
        first, last, button = st.columns([3, 3, 1], vertical_alignment="bottom")
        written = {
            name: column.text_input(
                text(here, f"structure.{name}"),
                value=params.get(name, ""),
                placeholder=text(here, "structure.day"),
                key=f"structure-{name}",
            )
            for name, column in (("since", first), ("until", last))
        }
        flags = {
            name: st.checkbox(text(here, f"structure.{name}"), value=bool(params.get(name)), key=f"structure-{name}")
            for name in ("directed", "events")
        }
        if button.form_submit_button(text(here, "structure.go"), type="primary", width="stretch"):
            if not rels:
                st.warning(text(here, "structure.rels.none"))
                return None
            chosen = {name: "1" if on else None for name, on in flags.items()}
            go(ring=None, rel=rels, **{name: value.strip() or None for name, value in written.items()}, **chosen)
    rels_asked = tuple(name for name in params.get_all("rel") if name in RELATIONS)
    days = {name: asked_day(here, params.get(name, "")) for name in ("since", "until")}
    if not rels_asked or any(day is None and params.get(name) for name, day in days.items()):
        return None
    return Asked("", rels_asked, days["since"], days["until"], bool(params.get("directed")), bool(params.get("events")))


def asked_day(here: Locale, written: str) -> date | None:
    """A day out of the address; None when there is none, or, with a warning, when it is no day."""
    if not written:
        return None
    try:
        return written_day(written)
    except ValueError:
        st.warning(md(text(here, "structure.day.wrong", written=foreign(written))))
        return None


def _answer(here: Locale, asked: Asked, found: Mapping[str, Any]) -> None:
    method = found["method"]
    with st.container(gap=None):
        for said in (*_asked_said(here, asked), *method_said(here, method), *left_out(here, found)):
            line(said)
    figures(
        [
            (text(here, f"structure.figure.{name}"), integer(here.lang, n))
            for name, n in (
                ("nodes", int(method["nodes"])),
                ("links", int(method["links"])),
                ("communities", len(found["communities"])),
            )
        ]
    )
    players, groups = st.columns(2, gap="large")
    with players:
        _players(here, found)
    with groups:
        communities(here, found["communities"])
    positions(here, found, key="-".join((asked.ring, *asked.rels, str(asked.since), str(asked.until))))


def _asked_said(here: Locale, asked: Asked) -> list[str]:
    if asked.ring:
        return [text(here, "structure.chosen.ring", ring=isolate(asked.ring))]
    rels = listed(here.lang, [word(here, "rel", name) for name in asked.rels])
    said = [text(here, "structure.chosen.links", rels=rels, period=period_said(here, asked.since, asked.until))]
    said += [text(here, f"structure.chosen.{name}") for name in ("directed", "events") if getattr(asked, name)]
    return said


def _players(here: Locale, found: Mapping[str, Any]) -> None:
    st.markdown(f"#### {md(text(here, 'structure.players'))}")
    for name in ("disrupt", "reach"):
        _named(here, name, [whole(here, uid) for uid in found["key_players"][name]])
    line(text(here, "structure.players.note"), muted=True)
    between = brokers(found["nodes"], BROKERS)
    said = [f"{whole(here, one['uid'])}\u00a0({isolate(decimal(here.lang, one['broker'], 2))})" for one in between]
    _named(here, "brokers", said or [text(here, "structure.brokers.none")])


def _named(here: Locale, name: str, who: list[str]) -> None:
    """A set of nodes: its name, what it does, who is in it."""
    does = text(here, f"structure.{name}.does")
    with st.container(gap=None):
        st.markdown(f"**{md(text(here, f'structure.{name}'))}** · {md(does)}")
        line(listed(here.lang, who) or "–")
