"""Starting the desk: ``serve`` runs Streamlit on ``ui/entry/app.py``, every option on its command line.

No telemetry, no fonts or icons from elsewhere, no e-mail prompt: the desk works on a machine without internet.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Final

from graph.errors import StorageError, UsageError
from ui.present.palette import THEME

LOOPBACK: Final = "127.0.0.1"
MAX_UPLOAD_MB: Final = 2048
_TRIES: Final = 20
"""Ports tried after the wanted one."""
_START_SECONDS: Final = 60


def entry() -> Path:
    """The script Streamlit runs."""
    return Path(str(files("ui"))) / "entry" / "app.py"


def command(port: int, host: str = LOOPBACK, script: Path | None = None) -> list[str]:
    """The command line of the desk's server."""
    options = {
        "server.port": port,
        "server.address": host,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "server.showEmailPrompt": "false",
        "server.maxUploadSize": MAX_UPLOAD_MB,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "theme.baseFontSize": 15,
    } | {f"theme.{name}": value for name, value in THEME.items()}
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(script or entry()), *flags]


def environment(home: Path | str) -> dict[str, str]:
    """Environment of the server: the workspace it shows."""
    return os.environ | {"HALQA_HOME": str(Path(home).resolve()), "PYTHONUNBUFFERED": "1"}


def free_port(wanted: int, host: str = LOOPBACK) -> int:
    """``wanted`` if nobody listens there, else the next free one.

    Raises:
        UsageError: the address is not ours, or no port near is free.
    """
    for port in range(wanted, wanted + _TRIES):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                continue
            except OSError as error:
                if error.errno in (99, 10049):
                    raise UsageError(
                        f"{host} is not an address of this machine.", "Leave --host out, or give one that is."
                    ) from error
                continue
        return port
    raise UsageError(f"Ports {wanted} to {wanted + _TRIES - 1} are all in use.", "Give another with --port.")


def start(
    home: Path | str, port: int, host: str = LOOPBACK, *, script: Path | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers; the caller ends it.

    Raises:
        StorageError: it ended, or did not answer within a minute; names the log when there is one.
    """
    # For its owner alone: what a fault leaves in a log may name people.
    output = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") if log else None
    try:
        process = subprocess.Popen(
            command(port, host, script),
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
    finally:
        if output:
            output.close()
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port, host):
            return process
        time.sleep(0.1)
    stop(process)
    raise StorageError(
        "The desk did not start.", f"Its output is in {log}." if log else "Start it again; nothing was changed."
    )


def _answers(port: int, host: str) -> bool:
    reachable = LOOPBACK if host in {"0.0.0.0", "::"} else host  # noqa: S104 (asked, not listened on)
    address = f"[{reachable}]" if ":" in reachable else reachable
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server started here, by its own process."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def address(port: int, host: str = LOOPBACK) -> str:
    """What to type into a browser."""
    shown = "localhost" if host in {LOOPBACK, "0.0.0.0", "::", "::1"} else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def serve(home: Path | str, port: int = 8501, host: str = LOOPBACK, *, open_browser: bool = True) -> int:
    """Run the desk until it is interrupted; returns the exit code of the server.

    Writes the address to stderr. Another port is taken when the wanted one is in use.
    """
    folder = Path(home)
    chosen = free_port(port, host)
    folder.mkdir(parents=True, exist_ok=True)
    process = start(folder, chosen, host, log=folder / "desk.log")
    where = address(chosen, host)
    sys.stderr.write(f"The desk is at {where} (Ctrl+C ends it)\n")
    sys.stderr.flush()
    if open_browser:
        webbrowser.open(where)

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(process)
        signal.signal(signal.SIGTERM, before)
