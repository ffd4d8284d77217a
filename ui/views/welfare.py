"""Who paid a ring and never told anybody: a number for all, names for those who offer help, with a reason, logged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from analysis.findings import Ring
from graph.errors import HalqaError
from ui.i18n import Locale, counted, day, integer, isolate, money, text
from ui.present.identifiers import shown
from ui.session import signature, signed, tell, workspace
from ui.views.page import facts, line, told

MINUTES: Final = 10
"""How long an opened list stays on the screen."""

REACHED: Final = ("phone:", "wallet:", "email:", "acct:")
"""Prefixes of what a person can be written to or called on."""


def welfare(here: Locale, ring: Ring) -> None:
    """The number, and the form that opens the list; the list itself for some minutes."""
    if not ring.silent_victims:
        line(text(here, "welfare.none"), muted=True)
        return
    line(text(here, "welfare.note", people=counted(here, "payer", ring.silent_victims)), muted=True)
    key = f"welfare-{ring.ring}"
    found, since = st.session_state.get(key, (None, 0.0))
    if found is not None and time.monotonic() - since < MINUTES * 60:
        if st.button(text(here, "welfare.hide"), key=f"{key}-hide"):
            st.session_state.pop(key)
            st.rerun()
        _list(here, found)
    else:
        st.session_state.pop(key, None)
        _form(here, ring.ring, key)


def _form(here: Locale, ring: str, key: str) -> None:
    with st.form(f"{key}-form"):
        reason = st.text_area(text(here, "welfare.reason"), key=f"{key}-reason", height=70)
        approved = st.text_input(text(here, "welfare.approved"), key=f"{key}-approved")
        by = st.text_input(text(here, "welfare.by"), key=f"{key}-by", value=signature())
        if not st.form_submit_button(text(here, "welfare.send"), type="primary"):
            return
    reason, by = (reason or "").strip(), (by or "").strip()
    if not reason or not by:
        st.warning(text(here, "welfare.incomplete"))
        return
    signed(by)
    try:
        found = workspace().welfare(ring, reason=reason, by=by, approved_by=(approved or "").strip() or None)
    except HalqaError as error:
        tell("error", told(here, error))
    else:
        st.session_state[key] = (found, time.monotonic())
    st.rerun()


def _list(here: Locale, found: Mapping[str, Any]) -> None:
    line(text(here, "welfare.advice"))
    if not found["people"]:
        line(text(here, "welfare.nobody"), muted=True)
        return
    rows = [
        [
            "\n".join(person["names"]) or text(here, "welfare.unnamed"),
            "\n".join(isolate(shown(here, uid)) for uid in _ways(person["uids"])),
            "\n".join(_paid(here, payment) for payment in person["payments"]),
        ]
        for person in found["people"]
    ]
    facts(rows, head=[text(here, f"welfare.head.{column}") for column in ("who", "reached", "paid")])
    line(
        text(
            here, "welfare.logged",
            by=isolate(found["by"]), reason=isolate(found["reason"]), minutes=integer(here.lang, MINUTES),
        ),
        muted=True,
    )  # fmt: skip


def _ways(uids: Sequence[str]) -> list[str]:
    """What somebody can be reached by; what a counter calls them where there is nothing else."""
    return [uid for uid in uids if uid.startswith(REACHED)] or list(uids)


def _paid(here: Locale, payment: Mapping[str, Any]) -> str:
    when = day(here.lang, here.zone, payment["at"])
    return f"{money(here.lang, payment['amount'], payment['currency'])} · {when}" if payment["amount"] else when
