"""Guessed mappings: what they propose, that they load and ingest their own table, and that nothing is done unseen."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import yaml
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import InputError
from ingest.mapping.guess import Proposal, propose
from ingest.mapping.headers import header_of
from ingest.mapping.parse import load_mapping
from ingest.mapping.shapes import date_formats, region_of
from tests.ingest.guessing import KIT, MADE, UNKNOWN, measured, right
from tests.ingest.loading import entities, everything, links, load


def _saved(found: Proposal, folder: Path) -> Path:
    path = folder / "proposed.yaml"
    path.write_text(found.yaml(), "utf-8")
    return path


def _kinds(found: Proposal) -> dict[str, str]:
    return {c.name: c.kind for c in found.columns}


@pytest.mark.parametrize("name", MADE)
def test_a_proposal_loads_and_takes_its_own_table_in_without_a_reject(name: str, tmp_path: Path) -> None:
    path = UNKNOWN / f"{name}.csv"
    found = propose(path)
    mapping = _saved(found, tmp_path)
    load_mapping(mapping)
    result = load(path, mapping=mapping)
    assert result.files[0].rejects == []
    assert result.counts["accepted"] == len(path.read_text("utf-8").splitlines()) - 1
    assert result.files[0].warnings == []
    assert entities(result)


@pytest.mark.parametrize("name", [name for name, (_, victims) in MADE.items() if victims])
def test_columns_of_victims_go_to_the_vault(name: str, tmp_path: Path) -> None:
    path = UNKNOWN / f"{name}.csv"
    found = propose(path)
    used = {c.name: c.used for c in found.columns}
    victims = MADE[name][1]
    assert {used[column] for column in victims} == {"victim (vault)"}
    intake = load(path, mapping=_saved(found, tmp_path))
    said = everything(intake)
    frame = pl.read_csv(
        path, separator=";" if ";" in path.read_text("utf-8").splitlines()[0] else ",", infer_schema=False
    )
    for column in victims:
        for value in frame[column].drop_nulls():
            assert value not in said
    assert any(rel == "REPORTED_BY" for _, rel, _ in links(intake))


def test_at_least_nine_columns_of_ten_are_typed_right() -> None:
    rows = list(measured(None))
    assert sum(n for _, n, *_ in rows) >= 0.9 * sum(of for _, _, of, *_ in rows)


@pytest.mark.shared
@pytest.mark.parametrize("name", KIT)
def test_tables_of_the_kit(shared: Path, name: str, tmp_path: Path) -> None:
    path = shared / "formats" / name
    found = propose(path)
    n, wrong = right(found, KIT[name])
    # A table without header in which every other value is broken on purpose tells little.
    assert n >= (0.5 if "words" in name else 0.75) * len(found.columns), wrong
    result = load(path, mapping=_saved(found, tmp_path)).files[0]
    assert result.rejects == []


def test_a_proposal_says_how_sure_it_is_and_why() -> None:
    found = propose(UNKNOWN / "fr_plaintes.csv")
    assert 0 < found.confidence <= 1
    for column in found.columns:
        assert 0 <= column.confidence <= 1
        assert column.reasons
    assert found.left_out == ["Observations"]
    told = found.as_json()
    assert yaml.safe_load(told["yaml"]) == told["mapping"]
    assert {c["column"] for c in told["columns"]} == set(_kinds(found))
    assert told["mapping"]["format"] == {"kind": "csv", "delimiter": ";", "decimal": ",", "thousands": " "}


def test_reasons_hold_no_value() -> None:
    """They may be a victim's."""
    for name in MADE:
        found = propose(UNKNOWN / f"{name}.csv")
        header, *rows = (UNKNOWN / f"{name}.csv").read_text("utf-8").splitlines()
        cells = {cell.strip('" ') for row in rows for cell in row.replace(";", ",").split(",") if len(cell) > 5}
        assert [cell for cell in cells if cell in found.yaml() and cell not in header] == []


def test_a_guess_is_never_applied_unseen(tmp_path: Path) -> None:
    shutil.copy(UNKNOWN / "fr_plaintes.csv", tmp_path)
    propose(tmp_path / "fr_plaintes.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fr_plaintes.csv"]
    result = load(tmp_path).files[0]  # a folder: the unknown table is refused whole, not guessed
    assert (result.counts.accepted, result.counts.rejected) == (0, 1)


