"""Timing in fresh processes, so that nothing is warm that users find cold: wall time and peak memory."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds (the best of the repeats) and peak resident memory in MiB."""

    seconds: float
    peak_mb: float


def _child(connection: Any, function: Callable[..., object], arguments: tuple[object, ...], repeats: int) -> None:
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        function(*arguments)
        best = min(best, time.perf_counter() - began)
    connection.send((best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    connection.close()


def cost(function: Callable[..., object], *arguments: object, repeats: int = 1) -> Cost:
    """Run ``function`` in a process of its own (spawned). The function must be importable by name."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, function, arguments, repeats))
    process.start()
    there.close()
    try:
        seconds, peak = here.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"{function.__name__} failed in its process") from None
    process.join()
    return Cost(seconds, peak)
