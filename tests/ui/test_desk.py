"""The pages over the fake workspace, without a browser: no page breaks, every state says what to do next."""

from __future__ import annotations

import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import ui.session
from tests.ui.fake_workspace import LINES, MERGEABLE, NAMES, NAMESAKES, FakeWorkspace
from ui import job
from ui.i18n import LANGUAGES, Locale, text, word
from ui.server import entry

LANGS = sorted(LANGUAGES)


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """Starts the desk over a fake: ``desk(workspace, **query parameters)``."""
    monkeypatch.setenv("HALQA_HOME", str(tmp_path / "case"))

    def start(workspace=None, page=None, **params):
        st.cache_data.clear()
        st.cache_resource.clear()
        kept = workspace or FakeWorkspace()
        monkeypatch.setattr(ui.session, "opener", lambda _: kept)
        app = AppTest.from_file(str(entry()), default_timeout=30)
        for name, value in params.items():
            app.query_params[name] = value
        if page:
            # Pages are functions, which the harness cannot switch to by file: the page is called as the app does.
            app = AppTest.from_function(_one_page, default_timeout=30, kwargs={"name": page})
            for name, value in params.items():
                app.query_params[name] = value
        return app.run()

    return start


def _one_page(name: str) -> None:
    import importlib

    import streamlit as st

    st.session_state.setdefault("pages", {})
    importlib.import_module(f"ui.views.{name}").page()


def html_of(app) -> str:
    return " ".join(str(getattr(item, "value", "") or getattr(item.proto, "body", "")) for item in app.main)


def labels(app) -> list[str]:
    return [button.label for button in app.button]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("params", [{}, {"ring": "R-0001"}, {"ring": "R-0002"}, {"status": "all"}], ids=str)
def test_ring_pages_show(desk, lang, params):
    app = desk(lang=lang, **params)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "page", ["alerts", "evidence", "explorer", "inquiries", "intake", "queries", "rings", "same", "structure"]
)
@pytest.mark.parametrize("state", [{"empty": True}, {"unanalysed": True}, {}], ids=["empty", "unanalysed", "analysed"])
def test_no_state_breaks_a_page(desk, lang, page, state):
    app = desk(FakeWorkspace(**state), page=page, lang=lang)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text(Locale(lang), f"{page}.title")
    if state.get("empty") and page != "intake":
        assert text(Locale(lang), "empty.workspace.what").rstrip(".") in app.info[0].value.replace("\\", "")


def test_the_first_view_is_french_and_leads(desk):
    app = desk()
    assert app.title[0].value == "Réseaux"
    assert labels(app).count("Ouvrir") == 1


def test_the_setting_decides_about_the_first_view(desk, monkeypatch):
    monkeypatch.setenv("HALQA_UI__LANGUAGE", "ar")
    assert desk().title[0].value == "الشبكات"


def test_opening_a_ring_keeps_it_in_the_address(desk):
    app = desk(status="all")
    app.button(key="open-R-0002").click().run()
    assert app.query_params["ring"] == "R-0002"
    assert "R\\-0002" in app.markdown[0].value or "R-0002" in app.markdown[0].value


def test_who_asks_stands_before_who_only_takes_the_money(desk):
    roles = [m.value.partition("  ")[0] for m in desk(ring="R-0001", lang="en").markdown if ":gray[" in m.value]
    assert roles == ["suspected operator"] * 3 + ["suspected mule"] * 3


def test_an_unknown_ring_says_so(desk):
    app = desk(ring="R-9999")
    assert not app.exception
    assert "R-9999" in app.error[0].value


def test_a_workspace_that_cannot_be_opened_is_explained(desk, monkeypatch):
    from graph.errors import StorageError

    class Broken(FakeWorkspace):
        def status(self):
            raise StorageError("The casebook cannot be opened.", "Nothing was changed. Check the disk.")

    app = desk(Broken())
    assert not app.exception
    assert "casebook" in app.error[0].value
    assert "Check the disk" in app.error[0].value


@pytest.mark.parametrize("lang", LANGS)
def test_an_error_says_its_kind_in_the_language_of_the_page(desk, lang):
    from graph.errors import WorkspaceLocked

    class Busy(FakeWorkspace):
        def judge(self, ring, verdict, *, reason, by):
            raise WorkspaceLocked("Another writer (pid 7) holds the workspace.", "Wait for it.")

        def ring_timeline(self, ring):
            raise WorkspaceLocked("Another writer (pid 7) holds the workspace.", "Wait for it.")

    app = desk(Busy(), ring="R-0001", lang=lang)
    here = Locale(lang)
    kind = word(here, "error", "WorkspaceLocked").rstrip(".")
    (shown,) = [item.value.replace("\\", "") for item in app.error]
    assert "Another writer (pid 7) holds the workspace." in shown
    assert "Wait for it." in shown
    assert (kind in shown) == (lang != "en")
    app = judged(app, "R-0001", "confirm", text(here, "verdict.send"))
    said = app.error[0].value.replace("\\", "")
    assert "Another writer (pid 7)" in said
    assert (kind in said) == (lang != "en")


