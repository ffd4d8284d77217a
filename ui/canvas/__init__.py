"""The link canvas: Cytoscape.js as a Streamlit component (components v2).

Sources in ``frontend/``, built files in ``halqa/assets`` (``npm ci && node build.mjs``). Streamlit finds them through
``halqa/pyproject.toml`` of the *installed* package: an editable install is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.components import v2


def canvas(data: dict[str, Any], *, key: str, on_act: Callable[[dict[str, Any]], None]) -> list[str]:
    """Draw ``data`` (of ``ui.present.picture.payload``) and return the ids of what is selected.

    Args:
        data: nodes, links, words and colours.
        key: widget key; the same key keeps the live graph over reruns.
        on_act: called before the page reruns with ``{"name", "ids"}`` when the analyst expands, hides, asks for a
            path, for more, for the records of a link, or takes a step back.
    """

    def act() -> None:
        event = st.session_state[key].get("act")
        if event:
            on_act(dict(event))

    mount = _component()
    result = mount(
        key=key, data=data, default={"selection": []}, on_selection_change=_nothing, on_act_change=act, height="content"
    )
    return [str(item) for item in (result.get("selection") or [])]


def _nothing() -> None:
    """A state of a component has a value only when somebody listens to it."""


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    """Declared once a process and not at import: without a running page there is nothing to declare it to."""
    return v2.component("halqa.canvas", js="canvas-*.js", css="canvas-style-*.css", html='<div class="hq-host"></div>')
