"""A file that comes in: its first megabyte, looked at in several ways to tell what it is, and its bytes when read."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from graph.errors import InputError
from ingest.normalise.text import clean
from ingest.tables import Limits, decode

DELIMITERS: Final = (",", ";", "\t", "|")
_HEAD: Final = 1 << 20
_CHUNK: Final = 1 << 25
_FIRST: Final = 1 << 21
_LINE: Final = 1 << 16
_ROOT: Final = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_ASIDE: Final = re.compile(r"<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
"""One that never ends reaches to the end, so that the search does not begin again at each of a million of them."""


class Incoming:
    """One file to read. Raises InputError for what is no plain file, cannot be read or is larger than the limit."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path = path
        self.limits = limits or Limits()
        self._read: tuple[str, int] | None = None
        if path.exists() and not path.is_file():
            # A pipe or a device would never end.
            raise InputError(f"{path.name}: not a plain file", "Save what it delivers to a file first.")

    @cached_property
    def head(self) -> bytes:
        """The first megabyte."""
        try:
            with self.path.open("rb") as file:
                return file.read(_HEAD)
        except OSError as error:
            raise self._unreadable(error) from None

    @cached_property
    def data(self) -> bytes:
        """The whole file."""
        return b"".join(self.chunks(self.limits.file))

    def chunks(self, size: int = _CHUNK) -> Iterator[bytes]:
        """The whole file, a piece at a time. The digest of :attr:`sha256` is that of the very bytes given here."""
        digest, read = hashlib.sha256(), 0
        try:
            with self.path.open("rb") as file:
                whole = os.fstat(file.fileno()).st_size
                # Small pieces first: whoever works on the second step of a piece need not wait for a large one.
                while chunk := file.read(_up_to_line(file.fileno(), read, min(size, max(read, _FIRST), whole + 1))):
                    read += len(chunk)
                    if max(read, whole) > self.limits.file:
                        raise InputError(
                            f"{self.path.name}: larger than {self.limits.file} bytes", "Split it, or raise the limit."
                        )
                    digest.update(chunk)
                    yield chunk
        except OSError as error:
            raise self._unreadable(error) from None
        self._read = (digest.hexdigest(), read)

    @property
    def sha256(self) -> str:
        """Digest of the file as it was read."""
        return self._whole[0]

    @property
    def size(self) -> int:
        """Bytes of the file as it was read."""
        return self._whole[1]

    @property
    def _whole(self) -> tuple[str, int]:
        if self._read is None:
            for _ in self.chunks():
                pass
        assert self._read is not None
        return self._read

    def _unreadable(self, error: OSError) -> InputError:
        reason = error.strerror or "input error"
        return InputError(f"{self.path.name}: cannot be read ({reason})", "Check the path and its rights.")

    @cached_property
    def text(self) -> str:
        """The head as text (invalid bytes replaced)."""
        return decode(self.head)[0]

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that are not blank, 200 at most."""
        return [line for line in self.text.split("\n", 2_000)[:2_000] if line.strip()][:200]

    @property
    def packed(self) -> bool:
        """Whether it is a container (XLSX, Parquet) rather than text."""
        return self.head.startswith((b"PK\x03\x04", b"PAR1"))

    @cached_property
    def xml_root(self) -> str | None:
        """Local name of the root element of an XML document, None when it is none."""
        if not self.text.lstrip().startswith("<"):
            return None
        found = _ROOT.search(_ASIDE.sub("", self.text))
        return found.group(1) if found else ""

    def has_element(self, *names: str) -> bool:
        """Whether the head holds the start of an element with one of these local names."""
        return re.search(rf"<(?:[\w.-]+:)?(?:{'|'.join(map(re.escape, names))})[\s>/]", self.text) is not None

    @cached_property
    def speaks_json(self) -> bool:
        """Whether it starts like JSON or JSON lines."""
        return bool(self.lines) and self.lines[0].lstrip().startswith(("{", "["))

    @cached_property
    def first_object(self) -> dict[str, Any] | None:
        """The first line that is a JSON object, else the document when the head holds all of it; None without one."""
        for text in (*self.lines, self.text):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                return value
        return None

    @cached_property
    def delimiter(self) -> str:
        """What splits the first line of a table best."""
        first = self._header
        return max(DELIMITERS, key=lambda d: (len(first.split(d)), -DELIMITERS.index(d)))

    @cached_property
    def columns(self) -> list[str]:
        """Cells of the first line of a table, cleaned."""
        header = self._header
        cells = header.split(self.delimiter)
        # Of plain text only the blanks go; a damaged header may have a hundred thousand cells.
        plain = header.isascii() and header.isprintable()
        return [(cell.strip() if plain else clean(cell)).strip('"') for cell in cells]

    @property
    def _header(self) -> str:
        return self.lines[0] if self.lines and not self.packed else ""


def _up_to_line(descriptor: int, at: int, size: int) -> int:
    """About ``size`` bytes from ``at``, so many that they end where a line ends: such a piece is used as it is."""
    end = os.pread(descriptor, _LINE, at + size - 1).find(b"\n")
    return size + max(end, 0)
