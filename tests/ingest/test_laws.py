"""What holds for every file: rows add up, loading again changes nothing, order does not matter, nothing crashes."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import HalqaError
from ingest.intake import Intake
from ingest.rejects import REJECTS, WARNINGS
from tests.ingest.loading import SAMPLES, Held, entities, everything, links, load

FILES = [
    "reports.jsonl",
    "calls_of_operator.csv",
    "contracts.csv",
    "transfers_of_operator.csv",
    "movements.csv",
    "visits.csv",
]
quiet = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _mapping(name: str) -> Path | None:
    return SAMPLES / "visits.yaml" if name.startswith("visits") else None


def _rows(name: str) -> tuple[str, list[str]]:
    text = (SAMPLES / name).read_text("utf-8")
    if name.endswith(".jsonl"):
        return "", text.splitlines(keepends=True)
    first, *rest = text.splitlines(keepends=True)
    return first, rest


def _codes(intake: Intake) -> set[str]:
    return {p.code for f in intake.files for p in f.rejects}


@pytest.mark.parametrize("name", FILES)
def test_loading_again_gives_only_duplicates(name: str) -> None:
    first = load(SAMPLES / name)
    again = load(SAMPLES / name, held=Held(first.draft))
    assert again.counts["accepted"] == again.counts["superseded"] == 0
    assert again.counts["duplicates"] == first.counts["accepted"]
    assert again.draft.tables == {}
    assert again.files[0].warnings == []
    twice = load(SAMPLES / name, SAMPLES / name)
    assert [f.counts.duplicates for f in twice.files] == [0, first.counts["accepted"]]
    assert (twice.entities, twice.links) == (first.entities, first.links)


@pytest.mark.parametrize("name", FILES)
def test_changed_record_is_a_revision(name: str, tmp_path: Path) -> None:
    first = load(SAMPLES / name)
    header, rows = _rows(name)
    changed = tmp_path / name
    if name.endswith(".jsonl"):
        record = json.loads(rows[0])
        record["priority"] = "changed"
        changed.write_text(json.dumps(record) + "\n", "utf-8")
    elif name.startswith("visits"):
        changed.write_text(header + rows[0].replace("1 200,50", "1 200,51"), "utf-8")
    else:
        changed.write_text(header.rstrip("\n") + ",added\n" + rows[0].rstrip("\n") + ",new\n", "utf-8")
    again = load(changed, mapping=_mapping(name), held=Held(first.draft))
    assert (again.counts["accepted"], again.counts["superseded"]) == (1, 1)
    assert [p.code for p in again.files[0].warnings] == ["revision"]


@pytest.mark.parametrize("name", FILES)
@quiet
@given(seed=st.integers(0, 1000), crlf=st.booleans(), bom=st.booleans())
def test_order_of_rows_and_line_ends_do_not_matter(name: str, tmp_path: Path, seed: int, crlf: bool, bom: bool) -> None:
    header, rows = _rows(name)
    random.Random(seed).shuffle(rows)
    text = header + "".join(rows)
    shuffled = tmp_path / name
    shuffled.write_bytes((text.replace("\n", "\r\n") if crlf else text).encode("utf-8-sig" if bom else "utf-8"))
    one, other = load(SAMPLES / name), load(shuffled, mapping=_mapping(name))
    assert entities(one) == entities(other)
    assert links(one) == links(other)
    hashes = [sorted(h for t in i.draft.tables.values() for h in t["records"]["hash"]) for i in (one, other)]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".csv")])
def test_order_of_columns_does_not_matter(name: str, tmp_path: Path) -> None:
    delimiter = ";" if name.startswith("visits") else ","
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([row[::-1] for row in rows])
    turned = tmp_path / name
    turned.write_text(out.getvalue(), "utf-8")
    again = load(turned, mapping=_mapping(name), held=Held(load(SAMPLES / name).draft))
    assert again.counts["duplicates"] == len(rows) - 1


junk = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b'"', b"\x00", b"\xff\xfe", b"\xe9", b"\r", b",,,,", b'{"a":', b"=1+1", b"\xed\xa0\x80", "\u202e٣".encode()]
    ),
)


@pytest.mark.parametrize("name", FILES)
@quiet
@given(data=st.data())
def test_rows_always_add_up_whatever_the_bytes(name: str, tmp_path: Path, data: st.DataObject) -> None:
    original = (SAMPLES / name).read_bytes()
    start = 0 if name.endswith(".jsonl") else original.index(b"\n") + 1
    spoiled = bytearray(original)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(start, len(spoiled)))
        cut = data.draw(st.integers(0, 4))
        spoiled[at : at + cut] = data.draw(junk)
    path = tmp_path / name
    path.write_bytes(bytes(spoiled))
    kind = {"r": "eblagh", "v": "mapping", "m": "wallet", "t": "remittance"}.get(name[0]) or (
        "cdr" if name.startswith("calls") else "subscribers"
    )
    intake = load(path, mapping=_mapping(name), format=kind)
    result = intake.files[0]
    assert result.counts.rejected == len(result.rejects)
    assert result.counts.accepted == sum(t["records"].height for t in intake.draft.tables.values())
    assert result.records >= 1
    assert {p.code for p in result.rejects} <= set(REJECTS)
    assert {p.code for p in result.warnings} <= set(WARNINGS)
    again = load(path, mapping=_mapping(name), format=kind, held=Held(intake.draft))
    assert again.counts["accepted"] == 0
    assert again.counts["rejected"] == result.counts.rejected
    assert again.counts["duplicates"] == result.counts.accepted + result.counts.duplicates


@quiet
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(data)
    for kind in (None, "eblagh", "cdr", "wallet"):
        try:
            load(path, format=kind)
        except HalqaError as error:
            assert "upload.bin" in error.message


names = st.text(st.characters(categories=["L"]), min_size=6, max_size=20).map(lambda t: "Zq" + t)


@quiet
@given(
    name=names,
    note=names,
    number=st.integers(683000000, 683999999),
    defect=st.sampled_from([None, "category", "amount"]),
)
def test_nothing_said_of_a_reporter_leaves_the_vault(
    tmp_path: Path, name: str, note: str, number: int, defect: str | None
) -> None:
    amount = "x" if defect == "amount" else "5"
    record: dict[str, object] = {
        "ref": "P-1",
        "received_at": "2026-02-01T10:00:00Z",
        "category": "nonsense" if defect == "category" else "fraud",
        "reporter": {"mode": "identified", "role": "victim", "name": name, "phone": f"0{number}", "unknown": note},
        "narrative": f"{note} {name}",
        "suspect_identifiers": [
            {"type": "phone", "raw": f"+212{number}"},
            {"type": "phone", "raw": f"0{number}", "role": "victim"},
            {"type": "phone", "raw": "0685700002"},
        ],
        "demand": {"type": "money", "amount": amount, "currency": "MAD", "payee_raw": f"0{number}"},
        "payments": [
            {"rail": "wallet", "operator": "Wave", "ref": "1", "amount": "5", "currency": "MAD",
             "at": "2026-02-01T09:00:00Z", "payee_raw": f"+212 {number}"}
        ],
    }  # fmt: skip
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(record), "utf-8")
    intake = load(path)
    assert intake.counts["accepted"] == (defect is None)
    text = everything(intake)
    assert name not in text
    assert note not in text
    assert str(number) not in text
    assert intake.draft.vault


def test_a_rejected_record_does_not_count_as_seen(tmp_path: Path) -> None:
    header, rows = _rows("movements.csv")
    path = tmp_path / "m.csv"
    path.write_text(header + rows[0].replace(",50,", ",-50,") + rows[0] + rows[0], "utf-8")
    counts = load(path).files[0].counts
    assert (counts.rejected, counts.accepted, counts.duplicates, counts.superseded) == (1, 1, 1, 0)


def test_written_forms_are_kept_once() -> None:
    intake = load(SAMPLES / "calls_of_operator.csv", SAMPLES / "contracts.csv")
    raw = intake.draft.tables["general"]["statements"].filter(pl.col("prop") == "raw")
    assert raw.select("subject", "text").is_duplicated().sum() == 0
    assert ("phone:e164:+212683700010", "0683700010") in raw.select("subject", "text").rows()
