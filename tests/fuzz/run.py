"""``python -m tests.fuzz --files 100000``: damaged files of every family, in processes with bounded memory."""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.families import Failed, families, try_one

MEMORY = 8 << 30
"""Bytes of address space a process may have: a file that asks for more has found a defect."""
CHUNK = 250
ROUND = 40
"""Chunks after which a process is replaced by a new one, so that what it has gathered is no part of the peak."""

Job = tuple[str, int, int, int]
Told = tuple[Counter[str], list[str], int]


def _run(job: Job) -> Told:
    family, seed, start, stop = job
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    samples = families()[family]
    answers: Counter[str] = Counter()
    failures = []
    # In memory where there is such a folder: a hundred thousand files are no work for a disk.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="halqa-fuzz-", dir=memory if memory.is_dir() else None) as folder:
        for number in range(start, stop):
            try:
                answers[try_one(family, samples, seed, number, Path(folder))] += 1
            except Failed as failed:
                failures.append(str(failed))
    return answers, failures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _all(jobs: Sequence[Job], processes: int) -> Iterator[Told]:
    """What became of each chunk. One that kills its process is run again alone, to know it from its neighbours."""
    # A pool a round: one that replaces its own processes stops for good when the last of them has left (Python 3.11).
    for first in range(0, len(jobs), ROUND * processes):
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            running = [(job, pool.submit(_run, job)) for job in jobs[first : first + ROUND * processes]]
            yield from (_result(job, future) for job, future in running)


def _result(job: Job, future: Future[Told], *, again: bool = True) -> Told:
    try:
        return future.result()
    except BrokenProcessPool:
        if again:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                return _result(job, pool.submit(_run, job), again=False)
        family, seed, start, stop = job
        return Counter(), [f"{family}/*/{seed}/{start} to {stop - 1}: a file among these ends the process"], 0


def main() -> int:
    """Run and print one line a family; the exit code is 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="damaged files a family")
    parser.add_argument("--first", type=int, default=0, help="number of the first file: a night may be cut in pieces")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", action="append", help="only these (default: all)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    chosen = parser.parse_args()
    known = families()
    wrong = set(chosen.family or ()) - set(known)
    if wrong:
        parser.error(f"no such family: {', '.join(sorted(wrong))}; one of {', '.join(known)}")
    told: dict[str, object] = {}
    broken = 0
    for family in chosen.family or sorted(known):
        began = time.perf_counter()
        last = chosen.first + chosen.files
        jobs = [(family, chosen.seed, n, min(n + CHUNK, last)) for n in range(chosen.first, last, CHUNK)]
        answers: Counter[str] = Counter()
        failures: list[str] = []
        peak = 0
        for counted, failed, memory in _all(jobs, chosen.processes):
            answers += counted
            failures += failed
            peak = max(peak, memory)
            told[family] = {
                "first": chosen.first,
                "files": sum(answers.values()) + len(failures),
                "broken": len(failures),
                "failures": failures[:10],
                "seconds": round(time.perf_counter() - began, 1),
                "peak_mb": peak // 1024,
                "answers": dict(answers),
            }
            if chosen.out:  # after each chunk: a night may end early
                whole = json.dumps({"seed": chosen.seed, "families": told}, indent=1)
                chosen.out.write_text(whole + "\n", encoding="utf-8")
        seconds = time.perf_counter() - began
        broken += len(failures)
        print(
            f"{family:20} {sum(answers.values()) + len(failures):8} files  {len(failures)} broken  {seconds:7.1f} s  "
            f"{peak / 1024:6.0f} MB  " + ", ".join(f"{name} {n}" for name, n in sorted(answers.items())),
            flush=True,
        )
        for failure in failures[:10]:
            print("   ", failure[:400])
    return 1 if broken else 0
