"""From files to a ring in the browser, over a real workspace: drop, try, write, search, open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.shared
def test_files_become_a_ring_on_screen(visit, shared: Path, tmp_path: Path):
    home = tmp_path / "case"
    seen = visit(home, real=True)
    page = seen.go("/intake?lang=en")
    formats = shared / "formats"
    files = [
        formats / "f1_eblagh" / "sample.jsonl",
        formats / "f4_money" / "sample_remittance.csv",
        formats / "f4_money" / "sample_wallet.csv",
    ]
    page.locator("input[type=file]").first.set_input_files([str(path) for path in files])
    page.get_by_role("button", name="Try without writing").click()
    expect(page.get_by_text("Dry run: nothing is written yet")).to_be_visible()
    expect(page.get_by_role("cell", name="eblagh", exact=False).first).to_be_visible()
    assert not (home / "evidence" / "batches").exists() or not any((home / "evidence" / "batches").iterdir())
    page.get_by_role("button", name=re.compile("Write: 27 records")).click()
    expect(page.get_by_text("Written: 27 records")).to_be_visible()
    page.get_by_role("button", name="Search for rings").click()
    page.get_by_role("button", name="See the rings").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Rings")).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).first.click()
    expect(page.get_by_role("heading", name=re.compile("Ring .*R-0001"))).to_be_visible()
    seen.canvas()
    assert seen.ask("(cy) => cy.nodes('[?member]').length") > 0
    reporters = {uid for uid in seen.places() if uid.startswith("victim:")}
    shown = page.content()
    assert all(uid.split(":")[2] not in shown for uid in reporters)


def test_a_file_that_cannot_be_read_is_explained(visit, tmp_path: Path):
    page = visit(tmp_path / "case", real=True).go("/intake?lang=en")
    odd = tmp_path / "holiday.csv"
    odd.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(str(odd))
    page.get_by_role("button", name="Try without writing").click()
    alert = page.get_by_test_id("stAlertContainer").first
    expect(alert).to_contain_text("holiday.csv")
    assert str(tmp_path) not in alert.inner_text()
