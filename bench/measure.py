"""Timing in fresh processes, so that nothing is warm that users find cold: wall time and peak memory."""

from __future__ import annotations

import multiprocessing
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds (the best of the repeats) and peak resident memory in MiB."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: ours beside the plain one, and the ratio we aim at."""

    what: str
    size: str
    ours: Cost
    plain: Cost | None
    goal: str
    compared: float | None = None
    """The ratio where it is not that of the two times."""

    @property
    def ratio(self) -> float | None:
        if self.compared is not None or self.plain is None:
            return self.compared
        return self.ours.seconds / max(self.plain.seconds, 1e-9)


def _child(connection: Connection, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    answer = function(*arguments)
    connection.send((answer, high_water(os.getpid())))
    connection.close()


def apart(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> tuple[T, float]:
    """What ``function`` gives in a process of its own (spawned), and the peak memory of that, in MiB.

    The function must be importable by name, its answer picklable. Errors: RuntimeError when it fails there.
    """
    assert not named, "arguments go by position"
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, function, arguments))
    process.start()
    there.close()
    try:
        answer, peak = here.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"{getattr(function, '__name__', function)} failed in its process") from None
    process.join()
    return cast("T", answer), float(peak)


def best(function: Callable[..., object], arguments: tuple[object, ...], repeats: int) -> float:
    """Seconds of the fastest of several runs."""
    return min(timed(function, *arguments) for _ in range(repeats))


def timed(function: Callable[..., object], *arguments: object) -> float:
    """Wall seconds of one run."""
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def cost(function: Callable[..., object], *arguments: object, repeats: int = 1) -> Cost:
    """Run ``function`` in a process of its own. Both as in :func:`apart`."""
    return Cost(*apart(best, function, arguments, repeats))


def high_water(pid: int) -> float:
    """Peak resident memory of a process so far, in MiB (Linux).

    Not ``getrusage``: that of a child begins with the peak of the process that made it.

    Raises:
        OSError: no such process.
    """
    return peak_of(Path(f"/proc/{pid}/status").read_text())


def peak_of(status: str) -> float:
    """MiB of the line ``VmHWM:  1024 kB`` of a process's status. Errors: ValueError when there is none."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise ValueError("no VmHWM in the status of the process")
    return int(found[1]) / 1024
