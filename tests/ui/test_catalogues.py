"""The three catalogues say the same things, and nothing on screen or in a finding is without words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from analysis.assemble import REL
from analysis.findings import Change, Role, Status
from analysis.reasons import REASONS as REGISTRY
from analysis.reasons import REQUISITIONS
from graph import errors
from graph.errors import HalqaError
from graph.projection.rings import FINDINGS
from graph.schema import LABELS, RELATIONS, SOURCE_TYPES
from ingest.rejects import REJECTS, WARNINGS
from ui.i18n import LANGUAGES, Locale, counted, language, text, word
from ui.i18n.catalogue import DESK, NOUNS, REASONS, WORDS, plural_form
from ui.present.sentences import is_format, placeholders

UI = Path(__file__).resolve().parents[2] / "ui"
LANGS = sorted(LANGUAGES)


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_code_has_a_sentence(lang):
    assert set(REASONS[lang]) == set(REGISTRY)


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_sentences_use_the_parameters_of_their_code_alike_in_all_languages(code):
    used = {lang: placeholders(REASONS[lang][code]) for lang in LANGS}
    assert used["fr"] == used["en"] == used["ar"]
    assert {name for name, _ in used["en"]} <= set(REGISTRY[code].params)
    assert all(is_format(spec) for _, spec in used["en"])


@pytest.mark.parametrize("table", [DESK, WORDS, NOUNS], ids=["desk", "words", "nouns"])
def test_catalogues_have_the_same_keys(table):
    assert set(table["fr"]) == set(table["ar"]) == set(table["en"])


def test_desk_sentences_have_the_same_placeholders():
    for key in DESK["en"]:
        fields = {lang: set(re.findall(r"\{(\w*)\}", DESK[lang][key])) for lang in LANGS}
        assert fields["fr"] == fields["ar"] == fields["en"], key


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_left_empty(lang):
    assert all(value.strip() for table in (DESK, WORDS, REASONS) for value in table[lang].values())


@pytest.mark.parametrize("lang", LANGS)
def test_names_of_things_are_complete(lang):
    wanted = {f"label.{name}" for name in LABELS}
    wanted |= {f"family.{row.family}" for row in LABELS.values()}
    wanted |= {f"rel.{name}" for name in (*RELATIONS, *FINDINGS, *REL.values())}
    wanted |= {f"role.{name}" for name in get_args(Role)}
    wanted |= {f"status.{name}" for name in get_args(Status)}
    wanted |= {f"change.{name}" for name in get_args(Change)}
    wanted |= {f"source.{name}" for name in SOURCE_TYPES}
    wanted |= {f"ask.{name}" for name in REQUISITIONS}
    assert {f"cut.{code}" for code, row in REGISTRY.items() if row.group == "cut"} <= set(DESK[lang])
    wanted |= {f"typology.T{n:02d}" for n in range(1, 17)}
    assert wanted <= set(WORDS[lang])


def test_every_code_of_intake_has_words_in_every_language():
    wanted = {f"reject.{code}" for code in REJECTS}
    remarks = {code for code in WARNINGS if code not in REJECTS}
    for lang in LANGS:
        assert wanted | {f"reject.{code}" for code in remarks} <= set(WORDS[lang])
        # A code of both lists says something else of a record that was accepted.
        assert {f"warning.{code}" for code in set(WARNINGS) & set(REJECTS)} <= set(WORDS[lang])


def kinds(error: type[HalqaError]) -> set[str]:
    return {error.__name__}.union(*map(kinds, error.__subclasses__()))


def test_every_kind_of_error_has_words_in_every_language():
    wanted = {f"error.{name}" for name in kinds(HalqaError) if name in vars(errors)}
    assert len(wanted) > 10
    assert all(wanted <= set(WORDS[lang]) for lang in LANGS)


@pytest.mark.parametrize("lang", LANGS)
def test_counted_nouns_have_the_forms_of_their_language(lang):
    forms = 5 if lang == "ar" else 2
    assert {len(row) for row in NOUNS[lang].values()} == {forms}
    assert {plural_form(lang, n) for n in range(300)} == set(range(forms))


def test_counted_nouns_follow_the_rules_of_the_language():
    assert counted(Locale("fr"), "report", 1) == "1 signalement"
    assert counted(Locale("fr"), "report", 11) == "11 signalements"
    assert counted(Locale("en"), "report", 1) == "1 report"
    assert counted(Locale("ar"), "report", 1) == "بلاغ واحد"
    assert counted(Locale("ar"), "report", 2) == "بلاغان"
    assert counted(Locale("ar"), "report", 3) == "3 بلاغات"
    assert counted(Locale("ar"), "report", 11) == "11 بلاغًا"
    assert counted(Locale("ar"), "report", 100) == "100 بلاغ"
    assert counted(Locale("ar"), "report", 103) == "103 بلاغات"


def test_every_key_the_desk_asks_for_exists():
    asked = set()
    for path in sorted(UI.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\btext\(\s*\w+,\s*"([^"{}]+)"', source))
        asked |= {
            f"{key}.{end}" for key in re.findall(r'nothing\(\s*\w+,\s*"([^"]+)"', source) for end in ("what", "next")
        }
    assert len(asked) > 100
    assert asked <= set(DESK["en"])


def test_wording_presumes_innocence():
    """Neutral words: no accusation, no magic."""
    forbidden = {
        "en": r"\b(criminals?|culprits?|gang|anomalous|AI)\b",
        "fr": r"\b(criminels?|coupables?|malfaiteurs?|gang|IA)\b",
        "ar": r"(مجرم|الجناة|عصابة)",
    }
    for lang, pattern in forbidden.items():
        for table in (DESK, WORDS, REASONS):
            assert not [value for value in table[lang].values() if re.search(pattern, value, re.IGNORECASE)]


def test_an_unknown_language_is_french_and_an_unknown_word_shows_itself():
    assert language("de") == language(None) == "fr"
    assert word(Locale("fr"), "rel", "NEW_RELATION") == "NEW_RELATION"
    with pytest.raises(KeyError):
        text(Locale("fr"), "no.such.key")
