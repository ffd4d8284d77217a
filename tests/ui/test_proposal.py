"""A proposed mapping in the reader's language: no sentence of intake is left in English, whatever the table."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ingest.formats import cdr
from ingest.formats.profiles import profile_of
from ingest.mapping import judge, proposal, proposed_links
from ingest.mapping.guess import propose
from ui.i18n import LANGUAGES, Locale
from ui.i18n.catalogue import WORDS
from ui.present.proposal import columns, profile, profile_said, reason, use

LANGS = sorted(LANGUAGES)
TABLES = {
    "plaintes": (
        "n° plainte;date;nom victime;tel victime;age;montant;compte bénéficiaire;mineur;profil facebook;observations\n"
        "P-1;03/04/2026;Amal Idrissi;0683000001;17;1 200,50;999780000000000000000172;oui;@momo.q;il a menacé\n"
        "P-2;04/04/2026;Sara Naji;0683000002;22;900,00;999780000000000000000172;non;@momo.q;il a menacé encore\n"
    ),
    "calls": "caller,callee,date,time,duration\n"
    "0683000001,0683000002,03/04/2026,10:00,62\n0683000003,0683000002,13/04/2026,11:30,5\n",
    "meetings": "meeting,person,phone\nalpha,Karim Tazi,0683000001\nbeta,Omar Fassi,0683000002\n",
    "logins": "username,ip address,port,when\n"
    "momo,192.0.2.7,443,2026-03-03T10:00:00Z\nlola,192.0.2.8,80,2026-03-04T10:00:00Z\n",
    "odd": "colour,taste,empty,phone,ip\nred,sweet,,hello there,192.0.2.7\nblue,sour,,what now,192.0.2.9\n",
    "people": "CIN;nom complet;téléphone;email\n"
    "QQ123456;Karim Tazi;0683000001;k@example.org\nQQ123457;Omar Fassi;0683000002;o@example.org\n",
}


@pytest.fixture(scope="module")
def proposals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    made = {}
    for name, text in TABLES.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        made[name] = propose(path).as_json()
    return made


def literals() -> tuple[set[str], set[str]]:
    """Reasons appended and uses set in the guesser, each placeholder of an f-string as a word."""
    reasons: set[str] = set()
    uses: set[str] = set()
    for module in (judge, proposal, proposed_links):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="reasons"), attr="append"), args=[value]):
                    reasons |= texts(value)
                case ast.Assign(targets=[*_, ast.Attribute(attr="used")], value=value):
                    uses |= texts(value)
                case ast.Assign(
                    targets=[ast.Tuple(elts=[*_, ast.Attribute(attr="used")])], value=ast.Tuple(elts=[*_, last])
                ):
                    uses |= texts(last)
                case _:
                    pass
    return reasons, uses


def texts(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            # The label of an entity begins with a capital, as every label does.
            return {"".join(p.value if isinstance(p, ast.Constant) else "Phone" for p in parts)}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return {a + b for a in texts(left) for b in texts(right)}
        case ast.IfExp(body=body, orelse=other):
            return texts(body) | texts(other)
        case _:
            return set()


def known(here: Locale, english: str, told: str) -> bool:
    return english not in told or here.lang == "en"


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_sentence_of_the_guesser_has_its_translation(lang):
    here = Locale(lang)
    reasons, uses = literals()
    assert len(reasons) >= 6
    assert len(uses) >= 9
    assert [english for english in sorted(reasons) if english in reason(here, english)] == []
    assert [english for english in sorted(uses) if english in use(here, english)] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_proposal_is_told_in_the_readers_language(proposals, name, lang):
    here = Locale(lang)
    found = proposals[name]
    rows = columns(here, found)
    assert [row[0] for row in rows] == [f"\u2068{one['column']}\u2069" for one in found["columns"]]
    for one, (_, kind, _, becomes, why) in zip(found["columns"], rows, strict=True):
        assert kind == WORDS[lang][f"column.{one['kind']}"]
        assert all(known(here, said, why) for said in one["reasons"])
        assert one["used"] is None or known(here, one["used"], becomes)


@pytest.mark.shared
def test_samples_of_the_kit_are_told_in_french(shared):
    here = Locale("fr")
    tables = [
        p for p in sorted((shared / "formats" / "f2_mapping").iterdir()) if p.suffix in (".csv", ".xlsx", ".jsonl")
    ]
    assert tables
    for path in tables:
        for one in propose(path).as_json()["columns"]:
            assert all(said not in reason(here, said, one["column"]) for said in one["reasons"]), path.name
            assert one["used"] is None or one["used"] not in use(here, one["used"]), path.name


def test_words_of_a_name_are_shown_as_the_table_writes_them():
    assert reason(Locale("en"), "its name says 'statu'", "Status") == "its name says “\u2068Status\u2069”"
    assert reason(Locale("en"), "its name says 'هاتف'", "رقم الهاتف") == "its name says “\u2068الهاتف\u2069”"


def test_a_sentence_nobody_knows_is_shown_as_it_is():
    assert reason(Locale("fr"), "because of the moon") == "\u2066because of the moon\u2069"
    assert use(Locale("fr"), "moonlight here now") == "\u2066moonlight here now\u2069"


def test_the_note_on_an_operators_columns_is_taken_apart():
    names = ["Record ID", "Call Type", "Direction", "Numéro appelant", "Numéro appelé", "Date, heure", "Durée"]
    plan = profile_of(names, cdr.READER.format)
    assert plan is not None
    found = profile(plan.note)
    assert found is not None
    assert found.format == "cdr"
    assert dict(found.pairs)["Numéro appelant"] == "a_number"
    assert dict(found.pairs)["Date, heure"] == "start_ts"
    assert found.day_first
    said = " ".join(profile_said(Locale("fr"), "fadette.csv", found))
    assert "fadettes" in said
    assert "jour avant mois" in said
    assert profile("something else entirely") is None
