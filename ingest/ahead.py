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

    with ThreadPoolExecutor(1, "ahead") as reader:
        coming = reader.submit(step)
        while item := coming.result():
            coming = reader.submit(step)
            yield item[0]
