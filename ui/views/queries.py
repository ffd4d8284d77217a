"""Queries: the library, each with a line of plain words, a form for its parameters, the result as a table."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.i18n import Locale, decimal, integer, text
from ui.session import go, version, workspace
from ui.views.page import foreign, line, nothing, on_records


@st.cache_data(show_spinner=False, max_entries=4)
def _library(of: str) -> list[dict[str, Any]]:
    return workspace().queries()


def page() -> None:
    on_records("queries.title", _queries)


def _queries(here: Locale) -> None:
    library = {str(row["name"]): row for row in _library(version())}
    if not library:
        nothing(here, "empty.queries")
        return
    names = list(library)
    asked = st.query_params.get("query", names[0])
    name = st.selectbox(
        text(here, "queries.choose"),
        names,
        index=names.index(asked) if asked in library else 0,
        format_func=lambda key: _title(here, library[key]),
        key="query-name",
    )
    go(query=name)
    _query(here, library[name])


def _title(here: Locale, row: dict[str, Any]) -> str:
    title = row.get("title")
    return (
        str(title.get(here.lang) or title.get("en") or row["name"])
        if isinstance(title, dict)
        else str(title or row["name"])
    )


def _said(here: Locale, value: Any) -> str:
    said = str(value.get(here.lang) or value.get("en") or "") if isinstance(value, dict) else str(value or "")
    return foreign(said) if said else ""


def _query(here: Locale, row: dict[str, Any]) -> None:
    name = str(row["name"])
    line(_said(here, row.get("purpose")))
    if _said(here, row.get("caution")):
        line(text(here, "queries.caution", caution=_said(here, row.get("caution"))), muted=True)
    values: dict[str, Any] = {}
    with st.form(f"query-{name}"):
        for param in row.get("params", []):
            values[str(param["name"])] = _field(name, param)
        if st.form_submit_button(text(here, "queries.run"), type="primary"):
            with st.spinner(text(here, "queries.running")):
                st.session_state["query-answer"] = (name, workspace().query(name, values))
    kept = st.session_state.get("query-answer")
    if not kept or kept[0] != name:
        return
    answer = kept[1]
    rows = answer.get("rows", [])
    said = text(
        here,
        "queries.rows",
        n=integer(here.lang, len(rows)),
        seconds=decimal(here.lang, float(answer.get("seconds") or 0), 2),
    )
    st.caption(
        said
        + (
            " " + text(here, "queries.cut", limit=integer(here.lang, int(answer.get("limit") or len(rows))))
            if answer.get("truncated")
            else ""
        )
    )
    columns = [str(column) for column in answer.get("columns", [])]
    st.dataframe(
        {column: [_cell(row[at]) for row in rows] for at, column in enumerate(columns)},
        hide_index=True,
        key="query-table",
    )


def _field(query: str, param: dict[str, Any]) -> Any:
    name, default, key = str(param["name"]), param.get("default"), f"param-{query}-{param['name']}"
    match str(param.get("type", "string")).lower():
        case "int" | "integer":
            return int(st.number_input(name, value=int(default or 0), step=1, key=key))
        case "float" | "number":
            return float(st.number_input(name, value=float(default or 0), key=key))
        case "bool" | "boolean":
            return st.checkbox(name, value=bool(default), key=key)
        case _:
            return st.text_input(name, value="" if default is None else str(default), key=key)


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else str(value)
