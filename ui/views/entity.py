"""One entity: what is known of it, from which records, in which rings."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, isolate, listed, period, text, word
from ui.present.identifiers import kind, label_of, shown
from ui.present.markup import md
from ui.views.page import facts, foreign
from ui.views.records import open_records

FACTS: Final = 12


def entity_card(here: Locale, found: dict[str, Any], *, key: str) -> None:
    """A card with facts and links of an answer of ``who``; its records one click away."""
    uid = str(found["uid"])
    with st.container(border=True):
        label = str(found.get("label") or label_of(uid))
        rings = " ".join(f":red-badge[{md(isolate(str(ring)))}]" for ring in found.get("rings", []))
        st.markdown(f"**{md(shown(here, uid))}** · {md(kind(here, label))} {rings}")
        raw = [str(form) for form in found.get("raw_forms", [])]
        if raw:
            forms = listed(here.lang, [isolate(form) for form in raw[:5]])
            st.caption(md(text(here, "entity.written", forms=forms)))
        if found.get("validity") not in (None, "", "valid", "possible", "pseudonym"):
            st.caption(md(text(here, "entity.validity", validity=str(found["validity"]))))
        rows = found.get("facts", [])
        if rows:
            facts(
                [(str(row.get("property")).replace("_", " "), foreign(str(row.get("value")))) for row in rows[:FACTS]]
            )
        links = found.get("links", [])
        if links:
            facts([_link(here, row) for row in links[:FACTS]])
        records = list(dict.fromkeys(_records(rows, links)))
        if records and st.button(
            text(here, "entity.records", n=len(records)),
            key=f"entity-records-{key}",
            icon=":material/description:",
            type="tertiary",
        ):
            open_records(here, records, title=shown(here, uid))


def _link(here: Locale, row: dict[str, Any]) -> tuple[str, str]:
    when = period(here.lang, here.zone, row.get("from"), row.get("to"))
    return word(here, "rel", str(row.get("rel"))), f"{shown(here, str(row.get('uid')))}\n{when}"


def _records(rows: list[dict[str, Any]], links: list[dict[str, Any]]) -> list[str]:
    found = [str(row["record"]) for row in rows if row.get("record")]
    for link in links:
        kept = link.get("records") or []
        found += [str(record) for record in kept] if isinstance(kept, list) else []
    return found
