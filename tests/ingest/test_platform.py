"""Returns of platforms: what an item of each section becomes, and what a defect costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.recognise import recognise
from tests.ingest.loading import SAMPLES, Held, entities, everything, links, load

GOOD, BAD = SAMPLES / "json" / "return.json", SAMPLES / "json" / "return_bad.json"
TWO = "acct:instagram:id:999000000000502"


def _written(tmp_path: Path, change: dict[str, Any]) -> Path:
    path = tmp_path / "return.json"
    path.write_text(json.dumps(json.loads(GOOD.read_text("utf-8")) | change), "utf-8")
    return path


def test_a_return_becomes_accounts_and_what_hangs_on_them() -> None:
    intake = load(GOOD)
    result = intake.files[0]
    assert (result.format, result.source, result.counts.accepted) == ("platform", "instagram", 7)
    assert (TWO, "USES", "phone:e164:+212683000001") in links(intake)
    assert ("email:c:syn.two@mail.example", "RECOVERY_OF", TWO) in links(intake)
    assert (TWO, "SEEN_AT", "ip:[2001:db8::5]:443:2026-02-01T09") in links(intake)
    assert (TWO, "ADMINISTERS", "acct:instagram:id:999000000000501") in links(intake)
    # Without a time of registration the address was seen when the return was made at the latest.
    assert (TWO, "SEEN_AT", "ip:203.0.113.5:4444:2026-04-01T08") in links(intake)


def test_a_page_is_a_page_and_names_are_properties() -> None:
    tables = load(GOOD).draft.tables["general"]
    labels = dict(tables["appearances"].select("entity", "label").iter_rows())
    assert labels == {"acct:instagram:id:999000000000501": "Page", TWO: "Account"}
    assert "handle" in tables["statements"]["prop"].to_list()
    assert not any(uid.startswith("acct:instagram:h:") for uid in entities(load(GOOD)))


def test_a_verified_number_is_registered_and_content_is_never_kept() -> None:
    intake = load(GOOD)
    basis = {row["dst"]: row["basis"] for row in intake.draft.tables["general"]["links"].to_dicts()}
    assert basis["phone:e164:+212683000001"] == "registered"
    assert "never kept" not in everything(intake)
    assert "news" in everything(intake)  # a field nobody asked for stays in extra


def test_defects_cost_their_item_only() -> None:
    result = load(BAD).files[0]
    assert sorted((p.index, p.code) for p in result.rejects) == [
        ("accounts/1", "datetime"), ("accounts/2", "malformed"), ("accounts/3", "malformed"),
        ("identifiers", "malformed"), ("logins/0", "dangling"), ("logins/1", "number"), ("logins/2", "out_of_range"),
    ]  # fmt: skip
    assert (result.counts.accepted, result.counts.self_links_dropped) == (2, 1)


def test_loading_twice_gives_only_duplicates() -> None:
    first = load(GOOD)
    again = load(GOOD, held=Held(first.draft)).files[0]
    assert (again.counts.accepted, again.counts.duplicates, again.rejects) == (0, 7, [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"request_ref": ""}, "missing_key"),
        ({"platform": ""}, "missing_field"),
        ({"generated_at": None}, "missing_field"),
        ({"generated_at": "2026-04-01"}, "datetime"),
        ({"generated_at": "2036-04-01T00:00:00Z"}, "out_of_range"),
    ],
)
def test_a_defect_of_the_document_refuses_it(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    result = load(_written(tmp_path, change), format="platform").files[0]
    assert [(p.line, p.code) for p in result.rejects] == [(0, code)]
    assert result.counts.accepted == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"platform": "x", "request_ref": "r", "accounts": [' + b"[" * 100_000, "malformed"),
        (b'{"platform": "caf\xe9", "request_ref": "r", "generated_at": "x", "accounts": []}', "encoding"),
        (b"[1, 2]", "malformed"),
        (b'{"platform": "\\ud800", "request_ref": "r", "accounts": []}', "encoding"),
    ],
)
def test_what_is_no_document_is_refused_whole(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "return.json"
    path.write_bytes(data)
    result = load(path, format="platform").files[0]
    assert [(p.line, p.code) for p in result.rejects] == [(0, code)]


def test_it_is_known_by_its_content(tmp_path: Path) -> None:
    for sample in (GOOD, BAD):
        blind = tmp_path / "upload.dat"
        blind.write_bytes(sample.read_bytes())
        assert recognise(blind) == "platform"
    other = tmp_path / "other.json"
    other.write_text('{"platform": "x", "things": []}')
    assert recognise(other) == "mapping"


def test_a_later_return_supersedes_an_earlier_one_whatever_arrives_first(tmp_path: Path) -> None:
    later = _written(tmp_path, {"generated_at": "2026-05-01T08:00:00Z"})
    document = json.loads(later.read_text("utf-8"))
    document["accounts"][1]["status"] = "disabled"
    later.write_text(json.dumps(document), "utf-8")
    first = load(later)
    second = load(GOOD, held=Held(first.draft))
    assert second.files[0].counts.superseded == 1
    stamps = [
        t["records"]["received_at"].max() for t in (second.draft.tables["general"], first.draft.tables["general"])
    ]
    assert stamps[0] < stamps[1]  # type: ignore[operator]
