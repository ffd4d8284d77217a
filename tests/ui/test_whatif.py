"""The tab that asks what would be left of a ring: nothing before it is asked, then both states and the band."""

from __future__ import annotations

import pytest

from tests.ui.fake_workspace import LINES, PAYEES
from tests.ui.test_desk import desk  # noqa: F401  # the fixture
from ui.i18n import LANGUAGES, Locale, text


def html_of(app):
    return " ".join(item.proto.body for item in app.get("html"))


def press(app, lang):
    label = text(Locale(lang), "whatif.ask")
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_best_ones_are_looked_for_and_the_band_is_told(desk, lang):  # noqa: F811
    here = Locale(lang)
    app = desk(lang=lang, ring="R-0001")
    assert text(here, "whatif.then") not in html_of(app)
    app = press(app, lang)
    shown = html_of(app)
    assert not app.exception and not app.error
    assert text(here, "whatif.connected") in shown and text(here, "whatif.then") in shown
    assert LINES[0][-4:] in shown.replace(" ", "")


def test_members_are_chosen_by_name_and_stay_chosen_while_the_page_runs_again(desk):  # noqa: F811
    app = desk(lang="en", ring="R-0001")
    app.multiselect(key="whatif-members-R-0001").select(PAYEES[0]).run()
    assert app.number_input(key="whatif-best-R-0001").disabled
    app = press(app, "en")
    assert "Without: " in html_of(app)
    assert "Without: " in html_of(app.run())
