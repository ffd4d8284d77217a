"""The shapes evidence travels in: a draft on its way in, a view on its way out.

Intake hands a :class:`BatchDraft` to the ledger; analysis, projection and people read a :class:`View`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import polars as pl

from graph.schema import CODED, Compartment, empty

if TYPE_CHECKING:
    from graph.spool import Spool

Tables = dict[str, pl.DataFrame]
"""Frames by table name (``graph.schema.TABLES``)."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a batch, as custody records it."""

    path: str
    sha256: str
    size: int
    format: str
    source: str
    parser: str
    parser_version: str
    mapping_sha256: str | None = None
    reliability: str | None = None  # A to F, as the mapping's author judged the source


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """What a record said of its victim or reporter. Never leaves the vault.

    ``identities`` are all identities known of the person (``phone:+..``, ``doc:MA:cin:..``, ``email:..``,
    ``acct:..``); the first one made the pseudonym, the others find the same person in other files.
    ``person`` is None for text without a person (a narrative, a refused line).
    """

    compartment: str  # victims | minors
    record: str
    person: str | None
    identities: tuple[str, ...]
    content: Mapping[str, object]


@dataclass(slots=True)
class BatchDraft:
    """One intake, ready to be appended: frames with uids as text and ``rec`` counting rows of ``records``.

    ``tables`` maps a compartment to its frames; each compartment has a ``records`` frame of its own. With a ``spool``
    the rows lie there, on disk already, and ``tables`` only decodes them for whoever looks.
    """

    files: list[SourceFile]
    tables: Mapping[Compartment, Tables]
    vault: list[VaultEntry] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    rejects: pl.DataFrame | None = None  # file, line, index, code, message
    warnings: pl.DataFrame | None = None
    spool: Spool | None = None


TOLD: Final = ("record", "source", "source_type", "received_at", "root", "extra")
"""Columns of ``records`` that say what was told, when and by what kind of custodian."""


