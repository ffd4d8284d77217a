"""Tables whose columns somebody typed by hand, and how many of them a guess types right.

``python -m tests.ingest.guessing [FORMAT_KIT]`` prints the table of docs/formats.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.mapping.guess import Proposal, propose

_TYPED = """
phone email bank crypto imei imsi iccid ip url handle doc device date birth until time amount currency name minor
duration key transfer event
"""
TYPED = frozenset(_TYPED.split())
UNKNOWN = Path(__file__).parent / "samples" / "unknown"
OTHER = "-"  # anything that is no identifier, time, amount or name: status, city, free text ...


MADE: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "fr_plaintes": ("key date name phone handle bank amount -", ("Nom du plaignant", "Tél plaignant")),
    "ar_complaints": ("key date name phone phone bank amount currency", ("اسم المشتكي", "هاتف المشتكي")),
    "es_denuncias": ("key date name phone phone email amount -", ("Denunciante", "Teléfono denunciante")),
    "en_reports": ("key date email handle - phone amount currency -", ("victim_email",)),
    "calls_en": ("phone phone date time duration imei", ()),
    "appels": ("phone phone date duration -", ()),
    "llamadas": ("phone phone date time duration", ()),
    "ar_calls": ("phone phone date duration", ()),
    "virements": ("key date bank name bank name amount currency -", ()),
    "transfers_en": ("transfer date bank bank amount currency -", ()),
    "mandats": ("transfer date name - name doc phone amount", ()),
    "hawalat": ("transfer date name name doc amount", ()),
    "abonnes": ("phone name doc date - imsi", ()),
    "clientes": ("name doc phone email birth", ()),
    "seized": ("key - imei imei phone name", ()),
    "logins": ("- handle ip - date", ()),
    "profils": ("handle name phone email", ()),
    "crypto": ("date - crypto - amount", ()),
    "bare_values": ("phone email bank ip date", ()),
    "contacts": ("name name phone phone email", ()),
    "reunions": ("name event date -", ()),
    "minors": ("key name phone minor url date", ("complainant", "complainant_phone")),
    "wallet_moves": ("key date phone phone amount currency -", ()),
    "us_list": ("key name phone phone date amount", ("consumer_name", "consumer_phone")),
}  # fmt: skip
"""Kinds of the columns of ``samples/unknown/<name>.csv``, and the columns that are their victims'."""

KIT = {
    "f2_mapping/sample_calls.csv": "phone phone date duration -",
    "f2_mapping/sample_complaints_cp1256.csv": "key date name phone - phone bank amount minor",
    "f2_mapping/sample_meetings.csv": "name event",
    "f2_mapping/sample_sheet.jsonl": "key - - date doc - - imei phone phone - handle phone - ip -",
    "f2_mapping/sample_transfers.csv": "key bank bank amount currency date - -",
    "f2_mapping/sample_transfers.xlsx": "key bank bank amount currency date - -",
    "f2_mapping/sample_transfers.parquet": "key bank bank amount currency date - -",
    "f2_mapping/sample_words.csv": "- - date until bank email url imsi iccid device ip - phone phone - - - amount",
    "f3_cdr/sample_cdr.csv": "key - - phone phone phone date - duration duration - - imsi imei - - - - - - - "
    "amount currency",
    "f3_cdr/sample_subscribers.csv": "phone imsi iccid name - doc date until - -",
    "f4_money/sample_remittance.csv": "- transfer date date - - - name - doc phone birth amount currency amount - "
    "amount currency - - - "
    "name - doc until phone - - -",
    "f4_money/sample_wallet.csv": "transfer date - phone phone - amount currency - amount device ip -",
    "../data/ftc_dnc/dnc_complaint_numbers_2021-07-08.csv": "phone date date - - - - -",
    "../data/roxanne/case1.json": "- key - phone phone - - - -",
}
"""Columns of the kit's tables and of the public files, as a person who reads its README types them."""


def right(found: Proposal, kinds: str) -> tuple[int, list[str]]:
    """Columns typed as the person did, and those that are not."""
    wanted = kinds.split()
    assert len(wanted) == len(found.columns), (found.file, [c.name for c in found.columns])
    wrong = [
        f"{c.name}: {c.kind}, not {want}"
        for c, want in zip(found.columns, wanted, strict=True)
        if (c.kind if c.kind in TYPED else OTHER) != want and not (want == OTHER and c.kind == "key")
    ]
    return len(wanted) - len(wrong), wrong


def measured(kit: Path | None) -> Iterator[tuple[str, int, int, float, list[str]]]:
    """(table, columns typed right, columns, confidence, what is wrong)."""
    for name, (kinds, _) in MADE.items():
        found = propose(UNKNOWN / f"{name}.csv")
        n, wrong = right(found, kinds)
        yield name, n, len(found.columns), found.confidence, wrong
    for name, kinds in KIT.items() if kit is not None else ():
        found = propose(kit / name)
        n, wrong = right(found, kinds)
        yield name, n, len(found.columns), found.confidence, wrong


if __name__ == "__main__":
    rows = list(measured(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
    print("| Table | Typed right | Columns | Confidence | Otherwise |\n|---|---|---|---|---|")
    for name, n, of, confidence, wrong in rows:
        print(f"| `{name}` | {n} | {of} | {confidence:.2f} | {'; '.join(wrong)} |")
    for label, part in (("made up", rows[: len(MADE)]), ("kit and public", rows[len(MADE) :])):
        n, of = sum(r[1] for r in part), sum(r[2] for r in part)
        if of:
            print(f"| all {label} | {n} | {of} | | {n / of:.0%} |")
