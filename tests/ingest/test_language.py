"""The mapping language: what is refused before any row is read, and what rows become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from graph.errors import InputError, MappingError
from ingest.intake import Intake
from ingest.mapping.parse import load_mapping, parse_mapping
from tests.ingest.loading import FixedKeys, entities, everything, links, load, places

SOURCE: dict[str, Any] = {"name": "lang", "type": "report", "reliability": "B", "country": "MA", "currency": "MAD"}


def _mapping(**words: Any) -> dict[str, Any]:
    return {"source": SOURCE, "format": {"kind": "jsonl"}, **words}


def _load(tmp_path: Path, rows: list[dict[str, Any]], **words: Any) -> Intake:
    mapping, table = tmp_path / "m.yaml", tmp_path / "rows.jsonl"
    mapping.write_text(yaml.safe_dump(_mapping(**words), allow_unicode=True, sort_keys=False), "utf-8")
    table.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return load(table, mapping=mapping)


@pytest.mark.parametrize(
    ("words", "place", "fix"),
    [
        ({"source": {**SOURCE, "type": "reports"}}, "source.type", "Did you mean report"),
        ({"source": {**SOURCE, "timezone": "Mars/X"}}, "source.timezone", "Africa/Casablanca"),
        ({"source": {**SOURCE, "currency": "DHS"}}, "source.currency", "ISO 4217"),
        ({"source": {**SOURCE, "country": False}}, "source.country", "quote"),
        ({"format": {"kind": "csv", "encoding": "utf-99"}}, "format.encoding", "cp1256"),
        ({"format": {"kind": "csv", "delimiter": "::"}}, "format.delimiter", "one character"),
        ({"format": {"kind": "csv", "header": False}}, "format", "Add columns"),
        ({"record": {"key": []}}, "record.key", "column"),
        ({"entities": {"v": {"label": "Phone", "victim": True, "key": ["x"]}}}, "entities.v.victim", "Key it by"),
        ({"entities": {"v": {"label": "Victim", "key": ["x"]}}}, "entities.v.label", "One of"),
        (
            {"entities": {"a": {"label": "Account", "key": {"column": "x", "type": "handle"}}}},
            "entities.a.key",
            "platform",
        ),
        ({"entities": {"a": {"label": "IpEvent", "key": {"column": "x", "type": "ip"}}}}, "entities.a.key", "Add at"),
        ({"entities": {"a": {"label": "Phone", "key": {"column": "x"}}}}, "entities.a.key.type", "One of"),
        (
            {"entities": {"a": {"label": "Phone", "key": {"column": "x", "type": "phone", "port": 1}}}},
            "key.port",
            "Remove",
        ),
        ({"entities": {"a": {"label": "Phone", "key": ["x"], "when": {"column": "x"}}}}, "entities.a.when", "one of"),
        ({"entities": {"a": {"label": "Phone", "key": ["x"], "when": {"not": []}}}}, "entities.a.when.not", "Remove"),
        ({"entities": {"a": {"label": "Phone", "key": ["x"], "properties": {"p": {}}}}}, "properties.p", "column"),
        ({"entities": {"a": {"label": "Phone", "key": ["x"], "compartment": "secret"}}}, "compartment", "minors"),
        ({"links": [{"rel": "CALLED", "from": "a"}]}, "links.1", "Add to"),
    ],
)
def test_what_is_not_in_the_language_is_refused(words: dict[str, Any], place: str, fix: str) -> None:
    with pytest.raises(MappingError) as raised:
        parse_mapping(_mapping(**words), "m.yaml")
    assert raised.value.message.startswith("m.yaml: ")
    assert place in raised.value.message
    assert fix in raised.value.hint


@pytest.mark.parametrize("text", ["a: [", "\t- x", "- a list", "", "plain text"])
def test_what_is_not_a_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(MappingError, match=r"m\.yaml"):
        load_mapping(path)


def test_anchors_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    levels = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 12)]
    path = tmp_path / "m.yaml"
    path.write_text("x0: &x0 [a]\n" + "\n".join(levels) + "\n", "utf-8")
    with pytest.raises(MappingError, match="unfold without end"):
        load_mapping(path)


def test_columns_the_table_lacks_are_named(tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.yaml", tmp_path / "t.csv"
    mapping.write_text(
        yaml.safe_dump(_mapping(format={"kind": "csv"}, entities={"a": {"label": "Event", "key": ["nummer"]}})), "utf-8"
    )
    table.write_text("number\n1\n", "utf-8")
    with pytest.raises(InputError, match=r"t\.csv: m\.yaml names columns the table does not have: nummer"):
        load(table, mapping=mapping)


def test_lists_give_one_entity_per_item_and_combination(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        [{"pv": ["A", "B"], "items": [{"no": 1}, {"no": 2}]}],
        entities={"item": {"label": "Evidence", "key": ["pv", {"const": "x"}, "items.no"]}},
    )
    assert entities(found) == {f"ev:lang:{pv}:x:{no}" for pv in "AB" for no in "12"}


def test_exact_column_wins_over_a_path(tmp_path: Path) -> None:
    found = _load(
        tmp_path, [{"a.b": "exact", "a": {"b": "walked"}}], entities={"e": {"label": "Event", "key": ["a.b"]}}
    )
    assert entities(found) == {"event:lang:exact"}


def test_conditions_and_required_entities(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        [{"n": 1, "k": "a"}, {"n": 2, "k": "b"}, {"n": 3}, {"n": 4, "k": "skip"}],
        record={"key": ["n"], "when": {"not": {"column": "k", "equals": "skip"}}},
        entities={
            "all": {"label": "Event", "key": ["n"], "required": True, "when": {"column": "k", "empty": False}},
            "some": {
                "label": "Case",
                "key": ["n"],
                "when": [{"column": "k", "in": ["a", "c"]}, {"column": "n", "matches": "^1"}],
            },
        },
    )
    assert entities(found) == {"event:lang:1", "event:lang:2", "case:lang:1"}
    assert places(found.files[0].rejects) == [(3, "missing_field")]
    assert found.counts["filtered"] == 1


@pytest.mark.parametrize(
    ("value", "cell", "code"),
    [
        ({"type": "integer"}, "1.5", "number"),
        ({"type": "number"}, "1,5", "number"),
        ({"type": "boolean"}, "peut-être", "enum"),
        ({"enum": ["x", "y"]}, "z", "enum"),
        ({"type": "datetime"}, "05/02/2026", "datetime"),
        ({"type": "datetime"}, "1980-01-01", "out_of_range"),
        ({"type": "datetime"}, "2030-01-01", "out_of_range"),
        ({"type": "money"}, "-5", "negative_amount"),
        ({"type": "money", "currency": {"column": "c"}}, "5", "missing_field"),
        ({"type": "money", "currency": {"column": "c", "default": "XXX"}}, "5", "enum"),
        ({"required": True}, "", "missing_field"),
    ],
)
def test_values_that_do_not_fit(tmp_path: Path, value: dict[str, Any], cell: str, code: str) -> None:
    def words(**more: Any) -> dict[str, Any]:
        prop = {"column": "p", **value, **more}
        return {
            "record": {"key": ["n"]},
            "entities": {"e": {"label": "Event", "key": ["n"], "properties": {"p": prop}}},
        }

    rows = [{"n": 1, "p": cell}]
    assert places(_load(tmp_path, rows, **words()).files[0].rejects) == [(1, code)]
    lenient = _load(tmp_path, rows, **words(optional=True))
    assert places(lenient.files[0].warnings) == [(1, code)]
    assert lenient.counts["accepted"] == 1


def test_dates_of_birth_and_end_are_free(tmp_path: Path) -> None:
    prop = {"birth_date": {"column": "b", "type": "datetime"}, "valid_until": {"column": "u", "type": "datetime"}}
    found = _load(
        tmp_path, [{"n": 1, "b": "1970-01-01", "u": "2040-01-01"}],
        entities={"e": {"label": "Person", "key": ["n"], "properties": prop}},
    )  # fmt: skip
    assert found.counts["accepted"] == 1


def test_links_join_every_item_and_drop_themselves(tmp_path: Path) -> None:
    phones = {"label": "Phone", "key": {"column": "p", "type": "phone", "split": "/"}}
    found = _load(
        tmp_path,
        [{"n": 1, "p": "0683700001 / 0683700002", "t": "2026-02-01", "c": 3}],
        entities={"a": phones, "b": phones},
        links=[
            {"rel": "CALLED", "from": "a", "to": "b", "at": "t",
             "properties": {"n": {"column": "c", "type": "integer"}, "basis": "observed", "note": "x"}},
        ],
    )  # fmt: skip
    one, two = "phone:e164:+212683700001", "phone:e164:+212683700002"
    assert links(found) == {(one, "CALLED", two), (two, "CALLED", one)}
    assert found.counts["self_links_dropped"] == 2
    row = found.draft.tables["general"]["links"].to_dicts()[0]
    assert (row["basis"], row["number"], json.loads(row["props"])) == ("observed", 3.0, {"note": "x"})


def test_mentions_keep_their_role(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        [{"n": 1, "p": "0683700001", "u": "syn.example/x"}],
        entities={
            "r": {"label": "Report", "key": ["n"]},
            "p": {"label": "Phone", "key": {"column": "p", "type": "phone"}},
            "u": {"label": "Url", "key": {"column": "u", "type": "url"}},
        },
        links=[
            {"rel": "MENTIONS", "from": "r", "to": "p", "properties": {"role_in_text": "payee"}},
            {"rel": "MENTIONS", "from": "r", "to": "u"},
        ],
    )
    roles = dict(found.draft.tables["general"]["mentions"].select("target", "role").iter_rows())
    assert roles == {"phone:e164:+212683700001": "payee", "url:syn.example/x": None}


def test_transfer_with_several_parties_keeps_all(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        [{"n": 1, "from": "A", "to": ["B", "C"], "shop": "S", "m": "12.5", "when": "2026-02-01", "st": "paid"}],
        record={"key": ["n"]},
        entities={
            "tx": {"label": "Transfer", "key": ["n"], "properties": {
                "amount": {"column": "m", "type": "money", "currency": "KWD"}, "status": "st",
                "sent_at": {"column": "when", "type": "datetime"}, "memo": {"const": "x"}}},
            "a": {"label": "Person", "key": ["from"]},
            "b": {"label": "Person", "key": ["to"]},
            "s": {"label": "Outlet", "key": ["shop"]},
        },
        links=[
            {"rel": "SENT", "from": "a", "to": "tx"},
            {"rel": "RECEIVED", "from": "tx", "to": "b"},
            {"rel": "PAID_AT", "from": "tx", "to": "s"},
        ],
    )  # fmt: skip
    assert links(found) == {
        ("person:lang:A", "SENT", "tx:lang:1"),
        ("tx:lang:1", "RECEIVED", "person:lang:B"),
        ("tx:lang:1", "RECEIVED", "person:lang:C"),
        ("tx:lang:1", "PAID_AT", "outlet:lang:S"),
    }
    row = found.draft.tables["general"]["transfers"].to_dicts()[0]
    assert (row["amount"], row["currency"], row["status"]) == (12500, "KWD", "paid")
    records = found.draft.tables["general"]["records"]
    assert records["record"].to_list() == ["tx:lang:1"]


def test_records_are_named_by_their_root_or_their_row(tmp_path: Path) -> None:
    entity = {"e": {"label": "Person", "key": ["n"]}}
    found = _load(tmp_path, [{"n": "a:b c"}], record={"key": ["n"]}, entities=entity)
    assert found.draft.tables["general"]["records"]["record"].to_list() == ["row:lang:a%3Ab%20c"]
    unkeyed = _load(tmp_path, [{"n": "a"}, {"n": "a"}], entities=entity)
    assert unkeyed.draft.tables["general"]["records"]["record"].to_list() == ["row:lang:1", "row:lang:2"]


def test_reception_of_a_report_is_its_own(tmp_path: Path) -> None:
    props = {"received_at": {"column": "d", "type": "datetime"}}
    found = _load(
        tmp_path,
        [{"n": 1, "d": "2026-01-05"}],
        entities={"r": {"label": "Evidence", "key": ["n"], "properties": props}},
    )
    assert str(found.draft.tables["general"]["records"]["received_at"][0]) == "2026-01-05 00:00:00+00:00"


def test_unnamed_values_are_kept_by_path(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        [{"n": 1, "a": {"b": 1, "c": {"d": "x"}}, "z": [1, 2]}],
        entities={"e": {"label": "Event", "key": ["n", "a.b"]}},
    )
    extra = json.loads(found.draft.tables["general"]["records"]["extra"][0])
    assert extra == {"a.c": {"d": "x"}, "z": ["1", "2"]}


def test_pages_say_so(tmp_path: Path) -> None:
    key = {"column": "h", "type": "handle", "platform": "facebook"}
    found = _load(tmp_path, [{"h": "Syn.Page.Zed"}], entities={"p": {"label": "Page", "key": key}})
    assert found.draft.tables["general"]["appearances"].select("entity", "label").rows() == [
        ("acct:facebook:h:synpagezed", "Page")
    ]


def test_a_list_with_papers_of_many_countries_says_in_a_column_whose(tmp_path: Path) -> None:
    key = {"column": "no", "type": "doc", "doc_type": "passport", "country": {"column": "of"}}
    rows = [{"no": "QQ700051", "of": "kw"}, {"no": "QQ700052", "of": "GB"}, {"no": "QQ700053", "of": ""}]
    found = _load(tmp_path, rows, entities={"p": {"label": "Person", "key": key}})
    assert set(found.draft.tables["general"]["appearances"]["entity"]) == {
        "person:doc:KW:passport:QQ700051",
        "person:doc:GB:passport:QQ700052",
        "person:doc:ZZ:passport:QQ700053",
    }


REPORT: dict[str, Any] = {"label": "Report", "key": ["ref"]}
VICTIMS: dict[str, Any] = {
    "record": {"key": ["ref"]},
    "entities": {
        "victim": {
            "label": "Person", "victim": True, "properties": {"names": {"column": "name"}},
            "key": {"column": "cin", "type": "doc", "doc_type": "cin", "country": "MA"},
        },
        "minor": {**REPORT, "when": {"column": "age", "equals": "minor"}, "compartment": "minors"},
        "terror": {**REPORT, "when": {"column": "kind", "equals": "t"}, "compartment": "terrorism"},
        "report": {"label": "Report", "key": ["ref"]},
    },
    "links": [{"rel": "REPORTED_BY", "from": "report", "to": "victim"}],
}  # fmt: skip


def test_victims_are_pseudonyms_and_the_rest_is_in_the_vault(tmp_path: Path) -> None:
    rows = [
        {"ref": "1", "cin": "QQ 700051", "name": "Zqname One", "street": "Zqstreet"},
        {"ref": "2", "cin": "QQ700051", "name": "Zqname One", "age": "minor"},
        {"ref": "3", "cin": "nothing", "name": "Zqname Three", "age": "minor", "kind": "t"},
        {"cin": "QQ700054", "name": "Zqname Four"},
    ]
    found = _load(tmp_path, rows, **VICTIMS)
    keys = FixedKeys()
    assert {dst for _, rel, dst in links(found) if rel == "REPORTED_BY"} == {
        keys.pseudonym("doc:MA:cin:QQ700051", "victims"),
        keys.pseudonym("doc:MA:cin:QQ700051", "minors"),
        keys.pseudonym("rec:lang|3|victim", "victims"),
    }
    assert {c: t["records"].height for c, t in found.draft.tables.items()} == {
        "general": 1,
        "minors": 1,
        "terrorism": 1,
    }
    text = everything(found)
    for secret in ("Zqname", "Zqstreet", "700051", "700054", "nothing"):
        assert secret not in text
    vault = str(found.draft.vault)
    for kept in ("Zqname One", "Zqstreet", "Zqname Three", "QQ700054"):
        assert kept in vault
    assert places(found.files[0].rejects) == [(4, "missing_key")]
    assert found.files[0].warnings == []


def test_record_keyed_by_what_is_the_victims_is_named_by_a_hash(tmp_path: Path) -> None:
    words = {**VICTIMS, "record": {"key": ["cin"]}}
    found = _load(tmp_path, [{"ref": "1", "cin": "QQ700055", "name": "Zqname"}], **words)
    assert "700055" not in everything(found)
    again = found.draft.tables["general"]["records"]
    assert again["key"].str.len_chars().to_list() == [32]


def test_mapped_and_native_reports_agree_on_an_account(tmp_path: Path) -> None:
    rows = [
        {"ref": "1", "acct": "MA64 9997 8000 0000 0000 0123 4527"},
        {"ref": "2", "acct": "999780000000000001234527"},
    ]
    found = _load(
        tmp_path,
        rows,
        entities={
            "r": {"label": "Report", "key": ["ref"]},
            "b": {"label": "BankAccount", "key": {"column": "acct", "type": "iban"}},
        },
        links=[{"rel": "MENTIONS", "from": "r", "to": "b"}],
    )
    targets = found.draft.tables["general"]["mentions"]["target"]
    assert targets.to_list() == ["bank:iban:MA64999780000000000001234527"] * 2
    raw = found.draft.tables["general"]["statements"].filter(pl.col("prop") == "raw")
    assert raw["text"].to_list() == ["MA64 9997 8000 0000 0000 0123 4527", "999780000000000001234527"]
