"""An element of an XML document as a small tree: what stands where, what was asked for, and its canonical bytes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from ingest.normalise.text import clean


@dataclass(slots=True)
class Element:
    """One element: local name, attributes by local name, texts and elements inside in their order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[str | Element] = field(default_factory=list)
    asked: tuple[str, ...] = field(default=(), compare=False, repr=False)  # "" its text, else an attribute

    @property
    def children(self) -> list[Element]:
        """Elements directly inside."""
        return [inner for inner in self.content if isinstance(inner, Element)]

    @property
    def text(self) -> str:
        """Text directly inside, as written but for blanks around it."""
        return "".join(inner for inner in self.content if isinstance(inner, str)).strip()

    def each(self, path: str) -> list[Element]:
        """All elements at a path such as ``RltdPties/Dbtr`` (``*``: any name, empty: itself), in document order."""
        found: list[Element] = [self]
        for name in path.split("/") if path else ():
            wild = name == "*"
            found = [
                inner
                for outer in found
                for inner in outer.content
                if isinstance(inner, Element) and (wild or inner.name == name)
            ]
            if not found:
                break
        return found

    def first(self, *paths: str) -> Element | None:
        """The first element at the first of the paths that leads to one."""
        return next((inner for path in paths for inner in self.each(path)), None)

    def value(self, *paths: str) -> str | None:
        """Cleaned text of the first element, over the paths in turn, that has any."""
        for path in paths:
            for inner in self.each(path):
                inner.asked += ("",)
                if found := clean(inner.text):
                    return found
        return None

    def values(self, path: str) -> list[str]:
        """Cleaned texts of all elements at a path, empty ones left out."""
        for inner in self.each(path):
            inner.asked += ("",)
        return [found for inner in self.each(path) if (found := clean(inner.text))]

    def lines(self) -> list[str]:
        """Cleaned texts of everything inside, in the order of the document."""
        self.asked += ("",)
        own = [found] if (found := clean(self.text)) else []
        return own + [line for inner in self.children for line in inner.lines()]

    def attribute(self, name: str) -> str | None:
        """Cleaned value of an attribute, None when empty."""
        self.asked += (name,)
        return clean(self.attributes.get(name, "")) or None

    def without(self, names: Collection[str]) -> Element:
        """A copy that holds no element of these names, at any depth."""
        kept = [
            c if isinstance(c, str) else c.without(names)
            for c in self.content
            if isinstance(c, str) or c.name not in names
        ]
        return Element(self.name, dict(self.attributes), kept)

    def told(self) -> dict[str, str | list[str]]:
        """Every text and attribute inside, by its path."""
        return _told(self, everything=True)

    def unasked(self, *, apart: Collection[str] = ()) -> dict[str, str | list[str]]:
        """Texts and attributes that nobody read, by their path; elements named in ``apart`` are passed over."""
        return _told(self, everything=False, apart=apart)


def canonical(*elements: Element) -> bytes:
    """What elements say, as bytes: local names, sorted attributes, trimmed texts, no blanks between tags.

    Equal for equal content, however it was indented, prefixed or encoded. An element without content stays.
    """
    return json.dumps([_plain(e) for e in elements], ensure_ascii=False, separators=(",", ":")).encode()


def _plain(element: Element) -> list[object]:
    if len(element.content) == 1 and isinstance(element.content[0], str):
        text = element.content[0].strip()
        return [element.name, _said(element.attributes), [text] if text else []]
    content: list[object] = []
    run = ""
    for inner in (*element.content, None):
        if isinstance(inner, str):
            run += inner
            continue
        if run.strip():
            content.append(run.strip())
        run = ""
        if inner is not None:
            content.append(_plain(inner))
    return [element.name, _said(element.attributes), content]


def _said(attributes: dict[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in sorted(attributes.items()) if value.strip()} if attributes else {}


def _told(element: Element, *, everything: bool, apart: Collection[str] = ()) -> dict[str, str | list[str]]:
    """A path that occurs once has a text, one that occurs again a list; ``@name`` is an attribute."""
    found: dict[str, list[str]] = {}

    def walk(inner: Element, path: str) -> None:
        if everything or "" not in inner.asked:
            found.setdefault(path, []).append(clean(inner.text))
        for name, value in inner.attributes.items():
            if everything or name not in inner.asked:
                found.setdefault(f"{path}@{name}", []).append(clean(value))
        for child in inner.children:
            if child.name not in apart:
                walk(child, f"{path}/{child.name}" if path else child.name)

    walk(element, "")
    kept = {path: [v for v in values if v] for path, values in found.items()}
    return {path: values[0] if len(values) == 1 else values for path, values in sorted(kept.items()) if values}
