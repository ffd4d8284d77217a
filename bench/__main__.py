"""``python -m bench [--size small|large] [--only PART]``: one table, and bench/results/*.json. Parts: ``PARTS``."""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench import gds, graphs, page, quality, speed
from bench.measure import Row
from tests.contract import neo4j_server

RESULTS = Path(__file__).parent / "results"
PARTS: Final[dict[str, Callable[[Path, str], Iterable[Row]]]] = {
    "intake": speed.intake, "detection": speed.detection, "gds": gds.rows, "graph": graphs.rows,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--size", choices=("small", "large"), default="small")
    parser.add_argument("--only", choices=(*PARTS, "quality"))
    chosen = parser.parse_args()
    result: dict[str, Any] = {
        "machine": {"cpu": platform.processor() or platform.machine(), "python": platform.python_version()},
        "versions": {
            **{name: version(name) for name in ("polars", "igraph", "numpy", "kglite")},
            "Neo4j": neo4j_server.version(), "GDS": gds.version(),
        },
        "size": chosen.size,
    }  # fmt: skip
    for name, measure in PARTS.items():
        if chosen.only in (None, name):
            result[name] = _lines(measure, chosen.size)
    if chosen.only in (None, "quality"):
        result["quality"] = quality.report(chosen.size)
    RESULTS.mkdir(exist_ok=True)
    written = f"{chosen.size}.json"
    if chosen.only and (RESULTS / written).exists():  # the other parts stay as they were seen
        result = {**json.loads((RESULTS / written).read_text(encoding="utf-8")), **result}
    (RESULTS / written).write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if chosen.size == "large":
        page.write(result)
    print(f"\nwritten to bench/results/{written}")


def _lines(measure: Callable[[Path, str], Iterable[Row]], size: str) -> list[dict[str, Any]]:
    print(f"{'what':<36} {'size':<44} {'ours s':>8} {'MiB':>7} {'plain s':>8} {'ratio':>6}  goal")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for row in measure(Path(folder), size):
            plain = f"{row.plain.seconds:8.3f}" if row.plain else " " * 8
            ratio = f"{row.ratio:6.2f}" if row.ratio is not None else " " * 6
            ours = f"{row.ours.seconds:8.3f} {row.ours.peak_mb:7.0f}"
            print(f"{row.what:<36} {row.size:<44} {ours} {plain} {ratio}  {row.goal}", flush=True)
            lines.append(
                {
                    "what": row.what, "size": row.size, "seconds": round(row.ours.seconds, 4),
                    "peak_mb": round(row.ours.peak_mb), "ratio": row.ratio and round(row.ratio, 2), "goal": row.goal,
                    "plain_seconds": row.plain and round(row.plain.seconds, 4),
                    "plain_peak_mb": row.plain and round(row.plain.peak_mb),
                }
            )  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
