"""The start page in JupyterLab: the map leads to the place, follows other notebooks, and progress is saved, deleted and taken back."""

import json

import pytest

from lockstep.notebook import progress

from .test_lab import open_notebook, picture, run_cell

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

AT_WITHDRAW = {"exercises": {"withdraw": {"passed": 2, "of": 4, "best": 2, "tried": 1_700_000_000}}}


@pytest.fixture
def start(page, lab, work):
    (work / progress.FILE).write_text(json.dumps(AT_WITHDRAW))
    open_notebook(page, lab, "00-start/00-start.ipynb")
    for cell in ("00-start-001", "00-start-003"):
        run_cell(page, cell)
    page.get_by_role("button", name="Save my progress").wait_for()
    yield page
    (work / progress.FILE).unlink(missing_ok=True)


def test_nothing_of_nbgrader_is_there_but_the_button_that_validates(page, start):
    assert "Nbgrader" not in page.locator("#jp-MainMenu").inner_text()
    page.get_by_role("button", name="Validate").wait_for()


def test_continue_where_you_were_opens_the_exercise(page, start):
    picture(page, "start-map")
    page.get_by_role("link", name="Pay out, but only if there is enough").first.click()
    heading = page.locator("h3", has_text="Pay out, but only if there is enough")
    heading.wait_for()
    page.wait_for_function(
        "(h) => -200 < h.getBoundingClientRect().top && h.getBoundingClientRect().top < 900",
        arg=heading.element_handle(),
    )
    picture(page, "start-continued")


def test_the_map_follows_what_other_notebooks_do_when_one_comes_back(page, start, lab, work):
    page.get_by_text("1.5 of 13 points").wait_for()
    page.evaluate(
        "() => window.jupyterapp.commands.execute('docmanager:open', {path: '05-races/05-races.ipynb'}).then(() => 1)"
    )
    progress.note_checks(work / progress.FILE, "withdraw", 4, 4)
    page.evaluate(
        "() => window.jupyterapp.commands.execute('docmanager:open', {path: '00-start/00-start.ipynb'}).then(() => 1)"
    )
    page.get_by_text("3 of 13 points").wait_for()


def test_progress_is_saved_deleted_after_a_question_and_taken_back(page, start, work, tmp_path):
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my progress to a file").click()
    saved.value.save_as(tmp_path / "mine.json")
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("button", name="No, keep it").click()
    assert (work / progress.FILE).exists()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("button", name="Yes, delete it").click()
    page.get_by_text("0 of 13 points").wait_for()
    assert not (work / progress.FILE).exists()
    page.locator(".lockstep-course ~ input[type=file]").set_input_files(tmp_path / "mine.json")
    page.get_by_text("1.5 of 13 points").wait_for()
    (tmp_path / "other.json").write_text('{"cells": []}')
    page.locator(".lockstep-course ~ input[type=file]").set_input_files(tmp_path / "other.json")
    page.get_by_text("Nothing was taken: this is no progress of this course").wait_for()
    picture(page, "start-refused")
    assert json.loads((work / progress.FILE).read_text())["exercises"] == AT_WITHDRAW["exercises"]
