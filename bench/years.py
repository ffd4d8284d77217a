"""Years of small batches: what appending, opening, compacting and checking cost as they pile up.

    python -m bench.years 5000            # the acceptance fact: compact, verify green, one flipped bit named
    python -m bench.years 35000 --open    # a year of a 15-minute job: append and open with and without segments

Flushing to the disk is left out while the batches are made (it is the same in every state); nothing else is.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import graph.files
from graph.chain import Custody
from graph.ledger import Ledger
from tests.graph.drafts import T0, Told, draft

HANDS = Custody("bench", T0, None, "bench")


def grow(folder: Path, n: int) -> float:
    """``n`` batches of two reports; seconds a batch."""
    ledger = Ledger(folder)
    began = time.perf_counter()
    for i in range(n):
        told = [Told(f"{i}-{k}", (f"+21268300{i % 9000:04d}", f"+21268500{k:04d}"), day=i // 96) for k in range(2)]
        ledger.append(draft(told), at=T0 + timedelta(minutes=15 * i), custody=HANDS)
    return (time.perf_counter() - began) / n


def _at_once(path: Path) -> None:
    """Instead of waiting for the disk."""


def timed(work: Callable[[], Any], repeat: int = 1) -> float:
    """The best of a few runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def append_one(folder: Path) -> None:
    Ledger(folder).append(draft([Told(f"x{random.random()}", ("+212683000001",))]), at=T0)


def measure(n: int, opening: bool) -> dict[str, Any]:
    """Figures for ``n`` batches, before and after compaction."""
    folder = Path(tempfile.mkdtemp(prefix="years"))
    found: dict[str, Any] = {"batches": n}
    real = graph.files.sync
    try:
        graph.files.sync = _at_once
        found["append_s"] = grow(folder, n)
        graph.files.sync = real
        if opening:
            found["before"] = _opened(folder)
        digest = Ledger(folder).view().digest
        files = sum(p.is_file() for p in folder.rglob("*"))
        found["verify_before_s"] = timed(lambda: Ledger(folder).verify())
        found["compact_s"] = timed(lambda: Ledger(folder).compact(custody=HANDS))
        found["files"] = [files, sum(p.is_file() for p in folder.rglob("*"))]
        found["verify_after_s"] = timed(lambda: Ledger(folder).verify())
        found["green"] = Ledger(folder).verify() == []
        found["same_digest"] = Ledger(folder).view().digest == digest
        if opening:
            found["after"] = _opened(folder)
        found["flips_named"] = _flips(folder, 20)
    finally:
        graph.files.sync = real
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _opened(folder: Path) -> dict[str, float]:
    return {
        "head_s": timed(lambda: Ledger(folder).head, 3),
        "append_s": timed(lambda: append_one(folder), 3),
        "dedupe_s": timed(lambda: Ledger(folder).hashes("eblagh"), 3),
        "view_s": timed(lambda: Ledger(folder).view()),
        "all_manifests_s": timed(lambda: Ledger(folder).batches()),
    }


def _flips(folder: Path, n: int) -> str:
    chance = random.Random(5)
    named = 0
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    for _ in range(n):
        path = chance.choice(paths)
        raw = path.read_bytes()
        at = chance.randrange(len(raw))
        path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :])
        named += str(path) in {p.file for p in Ledger(folder).verify()}
        path.write_bytes(raw)
    return f"{named} of {n}"


def main() -> None:
    parser = argparse.ArgumentParser(description="What years of small batches cost.")
    parser.add_argument("batches", type=int, nargs="?", default=5_000)
    parser.add_argument("--open", action="store_true", help="also time opening and appending before and after")
    chosen = parser.parse_args()
    json.dump(measure(chosen.batches, chosen.open), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
