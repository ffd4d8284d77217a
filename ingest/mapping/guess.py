"""A mapping guessed for an unknown table: proposed with reasons and a confidence, never applied unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from graph.errors import InputError, MappingError
from ingest.documents import Value, read_json_lines
from ingest.incoming import Incoming
from ingest.mapping.headers import header_of
from ingest.mapping.judge import Column, judge
from ingest.mapping.parse import parse_mapping
from ingest.mapping.proposal import mapping_of
from ingest.mapping.shapes import is_nothing, region_of
from ingest.normalise.text import clean
from ingest.sheets import read_parquet, read_xlsx
from ingest.tables import LINE, Limits, read_csv

SAMPLE: Final = 1_000
"""Rows that are looked at."""
_SHEETS: Final = 10
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+(?:[ \u00a0\u202f.][0-9]{3})*,[0-9]{1,2}")
_THOUSANDS: Final = re.compile(r"[+-]?[0-9]{1,3}((?:[ \u00a0\u202f,.'])[0-9]{3})+(?:[.,][0-9]{1,2})?")


Values = dict[str, list[str | None]]
Sample = tuple[dict[str, Any], Values, int]


class _Plain(yaml.SafeDumper):
    """YAML without anchors: a key that stands twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@dataclass(slots=True)
class Proposal:
    """A mapping as proposed. ``confidence`` is the mean of its columns', those left out included."""

    file: str
    document: dict[str, Any]
    columns: list[Column]
    rows: int

    @property
    def confidence(self) -> float:
        """0 to 1."""
        return round(sum(c.confidence for c in self.columns) / len(self.columns), 2) if self.columns else 0.0

    @property
    def left_out(self) -> list[str]:
        """Columns the mapping does not name; they stay in ``extra``, or in the vault where the table has victims."""
        return [c.name for c in self.columns if not c.used]

    def yaml(self) -> str:
        """The mapping as YAML, its reasons as comments above it."""
        lines = [
            f"# Proposed for {self.file} from its column names and {self.rows} rows; confidence {self.confidence:.2f}.",
            "# Read it before you use it: halqa ingest FILE --mapping THIS.yaml --dry-run",
            "#",
        ]
        for column in self.columns:
            used = column.used or "left out"
            lines.append(f"# {column.confidence:.2f}  {_flat(column.name)}: {column.kind} -> {used}")
            lines.append(f"#       {'; '.join(map(_flat, column.reasons))}")
        body = yaml.dump(
            self.document, Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
        )
        return "\n".join(lines) + "\n" + body

    def as_json(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "file": self.file,
            "confidence": self.confidence,
            "rows": self.rows,
            "columns": [
                {
                    "column": c.name, "kind": c.kind, "confidence": c.confidence, "used": c.used or None,
                    "reasons": c.reasons,
                }
                for c in self.columns
            ],
            "left_out": self.left_out,
            "mapping": self.document,
            "yaml": self.yaml(),
        }  # fmt: skip


