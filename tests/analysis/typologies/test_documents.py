"""Every typology has a page that says its pattern, parameters, false positives and an example."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.params import Params
from analysis.typologies.base import Typology
from analysis.typologies.registry import TYPOLOGIES

PAGES = Path(__file__).resolve().parents[3] / "docs" / "typologies"


def test_there_are_sixteen_in_their_order() -> None:
    assert [one.id for one in TYPOLOGIES] == [f"T{n:02d}" for n in range(1, 17)]


@pytest.mark.parametrize("one", TYPOLOGIES, ids=lambda one: one.id)
def test_its_page_is_whole_and_current(one: Typology) -> None:
    page = (PAGES / f"{one.id.lower()}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {one.id} {one.name}\n")
    for name in one.params:
        default = getattr(Params(), name)
        shown = ", ".join(default) if isinstance(default, tuple) else default
        assert f"| `{name}` | {shown} | {Params.model_fields[name].description} |" in page
    for name in one.false_positives:
        assert f"- **{name}**: " in page
    assert f"Likelihood ratio {one.llr:g} " in page
    assert "## Example" in page and one.source in page


def test_the_index_leads_to_each() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert all(f"[{one.id}]({one.id.lower()}.md)" in index for one in TYPOLOGIES)
