"""A browser, episodes to look at, and pages that hear of everything that goes wrong on them."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.replay.serve import make_app
from support.browsing import ARGUMENTS, HOSTILE, Open, served
from support.long_trace import long_trace

PATIENCE_MS = 60_000
"""Waited for what should come at once: on a busy machine nothing does."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; closed with the module, since it occupies the thread's event loop."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("NEED_BROWSER"):
        pytest.fail("chromium is not installed: apt-get install chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address; at the end no page has complained, or asked another machine."""
    troubles: list[str] = []
    contexts = []

    def only_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
            route.continue_()
        else:
            troubles.append(f"asked {route.request.url}")
            route.abort()

    def opened(
        address: str,
        width: int = 1280,
        height: int = 800,
        theme: str = "light",
        strict: bool = True,
    ) -> Page:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
        contexts.append(context)
        context.route("**/*", only_here)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if strict:
            page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> list[EpisodeFolder]:
    """Three of one world, the second shorter; their models say what would attack a page."""
    run = tmp_path_factory.mktemp("runs")
    return [
        long_trace(run / name, steps, said=HOSTILE)
        for name, steps in (("one", 260), ("two", 90), ("three", 240))
    ]


@pytest.fixture(scope="module")
def one(episodes: list[EpisodeFolder]) -> Iterator[str]:
    """The address of the first episode's page."""
    with served(make_app(episodes[:1])) as address:
        yield address


@pytest.fixture(scope="module")
def three(episodes: list[EpisodeFolder]) -> Iterator[str]:
    """The address of the page of all three."""
    with served(make_app(episodes)) as address:
        yield address
