"""A small site from its files, with no network: a lesson's player by mouse and by keys, in light and in dark."""

import pytest

from tests.browser.test_lab import picture
from website.building import build
from website.checking import wrong
from website.executing import ROOT, is_kept
from website.pages import Repository

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

UNIT = "05-races"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("site"), []
    pages = build(folder, [UNIT], Repository("https://github.com/somebody/course", "v1"), told.append)
    assert told == [f"running {UNIT}"]
    assert is_kept(ROOT / "notebooks" / UNIT / f"{UNIT}.ipynb", folder / "executed"), "and is not run again"
    return pages


@pytest.fixture(params=["light", "dark"])
def page(request, browser):
    """A page whose scripts raise nothing and which asks nobody."""
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 1000})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.theme = request.param
    wrong_there = []
    page.on("pageerror", lambda error: wrong_there.append(str(error)))
    page.on("console", lambda said: wrong_there.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: wrong_there.append(asked.url) if asked.url.startswith("http") else None)
    yield page
    context.close()
    assert wrong_there == []


def open_page(page, site, name):
    page.goto((site / name).as_uri())
    page.locator(".lockstep-player").first.wait_for()
    return page


def wait_for_light(page, selector, part, light):
    """Until a colour is a light one, or a dark one: a theme changes it a moment after it was asked for."""
    page.wait_for_function(
        "([selector, part, light]) => light === (getComputedStyle(document.querySelector(selector))[part].match(/[\\d.]+/g)"
        ".slice(0, 3).map(Number).reduce((a, b) => a + b) / 3 > 120)",
        arg=[selector, part, light],
    )


def test_every_link_leads_somewhere_every_picture_has_words_and_nobody_is_asked(site):
    assert wrong(site) == []


def test_no_page_holds_an_answer(site):
    text = (site / "05-races" / "05-races.html").read_text()
    assert "YOUR CODE HERE" in text
    assert "BEGIN SOLUTION" not in text
    assert "BEGIN HIDDEN" not in text


def test_a_player_is_driven_by_mouse_and_by_keys_without_a_kernel(page, site):
    open_page(page, site, "05-races/05-races.html")
    player = page.locator(".lockstep-player", has_text="an end that returns 2").first
    player.scroll_into_view_if_needed()
    for _ in range(3):
        player.locator("button.lsp-choice:not(:disabled)", has_text="Process-1").click()
    player.focus()
    for key in "222210":
        page.keyboard.press(key)
    player.locator(".lsp-reach", has_text="returns 2").wait_for()
    assert player.locator(".lsp-done").count() == 1
    picture(page, f"site-driven-{page.theme}")
    page.keyboard.press("Backspace")
    assert player.locator(".lsp-done").count() == 0


def test_a_page_has_the_colours_that_are_asked_for_and_changes_them_with_its_views(page, site):
    open_page(page, site, "05-races/05-races.html")
    dark = page.theme == "dark"
    wait_for_light(page, "body", "backgroundColor", not dark)
    wait_for_light(page, ".lockstep-player", "color", dark)  # its words stand out from the page
    page.locator("button.theme-switch-button:visible").first.click()
    page.locator(f"button.theme-change-button[data-mode={'light' if dark else 'dark'}]:visible").first.click()
    wait_for_light(page, ".lockstep-player", "color", not dark)
    picture(page, f"site-changed-from-{page.theme}")


def test_checks_open_by_key_and_a_lesson_is_walked_by_its_links(page, site):
    open_page(page, site, "index.html")
    page.get_by_role("link", name="Read from the start").click()
    page.wait_for_url("**/05-races.html")
    summary = page.locator("details summary", has_text="Show the checks").first
    summary.focus()
    page.keyboard.press("Enter")
    page.locator("text=check.run").first.wait_for()
    assert page.get_by_role("link", name="Download this notebook").get_attribute("href").endswith("05-races.ipynb")


@pytest.mark.parametrize("width", [400, 800, 1366])
def test_a_page_is_no_wider_than_its_window(page, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    for name in ("index.html", "05-races/05-races.html"):
        open_page(page, site, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            "[...document.querySelectorAll('div.cell pre')].every(each => each.scrollWidth <= each.clientWidth + 1)"
        )
