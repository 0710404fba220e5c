"""Help with an exercise on its page: a solution after one question, beside one's own; the starter again; where to go on."""

import pytest

from autograder.authoring.catalogue import ROOT, read_exercises
from lockstep.workspace import update

from .test_lab import LAB, NOTEBOOK_7, open_notebook, picture, run_cell, set_solution

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NAME = "count_interleavings"
WRONG = "def count_interleavings(m, n):\n    return m * n  # mine"


def cell_text(page, name):
    return page.evaluate(
        """(name) => window.jupyterapp.shell.currentWidget.content.widgets
            .find(cell => cell.model.id === name).model.sharedModel.getSource()""",
        name,
    )


def check(page, code):
    set_solution(page, NAME, code)
    run_cell(page, NAME)
    run_cell(page, f"{NAME}-checks")


@pytest.fixture(params=[LAB, NOTEBOOK_7], ids=["lab", "notebook-7"])
def opened(page, lab, work, request):
    update(ROOT / "solutions", work)
    open_notebook(page, lab, "05-races/05-races.ipynb", request.param)
    for cell in ("05-races-001", "05-races-002"):
        run_cell(page, cell)
    return request.node.callspec.id


def test_whoever_gives_up_sees_a_solution_beside_the_own_one_after_one_question(page, opened):
    exercise = read_exercises()[NAME]
    check(page, WRONG)
    page.get_by_role("button", name="Show a solution").click()
    help_ = page.locator(".lockstep-help")
    assert help_.locator("pre").count() == 0
    page.get_by_role("button", name="No, I go on").click()
    page.get_by_role("button", name="Show a solution").click()
    page.get_by_role("button", name="Yes, show a solution").click()
    help_.get_by_text("A solution", exact=True).wait_for()
    shown = help_.locator("pre").all_inner_texts()
    assert shown[0].strip() == WRONG
    assert "### BEGIN" not in "".join(shown)
    assert exercise.solution.split("\n")[0] in shown[1]
    assert len(shown) == 2 + len(exercise.also_right)
    help_.scroll_into_view_if_needed()
    picture(page, f"gave-up-{opened}")


def test_the_starter_comes_back_and_what_was_written_is_kept(page, opened, work):
    mine = f"{WRONG} {opened}"
    check(page, mine)
    page.get_by_role("button", name="Start this exercise again").click()
    page.get_by_role("button", name="Yes, start again").click()
    page.get_by_text("What you had is kept in").wait_for()
    assert "YOUR CODE HERE" in cell_text(page, NAME)
    assert mine in [path.read_text() for path in (work / "05-races").glob(f"{NAME}-kept-*.py")]
    picture(page, f"started-again-{opened}")


def test_a_report_that_passes_says_points_and_leads_on(page, opened):
    check(page, read_exercises()[NAME].solution)
    report = page.locator(".lockstep-report", has_text="Go on with")
    report.wait_for()
    assert "3 of 3 points. Go on with A pause as a cure." in report.inner_text()
    picture(page, f"passed-{opened}")
    report.get_by_role("link", name="A pause as a cure").click()
    heading = page.locator("h2", has_text="A pause as a cure")
    heading.wait_for()
    page.wait_for_function("(h) => h.getBoundingClientRect().top < 500", arg=heading.element_handle())
    page.get_by_role("button", name="Compare with a solution").click()
    page.locator(".lockstep-help pre").first.wait_for()


def test_where_no_solutions_are_given_none_is_offered(page, lab, work):
    (work / "05-races" / ".solutions.json").unlink(missing_ok=True)
    open_notebook(page, lab, "05-races/05-races.ipynb")
    for cell in ("05-races-001", "05-races-002"):
        run_cell(page, cell)
    check(page, WRONG)
    page.get_by_role("button", name="Start this exercise again").wait_for()
    assert page.get_by_role("button", name="Show a solution").count() == 0
