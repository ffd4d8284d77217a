"""Intake before the browser: what a file was known by, and what writing it would change, in sentences."""

from __future__ import annotations

import pytest

from ui.i18n import LANGUAGES, Locale, text
from ui.views.arrivals import recognised
from ui.views.outcome import changes, meaning

FILES = {
    "columns": "record_id,call_type,direction,a_number,b_number,start_ts\n",
    "profile": "N°;Type d'appel;Sens;Numéro appelant;Numéro appelé;Date d'appel;Heure d'appel;Durée\n"
    "1;appel sortant;MO;0683000001;0683000002;03/04/2026;10:00:00;62\n",
    "content": '{"entities": [], "schema": "Person", "id": "a", "properties": {"name": ["Karim"]}}\n',
    "nothing": "colour,taste\nred,sweet\n",
    "unreadable": "",
}


@pytest.mark.parametrize("by", sorted(FILES))
def test_a_file_says_what_it_was_recognised_by(tmp_path, by):
    path = tmp_path / "a.csv"
    path.write_text(FILES[by], encoding="utf-8")
    found = recognised("1", path)
    assert found.by == by
    assert found.unknown == (by == "nothing")
    assert bool(found.why) == (by == "unreadable")
    assert str(tmp_path) not in found.why


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_every_count_that_is_not_zero_is_a_sentence(lang):
    here = Locale(lang)
    answer = {
        "accepted": 12,
        "rejected": 1,
        "duplicates": 2,
        "superseded": 3,
        "filtered": 4,
        "entities": 30,
        "links": 41,
    }
    said = changes(here, answer)
    assert len(said) == 5
    assert all(any(figure in one for one in said) for figure in ("12", "30", "41"))
    assert len(changes(here, answer | {"filtered": 0, "superseded": 0})) == 3


def test_nothing_to_write_is_said_first():
    here = Locale("en")
    assert changes(here, {"accepted": 0, "rejected": 3})[0] == text(here, "intake.change.nothing")


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_a_remark_on_an_accepted_record_is_not_worded_as_a_refusal(lang):
    here = Locale(lang)
    said = {name: meaning(here, name, "identifier") for name in ("rejects", "warnings")}
    assert len({*said.values(), "identifier"}) == 3
    assert meaning(here, "warnings", "datetime") == meaning(here, "rejects", "datetime") != "datetime"
    assert meaning(here, "rejects", "of_tomorrow") == "of_tomorrow"
