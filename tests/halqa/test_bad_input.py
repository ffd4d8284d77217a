"""Bad input ends in a message that names the file, the place and what to do; nothing is lost or half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph.files import lease
from halqa import Workspace
from halqa.cli import run

REPORT = (
    '{"ref": "%s", "received_at": "2024-06-20T10:00:00Z", "category": "fraud",'
    ' "reporter": {"mode": "anonymous", "role": "witness"}}\n'
)
CDR = "record_id,call_type,direction,a_number,b_number,start_ts,duration_s\n"


def ingest(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["--home", str(home), "ingest", *arguments])
    return code, capsys.readouterr().err


def untouched(home: Path) -> bool:
    with Workspace.open(home) as ws:
        return ws.verify()["ok"] is True and not ws.has_evidence()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("noise.bin", bytes(range(256)) * 16, "noise.bin"),
        ("table.csv", b"colour,size\nred,4\n", "--mapping"),
        ("empty.jsonl", b"", "empty.jsonl"),
        ("page.html", b"<html><body>hello</body></html>", "page.html"),
    ],
)
def test_a_file_of_no_known_format_is_named_with_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, err = ingest(capsys, tmp_path / "ws", str(tmp_path / name))
    assert code in (1, 2, 3)
    assert said in err
    assert "Traceback" not in err
    assert untouched(tmp_path / "ws")


def test_a_missing_column_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(CDR.replace("start_ts,", "") + "1,VOICE,MO,0683000001,0683000002,3\n")
    code, err = ingest(capsys, tmp_path / "ws", str(path), "--format", "cdr")
    assert code == 1
    assert "calls.csv" in err and "start_ts" in err
    assert untouched(tmp_path / "ws")


def test_bad_bytes_refuse_their_row_and_name_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_bytes((REPORT % "A").encode() + b'{"ref": "\xff\xfe"}\n' + (REPORT % "B").encode())
    code, err = ingest(capsys, tmp_path / "ws", str(path))
    assert code == 0
    assert "reports.jsonl:2: encoding" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source: {name: x, type: report, reliability: B}\nformat: {kind: csv}\nentitie: {}\n", "entitie"),
        ("source: [\n", "sheet.yaml"),
        ("- just\n- a list\n", "sheet.yaml"),
    ],
)
def test_a_refused_mapping_names_the_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "sheet.yaml").write_text(text)
    (tmp_path / "sheet.csv").write_text("a,b\n1,2\n")
    code, err = ingest(capsys, tmp_path / "ws", str(tmp_path / "sheet.csv"), "--mapping", str(tmp_path / "sheet.yaml"))
    assert code == 2
    assert said in err
    assert untouched(tmp_path / "ws")


def test_a_second_writer_is_refused_with_four_and_may_try_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "reports.jsonl").write_text(REPORT % "A")
    with lease(tmp_path / "ws"):
        code, err = ingest(capsys, tmp_path / "ws", str(tmp_path / "reports.jsonl"))
    assert code == 4
    assert "pid" in err
    assert ingest(capsys, tmp_path / "ws", str(tmp_path / "reports.jsonl"))[0] == 0


def test_a_decision_needs_no_lease(tmp_path: Path) -> None:
    """An analyst can always decide while a job runs."""
    with Workspace.open(tmp_path / "ws") as ws:
        with ws.casebook.transaction() as tx:
            ws.casebook.register_ring(tx, run="r", members=["phone:e164:+212683000001"], status="watch")
        with lease(ws.home):
            assert ws.judge("R-0001", "dismiss", reason="family", by="amal")["verdict"] == "dismiss"


def test_a_full_disk_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    """A real one: the process may not write files beyond a size."""
    (tmp_path / "one.jsonl").write_text(REPORT % "A")
    (tmp_path / "many.jsonl").write_text("".join(REPORT % f"B{n:05d}" for n in range(4_000)))
    with Workspace.open(tmp_path / "ws") as ws:
        ws.ingest(tmp_path / "one.jsonl")
        head = ws.ledger.head
    script = (
        "import resource, signal, sys\n"
        "from halqa.cli import run\n"
        "import halqa.intake\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, "--home", str(tmp_path / "ws"), "ingest", str(tmp_path / "many.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "could not be written" in done.stderr or "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    with Workspace.open(tmp_path / "ws") as ws:
        assert ws.verify()["ok"]
        assert ws.ledger.head == head
        assert ws.ingest(tmp_path / "many.jsonl")["accepted"] == 4_000


def test_a_corrupted_batch_is_named_and_stops_the_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "reports.jsonl").write_text(REPORT % "A")
    ingest(capsys, tmp_path / "ws", str(tmp_path / "reports.jsonl"))
    path = next((tmp_path / "ws" / "evidence").rglob("records.parquet"))
    path.write_bytes(path.read_bytes()[:40])
    assert run(["--home", str(tmp_path / "ws"), "detect"]) == 5
    err = capsys.readouterr().err
    assert str(path.parent) in err and "halqa verify" in err


def test_listing_the_rings_loads_neither_polars_nor_the_graph(tmp_path: Path) -> None:
    """What an analyst asks first must come at once."""
    script = (
        "import sys\n"
        "from halqa.cli import run\n"
        "assert run(['--home', sys.argv[1], 'rings', '--json']) == 0\n"
        "slow = {'polars', 'igraph', 'kglite', 'streamlit', 'pandas', 'sqlalchemy', 'analysis'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    home = str(tmp_path / "ws")
    assert run(["--home", home, "demo", "--scale", "tiny", "--no-ui", "--json"]) == 0
    subprocess.run([sys.executable, "-c", script, home], check=True, stdout=subprocess.DEVNULL)
