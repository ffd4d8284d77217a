"""Peak memory is that of the process which is asked about."""

from __future__ import annotations

import numpy as np
import pytest

from bench.measure import apart, peak_of

STATUS = "Name:\tjava\nVmPeak:\t 4237948 kB\nVmSize:\t 4237948 kB\nVmHWM:\t  491520 kB\nVmRSS:\t  204800 kB\n"


def test_the_peak_is_the_high_water_mark_of_resident_memory() -> None:
    assert peak_of(STATUS) == 480.0


def test_a_status_without_the_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="VmHWM"):
        peak_of("Name:\tkthreadd\nThreads:\t1\n")


def nothing() -> None:
    """What a child does that must not be charged with its parent's memory."""


def test_a_child_is_not_charged_with_what_its_parent_once_held() -> None:
    held = np.ones(100_000_000)
    del held
    _, peak = apart(nothing)
    assert peak < 600
