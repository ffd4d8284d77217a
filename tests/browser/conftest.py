"""A server of the desk on this machine and a Chromium that may talk to nothing else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, TimeoutError, expect, sync_playwright

from tests.conftest import missing
from ui.server import free_port, start, stop

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOCAL = re.compile(r"^(https?|wss?|blob:https?)://(localhost|127\.0\.0\.1)[:/]|^(data|blob|about):")
FAKE = Path(__file__).parent / "fake_app.py"

ON_GRAPH = """([script, argument]) => {
  const find = (root) => {
    for (const node of root.querySelectorAll('*')) {
      if (node.halqa) return node.halqa;
      const found = node.shadowRoot && find(node.shadowRoot);
      if (found) return found;
    }
  };
  const canvas = find(document);
  return canvas && eval(script)(canvas.cy, argument);
}"""
"""Runs a script on the graph, wherever in the shadow trees it is."""

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("browser", "no Chromium is installed (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        except Error as error:
            missing("browser", f"Chromium does not start: {error.message[:200]}")
            raise
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """``served("full")`` is the address of a desk over the fake; ``served(home, real=True)`` over a workspace."""
    running = {}

    def serve(home: str | Path, *, real: bool = False) -> str:
        folder = Path(home) if real else tmp_path_factory.getbasetemp() / str(home)
        if folder not in running:
            folder.mkdir(parents=True, exist_ok=True)
            port = free_port(18500 + 20 * len(running))
            log = folder.parent / f"{folder.name}-desk.log"
            running[folder] = (start(folder, port, script=None if real else FAKE, log=log), port)
        return f"http://127.0.0.1:{running[folder][1]}"

    yield serve
    for process, _ in running.values():
        stop(process)


@dataclass
class Visit:
    """A page with its address, and what went wrong on it."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def go(self, path: str = "/") -> Page:
        self.page.goto(self.url + path)
        self.page.locator("h1, h2").first.wait_for()
        return self.page

    def canvas(self) -> None:
        """Wait until the page has run to its end and the picture is drawn."""
        self.page.locator("[data-test-script-state='notRunning']").first.wait_for()
        self.page.locator(".hq-root[data-nodes]").first.wait_for()

    def ask(self, script: str, argument: object = None):
        """Run ``(cy, argument) => ...`` on the graph of the page."""
        return self.page.evaluate(ON_GRAPH, [script, argument])

    def until(self, script: str, argument: object = None) -> None:
        """Wait until ``(cy, argument) => ...`` is true of the graph of the page."""
        self.page.wait_for_function(ON_GRAPH, arg=[script, argument])

    def places(self) -> dict[str, list[float]]:
        return self.ask(
            "(cy) => Object.fromEntries(cy.nodes().map((n) => [n.id(), [n.position('x'), n.position('y')]]))"
        )

    def choose(self, uid: str, *, also: bool = False) -> None:
        """Click a node until it is selected, as people do when a busy page has swallowed a click."""
        for _ in range(4):
            if also:
                self.page.keyboard.down("Shift")
            self.page.mouse.click(*self.point(uid))
            if also:
                self.page.keyboard.up("Shift")
            try:
                chosen = "(cy, id) => cy.getElementById(id).selected()"
                self.page.wait_for_function(ON_GRAPH, arg=[chosen, uid], timeout=4_000)
            except TimeoutError:
                continue
            return
        raise AssertionError(f"{uid} could not be selected")

    def open_up(self, uid: str) -> None:
        """Double-click a node until more is shown around it."""
        before = len(self.places())
        for _ in range(4):
            self.page.mouse.dblclick(*self.point(uid))
            try:
                self.page.wait_for_function(ON_GRAPH, arg=["(cy, n) => cy.nodes().length > n", before], timeout=8_000)
            except TimeoutError:
                continue
            return
        raise AssertionError(f"{uid} did not open")

    def point(self, uid: str) -> tuple[float, float]:
        """Where a node is on screen, once it and its canvas have kept still for ten frames."""
        x, y = self.ask(
            """(cy, id) => new Promise((done) => {
                let seen = "", still = 0;
                const look = () => {
                    const at = cy.getElementById(id).renderedPosition(), box = cy.container().getBoundingClientRect();
                    const now = [box.left + at.x, box.top + at.y];
                    still = String(now) === seen ? still + 1 : 0;
                    seen = String(now);
                    if (still >= 10) done(now); else requestAnimationFrame(look);
                };
                look();
            })""",
            uid,
        )
        return x, y


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """One browser context a colour scheme, so that the canvas is fetched once."""
    made: dict[str, BrowserContext] = {}

    def context(scheme: str) -> BrowserContext:
        if scheme not in made:
            made[scheme] = chromium.new_context(
                viewport={"width": 1440, "height": 900}, timezone_id="Africa/Casablanca"
            )
        return made[scheme]

    yield context
    for one in made.values():
        one.close()


@pytest.fixture
def visit(contexts: Callable[[str], BrowserContext], served: Callable[..., str]) -> Iterator[Callable[..., Visit]]:
    """Opens a page of its own; fails afterwards on any script error or any request to another machine."""
    opened: list[Visit] = []

    def open_(home: str | Path = "full", *, dark: bool = False, real: bool = False) -> Visit:
        page = contexts("dark" if dark else "light").new_page()
        page.emulate_media(color_scheme="dark" if dark else "light")
        found = Visit(page, served(home, real=real))

        def pass_local(route: Route) -> None:
            if LOCAL.match(route.request.url):
                route.continue_()
            else:
                found.foreign.append(route.request.url)
                route.abort()

        page.route(re.compile(r"^(?!https?://127\.0\.0\.1:)"), pass_local)
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        opened.append(found)
        return found

    yield open_
    for one in opened:
        one.page.close()
    assert [error for one in opened for error in one.errors] == []
    assert [url for one in opened for url in one.foreign] == []
