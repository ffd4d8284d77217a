"""Replaced lines and silent victims on a small country that detection has not seen, against its truth.

The figures of the medium country are in docs/structure.md; the bounds here leave room for so few cases.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.run import detect
from bench import hypotheses
from bench.quality import load, read_truth
from fixtures.country import make_country


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    home = tmp_path_factory.mktemp("country")
    make_country(home / "country", scale="small", seed=31)
    view, masked, _ = load(home / "country" / "files", home)
    truth = read_truth(home / "country" / "truth")
    return hypotheses.measured(view, masked, detect(view, masked_parties=masked), truth.rings, truth.crimes)


def test_replaced_lines_are_found_and_nearly_all_that_is_found_is_one(figures: dict[str, dict[str, float]]) -> None:
    found = figures["successions"]
    assert found["true"] >= 20
    assert found["precision"] >= 0.9 and found["recall"] >= 0.7


def test_who_paid_and_did_not_tell_is_found_and_hardly_anybody_else(figures: dict[str, dict[str, float]]) -> None:
    found = figures["silent_victims"]
    assert found["true"] >= 15
    assert found["precision"] >= 0.75 and found["recall"] >= 0.65


def test_the_truth_replaces_lines_within_one_hand(tmp_path: Path) -> None:
    make_country(tmp_path, scale="tiny", seed=2)
    truth = read_truth(tmp_path / "truth")
    pairs = [(ring, pair) for ring in [*truth.rings, *truth.crimes] for pair in ring["replaced"]]
    shown = 0
    for ring, (old, new) in pairs:
        hands = {member["uid"]: member["hand"] for member in ring["members"]}
        if old in hands and new in hands:
            shown += 1
            assert old != new and hands[old] == hands[new]
    assert shown
