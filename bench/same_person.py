"""Time and quality of same-person proposals.

    python -m bench.same_person --people 100000      seconds and peak memory on made-up people
    python -m bench.same_person --home DIR           proposals of a demo workspace against what its makers know

Made-up people: names of the table of pairs and of the table of given names, one line each for half of them, a tenth
written twice under another spelling with the same line.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from bench.names import pairs
from graph.evidence import View
from graph.schema import CODED, TABLES
from halqa import Workspace
from ingest.resolution.proposals import propose
from ingest.resolution.units import units_of

AT = datetime(2024, 6, 1, tzinfo=UTC)


def made_up(people: int, seed: int = 1) -> tuple[View, set[tuple[str, str]]]:
    """A view of that many persons, and which pairs are one person twice."""
    rng = random.Random(seed)
    written = [(p.a, p.b) for p in pairs() if p.same]
    given = [name.split()[0] for pair in written for name in pair if name[0].isascii() and len(name.split()[0]) > 3]
    family = sorted({u.word for a, b in written for u in units_of(b) if not u.groups and u.word.isascii()})
    family += [f"{x}{y}" for x in ("ou", "bou", "ait", "zer", "lam", "tag", "sef", "had") for y in family]
    uids: list[str] = []
    names: list[str] = []
    lines: list[str | None] = []
    twins: set[tuple[str, str]] = set()
    for n in range(people):
        uid = f"person:rec:made:{n:07d}:sender"
        if n % 10 == 9 and lines[-1] is not None:
            uids.append(uid)
            names.append(" ".join(reversed(names[-1].split())))
            lines.append(lines[-1])
            twins.add((uids[-2], uid))
            continue
        # Frequencies fall off as those of names do.
        first = given[min(int(rng.paretovariate(0.9)) - 1, len(given) - 1)]
        last = family[min(int(rng.paretovariate(0.4)) - 1, len(family) - 1)]
        uids.append(uid)
        names.append(f"{first} {last}")
        lines.append(f"phone:e164:+447700{n:08d}" if rng.random() < 0.5 or n % 10 == 8 else None)
    entities = sorted({*uids, *(line for line in lines if line)})
    code = {uid: n for n, uid in enumerate(entities)}
    blank: dict[str, pl.DataFrame] = {
        name: pl.DataFrame(schema={c: pl.UInt32 if c in CODED[name] else kind for c, kind in columns.items()})
        for name, columns in TABLES.items()
    }
    records = [
        {
            "record": uid, "source": "made", "source_type": "money", "format": "made", "key": uid, "hash": uid,
            "received_at": AT, "file": 0, "line": n, "index": None, "root": code[uid], "extra": None,
        }
        for n, uid in enumerate(uids)
    ]  # fmt: skip
    statements = [
        {"subject": code[uid], "prop": "name", "text": name, "number": None, "time": None, "rec": n}
        for n, (uid, name) in enumerate(zip(uids, names, strict=True))
    ]
    links = [
        {
            "src": code[uid], "rel": "USES", "dst": code[line], "since": AT, "until": AT, "basis": "stated",
            "number": None, "props": None, "rec": n,
        }
        for n, (uid, line) in enumerate(zip(uids, lines, strict=True))
        if line is not None
    ]  # fmt: skip
    tables = blank | {
        "entities": pl.DataFrame(
            {"uid": entities, "label": ["Person" if uid.startswith("person") else "Phone" for uid in entities]}
        ),
        "records": pl.DataFrame(records, schema=blank["records"].schema),
        "statements": pl.DataFrame(statements, schema=blank["statements"].schema),
        "links": pl.DataFrame(links, schema=blank["links"].schema),
    }
    return View("made", "made", None, ("general",), tables), twins


def scale(people: int) -> None:
    view, twins = made_up(people)
    began = time.process_time()
    found = propose(view)
    took = time.process_time() - began
    said = {(p.a, p.b) for p in found if not p.name_only}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{people:,} people, {len(found):,} proposals ({len(found) - len(said):,} on a rare name alone)")
    print(f"{took:.1f} CPU s, peak {peak:.0f} MB")
    print(f"written twice: {len(twins):,}; found {len(said & twins):,}; other proposals {len(said - twins):,}")


def country(home: Path) -> None:
    """The country's maker gives every person a line of their own: one line is one person."""
    with Workspace.open(home) as ws:
        view = ws.view()
        ws.mask()
        began = time.process_time()
        found = ws.same_person_proposals()
        print(f"{len(found)} proposals in {time.process_time() - began:.1f} CPU s")
        line = view["links"].filter((pl.col("rel") == "USES") & (pl.col("basis") == "stated")).select("src", "dst")
        lines: dict[str, set[str]] = {}
        for src, dst in zip(view.uids(line["src"]), view.uids(line["dst"]), strict=True):
            lines.setdefault(src, set()).add(dst)
        masked = ws.mask().masks
        groups: dict[frozenset[str], list[str]] = {}
        for uid in view.entities.filter(pl.col("label") == "Person")["uid"]:
            if ":rec:" in uid and uid not in masked and lines.get(uid):
                groups.setdefault(frozenset(lines[uid]), []).append(uid)
        truth = {uid: key for key, uids in groups.items() if len(uids) > 1 for uid in uids}
        wrong = [p for p in found if truth.get(p["a"], 0) != truth.get(p["b"], 1)]
        right = sum(truth.get(p["a"], 0) == truth.get(p["b"], 1) for p in found)
        needed = sum(len(uids) - 1 for uids in groups.values())
        for p in wrong[:5]:
            print("not so:", p["a"], p["b"], [f["code"] for f in p["features"]])
        print(f"right {right} of {len(found)}; questions that join every such person: {needed}, asked {right}")
        traps = pl.read_ndjson(home / "country" / "truth" / "traps.jsonl").filter(pl.col("kind") == "namesake")["uid"]
        print(f"proposals that touch a namesake trap: {sum(p['a'] in traps or p['b'] in traps for p in found)}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int)
    options.add_argument("--home", type=Path)
    chosen = options.parse_args()
    if chosen.people:
        scale(chosen.people)
    if chosen.home:
        country(chosen.home)


if __name__ == "__main__":
    main()
