"""The command line as scripts use it: exit codes, JSON on stdout, messages on stderr, shapes of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.stories import write_story
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED

RING_FIELDS = {
    "ring", "status", "score", "percentile", "run", "members", "associates", "bridges", "typologies", "source_types",
    "reports", "victims", "silent_victims", "money", "countries", "first_seen", "last_seen", "fragility", "change",
}  # fmt: skip
ROLES = {
    "leader", "operator", "mule", "cashier", "page_admin", "recruiter", "insider", "employee", "manager", "device",
    "persona", "infrastructure", "mule_victim", "unknown",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Oued Zem story, ingested and detected by commands."""
    folder = tmp_path_factory.mktemp("cli")
    write_story(folder, "oued_zem")
    assert (
        run(["--home", str(folder / "ws"), "ingest", str(folder / "files"), "--received-at", RECEIVED.isoformat()]) == 0
    )
    assert run(["detect", "--home", str(folder / "ws"), "--json"]) == 0
    return folder / "ws"


class Shell:
    """Runs commands and keeps what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], home: Path) -> None:
        self.capsys, self.home = capsys, home

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self.capsys.readouterr()
        got = run([*arguments, "--home", str(self.home)])
        captured = self.capsys.readouterr()
        self.err = captured.err
        assert got == code, captured.err
        return captured.out

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], home: Path) -> Shell:
    return Shell(capsys, home)


def test_ingest_says_what_became_of_every_row(shell: Shell, home: Path) -> None:
    again = shell.json("ingest", str(home.parent / "files"), code=3)
    assert again["accepted"] == 0 and again["duplicates"] > 0
    assert set(again) >= {
        "batch", "format", "files", "accepted", "rejected", "duplicates", "superseded", "entities", "links", "rejects",
        "seconds", "warnings", "filtered", "self_links_dropped",
    }  # fmt: skip
    for file in again["files"]:
        assert len(file["sha256"]) == 64
        assert file["accepted"] + file["rejected"] + file["duplicates"] + file["filtered"] > 0


def test_a_dry_run_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    report = tmp_path / "one.jsonl"
    report.write_text(
        '{"ref": "X-1", "received_at": "2024-06-20T10:00:00Z", "category": "fraud",'
        ' "reporter": {"mode": "anonymous", "role": "witness"},'
        ' "suspect_identifiers": [{"type": "phone", "raw": "0683000001"}]}\n'
    )
    before = shell.json("status")
    assert shell.json("ingest", str(report), "--dry-run")["accepted"] == 1
    assert shell.json("status")["head"] == before["head"]


def test_strict_ends_with_three_when_a_row_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = tmp_path / "two.jsonl"
    good = {
        "ref": "X-1", "received_at": "2024-06-20T10:00:00Z", "category": "fraud",
        "reporter": {"mode": "anonymous", "role": "witness"},
    }  # fmt: skip
    lines.write_text(json.dumps(good) + "\n" + json.dumps({**good, "ref": "X-2", "category": "nonsense"}) + "\n")
    shell = Shell(capsys, tmp_path / "ws")
    result = shell.json("ingest", str(lines), "--strict", code=3)
    assert (result["accepted"], result["rejected"]) == (1, 1)
    assert result["rejects"][0]["line"] == 2 and result["rejects"][0]["code"] == "enum"
    assert Path(result["rejects_file"]).exists()


def test_rings_have_the_fields_of_the_contract(shell: Shell) -> None:
    rings = shell.json("rings")
    assert len(rings) == 1
    assert set(rings[0]) == RING_FIELDS
    for member in rings[0]["members"]:
        assert set(member) >= {"uid", "label", "role", "score", "first_seen"}
        assert member["role"] in ROLES
    assert {"critical_links", "minimal_evidence"} <= set(rings[0]["fragility"])
    assert shell.json("rings", "--status", "watch") == []
    assert "R-0001" in shell("rings")


def test_a_ring_is_shown_whole_with_reasons_that_cite_records(shell: Shell) -> None:
    ring = shell.json("ring", "r1")
    assert set(ring) >= RING_FIELDS | {"reasons", "counter_indicators", "links", "history", "succession"}
    assert all(set(reason) == {"code", "params", "records"} for reason in ring["reasons"])
    assert any(reason["records"] for reason in ring["reasons"])
    text = shell("ring", "R-0001")
    assert "Why" in text and "50,000.00 MAD" in text


def test_who_takes_any_written_form(shell: Shell) -> None:
    phone = next(m["uid"] for m in shell.json("rings")[0]["members"] if m["label"] == "Phone")
    number = phone.removeprefix("phone:e164:")
    forms = [number, f"00{number[1:]}", f"wa.me/{number[1:]}", f"0{number[4:]}", phone, f"0{number[4:]}".translate(
        str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))]  # fmt: skip
    found = [shell.json("who", form) for form in forms]
    assert {one["uid"] for one in found} == {phone}
    assert set(found[0]) >= {
        "uid",
        "label",
        "raw_forms",
        "validity",
        "reasons",
        "facts",
        "links",
        "rings",
        "judgements",
    }
    assert found[0]["rings"] == ["R-0001"]
    assert all(set(link) >= {"rel", "uid", "from", "to", "records"} for link in found[0]["links"])


def test_who_says_which_form_it_looked_for(shell: Shell) -> None:
    shell("who", "0699999999", "--json", code=3)
    assert "phone:e164:+212699999999" in shell.err


def test_a_path_cites_records(shell: Shell) -> None:
    members = [m["uid"] for m in shell.json("rings")[0]["members"]]
    found = shell.json("path", members[0], members[-1])
    assert found["found"] and found["hops"] >= 1
    path = found["paths"][0]
    assert (path["nodes"][0], path["nodes"][-1]) == (members[0], members[-1])
    assert len(path["links"]) == len(path["nodes"]) - 1
    assert all(link["rel"] for link in path["links"])


def test_queries_run_with_their_defaults_and_free_cypher_only_reads(shell: Shell) -> None:
    library = shell.json("query")
    assert len(library) >= 15
    for one in library:
        assert set(one["title"]) == {"fr", "ar", "en"}
        table = shell.json("query", one["name"])
        assert set(table) == {"columns", "rows", "truncated", "limit", "seconds"}
    table = shell.json("query", "--cypher", "MATCH (n:Ring) RETURN n.ring AS ring ORDER BY ring")
    assert table["rows"] == [["R-0001"]]
    shell("query", "--cypher", "MATCH (n) DETACH DELETE n", code=2)
    assert "DELETE" in shell.err
    shell("query", "no_such_query", code=3)


def test_the_schema_says_what_may_be_asked_about(shell: Shell) -> None:
    held = shell.json("query", "--schema")
    assert set(held) == {"run", "as_of", "nodes", "links", "labels", "relations"}
    assert sum(label["n"] for label in held["labels"]) == held["nodes"]
    assert sum(relation["n"] for relation in held["relations"]) == held["links"]
    phones = next(label for label in held["labels"] if label["label"] == "Phone")
    assert {"name": "uid", "type": "text", "n": phones["n"]} in phones["properties"]
    members = next(relation for relation in held["relations"] if relation["rel"] == "HAS_MEMBER")
    assert {end["from"] for end in members["between"]} == {"Ring"}
    assert "HAS_MEMBER" in shell("query", "--schema")
    shell("query", "funnels", "--schema", code=2)


def test_a_decision_is_kept_and_shown(shell: Shell) -> None:
    row = shell.json("judge", "R-0001", "confirm", "--reason", "two statements taken", "--by", "amal")
    assert row["verdict"] == "confirm"
    assert shell.json("detect")["run"]
    history = shell.json("ring", "R-0001")["history"]
    assert any(one["code"] == "verdict_confirm" and one["params"]["by"] == "amal" for one in history)
    shell("judge", "R-0001", "guilty", "--reason", "x", code=2)
    shell("judge", "R-0099", "confirm", "--reason", "x", code=3)


def test_alerts_are_raised_once(shell: Shell) -> None:
    before = shell.json("alerts")
    assert [alert["ring"] for alert in before] == ["R-0001"]
    assert set(before[0]) >= {"alert", "ring", "kind", "priority", "state", "raised_at", "why", "diff", "sla"}
    shell("detect", "--full")
    assert [alert["alert"] for alert in shell.json("alerts")] == [alert["alert"] for alert in before]


def test_structure_of_a_ring(shell: Shell) -> None:
    found = shell.json("structure", "--ring", "R-0001")
    assert set(found) >= {"nodes", "communities", "key_players", "method", "truncated"}
    assert set(found["key_players"]) == {"disrupt", "reach"}
    shell("structure", "--rels", "NO_SUCH", code=3)


def test_as_of_shows_what_was_known_then(shell: Shell) -> None:
    assert shell.json("rings", "--as-of", "2000-01-01") == []
    later = shell.json("rings", "--as-of", "2026-07-02T00:00:00Z")
    assert [ring["ring"] for ring in later] == ["R-0001"]
    early = shell.json("rings", "--as-of", "2024-07-20")
    assert shell.json("rings")[0]["ring"] == "R-0001", "asking about the past changes nothing that is shown"
    assert len({ring["ring"] for ring in early}) == len(early)
    shell("rings", "--as-of", "yesterday", code=2)


def test_verify_status_config_formats_typologies_evidence(shell: Shell) -> None:
    assert shell.json("verify")["ok"] is True
    assert shell.json("status")["stale"] is False
    assert {one["name"] for one in shell.json("config")} >= {"home", "store.url", "query.limit"}
    assert {one["name"] for one in shell.json("formats")} >= {
        "eblagh",
        "cdr",
        "subscribers",
        "remittance",
        "wallet",
        "mapping",
    }
    assert {one["id"] for one in shell.json("typologies")} >= {"T01", "T03", "T04", "T11", "T12"}
    report = shell.json("evidence", "--batch", "1")
    assert report["entities"] and all(len(link) == 3 for link in report["links"])
    parts = [shell.json("evidence", "--batch", "1", "--file", name) for name in ("eblagh.jsonl", "remittance.csv")]
    assert set(parts[0]["entities"]) | set(parts[1]["entities"]) == set(report["entities"])
    assert set(parts[0]["entities"]) != set(report["entities"])
    shell("evidence", "--batch", "1", "--file", "absent.csv", code=3)


def test_rebuild_gives_the_same_run(shell: Shell) -> None:
    before = shell.json("detect")["run"]
    assert shell.json("rebuild")["run"] == before


def test_a_changed_byte_ends_verify_with_five_and_names_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_story(tmp_path, "oued_zem")
    shell = Shell(capsys, tmp_path / "ws")
    shell("ingest", str(tmp_path / "files"))
    path = next((tmp_path / "ws" / "evidence").rglob("transfers.parquet"))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    shell("verify", code=5)
    assert str(path) in shell.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nosuch"], 2, "nosuch"),
        (["rings", "--limit", "many"], 2, "--limit"),
        (["ring"], 2, "RING"),
        (["ring", "seven"], 2, "seven"),
        (["ring", "R-7777"], 3, "R-7777"),
        (["ingest", "absent.jsonl"], 1, "absent.jsonl"),
        (["detect", "--param", "gamma"], 2, "gamma"),
        (["detect", "--param", "gamma=-1"], 2, "gamma"),
        (["detect", "--param", "nosuch=1"], 2, "nosuch"),
        (["watch"], 2, "--once"),
        (["watch", "--every", "soon"], 2, "soon"),
        (["query", "--cypher", "MATCH (n RETURN n"], 2, ""),
    ],
)
def test_mistakes_end_with_the_right_code_and_name_the_place(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    out = shell(*arguments, code=code)
    assert out == ""
    assert said in shell.err


def test_an_empty_workspace_says_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shell = Shell(capsys, tmp_path / "ws")
    assert shell.json("rings") == []
    shell("rings")
    assert "halqa ingest" in shell.err
    shell("detect", code=3)
    assert "halqa ingest" in shell.err
    shell("who", "0683000001", code=3)
    assert shell.json("alerts") == []
