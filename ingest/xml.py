"""XML to small trees, one record at a time: nothing is expanded, nothing is fetched, memory holds one record.

The parser is the expat of the standard library, driven by handlers of our own. A first pass reads the whole file
without building anything, so that a file which is cut off, not well-formed or hostile is refused before its first
record is handed out; a second pass builds the wanted elements and lets each go when the next one comes. Namespaces
are ignored: names are local names. Nothing recurses over a file's nesting.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from ingest.drafts import Job
from ingest.elements import Element
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.tables import Limits

DEEPEST: Final = 200
"""Levels of nesting above which a file is refused; the deepest of our formats has about twenty."""
AROUND: Final = 100
"""Elements that a part is shown of an element around it; headers of our formats have at most thirty."""
_CHUNK: Final = 1 << 20
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._\-]*)["']""")
_TEXTUAL: Final = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-[ru]|mac-[a-z]+|utf-16(-[lb]e)?|utf-32(-[lb]e)?")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A wanted element that is complete. ``within`` are the wanted elements around it, as far as read, inner first
    (the first :data:`AROUND` elements of each, so that a file of many parts costs no more for what is around them).

    Wanted elements inside it were handed out before and are no longer there. ``problem`` says why it may not be
    used; what was read of it until then is there.
    """

    element: Element
    within: tuple[Element, ...]
    problem: Refused | None


def parts(incoming: Incoming, wanted: Collection[str]) -> Iterator[Part]:
    """Every wanted element of a file when it ends, in the order in which they end.

    ``wanted`` holds local names, or ``parent/name``. Raises Refused, before the first part is handed out, for a file
    that is to be refused as a whole: ``oversize``, ``encoding``, ``xml_entity`` or ``malformed``.
    """
    limits = incoming.limits
    if _size(incoming) > limits.xml:
        raise Refused("oversize", f"an XML file larger than {limits.xml} bytes")
    data = _utf8(incoming.data)
    for _ in _fed(_checker(), data, limits):
        pass
    builder = _Builder(wanted, limits)
    for _ in _fed(builder.parser, data, limits):
        yield from builder.done
        builder.done.clear()


def each_part(incoming: Incoming, wanted: Collection[str], job: Job) -> Iterator[Part]:
    """The same for a job: a file that is refused as a whole becomes its one reject, at index 0."""
    try:
        yield from parts(incoming, wanted)
    except Refused as refused:
        job.reject(Problem(None, refused.code, refused.message, "0"))


def _size(incoming: Incoming) -> int:
    """Size of the file; one that cannot be looked at fails when it is read."""
    try:
        return incoming.path.stat().st_size
    except OSError:
        return 0


def _utf8(data: bytes) -> bytes:
    """The document as UTF-8 without a byte order mark; raises Refused ``encoding``."""
    name = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if name is not None:
        data = data[len(next(mark for mark, _ in _MARKS if data.startswith(mark))) :]
    elif data[:4] in (b"<\0?\0", b"\0<\0?"):
        name = "utf-16-le" if data[0] else "utf-16-be"
    else:
        declared = _DECLARED.match(data[:400])
        name = declared.group(1).decode("ascii") if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
        if not _TEXTUAL.fullmatch(known):
            raise LookupError(name)
        text = data.decode(known)
    except (LookupError, UnicodeError):
        raise Refused("encoding", "bytes that are not valid in the declared encoding") from None
    return data if known == "utf-8" else text.encode()


def _fed(parser: XMLParserType, data: bytes, limits: Limits) -> Iterator[None]:
    """Feed a document piece by piece; raises Refused ``malformed`` where it is not well-formed.

    A single tag, comment or processing instruction larger than a record is refused: expat would scan it again with
    every piece, and hold it.
    """
    try:
        for start in range(0, len(data) or 1, _CHUNK):
            piece = data[start : start + _CHUNK]
            parser.Parse(piece, start + _CHUNK >= len(data))
            if start + len(piece) - parser.CurrentByteIndex > max(limits.record, _CHUNK) + _CHUNK:
                raise Refused("oversize", f"a tag or comment larger than {limits.record} bytes")
            yield
    except ExpatError:
        raise Refused("malformed", "not well-formed XML") from None


def _parser() -> XMLParserType:
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    # The declaration comes before anything it declares: no entity is ever stored, expanded or fetched.
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise Refused("xml_entity", "a DOCTYPE or ENTITY declaration")


def _checker() -> XMLParserType:
    """A parser that builds nothing: it only knows how deep it is."""
    parser, depth = _parser(), 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused("oversize", f"elements nested deeper than {DEEPEST}")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    return parser


@dataclass(slots=True)
class _Open:
    """A wanted element being read: where it is in the file, the elements open in it, bytes of parts handed out."""

    element: Element
    start: int
    path: list[Element]
    apart: int = 0
    problem: Refused | None = None
    shown: Element | None = None

    def so_far(self) -> Element:
        """The element as it is now; the same object until more of it is read."""
        now = min(len(self.element.content), AROUND)
        if self.shown is None or len(self.shown.content) != now:
            self.shown = Element(self.element.name, self.element.attributes, self.element.content[:now])
        return self.shown


_PASSED: Final = Element("passed")
"""Stands for an element of a record that is too large to be kept."""


class _Builder:
    """Builds wanted elements; ``done`` holds those that ended since it was last emptied."""

    def __init__(self, wanted: Collection[str], limits: Limits) -> None:
        self.done: list[Part] = []
        self.parser = _parser()
        self._wanted, self._limits = frozenset(wanted), limits
        self._inner = frozenset(path.partition("/")[2] for path in wanted)
        self._names: list[str] = []
        self._open: list[_Open] = []
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._chars

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name) if ":" in name else name
        outer = self._names[-1] if self._names else ""
        self._names.append(local)
        if local in self._wanted or (local in self._inner and f"{outer}/{local}" in self._wanted):
            element = Element(local, _attributes(attributes))
            self._open.append(_Open(element, self.parser.CurrentByteIndex, [element]))
        elif self._open:
            current = self._open[-1]
            if self._room(current):
                element = Element(local, _attributes(attributes))
                current.path[-1].content.append(element)
                current.path.append(element)
            else:
                current.path.append(_PASSED)
        if attributes and self._open and any(len(v.encode()) > self._limits.text for v in attributes.values()):
            self._too_long(self._open[-1])

    def _chars(self, text: str) -> None:
        # Blanks between tags say nothing, and an element of many parts would fill with them.
        if self._open and not text.isspace() and self._room(self._open[-1]):
            self._open[-1].path[-1].content.append(text)

    def _end(self, name: str) -> None:
        self._names.pop()
        if not self._open:
            return
        current = self._open[-1]
        element = current.path.pop()
        if len(element.content) > 1 or (element.content and isinstance(element.content[0], str)):
            self._check_text(element, current)
        if current.path:
            return
        self._open.pop()
        # The parser stands before the end tag, or before the whole of an element that is one tag.
        size = self.parser.CurrentByteIndex - current.start + len(name.encode()) + len("</>")
        if size == len(name.encode()) + len("</>"):
            size += sum(len(f' {key}="{value}"'.encode()) for key, value in element.attributes.items())
        for outer in self._open:
            outer.apart += size - current.apart
        if current.problem is None and size - current.apart > self._limits.record:
            self._too_large(current)
        within = tuple(outer.so_far() for outer in reversed(self._open))
        self.done.append(Part(element, within, current.problem))

    def _check_text(self, element: Element, current: _Open) -> None:
        pieces = [inner for inner in element.content if isinstance(inner, str)]
        size = sum(map(len, pieces))
        if size * 4 > self._limits.text and sum(len(piece.encode()) for piece in pieces) > self._limits.text:
            self._too_long(current)

    def _room(self, current: _Open) -> bool:
        """Whether a record may still grow; what is beyond the limit is read past."""
        if current.problem is not None and current.problem.code == "oversize":
            return False
        if self.parser.CurrentByteIndex - current.start - current.apart > self._limits.record:
            self._too_large(current)
            return False
        return True

    def _too_large(self, current: _Open) -> None:
        current.problem = Refused("oversize", f"a record larger than {self._limits.record} bytes")

    def _too_long(self, current: _Open) -> None:
        current.problem = Refused("oversize", f"a text larger than {self._limits.text} bytes")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attributes(written: dict[str, str]) -> dict[str, str]:
    """Attributes by local name; one whose local name is taken keeps its prefix."""
    found: dict[str, str] = {}
    if not written:
        return found
    for name in sorted(written, key=lambda n: (":" in n, n)):
        if name != "xmlns" and not name.startswith("xmlns:"):
            local = _local(name)
            found[name if local in found else local] = written[name]
    return found
