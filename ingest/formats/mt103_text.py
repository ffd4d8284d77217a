"""MT103 as text: blocks and tagged fields of every message in a file, with the line each begins on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.normalise.text import clean
from ingest.rejects import Refused
from ingest.tables import Limits, decode

_BETWEEN: Final = " \t\n\r\0\x01\x03$"
"""What files put between messages (RJE: ``$``; FIN: control characters)."""
_HEADER: Final = re.compile(r"\{1:([A-Z])([0-9]{2})([A-Z0-9]{8})([A-Z0-9]{4})?[A-Z0-9]*\}")
_APPLICATION: Final = re.compile(r"\{2:(?:I([0-9]{3})([A-Z0-9]{8})|O([0-9]{3})[0-9]{10}([A-Z0-9]{8}))[A-Z0-9]*\}")
_USER: Final = re.compile(r"\{([0-9]{3}):([^{}]{0,200})\}")
_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?):(.*)")
_ACKNOWLEDGED: Final = "{1:F21"
_END: Final = "\n-}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``fields`` holds the lines of every occurrence of a tag, ``user`` the fields of block 3.

    ``sender`` and ``receiver`` are BICs of eight characters.
    """

    kind: str
    sender: str
    receiver: str
    user: Mapping[str, str]
    fields: Mapping[str, tuple[tuple[str, ...], ...]]

    def lines(self, *tags: str) -> tuple[str, ...]:
        """Lines of the first of the tags that is there."""
        return next((found[0] for tag in tags if (found := self.fields.get(tag))), ())

    def text(self, *tags: str) -> str | None:
        """The same as one text."""
        return " ".join(self.lines(*tags)) or None


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a file, or the reason why it cannot be read; ``line`` is that of its first character."""

    line: int
    message: Message | None
    problem: Refused | None


def messages(data: bytes, limits: Limits) -> Iterator[Piece]:
    """Every message of a file in order; text that belongs to none is a piece of its own, refused."""
    text, bad = decode(data)
    starts = [found.start() for found in re.finditer(r"\{1:", text)]
    line, counted = 1, 0
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        line += text.count("\n", counted, start)
        counted = start
        chunk = text[start:end]
        if not chunk.strip(_BETWEEN) or chunk.startswith(_ACKNOWLEDGED):
            continue
        body, rest = _cut(chunk)
        try:
            if any(n in bad for n in range(line - 1, line + chunk.count("\n"))):
                raise Refused("encoding", "bytes that are not valid UTF-8")
            if len(body.encode()) > limits.record:
                raise Refused("oversize", f"a message larger than {limits.record} bytes")
            yield Piece(line, _read(body, limits), None)
        except Refused as refused:
            yield Piece(line, None, refused)
        if rest.strip(_BETWEEN):
            yield Piece(line + body.count("\n"), None, Refused("malformed", "text that belongs to no message"))


def _cut(chunk: str) -> tuple[str, str]:
    """A message with its trailers, and what follows it."""
    end = chunk.find(_END)
    if end < 0:
        return chunk, ""
    end += len(_END)
    while chunk.startswith(("{5:", "{S:"), end) and (closed := _closing(chunk, end)) > 0:
        end = closed
    return chunk[:end], chunk[end:]


def _closing(chunk: str, start: int) -> int:
    """Where the block that opens at ``start`` ends, 0 when it does not."""
    depth = 0
    for at in range(start, len(chunk)):
        depth += {"{": 1, "}": -1}.get(chunk[at], 0)
        if depth == 0:
            return at + 1
    return 0


def _read(body: str, limits: Limits) -> Message:
    header, application = _HEADER.match(body), _APPLICATION.search(body[:400])
    opened, closed = body.find("{4:"), body.find(_END)
    if header is None or application is None or opened < 0 or closed < opened:
        raise Refused("malformed", "a message of blocks 1, 2 and 4, the last ending in -}")
    if (application.group(1) or application.group(3)) != "103":
        raise Refused("enum", "block 2: message type 103")
    mine, other = header.group(3), application.group(2) or application.group(4)
    outgoing = application.group(1) is not None
    fields = _fields(body[opened + 3 : closed])
    for values in fields.values():
        if any(len("\n".join(value).encode()) > limits.text for value in values):
            raise Refused("oversize", f"a field larger than {limits.text} bytes")
    return Message(
        kind="103",
        sender=mine if outgoing else other,
        receiver=other if outgoing else mine,
        user={tag: clean(value) for tag, value in _USER.findall(body[:opened])},
        fields=fields,
    )


def _fields(text: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    for line in text.split("\n"):
        tagged = _TAG.match(line)
        if tagged is not None:
            current = [tagged.group(2)]
            found.setdefault(tagged.group(1), []).append(current)
        elif current is not None:
            current.append(line)
        elif line.strip():
            raise Refused("malformed", "block 4: a line before the first tag")
    return {
        tag: tuple(tuple(kept for line in value if (kept := clean(line))) for value in values)
        for tag, values in found.items()
    }
