"""The canvas with its memory: operations live in the address (``?op=``), so that undo, reload and a link all work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

import streamlit as st

from graph.errors import HalqaError
from ui.canvas import canvas
from ui.i18n import Locale, integer, text, word
from ui.i18n.catalogue import DESK
from ui.present.board import Neighbourhood, Op, Picture, compose, read_ops, write_ops
from ui.present.identifiers import kind, label_of, plain, shown
from ui.present.picture import edge_ends, payload
from ui.session import go, tell, version, workspace
from ui.views.page import explain, line, told
from ui.views.records import open_records

STEP: Final = 150
CUTS: Final = 8
"""Cut nodes named under the table; the number of the others is said."""
MOST: Final = 900
"""Nodes at most on one picture; beyond it nothing can be read from it."""


@st.cache_data(show_spinner=False, max_entries=200)
def _around(of: str, uid: str, limit: int) -> Neighbourhood:
    return workspace().neighbourhood(uid, hops=1, limit=limit)


@st.cache_data(show_spinner=False, max_entries=100)
def _between(of: str, a: str, b: str) -> dict[str, Any]:
    return workspace().path(a, b)


def _limit() -> int:
    asked = st.query_params.get("n", str(STEP))
    return min(MOST, max(STEP, int(asked))) if asked.isdigit() else STEP


def board(
    here: Locale,
    name: str,
    first: Callable[[int], Neighbourhood],
    *,
    shared: Collection[str] = (),
    critical: Collection[frozenset[str]] = (),
    height: int = 560,
) -> tuple[Picture, list[str]]:
    """Draw the picture called ``name`` and return it with what is selected (uids of nodes).

    ``first`` gives the neighbourhood to start from, of at most the given number of nodes.
    """
    of, limit, ops = version(), _limit(), read_ops(st.query_params.get_all("op"))

    def path(a: str, b: str) -> dict[str, Any]:
        try:
            return _between(of, a, b)
        except HalqaError:
            return {"found": False, "paths": []}

    def expand(uid: str) -> Neighbourhood:
        try:
            return _around(of, uid, STEP)
        except HalqaError:
            return {"nodes": [], "links": []}

    picture = compose(first(limit), ops, expand, path)
    key = f"canvas-{name}"
    chosen = st.session_state.pop(f"choose-{name}", None)
    data = payload(
        here, picture, store=name, height=height, shared=shared, critical=critical, select=chosen,
        more=limit < MOST and picture.total > picture.shown,
    )  # fmt: skip

    def act(event: dict[str, Any]) -> None:
        _act(here, name, event, ops, limit)

    selection = canvas(data, key=key, on_act=act)
    asked = st.session_state.pop(f"ask-{name}", None)
    if asked:
        _records_of_link(here, picture, asked)
    known = {node["uid"] for node in picture.nodes}
    return picture, [item for item in selection if item in known]


def _act(here: Locale, name: str, event: dict[str, Any], ops: list[Op], limit: int) -> None:
    uids = tuple(str(uid) for uid in event.get("ids", []))
    match event.get("name"):
        case "expand":
            go(op=write_ops([*ops, Op("expand", uids)]))
        case "hide":
            go(op=write_ops([*ops, Op("hide", uids)]))
        case "path" if len(uids) == 2:
            _ask_path(here, uids[0], uids[1], ops)
        case "choose_two":
            tell("info", text(here, "canvas.choose_two"))
        case "undo":
            go(op=write_ops(ops[:-1]) or None)
        case "more":
            go(n=str(min(MOST, limit + STEP)))
        case "records" if uids:
            st.session_state[f"ask-{name}"] = uids[0]


def _ask_path(here: Locale, a: str, b: str, ops: list[Op]) -> None:
    try:
        answer = _between(version(), a, b)
    except HalqaError as error:
        tell("error", told(here, error))
        return
    if not answer.get("found"):
        tell("info", text(here, "path.none", a=shown(here, a), b=shown(here, b)))
        return
    tell(
        "success",
        text(
            here,
            "path.found",
            hops=integer(here.lang, int(answer.get("hops") or 0)),
            paths=integer(here.lang, len(answer["paths"])),
        ),
    )
    go(op=write_ops([*ops, Op("path", (a, b))]))


def _records_of_link(here: Locale, picture: Picture, edge: str) -> None:
    ends = edge_ends(edge)
    parts = [link for link in picture.links if ends and {link["src"], link["dst"]} == set(ends)]
    records = list(dict.fromkeys(str(record) for link in parts for record in link.get("records") or []))
    title = " · ".join(
        f"{shown(here, str(link['src']))} {word(here, 'rel', str(link['rel']))} {shown(here, str(link['dst']))}"
        for link in parts[:4]
    )
    if records:
        open_records(here, records, title=title, total=sum(int(link.get("n") or 0) for link in parts))
    else:
        # Messages stand above the canvas, and this run is past them.
        tell("info", text(here, "records.none"))
        st.rerun()


def table(here: Locale, name: str, picture: Picture) -> None:
    """The same nodes as rows; choosing a row chooses the node on the picture."""
    links: dict[str, int] = {}
    for link in picture.links:
        for uid in (link["src"], link["dst"]):
            links[uid] = links.get(uid, 0) + 1
    rows = sorted(picture.nodes, key=lambda node: (not node.get("member"), -links.get(node["uid"], 0), node["uid"]))
    columns = {
        text(here, "table.identifier"): [str(node.get("name") or plain(node["uid"])) for node in rows],
        text(here, "table.kind"): [kind(here, str(node.get("label") or label_of(node["uid"]))) for node in rows],
        text(here, "table.member"): [bool(node.get("member")) for node in rows],
        text(here, "table.links"): [links.get(node["uid"], 0) for node in rows],
    }

    def choose() -> None:
        event = st.session_state[f"table-{name}"]
        st.session_state[f"choose-{name}"] = [rows[row]["uid"] for row in event["selection"]["rows"] if row < len(rows)]

    st.dataframe(
        columns, key=f"table-{name}", on_select=choose, selection_mode="multi-row", hide_index=True, height=320
    )
    for entry in picture.cut[:CUTS]:
        _cut(here, entry)
    if len(picture.cut) > CUTS:
        line(text(here, "cut.more", n=integer(here.lang, len(picture.cut) - CUTS)), muted=True)


def _cut(here: Locale, entry: dict[str, Any]) -> None:
    uid, reason = shown(here, str(entry["uid"])), cut_reason(here, str(entry.get("reason", "")))
    n = int(entry.get("n") or 0)
    line(
        text(here, "cut.line", uid=uid, n=integer(here.lang, n), reason=reason) if n else f"{uid} · {reason}",
        muted=True,
    )


def cut_reason(here: Locale, code: str) -> str:
    """Why something joins nobody, in a few words; a code nobody translated shows itself."""
    key = f"cut.{code}"
    return text(here, key) if key in DESK[here.lang] else code


def selected(here: Locale, name: str, uids: list[str]) -> None:
    """Facts of what is selected, each with its record."""
    if not uids:
        st.caption(text(here, "selection.none"))
        return
    for uid in uids[:3]:
        _entity(here, name, uid)
    if len(uids) > 3:
        st.caption(text(here, "selection.more", n=integer(here.lang, len(uids) - 3)))


def _entity(here: Locale, name: str, uid: str) -> None:
    from ui.views.entity import entity_card

    try:
        found = workspace().who(uid)
    except HalqaError as error:
        explain(here, error)
        return
    entity_card(here, found, key=f"{name}-{uid}")
