"""The gallery in JupyterLab: a puzzle is driven to its failure, mended and proven, and the table knows both."""

import pytest

from autograder.authoring.catalogue import read_puzzles
from tests.browser.test_lab import open_notebook, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TO_THE_FAILURE = ["Process-3", "Process-4", "Process-1", "Process-2"]  # the oxygens are 1 and 2


@pytest.fixture
def cells(lab, page):
    """Runs code cells of the gallery by their number and gives the cell, which is on the screen."""
    open_notebook(page, lab, "17-gallery/17-gallery.ipynb")

    def run(number):
        page.evaluate(
            """(number) => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const code = notebook.widgets.filter((cell) => cell.model.type === 'code');
                notebook.activeCellIndex = notebook.widgets.indexOf(code[number]);
                return window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )
        page.wait_for_function(
            """(number) => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const code = notebook.widgets.filter((cell) => cell.model.type === 'code');
                return code[number].model.executionCount > 0 && code[number].model.executionState !== 'running';
            }""",
            arg=number,
        )
        cell = page.locator(".jp-CodeCell").nth(number)
        cell.scroll_into_view_if_needed()
        return cell

    return run


def test_a_puzzle_is_driven_mended_and_proven_and_the_table_knows(page, cells):
    puzzle = read_puzzles()["water"]
    for number in range(2):
        cells(number)
    table = cells(2)
    table.locator("table").wait_for()
    table.locator("text=0 of 18 driven to the failure, 0 mended.").wait_for()
    picture(page, "gallery-table")
    cells(3)
    cells(4)
    player = cells(5).locator(".lockstep-player")
    player.wait_for()
    for process in TO_THE_FAILURE:
        player.locator("button.lsp-choice:not(:disabled)").filter(has_text=process).click()
    player.locator(".lsp-verdict", has_text="It counts.").wait_for()
    player.scroll_into_view_if_needed()
    picture(page, "gallery-driven")
    page.evaluate(
        """([number, code]) => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const cells = notebook.widgets.filter((cell) => cell.model.type === 'code');
            cells[number].model.sharedModel.setSource(code);
        }""",
        [4, puzzle.solution],
    )
    cells(4)
    report = cells(6).locator("text=all 2 checks hold").first
    report.wait_for()
    picture(page, "gallery-mended")
    shown = cells(2)
    shown.locator("text=1 of 18 driven to the failure, 1 mended.").wait_for()
    assert "in the fewest steps" in shown.inner_text()
    picture(page, "gallery-table-after")
