"""The player in JupyterLab and Notebook 7: keys and clicks come to the states that Python computes, and Python counts what was driven."""

from textwrap import dedent

import nbformat
import pytest

from tests.browser.test_lab import LAB, NOTEBOOK_7, open_notebook, picture
from tests.browser.test_player import Python
from tests.exploration.taking import take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

IMPORTS = "from multiprocessing import Lock, Process, Value\nfrom lockstep import explore, you_drive"
PLAY = "explore(main, 3).play()"
DRIVE = "player = you_drive(count, 2, 1, goal=lambda total: total == 1)\nplayer"
TOLD = "print(player.reached, player.schedule)"
DRIVEN = [("Process-1", "Process-2", "Process-1", "Process-2"), "Process-1, Process-2, Process-1, Process-2, main"]


@pytest.fixture(params=[LAB, NOTEBOOK_7], ids=["lab", "notebook-7"])
def cells(request, work, lab, page):
    """Runs the cells of a notebook one by one and gives the output of each, which is on the screen."""
    count = dedent(COUNTER).replace("main(", "count(")
    texts = ["%load_ext lockstep", IMPORTS + dedent(PHILOSOPHERS), count, PLAY, DRIVE, TOLD]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    name = f"player-{request.node.callspec.id}.ipynb"
    nbformat.write(made, work / name)
    open_notebook(page, lab, name, request.param)

    def run(number, wanted):
        page.evaluate(
            """(index) => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
                window.jupyterapp.commands.execute('notebook:run-cell');
                return 1;
            }""",
            number,
        )
        found = page.locator(".jp-CodeCell").nth(number).locator(wanted)
        found.wait_for()
        return found

    for number in range(3):
        run(number, ".jp-InputPrompt >> text=/\\[\\d+\\]/")
    return run


def test_a_player_is_stepped_and_a_puzzle_driven_and_counted(page, cells, request):
    application = request.node.callspec.id
    shown = cells(3, ".lockstep-player")
    shown.scroll_into_view_if_needed()
    found = take(PHILOSOPHERS, 3)
    python = Python(found)
    state = found.findings.graph.root
    shown.press("Home")
    for process in ("1", "2", "3"):
        assert shown.locator(".lsp-objects tr").count() == len(python.objects(state))
        told = dict(
            shown.locator(".lsp-objects tr").evaluate_all(
                "rows => rows.map(row => [row.querySelector('th').textContent, row.querySelector('td').firstChild.textContent])"
            )
        )
        assert told == python.objects(state)
        state = python.choices(state)[f"0.{process}"][0].move.after
        if process == "2":  # wherever the focus is in the player, its keys are the player's and not the notebook's
            shown.locator(".lsp-toolbar button:not(:disabled)").first.press("ArrowRight")
        else:
            shown.press("ArrowRight")
    assert not python.choices(state)
    assert "It ends here: deadlock." in shown.locator(".lsp-status").inner_text()
    assert "Process-1 waits for Process-2" in shown.locator(".lsp-graph svg").get_attribute("aria-label")
    picture(page, f"player-{application}")

    puzzle = cells(4, ".lockstep-player")
    puzzle.scroll_into_view_if_needed()
    steps, schedule = DRIVEN
    for place, process in enumerate(steps):
        if place % 2:
            puzzle.press({"main": "0", "Process-1": "1", "Process-2": "2"}[process])
        else:
            puzzle.locator("button.lsp-choice:not(:disabled)").filter(has_text=process).click()
    puzzle.press("ArrowRight")  # only main is left
    assert "You did it: returns 1." in puzzle.locator(".lsp-reach").inner_text()
    verdict = puzzle.locator(".lsp-verdict", has_text="It counts.")
    verdict.wait_for()
    assert "Python replayed your 5 steps: count returns 1." in verdict.inner_text()
    assert schedule in cells(5, ".jp-OutputArea-output").inner_text().replace("'", "")
    picture(page, f"puzzle-{application}")
