"""FollowTheMoney entities: nodes, links, references either way round, dates that are a year or a month."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.recognise import recognise
from tests.ingest.loading import SAMPLES, Held, called, entities, links, load, places

GOOD, BAD = SAMPLES / "json" / "entities.jsonl", SAMPLES / "json" / "entities_bad.jsonl"


def _lines(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def test_entities_become_nodes_and_links() -> None:
    intake = load(GOOD)
    result = intake.files[0]
    assert (result.format, result.counts.accepted, result.rejects) == ("ftm", 9, [])
    assert {
        ("person:ftm:e-p1", "HOLDS", "bank:ftm:e-b1"),
        ("person:ftm:e-p2", "HOLDS", "bank:ftm:e-b1"),
        ("bank:ftm:e-b1", "SENT", "tx:ftm:e-pay"),
        ("person:ftm:e-p1", "SENT", "tx:ftm:e-pay"),
        ("tx:ftm:e-pay", "RECEIVED", "person:ftm:e-p2"),
        ("phone:e164:+212683000001", "CALLED", "phone:e164:+212685000001"),
    } <= links(intake)
    # A SHA-1 names no evidence by SHA-256; it stays a property.
    assert {"ev:ftm:e-doc", "ev:ftm:e-doc2"} <= entities(intake)


def test_a_payment_is_one_typed_row_with_its_account_before_its_person() -> None:
    (row,) = load(GOOD).draft.tables["general"]["transfers"].to_dicts()
    assert (row["payer"], row["payee"], row["amount"], row["currency"], row["rail"]) == (
        "bank:ftm:e-b1", "person:ftm:e-p2", 25050, "MAD", "bank",
    )  # fmt: skip


def test_calls_are_answered_when_they_lasted() -> None:
    assert [(c["n"], c["n_answered"], c["total_dur"]) for c in called(load(GOOD))] == [(1, 0, 0)]


def test_a_year_begins_with_it_and_ends_with_its_month() -> None:
    held = load(GOOD).draft.tables["general"]["links"].filter(pl.col("rel") == "HOLDS").to_dicts()[0]
    assert (held["since"].strftime("%Y-%m-%d"), held["until"].strftime("%Y-%m-%d")) == ("2024-01-01", "2025-06-30")


def test_what_nobody_asked_for_stays_beside() -> None:
    records = load(GOOD).draft.tables["general"]["records"]
    (extra,) = records.filter(pl.col("key") == "e-p1")["extra"].to_list()
    assert json.loads(extra) == {
        "caption": "Tarik Syntest", "datasets": ["Syn Cases"], "properties.passportNumber": ["SYN12345"],
    }  # fmt: skip


def test_defects_have_their_codes_and_fall_with_what_they_refer_to() -> None:
    result = load(BAD).files[0]
    assert places(result.rejects) == [
        (2, "dangling"), (3, "dangling"), (4, "dangling"), (5, "dangling"), (7, "interval"), (8, "hash"),
        (9, "number"), (10, "out_of_range"), (11, "malformed"), (12, "missing_field"), (13, "malformed"),
    ]  # fmt: skip
    assert (result.counts.accepted, result.counts.self_links_dropped) == (2, 1)


def test_an_owner_known_from_an_earlier_load_still_holds(tmp_path: Path) -> None:
    person = {"id": "p", "schema": "Person", "properties": {"name": ["Syn"]}}
    owned = {
        "id": "a",
        "schema": "UserAccount",
        "properties": {"service": ["x"], "username": ["syn_a"], "owner": ["p"]},
    }
    first = load(_lines(tmp_path / "one.jsonl", person))
    both = load(_lines(tmp_path / "two.jsonl", owned, person), held=Held(first.draft)).files[0]
    assert (both.counts.accepted, both.counts.duplicates, both.rejects) == (1, 1, [])


def test_it_is_known_by_its_content_and_named_by_its_data_set(tmp_path: Path) -> None:
    blind = tmp_path / "upload.dat"
    person = {"id": "p", "schema": "Person", "properties": {}, "datasets": ["Syn Cases"]}
    _lines(blind, person)
    assert recognise(blind) == "ftm"
    assert load(blind).files[0].source == "ftm_syn_cases"


@given(st.permutations(range(9)))
def test_the_order_of_lines_changes_nothing(order: list[int]) -> None:
    lines = GOOD.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shuffled.jsonl"
        path.write_text("\n".join(lines[n] for n in order), "utf-8")
        shuffled = load(path)
    assert links(shuffled) == links(load(GOOD))
    assert entities(shuffled) == entities(load(GOOD))


def test_a_long_chain_of_references_falls_in_one_go(tmp_path: Path) -> None:
    chain = [{"id": f"c{n}", "schema": "UserAccount", "properties": {"owner": [f"c{n + 1}"]}} for n in range(20_000)]
    result = load(_lines(tmp_path / "chain.jsonl", *chain)).files[0]
    assert (result.counts.accepted, result.counts.rejected) == (0, 20_000)
    assert {p.code for p in result.rejects} == {"dangling"}


@pytest.mark.parametrize("value", [{"a": 1}, [["x"]], [{"a": "x"}]])
def test_values_that_are_no_texts_are_malformed(tmp_path: Path, value: object) -> None:
    path = _lines(tmp_path / "x.jsonl", {"id": "p", "schema": "Person", "properties": {"name": value}})
    assert places(load(path).files[0].rejects) == [(1, "malformed")]
