"""What happened to the evidence, and who did it: withdrawals, compaction, the history of a record, integrity reports.

Every act is an entry of the evidence chain with a custody block (who, when, on what authority, with which tool) and a
line of the audit log.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.chain import COMPACTION, ERASURE, INTAKE, WITHDRAWAL, Batch, Custody
from graph.errors import IntegrityError, NothingFound, StorageError, UsageError
from graph.files import canonical_json, lease, write_atomic
from graph.ids import is_victim
from graph.verification import EntryState
from halqa import __version__
from halqa.evidence_report import decode
from halqa.lookup import OPAQUE, iso

if TYPE_CHECKING:
    from graph.access import Mask
    from halqa.opened import Opened

TOOL = f"halqa {__version__}"
"""What custody entries say they were made with."""


def withdraw(
    ws: Opened, batch: str, *, reason: str, by: str, at: datetime, authority: str | None = None
) -> dict[str, Any]:
    """JSON of ``halqa withdraw``: take a batch back from ``at`` on, or undo a withdrawal.

    Errors: NothingFound, UsageError (no reason, withdrawn already), WorkspaceLocked.
    """
    with lease(ws.home):
        act = ws.ledger.withdraw(batch, reason=reason, custody=Custody(by, at, authority, TOOL))
        target = ws.ledger.batch(act.manifest["withdraws"][0])
        ws.casebook.write_log(by=by, operation="alteration", purpose=reason, object_=target.id, count=1, at=at)
    return {
        "batch": act.id,
        "withdrawn": [target.id] if target.kind == INTAKE else [],
        "restored": list(target.manifest["withdraws"]) if target.kind == WITHDRAWAL else [],
        "reason": reason.strip(),
        "by": by,
        "at": iso(at),
        "head": ws.ledger.head,
    }


def compact(ws: Opened, *, by: str, at: datetime) -> dict[str, Any]:
    """JSON of ``halqa compact``. Errors: IntegrityError when a file to be merged is not what it was."""
    with lease(ws.home):
        before = len(ws.ledger.chain.names())
        made = ws.ledger.compact(custody=Custody(by, at, None, TOOL))
        if made is not None:
            _log_compaction(ws, made, by, at)
    return {
        "batch": made.id if made else None,
        "merged": made.manifest["intakes"] if made else 0,
        "folders_before": before,
        "folders": len(ws.ledger.chain.names()),
        "head": ws.ledger.head,
    }


def compact_when_many(ws: Opened, *, by: str, at: datetime) -> str | None:
    """Merge small batches once more of them lie about than the setting allows. Needs the lease.

    Gives why it could not, if so: an intake that is in the evidence already must not fail for an older damaged batch.
    """
    allowed = ws.settings.evidence.compact_after
    if not allowed or ws.ledger.small() <= allowed:
        return None
    try:
        made = ws.ledger.compact(custody=Custody(by, at, None, TOOL), automatic=True, at_least=allowed)
    except IntegrityError as error:
        return error.message
    if made is not None:
        _log_compaction(ws, made, by, at)
    return None


def _log_compaction(ws: Opened, made: Batch, by: str, at: datetime) -> None:
    ws.casebook.write_log(
        by=by, operation="combination", purpose="compaction", object_=made.id, count=made.manifest["intakes"], at=at
    )


# --- history


def history(ws: Opened, *, record: str | None = None, batch: str | None = None) -> dict[str, Any]:
    """JSON of ``halqa evidence --history``: custody lines of everything, of a batch, or of all versions of a record."""
    if record is not None and batch is not None:
        raise UsageError("Say either --record or --batch.", "`halqa evidence --history` alone lists every entry.")
    everything = ws.ledger.everything()
    if record is not None:
        versions = _versions(ws, ws.mask(), record)
        wanted = {version["batch"] for version in versions}
        return {"record": record, "versions": versions, "custody": _touching(everything, wanted)}
    if batch is not None:
        chosen = ws.ledger.batch(batch)
        return {"batch": chosen.id, "custody": _touching(everything, {chosen.id})}
    return {"custody": [line(entry) for entry in everything]}


def line(entry: Batch) -> dict[str, Any]:
    """One custody line: what was done, by whom, when, on what authority, with what."""
    manifest = entry.manifest
    custody: Mapping[str, Any] = manifest.get("custody", {})
    told: dict[str, Any] = {
        "batch": entry.id,
        "act": entry.kind,
        "at": iso(entry.at),
        "by": custody.get("by"),
        "authority": custody.get("authority"),
        "tool": custody.get("tool"),
        "hash": entry.hash,
        "segment": entry.segment,
    }
    if entry.kind == INTAKE:
        keys = ("sha256", "size", "format", "source", "reliability", "parser", "parser_version", "mapping_sha256")
        told["files"] = [
            {"name": Path(source["path"]).name} | {key: source.get(key) for key in keys}
            for source in manifest.get("sources", ())
        ]
        told["accepted"] = manifest.get("counts", {}).get("accepted")
    elif entry.kind == WITHDRAWAL:
        told |= {"withdraws": manifest["withdraws"], "reason": manifest["reason"]}
    elif entry.kind == COMPACTION:
        told |= {"merged": manifest["intakes"], "covers": manifest["covers"]}
    elif entry.kind == ERASURE:
        told |= {
            "touched": manifest["batches"],
            "files_changed": len(manifest["replaced"]) + len(manifest["manifests"]),
            "values": manifest["values"],
            "reason": manifest["reason"],
        }
    return told


def _touching(entries: Sequence[Batch], wanted: set[str]) -> list[dict[str, Any]]:
    """Lines of the wanted entries and of every act that names one of them, directly or through another act."""
    reached = set(wanted)
    found: list[Batch] = []
    for entry in sorted(entries, key=lambda e: e.seq):
        named = {*entry.manifest.get("withdraws", ()), *entry.manifest.get("batches", ())}
        covers = entry.kind == COMPACTION and any(
            first <= int(name.split("-")[0]) <= last for name in wanted for first, last in entry.manifest["covers"]
        )
        if entry.id in reached or named & reached or covers:
            found.append(entry)
            if entry.kind == WITHDRAWAL:
                reached.add(entry.id)
    return [line(entry) for entry in found]


def _versions(ws: Opened, mask: Mask, name: str) -> list[dict[str, Any]]:
    """Every version of a record of the general compartment, oldest first, with what it said. Errors: NothingFound."""
    found: list[tuple[Any, dict[str, Any]]] = []
    off = ws.ledger.withdrawn()
    for batch in ws.ledger.batches():
        coded = ws.ledger.tables(batch, "general")
        if "records" not in coded:
            continue
        records = coded["records"].with_row_index("rec")
        hits = records.filter((pl.col("record") == name) | (pl.col("hash") == name.removeprefix(OPAQUE)))
        if "victim:" in name:
            hits = records.filter(pl.Series([mask.text(one) == name for one in records["record"].to_list()]))
        if not hits.height:
            continue
        tables = decode(coded)
        for row in hits.iter_rows(named=True):
            facts = tables["statements"].filter(pl.col("rec") == row["rec"]) if "statements" in tables else None
            version = {
                "batch": batch.id,
                "received_at": iso(row["received_at"]),
                "hash": row["hash"],
                "file": Path(batch.manifest["sources"][row["file"]]["path"]).name,
                "line": row["line"],
                "index": row["index"],
                "withdrawn": batch.id in off,
                "in_force": False,
                "facts": [] if facts is None else _facts(facts, mask),
            }
            found.append(((row["received_at"], row["hash"]), version))
    if not found:
        raise NothingFound(f"There is no record {name}.", "Records are named as reasons and links cite them.")
    found.sort(key=lambda pair: (*pair[0], pair[1]["batch"]))
    standing = [version for _, version in found if not version["withdrawn"]]
    if standing:
        standing[-1]["in_force"] = True
    return [version for _, version in found]


def _facts(rows: pl.DataFrame, mask: Mask) -> list[dict[str, Any]]:
    return [
        {"subject": row["subject"], "property": row["prop"], "value": row["text"] or iso(row["time"]) or row["number"]}
        for row in rows.sort("subject", "prop", "text", nulls_last=True).iter_rows(named=True)
        if not is_victim(mask.uid(row["subject"]))
    ]


# --- integrity


def verify(ws: Opened, *, report: Path | None, by: str, at: datetime) -> dict[str, Any]:
    """JSON of ``halqa verify``; ``report`` is where to write the version for a court."""
    checked = ws.ledger.check()
    problems = [{"file": p.file, "message": p.message} for p in checked.problems]
    problems += [{"file": "casebook", "message": message} for message in ws.casebook.verify()]
    result: dict[str, Any] = {
        "ok": not problems,
        "batches": sum(entry.kind == INTAKE for entry in checked.entries),
        "files": checked.files,
        "head": checked.head if checked.entries else None,
        "states": checked.states(),
        "problems": problems,
        "entries": [_state(entry) for entry in checked.entries],
    }
    if report is not None:
        result["report"] = _write_report(ws, result, report, by=by, at=at)
    return result


def _state(entry: EntryState) -> dict[str, Any]:
    custody = entry.manifest.get("custody", {})
    return {
        "batch": entry.batch,
        "act": entry.kind,
        "state": entry.state,
        "segment": entry.segment,
        "withdrawn": entry.withdrawn,
        "hash": entry.hash,
        "at": custody.get("at") or entry.manifest.get("ingested_at"),
        "by": custody.get("by"),
        "authority": custody.get("authority"),
        "files": [
            {"name": Path(source["path"]).name, "sha256": source["sha256"], "size": source["size"]}
            for source in entry.manifest.get("sources", ())
            if "sha256" in source
        ],
    }


def _write_report(ws: Opened, result: Mapping[str, Any], path: Path, *, by: str, at: datetime) -> dict[str, str]:
    """Heads, counts, versions, who and when, and the state of every entry. Errors: StorageError."""
    audit = ws.casebook.audit()
    content = {
        "title": "Integrity report of a Halqa workspace",
        "made_at": iso(at),
        "made_by": by,
        "host": platform.node(),
        "tool": {"halqa": __version__, "polars": pl.__version__, "python": platform.python_version()},
        "workspace": str(ws.home.resolve()),
        "verdict": "whole" if result["ok"] else "not whole",
        "method": "SHA-256 of every file and manifest recomputed; each manifest names the hash of the one before",
        "evidence": {key: result[key] for key in ("head", "batches", "files", "states")},
        "audit": {"lines": len(audit), "head": audit[-1]["hash"] if audit else None},
        "problems": result["problems"],
        "entries": result["entries"],
    }
    raw = canonical_json(content) + b"\n"
    if path.is_dir():
        raise StorageError(f"{path} is a folder.", "Give --report the name of a file.")
    write_atomic(path, raw)
    return {"path": str(path), "sha256": hashlib.sha256(raw).hexdigest()}
