"""A ring, whole: one sentence, the picture, why, what speaks against, money, verdict; details below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from analysis.findings import Reason, Ring
from ui.i18n import Locale, counted, decimal, integer, isolate, moment, money, period, text, word
from ui.i18n.catalogue import DESK
from ui.present.board import Neighbourhood
from ui.present.identifiers import kind, shown
from ui.present.markup import md
from ui.present.sentences import headline, sentence
from ui.session import go, show_messages, version, workspace
from ui.views.board import board, cut_reason, selected, table
from ui.views.page import facts, figures, line, status_badge
from ui.views.records import records_button
from ui.views.structure import way_to_structure
from ui.views.timeline import timeline
from ui.views.verdict import verdict_box
from ui.views.welfare import welfare
from ui.views.whatif import what_if

_NEEDS: Final = "needs_"
_ASSOCIATE: Final = "associate_"


@st.cache_data(show_spinner=False, max_entries=50)
def _graph(of: str, name: str, limit: int) -> Neighbourhood:
    return workspace().ring_graph(name, limit=limit)


def ring_page(here: Locale, name: str) -> None:
    if st.button(
        text(here, "ring.back"),
        icon=":material/arrow_forward:" if here.rtl else ":material/arrow_back:",
        type="tertiary",
    ):
        go(ring=None, op=None, n=None)
        st.rerun()
    of = version()
    # Not cached: its history changes with every decision, whoever takes it.
    ring = workspace().ring(name)
    _top(here, ring)
    show_messages()
    wide, side = st.columns([2, 1])
    with wide:
        shared = frozenset(bridge.uid for bridge in ring.bridges)
        critical = frozenset(frozenset(pair) for pair in ring.fragility.critical_links)
        picture, chosen = board(
            here,
            f"ring:{ring.ring}",
            lambda limit: _graph(of, ring.ring, limit),
            shared=shared,
            critical=critical,
            height=560,
        )
        if chosen:
            selected(here, "ring", chosen)
    with side:
        _why(here, ring)
        _against(here, ring)
        _money(here, ring)
        verdict_box(here, ring)
    names = ("members", "time", "table", "shared", "fragile", "structure", "welfare", "history")
    tabs = st.tabs([text(here, f"ring.tab.{tab}") for tab in names])
    with tabs[0]:
        _members(here, ring)
    with tabs[1]:
        timeline(here, workspace().ring_timeline(ring.ring))
    with tabs[2]:
        table(here, f"ring:{ring.ring}", picture)
    with tabs[3]:
        _shared(here, ring)
    with tabs[4]:
        _fragile(here, ring)
    with tabs[5]:
        way_to_structure(here, ring.ring)
        what_if(here, ring)
    with tabs[6]:
        welfare(here, ring)
    with tabs[7]:
        _history(here, ring)


def _top(here: Locale, ring: Ring) -> None:
    change = f" :blue-badge[{md(word(here, 'change', ring.change))}]" if ring.change != "same" else ""
    st.markdown(f"## {md(text(here, 'ring.name', ring=isolate(ring.ring)))} {status_badge(here, ring.status)}{change}")
    line(headline(here, ring))
    figures(
        (
            (
                text(here, "figure.score", percentile=isolate(decimal(here.lang, ring.percentile, 0))),
                isolate(decimal(here.lang, ring.score, 2)),
            ),
            (text(here, "figure.members"), integer(here.lang, len(ring.members))),
            (text(here, "figure.reports"), integer(here.lang, ring.reports)),
            (text(here, "figure.victims"), integer(here.lang, ring.victims)),
            (text(here, "figure.silent"), integer(here.lang, ring.silent_victims)),
            *(
                (
                    text(here, "figure.money", n=counted(here, "transfer", row.transfers)),
                    money(here.lang, row.total, row.currency),
                )
                for row in ring.money
            ),
        )
    )


def _total(reason: Reason) -> int | None:
    """How many records a reason stands on, when it says so and cites fewer."""
    n = reason.params.get("n") or reason.params.get("reports") or reason.params.get("transfers")
    return int(n) if isinstance(n, int) and n > len(reason.records) else None


def _reasons(here: Locale, reasons: Sequence[Reason], key: str) -> None:
    for at, reason in enumerate(reasons):
        said = sentence(here, reason)
        with st.container(gap=None):
            line(said)
            records_button(here, reason.records, key=f"{key}-{at}", total=_total(reason), title=said)


def _why(here: Locale, ring: Ring) -> None:
    st.markdown(f"#### {md(text(here, 'ring.why'))}")
    grounds = [reason for reason in ring.reasons if not reason.code.startswith((_NEEDS, _ASSOCIATE))]
    with st.container(height=380 if len(grounds) > 5 else "content", border=len(grounds) > 5, gap="small"):
        _reasons(here, grounds, f"why-{ring.ring}")
    cited = {record for reason in ring.reasons for record in reason.records}
    for hit in sorted(ring.typologies, key=lambda row: -row.strength):
        if hit.records and not cited.issuperset(hit.records):
            line(f"{hit.id} · {word(here, 'typology', hit.id)}", muted=True)
            records_button(here, hit.records, key=f"hit-{hit.id}", title=word(here, "typology", hit.id))


def _against(here: Locale, ring: Ring) -> None:
    needs = [reason for reason in ring.reasons if reason.code.startswith(_NEEDS)]
    if needs:
        st.markdown(f"#### {md(text(here, 'ring.needs'))}")
        _reasons(here, needs, f"needs-{ring.ring}")
    st.markdown(f"#### {md(text(here, 'ring.against'))}")
    if ring.counter_indicators:
        _reasons(here, ring.counter_indicators, f"against-{ring.ring}")
    else:
        line(text(here, "ring.against.none"), muted=True)


def _money(here: Locale, ring: Ring) -> None:
    if not ring.money:
        return
    st.markdown(f"#### {md(text(here, 'ring.money'))}")
    facts([(money(here.lang, row.total, row.currency), counted(here, "transfer", row.transfers)) for row in ring.money])


def _members(here: Locale, ring: Ring) -> None:
    line(text(here, "ring.members.note"), muted=True)
    for at, member in enumerate(ring.by_role()):
        with st.container(border=True):
            who, role, ground, way = st.columns([3, 2, 6, 2], vertical_alignment="center")
            belonging = text(here, "ring.member.score", score=isolate(decimal(here.lang, member.score, 2)))
            who.markdown(f"**{md(shown(here, member.uid))}**  \n{md(kind(here, member.label))}")
            role.markdown(f"{md(word(here, 'role', member.role))}  \n:gray[{md(belonging)}]")
            with ground, st.container(gap=None):
                for reason in member.basis:
                    line(sentence(here, reason))
                if member.first_seen:
                    line(
                        text(here, "ring.member.first", day=period(here.lang, here.zone, member.first_seen, None)),
                        muted=True,
                    )
            with way:
                cited = list(dict.fromkeys(record for reason in member.basis for record in reason.records))
                records_button(here, cited, key=f"basis-{at}", title=shown(here, member.uid))
    if ring.associates:
        st.markdown(f"#### {md(text(here, 'ring.associates'))}")
        line(text(here, "ring.associates.note"), muted=True)
        told = [reason for reason in ring.reasons if reason.code.startswith(_ASSOCIATE)]
        _reasons(here, told, f"associates-{ring.ring}")
        for uid in sorted(set(ring.associates) - {str(reason.params.get("associate")) for reason in told}):
            line(shown(here, uid))


def _shared(here: Locale, ring: Ring) -> None:
    line(text(here, "shared.note"), muted=True)
    if not ring.bridges:
        line(text(here, "shared.none"))
        return
    facts([(shown(here, bridge.uid), cut_reason(here, bridge.reason)) for bridge in ring.bridges])


def _fragile(here: Locale, ring: Ring) -> None:
    found = ring.fragility
    if not found.critical_links and not found.minimal_evidence:
        line(text(here, "fragile.none"))
        return
    without: list[Any] = [*found.score_without, *([None] * len(found.critical_links))]
    for (a, b), score in zip(found.critical_links, without, strict=False):
        said = text(here, "fragile.link", a=shown(here, a), b=shown(here, b))
        if score is not None:
            said += " " + text(
                here,
                "fragile.score",
                score=isolate(decimal(here.lang, ring.score, 2)),
                without=isolate(decimal(here.lang, score, 2)),
            )
        line(said)
    if found.minimal_evidence:
        line(text(here, "fragile.minimal", n=counted(here, "record", len(found.minimal_evidence))))
        records_button(here, found.minimal_evidence, key="minimal", title=text(here, "fragile.minimal.title"))


def _history(here: Locale, ring: Ring) -> None:
    if not ring.history and not ring.succession:
        line(text(here, "history.none"))
    for reason in ring.history:
        at = reason.params.get("at")
        when = moment(here.lang, here.zone, str(at)) if at else "–"
        known = f"history.{reason.code}"
        values = {name: str(reason.params.get(name) or "–") for name in ("by", "reason")}
        line(f"{when} · {text(here, known, **values) if known in DESK[here.lang] else sentence(here, reason)}")
    if ring.succession:
        st.markdown(f"#### {md(text(here, 'ring.succession'))}")
        _reasons(here, ring.succession, "succession")
    st.caption(md(text(here, "history.run", run=isolate(ring.run))))
