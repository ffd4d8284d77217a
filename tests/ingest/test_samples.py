"""One small file of every format, and what it becomes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from graph.errors import MappingError
from graph.schema import TABLES
from ingest.intake import Intake, formats
from tests.ingest.loading import SAMPLES, entities, everything, links, load

RECEIVED = datetime(2026, 2, 1, 10, tzinfo=UTC)


def said(intake: Intake, subject: str, compartment: str = "general") -> dict[str, object]:
    """Text (else number, else time) of every property of a subject."""
    rows = intake.draft.tables[compartment]["statements"].filter(pl.col("subject") == subject).to_dicts()
    return {r["prop"]: r["text"] or r["number"] or r["time"] for r in rows}


def test_tables_have_the_columns_of_the_schema() -> None:
    intake = load(SAMPLES)
    for tables in intake.draft.tables.values():
        for name, frame in tables.items():
            assert dict(frame.schema) == {c: pl.DataFrame(schema={c: t}).schema[c] for c, t in TABLES[name].items()}
            if name != "records":
                assert frame["rec"].max() < tables["records"].height  # type: ignore[operator]
    assert intake.counts["accepted"] == sum(t["records"].height for t in intake.draft.tables.values())


FIRST = {
    "calls_of_operator.csv": "cdr",
    "contracts.csv": "subscribers",
    "movements.csv": "wallet",
    "reports.jsonl": "eblagh",
    "transfers_of_operator.csv": "remittance",
    "visits.csv": "mapping",
}


def test_folder_reads_every_file_with_the_mapping_beside_it(tmp_path: Path) -> None:
    for name in (*FIRST, "visits.yaml"):
        shutil.copy(SAMPLES / name, tmp_path)
    intake = load(tmp_path)
    assert {Path(f.path).name: f.format for f in intake.files} == FIRST
    assert all(f.counts.rejected == 0 for f in intake.files)
    assert intake.draft.files[-1].mapping_sha256


def test_report_becomes_evidence_without_its_reporter() -> None:
    intake = load(SAMPLES / "reports.jsonl")
    report, demand = "report:eblagh:S-1", "demand:eblagh:S-1"
    victim = next(dst for src, rel, dst in links(intake) if (src, rel) == (report, "REPORTED_BY"))
    assert victim.startswith("victim:h:")
    assert {x for x in links(intake) if "S-1" in x[0] or "S-1" in x[2] or victim in x or "cashplus" in x[0]} == {
        (report, "REPORTED_BY", victim),
        (report, "MENTIONS", "acct:facebook:h:synpagezed"),
        (report, "MENTIONS", "phone:e164:+212685700002"),
        (report, "MENTIONS", "acct:telegram:h:syn_zed_help"),
        (report, "MENTIONS", demand),
        (report, "MENTIONS", "tx:wu:0007771111:2026-02"),  # 23:30 at -02:00 on 31 January
        (report, "MENTIONS", "tx:cashplus:CP0001AB"),
        ("acct:facebook:h:synpagezed", "DEMANDED", demand),
        ("phone:e164:+212685700002", "DEMANDED", demand),
        (demand, "DEMANDED_FROM", victim),
        (victim, "SENT", "tx:wu:0007771111:2026-02"),
        (victim, "SENT", "tx:cashplus:CP0001AB"),
        ("tx:wu:0007771111:2026-02", "SETTLES", demand),
        ("tx:cashplus:CP0001AB", "SETTLES", demand),
    }
    assert ("tx:wu:0007771111:2026-02", "RECEIVED", "phone:e164:+212685700002") in links(intake)
    facts = said(intake, report)
    assert facts["category"] == "sexual_blackmail"
    assert facts["incident_from"] == datetime(2026, 1, 29, 23, tzinfo=UTC)
    assert facts["suspect_name"] == "Zed Page"
    assert len(str(facts["text_hash"])) == 16
    assert len(str(facts["text_sketch"])) % 8 == 0
    assert "device_hash" in facts
    assert said(intake, demand) == {
        "demand_type": "money", "demand_amount": "2000.00", "demand_currency": "MAD", "payee_name": "Zed Collector",
    }  # fmt: skip
    record = intake.draft.tables["general"]["records"].filter(pl.col("record") == report).to_dicts()[0]
    assert json.loads(record["extra"]) == {"nouveau": "kept", "routing.note": "by hand"}
    assert record["received_at"] == RECEIVED
    pages = intake.draft.tables["general"]["appearances"].filter(pl.col("label") == "Page")
    assert pages["entity"].to_list() == ["acct:facebook:h:synpagezed"]
    transfers = intake.draft.tables["general"]["transfers"].filter(pl.col("rail") == "wu").to_dicts()[0]
    assert (transfers["amount"], transfers["kind"], transfers["status"]) == (150000, "told", "sent")


def test_reports_of_minors_and_terrorism_stand_apart() -> None:
    intake = load(SAMPLES / "reports.jsonl")
    roots = {c: t["records"]["root"].to_list() for c, t in intake.draft.tables.items()}
    assert roots["minors"] == ["report:eblagh:S-3"]
    assert roots["terrorism"] == ["report:eblagh:S-4"]
    assert [v.compartment for v in intake.draft.vault if v.record == "report:eblagh:S-3"] == ["minors"]


def test_every_report_keeps_the_form_it_wrote(tmp_path: Path) -> None:
    """Or taking one report back would take the form from the other, and order of arrival would decide who has it."""
    first = json.loads((SAMPLES / "reports.jsonl").read_text("utf-8").splitlines()[0])
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(json.dumps({**first, "ref": ref}) for ref in ("S-1", "S-9")), "utf-8")
    tables = load(path, format="eblagh").draft.tables["general"]
    written = tables["statements"].filter(prop="raw", subject="phone:e164:+212685700002", text="0685 70 00 02")
    assert written.select("text", "rec").rows() == [("0685 70 00 02", 0), ("0685 70 00 02", 1)]


def test_vault_holds_all_identities_and_evidence_none() -> None:
    intake = load(SAMPLES / "reports.jsonl")
    entry = intake.draft.vault[0]
    assert entry.identities == ("doc:MA:cin:QQ700001", "phone:+212683700001", "email:yara.t@mail.example")
    text = everything(intake).lower()
    for secret in ("yara", "683700001", "683 70 00 01", "qq700001", "iphone", "sinon il publie", "7700900177"):
        assert secret not in text


def test_operator_calls() -> None:
    intake = load(SAMPLES / "calls_of_operator.csv")
    a, b = "phone:e164:+212683700010", "phone:e164:+212685700011"
    assert links(intake) == {
        (a, "CALLED", b),
        ("phone:e164:+33639980070", "CONTACTED", b),
        (b, "CALLED", a),
        (a, "DIVERTED_TO", "phone:e164:+447700900170"),
        (a, "HAS_SIM", "sim:imsi:001010000000701"),
        ("sim:imsi:001010000000701", "INSERTED_IN", "dev:imei:00101700000701"),
        (b, "HAS_SIM", "sim:imsi:001010000000702"),
        (b, "INSERTED_IN", "dev:imei:00101700000702"),
    }
    assert intake.counts["self_links_dropped"] == 1
    calls = intake.draft.tables["general"]["calls"]
    assert calls["answered"].to_list() == [True, None, True, True, True]
    assert calls["a"][3] is None
    extra = json.loads(intake.draft.tables["general"]["records"]["extra"][0])
    assert extra == {"charge": "0.00", "local_note": 'a "quoted" note', "operator": "op9"}


def test_line_contracts() -> None:
    intake = load(SAMPLES / "contracts.csv")
    held = intake.draft.tables["general"]["links"].filter(pl.col("rel") == "USES").to_dicts()
    assert [(x["src"], x["since"].isoformat(), x["until"] and x["until"].isoformat()) for x in held] == [
        ("person:doc:MA:cin:QQ700010", "2024-12-31T23:00:00+00:00", "2025-12-30T23:00:00+00:00"),
        ("person:doc:SN:residence:ZZ91", "2026-01-05T07:00:00+00:00", None),
    ]
    assert "phone:e164:+212685700011" in entities(intake)
    assert intake.draft.tables["general"]["records"]["record"][1] == "sub:subs:+212683700010@2026-01-05"
    assert set(intake.draft.tables["general"]["records"]["source_type"]) == {"registry"}


def test_remittances_meet_the_reports() -> None:
    intake = load(SAMPLES / "transfers_of_operator.csv", SAMPLES / "reports.jsonl")
    transfers = intake.draft.tables["general"]["transfers"]
    row = transfers.filter(pl.col("tx") == "tx:wu:0007770001:2026-02").to_dicts()[0]
    assert (row["amount"], row["currency"], row["outlet"]) == (320000, "MAD", "outlet:wu:OZ-1")
    assert row["payee"] == "person:doc:MA:cin:QQ700020"
    assert row["payer"] == "person:rec:remit:wu:0007770001:2026-02:sender"
    assert transfers.filter(pl.col("tx") == "tx:cashplus:CP0001AB")["kind"].sort().to_list() == ["remittance", "told"]
    assert said(intake, row["payer"])["name"] == "Test Sender"


def test_wallet_movements() -> None:
    intake = load(SAMPLES / "movements.csv")
    one, two = "wallet:wave:+212685700003", "wallet:wave:+212685700004"
    assert links(intake) == {
        (one, "SENT", "tx:wave:M-1"),
        ("tx:wave:M-1", "RECEIVED", two),
        (two, "SENT", "tx:wave:M-2"),
        (two, "SENT", "tx:wave:M-3"),
        ("tx:wave:M-2", "PAID_AT", "outlet:wave:AG-2"),
        (one, "USES", "dev:adid:syn-1"),
        (one, "SEEN_AT", "ip:198.51.100.7::2026-02-01T10"),
        ("phone:e164:+212685700003", "HOLDS", one),
        ("phone:e164:+212685700004", "HOLDS", two),
    }
    assert intake.draft.tables["general"]["transfers"]["status"].to_list() == ["paid", "paid", "refused"]


def _visits(intake: Intake) -> tuple[set[tuple[str, str, str]], list[dict[str, object]]]:
    columns = ("tx", "payer", "payee", "rail", "amount", "currency", "sent_at")
    return links(intake), intake.draft.tables["general"]["transfers"].select(columns).to_dicts()


def test_mapped_table() -> None:
    found, transfers = _visits(load(SAMPLES / "visits.csv"))
    assert found == {
        ("person:visits:A.%20B.", "USES", "phone:e164:+212683700030"),
        ("person:visits:A.%20B.", "USES", "phone:e164:+212685700031"),
        ("person:visits:C.%20D.", "USES", "phone:e164:+212683700030"),
        ("person:visits:A.%20B.", "SENT", "tx:visits:A.%20B.:05/02/2026%2010%3A00"),
    }
    assert transfers == [
        {
            "tx": "tx:visits:A.%20B.:05/02/2026%2010%3A00",
            "payer": "person:visits:A.%20B.",
            "payee": None,
            "rail": "cash",
            "amount": 120050,
            "currency": "MAD",
            "sent_at": datetime(2026, 2, 5, 9, tzinfo=UTC),
        }
    ]


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "jsonl"])
def test_same_table_in_other_clothes_says_the_same(kind: str, tmp_path: Path) -> None:
    frame = pl.read_csv(SAMPLES / "visits.csv", separator=";", infer_schema=False)
    table, mapping = tmp_path / f"visits.{kind}", tmp_path / "visits.yaml"
    text = (SAMPLES / "visits.yaml").read_text("utf-8")
    mapping.write_text(text.replace('kind: csv, delimiter: ";"', f"kind: {kind}"), "utf-8")
    match kind:
        case "parquet":
            frame.write_parquet(table)
        case "jsonl":
            table.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in frame.to_dicts()), "utf-8")
        case _:
            book = xlsxwriter.Workbook(table)
            sheet = book.add_worksheet("visits")
            for n, row in enumerate([frame.columns, *frame.rows()]):
                sheet.write_row(n + 2, 0, row)  # two empty rows above the header
            book.close()
    intake = load(table)
    assert _visits(intake) == _visits(load(SAMPLES / "visits.csv"))
    lines = intake.draft.tables["general"]["records"]["line"].to_list()
    assert lines == {"xlsx": [4, 5], "parquet": [2, 3], "jsonl": [1, 2]}[kind]


def test_numbers_and_dates_of_a_workbook_read_as_text(tmp_path: Path) -> None:
    table, mapping = tmp_path / "b.xlsx", tmp_path / "b.yaml"
    book = xlsxwriter.Workbook(table)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["n", "seen", "at"])
    sheet.write_number(1, 0, 683700040)
    sheet.write_datetime(1, 1, datetime(2026, 2, 3), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_datetime(1, 2, datetime(2026, 2, 3, 4, 5, 6), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}))
    book.close()
    mapping.write_text(
        """
