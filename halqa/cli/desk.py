"""Commands that run for a while: the demo country, the desk in the browser, the scheduled job."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, home, workspace
from halqa.cli.output import emit, note

SCALES = ("tiny", "small", "medium", "large")
_PERIOD = re.compile(r"(\d+)\s*([smh])")


def register(app: typer.Typer) -> None:
    for command in (demo, ui, watch):
        app.command()(command)


def demo(
    scale: Annotated[str, typer.Option(help="tiny, small, medium or large.")] = "small",
    seed: Annotated[int, typer.Option(help="Another seed, another country.")] = 1,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Do not open the desk at the end.")] = False,
    json: AsJson = False,
) -> None:
    """Make a synthetic country, ingest it, find its rings, print them, open the desk."""
    if scale not in SCALES:
        raise UsageError(f"--scale: {scale!r} is not a scale.", f"Use one of: {', '.join(SCALES)}.")
    from halqa.cli import findings
    from halqa.demo import run_demo

    report = run_demo(home(), scale=scale, seed=seed, say=note)
    if json:
        emit(report)
    else:
        findings.rings(status="all", limit=20, as_of=None, json=False)
        note(f"Workspace: {home()}. Try `halqa --home {home()} ring R-0001`.")
    if not no_ui:
        ui()


def ui(
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser window.")] = False,
) -> None:
    """Open the analyst's desk in the browser; Ctrl-C ends it."""
    with workspace(**{"ui.port": port, "ui.host": host}) as ws:
        settings = ws.settings.ui
    from ui.server import serve

    serve(home(), port=settings.port, host=settings.host, open_browser=not no_browser)


def watch(
    once: Annotated[bool, typer.Option("--once", help="One turn, then end (for cron or a timer).")] = False,
    every: Annotated[str | None, typer.Option(metavar="15m", help="Keep running, one turn every so often.")] = None,
    sink: Annotated[
        list[str] | None, typer.Option(help="Where alerts go: file:PATH or an apprise URL; repeatable.")
    ] = None,
    json: AsJson = False,
) -> int:
    """The scheduled job: take what lies in the inbox, detect, raise an alert for every new or grown ring, once."""
    if once == (every is not None):
        raise UsageError("Say either --once or --every.", "For a timer: `halqa watch --once`.")
    from halqa.watch import keep_watching, watch_once

    sinks = tuple(sink) if sink else None
    if every is None:
        with workspace() as ws:
            report = watch_once(ws, sinks=sinks)
        if json:
            emit(report)
        else:
            _show_turn(report)
        return 1 if report["failed"] or report["undelivered"] else 0
    keep_watching(workspace, seconds=_seconds(every), sinks=sinks, show=emit if json else _show_turn)
    return 0


def _show_turn(report: dict[str, object]) -> None:
    print(
        f"{report['ingested']} files taken, {report['failed']} left in the inbox, {report['alerts']} new alerts,"
        f" {report['delivered']} delivered, {report['undelivered']} waiting."
    )


def _seconds(text: str) -> float:
    found = _PERIOD.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UsageError(f"--every: {text!r} is not a period.", "Write 30s, 15m or 1h.")
    return int(found[1]) * {"s": 1.0, "m": 60.0, "h": 3600.0}[found[2]]
