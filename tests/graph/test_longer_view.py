"""A view made longer by batches is the one that is built anew, row for row, or none."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import graph.view_cache
from fixtures.country import make_country
from graph.batch_files import encode
from graph.chain import COMPACTION, Custody
from graph.evidence import Tables, View
from graph.ledger import Ledger
from graph.longer_view import extended
from graph.schema import CODED, Compartment
from graph.vault import Vault
from graph.view_cache import cached_view
from graph.views import build_view
from halqa import Workspace
from ingest.intake import Options, read
from tests.graph.drafts import T0, Told, draft

Mask = NDArray[np.bool_]
GENERAL: tuple[Compartment, ...] = ("general",)
WHO = Custody("analyst", T0)


def same(one: View, other: View) -> None:
    assert (one.head, one.digest, one.as_of, one.compartments) == (
        other.head, other.digest, other.as_of, other.compartments,
    )  # fmt: skip
    assert set(one.tables) == set(other.tables)
    for name, frame in other.tables.items():
        assert one[name].schema == frame.schema, name
        assert one[name].equals(frame), name


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of one batch of every kind of file."""
    home = tmp_path_factory.mktemp("country")
    make_country(home / "country", scale="tiny", seed=3)
    ledger, vault = Ledger(home / "evidence"), Vault(home / "vault")
    received = datetime(2026, 1, 1, tzinfo=UTC)
    ledger.append(read([home / "country" / "files"], Options(received_at=received), vault, ledger).draft, at=received)
    return ledger.tables(ledger.batch(), "general")


def part(tables: Tables, chosen: Mask) -> Tables:
    """Some records of a batch, with all they say."""
    place, inside = pl.Series(np.cumsum(chosen) - 1, dtype=pl.Int64).cast(pl.UInt32, strict=False), pl.Series(chosen)
    out = {
        name: frame.filter(inside.gather(frame["rec"])).with_columns(pl.col("rec"))
        for name, frame in tables.items()
        if name not in ("entities", "records")
    }
    out = {name: frame.with_columns(place.gather(frame["rec"]).alias("rec")) for name, frame in out.items()}
    return {**out, "entities": tables["entities"], "records": tables["records"].filter(inside)}


def revised(tables: Tables, chosen: Mask, later: Mask) -> Tables:
    """Other versions of some records, ``later`` ones received after, the others before; each says half of it."""
    told = part(tables, chosen)
    days = pl.lit(pl.Series(np.where(later[chosen], 1, -1)))
    told["records"] = told["records"].with_columns(
        pl.concat_str("hash", pl.lit("-2")).alias("hash"), pl.col("received_at") + pl.duration(days=days)
    )
    halves = {n: f.filter(pl.int_range(pl.len()) % 2 == 0) for n, f in told.items() if n not in ("entities", "records")}
    return told | halves


def of_pages(tables: Tables) -> Mask:
    """Records that speak of a page."""
    pages = tables["entities"].with_row_index("code").filter(pl.col("label") == "Page")["code"].implode()
    out = np.zeros(tables["records"].height, dtype=np.bool_)
    for name, columns in CODED.items():
        frame = tables[name].with_row_index("rec") if name == "records" else tables[name]
        for column in columns:
            out[frame.filter(pl.col(column).is_in(pages))["rec"].to_numpy()] = True
    return out


@pytest.mark.parametrize("seed", range(6))
def test_records_of_every_kind_in_any_number_of_batches(country: Tables, seed: int) -> None:
    """New records, later and earlier versions of old ones, equal ones again; entities come and go."""
    rng = np.random.default_rng(seed)
    n = country["records"].height
    batch_of = rng.integers(0, 4, n)
    parts = [("b0", part(country, batch_of == 0))]
    pages = of_pages(country)
    view = build_view(parts, head="0", as_of=None, compartments=GENERAL)
    for number in (1, 2, 3):
        again = (batch_of < number) & ~pages & (rng.random(n) < 0.1)
        new = [
            (f"b{number}", part(country, batch_of == number)),
            (f"r{number}", revised(country, again, rng.random(n) < 0.6)),
        ]
        parts += new
        longer = extended(view, new, head=str(number))
        assert longer is not None
        view = longer
        same(view, build_view(parts, head=str(number), as_of=None, compartments=GENERAL))


