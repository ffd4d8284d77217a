"""A reader that stays open is shown every new run, without being opened again, and never two at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from graph.errors import StoreError
from graph.stores import Store, Table
from tests.contract.conftest import Opener
from tests.contract.rounds import round_shown, show
from tests.contract.story import phone

LINE = phone(1001)
BOUND = 60.0
"""Seconds after which a reader counts as blind; what it takes is measured in bench/."""


@pytest.mark.slow
@pytest.mark.parametrize("differing", [False, True], ids=["whole", "difference"])
def test_an_open_reader_sees_every_swap(opener: Opener, tmp_path: Path, differing: bool) -> None:
    problems: list[BaseException] = []
    seen: list[int] = []
    news = threading.Condition()
    done = threading.Event()

    def read() -> None:
        with opener() as reader:
            while not done.is_set():
                try:
                    number = round_shown(reader)
                except (AssertionError, StoreError) as problem:
                    problems.append(problem)
                    return
                with news:
                    seen.append(number)
                    news.notify_all()

    def wait_for(number: int) -> bool:
        with news:
            return news.wait_for(lambda: bool(problems) or (bool(seen) and seen[-1] == number), BOUND)

    prints = tmp_path / "prints" if differing else None
    delays: list[float] = []
    with opener() as writer:
        show(writer, 1, prints)
        readers = [threading.Thread(target=read) for _ in range(2)]
        for thread in readers:
            thread.start()
        try:
            for number in range(2, 8):
                made = show(writer, number, prints)
                swapped = time.monotonic()
                assert made.mode == ("incremental" if differing else "full")
                assert wait_for(number), "no reader saw it"
                delays.append(time.monotonic() - swapped)
        finally:
            done.set()
            for thread in readers:
                thread.join()
    assert problems == []
    assert set(seen) >= set(range(2, 8))
    print(f"seconds until a reader saw it: {max(delays):.3f} at most of {len(delays)}, {len(seen)} answers")


@pytest.mark.parametrize("differing", [False, True], ids=["whole", "difference"])
def test_a_walk_of_several_queries_is_of_one_graph(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, differing: bool
) -> None:
    """The graph is replaced after its first query."""
    prints = tmp_path / "prints" if differing else None
    with opener() as reader, opener() as writer:
        show(writer, 1, prints)
        plain = type(reader).run
        asked: list[str] = []

        def run(store: Store, query: str, *given: Any, **more: Any) -> Table:
            asked.append(query)
            answer = plain(store, query, *given, **more)
            if len(asked) == 1:
                show(writer, 2, prints)
            return answer

        monkeypatch.setattr(type(reader), "run", run)
        around = reader.expand(LINE, 2, 50)
        calls = {link.n for link in around.links if link.rel == "CALLED"}
        assert len(asked) > 1
        assert calls in ({1}, {2}), f"a mixture: {calls}"
        assert {link.n for link in reader.expand(LINE, 2, 50).links if link.rel == "CALLED"} == {2}
