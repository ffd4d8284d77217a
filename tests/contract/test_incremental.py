"""Writing the difference makes the graph that writing everything makes, on every store and whatever happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from graph.errors import StoreError
from graph.evidence import View
from graph.projection import Projection, project
from graph.projection.difference import Tally, change_of
from graph.stores import Store, open_store
from tests.contract.conftest import Opener
from tests.contract.held import links_held, nodes_held
from tests.contract.random_stories import PEOPLE, STORIES, Fact, findings
from tests.contract.rounds import round_shown, show, whole
from tests.contract.story import VICTIMS, Story

PARTS = 2
SEQUENCES = 8


@st.composite
def days(draw: st.DrawFn) -> list[tuple[View, list[dict[str, object]], set[str], str]]:
    """What is known on some days in a row: facts come and are withdrawn, rings change, somebody turns out a victim."""
    facts: list[Fact] = draw(STORIES)
    known = set(range(len(facts) * 4 // 5))
    told = []
    rings: list[dict[str, object]] = draw(findings())
    for day in range(draw(st.integers(2, 5))):
        known ^= draw(st.sets(st.integers(0, len(facts) - 1), max_size=4))
        if draw(st.booleans()):
            rings = draw(findings())
        hidden = draw(st.sets(st.sampled_from(PEOPLE[:2])))
        story = Story()
        for number, tell in enumerate(facts):
            if number in known:
                tell(story, number)
        told.append((story.view(), rings, hidden, f"run{day}"))
    return told


def shown(
    store: Store, folder: Path | None, view: View, rings: list[dict[str, object]], hidden: set[str], run: str
) -> Projection:
    masked = {uid: VICTIMS[6 + n] for n, uid in enumerate(sorted(hidden))}
    return project(
        view, store, run=run, rings=rings, mask=lambda uids: [masked.get(uid, uid) for uid in uids], prints=folder
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_difference_makes_what_the_whole_makes(store: Store, tmp_path: Path, part: int) -> None:
    modes: Counter[str] = Counter()

    @seed(part)
    @settings(
        max_examples=SEQUENCES, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(days())
    def same(told: list[tuple[View, list[dict[str, object]], set[str], str]]) -> None:
        for today in told:
            before = store.current()
            made = shown(store, tmp_path / "prints", *today)
            modes[made.mode] += 1
            with TemporaryDirectory(dir=tmp_path) as folder, open_store("embedded", Path(folder)) as anew:
                whole = shown(anew, None, *today)
                assert nodes_held(store) == nodes_held(anew)
                assert links_held(store) == links_held(anew)
                assert (made.snapshot.counts, made.snapshot.schema) == (whole.snapshot.counts, whole.snapshot.schema)
            assert store.current() == made.snapshot
            if before is not None and made.mode == "incremental":
                assert made.nodes.added - made.nodes.removed == made.snapshot.nodes - before.nodes
                assert made.links.added - made.links.removed == made.snapshot.links - before.links

    same()
    assert modes["incremental"] >= 10, "a comparison of the whole with the whole is none"


def held(store: Store) -> tuple[list[str], list[str]]:
    return nodes_held(store), links_held(store)


def test_what_did_not_change_is_not_written(store: Store, tmp_path: Path) -> None:
    first = show(store, 1, tmp_path / "prints")
    assert (first.mode, first.nodes, first.links) == (
        "full", Tally(added=first.snapshot.nodes), Tally(added=first.snapshot.links)
    )  # fmt: skip
    assert round_shown(store) == 1
    again = show(store, 1, tmp_path / "prints")
    assert (again.mode, again.nodes, again.links) == ("incremental", Tally(), Tally())
    assert store.current() == again.snapshot
    other = show(store, 2, tmp_path / "prints")
    assert other.mode == "incremental"
    # Six lines went and six came; the run stands in the ring; every call of another round is another call.
    assert other.nodes == Tally(added=6, changed=25, removed=6)
    assert (other.links.added, other.links.removed) == (12, 12)
    assert round_shown(store) == 2


@pytest.mark.parametrize("harm", ["gone", "damaged", "of another graph"])
def test_without_the_prints_everything_is_written(opener: Opener, tmp_path: Path, harm: str) -> None:
    prints = tmp_path / "prints"
    with opener() as store:
        show(store, 1, prints)
        (kept,) = prints.iterdir()
        if harm == "gone":
            kept.unlink()
        elif harm == "damaged":
            kept.write_bytes(kept.read_bytes()[:-200])
        else:
            with open_store("embedded", tmp_path / "other") as other:
                show(other, 2, tmp_path / "others")
            kept.write_bytes(next((tmp_path / "others").iterdir()).read_bytes())
        made = show(store, 3, prints)
        assert made.mode == "full"
        assert held(store) == whole(3, tmp_path / "whole")
        assert show(store, 2, prints).mode == "incremental"
        assert len(list(prints.iterdir())) == 1


def test_many_changes_are_written_whole(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show(store, 1, tmp_path / "prints")
    monkeypatch.setattr(type(store), "most_changes", 20)
    assert show(store, 2, tmp_path / "prints").mode == "full"
    assert round_shown(store) == 2


def test_a_difference_that_is_refused_is_written_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is seen."""
    show(store, 1, tmp_path / "prints")
    refused: list[int] = []

    def load(*_: object) -> tuple[int, int]:
        refused.append(round_shown(store))
        raise StoreError("The disk of the server is full.")

    # The store counts too few links, when all is done but nothing shown.
    monkeypatch.setattr("graph.projection.showing.change_of", lambda *of: replace(change_of(*of), links_new=()))
    monkeypatch.setattr(type(store), "load", load)
    with pytest.raises(StoreError, match="disk of the server"):
        show(store, 2, tmp_path / "prints")
    monkeypatch.undo()
    assert refused == [1]
    assert held(store) == whole(1, tmp_path / "whole")
    assert show(store, 2, tmp_path / "prints").mode == "incremental"
    assert round_shown(store) == 2
