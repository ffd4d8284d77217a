"""A place inside a mapping file, and the checks that name it when they fail."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from graph.errors import MappingError


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which mapping file we are."""

    file: str
    path: str

    def at(self, word: str) -> Place:
        """The place of a word inside this one."""
        return Place(self.file, f"{self.path}.{word}" if self.path else word)

    def error(self, what: str, fix: str) -> MappingError:
        """An error that names the file, this place and the fix."""
        return MappingError(f"{self.file}: {self.path or 'the mapping'}: {what}", fix)

    def table(self, node: object, words: Sequence[str], needed: Collection[str] = ()) -> dict[str, object]:
        """A table whose words are all known; raises MappingError otherwise."""
        if not isinstance(node, dict):
            raise self.error("not a table of words", f"It takes {', '.join(words)}.")
        found: dict[str, object] = {}
        for word, inner in node.items():
            if word not in words:
                near = difflib.get_close_matches(str(word), words, n=1)
                fix = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(words)}."
                raise self.at(str(word)).error("no such word", fix)
            found[word] = inner
        for word in needed:
            if found.get(word) is None:
                raise self.error(f"{word} is missing", f"Add {word}.")
        return found

    def text(self, node: object) -> str:
        """A text (or a number, as it is written)."""
        if isinstance(node, bool) or not isinstance(node, str | int | float):
            raise self.error("not a text", "Write a text; quote words such as no, yes, on.")
        return str(node)

    def texts(self, node: object) -> list[str]:
        """A list of texts."""
        if not isinstance(node, list):
            raise self.error("not a list", "Write [a, b, ...].")
        return [self.text(n) for n in node]

    def flag(self, node: object) -> bool:
        """true or false."""
        if not isinstance(node, bool):
            raise self.error("neither true nor false", "Write true or false.")
        return node

    def one_of(self, node: object, allowed: Sequence[str]) -> str:
        """A text of a closed list."""
        found = self.text(node)
        if found not in allowed:
            near = difflib.get_close_matches(found, allowed, n=1)
            fix = f"Did you mean {near[0]}?" if near else f"One of {', '.join(allowed)}."
            raise self.error(f"unknown {found!r}", fix)
        return found
