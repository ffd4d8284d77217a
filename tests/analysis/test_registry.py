"""Registries: typologies, reason codes and parameters agree with each other."""

from __future__ import annotations

import pytest

from analysis.params import Params
from analysis.reasons import REASONS, reason
from analysis.typologies.registry import TYPOLOGIES


def test_every_typology_has_its_code_and_known_parameters() -> None:
    for row in TYPOLOGIES:
        assert REASONS[row.code].group == "typology"
        assert set(row.params) <= set(Params.model_fields)
        assert row.source and row.false_positives
        # A corridor weighs nothing, and tips on minors are not read here: neither may move a score.
        assert row.llr > 0 or row.id in ("T08", "T16")
    assert len({row.id for row in TYPOLOGIES}) == len(TYPOLOGIES)
    assert {"T01", "T03", "T04", "T11", "T12"} <= {row.id for row in TYPOLOGIES}


def test_every_typology_parameter_belongs_to_one() -> None:
    used = {name for row in TYPOLOGIES for name in row.params}
    assert {name for name in Params.model_fields if name[0] == "t" and name[1:3].isdigit()} <= used


def test_every_parameter_says_where_it_comes_from() -> None:
    for name, field in Params.model_fields.items():
        assert field.description and any(source in field.description for source in ("arch", "dom", "def")), name


def test_reasons_take_exactly_their_parameters() -> None:
    assert reason("change_born", members=3).params == {"members": 3}
    with pytest.raises(KeyError):
        reason("change_born")
    with pytest.raises(KeyError):
        reason("no_such_code")


def test_a_reason_cites_a_bounded_number_of_records() -> None:
    assert len(reason("change_born", (f"r{n}" for n in range(900)), members=3).records) == 25
