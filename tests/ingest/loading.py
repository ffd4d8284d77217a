"""What intake tests share: a fixed key, what is already known, and what a batch holds."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from graph.evidence import BatchDraft, all_links
from graph.schema import CODED
from ingest.intake import Intake, Options, read

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"


class FixedKeys:
    """The key of the format kit."""

    secret = b"halqa-format-kit"

    def pseudonym(self, identity: str, compartment: str) -> str:
        key = self.secret + b":" + compartment.encode()
        return "victim:h:" + hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()[:24]

    def content_hash(self, canonical: bytes) -> str:
        return hmac.new(self.secret, canonical, hashlib.sha256).hexdigest()[:32]

    def content_digests(self, canonical: Sequence[bytes]) -> bytes:
        return b"".join(bytes.fromhex(self.content_hash(c)) for c in canonical)

    def row_hashes(self, rows: pl.Series) -> pl.Series:
        return pl.Series("hash", [self.content_hash(row.encode()) for row in rows.to_list()], dtype=pl.String)


class Held:
    """Evidence as far as intake asks: records of earlier batches."""

    def __init__(self, *drafts: BatchDraft) -> None:
        self._frames = [t["records"].select("source", "key", "hash") for d in drafts for t in d.tables.values()]

    def hashes(self, source: str) -> pl.DataFrame:
        empty = pl.DataFrame(schema={"source": pl.String, "key": pl.String, "hash": pl.String})
        return pl.concat([empty, *self._frames]).filter(pl.col("source") == source).select("key", "hash")

    def held(self, source: str) -> pl.LazyFrame:
        return self.hashes(source).lazy()


def load(
    *paths: Path, mapping: Path | None = None, source: str | None = None, held: Held | None = None, **options: object
) -> Intake:
    """Read files with the fixed key."""
    made = Options(received_at=NOW, mapping=mapping, source=source, **options)  # type: ignore[arg-type]
    return read(paths, made, FixedKeys(), held or Held())


def entities(intake: Intake) -> set[str]:
    """All uids a batch holds."""
    return {
        uid
        for tables in intake.draft.tables.values()
        for name, columns in CODED.items()
        if name in tables
        for column in columns
        for uid in tables[name][column].drop_nulls()
    }


def links(intake: Intake) -> set[tuple[str, str, str]]:
    """All (from, relation, to) a batch holds."""
    return {
        row
        for tables in intake.draft.tables.values()
        for row in all_links(tables).select("src", "rel", "dst").iter_rows()
    }


def called(intake: Intake) -> list[dict[str, object]]:
    """Daily aggregates of calls from ``a`` to ``b``, as the kit writes them."""
    calls = intake.draft.tables["general"]["calls"].filter(
        pl.col("kind").is_in(["VOICE", "CALL_FORWARD"]) & (pl.col("a") != pl.col("b"))
    )
    day = pl.col("start").dt.strftime("%Y-%m-%d").alias("day")
    grouped = calls.group_by("a", "b", day).agg(
        pl.len().alias("n"), pl.col("answered").sum().alias("n_answered"), pl.col("duration_s").sum().alias("total_dur")
    )
    return grouped.sort("a", "b", "day").to_dicts()


def everything(intake: Intake) -> str:
    """All text a batch would leave outside the vault."""
    parts = [str(frame.to_dicts()) for tables in intake.draft.tables.values() for frame in tables.values()]
    for frame in (intake.draft.rejects, intake.draft.warnings):
        parts.append(str(frame.to_dicts()) if frame is not None else "")
    return "\n".join(parts)


def places(problems: Sequence[object]) -> list[tuple[int, str]]:
    """(line, code) of rejects or warnings."""
    return [(p.line, p.code) for p in problems]  # type: ignore[attr-defined]
