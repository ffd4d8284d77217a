"""Precision and recall of the name comparison on the committed table of pairs.

python -m bench.names            prints the result, wrong answers and the table in Markdown
python -m bench.names --write    puts it into docs/resolution.md between its marks
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from ingest.resolution.names import ALIKE, compare

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "samples" / "name_pairs.csv"
PAGE = ROOT / "docs" / "resolution.md"
BEGIN, END = "<!-- begin: python -m bench.names -->", "<!-- end -->"


@dataclass(frozen=True)
class Pair:
    part: str
    a: str
    b: str
    same: bool
    about: str
    score: float

    @property
    def said_same(self) -> bool:
        return self.score >= ALIKE


def pairs() -> list[Pair]:
    """Every pair of the table with the score it gets."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return [
            Pair(row["part"], row["a"], row["b"], row["same"] == "yes", row["about"], compare(row["a"], row["b"]).score)
            for row in csv.DictReader(stream)
        ]


def quality(of: list[Pair]) -> tuple[float, float]:
    """Precision and recall of "same" among some pairs."""
    said = [p for p in of if p.said_same]
    right = sum(p.same for p in said)
    return right / len(said), right / sum(p.same for p in of)


def page() -> str:
    """The result in Markdown."""
    every = pairs()
    lines = ["| Pairs | same | different | precision | recall |", "|---|---|---|---|---|"]
    for name, of in (
        ("tuned on", [p for p in every if p.part == "tuned"]),
        ("held out", [p for p in every if p.part == "held out"]),
        ("all", every),
    ):
        precision, recall = quality(of)
        same = sum(p.same for p in of)
        lines.append(f"| {name} | {same} | {len(of) - same} | {precision:.3f} | {recall:.3f} |")
    lines += ["", "| Pair | | truth | score | |", "|---|---|---|---|---|"]
    for p in every:
        mark = "" if p.said_same == p.same else "**wrong**"
        held = " (held out)" if p.part == "held out" else ""
        lines.append(
            f"| {p.a} · {p.b} | {p.about}{held} | {'same' if p.same else 'different'} | {p.score:.2f} | {mark} |"
        )
    return "\n".join(lines)


def main() -> None:
    text = page()
    if "--write" in sys.argv:
        old = PAGE.read_text(encoding="utf-8")
        head, _, rest = old.partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
