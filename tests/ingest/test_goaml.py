"""goAML reports: transactions and their parties in evidence, the institution's people and its words in the vault."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from ingest.intake import Intake
from ingest.tables import Limits
from tests.ingest.answers import answer, expected, sample
from tests.ingest.loading import entities, everything, links, load

REPORTS = [name for name in expected("xml") if "goaml" in name]
SECRETS = (
    "Officer", "Compliance", "QQ399999", "0686999999", "officer@bank.example", "Many senders", "Account watched",
    "Counter Clerk", "Branch Head",
)  # fmt: skip
HEAD = (
    "<rentity_id>9981</rentity_id><report_code>STR</report_code><entity_reference>S-1</entity_reference>"
    "<submission_date>2026-03-20</submission_date><currency_code_local>MAD</currency_code_local>"
)
TRANSACTION = (
    "<transaction><transactionnumber>{n}</transactionnumber><date_transaction>2026-03-05</date_transaction>"
    "<amount_local>10.00</amount_local>{said}</transaction>"
)


def goaml(tmp_path: Path, *transactions: str, head: str = HEAD, rest: str = "", **options: object) -> Intake:
    inside = "".join(TRANSACTION.format(n=n, said=said) for n, said in enumerate(transactions, 1))
    path = tmp_path / "report.xml"
    path.write_text(f"<report>{head}{inside}{rest}</report>")
    return load(path, **options)  # type: ignore[arg-type]


def side(inside: str, name: str = "to") -> str:
    return f"<t_{name}>{inside}</t_{name}>"


def person(inside: str) -> str:
    return side(f"<to_person><first_name>Karim</first_name><last_name>Ouzem</last_name>{inside}</to_person>")


def account(inside: str) -> str:
    return side(f"<to_account>{inside}</to_account>")


def kinds(intake: Intake, prefix: str) -> set[str]:
    return {uid for uid in entities(intake) if uid.startswith(prefix)}


def said(intake: Intake, prop: str) -> list[str]:
    rows = intake.draft.tables["general"]["statements"].filter(pl.col("prop") == prop)
    return rows["text"].to_list()


@pytest.mark.parametrize("name", REPORTS)
def test_sample_gives_its_expected_answer(name: str) -> None:
    assert answer(load(sample("xml", name))) == expected("xml")[name]


def test_people_of_the_institution_and_its_words_are_vault_only() -> None:
    intake = load(sample("xml", "str_goaml.xml"))
    outside, vault = everything(intake), str([v.content for v in intake.draft.vault])
    assert [text for text in SECRETS if text in outside] == []
    assert [text for text in SECRETS if text not in vault] == []
    version_5 = load(sample("xml", "aif_goaml.xml"))
    assert [text for text in ("clerk-secret", "secret narrative") if text in everything(version_5)] == []


def test_people_of_a_refused_report_are_vault_only() -> None:
    intake = load(sample("xml", "bad_goaml.xml"))
    assert "officer_refused" in str([v.content for v in intake.draft.vault])
    assert "officer_refused" not in everything(intake)


def test_report_keeps_its_indicators_and_is_a_money_record() -> None:
    intake = load(sample("xml", "str_goaml.xml"))
    assert said(intake, "indicator") == ["SEXTORTION", "RAPID_MOVEMENT"]
    assert said(intake, "report_code") == ["STR"]
    assert set(intake.draft.tables["general"]["records"]["source_type"]) == {"money"}


def test_transaction_joins_the_bank_documents_of_its_payment() -> None:
    intake = load(sample("xml", "str_goaml.xml"), sample("bank", "transfers_mt103.txt"))
    transfers = intake.draft.tables["general"]["transfers"]
    rows = transfers.filter(pl.col("tx") == "tx:uetr:cd613e30-d8f1-4adf-91b7-584a2265b1f5")
    ends = ["amount", "currency", "payer", "payee"]
    assert rows.height == 2
    assert rows.select(ends).unique().rows() == [
        (150_000, "MAD", "bank:iban:MA64999780000000000000550192", "bank:iban:MA64999780000000000001234527")
    ]


def test_element_names_of_both_versions_give_the_same(tmp_path: Path) -> None:
    """A report of version 4 rewritten with the names of version 5."""

    def within(old: str, *new: str) -> tuple[str, str]:
        opened, closed = "".join(f"<{n}>" for n in new), "".join(f"</{n}>" for n in reversed(new))
        return rf"<{old}>(.*?)</{old}>", rf"{opened}\1{closed}"

    text = sample("xml", "str_goaml.xml").read_text()
    changes = (
        within("identification", "identifications", "identification"),
        within("email", "emails", "email"),
        within("signatory", "related_persons", "account_related_person"),
        (r"<director_id>(.*?)<role>", r"<director_id><t_person>\1</t_person><role>"),
        within("director_id", "related_persons", "entity_related_person"),
        within("submission_date", "report_date"),
        (r"t_person>", "t_person_my_client>"),
        (r"<(/?)report>", r'<\1g:report xmlns:g="urn:5">'),
    )  # fmt: skip
    for old, new in changes:
        assert re.search(old, text, re.DOTALL)
        text = re.sub(old, new, text, flags=re.DOTALL)
    path = tmp_path / "version5.xml"
    path.write_text(text.replace('</g:report xmlns:g="urn:5">', "</g:report>"))
    first, second = load(sample("xml", "str_goaml.xml")), load(path)
    assert second.files[0].rejects == []
    assert (entities(second), links(second)) == (entities(first), links(first))


def test_account_of_its_own_scheme_is_told_apart_by_its_bank(tmp_path: Path) -> None:
    number = "<account>00-12 34</account>"
    intake = goaml(
        tmp_path,
        account(f"<swift>ZZZZMAMC</swift>{number}"),
        account(f"<swift>ZZZZMAMD</swift>{number}"),
        account(number),
        account(
            f"<institution_name>Banque Syntest</institution_name><iban>MA64999780000000000001234527</iban>{number}"
        ),
    )
    assert kinds(intake, "bank:") == {
        "bank:acct:zzzzmamc:001234", "bank:acct:zzzzmamd:001234", "bank:raw:001234",
        "bank:iban:MA64999780000000000001234527",
    }  # fmt: skip
    assert [(p.position, p.code) for p in intake.files[0].warnings] == [(3, "identifier")]


@pytest.mark.parametrize(
    ("inside", "uid"),
    [
        ("<id_number>QQ300301</id_number><nationality1>MA</nationality1>", "person:doc:MA:cin:QQ300301"),
        ("<id_number>QQ300301</id_number>", "person:doc:MA:cin:QQ300301"),
        ("<passport_number>zz-12</passport_number><passport_country>KW</passport_country>",
         "person:doc:KW:passport:ZZ12"),
        ("<identification><type>Passeport</type><number>ZZ12</number><issue_country>CI</issue_country></identification>",
         "person:doc:CI:passport:ZZ12"),
        ("<identification><type>B</type><number>ZZ12</number></identification>", "person:rec:goaml:9981:S-1:1:to"),
        ("<id_number>-</id_number>", "person:rec:goaml:9981:S-1:1:to"),
        ("", "person:rec:goaml:9981:S-1:1:to"),
    ],
)  # fmt: skip
def test_person_is_known_by_paper_else_by_record(tmp_path: Path, inside: str, uid: str) -> None:
    assert kinds(goaml(tmp_path, person(inside)), "person:") == {uid}


def test_two_people_of_one_name_in_one_report_are_two(tmp_path: Path) -> None:
    assert len(kinds(goaml(tmp_path, person(""), person("")), "person:rec:")) == 2


@pytest.mark.parametrize(
    ("prefix", "number", "uid"),
    [
        ("212", "0685700001", "phone:e164:+212685700001"), ("+212", "685700001", "phone:e164:+212685700001"),
        ("00212", "0685700001", "phone:e164:+212685700001"), ("-", "0685700001", "phone:e164:+212685700001"),
        ("", "+96571000001", "phone:e164:+96571000001"),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_prefix_or_at_home(tmp_path: Path, prefix: str, number: str, uid: str) -> None:
    phone = f"<tph_country_prefix>{prefix}</tph_country_prefix><tph_number>{number}</tph_number>"
    intake = goaml(tmp_path, person(f"<phones><phone>{phone}</phone></phones>"))
    assert kinds(intake, "phone:") == {uid}


def test_parties_of_a_transaction_of_many_have_no_direction() -> None:
    intake = load(sample("xml", "aif_goaml.xml"))
    row = intake.draft.tables["general"]["transfers"].row(0, named=True)
    assert (row["payer"], row["payee"], row["amount"], row["currency"]) == (None, None, 655_957, "XOF")
    assert said(intake, "party_role") == ["S", "B"]


def test_transactions_of_a_report_without_reference_are_all_refused(tmp_path: Path) -> None:
    intake = goaml(tmp_path, "", "", head=HEAD.replace("S-1", " "))
    assert [(p.position, p.code) for p in intake.files[0].rejects] == [(n, "missing_key") for n in (1, 2, 3)]


def test_report_of_any_size_is_read_transaction_by_transaction(tmp_path: Path) -> None:
    intake = goaml(tmp_path, *[account(f"<swift>ZZ</swift><account>{n}</account>") for n in range(300)],
                   limits=Limits(record=2_000))  # fmt: skip
    assert intake.files[0].rejects == []
    assert intake.counts["accepted"] == 301


def test_unknown_elements_are_kept_and_comments_are_not(tmp_path: Path) -> None:
    intake = goaml(tmp_path, "<champ_nouveau>v</champ_nouveau><comments>officer text</comments>")
    assert intake.draft.tables["general"]["records"]["extra"].to_list()[0] == '{"champ_nouveau": "v"}'
    assert "officer text" not in everything(intake)
