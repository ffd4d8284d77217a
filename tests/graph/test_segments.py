"""Compaction: fewer files, the same evidence, every manifest still provable."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.chain import Custody, Problem
from graph.errors import IntegrityError, UsageError
from graph.evidence import View
from graph.ledger import Ledger
from tests.graph.drafts import T0, Told, draft

A, B, C = "+212683000001", "+212683000002", "+212683000003"
HANDS = Custody("tester", T0 + timedelta(days=30), authority="requisition 12/2026", tool="test")


def grown(folder: Path, n: int) -> Ledger:
    """``n`` batches of one or two reports, some of them corrections, a few of minors."""
    ledger = Ledger(folder)
    for i in range(n):
        told = [Told(str(i % 7), (A, B) if i % 2 else (B, C), day=i, hash=f"v{i}")]
        if i % 3 == 0:
            told.append(Told(f"m{i}", (C,), day=i, compartment="minors"))
        ledger.append(draft(told), at=T0 + timedelta(days=i), custody=HANDS)
    return ledger


def same(one: View, other: View) -> None:
    assert one.digest == other.digest
    for name, frame in one.tables.items():
        assert frame.equals(other.tables[name]), name


def test_views_are_identical_before_and_after_at_every_time(tmp_path: Path) -> None:
    ledger = grown(tmp_path, 12)
    times = [None, *(T0 + timedelta(days=d) for d in range(-1, 14))]
    before = [ledger.view(as_of=t, compartments=("general", "minors")) for t in times]
    made = ledger.compact(custody=HANDS)
    assert made is not None
    assert len(list((tmp_path / "batches").iterdir())) == 1
    for t, view in zip(times, before, strict=True):
        same(view, Ledger(tmp_path).view(as_of=t, compartments=("general", "minors")))
    assert ledger.verify() == []


def test_every_batch_is_found_again_inside_its_segment(tmp_path: Path) -> None:
    ledger = grown(tmp_path, 9)
    before = {b.id: (b.hash, ledger.tables(b, "general"), ledger.tables(b, "minors")) for b in ledger.batches()}
    held = ledger.hashes("eblagh").sort("key", "hash")
    ledger.compact(custody=HANDS)
    ledger = Ledger(tmp_path)
    assert [b.id for b in ledger.batches()] == list(before)
    assert ledger.hashes("eblagh").sort("key", "hash").equals(held)
    for name, (digest, general, minors) in before.items():
        batch = ledger.batch(name)
        assert batch.hash == digest
        assert batch.segment is not None
        for was, now in ((general, ledger.tables(batch, "general")), (minors, ledger.tables(batch, "minors"))):
            assert set(now) == set(was)
            for table in was:
                if table not in ("entities", "mentions", "records"):
                    continue
                if table == "mentions":
                    assert (
                        now["entities"]["uid"].gather(now[table]["target"]).to_list()
                        == was["entities"]["uid"].gather(was[table]["target"]).to_list()
                    )
                    assert now[table]["rec"].equals(was[table]["rec"])
                if table == "records":
                    assert now[table].drop("root").equals(was[table].drop("root"))


def test_segments_are_merged_into_segments_and_still_prove_the_first_batch(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for i in range(30):
        ledger.append(draft([Told(str(i), (A,), day=i)]), at=T0)
        if i % 5 == 4:
            assert ledger.compact(custody=HANDS) is not None
    assert ledger.verify() == []
    assert len(ledger.batches()) == 30
    assert ledger.view().records.height == 30
    assert [b.seq for b in ledger.everything()] == list(range(1, 37))
    assert len(list((tmp_path / "batches").iterdir())) == 1


def test_a_large_batch_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.segments.SMALL_ROWS", 15)
    ledger = grown(tmp_path, 4)
    ledger.append(draft([Told(f"x{i}", (A,)) for i in range(20)]), at=T0)
    ledger.append(draft([Told("last", (A,))]), at=T0)
    before = ledger.view()
    ledger.compact(custody=HANDS)
    same(before, Ledger(tmp_path).view())
    assert ledger.verify() == []
    assert sorted(p.name[:6] for p in (tmp_path / "batches").iterdir()) == ["000005", "000007"]


def test_nothing_to_merge_changes_nothing(tmp_path: Path) -> None:
    ledger = grown(tmp_path, 1)
    assert ledger.compact(custody=HANDS) is None
    assert Ledger(tmp_path).compact(custody=HANDS) is None


def test_a_damaged_batch_is_not_compacted_away(tmp_path: Path) -> None:
    ledger = grown(tmp_path, 3)
    victim = sorted(tmp_path.rglob("mentions.parquet"))[1]
    raw = victim.read_bytes()
    victim.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(IntegrityError, match="mentions"):
        ledger.compact(custody=HANDS)
    assert len(Ledger(tmp_path).batches()) == 3


def test_withdrawn_batches_stay_withdrawn_inside_a_segment(tmp_path: Path) -> None:
    ledger = grown(tmp_path, 6)
    second = ledger.batches()[1]
    early = T0 + timedelta(days=20)
    act = ledger.withdraw(second.id, reason="wrong file", custody=HANDS)
    before = [ledger.view(), ledger.view(as_of=early)]
    held = ledger.hashes("eblagh").sort("key", "hash")
    assert held.height == 7, "6 general and 2 minors less the withdrawn one"
    ledger.compact(custody=HANDS)
    ledger = Ledger(tmp_path)
    same(before[0], ledger.view())
    same(before[1], ledger.view(as_of=early))
    assert ledger.hashes("eblagh").sort("key", "hash").equals(held)
    restored = ledger.withdraw(act.id, reason="it was right", custody=HANDS)
    assert ledger.hashes("eblagh").height == 8
    with pytest.raises(UsageError, match="already"):
        ledger.withdraw(act.id, reason="again", custody=HANDS)
    with pytest.raises(UsageError, match="reason"):
        ledger.withdraw(restored.id, reason=" ", custody=HANDS)
    assert ledger.verify() == []


def _killed(folder: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Compact, dying at the ``step``-th change of the disk; True when it got through."""
    count = 0

    class Killed(BaseException):
        pass

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            nonlocal count
            count += 1
            if count > step:
                raise Killed
            return real(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as patch:
        for owner, name in (
            (Path, "rename"),
            (Path, "replace"),
            (Path, "write_bytes"),
            (pl.DataFrame, "write_parquet"),
        ):
            patch.setattr(owner, name, dying(getattr(owner, name)))
        patch.setattr("shutil.rmtree", dying(__import__("shutil").rmtree))
        try:
            Ledger(folder).compact(custody=HANDS)
        except Killed:
            return False
    return True


def test_killed_at_any_step_the_evidence_is_old_or_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = grown(tmp_path / "undisturbed", 5).view(compartments=("general", "minors"))
    for step in range(1_000):
        folder = tmp_path / str(step)
        grown(folder, 5)
        through = _killed(folder, step, monkeypatch)
        ledger = Ledger(folder)
        assert ledger.verify() == [], step
        same(expected, ledger.view(compartments=("general", "minors")))
        ledger.append(draft([Told("after", (A,))]), at=T0)
        assert Ledger(folder).verify() == [], step
        assert len(Ledger(folder).batches()) == 6
        if through:
            assert step > 20, "the steps were counted"
            return
    pytest.fail("it never got through")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A segment, a withdrawal, and batches of their own."""
    folder = tmp_path_factory.mktemp("mixed")
    ledger = grown(folder, 6)
    ledger.withdraw("2", reason="wrong file", custody=HANDS)
    ledger.compact(custody=HANDS)
    ledger.append(draft([Told("x", (A,)), Told("y", (B,))]), at=T0)
    ledger.append(draft([Told("z", (A,))]), at=T0)
    assert ledger.verify() == []
    return folder


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_found_and_the_file_named(mixed: Path, data: st.DataObject) -> None:
    paths = sorted(p for p in mixed.rglob("*") if p.is_file())
    path = data.draw(st.sampled_from(paths))
    raw = path.read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    bit = data.draw(st.integers(0, 7))
    path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :])
    try:
        problems = Ledger(mixed).verify()
        assert str(path) in {p.file for p in problems}, (path, at, bit, problems)
    finally:
        path.write_bytes(raw)


def test_a_damaged_list_of_originals_is_told_by_name_and_not_opened(
    mixed: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of some damage the Parquet reader panics, which it writes to the screen by itself, or ends the whole process."""
    path = next(mixed.rglob("originals.parquet"))
    opened: list[object] = []
    real = pl.read_parquet

    def reading(source: Path) -> pl.DataFrame:
        opened.append(source)
        return real(source)

    monkeypatch.setattr(pl, "read_parquet", reading)
    raw = path.read_bytes()
    rng = random.Random(1)
    for _ in range(150):
        at = rng.randrange(len(raw))
        path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :])
        assert Ledger(mixed).verify() == [Problem(str(path), "The file was changed after intake.")], at
    path.unlink()
    assert Ledger(mixed).verify() == [Problem(str(path), "A file of the batch is missing.")]
    assert path not in opened
    assert capfd.readouterr().err == ""
    path.write_bytes(raw)
    assert Ledger(mixed).verify() == []
    assert path in opened, "what is whole is read"


