"""Sentences: a reason code with its parameters -> words in three languages.

Templates stand in ``ui/i18n/<language>/reasons.py``. What follows the colon of a placeholder says how it is shown:
``id`` ``ids`` ``money`` ``share`` ``score`` ``date`` ``ring`` ``rings`` ``role`` ``status`` ``source`` ``sources``
``ask``, ``/one/more`` (the form a verb takes), or the name of a counted noun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Final

from pydantic import JsonValue

from analysis.findings import Reason, Ring
from ui.i18n import Locale, counted, day, decimal, integer, isolate, listed, money, period, share, text, word
from ui.i18n.catalogue import NOUNS, REASONS, plural_form
from ui.present.identifiers import shown

UNKNOWN: Final = "?"
_FORMATS: Final = frozenset(
    ("", "id", "ids", "money", "share", "score", "date", "ring", "rings", "role", "status", "source", "sources", "ask")
)


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, list | dict):
        return len(value)
    try:
        return float(value)
    except ValueError:
        return None


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None or value == "" else [str(value)]


def _figure(locale: Locale, value: JsonValue) -> str:
    number = _number(value)
    if number is None:
        # Words of a person or a source: they keep their own direction.
        return f"\u2068{value}\u2069" if value not in (None, "") else UNKNOWN
    return integer(locale.lang, int(number)) if float(number).is_integer() else decimal(locale.lang, number, 1)


def _counted(locale: Locale, noun: str, value: JsonValue) -> str:
    number = _number(value)
    if number is None:
        return f"{_figure(locale, value)} {counted(locale, noun, 2).split(' ', 1)[-1]}"
    if not float(number).is_integer():
        # A mean or a duration: the plural noun after a decimal figure.
        return counted(locale, noun, 100).replace(integer(locale.lang, 100), decimal(locale.lang, number, 1))
    return counted(locale, noun, int(number))


def _shown(locale: Locale, spec: str, value: JsonValue, params: Mapping[str, JsonValue]) -> str:
    number = _number(value)
    match spec:
        case "":
            return _figure(locale, value)
        case "id" | "ids":
            uids = _texts(value)
            more = len(uids) - 6
            tail = f" (+{integer(locale.lang, more)})" if more > 0 else ""
            return (listed(locale.lang, [shown(locale, uid) for uid in uids[:6]]) or UNKNOWN) + tail
        case "money":
            return money(locale.lang, str(value), str(params.get("currency", "")))
        case "share":
            return UNKNOWN if number is None else share(locale.lang, number)
        case "score":
            return UNKNOWN if number is None else isolate(decimal(locale.lang, number, 2))
        case "date":
            return day(locale.lang, locale.zone, str(value)) if value else UNKNOWN
        case "ring" | "rings":
            if number is not None and not isinstance(value, list):
                return counted(locale, "ring", int(number))
            return listed(locale.lang, [isolate(name) for name in _texts(value)]) or UNKNOWN
        case "role" | "status" | "source" | "ask":
            return listed(locale.lang, [word(locale, spec, name) for name in _texts(value)]) or UNKNOWN
        case "sources":
            return listed(locale.lang, [word(locale, "source", name) for name in _texts(value)]) or UNKNOWN
        case _ if spec.startswith("/"):
            forms = spec[1:].split("/")
            return forms[plural_form(locale.lang, int(number or 0))]
        case _:
            return _counted(locale, spec, value)


def placeholders(template: str) -> set[tuple[str, str]]:
    """Names and formats of a template's placeholders, verb forms left out (they differ by language)."""
    return {
        (name, spec or "")
        for _, name, spec, _ in Formatter().parse(template)
        if name and not (spec or "").startswith("/")
    }


def is_format(spec: str) -> bool:
    """Whether a placeholder format is one that ``sentence`` knows."""
    return spec in _FORMATS or spec in NOUNS["en"]


def fill(locale: Locale, template: str, params: Mapping[str, JsonValue]) -> str:
    """A template with its parameters; one that is missing shows as a question mark rather than break the page."""
    parts: list[str] = []
    for before, name, spec, _ in Formatter().parse(template):
        parts.append(before)
        if name:
            parts.append(_shown(locale, spec or "", params.get(name), params))
    return "".join(parts)


def sentence(locale: Locale, reason: Reason) -> str:
    """The sentence of a reason; a code newer than the catalogue is shown as it is, with its parameters."""
    template = REASONS[locale.lang].get(reason.code)
    if template is None:
        return isolate(f"{reason.code} {dict(reason.params)}")
    return fill(locale, template, reason.params)


def headline(locale: Locale, ring: Ring) -> str:
    """A ring in one sentence: who names it, who paid, how much, when."""
    members = counted(locale, "member", len(ring.members))
    if ring.reports:
        parts = [text(locale, "headline.named", members=members, reports=counted(locale, "report", ring.reports))]
    else:
        parts = [text(locale, "headline.unnamed", members=members)]
    if ring.money:
        totals = (" + ").join(money(locale.lang, row.total, row.currency) for row in ring.money)
        transfers = counted(locale, "transfer", sum(row.transfers for row in ring.money))
        parts.append(text(locale, "headline.money", money=totals, transfers=transfers))
    if ring.victims:
        parts.append(text(locale, "headline.victims", n=integer(locale.lang, ring.victims)))
    if ring.first_seen or ring.last_seen:
        parts.append(
            text(locale, "headline.period", period=period(locale.lang, locale.zone, ring.first_seen, ring.last_seen))
        )
    return " ".join(parts)


def by_strength(reasons: Sequence[Reason]) -> list[Reason]:
    """Reasons as a page lists them: those on most records first, the given order among equals."""
    return sorted(reasons, key=lambda row: -len(row.records))