def test_who_only_a_replaced_record_spoke_of_is_gone() -> None:
    def batch(*told: Told) -> tuple[str, Tables]:
        entities, coded = encode(draft(told).tables["general"])
        return "b", {**coded, "entities": entities}

    first = batch(Told("1", ("+212683000001", "+212683000003")), Told("2", ("+212683000003",)))
    second = batch(Told("1", ("+212683000002",), day=2, hash="h2"))
    old = build_view([first], head="1", as_of=None, compartments=GENERAL)
    longer = extended(old, [second], head="2")
    assert longer is not None
    assert [uid[-1] for uid in longer.entities["uid"] if uid.startswith("phone")] == ["2", "3"]
    same(longer, build_view([first, second], head="2", as_of=None, compartments=GENERAL))


def test_where_a_replaced_record_spoke_of_a_page_it_is_built_anew(country: Tables) -> None:
    pages = of_pages(country)
    assert pages.any()
    whole = np.ones(len(pages), dtype=np.bool_)
    old = build_view([("b", part(country, whole))], head="1", as_of=None, compartments=GENERAL)
    assert extended(old, [("r", revised(country, pages, whole))], head="2") is None
    # An earlier version replaces nothing.
    same_one = extended(old, [("r", revised(country, pages, ~whole))], head="1")
    assert same_one is not None
    same(same_one, old)