def _flat(text: str) -> str:
    """Text for a comment: one line of printable characters."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def propose(path: Path, limits: Limits | None = None) -> Proposal:
    """A mapping for a table (CSV, XLSX, JSON lines, Parquet), from names and the first rows.

    Raises InputError for a file that is no table.
    """
    incoming = Incoming(path, limits)
    if not incoming.head.strip():
        raise InputError(f"{path.name}: the file is empty", "Nothing to propose; check the export that wrote it.")
    layout, columns, rows = _sample(incoming)
    if not columns:
        raise InputError(
            f"{path.name}: no table with columns", "A mapping needs a CSV, XLSX, JSON lines or Parquet file."
        )
    written = [v for values in columns.values() for v in values if v]
    lines = [v for name, values in columns.items() if header_of(name).kind == "phone" for v in values if v]
    region = region_of([clean(v) for v in lines or written])
    judged = [judge(name, values, region or "MA") for name, values in columns.items()]
    layout |= _numbers(judged, columns)
    if nulls := sorted({v for value in written if (v := clean(value)) and is_nothing(v)}):
        layout["nulls"] = nulls
    document = mapping_of(judged, path.stem, layout, region or "MA")
    parse_mapping(document, path.name)
    return Proposal(path.name, document, judged, rows)


def _sample(incoming: Incoming) -> Sample:
    """How the file is laid out, the values of its columns in the first rows, how many those are."""
    if incoming.head.startswith(b"PAR1"):
        sheet = read_parquet(incoming.data, incoming.path.name, incoming.limits)
        return {"kind": "parquet"}, *_values(sheet.frame, sheet.columns)
    if incoming.packed:
        return _from_xlsx(incoming)
    encoding = _encoding(incoming.head)
    comment = next((mark for mark in ("#", "//") if incoming.text.lstrip("\ufeff \n").startswith(mark)), None)
    layout: dict[str, Any] = {"kind": "csv"}
    if encoding != "utf-8":
        layout["encoding"] = encoding
    if comment is not None:
        layout["comment"] = comment
    first = next((line for line in incoming.lines if comment is None or not line.startswith(comment)), "")
    if first.lstrip().startswith("{"):
        return layout | {"kind": "jsonl"}, *_from_json(incoming, encoding, comment)
    return _from_csv(incoming, layout, first)


def _from_xlsx(incoming: Incoming) -> Sample:
    """The worksheet with most cells."""
    best, chosen = read_xlsx(incoming.data, incoming.path.name, None, None, incoming.limits), 1
    for number in range(2, _SHEETS + 1):
        try:
            sheet = read_xlsx(incoming.data, incoming.path.name, number, None, incoming.limits)
        except (InputError, MappingError):
            break
        if sheet.frame.height * len(sheet.columns) > best.frame.height * len(best.columns):
            best, chosen = sheet, number
    layout: dict[str, Any] = {"kind": "xlsx"} if chosen == 1 else {"kind": "xlsx", "sheet": chosen}
    return layout, *_values(best.frame, [c for c in best.columns if c not in best.doubled])


def _from_csv(incoming: Incoming, layout: dict[str, Any], first: str) -> Sample:
    delimiter = max(",;\t|", key=lambda d: (len(first.split(d)), -",;\t|".index(d)))
    if delimiter != ",":
        layout["delimiter"] = delimiter
    whole = incoming.head if len(incoming.head) < 1 << 20 else incoming.head.rpartition(b"\n")[0]
    options = {"limits": incoming.limits, "encoding": layout.get("encoding", "utf-8"), "delimiter": delimiter}
    names: list[str] | None = None
    cells = [clean(cell).strip('"') for cell in first.split(delimiter)]
    if _headless(cells):
        names = [f"column_{n}" for n in range(1, len(cells) + 1)]
        layout |= {"header": False, "columns": names}
    sheet = read_csv(whole, columns=names, comment=layout.get("comment"), **options)
    return layout, *_values(sheet.frame, [c for c in sheet.columns if c not in sheet.doubled])


def _headless(cells: list[str]) -> bool:
    """Whether a first line is data already: at least half of its cells are values, not names."""
    telling = [c for c in cells if c]
    shaped = [
        c for c in telling if re.fullmatch(r"[+(]?[\d][\d\s().,:/\-+TZ]*|\S+@\S+\.\S+|[A-Z]{2}\d{2}[A-Z0-9 ]{11,30}", c)
    ]
    return bool(telling) and len(shaped) * 2 >= len(telling)


def _values(frame: pl.DataFrame, columns: list[str]) -> tuple[Values, int]:
    """The first values by column; a list counts as its items."""
    found: Values = {}
    for name in columns:
        if name == LINE or (re.fullmatch(r"column_\d+|.* \(\d+\)", name) and not frame[name].drop_nulls().len()):
            continue
        items = frame[name].head(SAMPLE).to_list()
        found[name] = [text for item in items for text in (_texts(item) or [None])]
    return found, min(frame.height, SAMPLE)


def _texts(value: object) -> list[str | None]:
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _from_json(incoming: Incoming, encoding: str, comment: str | None) -> tuple[Values, int]:
    head = incoming.head if len(incoming.head) < 1 << 20 else incoming.head.rpartition(b"\n")[0]
    found: Values = {}
    rows = 0
    for line in read_json_lines(head, incoming.limits, encoding, comment):
        if line.value is None:
            continue
        here: dict[str, list[str | None]] = {}
        for path, text in _paths(line.value):
            here.setdefault(path, []).append(text)
        for path, texts in here.items():
            found.setdefault(path, [None] * rows).extend(texts)
        rows += 1
        if rows == SAMPLE:
            break
        for path in found.keys() - here.keys():
            found[path].append(None)
    return found, rows


def _paths(value: Value, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}" if path else name)


def _encoding(head: bytes) -> str:
    """UTF-8 when it is; else Windows Arabic when bytes above 127 stand in runs, as in its words; else Western."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-8"  # its mark decides over the name
    whole = head.rpartition(b"\n")[0] or head
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", whole)]
        return "cp1256" if sum(n for n in runs if n > 1) > sum(n for n in runs if n == 1) else "cp1252"
    return "utf-8"


def _numbers(columns: list[Column], values: Values) -> dict[str, Any]:
    """Decimal sign and thousands sign of the amounts."""
    amounts = [clean(v) for c in columns if c.kind == "amount" for v in values[c.name] if v]
    made: dict[str, Any] = {}
    if any(_DECIMAL_COMMA.fullmatch(v) for v in amounts):
        made["decimal"] = ","
    signs = {match[1][0] for v in amounts if (match := _THOUSANDS.fullmatch(v)) is not None}
    signs -= {made.get("decimal", ".")}
    if len(signs) == 1:
        made["thousands"] = signs.pop()
    return made