source: {name: b, type: observation, reliability: C, country: MA}
format: {kind: xlsx}
entities:
  event: {label: Event, key: [n], properties: {seen: {column: seen, type: datetime}, at: {column: at, type: datetime}}}
  phone: {label: Phone, key: {column: n, type: phone}}
""",
        "utf-8",
    )
    intake = load(table)
    assert entities(intake) == {"event:b:683700040", "phone:e164:+212683700040"}
    assert said(intake, "event:b:683700040") == {
        "seen": datetime(2026, 2, 3, tzinfo=UTC), "at": datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
    }  # fmt: skip


def test_formats_describe_themselves() -> None:
    described = {str(f["name"]): f for f in formats()}
    bulk = {"cdr", "subscribers", "remittance", "wallet"}
    assert {"eblagh", "platform", "ftm", "ic3", "mapping", *bulk} <= set(described)
    for description in described.values():
        assert {"name", "title", "record", "key", "files", "fields"} <= set(description)


def test_a_strange_file_in_a_folder_is_refused_whole_and_stops_nobody_else(tmp_path: Path) -> None:
    """A note among the files of a case must not keep the case out; named alone it is an error that says what to do."""
    (tmp_path / "README.txt").write_text("nothing to see here\n")
    (tmp_path / "reports.jsonl").write_text(
        '{"ref": "X-1", "received_at": "2024-06-20T10:00:00Z", "category": "fraud",'
        ' "reporter": {"mode": "anonymous", "role": "witness"}}\n'
    )
    result = load(tmp_path)
    counts = {Path(one.path).name: one.counts for one in result.files}
    assert (counts["reports.jsonl"].accepted, counts["README.txt"].accepted) == (1, 0)
    refused = next(one for one in result.files if one.path.endswith("README.txt"))
    assert [(p.line, p.code) for p in refused.rejects] == [(0, "malformed")]
    with pytest.raises(MappingError, match=r"README\.txt"):
        load(tmp_path / "README.txt")
