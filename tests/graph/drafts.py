"""Small batches made by hand: reports that mention numbers, with the frames intake would hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from graph.evidence import BatchDraft, SourceFile, Tables
from graph.schema import TABLES, Compartment

T0 = datetime(2024, 7, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """A report: its key, the numbers it names, when it came (days after T0), its version."""

    key: str
    phones: tuple[str, ...]
    day: int = 0
    hash: str = "h"
    compartment: Compartment = "general"


def draft(told: Sequence[Told], source: str = "eblagh") -> BatchDraft:
    """A batch of reports."""
    tables: dict[Compartment, Tables] = {}
    for compartment in sorted({report.compartment for report in told}):
        group = [report for report in told if report.compartment == compartment]
        records = [
            {
                "record": f"report:{source}:{r.key}", "source": source, "source_type": "report", "format": "eblagh",
                "key": r.key, "hash": f"{r.key}-{r.hash}", "received_at": T0 + timedelta(days=r.day), "file": 0,
                "line": n + 1, "index": None, "root": f"report:{source}:{r.key}", "extra": None,
            }
            for n, r in enumerate(group)
        ]  # fmt: skip
        mentions = [
            {
                "report": f"report:{source}:{r.key}", "target": f"phone:e164:{p}", "role": "suspect",
                "at": T0 + timedelta(days=r.day), "rec": n,
            }
            for n, r in enumerate(group)
            for p in r.phones
        ]  # fmt: skip
        tables[compartment] = {
            "records": pl.DataFrame(records, schema=TABLES["records"]),
            "mentions": pl.DataFrame(mentions, schema=TABLES["mentions"]),
        }
    file = SourceFile("reports.jsonl", "0" * 64, 1, "eblagh", source, "eblagh", "1")
    return BatchDraft([file], tables, counts={"accepted": len(told)})
