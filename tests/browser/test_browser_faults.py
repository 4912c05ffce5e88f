"""What a page must withstand, and what keeps people from it: hostile text, axe's findings."""

import pytest
from playwright.sync_api import expect

from support.browsing import Open, faults


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(open_page: Open, three: str, width: int, theme: str):
    page = open_page(f"{three}#step=117", width=width, theme=theme)
    expect(page.locator(".column").first.locator(".file ins")).to_contain_text("step 117")
    page.locator("#words").fill("doorway")
    page.locator("#words").press("Enter")
    expect(page.locator(".hits mark").first).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_single_episode(open_page: Open, one: str, theme: str):
    page = open_page(f"{one}#step=15", theme=theme)
    expect(page.locator(".file ins")).to_have_count(1)
    assert faults(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []


def test_hostile_text_is_text_and_nothing_else(open_page: Open, one: str):
    page = open_page(f"{one}#step=15")
    expect(page.locator(".said").first).to_contain_text("<img src=x onerror='hit = 2'>")
    expect(page.locator(".file ins")).to_contain_text("\\u202e")
    page.locator("#words").fill("<img src=x")
    page.locator("#words").press("Enter")
    expect(page.locator(".hits mark").first).to_have_text("<img src=x")
    assert page.locator("img, a, script:not([type=module])").count() == 0
    assert page.evaluate("typeof hit") == "undefined"


def test_markup_that_a_script_would_make_is_refused(open_page: Open, one: str):
    page = open_page(one, strict=False)
    refused = "() => { try { document.body.innerHTML = '<b>x</b>'; } catch { return true; } }"
    assert page.evaluate(refused)
    assert page.evaluate("fetch('https://example.org/').then(() => false, () => true)")
