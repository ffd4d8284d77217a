"""Intake through the front door: read under the lease, seal the victim side, append one batch, log it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.files import lease, storage
from halqa.remask import mask_findings
from ingest.intake import FileResult, Intake, Options, read
from ingest.tables import Limits

SHOWN = 1_000
"""Rejected and warned rows in the answer; all of them are in the batch."""

if TYPE_CHECKING:
    from halqa.opened import Opened


def take_in(
    ws: Opened,
    files: Sequence[Path],
    *,
    format: str | None,
    source: str | None,
    mapping: Path | None,
    dry_run: bool,
    received_at: datetime,
    by: str,
) -> dict[str, Any]:
    """JSON of ``halqa ingest``. The vault is written first: a kill in between leaves sealed entries that the next
    attempt finds in place, never a pseudonym without its person."""
    chosen = ws.settings.ingest
    began = time.perf_counter()
    limits = Limits(text=chosen.max_text_bytes, record=chosen.max_record_bytes, file=chosen.max_file_bytes)
    options = Options(format=format, source=source, mapping=mapping, received_at=received_at, limits=limits)
    # Reading decides what is a duplicate, so it happens under the lease already.
    with nullcontext() if dry_run else lease(ws.home):
        intake = read(files, options, ws.vault, ws.ledger)
        result = ingest_json(intake)
        result["seconds"] = round(time.perf_counter() - began, 3)
        if dry_run or not (result["accepted"] or result["rejected"]):
            return result
        with storage(ws.home):
            ws.vault.put(intake.draft.vault)
            if any(entry.person is not None for entry in intake.draft.vault):
                mask_findings(ws)
        batch = ws.ledger.append(intake.draft, at=received_at)
        ws.casebook.write_log(
            by=by, operation="collection", purpose="halqa ingest", object_=batch.id, count=result["accepted"]
        )
        result["batch"] = batch.id
        if result["rejected"]:
            result["rejects_file"] = str(batch.folder / "rejects.parquet")
        result["seconds"] = round(time.perf_counter() - began, 3)
        return result


def ingest_json(intake: Intake) -> dict[str, Any]:
    """The shape of docs/commands.md, ``halqa ingest``; ``batch`` is None until there is one."""
    files = [
        {"path": one.path, "sha256": one.sha256, "format": one.format, "source": one.source}
        | asdict(one.counts)
        | {
            "entities": one.entities,
            "links": one.links,
            "rejects": _rows(one, "rejects"),
            "warnings": _rows(one, "warnings"),
        }
        for one in intake.files
    ]
    formats = sorted({one.format for one in intake.files})
    return (
        {"batch": None, "format": formats[0] if len(formats) == 1 else "several", "files": files}
        | intake.counts
        | {
            "rejects": [row for one in files for row in one["rejects"]][:SHOWN],
            "warnings": [row for one in files for row in one["warnings"]][:SHOWN],
            "seconds": 0.0,
        }
    )


def _rows(one: FileResult, which: str) -> list[dict[str, Any]]:
    name = Path(one.path).name
    found = one.rejects if which == "rejects" else one.warnings
    return [
        {
            "file": name,
            **({"line": p.line} if p.index is None else {"index": p.index}),
            "code": p.code,
            "message": p.message,
        }
        for p in found[:SHOWN]
    ]