def test_a_verdict_needs_a_reason_and_is_kept(desk):
    workspace = FakeWorkspace()
    app = desk(workspace, ring="R-0001", lang="en")
    app.button_group(key="verdict-choice-R-0001").set_value("confirm")
    app.button(key="FormSubmitter:verdict-R-0001-Record the verdict").click().run()
    assert workspace.judged == []
    assert app.warning[0].value == text(Locale("en"), "verdict.incomplete")
    app.button_group(key="verdict-choice-R-0001").set_value("confirm")
    app.text_area(key="verdict-reason-R-0001").input("Two victims recognised the line.")
    app.text_input(key="verdict-by-form").input("analyst 7")
    app.button(key="FormSubmitter:verdict-R-0001-Record the verdict").click().run()
    assert workspace.judged == [("R-0001", "confirm", "Two victims recognised the line.", "analyst 7")]
    assert "R-0001" in app.success[0].value


def judged(app, ring: str, verdict: str, send: str = "Record the verdict"):
    """The page after a verdict."""
    app.button_group(key=f"verdict-choice-{ring}").set_value(verdict)
    app.text_area(key=f"verdict-reason-{ring}").input("Two victims recognised the line.")
    app.text_input(key="verdict-by-form").input("analyst 7")
    return app.button(key=f"FormSubmitter:verdict-{ring}-{send}").click().run()


def told(app) -> list[str]:
    return [item.value.replace("\\", "") for item in app.success]


