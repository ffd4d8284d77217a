"""Every sample of the format kit through the front door gives exactly what the kit expects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import MappingError
from halqa import Workspace
from tests.end_to_end.decoding import texts_outside_vault

RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)
FOLDERS = ("f1_eblagh", "f2_mapping", "f3_cdr", "f4_money", "f5_cybertip", "f6_bank", "f7_platform", "f9_ftm")
KIT = Path(__file__).resolve().parents[3] / "shared" / "formats"

pytestmark = pytest.mark.shared


def kit_files() -> list[tuple[str, str]]:
    if not KIT.is_dir():
        return [("kit", "absent")]
    return [
        (folder, name)
        for folder in FOLDERS
        for name in json.loads((KIT / folder / "expected.json").read_text())["files"]
    ]


def open_kit(home: Path) -> Workspace:
    home.mkdir(parents=True, exist_ok=True)
    key = home.parent / f"{home.name}.key"
    key.write_text("halqa-format-kit")
    return Workspace.open(home, vault_key_file=str(key))


def places(rows: list[dict[str, Any]]) -> list[tuple[Any, str]]:
    return sorted(((row.get("line", row.get("index")), row["code"]) for row in rows), key=str)


@pytest.mark.parametrize(("folder", "name"), kit_files())
def test_the_kit_gives_what_it_expects(shared: Path, tmp_path: Path, folder: str, name: str) -> None:
    expected = json.loads((shared / "formats" / folder / "expected.json").read_text())["files"][name]
    mapping = shared / "formats" / folder / expected["mapping"] if "mapping" in expected else None
    with open_kit(tmp_path / "ws") as ws:
        result = ws.ingest(
            shared / "formats" / folder / name, source=expected["source"], mapping=mapping, received_at=RECEIVED
        )
        for count in ("accepted", "rejected", "duplicates"):
            assert result[count] == expected[count], (count, result["rejects"])
        assert result["self_links_dropped"] == expected.get("self_links_dropped", 0)
        assert result["filtered"] == expected.get("filtered", 0)
        assert places(result["rejects"]) == places(expected["rejects"])
        assert places(result["warnings"]) == places(expected["warnings"])
        report = ws.evidence(compartment="all")
    if "entities" in expected:
        assert report["entities"] == sorted(expected["entities"])
        assert sorted(map(list, report["links"])) == sorted(expected["links"])
        assert report["compartments"] == {k: sorted(v) for k, v in expected.get("compartments", {}).items()}
    else:
        assert len(report["entities"]) == expected["n_entities"]
        assert len(report["links"]) == expected["n_links"]
    if "called" in expected:
        key = ("a", "b", "day", "n", "n_answered", "total_dur")
        assert sorted(tuple(c[k] for k in key) for c in report["called"]) == sorted(
            tuple(c[k] for k in key) for c in expected["called"]
        )


def test_victims_of_the_kit_stand_nowhere_outside_the_vault(shared: Path, tmp_path: Path) -> None:
    """Samples and bad files together, decoded, after a run."""
    words: set[str] = set()
    with open_kit(tmp_path / "ws") as ws:
        for folder, name in kit_files():
            expected = json.loads((shared / "formats" / folder / "expected.json").read_text())["files"][name]
            if folder not in ("f1_eblagh", "f2_mapping", "f5_cybertip") or "vault_only" not in expected:
                continue
            words |= set(expected["vault_only"])
            mapping = shared / "formats" / folder / expected["mapping"] if "mapping" in expected else None
            ws.ingest(
                shared / "formats" / folder / name, source=expected["source"], mapping=mapping, received_at=RECEIVED
            )
        ws.ingest(shared / "formats" / "f1_eblagh" / "bad.jsonl", received_at=RECEIVED)
        ws.detect()
    assert len(words) > 15
    for where, text in texts_outside_vault(tmp_path / "ws"):
        for word in words:
            assert word not in text, (where, word)


@pytest.mark.parametrize("case", ["ftc_dnc", "roxanne_case1", "roxanne_case2"])
def test_real_public_files_give_their_published_totals(shared: Path, tmp_path: Path, case: str) -> None:
    expected = json.loads((shared / "formats" / "mappings" / "expected.json").read_text())[case]
    file, mapping = shared.parent / expected["file"], shared / "formats" / "mappings" / expected["mapping"]
    with open_kit(tmp_path / "ws") as ws:
        result = ws.ingest(file, mapping=mapping, received_at=RECEIVED)
        for count in ("accepted", "rejected", "duplicates", "filtered", "self_links_dropped"):
            assert result[count] == expected[count], count
        report = ws.evidence()
        again = ws.ingest(file, mapping=mapping, received_at=RECEIVED)
    prefixes: dict[str, int] = {}
    for uid in report["entities"]:
        prefix = ":".join(uid.split(":")[:2])
        prefixes[prefix] = prefixes.get(prefix, 0) + 1
    relations: dict[str, int] = {}
    for _, rel, _ in report["links"]:
        relations[rel] = relations.get(rel, 0) + 1
    assert prefixes == expected["entities_by_prefix"]
    assert relations == expected["links_by_relation"]
    assert {k: again[k] for k in ("accepted", "duplicates")} == expected["second_load_of_the_same_file"]


def test_bad_mappings_are_refused_whole(shared: Path, tmp_path: Path) -> None:
    import yaml

    folder = shared / "formats" / "f2_mapping"
    documents = list(yaml.safe_load_all((folder / "bad_mappings.yaml").read_text()))
    refused = json.loads((folder / "expected.json").read_text())["refused_mappings"]["bad_mappings.yaml"]
    assert len(documents) == refused
    for number, document in enumerate(documents):
        path = tmp_path / f"m{number}.yaml"
        path.write_text(yaml.safe_dump(document))
        with open_kit(tmp_path / "ws") as ws, pytest.raises(MappingError):
            ws.ingest(folder / "sample_meetings.csv", mapping=path, received_at=RECEIVED)
