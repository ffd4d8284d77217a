"""One column of an unknown table: what it holds, how sure that is and why, from its name and its values together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.mapping.headers import Header, header_of
from ingest.mapping.shapes import Shape, shape_of

IDENTIFIERS: Final = (
    "email", "bank", "crypto", "iccid", "ip", "handle", "url", "imei", "imsi", "phone", "doc", "device",
)  # fmt: skip
"""Kinds that become entities."""

# What the values alone are worth when they fit, in the order in which they are asked.
_ALONE: Final[dict[str, float]] = {
    "email": 0.9, "bank": 0.9, "crypto": 0.9, "iccid": 0.85, "ip": 0.85, "handle": 0.8, "url": 0.8, "imei": 0.75,
    "date": 0.75, "phone": 0.7, "doc": 0.6, "currency": 0.7, "time": 0.6, "name": 0.5,
}  # fmt: skip
_STRONG: Final = frozenset(("email", "bank", "crypto", "iccid", "ip", "handle", "url", "phone", "date", "imei"))
_TESTED: Final[dict[str, str]] = {
    **{kind: kind for kind in IDENTIFIERS if kind != "device"},
    "date": "date", "birth": "date", "until": "date", "time": "time", "amount": "amount", "currency": "currency",
    "minor": "answer", "name": "text", "duration": "amount",
}  # fmt: skip
_UNMISTAKABLE: Final = frozenset(("email", "bank", "crypto", "iccid", "ip"))
_WEAK: Final = frozenset(
    ("key", "type", "status", "role", "narrative", "operator", "address", "city", "country", "age", "event")
)
ENOUGH, NEARLY_ALL = 0.5, 0.85
UNSURE: Final = 0.3


@dataclass(slots=True)
class Column:
    """A column as judged: its ``kind`` (``text`` when nothing better), ``confidence`` 0 to 1, reasons in words."""

    name: str
    kind: str
    confidence: float
    header: Header
    shape: Shape
    reasons: list[str] = field(default_factory=list)
    used: str = ""  # what the proposal makes of it; empty: left out

    @property
    def party(self) -> str | None:
        """Whom it speaks of, None when its name does not say."""
        return self.header.party


def judge(name: str, values: Sequence[str | None], region: str | None) -> Column:
    """What a column holds. A name and values that disagree give the values' kind when they are plain, else text."""
    header, shape = header_of(name), shape_of(values, region)
    if not shape.count:
        return Column(name, header.kind or "text", UNSURE, header, shape, ["no value in the sample"])
    named = header.kind
    if named is not None and (said := _by_name(named, shape)) is not None:
        kind, confidence, why = said
        return Column(name, kind, confidence, header, shape, [f"its name says {header.said!r}", why])
    seen = _by_values(shape, asked=named, told=header.party is not None)
    if seen is not None:
        kind, confidence = seen
        reasons = [f"{shape.share(kind):.0%} of its values look like {kind}"]
        if named is not None and named not in _WEAK:
            confidence = min(confidence, 0.55)
            reasons.append(f"its name says {header.said!r}, its values do not")
        return Column(name, kind, confidence, header, shape, reasons)
    if named in _WEAK or named in ("transfer", "platform", "port", "device"):
        return Column(name, named, 0.8, header, shape, [f"its name says {header.said!r}"])
    why = f"its name says {header.said!r}, its values do not" if named else "neither name nor values tell"
    return Column(name, "text", UNSURE, header, shape, [why])


def _by_name(kind: str, shape: Shape) -> tuple[str, float, str] | None:
    """The kind a name says when the values bear it out."""
    test = _TESTED.get(kind)
    if test is None:
        return None
    share = _words_share(shape) if test == "text" else shape.share(test)
    if kind == "bank" and share < ENOUGH and shape.share("handle") >= 0.3 and shape.share("token") >= NEARLY_ALL:
        return "handle", 0.7, "its values are names of accounts"
    if kind == "url" and shape.share("handle") >= NEARLY_ALL:
        return "handle", 0.9, "its addresses are profiles"
    if kind == "imei":
        share = max(share, shape.share("digits14"))
    if kind == "duration":
        share = max(share, shape.share("time"))
    if kind == "handle" and not shape.share("handle"):
        share = shape.share("token")
    if kind in ("date", "birth", "until") and share < ENOUGH and shape.share("time") >= NEARLY_ALL:
        return "time", 0.8, "its values are times of day"
    if kind == "time" and share < ENOUGH and shape.share("date") >= NEARLY_ALL:
        return "date", 0.9, "its values are dates with a time"
    if kind == "doc" and share < ENOUGH:
        share = shape.share("token") * (1 - shape.share("phone")) * (0.9 if shape.share("digit") else 0.3)
    if share < ENOUGH:
        return None
    if kind in ("phone", "name") and (other := _plain(shape, than=kind)) is not None:
        return other, 0.6, f"its values look like {other}"
    confidence = round(0.6 + 0.38 * share, 2)
    if kind in ("date", "birth", "until") and len({f.replace("%m", "%d") for f in shape.formats}) < len(shape.formats):
        return kind, 0.7, "day and month could be the other way round"
    return kind, confidence, f"{share:.0%} of its values fit"


def _words_share(shape: Shape) -> float:
    """Names are words: no digits, nothing that is an identifier."""
    return max(0.0, 1 - shape.share("digit") - shape.share("email") - shape.share("url"))


def _plain(shape: Shape, than: str) -> str | None:
    return next((k for k in ("email", "bank", "crypto", "url") if k != than and shape.share(k) >= NEARLY_ALL), None)


def _by_values(shape: Shape, asked: str | None, *, told: bool) -> tuple[str, float] | None:
    """The first kind that the values show. What nothing else looks like needs fewer; so does a column of a party."""
    for kind, worth in _ALONE.items():
        needed = 0.6 if kind in _UNMISTAKABLE or (told and kind in _STRONG) else NEARLY_ALL
        if kind == "bank" and shape.share("account") >= NEARLY_ALL:
            needed = 0.3  # wrong keys are what such a column may hold
        if shape.share(kind) < needed or (asked in _WEAK and kind not in _STRONG):
            continue
        if asked == "key" and kind == "date":  # 20260312 in a column of numbers is a number
            continue
        return kind, round(worth * shape.share(kind), 2)
    return None