def test_a_message_outlives_the_runs_that_follow_at_once_and_ends(desk, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(ui.session, "clock", lambda: now)
    app = judged(desk(ring="R-0001", lang="en"), "R-0001", "confirm")
    said = [text(Locale("en"), "verdict.done.confirm", ring="R-0001")]
    assert told(app) == said
    for _ in range(3):
        now += 0.5
        assert told(app.run()) == said
    now += ui.session.LINGER
    assert told(app.run()) == []


def test_what_is_said_next_takes_the_place_of_a_message(desk):
    app = judged(desk(ring="R-0001", lang="en"), "R-0001", "confirm")
    app = judged(app, "R-0001", "reopen")
    assert told(app) == [text(Locale("en"), "verdict.done.reopen", ring="R-0001")]


def test_a_message_stays_behind_when_the_page_is_left(desk):
    app = judged(desk(ring="R-0001", lang="en"), "R-0001", "confirm")
    assert told(app)
    messages = app.session_state["messages"]
    elsewhere = desk(page="explorer", lang="en")
    elsewhere.session_state["page"], elsewhere.session_state["messages"] = "explorer", messages
    assert told(elsewhere.run()) == []


def test_every_reason_with_records_has_the_way_to_them(desk):
    app = desk(ring="R-0001", lang="en")
    keys = {button.key for button in app.button if button.key}
    ring = FakeWorkspace().ring("R-0001")
    grounds = [reason for reason in ring.reasons if not reason.code.startswith("needs_")]
    for at, reason in enumerate(grounds):
        assert (f"records-why-R-0001-{at}" in keys) == bool(reason.records)
    app.button(key="records-why-R-0001-0").click().run()
    assert not app.exception
    assert any("report:eblagh:EB" in item.value.replace("\\", "") for item in app.markdown)


def test_search_finds_any_written_form_and_says_what_was_not_found(desk):
    for written in ("0683000000", "٠٦٨٣٠٠٠٠٠٠", "+212 683-000-000"):
        app = desk(page="explorer", q=written, lang="en")
        assert not app.exception
        assert any("212 683 000 000" in item.value.replace("\\", "") for item in app.markdown)
    app = desk(page="explorer", q="0600000000", lang="en")
    assert "Nothing found for" in app.info[0].value


def test_operations_in_the_address_are_replayed(desk):
    app = desk(page="explorer", q="0683000000", op="e~person:doc:MA:cin:QQ100000", lang="en")
    assert not app.exception
    assert len(app.dataframe[0].value) > 8


def test_a_query_runs_with_its_form_and_says_that_it_was_cut(desk):
    app = desk(page="queries", lang="fr")
    app.button(key="FormSubmitter:query-payees_by_reports-Lancer").click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 3
    assert "Coupé à 3 lignes" in app.caption[0].value


def test_a_failed_run_tells_why(desk, monkeypatch):
    monkeypatch.setattr(
        job, "command", lambda home: [sys.executable, "-c", "import sys; sys.exit('halqa: another writer (pid 7)')"]
    )
    app = desk(FakeWorkspace(unanalysed=True), page="intake", lang="en")
    app.button(key="detect").click().run()
    for _ in range(100):
        if app.error:
            break
        app.run()
    assert "another writer" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("lang", LANGS)
def test_statuses_are_said_in_words_not_by_colour_alone(desk, lang):
    app = desk(lang=lang, status="all")
    shown = " ".join(item.value for item in app.markdown)
    assert word(Locale(lang), "status", "lead") in shown
    assert word(Locale(lang), "status", "corroborate") in shown


BATCH = "000001-000000000001"


def form(app, label: str):
    """The submit button of the open form with this label."""
    return next(button for button in app.button if button.label == label)


def test_what_is_withdrawn_can_be_put_back_and_the_other_way_round(desk):
    workspace = FakeWorkspace()
    app = desk(workspace, page="evidence", lang="en")
    keys = {button.key for button in app.button}
    assert {f"withdraw-{BATCH}", "restore-000002-000000000002"} <= keys
    app.button(key=f"withdraw-{BATCH}").click().run()
    assert not app.exception
    assert form(app, "Withdraw")
    workspace.withdraw(BATCH, reason="loaded twice", by="analyst 7")
    app.run()
    keys = {button.key for button in app.button}
    assert f"restore-{BATCH}" in keys
    assert f"withdraw-{BATCH}" not in keys


@pytest.mark.parametrize("lang", LANGS)
def test_a_batch_has_a_page_of_its_own(desk, lang):
    app = desk(page="evidence", lang=lang, batch="000002-000000000002")
    assert not app.exception
    assert text(Locale(lang), "evidence.state.withdrawn") in " ".join(item.value for item in app.markdown)


def test_the_integrity_check_says_what_it_found_and_grows_old(desk):
    workspace = FakeWorkspace()
    app = desk(workspace, page="evidence", lang="en")
    app.button(key="verify").click().run()
    assert "Whole: 2 batches, 14 files" in app.success[0].value
    assert not app.warning
    workspace.withdraw(BATCH, reason="x")
    app.run()
    assert app.warning[0].value == text(Locale("en"), "evidence.verify.old")


def test_broken_evidence_is_named_by_file(desk):
    class Broken(FakeWorkspace):
        def verify(self, **asked):
            problem = {
                "file": "evidence/batches/000002/records.parquet",
                "message": "The file was changed after intake.",
            }
            return super().verify(**asked) | {"ok": False, "problems": [problem]}

    app = desk(Broken(), page="evidence", lang="en")
    app.button(key="verify").click().run()
    assert "NOT whole: 1 problem" in app.error[0].value
    assert not app.success


def test_two_are_treated_as_one_with_a_reason_and_come_back_when_that_is_undone(desk):
    workspace = FakeWorkspace()
    a, b = MERGEABLE
    app = desk(workspace, page="same", lang="en")
    assert any(NAMES[a] in item.value for item in app.markdown)
    app.button(key=f"look-{a}-{b}").click().run()
    assert app.query_params["a"] == a
    assert not app.checkbox
    form(app, "Treat as one").click().run()
    assert workspace.same == []
    app.text_area(key="same-reason").input("one photograph on both papers")
    app.text_input(key="same-by").input("analyst 7")
    form(app, "Treat as one").click().run()
    assert [(row["decision"], row["override"]) for row in workspace.same] == [("accept", False)]
    assert "a" not in app.query_params
    assert text(Locale("en"), "same.four_eyes") in [item.value.replace("\\", "") for item in app.warning]
    keys = {button.key for button in app.button}
    assert "undo-1" in keys
    assert f"look-{a}-{b}" not in keys
    workspace.same_person(a, b, "undo", reason="the photograph is another", by="analyst 8")
    app.run()
    assert f"look-{a}-{b}" in {button.key for button in app.button}


def test_a_name_alone_needs_the_tick_and_keeping_apart_does_not(desk):
    workspace = FakeWorkspace()
    a, b = NAMESAKES
    app = desk(workspace, page="same", lang="en", a=a, b=b)
    assert "Nothing but a name" in app.warning[0].value
    app.text_area(key="same-reason").input("he said so")
    app.text_input(key="same-by").input("analyst 7")
    form(app, "Treat as one").click().run()
    assert workspace.same == []
    assert text(Locale("en"), "same.override.needed") in [item.value for item in app.warning]
    form(app, "Keep apart").click().run()
    assert [(row["decision"], row["override"]) for row in workspace.same] == [("reject", False)]
    app = desk(workspace, page="same", lang="en", a=a, b=b)
    app.checkbox(key="same-override").check()
    app.text_area(key="same-reason").input("he said so in a statement")
    app.text_input(key="same-by").input("analyst 7")
    form(app, "Treat as one").click().run()
    assert workspace.same[-1]["override"]


@pytest.mark.parametrize("lang", LANGS)
def test_an_entity_says_with_whom_it_is_treated_as_one(desk, lang):
    workspace = FakeWorkspace()
    workspace.same_person(*MERGEABLE, "accept", reason="papers", by="analyst 7")
    app = desk(workspace, page="explorer", q=MERGEABLE[0], lang=lang)
    assert not app.exception
    keys = [button.key for button in app.button if button.key and button.key.startswith("same-")]
    assert keys == [f"same-found-{MERGEABLE[0]}-{MERGEABLE[1]}"]


def test_a_remark_on_an_identifier_opens_its_records(desk):
    app = desk(page="explorer", q=LINES[0], lang="en")
    app.button(key="records-why-found-national_on_international_trunk").click().run()
    assert not app.exception
    assert any("cdr:maroc:1" in item.value.replace("\\", "") for item in app.markdown)
