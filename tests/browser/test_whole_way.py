"""From files to a ring in the browser, over a real workspace: drop, try, write, search, open."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MAPPING = """
source: {name: people, type: registry, reliability: B, country: MA}
format: {kind: csv}
record: {key: [cin]}
entities:
  who: {label: Person, key: {column: cin, type: doc}}
  line: {label: Phone, key: {column: phone, type: phone}}
links:
  - {rel: USES, from: who, to: line, properties: {basis: stated}}
"""
NAMED = """
source: {name: NAME, type: registry, reliability: B, country: MA}
format: {kind: csv}
record: {key: [id]}
entities:
  who: {label: Person, key: [id], properties: {name: {column: name}}}
  line: {label: Phone, key: {column: phone, type: phone}}
links:
  - {rel: USES, from: who, to: line, properties: {basis: stated}}
"""


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
    expect(page.get_by_role("cell", name="E-Blagh notifications").first).to_be_visible()
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


def test_an_unknown_table_is_proposed_a_mapping_that_is_corrected_tried_and_written(visit, tmp_path: Path):
    home = tmp_path / "case"
    page = visit(home, real=True).go("/intake?lang=en")
    table = tmp_path / "lignes.csv"
    table.write_text(
        "CIN;nom complet;téléphone;couleur\nQQ123456;Karim Tazi;0683000001;bleu\nQQ123457;Omar Fassi;0683000002;vert\n",
        encoding="utf-8",
    )
    page.locator("input[type=file]").first.set_input_files(str(table))
    expect(page.get_by_text("Proposed mapping:")).to_be_visible()
    expect(page.get_by_role("cell", name="identity document")).to_be_visible()
    expect(page.get_by_text(re.compile("Left out: .couleur"))).to_be_visible()
    expect(page.get_by_role("button", name="Write:")).to_have_count(0)
    yaml = page.get_by_role("textbox", name="The mapping (YAML), to correct")
    expect(yaml).to_have_value(re.compile("reliability: F"))
    whole = yaml.input_value()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download the YAML").click()
    assert kept.value.suggested_filename == "lignes.yaml"
    # What stands in the field is tried, not what was proposed: first a mistake, then the correction.
    yaml.fill(whole.replace("label: Phone", "label: Telephone"))
    page.get_by_role("button", name="Try with this mapping").click()
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text("Telephone")
    yaml.fill(whole.replace("reliability: F", "reliability: B"))
    page.get_by_role("textbox", name="On what authority").fill("Réquisition 2026/118")
    page.get_by_role("textbox", name="Your name or number").fill("analyst 7")
    page.get_by_role("button", name="Try with this mapping").click()
    expect(page.get_by_text("2 records would be added")).to_be_visible()
    assert not (home / "evidence" / "batches").exists() or not any((home / "evidence" / "batches").iterdir())
    page.get_by_role("button", name="Write: 2 records").click()
    expect(page.get_by_text("Written: 2 records")).to_be_visible()
    page.get_by_role("link", name="Evidence").click()
    expect(page.get_by_text(re.compile("by .analyst 7. · on the authority of .Réquisition 2026/118"))).to_be_visible()
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("cell", name="B", exact=True)).to_be_visible()


def test_a_batch_is_withdrawn_put_back_and_the_chain_is_whole(visit, tmp_path: Path):
    from halqa.workspace import Workspace

    home = tmp_path / "case"
    table, mapping = tmp_path / "people.csv", tmp_path / "people.yaml"
    table.write_text("cin,phone\nQQ123456,0683000001\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    with Workspace.open(home) as ws:
        ws.ingest(table, by="analyst 3")
    page = visit(home, real=True).go("/evidence?lang=en")
    page.get_by_role("button", name="Withdraw this batch…").click()
    window = page.get_by_role("dialog")
    window.get_by_role("button", name="Withdraw", exact=True).click()
    expect(window.get_by_text("Give a reason and your name.")).to_be_visible()
    window.get_by_label("Reason").fill("the wrong table")
    window.get_by_role("textbox", name="Your name or number").fill("analyst 7")
    window.get_by_role("textbox", name="On what authority").fill("Order 12")
    window.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.get_by_text("is withdrawn. Findings follow")).to_be_visible()
    expect(page.get_by_text(re.compile("by .analyst 7.: .the wrong table"))).to_be_visible()
    with Workspace.open(home) as ws:
        (only,) = ws.status()["history"]
        assert only["withdrawn"]
    page.get_by_role("button", name="Undo the withdrawal…").click()
    window.get_by_label("Reason").fill("it was the right one")
    window.get_by_role("button", name="Put back in force").click()
    expect(page.get_by_text("is in force again.")).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw this batch…")).to_be_visible()
    page.get_by_role("tab", name="Custody (3)").click()
    expect(page.get_by_role("cell", name=re.compile("Order 12"))).to_be_visible()
    page.get_by_role("tab", name="Integrity check").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Whole: 1 batch")).to_be_visible()
    with page.expect_download() as report:
        page.get_by_role("button", name="Download the integrity report").click()
    kept = json.loads(Path(report.value.path()).read_text("utf-8"))
    assert kept["verdict"] == "whole"
    assert len(kept["entries"]) == 3


def test_two_that_may_be_one_are_joined_and_taken_apart_again(visit, tmp_path: Path):
    from halqa.workspace import Workspace

    home = tmp_path / "case"
    for name, rows in {
        "list_a": "QQ123456,محمد بن حدو,0683000001",
        "list_b": "QQ123457,Mohammed Benhaddou,0683000001",
    }.items():
        (tmp_path / f"{name}.csv").write_text(f"id,name,phone\n{rows}\n", encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(NAMED.replace("NAME", name), encoding="utf-8")
    with Workspace.open(home) as ws:
        ws.ingest([tmp_path / "list_a.csv", tmp_path / "list_b.csv"], by="analyst 3")
        (one,) = ws.same_person_proposals()
    page = visit(home, real=True).go("/same?lang=en")
    expect(page.get_by_text("محمد بن حدو").first).to_be_visible()
    expect(page.get_by_text("Both use the line").first).to_be_visible()
    page.get_by_role("button", name="Look at the two").click()
    page.get_by_label("Reason").fill("one photograph on both papers")
    page.get_by_role("textbox", name="Your name or number").fill("analyst 7")
    page.get_by_role("button", name="Treat as one").click()
    expect(page.get_by_text("They are treated as one from now on")).to_be_visible()
    with Workspace.open(home) as ws:
        assert {row["uid"] for row in ws.who(one["a"])["same_as"]} == {one["a"], one["b"]}
    page.get_by_role("tab", name="Decisions (1)").click()
    page.get_by_role("button", name="Undo").click()
    window = page.get_by_role("dialog")
    window.get_by_label("Reason").fill("the photograph is another one")
    window.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The decision is taken back")).to_be_visible()
    expect(page.get_by_role("tab", name="Proposals (1)")).to_be_visible()
    with Workspace.open(home) as ws:
        assert ws.who(one["a"])["same_as"] == []


def test_a_file_that_cannot_be_read_is_explained(visit, tmp_path: Path):
    page = visit(tmp_path / "case", real=True).go("/intake?lang=en")
    odd = tmp_path / "holiday.csv"
    odd.write_bytes(b"")
    page.locator("input[type=file]").first.set_input_files(str(odd))
    expect(page.get_by_text("cannot be read:").first).to_be_visible()
    page.get_by_role("button", name="Try without writing").click()
    alert = page.get_by_test_id("stAlertContainer").first
    expect(alert).to_contain_text("holiday.csv")
    assert str(tmp_path) not in alert.inner_text()