def test_every_byte_of_head_and_manifests_counts(mixed: Path) -> None:
    for path in [mixed / "HEAD", *sorted(mixed.rglob("manifest.json"))]:
        raw = path.read_bytes()
        for at in range(0, len(raw), 1 if path.name == "HEAD" else 7):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
            assert str(path) in {p.file for p in Ledger(mixed).verify()}, (path, at)
        path.write_bytes(raw)
    assert Ledger(mixed).verify() == []


def test_opening_and_appending_do_not_read_every_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(tmp_path, 40)
    read: list[Path] = []
    real = Path.read_bytes

    def counting(path: Path) -> bytes:
        read.append(path)
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", counting)
        ledger = Ledger(tmp_path)
        assert not ledger.is_empty()
        ledger.append(draft([Told("new", (A,))]), at=T0)
    assert 0 < len([path for path in read if path.name == "manifest.json"]) <= 3


@pytest.mark.slow
def test_five_hundred_small_batches(tmp_path: Path) -> None:
    """The 5,000 of the issue are ``bench/years.py``."""
    ledger = grown(tmp_path, 500)
    before = ledger.view()
    ledger.compact(custody=HANDS)
    same(before, Ledger(tmp_path).view())
    assert Ledger(tmp_path).verify() == []
    path = random.Random(5).choice(sorted(p for p in tmp_path.rglob("*") if p.is_file()))
    raw = path.read_bytes()
    path.write_bytes(raw[:-9] + bytes([raw[-9] ^ 16]) + raw[-8:])
    assert str(path) in {p.file for p in Ledger(tmp_path).verify()}
