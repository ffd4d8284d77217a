"""Every expected answer of the maintainers' format kit, to the letter."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.errors import MappingError
from ingest.mapping.parse import parse_mapping
from ingest.recognise import recognise
from ingest.rejects import Problem
from tests.ingest.loading import Held, called, entities, everything, links, load

pytestmark = pytest.mark.shared

FILES = {
    "f1_eblagh": ["sample.jsonl", "sample.csv", "sample_utf16.csv", "bad.jsonl", "bad.csv"],
    "f2_mapping": [
        "sample_meetings.csv", "bad_meetings.csv", "sample_calls.csv", "bad_calls.csv", "sample_transfers.csv",
        "bad_transfers.csv", "sample_sheet.jsonl", "sample_transfers.xlsx", "sample_transfers.parquet",
        "sample_complaints_cp1256.csv", "sample_words.csv",
    ],
    "f3_cdr": ["sample_cdr.csv", "sample_subscribers.csv", "bad_cdr.csv", "bad_subscribers.csv"],
    "f4_money": ["sample_remittance.csv", "sample_wallet.csv", "bad_remittance.csv", "bad_wallet.csv"],
    "f5_cybertip": ["sample.xml", "bad.xml", "bad_entity.xml", "bad_truncated.xml", "bad_encoding.xml"],
    "f6_bank": [
        "sample_camt053.xml", "sample_pacs008.xml", "bad_camt053.xml", "bad_pacs008.xml", "bad_entity_pacs008.xml",
        "bad_truncated_camt053.xml",
    ],
    "f7_platform": ["sample.json", "bad.json", "bad_truncated.json", "bad_no_key.json"],
    "f9_ftm": ["sample.jsonl", "bad.jsonl"],
}  # fmt: skip

KEPT_NOWHERE = {"never stored"}
"""Of ``vault_only``: the name of a school, which the vault does not take either."""


def _expected(shared: Path, folder: str) -> dict[str, Any]:
    return json.loads((shared / "formats" / folder / "expected.json").read_text("utf-8"))


def _where(problems: list[Problem]) -> list[tuple[str, str]]:
    """(line, or position in a document; code) of rejects or warnings."""
    return sorted((str(p.line if p.index is None else p.index), p.code) for p in problems)


def _wanted(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((str(r.get("line", r.get("index"))), r["code"]) for r in rows)


@pytest.mark.parametrize("folder", FILES)
def test_every_file_of_the_kit_is_tested(shared: Path, folder: str) -> None:
    assert sorted(_expected(shared, folder)["files"]) == sorted(FILES[folder])


@pytest.mark.parametrize(("folder", "name"), [(f, n) for f, names in FILES.items() for n in names])
def test_file_gives_its_expected_answer(shared: Path, folder: str, name: str) -> None:
    here = shared / "formats" / folder
    expected = _expected(shared, folder)["files"][name]
    mapping = here / expected["mapping"] if "mapping" in expected else None
    intake = load(here / name, mapping=mapping, source=expected["source"])
    counts = intake.files[0].counts
    assert (counts.accepted, counts.rejected, counts.duplicates) == (
        expected["accepted"], expected["rejected"], expected["duplicates"],
    )  # fmt: skip
    assert counts.filtered == expected.get("filtered", 0)
    assert counts.self_links_dropped == expected.get("self_links_dropped", 0)
    assert _where(intake.files[0].rejects) == _wanted(expected["rejects"])
    assert _where(intake.files[0].warnings) == _wanted(expected["warnings"])
    if "entities" in expected:
        assert sorted(entities(intake)) == sorted(expected["entities"])
        assert sorted(links(intake)) == sorted(tuple(x) for x in expected["links"])
    else:
        assert (len(entities(intake)), len(links(intake))) == (expected["n_entities"], expected["n_links"])
    assert (intake.entities, intake.links) == (len(entities(intake)), len(links(intake)))
    if "called" in expected:
        assert called(intake) == sorted(expected["called"], key=lambda c: (c["a"], c["b"], c["day"]))
    restricted = {c: sorted(set(t["records"]["root"])) for c, t in intake.draft.tables.items() if c != "general"}
    assert restricted == expected.get("compartments", {})
    said = everything(intake)
    assert [text for text in expected.get("vault_only", []) if text in said] == []
    vaulted = str([(v.identities, v.content) for v in intake.draft.vault])
    assert all(text in vaulted for text in set(expected.get("vault_only", [])) - KEPT_NOWHERE)
    assert [text for text in KEPT_NOWHERE if text in vaulted] == []


@pytest.mark.parametrize("folder", sorted(FILES.keys() - {"f2_mapping"}))
def test_formats_are_recognised_from_content(shared: Path, folder: str, tmp_path: Path) -> None:
    for name in FILES[folder]:
        blind = tmp_path / "upload.dat"
        blind.write_bytes((shared / "formats" / folder / name).read_bytes())
        document = folder.partition("_")[2]
        named = ("cdr", "subscribers", "remittance", "wallet", "camt053", "pacs008")
        wanted = next((w for w in named if w in name), document)
        assert recognise(blind) == wanted


def test_mappings_outside_the_language_are_refused(shared: Path) -> None:
    text = (shared / "formats" / "f2_mapping" / "bad_mappings.yaml").read_text("utf-8")
    documents = list(yaml.safe_load_all(text))
    assert len(documents) == _expected(shared, "f2_mapping")["refused_mappings"]["bad_mappings.yaml"]
    for document in documents:
        with pytest.raises(MappingError, match=r"bad_mappings\.yaml: .+\n.+"):
            parse_mapping(document, "bad_mappings.yaml")


@pytest.mark.parametrize("name", ["ftc_dnc", "roxanne_case1", "roxanne_case2"])
def test_public_files_give_their_totals(shared: Path, name: str) -> None:
    expected = _expected(shared, "mappings")[name]
    path = shared.parent / expected["file"]
    mapping = shared / "formats" / "mappings" / expected["mapping"]
    first = load(path, mapping=mapping)
    assert {k: first.counts[k] for k in ("accepted", "rejected", "duplicates", "filtered", "self_links_dropped")} == {
        k: expected[k] for k in ("accepted", "rejected", "duplicates", "filtered", "self_links_dropped")
    }
    assert Counter(p.code for p in first.files[0].warnings) == expected["warnings_by_code"]
    prefixes = Counter(":".join(uid.split(":")[:2]) for uid in entities(first))
    assert prefixes == expected["entities_by_prefix"]
    assert Counter(rel for _, rel, _ in links(first)) == expected["links_by_relation"]
    again = load(path, mapping=mapping, held=Held(first.draft))
    assert {k: again.counts[k] for k in ("accepted", "duplicates")} == expected["second_load_of_the_same_file"]


def test_json_lines_and_csv_are_the_same_records(shared: Path) -> None:
    here = shared / "formats" / "f1_eblagh"
    intake = load(here / "sample.jsonl", here / "sample.csv", here / "sample_utf16.csv")
    assert [f.counts.duplicates for f in intake.files] == [0, 12, 12]
    assert intake.counts["accepted"] == 12
