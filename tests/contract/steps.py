"""Dying, or doing something else, at a given step of a piece of work: a step is any call of a function, Python or C."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Steps:
    taken: int = 0


def die() -> None:
    """As a machine does whose plug is pulled."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def counting(at: int | None, then: Callable[[], None] = die) -> Iterator[Steps]:
    """Count the steps of this thread within the block, and do ``then`` at step ``at``."""
    steps = Steps()

    def step(_frame: FrameType, event: str, _what: object) -> None:
        if event in ("call", "c_call"):
            steps.taken += 1
            if steps.taken == at:
                then()

    sys.setprofile(step)
    try:
        yield steps
    finally:
        sys.setprofile(None)
