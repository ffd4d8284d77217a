"""The scheduled job: take the inbox, detect, tell people of new and grown rings, each exactly once.

A file leaves the inbox only after its batch is in the evidence; an alert counts as delivered only after its sink
took it. A job killed anywhere does the rest at its next turn: what was taken before is a duplicate, what was
raised before has a fingerprint.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import HalqaError, UsageError, WorkspaceLocked
from graph.files import sync, write_atomic
from halqa.clock import utc_now

if TYPE_CHECKING:
    from halqa.workspace import Workspace

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
"""Endings of files that somebody is still writing."""


def watch_once(ws: Workspace, *, sinks: Sequence[str] | None = None) -> dict[str, Any]:
    """One turn. ``sinks`` override the setting; without any, alerts go to ``alerts.jsonl`` in the workspace."""
    inbox = ws.home / ws.settings.watch.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    taken: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    for path in _waiting(inbox):
        mapping = path.with_suffix(".yaml")
        try:
            result = ws.ingest([path], mapping=mapping if mapping.exists() else None)
        except WorkspaceLocked:
            raise
        except HalqaError as error:
            failed.append({"file": path.name, "message": error.message, "hint": error.hint})
            _set_aside(path, inbox / "refused", error)
            continue
        taken.append(
            {"file": path.name, "batch": result["batch"]}
            | {k: result[k] for k in ("accepted", "rejected", "duplicates")}
        )
        _move(path, inbox / "done", result["batch"] or "duplicate")
    before = {alert["alert"] for alert in ws.alerts()}
    run = ws.detect()["run"] if ws.has_evidence() else None
    raised = [alert for alert in ws.alerts() if alert["alert"] not in before]
    chosen = tuple(sinks if sinks is not None else ws.settings.watch.sinks) or (f"file:{ws.home / 'alerts.jsonl'}",)
    delivered, undelivered = _deliver(ws, chosen)
    return {
        "run": run,
        "files": taken,
        "refused": failed,
        "ingested": len(taken),
        "failed": len(failed),
        "alerts": len(raised),
        "delivered": delivered,
        "undelivered": undelivered,
    }


def keep_watching(
    opened: Callable[[], AbstractContextManager[Workspace]],
    *,
    seconds: float,
    sinks: Sequence[str] | None,
    show: Callable[[dict[str, Any]], None],
) -> None:
    """Turn after turn until interrupted. A turn that fails is shown and the next one tries again."""
    pause = threading.Event()
    while True:
        try:
            with opened() as ws:
                show(watch_once(ws, sinks=sinks))
        except HalqaError as error:
            # The job's own log is stderr: stdout carries one result a turn and nothing else.
            print(f"halqa: {error.message}\n       {error.hint}", file=sys.stderr, flush=True)  # noqa: T201
        pause.wait(seconds)


def _waiting(inbox: Path) -> list[Path]:
    """Files of the inbox that are complete, mappings left out (they go with their table)."""
    return sorted(
        path
        for path in inbox.iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix.lower() not in (*UNFINISHED, ".yaml", ".yml")
    )


def _move(path: Path, folder: Path, batch: str) -> None:
    folder.mkdir(exist_ok=True)
    for one in (path, path.with_suffix(".yaml")):
        if one.exists():
            one.replace(folder / f"{batch}--{one.name}")
    sync(folder)


def _set_aside(path: Path, folder: Path, error: HalqaError) -> None:
    """A file that cannot be read goes to ``refused/`` with the reason beside it; it is not lost."""
    _move(path, folder, utc_now().strftime("%Y%m%dT%H%M%S"))
    write_atomic(folder / f"{path.name}.reason.txt", f"{error.message}\n{error.hint}\n".encode())


def _deliver(ws: Workspace, sinks: Sequence[str]) -> tuple[int, int]:
    delivered = undelivered = 0
    for alert in ws.undelivered_alerts():
        if all(_send(sink, alert) for sink in sinks):
            ws.mark_delivered(alert["alert"])
            delivered += 1
        else:
            undelivered += 1
    return delivered, undelivered


def _send(sink: str, alert: dict[str, Any]) -> bool:
    """Hand one alert to one sink. Only ring numbers and counts leave by a message, never an identifier."""
    scheme, _, target = sink.partition(":")
    if scheme == "file":
        if not target:
            raise UsageError("The sink `file:` names no file.", "Write file:/path/to/alerts.jsonl.")
        return _append_once(Path(target), alert)
    import apprise

    messenger = apprise.Apprise()
    if not messenger.add(sink):
        raise UsageError("A sink is neither file:PATH nor an apprise URL.", "See docs/commands.md, `halqa watch`.")
    body = f"{alert['ring']}: {alert['kind']}, priority {alert['priority']}. Open it with `halqa ring {alert['ring']}`."
    return bool(messenger.notify(title=f"Halqa: {alert['ring']} {alert['kind']}", body=body))


def _append_once(path: Path, alert: dict[str, Any]) -> bool:
    """A job killed after writing and before noting so must not write the same alert again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    whole = [line for line in lines if line.endswith(b"\n")]
    if any(json.loads(line).get("alert") == alert["alert"] for line in whole):
        return True
    write_atomic(path, b"".join(whole) + json.dumps(alert, ensure_ascii=False).encode() + b"\n")
    return True
