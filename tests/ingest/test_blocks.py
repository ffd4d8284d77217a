"""Reading in blocks: the same rows, lines and refusals wherever the blocks end, and as when reading line by line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.ledger import Ledger
from graph.spool import Spool
from ingest.blocks import Lines
from ingest.incoming import Incoming
from ingest.quoted import judge, record, skipped
from ingest.tables import LINE, Limits, Sheet, decode, read_csv, sheets
from tests.ingest.loading import NOW, SAMPLES, FixedKeys, Held, load

SMALL = Limits(text=12, record=30)

odd = ["\xa0", "\x1f", "\0", "\t", "much too long a text"]
cell = st.sampled_from(
    ["", "a", " b ", "7", '"x"', '"x,y"', '"two\nlines"', '"a ""q"" b"', '"open', 'mid"dle', "é", *odd]
)
line = st.lists(cell, max_size=4).map(",".join)
messy = st.lists(
    st.tuples(line, st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])).map(lambda p: "".join(p).encode())
    | st.sampled_from([b"\xff,1,2\n", b",,\n", b"  \n", b"1,2,3\n", b"4,5,6\n"]),
    max_size=12,
).map(b"".join)


def _told(parts: list[Sheet]) -> tuple[list[tuple[object, ...]], list[tuple[int | None, str]], dict[int, str]]:
    rows = [row for part in parts for row in part.frame.select(LINE, *part.columns).iter_rows()]
    problems = [(p.line, p.code) for part in parts for p in part.problems]
    return rows, problems, {n: text for part in parts for n, text in part.raw.items()}


@settings(max_examples=300, deadline=None)
@given(messy, st.integers(1, 40), st.booleans())
def test_rows_do_not_depend_on_where_blocks_end(data: bytes, size: int, headed: bool) -> None:
    columns = None if headed else ["x", "y", "z"]
    data = b"x,y,z\n" + data if headed else data
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    parts = list(sheets(chunks, limits=SMALL, columns=columns, keep_raw=True))
    assert _told(parts) == _told([read_csv(data, limits=SMALL, columns=columns, keep_raw=True)])


@settings(max_examples=300, deadline=None)
@given(messy)
def test_blocks_read_what_the_csv_module_reads(data: bytes) -> None:
    """The oracle: every record through the ``csv`` module, one after the other."""
    text, bad = decode(data)
    lines = text.split("\n")[: -1 if text.endswith("\n") else None]
    rows: list[tuple[object, ...]] = []
    problems: list[tuple[int | None, str]] = []
    at = 0
    while at < len(lines):
        if skipped(lines[at], None):
            at += 1
            continue
        cells, used, size = record(lines, at, ",", SMALL)
        problem = judge(cells, 3, size, any(n in bad for n in range(at, at + used)), SMALL)
        if problem is None:
            trimmed = pl.Series(cells[:3], dtype=pl.String).str.strip_chars()
            rows.append((at + 1, *(value or None for value in trimmed)))
        else:
            problems.append((at + 1, problem[0]))
        at += used
    found = _told([read_csv(data, limits=SMALL, columns=["x", "y", "z"])])
    assert found[:2] == (rows, problems)


def test_a_line_without_end_is_refused_without_being_kept() -> None:
    """A gigabyte in one cell costs one row; only as much of it is held as it takes to refuse it."""
    text = b"a,b\n" + b"x" * 3_000_000 + b",1\n2,3\n"
    chunks = [text[at : at + 1_000] for at in range(0, len(text), 1_000)]
    parts = list(sheets(chunks, limits=Limits()))
    assert [(p.line, p.code) for part in parts for p in part.problems] == [(2, "oversize")]
    assert [row for part in parts for row in part.frame.rows()] == [("2", "3", 3)]
    lines = Lines(iter(chunks), longest=5_000)
    assert max(len(block) for block in iter(lines.block, None)) < 7_000


@given(
    st.lists(st.sampled_from(["a,b", '"x', 'y",1', "", "é,2", '"p,q",3']), max_size=30),
    st.integers(1, 5),
    st.integers(1, 40),
)
def test_blocks_of_few_lines_give_the_same_rows(lines: list[str], most: int, size: int) -> None:
    """However many lines a block may hold, and wherever a record goes over its end."""
    data = "\n".join(["h1,h2", *lines]).encode()

    def rows(limit: int) -> tuple[object, ...]:
        chunks = [data[n : n + size] for n in range(0, len(data), size)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ingest.blocks.Lines.__init__.__defaults__", (limit,))
            parts = list(sheets(chunks, limits=Limits()))
        return (
            [row for part in parts for row in part.frame.rows()],
            [(p.line, p.code) for part in parts for p in part.problems],
        )

    assert rows(most) == rows(1 << 30)


def test_the_digest_is_that_of_the_bytes_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    incoming = Incoming(path)
    chunks = incoming.chunks(3)
    read = next(chunks)
    read += b"".join(chunks)
    path.write_bytes(b"other")
    assert (incoming.sha256, incoming.size) == (hashlib.sha256(read).hexdigest(), 8)


@pytest.mark.parametrize(
    "name", ["calls_of_operator.csv", "transfers_of_operator.csv", "movements.csv", "contracts.csv"]
)
def test_rows_spooled_to_disk_are_those_kept_in_memory(name: str, tmp_path: Path) -> None:
    kept = load(SAMPLES / name)
    spooled = load(SAMPLES / name, spool=tmp_path / "rows")
    assert (tmp_path / "rows" / "general" / "records.parquet").exists()
    for table, frame in kept.draft.tables["general"].items():
        assert spooled.draft.tables["general"][table].equals(frame), table
    counted = load(SAMPLES / name, keep=False)
    assert (counted.counts, counted.entities, counted.links) == (kept.counts, kept.entities, kept.links)


@pytest.mark.parametrize(
    "name", ["calls_of_operator.csv", "transfers_of_operator.csv", "movements.csv", "contracts.csv"]
)
def test_equal_files_give_equal_bytes_though_several_blocks_are_under_way(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks = Incoming.chunks
    monkeypatch.setattr(Incoming, "chunks", lambda self: chunks(self, 300))
    table = tmp_path / name
    head, *rows = (SAMPLES / name).read_text("utf-8").splitlines()
    more = [row.replace("0683", f"06{n:02d}") for n in (85, 86, 83) for row in rows]
    table.write_text("\n".join([head, *rows, *more]), "utf-8")
    told = []
    for run in range(3):
        folder = tmp_path / f"rows {run}"
        load(table, spool=folder)
        told.append({path.name: path.read_bytes() for path in sorted(folder.rglob("*.parquet"))})
    assert told[0] and told[1] == told[0] and told[2] == told[0]


def test_the_content_of_a_row_is_its_line_however_it_is_read(tmp_path: Path) -> None:
    """A plain line is hashed as it stands; quotes, padding or empty cells at its end change nothing in what it says."""
    head = "record_id,call_type,direction,a_number,b_number,c_number,start_ts,tz,ring_s,duration_s"
    rows = [f"C{n},SMS,MO,068370001{n},068570001{n},,2026-02-01T10:00:00Z" for n in (1, 2)]
    ways = {
        "plain": [head, *(row + ",,," for row in rows)],
        "short": [head.removesuffix(",tz,ring_s,duration_s"), *rows],
        "quoted": [head, *('"' + row.replace(",", '","') + '",,,' for row in rows)],
        "padded": [head, *(row.replace(",", " , ") + ",,," for row in rows)],
    }
    told = {}
    for way, lines in ways.items():
        path = tmp_path / f"{way}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        told[way] = load(path).draft.tables["general"]["records"]["hash"].to_list()
    assert len(set(told["plain"])) == 2
    assert all(hashes == told["plain"] for hashes in told.values()), told


def test_uids_of_refused_rows_leave_no_trace(tmp_path: Path) -> None:
    """A refused row may be a victim's: its numbers are in no table, not even in the list of entities."""
    path = tmp_path / "calls.csv"
    rows = ["C1,VOICE,MO,0683700010,0685700011,2026-02-01T10:00:00Z,5", "C2,VOICE,MO,0683700099,0685700098,never,5"]
    path.write_text("record_id,call_type,direction,a_number,b_number,start_ts,duration_s\n" + "\n".join(rows), "utf-8")
    load(path, spool=tmp_path / "rows")
    entities = pl.read_parquet(tmp_path / "rows" / "general" / "entities.parquet")
    assert entities.rows() == [("phone:e164:+212683700010", "Phone"), ("phone:e164:+212685700011", "Phone")]


