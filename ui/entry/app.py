"""The analyst's desk: ``streamlit run ui/entry/app.py`` with the workspace folder in ``HALQA_HOME``.

Alone in its folder, so that Streamlit puts nothing else on the import path and serves nothing beside it.
"""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from graph.errors import HalqaError
from ui.i18n import LANGUAGES, Locale, counted, isolate, language, text
from ui.session import keep_language, locale, workspace
from ui.views import alerts, evidence, explorer, inquiries, intake, queries, rings, same, structure
from ui.views.page import dress, explain, line

# A local picture: without it the icons of the pages would be fetched as favicons from the internet.
st.set_page_config(page_title="Halqa", page_icon=str(files("halqa") / "assets" / "icon.png"), layout="wide")


def _language(here: Locale) -> None:
    chosen = st.segmented_control(
        text(here, "side.language"),
        list(LANGUAGES),
        default=here.lang,
        required=True,
        format_func=lambda code: LANGUAGES[code],
        key=f"lang-{here.lang}",
        label_visibility="collapsed",
    )
    if chosen != here.lang:
        keep_language(language(chosen))
        st.rerun()


def _status(here: Locale) -> None:
    try:
        now = workspace().status()
    except HalqaError as error:
        explain(here, error)
        st.stop()
    line(text(here, "side.home", home=isolate(str(now.get("home", "")))), muted=True)
    line(text(here, "side.records", records=counted(here, "record", int(now.get("records") or 0))), muted=True)
    if now.get("run"):
        line(text(here, "side.run", run=isolate(str(now["run"])[:12])), muted=True)
    if now.get("stale"):
        st.warning(text(here, "side.stale"))


def _rings_by_name() -> None:
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    st.switch_page(st.session_state["pages"]["rings"], query_params=asked)


def main() -> None:
    here = locale()
    keep_language(here.lang)
    dress(here)
    # url_path is fixed: otherwise the address would follow the translated title.
    pages = {
        "alerts": st.Page(
            alerts.page, title=text(here, "alerts.title"), icon=":material/notifications:", url_path="alerts"
        ),
        "rings": st.Page(rings.page, title=text(here, "rings.title"), icon=":material/hub:", default=True),
        "explorer": st.Page(
            explorer.page, title=text(here, "explorer.title"), icon=":material/search:", url_path="explorer"
        ),
        "queries": st.Page(
            queries.page, title=text(here, "queries.title"), icon=":material/table_chart:", url_path="queries"
        ),
        "structure": st.Page(
            structure.page, title=text(here, "structure.title"), icon=":material/lan:", url_path="structure"
        ),
        "inquiries": st.Page(
            inquiries.page, title=text(here, "inquiries.title"), icon=":material/help:", url_path="inquiries"
        ),
        "same": st.Page(same.page, title=text(here, "same.title"), icon=":material/compare_arrows:", url_path="same"),
        "intake": st.Page(
            intake.page, title=text(here, "intake.title"), icon=":material/upload_file:", url_path="intake"
        ),
        "evidence": st.Page(
            evidence.page, title=text(here, "evidence.title"), icon=":material/verified:", url_path="evidence"
        ),
    }
    st.session_state["pages"] = pages
    st.logo(str(files("halqa") / "assets" / "icon.png"))
    # The default page lives at "/" alone; whoever writes /rings, as the other pages are called, is not sent away.
    by_name = st.Page(_rings_by_name, title=text(here, "rings.title"), url_path="rings", visibility="hidden")
    chosen = st.navigation([*pages.values(), by_name])
    st.session_state["page"] = chosen.url_path
    with st.sidebar:
        _language(here)
        _status(here)
    chosen.run()


main()
