"""Custody: who did what to the evidence, on what authority; withdrawing, restoring, loading again, reporting."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import NothingFound, UsageError
from halqa import Workspace
from halqa.cli import run

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "a key for tests of custody"


def report(ref: str, phone: str, *, day: int = 0, victim: str | None = None, name: str = "x") -> str:
    reporter: dict[str, Any] = {"mode": "anonymous", "role": "witness"}
    if victim:
        reporter = {"mode": "identified", "role": "victim", "name": "Anas Tazroualt", "phone": victim, "country": "KW"}
    return json.dumps(
        {
            "ref": ref, "received_at": (T0 + timedelta(days=day)).isoformat(), "category": "sexual_blackmail",
            "reporter": reporter,
            "suspect_identifiers": [
                {"type": "phone", "raw": phone, "region": "MA"}, {"type": "name", "raw": name},
            ],
        }
    )  # fmt: skip


def file_of(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(home: Path, **options: Any) -> Workspace:
    home.parent.mkdir(parents=True, exist_ok=True)
    key = home.parent / "key"
    key.write_text(KEY)
    return Workspace.open(home, vault_key_file=str(key), **options)


def state(ws: Workspace, as_of: datetime | None = None) -> tuple[object, ...]:
    """Everything an answer stands on: digest, entities, records, links, statements as of a time.

    Written forms stand once a batch, at the first record that has them: they are left out.
    """
    view = ws.ledger.view(as_of=as_of, compartments=("general", "minors", "terrorism"))
    return (
        view.digest,
        view.entities.rows(),
        view.records.drop("batch", "file", "line").rows(),
        view.links.rows(),
        view["statements"].filter(pl.col("prop") != "raw").rows(),
    )


# --- original and correction


@st.composite
def corrections(draw: st.DrawFn) -> list[list[str]]:
    """Files of reports in which the same references come back with other content and other times."""
    told = draw(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 6), st.booleans()), min_size=2, max_size=6
        )
    )
    lines = [
        report(f"EB-{ref}", f"068300000{phone}", day=day, victim="+447700900201" if known else None)
        for ref, phone, day, known in told
    ]
    size = draw(st.integers(1, len(lines)))
    return [lines[i : i + size] for i in range(0, len(lines), size)]


@settings(max_examples=8, deadline=None)
@given(files=corrections(), order=st.randoms())
def test_original_and_correction_in_any_order_answer_alike_at_every_time(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], order: Any
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    paths = [file_of(folder / "files", f"{n}.jsonl", *lines) for n, lines in enumerate(files)]
    other = paths[:]
    order.shuffle(other)
    times = [None, *(T0 + timedelta(days=d) for d in range(-1, 8))]
    answers = []
    for name, arrival in (("one", paths), ("two", other)):
        with opened(folder / name / "ws") as ws:
            for path in arrival:
                ws.ingest(path, received_at=T0 + timedelta(days=60))
            answers.append([state(ws, at) for at in times])
    assert answers[0] == answers[1]


def test_the_original_is_the_answer_until_the_correction_came(tmp_path: Path) -> None:
    files = [
        file_of(tmp_path, "original.jsonl", report("EB-1", "0683000001", day=0)),
        file_of(tmp_path, "correction.jsonl", report("EB-1", "0683000002", day=5)),
    ]
    for name, order in (("ab", files), ("ba", files[::-1])):
        with opened(tmp_path / name / "ws") as ws:
            for path in order:
                ws.ingest(path)
            for day, phone in ((0, "1"), (4, "1"), (5, "2"), (9, "2")):
                view = ws.ledger.view(as_of=T0 + timedelta(days=day))
                assert [u for u in view.entities["uid"] if u.startswith("phone")] == [f"phone:e164:+21268300000{phone}"]


# --- withdrawing


def test_a_withdrawn_batch_is_gone_from_now_on_and_was_there_before(tmp_path: Path) -> None:
    first = file_of(tmp_path, "first.jsonl", report("EB-1", "0683000001"))
    wrong = file_of(tmp_path, "wrong.jsonl", report("EB-2", "0683000002", day=1))
    with opened(tmp_path / "ws") as ws:
        ws.ingest(first)
        without = state(ws)
        batch = ws.ingest(wrong)["batch"]
        with_it = state(ws)
        at = T0 + timedelta(days=30)
        told = ws.withdraw(batch, reason="belongs to another case", by="Unit 4", authority="order 7/2026", at=at)
        assert told["withdrawn"] == [batch]
        assert state(ws) == without
        assert state(ws, at - timedelta(seconds=1)) == with_it
        assert state(ws, at) == without
        with pytest.raises(NothingFound):
            ws.who("0683000002")
        assert ws.verify()["ok"]
        assert ws.verify()["states"] == {"intact": 2, "compacted": 0, "withdrawn": 1, "erased": 0, "broken": 0}
        assert ws.evidence(batch=batch)["withdrawn"] is True


def test_its_file_can_be_loaded_again(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"), report("EB-2", "0683000002", day=1))
    with opened(tmp_path / "ws") as ws:
        batch = ws.ingest(path)["batch"]
        before = state(ws)
        assert ws.ingest(path)["duplicates"] == 2
        ws.withdraw(batch, reason="wrong")
        assert ws.ledger.view().records.height == 0
        again = ws.ingest(path)
        assert (again["accepted"], again["duplicates"], again["superseded"]) == (2, 0, 0)
        assert state(ws) == before
        assert ws.ingest(path)["duplicates"] == 2


def test_withdrawing_the_withdrawal_restores(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"))
    with opened(tmp_path / "ws") as ws:
        batch = ws.ingest(path)["batch"]
        before = state(ws)
        times = [T0 + timedelta(days=d) for d in (30, 40, 50)]
        act = ws.withdraw(batch, reason="wrong", at=times[0])["batch"]
        undone = ws.withdraw(act, reason="it was right", at=times[1])
        assert undone["restored"] == [batch]
        assert state(ws) == before
        assert state(ws, times[0] + timedelta(days=1)) != before, "between the two it was withdrawn"
        ws.withdraw(undone["batch"], reason="no, wrong", at=times[2])
        assert ws.ledger.view().records.height == 0
        assert state(ws, times[1]) == before


def test_what_makes_no_sense_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"))
    with opened(tmp_path / "ws") as ws:
        batch = ws.ingest(path)["batch"]
        with pytest.raises(UsageError, match="reason"):
            ws.withdraw(batch, reason="  ")
        with pytest.raises(NothingFound):
            ws.withdraw("77", reason="x")
        ws.withdraw("1", reason="x")
        head = ws.ledger.head
        with pytest.raises(UsageError, match="already"):
            ws.withdraw(batch, reason="x")
        assert ws.ledger.head == head


def test_findings_follow_at_the_next_run(tmp_path: Path) -> None:
    a = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"), report("EB-2", "0683000001", day=1))
    b = file_of(tmp_path, "b.jsonl", report("EB-3", "0683000003"))
    with opened(tmp_path / "ws") as ws:
        ws.ingest(a)
        before = ws.detect()["run"]
        batch = ws.ingest(b)["batch"]
        assert ws.detect()["run"] != before
        act = ws.withdraw(batch, reason="wrong")["batch"]
        assert ws.status()["stale"]
        assert ws.detect()["run"] == before, "the same evidence is the same question"
        held = {uid for (uid,) in ws.query("MATCH (p:Phone) RETURN p.uid AS uid", limit=100)["rows"]}
        assert held == {"phone:e164:+212683000001"}
        ws.withdraw(act, reason="right after all")
        assert ws.detect()["run"] != before
        ws.withdraw("1", reason="all of it")
        ws.withdraw("2", reason="all of it")
        assert ws.detect()["rings"] == {"lead": 0, "corroborate": 0, "watch": 0}


def test_a_victim_known_only_from_a_withdrawn_batch_stays_protected(tmp_path: Path) -> None:
    """Protecting somebody wrongly costs little; uncovering somebody wrongly cannot be taken back."""
    a = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001", victim="+447700900201"))
    b = file_of(tmp_path, "b.jsonl", report("EB-2", "+447700900201"))
    with opened(tmp_path / "ws") as ws:
        batch = ws.ingest(a)["batch"]
        ws.ingest(b)
        ws.withdraw(batch, reason="wrong")
        assert ws.who("+447700900201")["uid"].startswith("victim:h:")


# --- custody and history


def test_custody_says_who_when_on_what_authority_and_with_what(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"))
    with opened(tmp_path / "ws") as ws:
        batch = ws.ingest(path, by="Unit 4", authority="requisition 12/2026", received_at=T0)["batch"]
        ws.ingest(file_of(tmp_path, "b.jsonl", report("EB-2", "0683000001")))
        ws.withdraw(batch, reason="wrong", by="Unit 5")
        ws.compact(by="Unit 6")
        lines = ws.history(batch="1")["custody"]
        assert [(one["act"], one["by"]) for one in lines] == [
            ("intake", "Unit 4"), ("withdrawal", "Unit 5"), ("compaction", "Unit 6"),
        ]  # fmt: skip
        assert lines[0]["authority"] == "requisition 12/2026"
        assert lines[0]["tool"].startswith("halqa ")
        assert lines[0]["files"][0]["parser_version"] and len(lines[0]["files"][0]["sha256"]) == 64
        assert lines[0]["segment"] == lines[2]["batch"]
        assert lines[0]["at"] > T0.isoformat(), "custody keeps when it was done, not when we were told"
        assert len(ws.history()["custody"]) == 4
        assert [row["operation"] for row in ws.casebook.audit()] == [
            "collection", "collection", "alteration", "combination",
        ]  # fmt: skip


def test_history_of_a_record_shows_every_version_and_which_is_in_force(tmp_path: Path) -> None:
    with opened(tmp_path / "ws") as ws:
        ws.ingest(file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001", name="Karim")))
        ws.ingest(file_of(tmp_path, "b.jsonl", report("EB-1", "0683000002", day=3, name="Karim O.")))
        third = ws.ingest(file_of(tmp_path, "c.jsonl", report("EB-1", "0683000003", day=5)))["batch"]
        ws.withdraw(third, reason="wrong")
        acts: list[set[str]] = []
        for _ in range(2):
            told = ws.history(record="report:eblagh:EB-1")
            assert [(v["in_force"], v["withdrawn"]) for v in told["versions"]] == [
                (False, False), (True, False), (False, True),
            ]  # fmt: skip
            assert "Karim O." in {fact["value"] for fact in told["versions"][1]["facts"]}
            acts.append({one["act"] for one in told["custody"]})
            ws.compact()
        assert acts == [{"intake", "withdrawal"}, {"intake", "withdrawal", "compaction"}]
        with pytest.raises(NothingFound):
            ws.history(record="report:eblagh:EB-9")


def test_the_reliability_of_a_mapped_source_is_kept_and_shown(tmp_path: Path) -> None:
    samples = Path(__file__).resolve().parents[2] / "docs" / "samples"
    with opened(tmp_path / "ws") as ws:
        ws.ingest(samples / "meetings.csv")
        assert [one["reliability"] for one in ws.evidence()["sources"]] == ["C"]
        assert ws.history()["custody"][0]["files"][0]["reliability"] == "C"


def test_small_batches_are_merged_by_themselves_once_there_are_many(tmp_path: Path) -> None:
    with opened(tmp_path / "ws", **{"evidence.compact_after": 4}) as ws:
        for n in range(12):
            ws.ingest(file_of(tmp_path, f"{n}.jsonl", report(f"EB-{n}", "0683000001", day=n)))
            assert len(list((tmp_path / "ws" / "evidence" / "batches").iterdir())) <= 6
        assert ws.status()["batches"] == 12
        assert ws.status()["records"] == 12
        assert [len(row["files"]) for row in ws.status()["history"]] == [1] * 12
        assert ws.verify()["ok"]
        assert ws.ledger.view().records.height == 12


# --- dry run


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


def test_a_dry_run_says_what_would_change_and_leaves_no_trace(tmp_path: Path) -> None:
    a = file_of(tmp_path / "files", "a.jsonl", report("EB-1", "0683000001"), report("EB-2", "0683000002"))
    b = file_of(
        tmp_path / "files", "b.jsonl",
        report("EB-1", "0683000003", day=2), report("EB-2", "0683000002"),
        report("EB-3", "0683000001", victim="+447700900201"),
    )  # fmt: skip
    with Workspace.open(tmp_path / "new") as ws:
        told = ws.ingest(a, dry_run=True)
        assert (told["accepted"], told["new_entities"], told["batch"]) == (2, 4, None)
    assert not (tmp_path / "new").exists(), "no folder, no key, no casebook"
    with opened(tmp_path / "ws") as ws:
        ws.ingest(a)
        ws.detect()
    before = files_in(tmp_path / "ws")
    with opened(tmp_path / "ws") as ws:
        told = ws.ingest(b, dry_run=True)
    assert (told["accepted"], told["superseded"], told["duplicates"]) == (2, 1, 1)
    assert told["new_entities"] == 3, "a number, a report and its victim"
    assert files_in(tmp_path / "ws") == before


def test_a_damaged_old_batch_does_not_fail_a_new_intake(tmp_path: Path) -> None:
    with opened(tmp_path / "ws", **{"evidence.compact_after": 2}) as ws:
        for n in range(2):
            ws.ingest(file_of(tmp_path, f"{n}.jsonl", report(f"EB-{n}", "0683000001", day=n)))
        table = next((tmp_path / "ws" / "evidence").rglob("mentions.parquet"))
        raw = table.read_bytes()
        table.write_bytes(raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:])
        result = ws.ingest(file_of(tmp_path, "2.jsonl", report("EB-2", "0683000001")))
        assert result["accepted"] == 1 and "mentions" in result["not_compacted"]
        assert len(ws.ledger.batches()) == 3
        table.write_bytes(raw)
        assert ws.verify()["ok"]


def test_a_batch_inside_a_segment_is_withdrawn_like_any_other(tmp_path: Path) -> None:
    with opened(tmp_path / "ws") as ws:
        for n in range(3):
            ws.ingest(file_of(tmp_path, f"{n}.jsonl", report(f"EB-{n}", f"068300000{n}", day=n)))
        ws.compact()
        ws.withdraw("2", reason="wrong")
        assert ws.ledger.view().records["record"].to_list() == ["report:eblagh:EB-0", "report:eblagh:EB-2"]
        assert ws.ingest(tmp_path / "1.jsonl")["accepted"] == 1
        assert ws.ledger.view().records.height == 3


# --- the report for a court


def test_the_integrity_report_names_heads_states_and_who_made_it(tmp_path: Path) -> None:
    with opened(tmp_path / "ws") as ws:
        ws.ingest(file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001")), authority="requisition 1")
        ws.ingest(file_of(tmp_path, "b.jsonl", report("EB-2", "0683000001")))
        ws.withdraw("2", reason="wrong")
        found = ws.verify(report=tmp_path / "report.json", by="Expert 1")
        told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert found["ok"] and told["verdict"] == "whole"
        assert told["made_by"] == "Expert 1" and told["made_at"] and told["tool"]["halqa"]
        assert told["evidence"]["head"] == ws.ledger.head
        assert told["audit"] == {"lines": 3, "head": ws.casebook.audit()[-1]["hash"]}
        assert [entry["state"] for entry in told["entries"]] == ["intact", "withdrawn", "intact"]
        assert told["entries"][0]["authority"] == "requisition 1"
    table = sorted((tmp_path / "ws").rglob("mentions.parquet"))[0]
    raw = table.read_bytes()
    table.write_bytes(raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:])
    with opened(tmp_path / "ws") as ws:
        assert not ws.verify(report=tmp_path / "report.json")["ok"]
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["verdict"] == "not whole" and told["problems"][0]["file"] == str(table)
    assert told["entries"][0]["state"] == "broken"


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "ws")

    def halqa(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run([*arguments, "--home", home]) == code
        return capsys.readouterr().out

    a = file_of(tmp_path, "a.jsonl", report("EB-1", "0683000001"))
    b = file_of(tmp_path, "b.jsonl", report("EB-2", "0683000001"))
    halqa("ingest", str(a), "--authority", "requisition 12", "--by", "Unit 4")
    halqa("ingest", str(b))
    assert "requisition 12" in halqa("evidence", "--history")
    assert "in force" in halqa("evidence", "--history", "--record", "report:eblagh:EB-1")
    halqa("evidence", "--record", "report:eblagh:EB-1", code=2)
    halqa("withdraw", "2", code=2)
    assert "withdrawn" in halqa("withdraw", "2", "--reason", "wrong file")
    assert json.loads(halqa("compact", "--json"))["merged"] == 2
    assert "Nothing" in halqa("compact")
    assert "1 withdrawn" in halqa("verify", "--report", str(tmp_path / "report.json"))
    head = tmp_path / "ws" / "evidence" / "HEAD"
    head.write_bytes(head.read_bytes().replace(b"4", b"3", 1))
    assert "NOT WHOLE" in halqa("verify", code=5)
