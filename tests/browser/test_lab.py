"""A learner opens the notebook, answers wrongly, sees why, answers rightly, and sees the report change."""

import os
from pathlib import Path

import pytest

from autograder.authoring.catalogue import read_exercises

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REPORT = ".lockstep-report"
CODE = "window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"


def command(page, name):
    """Begins what the command does: it may ask something first, or take as long as the notebook's cells."""
    page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{name}'); return 1; }}")


def save(page):
    """Where JupyterLab itself saves at the same moment, the command may never be done, and the notebook is saved all the same."""
    page.evaluate(
        """() => Promise.race([
            window.jupyterapp.commands.execute('docmanager:save').then(() => 1),
            new Promise((done) => setTimeout(done, 20_000)),
        ])"""
    )
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def run_all(page):
    """Runs all cells, to the end of the last one."""
    command(page, "notebook:run-all-cells")
    page.wait_for_function(
        f"() => {CODE}.filter(cell => cell.model.sharedModel.getSource().trim()).at(-1).model.executionCount !== null",
        timeout=400_000,
    )


LAB = "lab/tree/{}?reset"  # no tabs of an earlier test
NOTEBOOK_7 = "notebooks/{}"


def open_notebook(page, lab, path, application=LAB):
    page.goto(f"{lab}/{application.format(path)}")
    page.wait_for_function(
        """(path) => {
            const context = window.jupyterapp?.shell.currentWidget?.context;
            return context?.isReady && context.path === path;
        }""",
        arg=path,
    )
    page.wait_for_function(
        """() => {
            const context = window.jupyterapp.shell.currentWidget.sessionContext;
            const kernel = context.session?.kernel;
            return context.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
        }""",
        timeout=90_000,
    )


def set_solution(page, name, code):
    """Replaces the source of the cell whose grade id is `name`, and makes the cell that checks it the active one."""
    page.evaluate(
        """([name, code]) => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const index = notebook.widgets.findIndex(cell => cell.model.id === name);
            notebook.widgets[index].model.sharedModel.setSource(code);
            return index;
        }""",
        [name, code],
    )


def run_cell(page, cell_id):
    page.evaluate(
        """(id) => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
            window.jupyterapp.commands.execute('notebook:run-cell');
            return 1;
        }""",
        cell_id,
    )


def picture(page, name):
    folder = os.environ.get("LOCKSTEP_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_wrong_answer_is_explained_and_a_right_one_is_accepted(page, lab):
    exercise = read_exercises()["run_all"]
    wrong = next(answer for answer in exercise.wrong if answer.name == "join_inside_the_start_loop")
    open_notebook(page, lab, "01-processes/01-processes.ipynb")
    first_code = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.find(c => c.model.type === 'code').model.id"
    )
    run_cell(page, first_code)
    set_solution(page, "run_all", wrong.code)
    run_cell(page, "run_all")
    run_cell(page, "run_all-checks")
    page.wait_for_selector("text=ChecksFailed")
    report = page.locator(REPORT).first
    assert "Is each one started before any is joined?" in report.inner_text()
    report.scroll_into_view_if_needed()
    picture(page, "failed-check")

    set_solution(page, "run_all", exercise.solution)
    run_cell(page, "run_all")
    run_cell(page, "run_all-checks")
    page.wait_for_selector(f"text=all {exercise.visible_checks.count('@check(')} checks hold")
    assert page.locator("text=ChecksFailed").count() == 0
    page.locator(REPORT).first.scroll_into_view_if_needed()
    picture(page, "passed-check")


def test_the_start_notebook_runs_with_no_error_but_of_the_checks_that_it_shows(page, lab):
    open_notebook(page, lab, "00-start/00-start.ipynb")
    run_all(page)
    page.locator(".jp-MarkdownOutput h1").first.wait_for()
    picture(page, "start")
    errors = page.evaluate(
        f"""() => {CODE}
            .flatMap(cell => cell.model.outputs.toJSON())
            .filter(output => output.output_type === 'error' && output.ename !== 'ChecksFailed')
            .map(output => output.evalue)"""
    )
    assert errors == []


HANGS = """from lockstep import check

@check("it ends", limit=60)
def _(student):
    student.hang()

check.run("hang")"""


def test_a_check_that_a_restart_of_the_kernel_left_running_says_so_once_it_is_overdue(page, lab):
    open_notebook(page, lab, "01-processes/01-processes.ipynb")
    cells = page.evaluate(f"() => {CODE}.slice(0, 3).map(cell => cell.model.id)")
    set_solution(page, cells[1], "def hang():\n    while True:\n        pass")
    set_solution(page, cells[2], HANGS)
    for cell in cells:
        run_cell(page, cell)
    page.locator(REPORT, has_text="checking hang").wait_for()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart().then(() => 1)")
    word = page.locator(".lockstep-silence").first
    assert not word.is_visible()
    page.wait_for_function(
        """() => {
            document.getAnimations().forEach(each => each.finish());  // as if the time were over
            const word = document.querySelector('.lockstep-silence');
            return word && getComputedStyle(word).visibility === 'visible';
        }"""
    )
    assert "If it was restarted, or is gone, run this cell again." in word.inner_text()