@runtime_checkable
class PartlyRead(Protocol):
    """Tables of which some lie on disk until they are asked for."""

    def part(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a table, without reading the others."""
        ...


@dataclass(frozen=True)
class View:
    """Evidence as known at a time, in canonical integer codes.

    ``entities`` has one row a code (``uid``, ``label``), sorted by uid; ``records`` one row a ``rec``, sorted by
    record and hash. Every other frame holds ``UInt32`` codes in its entity columns and in ``rec`` and is sorted,
    so equal evidence gives equal frames whatever order it arrived in.
    """

    head: str
    digest: str
    as_of: datetime | None
    compartments: tuple[Compartment, ...]
    tables: Mapping[str, pl.DataFrame]

    def __getitem__(self, table: str) -> pl.DataFrame:
        found = self.tables.get(table)
        return empty(table) if found is None else found

    @property
    def entities(self) -> pl.DataFrame:
        """``uid``, ``label``; the row number is the code."""
        return self.tables["entities"]

    @property
    def records(self) -> pl.DataFrame:
        """Columns of ``records`` plus ``batch``; the row number is the ``rec``."""
        return self.tables["records"]

    @cached_property
    def told(self) -> pl.DataFrame:
        """:attr:`records` without where they came from: the columns ``TOLD``, which are all that a run asks of them.

        Where a view lies on disk they are read alone: the others are a third of all that it holds.
        """
        if isinstance(self.tables, PartlyRead):
            return self.tables.part("records", TOLD)
        return self.records.select(TOLD)

    @cached_property
    def _uids(self) -> pl.Series:
        return self.entities["uid"]

    def code(self, uid: str) -> int | None:
        """Code of a uid, or None when the view does not hold it (binary search, the frame is sorted).

        A uid that was merged into another one has the code of the merged node.
        """
        if not len(self._uids):
            return None
        at = self._uids.search_sorted(uid)
        return at if at < len(self._uids) and self._uids[at] == uid else self._aliases.get(uid)

    def codes(self, uids: Iterable[str]) -> dict[str, int]:
        """Codes of those of many uids that the view holds, as :meth:`code` gives them, by uid in order."""
        wanted = pl.Series(sorted(set(uids)), dtype=pl.String)
        if not len(self._uids) or not len(wanted):
            return {}
        at = self._uids.search_sorted(wanted).clip(upper_bound=len(self._uids) - 1)
        found = zip(wanted, at, self._uids.gather(at) == wanted, strict=True)
        held = ((uid, code if same else self._aliases.get(uid)) for uid, code, same in found)
        return {uid: code for uid, code in held if code is not None}

    def by_code(self, names: Mapping[str, str]) -> dict[int, str]:
        """What is told of uids (a pseudonym of each), told of the codes of those that the view holds."""
        return {code: names[uid] for uid, code in self.codes(names).items()}

    @property
    def merged(self) -> pl.DataFrame:
        """``entity, uid, rec``: which record spoke of a merged node under which uid (``graph.merged``)."""
        found = self.tables.get("merged")
        return pl.DataFrame(schema=MERGED) if found is None else found

    @cached_property
    def _aliases(self) -> dict[str, int]:
        pairs = self.merged.select("uid", "entity").unique()
        return dict(zip(pairs["uid"].to_list(), pairs["entity"].to_list(), strict=True))

    @cached_property
    def same(self) -> dict[str, tuple[str, ...]]:
        """Uid of a merged node -> every uid it is known under, itself first; empty where nothing is merged."""
        groups: dict[str, list[str]] = {}
        for uid, code in sorted(self._aliases.items()):
            groups.setdefault(self.uid(code), []).append(uid)
        return {uid: tuple(members) for uid, members in sorted(groups.items())}

    def canonical(self, uid: str) -> str:
        """The uid that stands for this one in the view; itself when nothing is merged or it is not held."""
        code = self._aliases.get(uid)
        return uid if code is None else self.uid(code)

    def uid(self, code: int) -> str:
        """Uid of one code."""
        return str(self._uids[code])

    def uids(self, codes: Iterable[int] | pl.Series) -> list[str]:
        """Uids of many codes, in their order."""
        wanted = codes if isinstance(codes, pl.Series) else list(codes)
        if len(wanted) <= _FEW:
            return [self._uids[int(code)] for code in wanted]
        return self._uids.gather(pl.Series(wanted, dtype=pl.UInt32)).to_list()

    def record_ids(self, recs: Iterable[int]) -> list[str]:
        """What reasons cite, for many ``rec``."""
        wanted = list(recs)
        if len(wanted) <= _FEW:
            return [self._record_ids[int(rec)] for rec in wanted]
        return self._record_ids.gather(pl.Series(wanted, dtype=pl.UInt32)).to_list()

    @cached_property
    def _record_ids(self) -> pl.Series:
        return self.told["record"]

    @cached_property
    def links(self) -> pl.DataFrame:
        """All links of all tables: ``src, rel, dst, since, until, basis, number, rec`` (one row a statement)."""
        return all_links(self.tables)


_FEW: Final = 64
"""Rows up to which looking them up one by one is faster than to gather them."""

MERGED: dict[str, pl.DataType | type[pl.DataType]] = {"entity": pl.UInt32, "uid": pl.String, "rec": pl.UInt32}
"""Columns of the table ``merged``: made with the view, never evidence."""

LINK_COLUMNS = ("src", "rel", "dst", "since", "until", "basis", "number", "rec")


def all_links(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Links of the ``links`` table and those that typed rows imply.

    mentions: report MENTIONS target. transfers: payer SENT tx, tx RECEIVED payee, tx PAID_AT outlet. calls: a CALLED b
    (voice), a CONTACTED b (SMS), b DIVERTED_TO c. sightings: line HAS_SIM sim, sim (else line) INSERTED_IN device,
    or line USES device; line SEEN_AT ip. Works on coded and on text frames alike.
    """
    return lazy_links(tables).collect()


def count_links(tables: Mapping[str, pl.DataFrame]) -> int:
    """How many links :func:`all_links` makes, without making them."""
    return int(lazy_links(tables).select(pl.len()).collect().item())


LINKING: Final = frozenset({"links", "mentions", "transfers", "calls", "sightings"})
"""Tables whose rows are links, or say that there are some."""


def lazy_links(tables: Mapping[str, pl.DataFrame]) -> pl.LazyFrame:
    """:func:`all_links`, not yet computed: who needs two columns of it does not pay for eight."""

    def typed(
        frame: pl.LazyFrame, src: str, rel: str, dst: str, at: str, until: str | None = None, basis: str | None = None
    ) -> pl.LazyFrame:
        return frame.filter(pl.col(src).is_not_null() & pl.col(dst).is_not_null()).select(
            pl.col(src).alias("src"),
            pl.lit(rel).alias("rel"),
            pl.col(dst).alias("dst"),
            pl.col(at).alias("since"),
            pl.col(until or at).alias("until"),
            pl.lit(basis, dtype=pl.String).alias("basis"),
            pl.lit(None, dtype=pl.Float64).alias("number"),
            "rec",
        )

    lazy = {name: tables[name].lazy() for name in sorted(LINKING & tables.keys())}
    parts: list[pl.LazyFrame] = []
    if (links := lazy.get("links")) is not None:
        parts.append(links.select(LINK_COLUMNS))
    if (mentions := lazy.get("mentions")) is not None:
        parts.append(typed(mentions, "report", "MENTIONS", "target", "at"))
    if (moved := lazy.get("transfers")) is not None:
        parts += [
            typed(moved, "payer", "SENT", "tx", "sent_at"),
            typed(moved, "tx", "RECEIVED", "payee", "sent_at"),
            typed(moved, "tx", "PAID_AT", "outlet", "sent_at"),
        ]
    if (calls := lazy.get("calls")) is not None:
        voice = calls.filter(pl.col("kind").is_in(["VOICE", "CALL_FORWARD"]))
        parts += [
            typed(voice, "a", "CALLED", "b", "start"),
            typed(calls.filter(pl.col("kind") == "SMS"), "a", "CONTACTED", "b", "start"),
            typed(calls.filter(pl.col("kind") == "CALL_FORWARD"), "b", "DIVERTED_TO", "c", "start"),
        ]
    if (seen := lazy.get("sightings")) is not None:
        inserted = seen.filter(pl.col("rel") == "INSERTED_IN")
        parts += [
            typed(seen, "line", "HAS_SIM", "sim", "at"),
            typed(inserted.filter(pl.col("sim").is_not_null()), "sim", "INSERTED_IN", "device", "at"),
            typed(inserted.filter(pl.col("sim").is_null()), "line", "INSERTED_IN", "device", "at"),
            typed(seen.filter(pl.col("rel") == "USES"), "line", "USES", "device", "at"),
            typed(seen, "line", "SEEN_AT", "ip", "at"),
        ]
    if not parts:
        return empty("links").select(LINK_COLUMNS).lazy()
    # Compared as columns, so that self links never come back through a typed row.
    return pl.concat(parts, how="vertical_relaxed").filter(pl.col("src") != pl.col("dst"))


def coded_columns(table: str) -> Sequence[str]:
    """Columns of ``table`` that hold entities."""
    return CODED[table]