def test_other_clothes_give_the_same_kinds(tmp_path: Path) -> None:
    source = UNKNOWN / "virements.csv"
    frame = pl.read_csv(source, separator=";", infer_schema=False)
    frame.write_parquet(tmp_path / "virements.parquet")
    frame.write_ndjson(tmp_path / "virements.jsonl")
    with xlsxwriter.Workbook(tmp_path / "virements.xlsx") as book:
        book.add_worksheet("notes").write_string(0, 0, "see next sheet")
        sheet = book.add_worksheet("data")
        for n, row in enumerate([frame.columns, *frame.iter_rows()]):
            for m, cell in enumerate(row):
                if cell is not None:
                    sheet.write_string(n, m, cell)
    (tmp_path / "cp1252.csv").write_bytes(source.read_text("utf-8").encode("cp1252"))
    expected = _kinds(propose(source))
    for name in ("virements.parquet", "virements.jsonl", "virements.xlsx", "cp1252.csv"):
        found = propose(tmp_path / name)
        assert _kinds(found) == expected, name
        intake = load(tmp_path / name, mapping=_saved(found, tmp_path))
        assert intake.counts["accepted"] == 2
        assert intake.files[0].rejects == []


def test_a_table_without_header_is_told_from_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("0683000001,05/03/2026 10:15,lina@mail.example\n0683000002,25/03/2026 10:15,maya@mail.example\n")
    found = propose(path)
    assert found.document["format"]["header"] is False
    assert list(_kinds(found).values()) == ["phone", "date", "email"]
    assert load(path, mapping=_saved(found, tmp_path)).counts["accepted"] == 2


def test_a_bare_number_beside_a_victim_is_the_victims(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("plaignant;téléphone;n° mis en cause\nAmina Sintest;0683000001;0685000001\n")
    found = propose(path)
    assert {c.name: c.used for c in found.columns}["téléphone"] == "victim (vault)"
    assert "phone:e164:+212683000001" not in entities(load(path, mapping=_saved(found, tmp_path)))


def test_an_amount_without_currency_is_no_money(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,from_account,to_account,amount\n1,999780000000000000550192,999780000000000001234527,1500\n")
    found = propose(path)
    (reason,) = [r for c in found.columns if c.kind == "amount" for r in c.reasons if "currency" in r]
    assert "name one" in reason
    (row,) = load(path, mapping=_saved(found, tmp_path)).draft.tables["general"]["transfers"].to_dicts()
    assert row["amount"] is None


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_an_empty_file_has_nothing_to_propose(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"empty\.csv"):
        propose(path)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_mapping_or_a_refusal(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        try:
            found = propose(path)
        except InputError:
            return
        load_mapping(_saved(found, Path(folder)))


CELL = st.text(st.characters(codec="utf-8", exclude_characters='\r\n\x00"'), max_size=20)


@given(st.lists(CELL, min_size=1, max_size=6), st.lists(st.lists(CELL, max_size=6), max_size=5))
def test_any_table_gives_a_mapping_that_loads(header: list[str], rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text("\n".join(",".join(row) for row in [header, *rows]), "utf-8")
        try:
            found = propose(path)
        except InputError:
            return
        load_mapping(_saved(found, Path(folder)))


def test_words_of_a_header() -> None:
    assert (header_of("callerNumber").kind, header_of("callerNumber").party) == ("phone", "source")
    assert (header_of("phone_2").kind, header_of("phone_2").number) == ("phone", "2")
    assert (header_of("هاتف المشتكي").kind, header_of("هاتف المشتكي").party) == ("phone", "victim")
    assert header_of("Montant (DH)").names("currencies") == "MAD"


def test_which_is_the_day_is_left_open_where_the_values_leave_it() -> None:
    assert date_formats(["05/03/2026"])[:2] == ("%d/%m/%Y", "%m/%d/%Y")
    assert date_formats(["25/03/2026"]) == ("%d/%m/%Y",)
    assert date_formats(["2026-03-05T10:00:00Z"]) == ("",)
    assert date_formats(["soon"]) == ()


def test_countries_by_how_numbers_are_dialled() -> None:
    assert region_of(["0683000001", "0685000001"]) == "MA"
    assert region_of(["0139980011", "0639980011"]) == "FR"
    assert region_of(["07700900111"]) == "GB"
    assert region_of(["+212683000001"]) is None
