"""The tab for those who offer help: a number for all, names after a reason, closed again by a press or by time."""

from __future__ import annotations

import pytest

from tests.ui.fake_workspace import FakeWorkspace
from tests.ui.test_desk import desk  # noqa: F401  # the fixture
from tests.ui.test_whatif import html_of
from ui.i18n import LANGUAGES, Locale, text
from ui.views import welfare


def asked(app, *, reason="Hotline call", by="Unit 4", approved=""):
    app.text_area(key="welfare-R-0001-reason").set_value(reason)
    app.text_input(key="welfare-R-0001-by").set_value(by)
    app.text_input(key="welfare-R-0001-approved").set_value(approved)
    label = text(Locale("en"), "welfare.send")
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_no_name_is_on_the_page_before_somebody_says_why(desk, lang):  # noqa: F811
    app = desk(lang=lang, ring="R-0001")
    assert not app.exception
    shown = html_of(app)
    assert text(Locale(lang), "welfare.note", people="").strip()[-30:] in shown
    assert "Sender One" not in shown and "39980001" not in shown.replace(" ", "")


def test_a_reason_and_a_name_open_the_list_and_a_press_closes_it(desk):  # noqa: F811
    fake = FakeWorkspace()
    app = asked(desk(fake, lang="en", ring="R-0001"))
    assert fake.opened == [("R-0001", "Hotline call", "Unit 4", None)]
    shown = html_of(app)
    assert "Sender One" in shown and "name unknown" in shown and "5,000.00" in shown
    assert "39980001" in shown.replace(" ", "") and "QQ9990001" not in shown
    app.button(key="welfare-R-0001-hide").click().run()
    assert "Sender One" not in html_of(app)
    assert len(fake.opened) == 1


def test_the_list_closes_by_itself(desk, monkeypatch):  # noqa: F811
    app = asked(desk(lang="en", ring="R-0001"))
    assert "Sender One" in html_of(app.run())
    monkeypatch.setattr(welfare, "MINUTES", 0)
    assert "Sender One" not in html_of(app.run())


@pytest.mark.parametrize("left", ["reason", "by"])
def test_nothing_opens_without_reason_or_name(desk, left):  # noqa: F811
    fake = FakeWorkspace()
    app = asked(desk(fake, lang="en", ring="R-0001"), **{left: "  "})
    assert fake.opened == []
    assert app.warning and "Sender One" not in html_of(app)


def test_nobody_approves_their_own_request(desk):  # noqa: F811
    app = asked(desk(lang="en", ring="R-0001"), approved="Unit 4")
    assert "Sender One" not in html_of(app)
    assert app.error


def test_a_ring_that_all_have_reported_has_no_form(desk):  # noqa: F811
    fake = FakeWorkspace()
    ring = fake.ring
    fake.ring = lambda name: ring(name).model_copy(update={"silent_victims": 0})
    app = desk(fake, lang="en", ring="R-0001")
    assert text(Locale("en"), "welfare.none") in html_of(app)
    assert not [button for button in app.button if button.label == text(Locale("en"), "welfare.send")]
