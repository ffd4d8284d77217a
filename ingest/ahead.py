"""One item ahead: an iterator is advanced by a second thread while the caller works on what it gave before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items; never more than one waits. Errors come where the item would have come."""

    def step() -> list[T]:
        return [item for _, item in zip(range(1), items, strict=False)]

    reader = ThreadPoolExecutor(1, "ahead")
    try:
        coming = reader.submit(step)
        while item := coming.result():
            coming = reader.submit(step)
            yield item[0]
    finally:
        # Never waits: one that was left behind is closed by the garbage collector, which runs in any thread at any
        # moment, also in one that holds what the end of the other thread needs.
        reader.shutdown(wait=False, cancel_futures=True)
