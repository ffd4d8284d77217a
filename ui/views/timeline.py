"""Timeline of a ring: a lane each for reports, calls, demands, payments; and money by month and currency."""

from __future__ import annotations

import json
from typing import Any, Final

import altair as alt
import streamlit as st

from ui.i18n import Locale, integer, text
from ui.i18n.figures import GROUP, MONTHS
from ui.present.chronicle import FAMILY, rows
from ui.present.palette import FAMILIES
from ui.views.page import line
from ui.views.records import records_button

MOST_ROWS: Final = 4000
"""Marks a chart draws at most; the rest is said, not dropped silently."""


def timeline(here: Locale, events: list[dict[str, Any]]) -> None:
    """Charts of the events, in the reader's language, and the way to their records."""
    found = rows(here, events)
    if not found:
        line(text(here, "time.none"))
        return
    if len(found) > MOST_ROWS:
        shown, total = integer(here.lang, MOST_ROWS), integer(here.lang, len(found))
        st.caption(text(here, "time.cut", shown=shown, total=total))
        found = found[-MOST_ROWS:]
    st.altair_chart(_lanes(here, found), width="stretch", key="time-lanes")
    paid = [row for row in found if row["value"]]
    if paid:
        line(text(here, "time.money"), muted=True)
        for currency in sorted({row["currency"] for row in paid}):
            chart = _money(here, [row for row in paid if row["currency"] == currency], currency)
            st.altair_chart(chart, width="stretch", key=f"time-money-{currency}")
    if here.rtl:
        line(text(here, "time.direction"), muted=True)
    records = list(dict.fromkeys(row["record"] for row in found if row["record"]))
    records_button(here, records, key="time", title=text(here, "ring.tab.time"))


def _colour(family: str) -> str:
    look = FAMILIES[family]
    return look.dark if getattr(st.context.theme, "type", "light") == "dark" else look.light


def _lanes(here: Locale, found: list[dict[str, str]]) -> alt.Chart:
    lanes = {row["kind"]: row["code"] for row in sorted(found, key=lambda row: (row["order"], row["kind"]))}
    colours = [_colour(FAMILY.get(code, "records")) for code in lanes.values()]
    told = [
        alt.Tooltip(f"{name}:N", title=text(here, f"time.{name}"))
        for name in ("when", "kind", "who", "amount", "original")
    ]
    chart: alt.Chart = (
        alt.Chart(_inline(found))
        .mark_tick(thickness=2.5, size=22)
        .encode(
            x=alt.X("at:T", title=None, axis=_dates(here, days=True)),
            y=alt.Y("kind:N", title=None, sort=list(lanes)),
            color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(lanes), range=colours)),
            tooltip=told,
        )
        .properties(height=46 * len(lanes) + 40)
    )
    return chart


def _money(here: Locale, paid: list[dict[str, str]], currency: str) -> alt.Chart:
    figures = f"replace(format(datum.value, ','), /,/g, '{GROUP[here.lang]}')"
    chart: alt.Chart = (
        alt.Chart(_inline(paid))
        .transform_calculate(paid="toNumber(datum.value)")
        .mark_bar(color=_colour("money"), size=26)
        .encode(
            x=alt.X("yearmonth(at):T", title=None, axis=_dates(here, days=False)),
            y=alt.Y("sum(paid):Q", title=currency, axis=alt.Axis(labelExpr=figures, tickCount=3)),
        )
        .properties(height=130)
    )
    return chart


def _dates(here: Locale, *, days: bool) -> alt.Axis:
    """Axis with the month names of the reader's language; time runs from left to right in all of them."""
    month = f"{json.dumps(MONTHS[here.lang], ensure_ascii=False)}[month(datum.value)]"
    said = (
        f"date(datum.value) + ' ' + {month} + ' ' + year(datum.value)" if days else f"{month} + ' ' + year(datum.value)"
    )
    if here.rtl:
        said = f"'\u2067' + {said} + '\u2069'"
    return alt.Axis(labelExpr=said, tickCount=8 if days else "month", labelOverlap=True)


def _inline(values: list[dict[str, str]]) -> alt.InlineData:
    # Rows go into the chart as they are: no frame, and no type guessed from them.
    return alt.InlineData(values=values)
