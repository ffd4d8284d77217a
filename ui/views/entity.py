"""One entity: what is known of it, from which records, in which rings, and whom people treat as one with it."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, day, isolate, listed, period, text, word
from ui.present.identifiers import kind, label_of, shown
from ui.present.known import computed, reasons, statements, validity
from ui.present.likeness import names
from ui.present.markup import md
from ui.session import address
from ui.views.page import facts, foreign, line
from ui.views.records import open_records, records_button

FACTS: Final = 12


def entity_card(here: Locale, found: dict[str, Any], *, key: str) -> None:
    """A card with facts and links of an answer of ``who``; its records one click away."""
    uid = str(found["uid"])
    with st.container(border=True):
        label = str(found.get("label") or label_of(uid))
        rings = " ".join(f":red-badge[{md(isolate(str(ring)))}]" for ring in found.get("rings", []))
        st.markdown(f"**{md(shown(here, uid))}** · {md(kind(here, label))} {rings}")
        written = names(found)
        if written:
            line(listed(here.lang, [foreign(name) for name in written[:3]]))
        raw = [str(form) for form in found.get("raw_forms", [])]
        if raw:
            forms = listed(here.lang, [isolate(form) for form in raw[:5]])
            st.caption(md(text(here, "entity.written", forms=forms)))
        _checks(here, found, key)
        _same(here, found, key)
        rows = statements(here, found)
        if rows:
            facts(rows[:FACTS])
        links = found.get("links", [])
        if links:
            facts([_link(here, row) for row in links[:FACTS]])
        _computed(here, found)
        records = list(dict.fromkeys(_records(found.get("facts", []), links)))
        if records and st.button(
            text(here, "entity.records", n=len(records)),
            key=f"entity-records-{key}",
            icon=":material/description:",
            type="tertiary",
        ):
            open_records(here, records, title=shown(here, uid))


def _checks(here: Locale, found: dict[str, Any], key: str) -> None:
    """What the check of the identifier says, and every remark on it with its records."""
    said = validity(here, found)
    if said is not None:
        st.markdown(f":orange-badge[▲ {md(text(here, 'entity.validity', validity=said))}]")
    with st.container(gap=None):
        for code, why, records in reasons(here, found):
            line(f"• {why}")
            records_button(here, records, key=f"why-{key}-{code}", title=why)


def _computed(here: Locale, found: dict[str, Any]) -> None:
    told = computed(here, found)
    about = found.get("computed") or {}
    periods = [day(here.lang, here.zone, str(at)) for at in about.get("periods", []) if at]
    if periods:
        line(text(here, "entity.periods", days=listed(here.lang, periods)))
    if told:
        with st.expander(text(here, "entity.computed", normaliser=isolate(str(about.get("normaliser", "–"))))):
            facts(told)


def _same(here: Locale, found: dict[str, Any], key: str) -> None:
    """Others whom people decided to treat as one with this entity, each with the way to see or undo it."""
    others = [row for row in found.get("same_as", []) if row["uid"] != found["uid"]]
    if not others:
        return
    line(text(here, "entity.same"))
    pairs: dict[tuple[str, str], str] = {}
    for row in found["same_as"]:
        for made in row.get("decisions", []):
            a, b = sorted((str(row["uid"]), str(made["with"])))
            other = b if a == found["uid"] else a
            pairs[a, b] = text(
                here, "entity.same.by", uid=shown(here, other), by=foreign(made["by"]), reason=foreign(made["reason"])
            )
    for (a, b), said in sorted(pairs.items()):
        line(said)
        if st.button(
            text(here, "entity.same.undo"), key=f"same-{key}-{a}-{b}", icon=":material/undo:", type="tertiary"
        ):
            st.switch_page(st.session_state["pages"]["same"], query_params=address(here, a=a, b=b))


def _link(here: Locale, row: dict[str, Any]) -> tuple[str, str]:
    when = period(here.lang, here.zone, row.get("from"), row.get("to"))
    return word(here, "rel", str(row.get("rel"))), f"{shown(here, str(row.get('uid')))}\n{when}"


def _records(rows: list[dict[str, Any]], links: list[dict[str, Any]]) -> list[str]:
    found = [str(row["record"]) for row in rows if row.get("record")]
    for link in links:
        kept = link.get("records") or []
        found += [str(record) for record in kept] if isinstance(kept, list) else []
    return found
