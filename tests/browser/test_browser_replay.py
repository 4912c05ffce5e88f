"""The replay's page in a browser, as people use it: by mouse and by keyboard."""

import base64
import io
import os
import re
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from automem_graph.episodes.hold import hold
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.replay.export import export
from automem_graph.report.replay.page import write_export
from automem_graph.report.replay.serve import make_app
from automem_graph.report.replay.shown import show
from support.browsing import Open, served
from support.replays import copy_of, cut, lines_of


def stands_at(page: Page, step: int) -> None:
    """The page shows this step, and says so in its address."""
    expect(page.locator("#step")).to_have_value(str(step))
    expect(page).to_have_url(re.compile(rf"#step={step}$"))


def test_a_step_is_shown_with_all_that_belongs_to_it(open_page: Open, one: str):
    page = open_page(f"{one}#step=15")
    expect(page.locator(".picture")).to_contain_text("You see:")
    thoughts = page.locator(".thoughts")
    for said in ("specialist · made-up:specialist", "<|APPEND|>level-1.md", "SEARCH", "ACTION"):
        expect(thoughts).to_contain_text(said)
    expect(page.locator(".names button[aria-pressed=true]")).to_have_text("level-1.md (changed)")
    expect(page.locator(".file ins")).to_have_count(1)
    expect(page.locator(".file ins")).to_contain_text("seen at step 15")


def test_one_steps_and_jumps(open_page: Open, one: str):
    page = open_page(f"{one}#step=258")
    page.get_by_label("step on").click()
    stands_at(page, 259)
    page.get_by_label("last step").click()
    stands_at(page, 260)
    expect(page.locator(".thoughts")).to_contain_text("The episode ended after 260 steps")
    page.get_by_label("first step").click()
    page.locator("#step").fill("77")
    page.locator("#step").press("Enter")
    stands_at(page, 77)
    page.evaluate("location.hash = '#step=31'")
    stands_at(page, 31)
    page.locator(".timeline input").fill("200")
    stands_at(page, 200)
    expect(page.locator("#said")).to_contain_text("Step 200 of 260")


def test_it_plays_and_says_nothing_while_it_does(open_page: Open, one: str):
    page = open_page(one)
    expect(page.locator("#said")).to_contain_text("Step 0 of 260")
    page.locator("#speed").select_option("50")
    page.get_by_label("play", exact=True).click()
    expect(page.locator("#step")).to_have_value(re.compile(r"^([6-9]|\d\d+)$"))
    assert "Step 0 of 260" in page.locator("#said").inner_text()
    page.get_by_label("pause").click()
    stood = page.locator("#step").input_value()
    expect(page.locator("#said")).to_contain_text(f"Step {stood} of 260")


def test_words_are_found_anywhere(open_page: Open, one: str):
    page = open_page(one)
    page.locator("#words").fill("seen at step 153")
    page.locator("#words").press("Enter")
    expect(page.locator(".hits .where").filter(has_text="file").first).to_be_visible()
    page.locator(".hits button").first.click()
    stands_at(page, 153)
    expect(page.locator(".file ins")).to_contain_text("seen at step 153")
    assert page.evaluate("CSS.highlights.get('found').size") > 0
    page.locator("#words").fill("nowhere to be seen")
    page.locator("#words").press("Enter")
    expect(page.locator(".found [role=status]")).to_have_text("0 places")


def test_an_event_is_jumped_to(open_page: Open, one: str):
    page = open_page(one)
    row = page.locator(".events button").nth(3)
    step = int(row.locator(".at").text_content())
    row.click()
    stands_at(page, step)
    expect(row).to_have_attribute("aria-current", "step")
    page.get_by_label("previous event").click()
    assert int(page.locator("#step").input_value()) < step
    page.get_by_label("next event").click()
    stands_at(page, step)
    rows = page.locator(".events button").count()
    page.locator(".kinds input").first.uncheck()
    assert page.locator(".events button").count() < rows


def test_everything_can_be_done_by_keyboard(open_page: Open, one: str):
    page = open_page(f"{one}#step=20")
    stands_at(page, 20)
    for key, step in (("ArrowRight", 21), ("Shift+ArrowRight", 31), ("ArrowLeft", 30)):
        page.keyboard.press(key)
        stands_at(page, step)
    page.keyboard.press("End")
    stands_at(page, 260)
    page.keyboard.press("p")
    expect(page.locator(".events [aria-current]")).to_be_in_viewport()
    page.keyboard.press("Home")
    stands_at(page, 0)
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "pause")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "play")
    page.keyboard.press("/")
    page.keyboard.type("doorway n?p")
    expect(page.locator("#words")).to_have_value("doorway n?p")
    page.keyboard.press("Escape")
    page.locator("#words").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_tab_reaches_every_control_and_shows_where_it_is(open_page: Open, one: str):
    page = open_page(f"{one}#step=15")
    expect(page.locator(".file ins")).to_have_count(1)
    script = """() => {
        const node = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(node);
        const name = node === document.body ? "page" : node.id || node.className || node.tagName;
        return [name, outlineStyle, outlineWidth];
    }"""
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        name, style, width = page.evaluate(script)
        reached.add(name)
        assert name == "page" or (style != "none" and width != "0px"), name
    wanted = {"words", "help-button", "theme", "first", "play", "last", "step", "later", "speed"}
    assert wanted | {"body", "file", "changed", "SUMMARY"} <= reached


