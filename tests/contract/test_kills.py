"""kill -9 in the middle of a projection: a reader sees the old graph whole, and the next projection makes the new one.

``HALQA_KILLS=20`` kills so many times, of each kind.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import StoreError
from graph.stores import Store, open_store
from tests.conftest import missing
from tests.contract.conftest import Opener
from tests.contract.held import links_held, nodes_held
from tests.contract.neo4j_server import PASSWORD, USER, Process, Server, Unavailable, process
from tests.contract.rounds import projecting, round_shown, show, spread, whole
from tests.contract.steps import counting

KILLS = int(os.environ.get("HALQA_KILLS", "4"))
SERVER_KILLS = int(os.environ.get("HALQA_KILLS", "2"))

Held = tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Held]:
    """What the graph of rounds 1 and 2 holds."""
    folder = tmp_path_factory.mktemp("whole")
    return {number: whole(number, folder / str(number)) for number in (1, 2)}


def held(store: Store) -> Held:
    return nodes_held(store), links_held(store)


@pytest.mark.slow
@pytest.mark.timeout(600 + 60 * KILLS)
@pytest.mark.parametrize("differing", [False, True], ids=["whole", "difference"])
def test_our_process_is_killed(opener: Opener, tmp_path: Path, rounds: dict[int, Held], differing: bool) -> None:
    prints = tmp_path / "prints" if differing else None
    with opener() as reader:
        url, folder = reader.url, tmp_path / "graph"
        show(reader, 1, prints)
        steps = {number: projecting(url, folder, number, prints, None)[1] for number in (2, 1, 2)}
        assert round_shown(reader) == 2
        now, died = 2, 0
        for share in spread(KILLS):
            old, now = now, 3 - now
            moment = round(steps[now] * share)
            code, _ = projecting(url, folder, now, prints, moment)
            died += code == -signal.SIGKILL
            seen = round_shown(reader)
            assert seen in (old, now)
            assert held(reader) == rounds[seen], f"neither the old graph nor the new one after step {moment}"
            with opener() as store:
                made = show(store, now, prints)
            assert held(reader) == rounds[now]
            assert made.mode == ("incremental" if differing else "full")
        assert died * 4 >= KILLS * 3, "most kills must hit"
        print(f"{reader.url}: {died} of {KILLS} kills hit a projection")


@pytest.fixture
def server() -> Iterator[Process]:
    try:
        with process() as made:
            yield made
    except Unavailable as problem:
        missing("neo4j", str(problem))


@pytest.mark.slow
@pytest.mark.neo4j
@pytest.mark.timeout(600 + 90 * SERVER_KILLS)
def test_the_server_is_killed(server: Process, tmp_path: Path, rounds: dict[int, Held]) -> None:
    def opened(running: Server) -> Store:
        return open_store(running.uri, tmp_path, user=USER, password=PASSWORD)

    steps: dict[bool, int] = {}
    prints = {True: tmp_path / "prints", False: None}
    with opened(server.start()) as store:
        show(store, 1, prints[True])
        for number, differing in ((2, False), (1, True), (2, True)):
            with counting(None) as counted:
                made = show(store, number, prints[differing])
            steps[differing] = counted.taken
        assert made.mode == "incremental"
        running = store.url
    now, died = 2, 0
    for kill, share in enumerate(spread(SERVER_KILLS)):
        differing = kill % 2 == 0
        old, now = now, 3 - now
        with open_store(running, tmp_path, user=USER, password=PASSWORD) as store:
            try:
                with counting(round(steps[differing] * share), server.kill):
                    show(store, now, prints[differing])
            except StoreError as error:
                died += 1
                assert "graph server" in error.message
            server.kill()
            with pytest.raises(StoreError, match="graph server"):
                round_shown(store)
        again = server.start()
        with opened(again) as store:
            seen = round_shown(store)
            assert seen in (old, now)
            assert held(store) == rounds[seen]
            # With prints, so that the next one can be by difference.
            show(store, now, prints[True])
            assert held(store) == rounds[now]
    assert died * 4 >= SERVER_KILLS * 3, "most kills must hit"
    print(f"{died} of {SERVER_KILLS} kills hit a projection")
