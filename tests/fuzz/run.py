"""``python -m tests.fuzz --files 100000``: damaged files of every family, in processes with bounded memory."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fuzz.families import Failed, families, try_one

MEMORY = 8 << 30
"""Bytes of address space a process may have: a file that asks for more has found a defect."""
CHUNK = 250


def _run(job: tuple[str, int, int, int]) -> tuple[Counter[str], list[str], int]:
    family, seed, start, stop = job
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    samples = families()[family]
    answers: Counter[str] = Counter()
    failures = []
    for number in range(start, stop):
        try:
            answers[try_one(family, samples, seed, number)] += 1
        except Failed as failed:
            failures.append(str(failed))
    return answers, failures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Run and print one line a family; the exit code is 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="damaged files a family")
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
        jobs = [(family, chosen.seed, n, min(n + CHUNK, chosen.files)) for n in range(0, chosen.files, CHUNK)]
        answers: Counter[str] = Counter()
        failures: list[str] = []
        peak = 0
        with ProcessPoolExecutor(chosen.processes, max_tasks_per_child=40) as pool:
            for counted, failed, memory in pool.map(_run, jobs):
                answers += counted
                failures += failed
                peak = max(peak, memory)
        seconds = time.perf_counter() - began
        broken += len(failures)
        print(
            f"{family:20} {sum(answers.values()) + len(failures):8} files  {len(failures)} broken  {seconds:7.1f} s  "
            f"{peak / 1024:6.0f} MB  " + ", ".join(f"{name} {n}" for name, n in sorted(answers.items())),
            flush=True,
        )
        for failure in failures[:10]:
            print("   ", failure[:400])
        told[family] = {
            "files": chosen.files,
            "broken": len(failures),
            "peak_mb": peak // 1024,
            "answers": dict(answers),
        }
    if chosen.out:
        chosen.out.write_text(json.dumps({"seed": chosen.seed, "families": told}, indent=1) + "\n", encoding="utf-8")
    return 1 if broken else 0
