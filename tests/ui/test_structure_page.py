"""The page of a network's structure: what is asked, that the address keeps it, and what is shown of the answer."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import analysis.grouping
from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED
from tests.ui.fake_workspace import LINES, PAYEES, VICTIMS, FakeWorkspace
from tests.ui.test_desk import _one_page, desk, form  # noqa: F401  # the fixture
from tests.ui.test_whatif import html_of
from ui.i18n import LANGUAGES, Locale, text
from ui.present.identifiers import shown
from ui.present.structure import METHODS, brokers, method_name, whole, why_said

LANGS = sorted(LANGUAGES)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("lang", LANGS)
def test_a_link_to_a_ring_measures_it_and_says_how(desk, lang):  # noqa: F811
    here, workspace = Locale(lang), FakeWorkspace()
    app = desk(workspace, page="structure", lang=lang, ring="R-0002")
    assert not app.exception and not app.error
    assert [asked[0] for asked in workspace.measured] == ["R-0002"]
    assert app.selectbox(key="structure-ring-name").value == "R-0002"
    told = html_of(app)
    assert text(here, "structure.method.modularity") in told
    assert text(here, "structure.method.infomap") in told
    assert text(here, "structure.whole") in told
    assert text(here, "structure.harmed", n=3) in told
    for uid in (LINES[0], VICTIMS[0]):
        assert shown(here, uid) in told
    assert VICTIMS[0].rsplit(":", 1)[1] not in told


@pytest.mark.parametrize("lang", LANGS)
def test_sets_say_what_they_do_and_brokers_and_communities_stand_beside_them(desk, lang):  # noqa: F811
    here = Locale(lang)
    app = desk(page="structure", lang=lang, ring="R-0001")
    headings = " ".join(item.value.replace("\\", "") for item in app.markdown)
    for key in ("disrupt", "disrupt.does", "reach", "reach.does", "brokers", "brokers.does", "communities"):
        assert text(here, f"structure.{key}") in headings
    lines = [item.proto.body for item in app.get("html")]
    first, payee = (whole(here, uid) for uid in (LINES[0], PAYEES[0]))
    assert any(first in line and payee not in line and "(" not in line for line in lines)
    assert any(payee in line and first not in line for line in lines)
    assert any(f"{first}\u00a0(\u2066{'0.90' if lang == 'en' else '0,90'}" in line for line in lines)
    assert any(text(here, "structure.head.density") in line and "26" in line and "87" in line for line in lines)
    assert any(text(here, "structure.players.note") in line for line in lines)


def test_the_score_stands_with_its_band_and_the_first_is_the_highest(desk):  # noqa: F811
    app = desk(page="structure", lang="en", ring="R-0001")
    table = next(item.proto.body for item in app.get("html") if "left:" in item.proto.body)
    rows = table.split("<tr>")[2:]
    assert len(rows) == 7
    assert "0.90" in rows[0] and "(0.70 – 0.98)" in rows[0] and "left:70.0%;width:28.0%" in rows[0]
    assert [row.split("<b>")[1][1:5] for row in rows] == sorted(
        (row.split("<b>")[1][1:5] for row in rows), reverse=True
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("params", [{}, {"ring": "R-0001"}, {"ring": "R-9999"}], ids=str)
def test_that_a_position_is_no_guilt_is_always_said(desk, lang, params):  # noqa: F811
    app = desk(page="structure", lang=lang, **params)
    assert [item.value for item in app.warning] == [text(Locale(lang), "structure.caution")]
    assert bool(app.error) == (params.get("ring") == "R-9999")


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_measured_before_the_button(desk, lang):  # noqa: F811
    here, workspace = Locale(lang), FakeWorkspace()
    app = desk(workspace, page="structure", lang=lang)
    assert workspace.measured == []
    assert text(here, "empty.structure.what").rstrip(".") in app.info[0].value.replace("\\", "")
    app = form(app, text(here, "structure.go")).click().run()
    assert [asked[0] for asked in workspace.measured] == ["R-0001"]
    assert app.query_params["ring"] == "R-0001"


def test_relations_are_measured_between_two_days_both_included(desk):  # noqa: F811
    workspace = FakeWorkspace()
    app = desk(workspace, page="structure", lang="en")
    app.button_group(key="structure-of").set_value("links").run()
    app.multiselect(key="structure-rels").set_value(["CALLED", "ATTENDED"])
    app.text_input(key="structure-since").input("2024-06-01")
    app.text_input(key="structure-until").input("30/06/2024")
    app.checkbox(key="structure-directed").check()
    app = form(app, "Measure").click().run()
    assert not app.exception and not app.error
    zone_begins = datetime(2024, 5, 31, 23, tzinfo=UTC), datetime(2024, 6, 30, 23, tzinfo=UTC)
    assert workspace.measured == [(None, ("CALLED", "ATTENDED"), zone_begins, True, False)]
    told = html_of(app)
    assert "called, attended (from 1\u00a0Jun\u00a02024 to 30\u00a0Jun\u00a02024)" in told
    assert text(Locale("en"), "structure.chosen.directed") in told
    assert "281 of 2,281 nodes were left out" in told
    assert app.query_params["rel"] == ["CALLED", "ATTENDED"]


def test_pages_and_communities_narrow_the_table(desk):  # noqa: F811
    app = desk(page="structure", lang="en", rel="CALLED")
    assert "25 of 30 shown" in app.caption[0].value
    app.selectbox(key="positions-community--CALLED-None-None").set_value(1).run()
    assert "15 of 15 shown" in app.caption[0].value
    assert shown(Locale("en"), "phone:e164:+212683000101") in html_of(app)
    assert shown(Locale("en"), "phone:e164:+212683000102") not in "".join(
        item.proto.body for item in app.get("html") if "<table" in item.proto.body
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_day_that_is_none_is_said_and_nothing_is_measured(desk, lang):  # noqa: F811
    workspace = FakeWorkspace()
    app = desk(workspace, page="structure", lang=lang, rel="CALLED", since="2024-13-01")
    assert workspace.measured == []
    assert "2024" in app.warning[1].value


def test_no_relation_is_asked_for_again(desk):  # noqa: F811
    workspace = FakeWorkspace(unanalysed=True)
    app = desk(workspace, page="structure", lang="en")
    app.multiselect(key="structure-rels").set_value([])
    app = form(app, "Measure").click().run()
    assert workspace.measured == []
    assert text(Locale("en"), "structure.rels.none") in [item.value for item in app.warning]


@pytest.mark.parametrize("lang", LANGS)
def test_a_ring_leads_here(desk, lang):  # noqa: F811
    app = desk(ring="R-0001", lang=lang)
    label = text(Locale(lang), "structure.from_ring")
    assert [button.label for button in app.button if button.key == "structure-of-R-0001"] == [label]


def test_the_real_workspace_is_asked_as_it_wants_to_be_asked(monkeypatch, tmp_path):
    with Workspace.open(tmp_path) as ws:
        ws.ingest(ROOT / "docs" / "samples" / "meetings.csv", received_at=RECEIVED)
    monkeypatch.setenv("HALQA_HOME", str(tmp_path))
    params = {"lang": "en", "rel": "KNOWS", "since": "2020-01-01", "until": "2030-12-31"}
    for page, asked, told in (
        ("structure", params, ("no part has more than 6 nodes", "CIN QQ300402")),
        ("structure", params | {"until": "2020-01-02"}, ()),
        ("inquiries", {"lang": "en"}, ()),
        ("inquiries", {"lang": "en", "of": "lines", "since": "2020-01-01"}, ()),
    ):
        st.cache_data.clear()
        st.cache_resource.clear()
        app = AppTest.from_function(_one_page, default_timeout=60, kwargs={"name": page})
        for name, value in asked.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        assert all(one in html_of(app) for one in told)
        assert not app.error
        assert any("**" in item.value for item in app.info) == (not told)


def test_a_sample_date_keeps_its_order_inside_arabic():
    here = Locale("ar")
    said = [text(here, "structure.day"), text(here, "structure.day.wrong", written="x")]
    assert all("\u20662024-06-01\u2069" in one for one in said)


def reasons_of_grouping() -> set[str]:
    """Every reason that the analysis gives for its choice, figures put in."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(analysis.grouping.__file__).read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Grouped"), args=[_, _, ast.Constant(str(why)), *_]):
                found.add(why)
            case ast.Call(func=ast.Name(id="Grouped"), args=[_, _, ast.JoinedStr(values=parts), *_]):
                found.add(_filled(parts, "6"))
            case ast.Assign(targets=[ast.Name(id="why")], value=ast.JoinedStr(values=parts)):
                found.add(_filled(parts, "0.74"))
            case ast.Assign(targets=[ast.Name(id="why")], value=ast.Constant(str(why))):
                found.add(why)
            case ast.AugAssign(target=ast.Name(id="why"), value=ast.Constant(str(more))):
                found.add("agrees with itself most when links are missing (0.74)" + more)
            case _:
                pass
    return found


def _filled(parts: list[ast.expr], figure: str) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else figure for part in parts)


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_and_method_of_the_analysis_has_words(lang):
    here = Locale(lang)
    reasons = reasons_of_grouping()
    assert len(reasons) == 5
    assert not [why for why in reasons if why_said(here, why) == f"\u2066{why}\u2069"]
    methods = {name for name, _ in analysis.grouping._METHODS} | {"connected components"}
    assert methods == set(METHODS)
    assert why_said(here, "something new") == "\u2066something new\u2069"
    assert method_name(here, "Spectral") == "\u2066Spectral\u2069"


def test_brokers_are_those_between_contacts_the_foremost_first():
    nodes = [
        {"uid": "b", "broker": 0.5},
        {"uid": "a", "broker": 0.5},
        {"uid": "c", "broker": 0.9},
        {"uid": "d", "broker": 0},
    ]
    assert [node["uid"] for node in brokers(nodes, 5)] == ["c", "a", "b"]
    assert [node["uid"] for node in brokers(nodes, 1)] == ["c"]
