"""Custody lines as a page shows them: each batch with its state, each act as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ui.i18n import Locale, counted, isolate, listed, text

Line = Mapping[str, Any]
"""One line of ``halqa evidence --history``."""

State = Literal["intact", "compacted", "withdrawn", "erased"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One intake and what became of it; ``withdrawal`` is the act in force that takes it back."""

    line: Line
    state: State
    withdrawal: Line | None

    @property
    def batch(self) -> str:
        return str(self.line["batch"])

    @property
    def records(self) -> int:
        return int(self.line.get("accepted") or 0)


def withdrawals(lines: Iterable[Line]) -> dict[str, Line]:
    """Id of every entry that is taken back now -> the act in force that does it.

    As in the chain: the newest act counts first, and an act that is itself taken back takes nothing back.
    """
    off: dict[str, Line] = {}
    # Sorted by number, not by time: two acts may bear the same second.
    acts = [line for line in lines if line["act"] == "withdrawal"]
    for act in sorted(acts, key=_number, reverse=True):
        if act["batch"] not in off:
            off.update({str(name): act for name in act["withdraws"]})
    return off


def _number(line: Line) -> int:
    return int(str(line["batch"]).split("-", 1)[0])


def batches(lines: Sequence[Line]) -> list[Kept]:
    """Every intake, newest first."""
    off = withdrawals(lines)
    erased = {str(name) for line in lines if line["act"] == "erasure" for name in line.get("touched", ())}
    intakes = sorted((line for line in lines if line["act"] == "intake"), key=_number, reverse=True)
    return [Kept(line, _state(line, off, erased), off.get(str(line["batch"]))) for line in intakes]


def _state(line: Line, off: Mapping[str, Line], erased: set[str]) -> State:
    if line["batch"] in off:
        return "withdrawn"
    if line["batch"] in erased:
        return "erased"
    return "compacted" if line.get("segment") else "intact"


def told(here: Locale, line: Line, acts: Mapping[str, str]) -> str:
    """One act as a sentence; ``acts`` says of every entry what kind it is."""
    reason = f"\u2068{line.get('reason') or '–'}\u2069"
    match line["act"]:
        case "intake":
            files = line.get("files", ())
            names = [isolate(str(file["name"])) for file in files]
            shown = listed(here.lang, names[:5]) + (" …" if len(names) > 5 else "")
            records = counted(here, "record", int(line.get("accepted") or 0))
            return text(
                here, "evidence.line.intake", files=counted(here, "file", len(files)), records=records, names=shown
            )
        case "withdrawal":
            targets = [str(name) for name in line["withdraws"]]
            undone = any(acts.get(name) == "withdrawal" for name in targets)
            key = "evidence.line.restored" if undone else "evidence.line.withdrawal"
            return text(here, key, batch=listed(here.lang, [isolate(name) for name in targets]), reason=reason)
        case "compaction":
            return text(here, "evidence.line.compaction", n=counted(here, "batch", int(line.get("merged") or 0)))
        case "erasure":
            files_changed = counted(here, "file", int(line.get("files_changed") or 0))
            return text(here, "evidence.line.erasure", files=files_changed, reason=reason)
        case other:
            return isolate(str(other))
