"""The ledger: written once, in a chain, readable as of any time, whatever happens to its writer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import IntegrityError, NothingFound, StorageError, WorkspaceLocked
from graph.evidence import View
from graph.files import lease
from graph.ledger import GENESIS, Ledger
from tests.graph.drafts import T0, Told, draft

A, B, C = "+212683000001", "+212683000002", "+212683000003"


def ledger_of(folder: Path, *batches: list[Told]) -> Ledger:
    ledger = Ledger(folder)
    for batch in batches:
        ledger.append(draft(batch), at=T0)
    return ledger


def links(view: View) -> set[tuple[str, str, str]]:
    frame = view.links
    return set(zip(view.uids(frame["src"]), frame["rel"].to_list(), view.uids(frame["dst"]), strict=True))


def test_an_empty_ledger_has_an_empty_view_and_verifies(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.head == GENESIS
    assert ledger.view().entities.height == 0
    assert ledger.verify() == []


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    view = ledger_of(tmp_path, [Told("1", (A, B))], [Told("2", (B, C))]).view()
    assert links(view) == {
        ("report:eblagh:1", "MENTIONS", f"phone:e164:{A}"),
        ("report:eblagh:1", "MENTIONS", f"phone:e164:{B}"),
        ("report:eblagh:2", "MENTIONS", f"phone:e164:{B}"),
        ("report:eblagh:2", "MENTIONS", f"phone:e164:{C}"),
    }
    assert view.entities["label"].to_list() == ["Phone"] * 3 + ["Report"] * 2
    assert view.uid(view.code(f"phone:e164:{B}") or 0) == f"phone:e164:{B}"
    assert view.code("phone:e164:+999") is None


def test_the_later_version_is_in_force_from_its_reception_on(tmp_path: Path) -> None:
    """Law 7: the version with the highest (received_at, hash) not after T."""
    original, revised = Told("1", (A,), day=0), Told("1", (B,), day=5, hash="h2")
    for name, order in (("ab", [[original], [revised]]), ("ba", [[revised], [original]])):
        ledger = ledger_of(tmp_path / name, *order)
        assert links(ledger.view()) == {("report:eblagh:1", "MENTIONS", f"phone:e164:{B}")}
        early = ledger.view(as_of=T0 + timedelta(days=4))
        assert links(early) == {("report:eblagh:1", "MENTIONS", f"phone:e164:{A}")}
        assert links(ledger.view(as_of=T0 - timedelta(days=1))) == set()
        assert early.entities.height == 2, "an entity only the other version names is not known yet"


def test_restricted_compartments_stay_closed(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [Told("1", (A,)), Told("2", (B,), compartment="minors")])
    assert links(ledger.view()) == {("report:eblagh:1", "MENTIONS", f"phone:e164:{A}")}
    assert len(links(ledger.view(compartments=("general", "minors")))) == 2
    assert ledger.hashes("eblagh").height == 2, "dedupe looks at every compartment"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sets(st.sampled_from([A, B, C]), min_size=1), st.integers(0, 3)), min_size=1
    ),
    st.randoms(),
)
def test_any_order_of_arrival_gives_the_same_frames(
    told: list[tuple[int, set[str], int]], shuffle: random.Random
) -> None:
    """Law 6: rows, files and batches may come in any order."""
    import tempfile

    reports = {(key, day): Told(str(key), tuple(sorted(phones)), day=day, hash=f"v{day}") for key, phones, day in told}
    rows = list(reports.values())
    other = rows[:]
    shuffle.shuffle(other)
    cut = shuffle.randint(0, len(other))
    with tempfile.TemporaryDirectory() as folder:
        one = ledger_of(Path(folder, "one"), rows).view()
        two = ledger_of(Path(folder, "two"), *[part for part in (other[:cut], other[cut:]) if part]).view()
    assert one.digest == two.digest
    assert one.head != two.head or len(rows) == 1 or rows == other
    for name, frame in one.tables.items():
        keep = [c for c in frame.columns if c not in ("batch", "line", "file")]
        assert frame.select(keep).equals(two.tables[name].select(keep)), name


def test_one_flipped_bit_anywhere_is_found_and_named(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [Told("1", (A, B))], [Told("2", (B, C))])
    assert ledger.verify() == []
    for path in sorted(p for p in tmp_path.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        at = len(raw) // 2
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        problems = Ledger(tmp_path).verify()
        assert problems, path
        assert any(str(path) in p.file or path.name == "HEAD" for p in problems), (path, problems)
        path.write_bytes(raw)
    assert Ledger(tmp_path).verify() == []


def test_a_removed_batch_is_found_wherever_it_stood(tmp_path: Path) -> None:
    for gone in (0, 1, 2):
        folder = tmp_path / str(gone)
        ledger = ledger_of(folder, *[[Told(str(n), (A,))] for n in range(3)])
        batch = ledger.batches()[gone].folder
        batch.rename(tmp_path / f"stolen{gone}")
        assert Ledger(folder).verify()


def test_a_damaged_chain_takes_no_further_batch(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [Told("1", (A,))])
    (tmp_path / "HEAD").write_text('{"hash":"00","seq":1}')
    with pytest.raises(IntegrityError):
        ledger.append(draft([Told("2", (B,))]), at=T0)
    assert len(Ledger(tmp_path).batches()) == 1


def test_an_unreadable_table_is_an_integrity_error(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [Told("1", (A,))])
    path = next(tmp_path.rglob("mentions.parquet"))
    path.write_bytes(b"PAR1 nonsense")
    with pytest.raises(IntegrityError, match="cannot be read"):
        ledger.view()


def test_an_unknown_batch_is_said_to_be_unknown(tmp_path: Path) -> None:
    with pytest.raises(NothingFound):
        Ledger(tmp_path).batch("7")


def test_a_second_writer_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with lease(tmp_path), pytest.raises(WorkspaceLocked, match=str(os.getpid())), lease(tmp_path):
        pass
    with lease(tmp_path):
        pass


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = ledger_of(tmp_path, [Told("1", (A,))])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(StorageError, match="disk is full"):
            ledger.append(draft([Told("2", (B,))]), at=T0)
    assert Ledger(tmp_path).verify() == []
    assert len(Ledger(tmp_path).batches()) == 1
    ledger.append(draft([Told("2", (B,))]), at=T0)
    assert Ledger(tmp_path).verify() == []


_WRITER = """
import sys
from pathlib import Path
from graph.ledger import Ledger
from tests.graph.drafts import T0, Told, draft
ledger = Ledger(Path(sys.argv[1]))
print("ready", flush=True)
for n in range(10_000):
    ledger.append(draft([Told(f"{n}-{k}", ("+212683000001", "+212683000002")) for k in range(20)]), at=T0)
"""


@pytest.mark.slow
def test_kill_at_any_moment_leaves_the_old_or_the_new_head(tmp_path: Path) -> None:
    chance = random.Random(7)
    for attempt in range(8):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path / str(attempt))], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        try:
            writer.wait(timeout=chance.uniform(0.01, 0.25))
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        ledger = Ledger(tmp_path / str(attempt))
        assert ledger.verify() == []
        ledger.append(draft([Told("after", (C,))]), at=T0)
        assert ledger.verify() == []
        assert ledger.view().records.height % 20 == 1
