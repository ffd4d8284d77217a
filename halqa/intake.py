"""Intake through the front door: read under the lease, seal the victim side, append one batch, log it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.chain import Custody
from graph.erasure import uids_of
from graph.files import lease, storage
from graph.vault import Vault
from halqa.clock import utc_now
from halqa.custody import TOOL, compact_when_many
from halqa.erasure import forget_again, without_erased
from halqa.remask import mask_findings
from ingest.intake import FileResult, Intake, Options, read
from ingest.tables import Limits

SHOWN = 1_000
"""Rejected and warned rows in the answer; the batch holds the first ``ingest.rejects.KEPT`` of each code."""

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
    authority: str | None = None,
) -> dict[str, Any]:
    """JSON of ``halqa ingest``. The vault is written first: a kill in between leaves sealed entries that the next
    attempt finds in place, never a pseudonym without its person."""
    chosen = ws.settings.ingest
    began = time.perf_counter()
    limits = Limits(text=chosen.max_text_bytes, record=chosen.max_record_bytes, file=chosen.max_file_bytes)
    options = Options(
        format=format, source=source, mapping=mapping, received_at=received_at, limits=limits, keep=not dry_run
    )
    # Reading decides what is a duplicate, so it happens under the lease already.
    with nullcontext() if dry_run else lease(ws.home), nullcontext() if dry_run else ws.ledger.spooling() as spool:
        options = replace(options, spool=spool)
        vault = Vault(ws.vault.folder, ws.vault.key_file, trial=True) if dry_run else ws.vault
        intake = read(files, options, vault, ws.ledger)
        result = ingest_json(intake)
        result["seconds"] = round(time.perf_counter() - began, 3)
        if dry_run:
            return result | {"dry_run": True, "new_entities": _unseen(ws, intake)}
        if not (result["accepted"] or result["rejected"]):
            return result
        with storage(ws.home):
            sealed = without_erased(ws.vault, intake.draft.vault)
            ws.vault.put(sealed)
            if any(entry.person is not None for entry in sealed):
                mask_findings(ws)
        now = utc_now()
        hands = Custody(by, now, authority, TOOL)
        batch = ws.ledger.append(intake.draft, at=now, custody=hands, forget=partial(forget_again, ws.vault))
        ws.casebook.write_log(
            by=by, operation="collection", purpose=authority or "halqa ingest", object_=batch.id,
            count=result["accepted"], at=now,
        )  # fmt: skip
        result["batch"] = batch.id
        if result["rejected"]:
            result["rejects_file"] = str(batch.folder / "rejects.parquet")
        if (damage := compact_when_many(ws, by=by, at=now)) is not None:
            result["not_compacted"] = damage
        result["seconds"] = round(time.perf_counter() - began, 3)
        return result


def proposal(ws: Opened, file: Path) -> dict[str, Any]:
    """JSON of ``halqa ingest --propose``: a mapping for a table, with reasons and confidence. Changes nothing."""
    from ingest.mapping.guess import propose

    chosen = ws.settings.ingest
    limits = Limits(text=chosen.max_text_bytes, record=chosen.max_record_bytes, file=chosen.max_file_bytes)
    return propose(file, limits).as_json()


def _unseen(ws: Opened, intake: Intake) -> int:
    """Entities of an intake that the evidence does not hold yet."""
    spool = intake.draft.spool
    if spool is None:
        return 0
    told = spool.held()
    return int((~told.is_in(uids_of(ws.ledger.chain).implode())).sum())


def ingest_json(intake: Intake) -> dict[str, Any]:
    """The shape of docs/commands.md, ``halqa ingest``; ``batch`` is None until there is one."""
    files = [
        {"path": one.path, "sha256": one.sha256, "format": one.format, "source": one.source}
        | asdict(one.counts)
        | {
            "entities": one.entities,
            "links": one.links,
            "notes": one.notes,
            "reject_codes": one.reject_codes,
            "warning_codes": one.warning_codes,
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
            "reject_codes": _summed(one.reject_codes for one in intake.files),
            "warning_codes": _summed(one.warning_codes for one in intake.files),
            "seconds": 0.0,
        }
    )


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _rows(one: FileResult, which: str) -> list[dict[str, Any]]:
    name = Path(one.path).name
    found = one.rejects if which == "rejects" else one.warnings
    return [
        {
            "file": name,
            **({"line": p.line} if p.index is None else {"index": p.position}),
            "code": p.code,
            "message": p.message,
        }
        for p in found[:SHOWN]
    ]
