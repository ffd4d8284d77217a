"""The desk in a real Chromium: three languages, two themes, the canvas, and what survives a reload."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.ui.fake_workspace import LINES, PAGE, PAYEES

pytestmark = pytest.mark.browser
A, B = PAYEES[0], LINES[0]
RUNS = "(way) => getComputedStyle(document.querySelector('.stApp')).direction === way"


@pytest.mark.parametrize(
    ("lang", "title", "direction"), [("fr", "Réseaux", "ltr"), ("ar", "الشبكات", "rtl"), ("en", "Rings", "ltr")]
)
def test_the_list_speaks_the_language_of_the_address(visit, lang, title, direction):
    seen = visit()
    page = seen.go(f"/?lang={lang}")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.wait_for_function(RUNS, arg=direction)
    sidebar = page.get_by_test_id("stSidebar").bounding_box()
    assert sidebar is not None
    assert (sidebar["x"] > 700) == (direction == "rtl")


def test_the_first_page_has_its_own_name_too(visit):
    seen = visit()
    page = seen.go("/rings?ring=R-0001&op=one&op=two&lang=en")
    expect(page.get_by_role("heading", name=re.compile("Ring .*R-0001"))).to_be_visible()
    expect(page).to_have_url(f"{seen.url}/?ring=R-0001&op=one&op=two&lang=en")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(9)


def test_the_language_is_switched_in_the_sidebar_and_survives_pages_and_reload(visit):
    page = visit().go("/")
    page.get_by_test_id("stSidebar").get_by_role("radio", name="العربية").or_(
        page.get_by_test_id("stSidebar").get_by_role("button", name="العربية")
    ).first.click()
    expect(page.get_by_role("heading", name="الشبكات")).to_be_visible()
    page.get_by_role("link", name="المستكشف").click()
    expect(page.get_by_role("heading", name="المستكشف")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="المستكشف")).to_be_visible()
    page.wait_for_function(RUNS, arg="rtl")


def test_the_arabic_font_comes_from_here(visit):
    page = visit().go("/?lang=ar")
    page.wait_for_function(
        "() => document.fonts.load('16px \"Halqa Arabic\"', 'شبكة').then((found) => found.length > 0)"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_ring_opens_from_a_link_with_its_picture_and_reasons(visit, dark):
    seen = visit(dark=dark)
    page = seen.go("/?ring=R-0001&lang=en")
    seen.canvas()
    expect(page.get_by_text("6 members, named in 11 reports.")).to_be_visible()
    expect(page.locator(".hq-count")).to_have_text(re.compile(r"34.* of .*234.* shown · chosen by weight"))
    background = page.evaluate("() => getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert background == ("rgb(14, 17, 23)" if dark else "rgb(255, 255, 255)")
    fill = seen.ask("(cy, id) => cy.getElementById(id).style('background-color')", A)
    assert fill == ("rgb(185,46,104)" if dark else "rgb(231,87,191)")
    assert seen.ask("(cy, id) => cy.getElementById(id).style('outline-style')", A) == "solid"


def test_a_reason_opens_its_records(visit):
    seen = visit()
    page = seen.go("/?ring=R-0001&lang=en")
    page.get_by_role("button", name="11 records").first.click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("report:eblagh:EB-2026-0000")).to_be_visible()
    expect(window.get_by_text("notifications.jsonl:12").first).to_be_visible()


def test_the_same_ring_gives_the_same_picture(visit):
    first, second = visit(), visit()
    for seen in (first, second):
        seen.go("/?ring=R-0001&lang=en")
        seen.canvas()
    assert first.places() == second.places()


def test_a_page_left_while_the_picture_moves_ends_quietly(visit):
    seen = visit()
    page = seen.go("/?ring=R-0001&lang=en")
    seen.canvas()
    seen.ask(
        """(cy) => {
            window.left = cy;
            const moving = setInterval(() => {
                if (cy.destroyed()) clearInterval(moving);
                else cy.zoom(cy.zoom() > 1 ? 0.3 : 1.5);
            }, 5);
        }"""
    )
    page.get_by_role("link", name="Queries").click()
    page.wait_for_function("() => window.left.destroyed()")
    page.wait_for_timeout(400)  # names are written 80 ms after the last movement
    assert seen.errors == []


def test_expanding_leaves_old_nodes_where_they_are_and_undo_takes_it_back(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=en")
    seen.canvas()
    before = seen.places()
    seen.open_up(A)
    after = seen.places()
    assert len(after) > len(before)
    assert {uid: after[uid] for uid in before} == before
    assert "op=e" in page.url
    page.locator(".hq-canvas").press("u")
    expect(page.locator(f".hq-root[data-nodes='{len(before)}']")).to_be_visible()
    assert seen.places() == before


def test_a_dragged_node_is_pinned_and_stays_after_reload(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=en")
    seen.canvas()
    x, y = seen.point(A)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=6)
    page.mouse.up()
    moved = seen.places()
    assert seen.ask("(cy, id) => cy.getElementById(id).hasClass('pinned')", A)
    page.wait_for_function("() => Object.values(sessionStorage).some((kept) => kept.includes('pins\":[\"'))")
    assert not page.evaluate("() => Object.values(sessionStorage).join('').includes('212683')")
    page.reload()
    seen.canvas()
    assert all(abs(a - b) < 0.2 for uid, place in seen.places().items() for a, b in zip(place, moved[uid], strict=True))
    assert seen.ask("(cy, id) => cy.getElementById(id).hasClass('pinned')", A)


def test_a_selected_node_can_be_hidden_and_brought_back(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=fr")
    seen.canvas()
    whole = len(seen.places())
    page.mouse.click(*seen.point(A))
    expect(page.get_by_role("heading", name="Sélection")).to_be_visible()
    page.locator(".hq-canvas").press("h")
    expect(page.locator(f".hq-root[data-nodes='{whole - 1}']")).to_be_visible()
    expect(page.locator(".hq-count")).to_have_text(re.compile(f"{whole - 1}.* sur .*{whole}"))
    page.reload()
    seen.canvas()
    assert A not in seen.places()
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator(f".hq-root[data-nodes='{whole}']")).to_be_visible()


def test_a_path_between_two_nodes_is_drawn(visit):
    seen = visit()
    page = seen.go(f"/explorer?q=0683000000&lang=en&op={quote('e~' + A)}")
    seen.canvas()
    seen.choose(B)
    seen.choose(PAGE, also=True)
    # The path is part of the address, so a colleague who opens it sees the same nodes marked.
    for _ in range(4):
        page.locator(".hq-canvas").press("p")
        try:
            page.wait_for_url(re.compile("op=p"), timeout=8_000)
        except TimeoutError:
            continue  # a busy page swallowed the key
        break
    expect(page).to_have_url(re.compile("op=p"))
    page.reload()
    seen.canvas()
    seen.until(
        "(cy, uids) => cy.nodes('.onpath').map((n) => n.id()).sort().join() === uids", ",".join(sorted((A, B, PAGE)))
    )


def test_the_legend_filters_and_the_count_says_so(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=en")
    seen.canvas()
    whole = len(seen.places())
    records = seen.ask("(cy) => cy.nodes('[family = \"records\"]').length")
    page.locator(".hq-legend").get_by_role("checkbox", name="Records").uncheck()
    expect(page.locator(".hq-count")).to_have_text(re.compile(f"^.{whole - records}. of .{whole}. shown"))


def test_show_more_asks_for_more(visit):
    seen = visit()
    page = seen.go("/?ring=R-0001&lang=en")
    seen.canvas()
    page.get_by_role("button", name="show more").click()
    page.wait_for_url(re.compile("n=300"))


def test_the_keyboard_walks_the_graph(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=en")
    seen.canvas()
    page.locator(".hq-canvas").press("ArrowRight")
    said = page.locator(".hq-live")
    expect(said).not_to_be_empty()
    page.locator(".hq-canvas").press(" ")
    expect(page.get_by_role("heading", name="Selection").or_(page.get_by_role("heading", name="Found"))).to_be_visible()
    page.locator(".hq-canvas").press("Escape")
    assert seen.ask("(cy) => cy.$(':selected').length") == 0


def test_facts_of_a_node_appear_on_hover_in_arabic_with_identifiers_left_to_right(visit):
    seen = visit()
    page = seen.go("/explorer?q=0683000000&lang=ar")
    seen.canvas()
    page.mouse.move(*seen.point(B))
    tip = page.locator(".hq-tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("هاتف")
    assert "\u2066+212 683 000 000\u2069" in tip.inner_text()
    page.wait_for_function(RUNS, arg="rtl")


def test_a_verdict_is_kept(visit):
    page = visit().go("/?ring=R-0001&lang=en")
    page.get_by_role("radio", name="Dismiss").or_(page.get_by_role("button", name="Dismiss", exact=True)).first.click()
    page.get_by_label("Reason").fill("A family helping each other.")
    page.get_by_label("Your name or number").fill("analyst 7")
    page.get_by_role("button", name="Record the verdict").click()
    expect(page.get_by_text("R-0001 dismissed")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("Dismissed by")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/evidence", "سُحبت الدفعة"), ("/same", "كلاهما يستعمل الخط"),
        ("/same?a=person:rec:wu:0003:payee&b=person:rec:wu:0004:payee", "لا يرجّحه إلا الاسم"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_new_pages_run_from_right_to_left_and_nothing_overflows(visit, path, said, dark):
    page = visit(dark=dark).go(f"{path}{'&' if '?' in path else '?'}lang=ar")
    page.wait_for_function(RUNS, arg="rtl")
    expect(page.get_by_text(said).first).to_be_attached()
    assert page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth - main.clientWidth") <= 1


@pytest.mark.parametrize(
    "path", ["/", "/alerts", "/explorer", "/queries", "/structure", "/inquiries", "/intake", "/evidence", "/same"]
)
def test_every_page_shows_on_an_empty_workspace(visit, path):
    page = visit("empty").go(f"{path}?lang=ar")
    expect(page.get_by_test_id("stFileUploader" if path == "/intake" else "stAlertContainer").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
