"""A crowd whose evidence says of every line and call which round it is of: what is shown can be told from any row."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from graph.evidence import View
from graph.projection import Projection, project
from graph.stores import Store, open_store
from tests.contract.held import links_held, nodes_held
from tests.contract.story import Story, phone

CALLERS = 30
STILL = 200
"""Lines of which nothing ever changes."""

ASK = """MATCH (ring:Ring)-[:HAS_MEMBER]->(m) MATCH (a:Phone)-[c:CALLED]->(b:Phone) WHERE a.round IS NOT NULL
RETURN ring.run AS run, m.round AS member, a.round AS caller, b.round AS called, c.n AS calls, count(*) AS n
ORDER BY run, member, caller, called, calls"""
"""Every row names the run five times; there is one row unless two runs are mixed."""


def crowd(number: int) -> View:
    """Round ``number``: 1 or higher. Lines come and go, each calls the next one ``number`` times on one day."""
    s = Story()
    lines = [phone(100 * (number % 3) + n) if n % 5 == 0 else phone(1000 + n) for n in range(CALLERS)]
    for n, line in enumerate(lines):
        s.record(f"row:x:{n}", "registry", "x", "06-01 00:00")
        s.state(line, "round", float(number))
        for call in range(number):
            s.call(f"{n}-{call}", line, lines[(n + 1) % CALLERS], f"06-02 08:{call:02d}", 60)
    for n in range(STILL):
        s.record(f"row:still:{n}", "registry", "x", "06-01 00:00")
        s.link(phone(2000 + n), "HAS_SIM", f"sim:imsi:0010100{n:08d}", "06-01 00:00")
    return s.view()


def show(store: Store, number: int, prints: Path | None) -> Projection:
    """Project a round, with a ring that is of its run."""
    ring = {
        "ring": "R-0001", "status": "lead", "score": 5.0,
        "members": [{"uid": phone(1001), "role": "operator", "score": 0.5}],
    }  # fmt: skip
    return project(crowd(number), store, run=str(number), rings=[ring], prints=prints)


def round_shown(store: Store) -> int:
    """The round a reader sees. Errors: AssertionError when what it sees is of two rounds."""
    rows = store.run(ASK).rows
    assert len(rows) == 1, f"a mixture: {rows}"
    run, member, caller, called, calls, n = rows[0]
    assert [int(run), member, caller, called, calls, n] == [*[int(run)] * 5, CALLERS]  # type: ignore[arg-type]
    return int(run)  # type: ignore[arg-type]


def whole(number: int, folder: Path) -> tuple[list[str], list[str]]:
    """All nodes and links of a round, as a projection into an empty store makes them."""
    with open_store("embedded", folder) as store:
        show(store, number, None)
        return nodes_held(store), links_held(store)


# --- a process that projects and kills itself


def projecting(url: str, folder: Path, number: int, prints: Path | None, at: int | None) -> tuple[int, int]:
    """Project a round in another process, which kills itself with signal 9 at its step ``at``.

    Returns:
        How it ended (-9: killed), and the number of steps when it was not.
    """
    told = json.dumps([url, str(folder), number, None if prints is None else str(prints), at])
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.rounds", told], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, -9):
        raise AssertionError(done.stderr)
    return done.returncode, int(done.stdout) if done.returncode == 0 else 0


def spread(kills: int) -> Iterator[float]:
    """Moments of a piece of work, 0 its beginning and 1 its end: evenly, and closer together where it commits."""
    early = (kills + 1) // 2
    yield from ((n + 0.5) / early for n in range(early))
    yield from (1 - 0.2 * 0.6 ** (n + 1) for n in range(kills - early))


def _main(told: str) -> None:
    from tests.contract.steps import counting

    url, folder, number, prints, at = json.loads(told)
    with open_store(url, Path(folder), user="neo4j", password="only-for-tests") as store, counting(at) as steps:
        show(store, number, None if prints is None else Path(prints))
    print(steps.taken)


if __name__ == "__main__":
    _main(sys.argv[1])
