"""What intake says in English about a proposed mapping or an operator's columns, in the reader's language. Pure.

Intake speaks English, for its logs and its YAML. Here its sentences are known by their form and said anew from the
catalogue; one that is newer than this table is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ui.i18n import Locale, decimal, isolate, listed, share, text, word

_QUOTED: Final = "(?P<said>'.*'|\".*\")"
_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("no value in the sample", "mapping.why.no_value"),
    (f"its name says {_QUOTED}, its values do not", "mapping.why.named_not_so"),
    (f"its name says {_QUOTED}", "mapping.why.named"),
    (r"(?P<share>\d+)% of its values look like (?P<kind>\w+)", "mapping.why.look"),
    (r"its values look like (?P<kind>\w+)", "mapping.why.look_all"),
    (r"(?P<share>\d+)% of its values fit", "mapping.why.fit"),
    ("neither name nor values tell", "mapping.why.untold"),
    ("its values are names of accounts", "mapping.why.account_names"),
    ("its values are times of day", "mapping.why.clock"),
    ("its values are dates with a time", "mapping.why.stamps"),
    ("day and month could be the other way round", "mapping.why.day_month"),
    ("not told whose; beside a victim's columns it is kept with the victim", "mapping.why.beside_victim"),
    ("in a list of complaints the sender is the victim", "mapping.why.sender_victim"),
    ("no currency is told: name one to make it money", "mapping.why.no_currency"),
    ("one person a spelling: namesakes in this table would be one", "mapping.why.namesakes"),
    ("left out: no time to see it at", "mapping.why.no_time"),
    ("left out: no platform is told", "mapping.why.no_platform"),
)
_USES: Final[tuple[tuple[str, str], ...]] = (
    ("record key", "mapping.used.key"),
    ("time of the row", "mapping.used.time"),
    ("property of (?P<name>.+)", "mapping.used.property"),
    ("currency of the amount", "mapping.used.currency"),
    ("restricts the row to minors", "mapping.used.minors"),
    (r"victim \(vault\)", "mapping.used.victim"),
    ("name of (?P<name>.+)", "mapping.used.name"),
    ("port of the address", "mapping.used.port"),
    ("platform of the account", "mapping.used.platform"),
    ("duration of the call", "mapping.used.duration"),
    (r"(?P<label>[A-Z]\w+) (?P<name>\S+)", "mapping.used.entity"),
)


def _compiled(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), key) for pattern, key in rows)


_REASON_FORMS: Final = _compiled(_REASONS)
_USE_FORMS: Final = _compiled(_USES)

_VALUES: Final[Mapping[str, Callable[[Locale, str], str]]] = {
    "said": lambda here, found: f"\u2068{found[1:-1]}\u2069",
    "share": lambda here, found: share(here.lang, int(found) / 100),
    "kind": lambda here, found: word(here, "column", found),
    "name": lambda here, found: isolate(found),
    "label": lambda here, found: word(here, "label", found),
}


def _told(here: Locale, forms: tuple[tuple[re.Pattern[str], str], ...], english: str) -> str | None:
    for form, key in forms:
        found = form.fullmatch(english)
        if found is not None:
            values = {name: _VALUES[name](here, value) for name, value in found.groupdict().items()}
            return text(here, key, **values)
    return None


def reason(here: Locale, english: str, column: str = "") -> str:
    """Why ``column`` was taken for what it was; the English sentence itself when its form is not known."""
    named = re.search(_QUOTED, english)
    if named is not None:
        english = english.replace(named[0], f"'{_as_written(named[0][1:-1], column)}'")
    return _told(here, _REASON_FORMS, english) or isolate(english)


def _as_written(folded: str, column: str) -> str:
    """The words of a column's name that a phrase was found in: the phrase has lost plurals and articles."""
    written = re.findall(r"[^\W_]+", column)
    return " ".join(next((w for w in written if part in w.casefold()), part) for part in folded.split())


def use(here: Locale, english: str | None) -> str:
    """What a mapping makes of a column."""
    if not english:
        return text(here, "mapping.left_out")
    return _told(here, _USE_FORMS, english) or isolate(english)


def columns(here: Locale, proposal: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Rows of a proposal: column, what it was taken for, confidence, what becomes of it, why."""
    return [
        (
            f"\u2068{row['column']}\u2069",
            word(here, "column", str(row["kind"])),
            share(here.lang, float(row["confidence"])),
            use(here, row.get("used")),
            "\n".join(reason(here, str(said), str(row["column"])) for said in row.get("reasons", [])),
        )
        for row in proposal["columns"]
    ]


@dataclass(frozen=True, slots=True)
class Profile:
    """A note on an operator's columns, taken apart: whether days come first, and which column was read as which."""

    format: str
    confidence: float
    pairs: tuple[tuple[str, str], ...]
    day_first: bool
    zone: str


_NOTE: Final = re.compile(
    r"columns of another layout read as (?P<format>\w+) \(confidence (?P<confidence>[0-9.]+)\): (?P<pairs>.*); "
    r"dates (?P<order>day before month|month before day), local times in (?P<zone>\S+)",
    re.DOTALL,
)
_PAIR: Final = re.compile(r"(?P<theirs>.+?) as (?P<ours>[a-z_0-9]+)(?:, |$)", re.DOTALL)


def profile(note: str) -> Profile | None:
    """The note of an intake on columns of another layout; None when it is something else."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return None
    pairs = tuple((pair["theirs"], pair["ours"]) for pair in _PAIR.finditer(found["pairs"]))
    day_first = found["order"] == "day before month"
    return Profile(found["format"], float(found["confidence"]), pairs, day_first, found["zone"])


def profile_said(here: Locale, file: str, found: Profile) -> list[str]:
    """A profile in sentences."""
    return [
        text(
            here,
            "arrival.profile",
            file=isolate(file),
            format=word(here, "format", found.format),
            confidence=isolate(decimal(here.lang, found.confidence, 2)),
        ),
        text(here, f"arrival.profile.{'day' if found.day_first else 'month'}", zone=isolate(found.zone)),
    ]


def left_out(here: Locale, names: list[str]) -> str:
    """Names of columns that a mapping leaves out, in one line."""
    return listed(here.lang, [f"\u2068{name}\u2069" for name in names])