def test_three_go_on_in_lock_step(open_page: Open, three: str):
    page = open_page(f"{three}#step=60")
    columns = page.locator(".column")
    expect(columns).to_have_count(3)
    for column in columns.all():
        expect(column.locator(".thoughts")).to_contain_text("Commit an action")
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#step").fill("117")
    page.locator("#step").press("Enter")
    expect(columns.nth(1).locator(".status")).to_have_text("ended at 90")
    expect(columns.nth(1)).to_contain_text("The episode ended after 90 steps")
    for place in (0, 2):
        expect(columns.nth(place).locator(".file ins")).to_contain_text("step 117")
    expect(page.locator(".events .badge").first).to_be_visible()


def test_light_and_dark_are_chosen_and_kept(open_page: Open, one: str):
    page = open_page(one, theme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(20, 23, 27)"
    page.locator("#theme").click()
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.reload()
    expect(page.locator("#theme")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_a_running_episode_is_followed(open_page: Open, tmp_path: Path, episodes: Any):
    folder = copy_of(episodes[0], str(tmp_path / "live"))
    rest = b"".join(lines_of(folder)[41:81])
    cut(folder, 40)
    held = hold(folder.path)
    try:
        with served(make_app([folder])) as address:
            page = open_page(address)
            expect(page.locator("#live")).to_be_checked()
            expect(page.locator("#steps")).to_have_text("of 40")
            with folder.trace.open("ab") as trace:
                trace.write(rest)
            stands_at(page, 80)
            expect(page.locator(".thoughts")).to_contain_text("Step 80 is being played")
            page.close()
    finally:
        os.close(held)


def test_an_export_does_all_of_it_from_the_disk(
    open_page: Open, tmp_path: Path, episodes: list[EpisodeFolder]
):
    shown = show(episodes[:1])
    file = tmp_path / "replay.html"
    try:
        export(shown, file)
    finally:
        for one in shown:
            one.close()
    page = open_page(f"{file.as_uri()}#step=153")
    expect(page.locator(".file ins")).to_contain_text("seen at step 153")
    expect(page.locator(".picture")).to_contain_text("You see:")
    page.locator("#words").fill("seen at step 27.")
    page.locator("#words").press("Enter")
    expect(page.locator(".found [role=status]")).to_have_text(re.compile(r"\d+ places?"))
    page.locator(".hits button").first.click()
    stands_at(page, 27)


TILES = {
    "kind": "tiles", "columns": 2, "rows": 1, "cells": [[0], [0, 1]], "dark": 0,
    "items": [[1, 3, "<b>ore</b>"]], "caption": "asleep",
}  # fmt: skip
SCREEN = {
    "kind": "terminal", "rows": [[["<b>", 12, True, False], ["@d", 7, False, False]]],
    "cursor": [3, 0], "caption": "",
}  # fmt: skip
TALK = {
    "kind": "chat", "caption": "",
    "messages": [{"who": "person", "text": "<i>x</i>"}, {"who": "agent", "text": "y"}],
}  # fmt: skip


def drawn(folder: Path, frame: dict[str, Any], atlas: str) -> str:
    """The address of a page of no step, and this frame."""
    outline = {
        "k": 0, "id": "s1-0", "task": "t", "title": "t", "version": "", "seed": 1, "scaffold": "",
        "agent": "a", "models": {}, "status": "done", "why": "", "steps": 0,
        "progression": [[0, 0.0]], "events": [], "writes": [], "files": [],
        "frames": frame["kind"], "atlas": "atlas",
    }  # fmt: skip
    file = folder / "drawn.html"
    pieces = {
        "replay": {"episodes": [outline], "live": False},
        "e0-atlas": {"size": 1, "names": ["red", "half blue"], "image": atlas},
        "e0-steps-0": [],
        "e0-frames-0": [frame],
        "e0-files-0": {"start": [], "changes": []},
    }
    with file.open("w") as opened:
        write_export(opened, pieces.items())
    return file.as_uri()


def test_tiles_are_laid_over_one_another(open_page: Open, tmp_path: Path):
    page = open_page(drawn(tmp_path, TILES, png([(255, 0, 0, 255), (0, 0, 255, 255)])))
    canvas = page.locator(".picture div > canvas")
    expect(canvas).to_have_attribute("aria-label", "asleep")
    pixels = canvas.evaluate("node => [...node.getContext('2d').getImageData(0, 0, 2, 1).data]")
    assert pixels == [255, 0, 0, 255, 0, 0, 255, 255]
    expect(page.locator(".items li")).to_have_text("<b>ore</b> 3")


def test_a_terminal_has_its_colours_and_its_cursor(open_page: Open, tmp_path: Path):
    page = open_page(drawn(tmp_path, SCREEN, ""))
    expect(page.locator(".terminal .c12.bold")).to_have_text("<b>")
    expect(page.locator(".terminal .inverse")).to_have_text("@")


def test_a_chat_says_who_speaks(open_page: Open, tmp_path: Path):
    page = open_page(drawn(tmp_path, TALK, ""))
    expect(page.locator(".chat .other")).to_have_text("person<i>x</i>")
    expect(page.locator(".chat .own")).to_have_text("agenty")


def png(colours: list[tuple[int, int, int, int]]) -> str:
    """A strip of pixels as the address of an image."""
    strip = Image.new("RGBA", (len(colours), 1))
    strip.putdata(colours)
    with io.BytesIO() as data:
        strip.save(data, "PNG")
        return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
