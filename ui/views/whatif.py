"""What would be left of a ring without some members: chosen ones, or those whose absence fragments it most."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analysis.findings import Ring
from ui.i18n import Locale, integer, isolate, money, text
from ui.i18n.figures import share
from ui.present.identifiers import shown
from ui.session import version, workspace
from ui.views.page import errors_explained, facts, line

MOST = 5
"""Most hands that are looked for."""


@st.cache_data(show_spinner=False, max_entries=50)
def _found(of: str, ring: str, members: tuple[str, ...], best: int) -> tuple[dict[str, Any], dict[str, Any]]:
    left = workspace().what_if(ring, remove=members) if members else workspace().what_if(ring, best=best)
    return left, workspace().structure(ring=ring)["key_players"]


def what_if(here: Locale, ring: Ring) -> None:
    """The question and, once asked, its answer with what it does not claim."""
    line(text(here, "whatif.note"), muted=True)
    chosen = st.multiselect(
        text(here, "whatif.members"),
        [member.uid for member in ring.members],
        format_func=lambda uid: shown(here, uid),
        key=f"whatif-members-{ring.ring}",
        placeholder=text(here, "whatif.choose"),
    )
    best = st.number_input(text(here, "whatif.best"), 1, MOST, 1, key=f"whatif-best-{ring.ring}", disabled=bool(chosen))
    asked = f"whatif-asked-{ring.ring}"
    if st.button(text(here, "whatif.ask"), key=f"whatif-ask-{ring.ring}"):
        st.session_state[asked] = (tuple(sorted(chosen)), int(best))
    if asked not in st.session_state:
        return
    members, number = st.session_state[asked]
    with errors_explained(here):
        found, players = _found(version(), ring.ring, members, number)
        _answer(here, found)
        for key in ("disrupt", "reach"):
            named = ", ".join(isolate(shown(here, uid)) for uid in players[key])
            line(text(here, f"whatif.{key}", who=named))


def _answer(here: Locale, found: dict[str, Any]) -> None:
    if not found["removed"]:
        line(text(here, "whatif.nobody"))
        return
    hands = "; ".join(", ".join(isolate(shown(here, uid)) for uid in hand) for hand in found["removed"])
    line(text(here, "whatif.without", who=hands))
    states = (found["before"], found["after"])
    rows = [
        [text(here, f"whatif.{key}"), *(integer(here.lang, state[key]) for state in states)]
        for key in ("hands", "parts", "largest", "reports")
    ]
    rows.append([text(here, "whatif.connected"), *(share(here.lang, state["connected"]) for state in states)])
    rows.append([text(here, "whatif.money"), *(_sums(here, state) for state in states)])
    facts(rows, head=("", text(here, "whatif.now"), text(here, "whatif.then")))
    low, high, chance = (
        isolate(share(here.lang, found[f"connected_{key}"])) for key in ("low", "high", "random")
    )  # fmt: skip
    line(text(here, "whatif.band", low=low, high=high, chance=chance))


def _sums(here: Locale, state: dict[str, Any]) -> str:
    return "\n".join(money(here.lang, row["total"], row["currency"]) for row in state["money"])
