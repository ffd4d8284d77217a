"""One item ahead: the same items, and nobody waits for a reader that is no longer wanted."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from ingest.ahead import ahead


def test_the_items_and_the_error_come_in_their_places() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("third")

    reading = ahead(items())
    assert [next(reading), next(reading)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(reading)


def test_a_reader_that_is_given_up_is_not_waited_for() -> None:
    gate = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        gate.wait(20)
        yield 2

    reading = ahead(items())
    assert next(reading) == 1
    closing = threading.Thread(target=reading.close)  # type: ignore[attr-defined]  # a generator
    closing.start()
    closing.join(10)
    waits = closing.is_alive()
    gate.set()
    closing.join()
    assert not waits


def test_a_reader_may_be_collected_while_a_thread_starts() -> None:
    """Threads hold a lock of threading's own while they start: joining a reader there would wait for ever."""
    reading = ahead(iter(range(5)))
    next(reading)
    ring: list[object] = [reading]
    ring.append(ring)
    del reading, ring
    with threading._shutdown_locks_lock:  # type: ignore[attr-defined]
        gc.collect()
