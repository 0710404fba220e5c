"""The page of a lesson: Run All comes to its end, check cells are folded, a prediction stands beside what came, nothing is lost."""

import json

import nbformat
import pytest

from autograder.authoring.catalogue import ROOT

from .looks import LOOKS, errors_of, problems, put_on
from .test_lab import CODE, LAB, NOTEBOOK_7, open_notebook, picture, run_all, run_cell, save

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*/*.ipynb"))


@pytest.mark.parametrize(
    ("lesson", "application"),
    [
        *(pytest.param(lesson, LAB, id=lesson) for lesson in LESSONS),
        pytest.param("05-races", NOTEBOOK_7, id="notebook-7"),
    ],
)
def test_run_all_of_a_released_notebook_comes_to_its_last_cell(page, lab, lesson, application):
    console = errors_of(page)
    open_notebook(page, lab, f"{lesson}/{lesson}.ipynb", application)
    run_all(page)
    outputs = page.evaluate(
        f"() => {CODE}.flatMap(cell => cell.model.outputs.toJSON().map(output => [cell.model.id, output]))"
    )
    errors = {(cell, output["ename"]) for cell, output in outputs if output["output_type"] == "error"}
    notebook = nbformat.read(ROOT / "notebooks" / lesson / f"{lesson}.ipynb", 4)
    expected = {cell.id for cell in notebook.cells if "raises-exception" in cell.metadata.get("tags", [])}
    assert {cell for cell, _ in errors} <= expected
    for look in (LOOKS[0], LOOKS[-1]):
        put_on(page, look)
        assert problems(page, live=True) == []
    assert console == []
    picture(page, f"run-all-{lesson}")


def test_check_cells_are_folded_under_the_name_of_their_exercise_and_a_click_opens_them(page, lab):
    open_notebook(page, lab, "01-processes/01-processes.ipynb")
    checks = f"{CODE}.filter(cell => cell.model.id.endsWith('-checks'))"
    page.wait_for_function(f"() => {checks}.length && {checks}.every(cell => cell.inputHidden)")
    bar = page.locator(".jp-Placeholder-content", has_text="Checks of `run_all`").first
    bar.scroll_into_view_if_needed()
    picture(page, "folded-checks")
    bar.click()
    page.wait_for_function(f"() => !{CODE}.find(cell => cell.model.id === 'run_all-checks').inputHidden")


def restart(page):
    page.evaluate(
        "() => { window.restarted = window.jupyterapp.commands.execute('notebook:restart-kernel'); return 1; }"
    )
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.evaluate("() => window.restarted.then(() => 1)")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
    )


def shut_down(page):
    """Ends the notebook's kernel."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown().then(() => 1)")


def test_a_prediction_is_made_kept_over_a_restart_and_shown_beside_the_output(page, lab, work):
    open_notebook(page, lab, "01-processes/01-processes.ipynb")
    cells = page.evaluate(f"() => {CODE}.map(cell => [cell.model.id, cell.model.sharedModel.getSource()])")
    place = next(index for index, (_, source) in enumerate(cells) if source.startswith('predict("Which balance'))
    for cell, _ in [*cells[:2], cells[place]]:
        run_cell(page, cell)
    question = page.locator(".lockstep-predict", has_text="Which balance")
    question.get_by_label("100", exact=True).check()
    picture(page, "prediction-asked")
    question.get_by_role("button", name="I predict this").click()
    question.get_by_text("You predicted: 100").wait_for()
    run_cell(page, cells[place + 1][0])
    page.locator(".jp-OutputArea-output", has_text="It came").first.wait_for()
    picture(page, "prediction-beside")
    kept = json.loads((work / "lockstep-progress.json").read_text())["predictions"]
    assert kept["Which balance does the kernel see at the end?"]["said"] == "100"

    restart(page)
    for cell, _ in [*cells[:2], cells[place]]:
        run_cell(page, cell)
    page.locator(".lockstep-predict", has_text="You predicted: 100").last.wait_for()


VIEWS = [
    "%load_ext lockstep\nfrom multiprocessing import Process, Value\nfrom lockstep import explore, predict, speedup, timeline",
    "def add(total):\n    total.value += 1\n\n\ndef both(workers):\n    total = Value('i', 0)\n"
    "    ps = [Process(target=add, args=(total,)) for _ in range(workers)]\n"
    "    for p in ps:\n        p.start()\n    for p in ps:\n        p.join()\n    return total.value",
    "predict('What comes?', '1', '2')",
    "explore(both, 2).play(lambda total: total == 1)",
    "timeline(both, 2)",
    "speedup(both, workers=[1, 2], seconds=0.5)",
    "print('the', 'end')",
]
WIDGET = "application/vnd.jupyter.widget-view+json"


def saved(page, work, name):
    """The notebook as it is saved now."""
    save(page)
    return nbformat.read(work / name, 4)


@pytest.mark.parametrize("application", [LAB, NOTEBOOK_7], ids=["lab", "notebook-7"])
def test_every_view_of_a_saved_notebook_is_there_without_its_kernel(page, lab, work, application, request):
    name = f"views-{request.node.callspec.id}.ipynb"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in VIEWS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, work / name)
    open_notebook(page, lab, name, application)
    run_all(page)
    page.get_by_text("the end", exact=True).wait_for()
    outputs = [output for cell in saved(page, work, name).cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if WIDGET in output.get("data", {})]
    shut_down(page)
    page.goto(f"{lab}/{application.format(name)}")
    page.locator(".lockstep-player").wait_for()
    page.locator(".lockstep-player button", has_text="To the").last.click()
    assert "It ends here" in page.locator(".lockstep-player .lsp-status").inner_text()
    canvas = page.locator(".lockstep-timeline canvas")
    canvas.focus()
    page.keyboard.press("ArrowDown")
    page.locator(".lockstep-timeline .lockstep-readout", has_text="Process-1").wait_for()
    page.locator(".lockstep-speedup svg[role=img]").wait_for()
    assert "need a kernel: run this cell" in page.inner_text(".lockstep-speedup")
    page.locator(".lockstep-place p", has_text="What comes?").wait_for()
    assert page.locator("text=Error displaying widget").count() == 0
    picture(page, f"reopened-{request.node.callspec.id}")


def test_a_saved_lesson_opened_without_a_kernel_shows_no_error(page, lab, work):
    open_notebook(page, lab, "05-races/05-races.ipynb")
    run_all(page)
    outputs = [
        output for cell in saved(page, work, "05-races/05-races.ipynb").cells for output in cell.get("outputs", [])
    ]
    assert not [output for output in outputs if WIDGET in output.get("data", {})]
    shut_down(page)
    page.goto(f"{lab}/{LAB.format('05-races/05-races.ipynb')}")
    page.locator(".lockstep-player").first.wait_for()
    assert page.locator("text=Error displaying widget").count() == 0
    picture(page, "reopened-without-a-kernel")