class Kept:
    """A ledger and its cache, and how often a kept view was made longer."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ledger, self.cache, self.longer = Ledger(folder / "evidence"), folder / "cache", 0
        real = extended

        def counting(*args: object, **kwargs: object) -> View | None:
            made = real(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
            self.longer += made is not None
            return made

        monkeypatch.setattr(graph.view_cache, "extended", counting)

    def told(self, *reports: Told) -> None:
        self.ledger.append(draft(reports), at=T0)

    def check(self) -> None:
        same(cached_view(self.ledger, self.cache), self.ledger.view())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    return Kept(tmp_path, monkeypatch)


PHONES = st.lists(st.integers(1, 9).map(lambda n: f"+21268300000{n}"), min_size=1, max_size=3, unique=True)
REPORTS = st.lists(
    st.builds(
        Told, st.integers(1, 12).map(str), PHONES.map(tuple), st.integers(0, 3), st.sampled_from(["h1", "h2"]),
        st.sampled_from(["general", "general", "minors"]),
    ),
    min_size=1, max_size=5, unique_by=lambda told: told.key,
)  # fmt: skip


@settings(max_examples=30)
@given(st.lists(st.one_of(REPORTS, st.sampled_from(["compact", "withdraw"])), min_size=2, max_size=8))
def test_whatever_is_done_to_the_evidence(
    tmp_path_factory: pytest.TempPathFactory, acts: list[list[Told] | str]
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        kept = Kept(folder, patch)
        kept.told(Told("0", ("+212683000001",)))
        kept.check()
        for act in acts:
            if act == "compact":
                kept.ledger.compact(custody=WHO)
            elif act == "withdraw":
                last = kept.ledger.chain.last()
                if last is not None and last.kind != COMPACTION:  # of a withdrawal: it is undone
                    kept.ledger.withdraw(last.id, reason="wrong file", custody=WHO)
            else:
                kept.told(*act)
            kept.check()
    shutil.rmtree(folder)


def test_batches_are_added_to_what_was_kept(kept: Kept) -> None:
    kept.told(Told("1", ("+212683000001",)))
    kept.check()
    assert kept.longer == 0
    kept.told(Told("2", ("+212683000002",)))
    kept.told(Told("3", ("+212683000003",)))
    kept.check()
    kept.told(Told("4", ("+212683000001",)))
    kept.ledger.compact(custody=WHO)
    kept.check()
    assert kept.longer == 2, "a compaction changes where batches lie, not what they say"
    kept.ledger.withdraw(kept.ledger.batch("2").id, reason="wrong file", custody=WHO)
    kept.check()
    assert kept.longer == 2
    kept.told(Told("5", ("+212683000001",)))
    kept.check()
    assert kept.longer == 3, "after the withdrawal there is a new view to add to"


def test_another_history_is_not_added_to(kept: Kept, tmp_path: Path) -> None:
    """Evidence brought back from a copy may have gone another way since: the kept view is of no use then."""
    kept.told(Told("1", ("+212683000001",)))
    shutil.copytree(tmp_path / "evidence", tmp_path / "copy")
    kept.told(Told("2", ("+212683000002",)))
    kept.check()
    shutil.rmtree(tmp_path / "evidence")
    shutil.move(tmp_path / "copy", tmp_path / "evidence")
    kept.ledger = Ledger(tmp_path / "evidence")
    kept.told(Told("3", ("+212683000003",)))
    kept.told(Told("4", ("+212683000004",)))
    kept.check()
    assert kept.longer == 0


def test_views_of_the_past_and_of_more_compartments_are_built(kept: Kept) -> None:
    kept.told(Told("1", ("+212683000001",)), Told("2", ("+212683000002",), compartment="minors"))
    kept.check()
    kept.told(Told("3", ("+212683000003",), day=2))
    past = T0 + timedelta(days=1)
    same(cached_view(kept.ledger, kept.cache, as_of=past), kept.ledger.view(as_of=past))
    both = ("general", "minors")
    same(
        cached_view(kept.ledger, kept.cache, compartments=both),  # type: ignore[arg-type]  # they are two
        kept.ledger.view(compartments=both),  # type: ignore[arg-type]  # they are two
    )
    assert kept.longer == 0


@pytest.mark.parametrize("harm", ["gone", "no JSON", "no frames", "a frame less"])
def test_a_kept_view_that_is_put_away_or_damaged_only_costs_time(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """Two processes share the cache: one may drop what the other is about to read."""
    kept.told(Told("1", ("+212683000001",)))
    kept.check()
    kept.told(Told("2", ("+212683000002",)))
    (told,) = kept.cache.glob("*/view.json")
    if harm == "no JSON":
        told.write_text("{")
    elif harm == "no frames":
        for frame in told.parent.glob("*.arrow"):
            frame.write_bytes(b"")
    elif harm == "a frame less":
        (told.parent / "mentions.arrow").unlink()
    else:
        real = graph.view_cache._read

        def late(folder: Path, as_of: datetime | None) -> View:
            shutil.rmtree(folder, ignore_errors=True)
            return real(folder, as_of)

        monkeypatch.setattr(graph.view_cache, "_read", late)
    same(cached_view(kept.ledger, kept.cache), kept.ledger.view())
    assert kept.longer == 0


def test_the_kept_view_of_the_present_is_made_anew_where_it_is_damaged(kept: Kept) -> None:
    kept.told(Told("1", ("+212683000001",)))
    kept.check()
    (told,) = kept.cache.glob("*/view.json")
    (told.parent / "mentions.arrow").unlink()
    kept.check()
    assert (told.parent / "mentions.arrow").exists()
    (told.parent / "records.arrow").write_bytes(b"ARROW1")
    kept.check()
    assert (told.parent / "records.arrow").stat().st_size > 6


def test_after_an_erasure_the_view_is_built_anew_and_then_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path, monkeypatch)
    kept.cache = tmp_path / "runs" / "cache"
    reports = [
        {"ref": f"EB-2024-{n:06d}", "received_at": f"2024-07-0{n}T10:00:00+01:00", "category": "sexual_blackmail",
         "reporter": {"mode": "anonymous", "role": "victim"}, "narrative": "threatened",
         "suspect_identifiers": [{"type": "phone", "raw": f"068300000{n}"}, {"type": "phone", "raw": "0683000009"}]}
        for n in (1, 2, 3)
    ]  # fmt: skip
    with Workspace.open(tmp_path) as ws:
        for n, act in enumerate(("take", "take", "erase", "take")):
            if act == "erase":
                ws.erase("phone:e164:+212683000001", reason="a mistake", authority="court", by="analyst")
            else:
                path = tmp_path / f"{n}.jsonl"
                path.write_text(json.dumps(reports.pop(0)) + "\n", encoding="utf-8")
                ws.ingest(path)
            kept.ledger = Ledger(tmp_path / "evidence")
            before = kept.longer
            kept.check()
            assert (kept.longer > before) is (n in (1, 3)), "an erasure rewrites what was there"
    assert any(":erased:" in uid for uid in kept.ledger.view().entities["uid"])
