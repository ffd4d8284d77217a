"""Two entities side by side with what speaks for and against, and the form that decides."""

from __future__ import annotations

from typing import Any, Final, Literal

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, integer, isolate, listed, text
from ui.present.identifiers import kind, label_of, shown
from ui.present.likeness import belongings, names, obstacle, said, side
from ui.present.markup import md
from ui.session import address, go, signature, signed, tell, workspace
from ui.views.page import explain, foreign, line

FEW: Final = 4
"""Names and belongings shown of each before "and n more"."""


@st.cache_data(show_spinner=False, max_entries=200)
def _who(of: str, uid: str) -> dict[str, Any]:
    return workspace().who(uid)


_SIDES: Final[tuple[Literal["for", "against"], ...]] = ("for", "against")


def side_by_side(here: Locale, one: dict[str, Any], *, of: str, whole: bool = False) -> None:
    """Both entities, then the points for and against.

    Two that are treated as one have one card: the evidence no longer tells them apart.
    """
    if one.get("decision") == "accept":
        with st.container(gap=None):
            line(f"{shown(here, str(one['a']))} · {shown(here, str(one['b']))}")
            _entity(here, str(one["a"]), sorted({*one["sources"]["a"], *one["sources"]["b"]}), of, whole=whole)
    else:
        for place, which in zip(st.columns(2), ("a", "b"), strict=True):
            with place, st.container(gap=None):
                _entity(here, str(one[which]), one.get("sources", {}).get(which, []), of, whole=whole)
    for place, which in zip(st.columns(2), _SIDES, strict=True):
        with place, st.container(gap=None):
            st.markdown(f"**{md(text(here, f'same.{which}'))}**")
            points = side(one["features"], which)
            for point in points:
                line(("+ " if which == "for" else "− ") + said(here, point))
            if not points:
                line(text(here, "same.none"), muted=True)


def _entity(here: Locale, uid: str, sources: list[str], of: str, *, whole: bool) -> None:
    try:
        found = _who(of, uid)
    except HalqaError as error:
        explain(here, error)
        return
    written = names(found)
    # The name in its own direction, first: it is what people compare.
    st.markdown(f"**{md(foreign(written[0]) if written else text(here, 'same.no_name'))}**")
    label = str(found.get("label") or label_of(uid))
    line(f"{kind(here, label)} · {shown(here, uid)}")
    most = 50 if whole else FEW
    others = written[1:]
    if others:
        line(text(here, "same.names", names=_some(here, [foreign(name) for name in others], most)))
    things = belongings(found)
    if things:
        told = [f"{kind(here, label_of(thing))} {shown(here, thing)}" for thing in things]
        line(text(here, "same.has", things=_some(here, told, most)))
    if sources:
        line(text(here, "same.sources", sources=listed(here.lang, [isolate(name) for name in sources])), muted=True)
    if whole and st.button(text(here, "same.explorer"), key=f"explore-{uid}", type="tertiary"):
        st.switch_page(st.session_state["pages"]["explorer"], query_params=address(here, q=uid))


def _some(here: Locale, told: list[str], most: int) -> str:
    more = len(told) - most
    return listed(here.lang, told[:most]) + (
        " " + text(here, "same.more", n=integer(here.lang, more)) if more > 0 else ""
    )


def outcome(here: Locale, answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Messages after a decision."""
    told = [("success", text(here, f"same.done.{answer['decision']}"))]
    if answer.get("four_eyes") == "one":
        told.append(("warning", text(here, "same.four_eyes")))
    return told


def decision_form(here: Locale, one: dict[str, Any]) -> None:
    """Accept or reject with a reason; an override only where one is needed, and it says why it is."""
    a, b = str(one["a"]), str(one["b"])
    missing = obstacle(one["features"])
    st.markdown(f"#### {md(text(here, 'same.decide'))}")
    with st.form("same-decision"):
        reason = st.text_area(text(here, "who.reason"), key="same-reason", height=80)
        by = st.text_input(text(here, "who.by"), key="same-by", value=signature())
        override = False
        if missing is not None:
            st.warning(text(here, f"same.override.{missing}", against=text(here, "same.against")))
            override = st.checkbox(text(here, "same.override.tick"), key="same-override")
        accept, reject = st.columns(2)
        decision = None
        if accept.form_submit_button(text(here, "same.accept"), type="primary", width="stretch"):
            decision = "accept"
        if reject.form_submit_button(text(here, "same.reject"), width="stretch"):
            decision = "reject"
    if decision is None:
        return
    reason, by = (reason or "").strip(), (by or "").strip()
    if not reason or not by:
        st.warning(text(here, "who.incomplete"))
        return
    if decision == "accept" and missing is not None and not override:
        st.warning(text(here, "same.override.needed"))
        return
    signed(by)
    try:
        answer = workspace().same_person(
            a, b, decision, reason=reason, by=by, override=override and decision == "accept"
        )
    except HalqaError as error:
        explain(here, error)
        return
    for level, message in outcome(here, answer):
        tell(level, message)
    go(a=None, b=None)
    st.rerun()
