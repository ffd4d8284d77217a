"""Same person: every point has its sentence in three languages; an override is asked for where one is needed."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.casebook import Casebook
from graph.errors import UsageError
from graph.same_as import CONFLICTS, NAME_ONLY, Feature, record
from ingest.resolution import features, names
from ingest.resolution.features import SHARED
from tests.ui.fake_workspace import MERGEABLE, FakeWorkspace
from ui.i18n import LANGUAGES, Locale
from ui.i18n.catalogue import LIKENESS
from ui.present.likeness import belongings, obstacle, said
from ui.present.likeness import names as written_names
from ui.present.sentences import is_format, placeholders

LANGS = sorted(LANGUAGES)
CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def codes() -> set[str]:
    """Every code the comparison can give: first arguments of ``Feature``, guards, and the tables of codes in loops."""
    found = {f"{word}_{kind}" for word in ("shared", "once_shared") for kind in SHARED} | CONFLICTS | NAME_ONLY
    for module in (features, names):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Feature"), args=[ast.Constant(value=str(code)), *_]):
                    found.add(code)
                case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Constant(value=str(code))]):
                    found.add(code)
                case ast.Assign(targets=[ast.Name(id="code")], value=value):
                    found |= strings(value)
                case ast.For(target=ast.Tuple(elts=[ast.Name(id="code"), *_]), iter=ast.Tuple(elts=rows)):
                    found |= {row.elts[0].value for row in rows if isinstance(row, ast.Tuple)}
                case _:
                    pass
    return found


def strings(node: ast.expr) -> set[str]:
    """Texts an expression can come to; the test of a condition is none of them."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=other):
            return strings(body) | strings(other)
        case _:
            return set()


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_of_the_comparison_has_a_sentence(lang):
    known = codes()
    assert {"same_payee", "rare_name", "gender", "other_name", "given_order", "successive_holders"} <= known
    assert all(CODE.fullmatch(code) for code in known)
    assert set(LIKENESS[lang]) == known


@pytest.mark.parametrize("code", sorted(LIKENESS["en"]))
def test_sentences_use_the_same_parameters_in_all_languages(code):
    used = {lang: placeholders(LIKENESS[lang][code]) for lang in LANGS}
    assert used["fr"] == used["en"] == used["ar"]
    assert all(is_format(spec) for _, spec in used["en"])


@pytest.mark.parametrize("lang", LANGS)
def test_points_of_a_proposal_are_told_without_a_gap(lang):
    for one in FakeWorkspace().same_person_proposals():
        for point in one["features"]:
            sentence = said(Locale(lang), point)
            assert "?" not in sentence
            assert point["code"] not in sentence


def test_names_keep_their_script_and_direction():
    sentence = said(Locale("en"), FakeWorkspace().same_person_proposals()[0]["features"][1])
    assert "\u2068محمد بن حدو\u2069" in sentence
    assert "\u2068Mohammed Benhaddou\u2069" in sentence


def test_a_kind_of_document_is_named_in_words():
    point = {"code": "other_document", "side": "against", "weight": 0.95, "params": {"kind": "MA:cin"}}
    assert "identity card (CIN) (\u2066MA\u2069)" in said(Locale("en"), point)


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_says_that_two_are_the_same(lang):
    forbidden = {"en": "are the same person", "fr": "sont la même personne", "ar": "هما الشخص نفسه"}
    assert not [text for text in LIKENESS[lang].values() if forbidden[lang] in text]


CASES = [
    [Feature("same_name", "for", 0.2)],
    [Feature("rare_name", "for", 0.6), Feature("other_papers", "against", 0.3)],
    [Feature("rare_name", "for", 0.6), Feature("shared_phone", "for", 0.6)],
    [Feature("shared_phone", "for", 0.6), Feature("other_document", "against", 0.95)],
    [Feature("shared_phone", "for", 0.6), Feature("gender", "against", 0.6)],
    [],
]


@pytest.mark.parametrize("points", CASES, ids=lambda points: "+".join(p.code for p in points) or "nothing")
def test_an_override_is_asked_for_exactly_where_the_casebook_asks_for_one(points, tmp_path):
    book = Casebook(f"sqlite:///{tmp_path / 'casebook.sqlite'}")
    shown = [{"code": p.code, "side": p.side, "weight": p.weight, "params": {}} for p in points]
    try:
        record(
            book, *MERGEABLE, "accept", reason="a", by="analyst 7", at=datetime(2026, 4, 1, tzinfo=UTC), features=points
        )  # fmt: skip
        refused = False
    except UsageError:
        refused = True
    finally:
        book.close()
    assert (obstacle(shown) is not None) == refused


def test_an_entity_shows_names_once_and_what_it_uses():
    found = {
        "facts": [
            {"property": "display_name", "value": "Momo"},
            {"property": "name", "value": "محمد"},
            {"property": "name", "value": "محمد"},
            {"property": "category", "value": "x"},
        ],
        "links": [{"rel": "USES", "uid": "phone:e164:+212683000000"}, {"rel": "SENT", "uid": "tx:wu:1:2026-03"}],
    }
    assert written_names(found) == ["محمد", "Momo"]
    assert belongings(found) == ["phone:e164:+212683000000"]
