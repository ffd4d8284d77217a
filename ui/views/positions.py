"""Tables of a measured structure: nodes with the band of their score, communities."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, counted, decimal, integer, isolate, share, text
from ui.present.identifiers import kind, label_of, shown
from ui.present.markup import md
from ui.views.page import facts, line

PAGE: Final = 25
GROUPS: Final = 8
"""Communities with a row of their own; the number of the others is said."""
HEAD: Final = ("node", "kind", "leader", "betweenness", "broker", "core", "degree", "community")


def communities(here: Locale, groups: Sequence[Mapping[str, Any]]) -> None:
    """Size, density and cohesion of the largest communities."""
    st.markdown(f"#### {md(text(here, 'structure.communities'))}")
    facts(
        [
            (
                integer(here.lang, int(one["community"])),
                integer(here.lang, int(one["size"])),
                share(here.lang, float(one["density"])),
                share(here.lang, float(one["cohesion"])),
            )
            for one in groups[:GROUPS]
        ],
        head=[text(here, f"structure.head.{column}") for column in ("number", "size", "density", "cohesion")],
    )
    if len(groups) > GROUPS:
        line(text(here, "structure.communities.more", n=integer(here.lang, len(groups) - GROUPS)), muted=True)
    line(text(here, "structure.communities.note"), muted=True)


def positions(here: Locale, found: Mapping[str, Any], *, key: str) -> None:
    """Nodes by leader score, each with its band; one community or all, a page at a time."""
    st.markdown(f"#### {md(text(here, 'structure.table'))}")
    sizes = {int(one["community"]): int(one["size"]) for one in found["communities"]}

    def said(number: int) -> str:
        if number < 0:
            return text(here, "structure.filter.all")
        nodes = counted(here, "node", sizes[number])
        return text(here, "structure.filter.one", n=integer(here.lang, number), nodes=nodes)

    choice, _ = st.columns([2, 5])
    only = choice.selectbox(
        text(here, "structure.filter"), [-1, *sizes], format_func=said, key=f"positions-community-{key}"
    )
    rows = [node for node in found["nodes"] if only < 0 or node["community"] == only]
    pages = -(-len(rows) // PAGE)
    place = st.container()
    at = st.pagination(pages, key=f"positions-page-{key}-{only}") if pages > 1 else 1
    part = rows[(at - 1) * PAGE : at * PAGE]
    with place:
        st.caption(
            text(here, "structure.shown", shown=integer(here.lang, len(part)), total=integer(here.lang, len(rows)))
        )
        head = "".join(f"<th scope='col'>{html.escape(text(here, f'structure.head.{name}'))}</th>" for name in HEAD)
        body = "".join(_row(here, node) for node in part)
        table = f"<table class='hq-facts'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        st.html(f"<div style='overflow-x:auto'>{table}</div>")
    line(text(here, "structure.band"), muted=True)


def _row(here: Locale, node: Mapping[str, Any]) -> str:
    uid = str(node["uid"])
    cells = (
        html.escape(shown(here, uid)),
        html.escape(kind(here, str(node["label"] or label_of(uid)))),
        _band(here, float(node["leader_low"]), float(node["leader"]), float(node["leader_high"])),
        decimal(here.lang, float(node["betweenness"]), 3),
        decimal(here.lang, float(node["broker"]), 2),
        integer(here.lang, int(node["core"])),
        integer(here.lang, int(node["degree"])),
        integer(here.lang, int(node["community"])),
    )
    first, *others = cells
    # Wide enough for a number with its country: it is read in one piece.
    return f"<tr><td style='min-width:9.5rem'>{first}</td>" + "".join(f"<td>{cell}</td>" for cell in others) + "</tr>"


def _band(here: Locale, low: float, at: float, high: float) -> str:
    """A score of 0-1 on its axis, which runs from left to right in every language, and in figures."""
    first, score, last = (decimal(here.lang, value, 2) for value in (low, at, high))
    bar = (
        "<span style='position:relative;display:inline-block;direction:ltr;width:8rem;height:.8rem;"
        "margin-inline-end:.5rem;"
        "border-bottom:1px solid var(--st-border-color,#8884);vertical-align:middle'>"
        f"<span style='position:absolute;top:.2rem;height:.4rem;border-radius:.2rem;opacity:.45;left:{low:.1%};"
        f"width:{max(high - low, 0.01):.1%};background:var(--st-primary-color,#3A78EE)'></span>"
        f"<span style='position:absolute;top:0;height:.8rem;width:2px;left:{min(at, 0.99):.1%};"
        "background:currentColor'></span></span>"
    )
    return f"<span style='white-space:nowrap'>{bar} <b>{isolate(score)}</b> {isolate(f'({first} – {last})')}</span>"
