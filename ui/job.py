"""A detection run beside the desk, in a process of its own: pages stay quick, and it can be cancelled.

Ending it at any moment is safe: a run is kept whole or not at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any


def _detection(home: str) -> list[str]:
    return [sys.executable, "-c", "from halqa.cli import main; main()", "--home", home, "detect", "--json"]


command: Callable[[str], list[str]] = _detection
"""The command line of a run; tests put another in its place."""


@dataclass(slots=True)
class Job:
    """A run under way."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]
    errors: IO[bytes]
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> int:
        """How long it has been running."""
        return int(time.monotonic() - self.began)

    @property
    def running(self) -> bool:
        return self.process.poll() is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: the answer of ``halqa detect --json``, or what the command said went wrong."""

    report: dict[str, Any]
    error: str = ""


def start(home: str) -> Job:
    """Start a run over the workspace in ``home``."""
    # Files, not pipes: a run that says much would otherwise wait for a reader. Closed by finish or cancel.
    output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(command(home), stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
    return Job(process, output, errors)


def finish(job: Job) -> Outcome:
    """The outcome of a run that has ended."""
    code = job.process.wait()
    job.output.seek(0)
    job.errors.seek(0)
    said, complaint = job.output.read().decode("utf-8", "replace"), job.errors.read().decode("utf-8", "replace")
    job.output.close()
    job.errors.close()
    if code == 0:
        try:
            return Outcome(json.loads(said))
        except json.JSONDecodeError:
            return Outcome({}, said.strip() or complaint.strip())
    return Outcome({}, complaint.strip().removeprefix("halqa: ") or str(code))


def cancel(job: Job) -> None:
    """End a run; nothing of it is kept."""
    if job.running:
        job.process.terminate()
        try:
            job.process.wait(10)
        except subprocess.TimeoutExpired:
            job.process.kill()
            job.process.wait(10)
    job.output.close()
    job.errors.close()
