"""Complaint sheets of IC3 and Report Fraud: the victim's side in the vault, the subject's in evidence."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from graph.errors import InputError
from ingest.intake import Intake
from ingest.recognise import recognise
from tests.ingest.loading import SAMPLES, Held, entities, everything, links, load, places

IC3, IC3_BAD = SAMPLES / "complaints" / "ic3.csv", SAMPLES / "complaints" / "ic3_bad.csv"
UK = SAMPLES / "complaints" / "report_fraud.jsonl"
HEADER = "IC3 Number,Victim Name,Victim Phone,Subject Phone,Transaction Amount,Transaction Date\n"


def _transfers(intake: Intake, compartment: str = "general") -> dict[str, dict[str, object]]:
    return {row["tx"]: row for row in intake.draft.tables[compartment]["transfers"].to_dicts()}


def test_a_complaint_names_its_subject_and_its_payee() -> None:
    intake = load(IC3)
    report = "report:ic3:I2603100001"
    assert {
        (report, "MENTIONS", "phone:e164:+212683000001"),
        (report, "MENTIONS", "phone:e164:+447700900111"),
        (report, "MENTIONS", "email:c:lina.syn@mail.example"),
        (report, "MENTIONS", "acct:facebook:h:synlinatest"),
        (report, "MENTIONS", "url:pay.syn.example/x"),
        (report, "MENTIONS", "crypto:btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("tx:crypto:aa11", "RECEIVED", "crypto:btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    } <= links(intake)
    roles = dict(intake.draft.tables["general"]["mentions"].select("target", "role").iter_rows())
    assert roles["crypto:btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"] == "payee"
    assert roles["phone:e164:+212683000001"] == "suspect"


def test_dates_amounts_and_numbers_are_read_as_the_desk_writes_them() -> None:
    american = _transfers(load(IC3))["tx:crypto:aa11"]
    assert (american["amount"], american["currency"]) == (50000, "USD")
    assert str(american["sent_at"]) == "2026-03-09 22:30:00+00:00"
    british = _transfers(load(UK))
    bank = british["tx:bank:report_fraud:NFRC260300001234:1"]
    assert (bank["amount"], bank["currency"], bank["payee"]) == (120050, "GBP", "bank:raw:20000055779911")
    assert str(bank["sent_at"])[:10] == "2026-03-10"
    assert "tx:wu:0001234567:2026-03" in british  # meets the operator's own record


@pytest.mark.parametrize("path", [IC3, IC3_BAD, UK])
def test_nothing_of_the_victim_stands_outside_the_vault(path: Path) -> None:
    intake = load(path)
    said, vaulted = everything(intake), str([(v.identities, v.content) for v in intake.draft.vault])
    for private in (
        "Ada Sample", "Bo Sample", "Cal Sample", "555-0143", "+12025550143", "+12025550144", "900201",
        "cal@mail.example", "ada@mail.example", "GB00ZZZZ", "PC Sample", "called twice", "Secret",
        "recording to everyone", "again and again",
    ):  # fmt: skip
        assert private not in said, private
        assert private not in path.read_text("utf-8") or private in vaulted, private


def test_a_child_is_kept_apart() -> None:
    intake = load(IC3, UK)
    restricted = intake.draft.tables["minors"]["records"]["root"].to_list()
    assert sorted(restricted) == ["report:ic3:I2603100002", "report:report_fraud:NFRC260300001235"]
    assert {v.compartment for v in intake.draft.vault if v.record in restricted} == {"minors"}


def test_a_victims_own_number_is_no_lead() -> None:
    assert "phone:e164:+447700900201" not in entities(load(UK))


def test_a_bare_account_number_names_no_account() -> None:
    statements = load(UK).draft.tables["minors"]["statements"]
    assert statements.filter(pl.col("prop") == "payee_account")["text"].to_list() == ["55779912"]
    assert not any(uid.startswith("bank:raw:55779912") for uid in entities(load(UK)))


def test_defects_have_their_codes() -> None:
    result = load(IC3_BAD).files[0]
    assert sorted(places(result.rejects)) == [
        (5, "missing_key"), (6, "datetime"), (7, "number"), (8, "negative_amount"), (9, "enum"), (10, "out_of_range"),
        (11, "truncated"),
    ]  # fmt: skip
    assert sorted(places(result.warnings)) == [
        (2, "formula"), (4, "formula"), (4, "revision"), (12, "checksum"), (12, "identifier"),
    ]  # fmt: skip
    assert (result.counts.accepted, result.counts.duplicates) == (3, 1)
    assert load(IC3_BAD, held=Held(load(IC3_BAD).draft)).counts["accepted"] == 0


def test_the_same_person_has_one_pseudonym_in_both_countries(tmp_path: Path) -> None:
    american = tmp_path / "a.csv"
    american.write_text(HEADER + "1,Cal Sample,+44 7700 900201,+212683000001,10.00,03/09/2026\n")
    people = [{dst for _, rel, dst in links(load(p)) if rel == "REPORTED_BY"} for p in (american, UK)]
    assert people[0] <= people[1]


def test_sheets_are_known_by_their_words_whatever_their_columns_are_called(tmp_path: Path) -> None:
    other = tmp_path / "b.csv"
    other.write_text("Subject 1 Phone Number,complaint_id,Victim E-mail,Subject 2 Email,transaction_1_value\n"
                     "+212683000001,7,ada@mail.example,second@mail.example,5.00\n")  # fmt: skip
    assert [recognise(p) for p in (IC3, IC3_BAD, UK, other)] == ["ic3", "ic3", "report_fraud", "ic3"]
    assert ("report:ic3:7", "MENTIONS", "email:c:second@mail.example") in links(load(other))


def test_a_register_of_ones_own_is_not_taken_for_an_american_one(tmp_path: Path) -> None:
    """Its numbers and dates would be read as of another country."""
    path = tmp_path / "register.csv"
    path.write_text("complaint_id,victim_phone,suspect_phone,date\n1,0683000001,0685000001,05/03/2026\n")
    assert recognise(path) == "mapping"


def test_a_sheet_without_numbers_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("victim_name,subject_phone\nAda,+212683000001\n")
    with pytest.raises(InputError, match=r"c\.csv: the sheet has no column complaint_number\n.*--mapping"):
        load(path, format="ic3")


def test_a_sentence_in_a_field_of_words_is_the_victims(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(
        "IC3 Number,Victim Name,Subject Phone,Contact Method\n1,Ada,+212683000001,called me on 2025550143\n"
    )
    intake = load(path)
    assert "2025550143" not in everything(intake)
    assert "2025550143" in str(intake.draft.vault)
