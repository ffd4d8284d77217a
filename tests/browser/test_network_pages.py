"""Network structure and what to ask about in a real Chromium: the button is pressed, a row is read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_desk import RUNS
from ui.i18n import Locale, text

pytestmark = pytest.mark.browser
LANGS = ["fr", "ar"]


def overflow(page) -> float:
    return page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth - main.clientWidth")


@pytest.mark.parametrize("lang", LANGS)
def test_relations_are_chosen_measured_and_read(visit, lang):
    here = Locale(lang)
    page = visit(dark=lang == "ar").go(f"/structure?lang={lang}")
    page.wait_for_function(RUNS, arg="rtl" if here.rtl else "ltr")
    expect(page.get_by_role("heading", name=text(here, "structure.title"))).to_be_visible()
    page.get_by_role("radio", name=text(here, "structure.of.links")).or_(
        page.get_by_role("button", name=text(here, "structure.of.links"))
    ).first.click()
    page.get_by_label(text(here, "structure.since")).fill("2026-03-01")
    page.get_by_role("button", name=text(here, "structure.go"), exact=True).click()
    first = page.get_by_role("row").filter(has_text="+212 683 000 100")
    expect(first).to_contain_text("0,90")
    expect(first).to_contain_text("(0,70 – 0,98)")
    # The bar is drawn: the band of the score has a place and a width, from left to right in both directions.
    band = first.locator("span[style*='left:70']").first
    box, axis = band.bounding_box(), band.locator("xpath=..").bounding_box()
    assert box is not None and axis is not None
    assert box["x"] - axis["x"] == pytest.approx(0.7 * axis["width"], abs=1.5)
    assert box["width"] == pytest.approx(0.28 * axis["width"], abs=1.5)
    expect(page).to_have_url(re.compile("rel=CALLED.*since=2026-03-01"))
    assert overflow(page) <= 1
    page.reload()
    expect(page.get_by_text("(0,70 – 0,98)").first).to_be_visible()
    page.set_viewport_size({"width": 1024, "height": 768})
    assert overflow(page) <= 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_ring_leads_to_its_structure(visit, lang):
    here = Locale(lang)
    seen = visit()
    page = seen.go(f"/?ring=R-0001&lang={lang}")
    page.get_by_role("tab", name=text(here, "ring.tab.structure")).click()
    page.get_by_role("button", name=text(here, "structure.from_ring")).click()
    expect(page.get_by_role("heading", name=text(here, "structure.title"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/structure\?.*ring=R-0001"))
    expect(page.get_by_text("(0,70 – 0,98)").first).to_be_visible()


@pytest.mark.parametrize("lang", LANGS)
def test_outlets_and_replaced_lines_are_asked_and_read(visit, lang):
    here = Locale(lang)
    page = visit(dark=lang == "ar").go(f"/inquiries?lang={lang}")
    page.wait_for_function(RUNS, arg="rtl" if here.rtl else "ltr")
    outlet = page.get_by_role("row").filter(has_text="CP-CA-007")
    expect(outlet).to_contain_text("Casablanca")
    expect(outlet).to_contain_text("19 / 26")
    assert overflow(page) <= 1
    page.get_by_role("radio", name=text(here, "inquiries.of.lines")).or_(
        page.get_by_role("button", name=text(here, "inquiries.of.lines"))
    ).first.click()
    old = page.get_by_text(re.compile(r"\+212 683 000 000.*[→←].*\+212 683 000 003"))
    expect(old).to_be_visible()
    second = page.get_by_text(re.compile(r"\+212 683 000 001.*[→←].*\+212 683 000 002"))
    expect(second).to_have_count(0)
    page.get_by_text(text(here, "inquiries.everything")).click()
    page.get_by_role("button", name=text(here, "inquiries.lines.go"), exact=True).click()
    expect(second).to_be_visible()
    expect(page).to_have_url(re.compile("of=lines.*everything=1"))
    assert overflow(page) <= 1
    page.get_by_role("button", name=re.compile("R-0001")).click()
    expect(page.get_by_role("heading", name=re.compile("R-0001"))).to_be_visible()
    expect(page).to_have_url(re.compile("ring=R-0001"))
