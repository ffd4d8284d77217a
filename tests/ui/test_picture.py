from __future__ import annotations

import itertools
import json

import pytest

from tests.ui.fake_workspace import HOTLINE, LINES, PAYEES, VICTIMS, FakeWorkspace
from ui.i18n import LANGUAGES, Locale
from ui.present.board import Picture, compose
from ui.present.palette import BACKGROUND, FAMILIES, THEME
from ui.present.picture import edge_ends, edge_id, edge_rows, payload

EN = Locale("en", "UTC")
WORKSPACE = FakeWorkspace()


def ring_picture() -> Picture:
    return compose(WORKSPACE.ring_graph("R-0001"), [], WORKSPACE.neighbourhood, WORKSPACE.path)


def drawn(locale=EN, **options):
    return payload(locale, ring_picture(), store="ring:R-0001", **options)


def test_members_carry_the_status_of_their_ring_and_others_do_not():
    nodes = {node["id"]: node for node in drawn()["nodes"]}
    assert nodes[PAYEES[0]]["status"] == "lead"
    assert nodes[PAYEES[0]]["member"]
    assert all("status" not in node for node in nodes.values() if not node["member"])


def test_shared_infrastructure_says_it_is_not_suspected():
    shown = drawn(shared={HOTLINE})
    node = next(node for node in shown["nodes"] if node["id"] == HOTLINE)
    assert node["variant"] == "shared"
    assert any("not suspected" in value for _, value in node["tip"])
    assert ["shared", "shared, not suspected"] in shown["marks"]


def test_victims_are_pseudonyms_with_a_lock():
    victim = payload(
        EN, compose(WORKSPACE.neighbourhood(VICTIMS[0]), [], WORKSPACE.neighbourhood, WORKSPACE.path), store="x"
    )
    node = next(node for node in victim["nodes"] if node["id"] == VICTIMS[0])
    assert (node["variant"], node["glyph"]) == ("victim", "victim")
    assert VICTIMS[0].split(":")[2] not in node["text"] + node["short"]


def test_parallel_links_are_one_bundle_with_a_count_and_both_arrows():
    rows = {row["id"]: row for row in drawn()["edges"]}
    both = rows[edge_id(LINES[0], LINES[1])]
    assert both["forward"]
    assert both["backward"]
    assert "(3)" in both["text"]
    ends = [frozenset(edge_ends(row)) for row in rows]
    assert len(ends) == len(set(ends))


def test_width_grows_with_weight_within_bounds():
    links = [{"src": "a:1", "dst": f"b:{n}", "rel": "CALLED", "n": n} for n in (1, 4, 100, 10**6)]
    widths = [row["width"] for row in edge_rows(EN, links, (), ())]
    assert all(1 <= width <= 5 for width in widths)
    assert max(widths) == 5


def test_a_critical_link_is_marked():
    marked = drawn(critical={frozenset((PAYEES[0], LINES[0]))})
    assert [row["id"] for row in marked["edges"] if row["critical"]] == [edge_id(PAYEES[0], LINES[0])]


def test_proposals_are_dashed():
    rows = edge_rows(
        EN,
        [{"src": "a:1", "dst": "a:2", "rel": "SAME_AS", "n": 1}, {"src": "a:1", "dst": "a:3", "rel": "HOLDS", "n": 1}],
        (),
        (),
    )
    assert {row["target"]: row["inferred"] for row in rows} == {"a:2": True, "a:3": False}


def test_the_revision_changes_only_with_what_is_drawn():
    assert drawn()["rev"] == drawn()["rev"] == drawn(height=300)["rev"]
    assert drawn()["rev"] != drawn(shared={HOTLINE})["rev"]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_payload_is_json_and_speaks_the_language(lang):
    shown = drawn(Locale(lang, "UTC"))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["dir"] == ("rtl" if lang == "ar" else "ltr")
    assert "{shown}" in shown["strings"]["shown"]
    assert "{total}" in shown["strings"]["shown"]
    assert all(node["short"].startswith("\u2066") for node in shown["nodes"])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_families_differ_by_shape_and_stand_out_from_the_background():
    assert len({look.shape for look in FAMILIES.values()}) == len(FAMILIES)
    for look in FAMILIES.values():
        assert contrast(look.light, BACKGROUND["light"]) >= 3
        assert contrast(look.dark, BACKGROUND["dark"]) >= 3
    for a, b in itertools.combinations(FAMILIES.values(), 2):
        assert a.light != b.light
        assert a.dark != b.dark


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_buttons_are_readable(mode):
    assert contrast(THEME[f"{mode}.textColor"], THEME[f"{mode}.backgroundColor"]) >= 7
    assert contrast(THEME[f"{mode}.textColor"], THEME[f"{mode}.secondaryBackgroundColor"]) >= 7
    assert contrast(THEME[f"{mode}.primaryColor"], THEME[f"{mode}.backgroundColor"]) >= 4.5


def crowd(n: int) -> Picture:
    nodes = tuple({"uid": f"phone:e164:+2126830{at:05d}"} for at in range(n))
    links = tuple(
        {"src": nodes[at]["uid"], "dst": nodes[at // 7]["uid"], "rel": "CALLED", "n": 1} for at in range(1, n)
    )
    return Picture(nodes, links, n)


def test_large_pictures_are_laid_out_before_they_reach_the_browser():
    small, large = payload(EN, crowd(500), store="x"), payload(EN, crowd(501), store="x")
    assert not any("x" in node for node in small["nodes"])
    assert len({(node["x"], node["y"]) for node in large["nodes"]}) == 501


def test_a_large_picture_always_looks_the_same():
    shuffled = Picture(tuple(reversed(crowd(520).nodes)), tuple(reversed(crowd(520).links)), 520)
    first = {node["id"]: (node["x"], node["y"]) for node in payload(EN, crowd(520), store="x")["nodes"]}
    assert first == {node["id"]: (node["x"], node["y"]) for node in payload(EN, shuffled, store="x")["nodes"]}
