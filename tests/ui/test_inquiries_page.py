"""The page of what to ask about: outlets against their town, replaced lines as hypotheses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.ui.fake_workspace import HOTLINE, LINES, FakeWorkspace
from tests.ui.test_desk import desk, form  # noqa: F401  # the fixture
from tests.ui.test_whatif import html_of
from ui.i18n import LANGUAGES, Locale, text
from ui.present.days import begins, ends, written_day
from ui.present.identifiers import shown
from ui.present.inquiries import contacts_said, outlet_rows

LANGS = sorted(LANGUAGES)


@pytest.mark.parametrize("lang", LANGS)
def test_outlets_stand_with_their_share_and_that_of_the_others(desk, lang):  # noqa: F811
    here = Locale(lang)
    app = desk(page="inquiries", lang=lang)
    assert not app.exception and not app.error
    told = html_of(app)
    assert "19 / 26" in told and "12 / 53" in told and "Casablanca" in told
    # The town's others: 29 - 19 of 1026 - 26.
    assert ("10 / 1,000" if lang == "en" else "10 / 1") in told
    assert text(here, "inquiries.town.none") in told
    assert text(here, "inquiries.outlets.ask") in [item.value for item in app.info]
    assert text(here, "inquiries.outlets.note") in told


def test_an_outlet_without_others_in_its_town_has_no_share_of_theirs():
    row = FakeWorkspace().outlets()["outlets"][0] | {"town_paid": 26, "town_reported": 19}
    assert outlet_rows(Locale("en"), [row])[0][4] == "–"


@pytest.mark.parametrize("lang", LANGS)
def test_replaced_lines_say_what_speaks_for_them_and_what_else_fits(desk, lang):  # noqa: F811
    here, workspace = Locale(lang), FakeWorkspace()
    app = desk(workspace, page="inquiries", lang=lang, of="lines")
    assert not app.exception and not app.error
    assert workspace.compared == [(None, False)]
    told = html_of(app)
    assert shown(here, HOTLINE) in told and shown(here, LINES[2]) in told
    assert any(shown(here, LINES[0]) in item.value.replace("\\", "") for item in app.markdown)
    assert text(here, "inquiries.lines.note") in [item.value for item in app.info]
    keys = {button.key for button in app.button}
    assert {f"records-line-{LINES[0]}-{LINES[3]}", f"{LINES[0]}-{LINES[3]}-R-0001"} <= keys


def test_the_newest_line_stands_first(desk):  # noqa: F811
    app = desk(page="inquiries", lang="en", of="lines", everything="1")
    pairs = [item.value.replace("\\", "") for item in app.markdown if "→" in item.value]
    assert [shown(Locale("en"), uid) in pair for uid, pair in zip((LINES[1], LINES[0]), pairs, strict=True)] == [
        True
    ] * 2


def test_a_day_and_the_toggle_are_asked_with_the_button_and_kept_in_the_address(desk):  # noqa: F811
    workspace = FakeWorkspace()
    app = desk(workspace, page="inquiries", lang="en", of="lines")
    app.toggle(key="inquiries-everything").set_value(True)
    app.text_input(key="inquiries-since").input("2026-03-21")
    app = form(app, "Find lines").click().run()
    assert workspace.compared[-1] == (begins("Africa/Casablanca", date(2026, 3, 21)), True)
    assert app.query_params["since"] == "2026-03-21"
    assert text(Locale("en"), "inquiries.line.alone") in html_of(app)
    assert "1 of 1 shown" in app.caption[0].value


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_found_says_what_to_do_next(desk, lang):  # noqa: F811
    here = Locale(lang)
    for params, key in (({}, "empty.outlets"), ({"of": "lines"}, "empty.lines")):
        app = desk(FakeWorkspace(unanalysed=True), page="inquiries", lang=lang, **params)
        said = " ".join(item.value.replace("\\", "") for item in app.info)
        assert text(here, f"{key}.what") in said and text(here, f"{key}.next") in said


def test_a_day_that_is_none_is_said(desk):  # noqa: F811
    workspace = FakeWorkspace()
    app = desk(workspace, page="inquiries", lang="fr", of="lines", since="demain")
    assert "demain" in app.warning[0].value
    assert workspace.compared == []


def test_a_ring_beside_a_line_can_be_opened(desk):  # noqa: F811
    app = desk(page="inquiries", lang="en", of="lines")
    (label,) = [button.label for button in app.button if (button.key or "").endswith("-R-0001")]
    assert "R-0001" in label


def test_many_contacts_are_counted_and_the_first_named():
    here = Locale("en")
    assert contacts_said(here, []) == ""
    said = contacts_said(here, [*LINES, HOTLINE])
    assert said.endswith("(+1).") and shown(here, LINES[3]) in said and shown(here, HOTLINE) not in said


@pytest.mark.parametrize("written", ["2024-06-01", "2024/6/1", "01/06/2024", "1.6.2024", " ٢٠٢٤-٠٦-٠١ "])
def test_days_are_read_as_people_write_them(written):
    assert written_day(written) == date(2024, 6, 1)


@pytest.mark.parametrize("written", ["", "2024", "2024-13-01", "31/02/2024", "demain", "2024-06-01T10:00"])
def test_what_is_no_day_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        written_day(written)


def test_a_day_begins_at_midnight_of_the_reader_and_ends_with_the_next():
    assert begins("Africa/Casablanca", date(2024, 6, 1)) == datetime(2024, 5, 31, 23, tzinfo=UTC)
    assert ends("Africa/Casablanca", date(2024, 6, 1)) == datetime(2024, 6, 1, 23, tzinfo=UTC)
    assert begins("Africa/Casablanca", date(2024, 6, 1)).tzinfo is UTC
