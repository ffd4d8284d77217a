"""Findings on disk: one folder a run, written whole or not at all, masked before it is written.

``runs/<run>/summary.json``, ``rings.jsonl`` (a ring a line, whole, ranked) and ``list.json`` (what ``halqa rings``
prints). All of it can be deleted and made again from the evidence.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import NothingFound
from graph.files import publish_folder, remove_drafts, storage, write_atomic

if TYPE_CHECKING:
    from analysis.findings import Ring

KEPT_RUNS = 12
"""Runs kept on disk; older ones are made again when asked for."""


def write_run(folder: Path, run: str, summary: Mapping[str, Any], rings: Sequence[Ring], cuts: Sequence[Any]) -> None:
    """Keep the findings of a run under its name."""
    from analysis.findings import LIST_FIELDS

    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(folder)
        work = folder / f".{run}.draft"
        work.mkdir()
        (work / "summary.json").write_text(json.dumps(summary, sort_keys=True), encoding="utf-8")
        with (work / "rings.jsonl").open("w", encoding="utf-8") as stream:
            stream.writelines(ring.model_dump_json() + "\n" for ring in rings)
        listed = [json.loads(ring.model_dump_json(include=set(LIST_FIELDS))) for ring in rings]
        (work / "list.json").write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
        (work / "cuts.json").write_text(json.dumps(list(cuts), ensure_ascii=False), encoding="utf-8")
        publish_folder(work, folder / run)
        _drop_old(folder, run)


def _drop_old(folder: Path, current: str) -> None:
    runs = sorted((p for p in folder.iterdir() if (p / "summary.json").exists()), key=lambda p: p.stat().st_mtime_ns)
    for path in [p for p in runs if p.name != current][: -(KEPT_RUNS - 1) or None]:
        shutil.rmtree(path, ignore_errors=True)


def show(folder: Path, run: str) -> None:
    """Make this the run that readers are shown."""
    write_atomic(folder / "SHOWN", run.encode())


def shown(folder: Path) -> str | None:
    """The run that readers are shown; None when nothing says so (ask the casebook)."""
    path = folder / "SHOWN"
    return path.read_text() if path.exists() else None


def has_run(folder: Path, run: str) -> bool:
    return (folder / run / "summary.json").exists()


def read_list(folder: Path, run: str) -> list[dict[str, Any]]:
    """Ranked rings with the fields of ``halqa rings``."""
    found: list[dict[str, Any]] = json.loads((folder / run / "list.json").read_text(encoding="utf-8"))
    return found


def count_by_status(folder: Path, run: str) -> dict[str, int]:
    """Number of rings by status; empty when the findings were removed."""
    return dict(read_summary(folder, run)["rings"]) if has_run(folder, run) else {}


def read_summary(folder: Path, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / run / "summary.json").read_text(encoding="utf-8"))
    return found


def read_cuts(folder: Path, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / run / "cuts.json").read_text(encoding="utf-8"))
    return found


def read_rings(folder: Path, run: str) -> list[Ring]:
    """Every ring of a run, whole, ranked."""
    from analysis.findings import Ring

    with (folder / run / "rings.jsonl").open(encoding="utf-8") as stream:
        return [Ring.model_validate_json(line) for line in stream]


def read_ring(folder: Path, run: str, name: str) -> Ring:
    """One ring, whole. Errors: NothingFound."""
    from analysis.findings import Ring

    needle = f'"ring":"{name}"'
    with (folder / run / "rings.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            if needle in line[:200]:
                return Ring.model_validate_json(line)
    raise NothingFound(
        f"The current run has no ring {name}.", "`halqa rings --status all` lists the rings; an older one may be gone."
    )