def test_nothing_is_left_of_an_intake_that_fails(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "evidence")
    bad = tmp_path / "calls.csv"
    bad.write_text("record_id,call_type\n1,VOICE\n", "utf-8")
    with pytest.raises(InputError), ledger.spooling() as folder:
        load(SAMPLES / "calls_of_operator.csv", bad, format="cdr", spool=folder)
    assert list((tmp_path / "evidence").iterdir()) == []
    (tmp_path / "evidence" / ".intake.1.draft").mkdir()  # what a killed one leaves
    with ledger.spooling():
        pass
    assert list((tmp_path / "evidence").iterdir()) == []


def test_a_batch_from_a_spool_reads_back_as_it_was(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "evidence")
    with ledger.spooling() as folder:
        intake = load(SAMPLES, spool=folder)
        ledger.append(intake.draft, at=NOW)
    assert ledger.verify() == []
    view = ledger.view(compartments=("general", "minors", "terrorism"))
    assert view.records.height == intake.counts["accepted"]
    assert view.entities.height == intake.entities
    assert view.links.select("src", "rel", "dst").n_unique() == intake.links
    again = load(SAMPLES, held=_Ledger(ledger))
    assert again.counts["duplicates"] == intake.counts["accepted"]


class _Ledger(Held):
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def hashes(self, source: str) -> pl.DataFrame:
        return self._ledger.hashes(source)


def test_an_empty_spool_makes_no_folder(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "rows")
    assert spool.close() == {}
    assert not (tmp_path / "rows").exists()
    assert len(FixedKeys().content_digests([b"a", b"b"])) == 32


def test_the_first_record_tells_a_written_form_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calls.csv"
    rows = [f"C{n},SMS,MO,068370{n % 7:04d},068370{n % 5:04d},2026-02-01T10:00:00Z" for n in range(60)]
    path.write_text("record_id,call_type,direction,a_number,b_number,start_ts\n" + "\n".join(rows), "utf-8")

    def told() -> list[tuple[object, ...]]:
        statements = load(path).draft.tables["general"]["statements"]
        return statements.filter(pl.col("prop") == "raw").select("subject", "text", "rec").sort("subject").rows()

    whole = told()
    assert [rec for _, _, rec in whole] == [0, 1, 2, 3, 4, 5, 6]
    chunks = Incoming.chunks
    monkeypatch.setattr(Incoming, "chunks", lambda self: chunks(self, 100))
    assert told() == whole
