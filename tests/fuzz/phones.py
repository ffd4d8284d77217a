"""The fast path of phone numbers against the library: ``python -m tests.fuzz.phones --shapes 1000000 --seed 1``.

The suite runs a few thousand shapes of a fixed seed; a million take some minutes. Exit status 1 names what differs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator

import phonenumbers
import polars as pl

from ingest.normalise.phone import INTERNATIONAL, NATIONAL, by_library, phones

REGIONS = ("MA", "FR", "GB", "KW", "SA", "US", "IT", "AR", "MX", "BR", None)
CODES = sorted(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
BLOCK = 20_000


def shape(chance: random.Random) -> str:
    """A number as somebody might write it: mostly near the shapes of the fast path, often just beside them."""
    if chance.random() < 0.5:
        code, size = chance.choice(list(INTERNATIONAL)), chance.choice([7, 8, 9, 9, 10])
        written = chance.choice(["+", "00"]) + code + chance.choice("123456789")
        written += "".join(chance.choices("0123456789", k=size - 1))
    else:
        size = chance.choice([3, 5, 6, 7, 8, 8, 9, 9, 9, 9, 10, 10, 11, 12, 14])
        code = chance.choice([*INTERNATIONAL, *CODES, "", ""])
        written = chance.choice(["+", "+", "00", "", "0", "0", "+0"]) + code
        written += "".join(chance.choices("0123456789", k=size))
    if chance.random() < 0.1:
        at = chance.randrange(len(written) + 1)
        written = written[:at] + chance.choice([" ", "-", "(0)", ".", "x", "+", "0", "/"]) + written[at:]
    return written


def expected(text: str, region: str | None) -> tuple[str | None, str | None]:
    """Uid and warning by the library alone, none of the shapes looked at."""
    digits = "".join(c for c in text if c in "0123456789")
    if not digits.strip("0"):
        return (None, None) if digits else (None, "identifier")
    value = text.strip()
    found = by_library("+" + value[2:] if value.startswith("00") else value, region)
    return (f"phone:e164:{found}", None) if found else (f"phone:raw:{digits}", "identifier")


def differences(shapes: int, seed: int) -> Iterator[tuple[str, str | None, object, object]]:
    """(text, region, found, expected) wherever the two differ, over ``shapes`` random shapes."""
    chance = random.Random(seed)
    for start in range(0, shapes, BLOCK):
        rows = [(shape(chance), chance.choice(REGIONS)) for _ in range(min(BLOCK, shapes - start))]
        frame = pl.DataFrame(rows, schema={"text": pl.String, "region": pl.String}, orient="row")
        for (text, region), found in zip(rows, phones(frame["text"], frame["region"]).iter_rows(), strict=True):
            wanted = expected(text, region)
            if found != wanted:
                yield text, region, found, wanted


def fast(shapes: int, seed: int) -> float:
    """Share of the shapes that the fast path decides: a comparison in which it decides none proves nothing."""
    chance = random.Random(seed)
    texts = [shape(chance) for _ in range(shapes)]
    abroad = "|".join(f"{code}{rest}" for code, rest in INTERNATIONAL.items())
    home = "|".join(local for _, local in NATIONAL.values())
    return float(pl.Series(texts).str.contains(rf"^(?:(?:\+|00)(?:{abroad})|{home})$").mean())  # type: ignore[arg-type]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.phones", description=__doc__)
    parser.add_argument("--shapes", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.perf_counter()
    found = 0
    for found, difference in enumerate(differences(chosen.shapes, chosen.seed), start=1):
        print("differs:", *difference, flush=True)
        if found == 20:
            break
    share = fast(min(chosen.shapes, 100_000), chosen.seed)
    print(
        f"{chosen.shapes:,} shapes, {share:.0%} by the fast path, {found} differ, {time.perf_counter() - began:.0f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
