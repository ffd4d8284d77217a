"""Same person? Proposals best first, two entities side by side, a decision with its reason, and its undoing."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, decimal, integer, isolate, moment, text
from ui.present.identifiers import shown
from ui.present.likeness import obstacle
from ui.present.markup import md
from ui.session import go, locale, show_messages, version, workspace
from ui.views.decision import ask
from ui.views.page import Hover, errors_explained, explain, facts, line, nothing
from ui.views.pair import decision_form, outcome, side_by_side

PAGE: Final = 8
MOST: Final = 400
"""Proposals asked for at once; more than anybody looks through before deciding some of them."""


@st.cache_data(show_spinner=False, max_entries=4)
def _proposals(of: str) -> list[dict[str, Any]]:
    return workspace().same_person_proposals(limit=MOST)


def page() -> None:
    here = locale()
    st.title(text(here, "same.title"))
    show_messages()
    line(text(here, "same.promise"), muted=True)
    with errors_explained(here):
        if not workspace().status().get("records"):
            nothing(here, "empty.workspace")
            return
        a, b = st.query_params.get("a"), st.query_params.get("b")
        if a and b:
            _pair(here, a, b)
            return
        decisions = workspace().same_person_decisions()
        with st.spinner(text(here, "same.comparing")):
            found = _proposals(version())
        total = integer(here.lang, len(found)) + ("+" if len(found) == MOST else "")
        first, second = st.tabs(
            [
                text(here, "same.tab.proposals", n=total),
                text(here, "same.tab.decisions", n=integer(here.lang, len(decisions))),
            ]
        )
        with first:
            _list(here, found, total)
        with second:
            _decisions(here, decisions)


def _list(here: Locale, found: list[dict[str, Any]], total: str) -> None:
    if not found:
        nothing(here, "empty.proposals")
        return
    pages = -(-len(found) // PAGE)
    at = st.pagination(pages, key="same-page") if pages > 1 else 1
    rows = found[(at - 1) * PAGE : at * PAGE]
    st.caption(text(here, "same.shown", shown=integer(here.lang, len(rows)), total=isolate(total)))
    for one in rows:
        with st.container(border=True):
            head, way = st.columns([6, 1.4], vertical_alignment="center")
            head.markdown(_marks(here, one))
            if way.button(text(here, "same.look"), key=f"look-{one['a']}-{one['b']}", width="stretch"):
                go(a=str(one["a"]), b=str(one["b"]))
                st.rerun()
            side_by_side(here, one, of=version())


def _marks(here: Locale, one: dict[str, Any]) -> str:
    score = isolate(decimal(here.lang, float(one.get("score") or 0), 2))
    marks = [f"**{md(text(here, 'same.score', score=score))}**"]
    match obstacle(one["features"]):
        case "name_only":
            marks.append(f":orange-badge[◐ {md(text(here, 'same.name_only'))}]")
        case "conflict":
            marks.append(f":red-badge[▲ {md(text(here, 'same.conflict'))}]")
        case None:
            pass
    if one.get("proposed_by"):
        marks.append(f":gray[{md(text(here, 'same.proposed_by', by=isolate(str(one['proposed_by']))))}]")
    return " ".join(marks)


def _pair(here: Locale, a: str, b: str) -> None:
    if st.button(
        text(here, "same.back"),
        icon=":material/arrow_forward:" if here.rtl else ":material/arrow_back:",
        type="tertiary",
    ):
        go(a=None, b=None)
        st.rerun()
    try:
        one = workspace().same_person(a, b)
    except HalqaError as error:
        explain(here, error)
        return
    st.markdown(f"## {md(text(here, 'same.pair'))}")
    st.markdown(_marks(here, one))
    with st.container(border=True):
        side_by_side(here, one, of=version(), whole=True)
    rows = one.get("decisions", [])
    standing = one.get("decision")
    if standing:
        last: dict[str, Any] = next((row for row in reversed(rows) if row["decision"] == standing), {})
        st.info(
            md(
                text(
                    here,
                    "same.standing",
                    decision=text(here, f"same.decided.{standing}"),
                    by=f"\u2068{last.get('by', '–')}\u2069",
                    reason=f"\u2068{last.get('reason', '–')}\u2069",
                )
            )
        )
        _undo(here, a, b, key="pair")
    decision_form(here, one)
    if rows:
        st.markdown(f"#### {md(text(here, 'same.tab.decisions', n=integer(here.lang, len(rows))))}")
        _table(here, list(reversed(rows)), pair=False)


def _undo(here: Locale, a: str, b: str, *, key: str) -> None:
    if st.button(text(here, "same.undo"), key=f"undo-{key}", icon=":material/undo:"):
        ask(
            here,
            title=text(here, "same.undo.title"),
            what=text(here, "same.undo.what"),
            go=text(here, "same.undo.go"),
            act=partial(_take_back, a, b),
            done=lambda answer: outcome(here, answer),
        )


def _take_back(a: str, b: str, reason: str, by: str, _authority: str) -> dict[str, Any]:
    return workspace().same_person(a, b, "undo", reason=reason, by=by)


def _decisions(here: Locale, rows: list[dict[str, Any]]) -> None:
    if not rows:
        nothing(here, "empty.decisions")
        return
    for row in [row for row in rows if row["standing"]]:
        with st.container(border=True):
            words, way = st.columns([6, 1.4], vertical_alignment="center")
            with words, st.container(gap=None):
                line(f"{shown(here, str(row['a']))} · {shown(here, str(row['b']))}")
                line(
                    text(
                        here,
                        "same.standing",
                        decision=text(here, f"same.decided.{row['decision']}"),
                        by=f"\u2068{row['by']}\u2069",
                        reason=f"\u2068{row['reason']}\u2069",
                    )
                )
                if row.get("four_eyes") == "one":
                    line(text(here, "same.four_eyes"), muted=True)
            with way:
                if st.button(text(here, "same.look"), key=f"see-{row['seq']}", width="stretch"):
                    go(a=str(row["a"]), b=str(row["b"]))
                    st.rerun()
                _undo(here, str(row["a"]), str(row["b"]), key=str(row["seq"]))
    _table(here, rows, pair=True)


def _table(here: Locale, rows: list[dict[str, Any]], *, pair: bool) -> None:
    told = []
    for row in rows:
        words = text(here, f"same.decided.{row['decision']}")
        if row.get("override"):
            words += f" ({text(here, 'same.by_override')})"
        cells: list[str | Hover] = [Hover(moment(here.lang, here.zone, str(row["at"])), str(row["at"])), words]
        if pair:
            cells.append(f"{shown(here, str(row['a']))}\n{shown(here, str(row['b']))}")
        told.append([*cells, f"\u2068{row['by']}\u2069", f"\u2068{row['reason']}\u2069"])
    head = [text(here, "evidence.when"), text(here, "same.decision")]
    facts(
        told,
        [*head, *([text(here, "same.pair")] if pair else []), text(here, "evidence.who"), text(here, "who.reason")],
    )
