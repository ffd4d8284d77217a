"""Ways in which files break. Each takes a random generator and bytes and gives other bytes; none knows a format."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

Damage = Callable[[random.Random, bytes], bytes]

_ODD_TEXT: Final = (
    "\0", "\ufeff", "\u200e", "\u202e", "\x1a", "\x85", "\u2028", "é", "٠٦٨٣", "\U0001f600", "=1+1", "@SUM(A1)", "-",
    "+",
    '"', '""', '"\n"', "'", "\\", ",,,", ";;;", "\t", "|", "%s", "{}", "[]", "null", "NaN", "Infinity", "1e308", "-1",
    "99999999999999999999", "0", "0000-00-00", "2026-02-30T10:00:00Z", "2026-01-01T00:00:00",
    "9999-12-31T23:59:59+23:59",
    "\ud83d", "&amp;", "&#0;", "&lol;", "<x>", "</x>", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>",
)  # fmt: skip
_BOMB: Final = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>'
)
_EXTERNAL: Final = (
    b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"><!ENTITY e SYSTEM "file:///etc/hostname">%p;]>'
)


def _at(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _odd(rng: random.Random) -> bytes:
    return rng.choice(_ODD_TEXT).encode("utf-8", "surrogatepass")


def cut(rng: random.Random, data: bytes) -> bytes:
    """The end is missing."""
    return data[: _at(rng, data)]


def cut_front(rng: random.Random, data: bytes) -> bytes:
    """The beginning is missing."""
    return data[_at(rng, data) :]


def flip(rng: random.Random, data: bytes) -> bytes:
    """A few bytes are other bytes."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 8)):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def drop(rng: random.Random, data: bytes) -> bytes:
    """A piece is missing."""
    start = _at(rng, data)
    return data[:start] + data[start + rng.randrange(1, 200) :]


def double(rng: random.Random, data: bytes) -> bytes:
    """A piece stands twice."""
    start = _at(rng, data)
    piece = data[start : start + rng.randrange(1, 400)]
    return data[:start] + piece + data[start:]


def insert(rng: random.Random, data: bytes) -> bytes:
    """Odd text somewhere."""
    start = _at(rng, data)
    return data[:start] + _odd(rng) * rng.choice((1, 1, 1, 3, 50)) + data[start:]


def grow(rng: random.Random, data: bytes) -> bytes:
    """One value is huge."""
    start = _at(rng, data)
    return (
        data[:start]
        + rng.choice((b"x", b"9", b" ", b"(", b"a,", _odd(rng))) * rng.choice((70_000, 1_200_000))
        + data[start:]
    )


def recode(rng: random.Random, data: bytes) -> bytes:
    """Saved in another encoding."""
    text = data.decode("utf-8", "replace")
    name = rng.choice(("cp1256", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "latin-1"))
    return text.encode(name, "replace")


def line_ends(rng: random.Random, data: bytes) -> bytes:
    """Mixed line ends."""
    ends = (b"\n", b"\r\n", b"\r", b"\n\n", b"\r\r\n")
    return b"".join(line + rng.choice(ends) for line in data.split(b"\n"))


def lines_shuffled(rng: random.Random, data: bytes) -> bytes:
    """Lines in another order, some twice."""
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines + lines[: rng.randrange(3)])


def header_doubled(rng: random.Random, data: bytes) -> bytes:
    """A header name stands twice, or one is gone."""
    first, _, rest = data.partition(b"\n")
    for delimiter in (b",", b";", b"\t"):
        names = first.split(delimiter)
        if len(names) > 2:
            at, other = rng.randrange(len(names)), rng.randrange(len(names))
            names[at] = rng.choice((names[other], b"", _odd(rng)))
            return delimiter.join(names) + b"\n" + rest
    return data


def cells(rng: random.Random, data: bytes) -> bytes:
    """Cells or values replaced by odd ones."""
    for mark in rng.sample((b",", b'":"', b">", b":", b"<", b" "), 6):
        parts = data.split(mark)
        if len(parts) > 3:
            for _ in range(rng.randrange(1, 4)):
                parts[rng.randrange(len(parts))] = _odd(rng)
            return mark.join(parts)
    return data


def json_types(rng: random.Random, data: bytes) -> bytes:
    """Values of another type, and depth."""
    parts = data.split(b":")
    if len(parts) < 3:
        return data
    at = rng.randrange(1, len(parts))
    head, comma, tail = parts[at].partition(b",")
    odd = rng.choice(
        (b"null", b"[]", b"{}", b"0", b"true", b"[[1]]", b'{"a":{"b":[]}}', b"[" * 5_000, b'"\\ud800"', b"1e999")
    )
    parts[at] = odd + (comma + tail if comma else b"}" if head.rstrip().endswith(b"}") else b"")
    return b":".join(parts)


def xml_prolog(rng: random.Random, data: bytes) -> bytes:
    """Declarations before or inside the document: entities, wrong encodings, instructions."""
    odd = rng.choice((
        _BOMB, _EXTERNAL, b'<?xml version="1.0" encoding="utf-16"?>', b'<?xml version="1.1" encoding="x-none"?>',
        b"<?php system('x') ?>", b"<!-- " + b"-" * 10 + b" -->",
    ))  # fmt: skip
    start = rng.choice((0, data.find(b"?>") + 2, _at(rng, data)))
    out = data[:start] + odd + data[start:]
    return out.replace(b"</", b"&e;</", 1) if rng.random() < 0.5 else out


def xml_depth(rng: random.Random, data: bytes) -> bytes:
    """Nested without end."""
    depth = rng.choice((300, 20_000))
    start = data.find(b">", _at(rng, data)) + 1
    return data[:start] + b"<a>" * depth + (b"</a>" * depth if rng.random() < 0.7 else b"") + data[start:]


def repack(rng: random.Random, data: bytes) -> bytes:
    """A workbook whose parts are damaged, missing or unpack to a lot."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return flip(rng, data)
    name = rng.choice(sorted(parts))
    what = rng.randrange(4)
    if what == 0:
        del parts[name]
    elif what == 1:
        parts[name] = rng.choice(TEXT)(rng, parts[name])
    elif what == 2:
        parts[name] += b"\0" * 30_000_000
    else:
        parts["xl/../../evil.xml"] = b"x"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for part, content in parts.items():
            new.writestr(part, content)
    return out.getvalue()


COMMON: Final[tuple[Damage, ...]] = (cut, cut, cut_front, flip, flip, drop, double, insert, insert)
TEXT: Final[tuple[Damage, ...]] = (*COMMON, recode, line_ends, lines_shuffled, cells, cells, grow)
TABLE: Final[tuple[Damage, ...]] = (*TEXT, header_doubled, cells)
JSON: Final[tuple[Damage, ...]] = (*TEXT, json_types, json_types)
XML: Final[tuple[Damage, ...]] = (*TEXT, xml_prolog, xml_depth)
PACKED: Final[tuple[Damage, ...]] = (*COMMON, repack, repack, repack)


def ways_for(data: bytes) -> tuple[Damage, ...]:
    """The damage a file of this look is open to."""
    if data.startswith((b"PK\x03\x04", b"PAR1")):
        return PACKED
    start = data.lstrip()[:1]
    return XML if start == b"<" else JSON if start in (b"{", b"[") else TABLE


def damaged(seed: str, data: bytes) -> bytes:
    """``data`` broken in one to three ways; the same seed breaks it the same way."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(ways_for(data))(rng, data)
    return data
