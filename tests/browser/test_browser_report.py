"""The report in a browser: from a point of a run to its replay, by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from automem_graph.report.replay.export import export
from automem_graph.report.replay.shown import show
from automem_graph.report.report import read_report, write_report
from support.browsing import HOSTILE, Open, faults
from support.evolutions import evolved
from support.long_trace import long_trace

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the report of a run of loop 1, with a replay beside it of one episode."""
    place = tmp_path_factory.mktemp("report")
    folder = evolved(str(place / "run"), analysis=HOSTILE)
    name = next(folder.play("v0-aaaaaaaaaa").path.glob("episodes/s14-*")).name
    (folder.path / "replay").mkdir()
    shown = show([long_trace(place / "played", 30)])
    export(shown, folder.path / "replay" / f"{name}.html")
    for one in shown:
        one.close()
    write_report(read_report([folder.path], folder.path), folder.report)
    return Path(folder.report).as_uri()


def test_a_point_leads_to_the_replay_of_its_episode(open_page: Open, report: str):
    page = open_page(report)
    page.locator("svg a[href^=replay]").first.click()
    expect(page.locator(".picture")).to_contain_text("You see:")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#step")).to_have_value("1")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("run")


def test_it_is_read_by_keyboard_alone(open_page: Open, report: str):
    page = open_page(report)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the report")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    link = page.locator("a[href^=replay]").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step")).to_have_value("0")


def test_its_theme_is_switched_and_stays(open_page: Open, report: str):
    page = open_page(report)
    color = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(color)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(color) != before
    dark = page.evaluate(color)
    page.reload()
    assert page.evaluate(color) == dark


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(open_page: Open, report: str, width: int, theme: str):
    page = open_page(report, width=width, theme=theme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert faults(page) == []
    assert not page.evaluate(WIDE)


def test_what_a_proposer_wrote_is_text(open_page: Open, report: str):
    page = open_page(report)
    expect(page.locator("main")).to_contain_text("<img src=x onerror='hit = 2'>")
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("typeof hit") == "undefined"
