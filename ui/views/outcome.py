"""What a dry run says: what would change, how each file was read, every refused row with its code explained."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

import streamlit as st

from ui.i18n import Locale, counted, integer, isolate, text, word
from ui.present.markup import md
from ui.present.proposal import profile, profile_said
from ui.views.page import facts, figures, line

COUNTS: Final = ("accepted", "rejected", "duplicates", "superseded", "filtered")


def outcome(here: Locale, answer: dict[str, Any]) -> None:
    """The answer of a dry run, from the whole to the single row."""
    figures([(text(here, f"intake.{name}"), integer(here.lang, int(answer.get(name) or 0))) for name in COUNTS])
    st.markdown(f"**{md(text(here, 'intake.change'))}**")
    for said in changes(here, answer):
        line(said)
    files = [file for file in answer.get("files", []) if isinstance(file, dict)]
    if files:
        _files(here, files, str(answer.get("format") or "–"))
    for file in files:
        _notes(here, file)
    for name, counted_as in (("rejects", "reject_codes"), ("warnings", "warning_codes")):
        rows = answer.get(name) or []
        if rows:
            # The rows told are the first ones; how many there are of each code is counted apart.
            codes = answer.get(counted_as) or Counter(str(row.get("code", "")) for row in rows)
            _rows(here, name, rows, {str(code): int(n) for code, n in codes.items()})


def changes(here: Locale, answer: dict[str, Any]) -> list[str]:
    """What writing it would change, as sentences."""
    n = {name: int(answer.get(name) or 0) for name in (*COUNTS, "entities", "links")}
    said: list[str] = []
    if n["accepted"]:
        said.append(
            text(
                here,
                "intake.change.accepted",
                n=counted(here, "record", n["accepted"]),
                entities=counted(here, "entity", n["entities"]),
                links=counted(here, "link", n["links"]),
            )
        )
    said += [
        text(here, f"intake.change.{name}", n=integer(here.lang, n[name]))
        for name in ("superseded", "duplicates", "filtered", "rejected")
        if n[name]
    ]
    if not n["accepted"]:
        said.insert(0, text(here, "intake.change.nothing"))
    return said


def _files(here: Locale, files: list[dict[str, Any]], usual: str) -> None:
    head = [
        text(here, "intake.file"),
        text(here, "intake.format"),
        *(text(here, f"intake.{name}") for name in COUNTS[:4]),
    ]
    facts(
        [
            (
                isolate(Path(str(file.get("path", ""))).name),
                word(here, "format", str(file.get("format") or usual)),
                *(integer(here.lang, int(file.get(name) or 0)) if name in file else "–" for name in COUNTS[:4]),
            )
            for file in files
        ],
        head,
    )


def _notes(here: Locale, file: dict[str, Any]) -> None:
    """Operators' columns that were read under another name: said, and shown pair by pair."""
    name = Path(str(file.get("path", ""))).name
    for note in file.get("notes", []):
        found = profile(str(note))
        if found is None:
            line(f"{isolate(name)}: {isolate(str(note))}")
            continue
        for said in profile_said(here, name, found):
            line(said)
        with st.expander(text(here, "arrival.by.profile")):
            facts(
                [(f"\u2068{theirs}\u2069", isolate(ours)) for theirs, ours in found.pairs],
                [text(here, "arrival.profile.theirs"), text(here, "arrival.profile.ours")],
            )


def meaning(here: Locale, name: str, code: str) -> str:
    """Words of a code; as a remark on a record that was accepted it may say something else than as a refusal."""
    kinds = ("warning", "reject") if name == "warnings" else ("reject",)
    return next((said for kind in kinds if (said := word(here, kind, code)) != code), code)


def _rows(here: Locale, name: str, rows: list[dict[str, Any]], codes: dict[str, int]) -> None:
    total = sum(codes.values())
    st.markdown(f"**{md(text(here, f'intake.{name}', n=counted(here, 'row', total)))}**")
    facts(
        [
            (meaning(here, name, code), isolate(code), integer(here.lang, n))
            for code, n in sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        [text(here, "intake.meaning"), text(here, "intake.code"), text(here, "intake.count")],
    )
    if total > len(rows):
        st.caption(text(here, "intake.first", shown=integer(here.lang, len(rows)), total=integer(here.lang, total)))
    st.dataframe(
        {
            text(here, "intake.file"): [Path(str(row.get("file", ""))).name for row in rows],
            text(here, "intake.line"): [
                str(row.get("line") if row.get("line") is not None else row.get("index", "")) for row in rows
            ],
            text(here, "intake.meaning"): [meaning(here, name, str(row.get("code", ""))) for row in rows],
            text(here, "intake.message"): [str(row.get("message", "")) for row in rows],
        },
        hide_index=True,
        key=f"intake-{name}",
        height=min(320, 40 + 35 * len(rows)),
    )
