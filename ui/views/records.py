"""The way from any number to the records it came from: a button, and a window with the records one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import Locale, counted, integer, isolate, moment, text, word
from ui.present.identifiers import kind, label_of, shown
from ui.present.known import property_name
from ui.present.markup import md
from ui.session import workspace
from ui.views.page import explain, facts, foreign, line

PAGE: Final = 10


def records_button(
    locale: Locale, records: Sequence[str], *, key: str, total: int | None = None, title: str = ""
) -> None:
    """A button that says how many records there are and opens them.

    ``total`` is how many there are when only some are cited (a reason cites a limited number).
    """
    if not records:
        return
    if st.button(
        counted(locale, "record", total or len(records)),
        key=f"records-{key}",
        icon=":material/description:",
        type="tertiary",
    ):
        open_records(locale, records, title=title, total=total)


def open_records(locale: Locale, records: Sequence[str], *, title: str = "", total: int | None = None) -> None:
    """Open the window on these records."""

    @st.dialog(text(locale, "records.title"), width="large")
    def window() -> None:
        if title:
            line(title)
        if total and total > len(records):
            st.caption(
                text(
                    locale, "records.cited", cited=integer(locale.lang, len(records)), total=integer(locale.lang, total)
                )
            )
        pages = -(-len(records) // PAGE)
        page = 1
        if pages > 1:
            page = st.number_input(
                text(locale, "records.page", pages=integer(locale.lang, pages)), 1, pages, 1, key="records-page"
            )
        for record in records[(page - 1) * PAGE : page * PAGE]:
            _record(locale, record)

    window()


def _record(locale: Locale, record: str) -> None:
    with st.container(border=True):
        try:
            found = workspace().record(record)
        except HalqaError as error:
            explain(locale, error)
            return
        source = word(locale, "source", str(found.get("source_type") or ""))
        st.markdown(f"**{md(isolate(record))}**")
        when = moment(locale.lang, locale.zone, str(found["received_at"])) if found.get("received_at") else "–"
        place = found.get("file") or "–"
        where = f"{place}:{found['line']}" if found.get("line") is not None else str(place)
        st.caption(
            md(
                text(
                    locale,
                    "records.origin",
                    source=f"{found.get('source', '–')} ({source})",
                    received=when,
                    where=isolate(where),
                )
            )
        )
        rows = [
            (
                shown(locale, str(fact.get("subject") or record)),
                property_name(locale, str(fact.get("property", ""))),
                _value(fact.get("value")),
            )
            for fact in found.get("facts", [])
        ]
        if rows:
            facts(
                rows, (text(locale, "records.subject"), text(locale, "records.property"), text(locale, "records.value"))
            )
        links = [_ends(link) for link in found.get("links", [])]
        if links:
            facts([(_named(locale, a), word(locale, "rel", rel), _named(locale, b)) for a, rel, b in links])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else foreign(str(value))


def _named(locale: Locale, uid: str) -> str:
    return (
        f"{kind(locale, label_of(uid))} {shown(locale, uid)}" if not uid.startswith("victim:") else shown(locale, uid)
    )


def _ends(link: Any) -> tuple[str, str, str]:
    if isinstance(link, dict):
        return str(link.get("src") or link.get("from")), str(link.get("rel")), str(link.get("dst") or link.get("to"))
    a, rel, b = link[:3]
    return str(a), str(rel), str(b)
