"""Every notebook with its solutions in every look, as it is saved; with LOCKSTEP_EVERY_LOOK=1 (an hour) each runs in JupyterLab, too."""

import os
import shutil

import nbformat
import pytest

from autograder.authoring.catalogue import ROOT
from tests.lessons.executing import executed

from .looks import LOOKS, errors_of, pictures, problems, put_on
from .test_lab import CODE, LAB, NOTEBOOK_7, command, open_notebook, run_all, save
from .test_lesson_page import LESSONS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(500)]

WHOLE_MATRIX = "LOCKSTEP_EVERY_LOOK" in os.environ
RUNS = [
    ("06-locks", "source", LAB),
    *([(lesson, kind, LAB) for lesson in LESSONS for kind in ("notebooks", "source")] if WHOLE_MATRIX else []),
    *([("05-races", kind, NOTEBOOK_7) for kind in ("notebooks", "source")] if WHOLE_MATRIX else []),
]


def trust(page, lab, path):
    """As a notebook is that was run and saved here; of others JupyterLab runs no script."""
    open_notebook(page, lab, path)
    command(page, "notebook:trust")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.wait_for_function(
        "() => [...window.jupyterapp.shell.currentWidget.content.widgets].every(cell => cell.model.type !== 'code' || cell.model.trusted)"
    )
    save(page)
    page.goto("about:blank")


def in_every_look(page, name, live):
    """What is wrong, by look."""
    wrong = {}
    for width, theme in LOOKS:
        put_on(page, (width, theme))
        if found := problems(page, live):
            wrong[width, theme] = found
        if (width, theme) in (LOOKS[0], LOOKS[-1]):
            pictures(page, f"{name}-{theme.split()[-1].lower()}")
    return wrong


def unexpected_errors(page, notebook):
    expected = {cell.id for cell in notebook.cells if "raises-exception" in cell.metadata.get("tags", [])}
    outputs = page.evaluate(
        f"() => {CODE}.flatMap(cell => cell.model.outputs.toJSON().map(output => [cell.model.id, output]))"
    )
    return {cell for cell, output in outputs if output["output_type"] == "error"} - expected


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_saved_notebook_with_solutions_is_whole_in_every_look(page, lab, work, lesson, tmp_path_factory):
    notebook = executed(ROOT / "source" / lesson / f"{lesson}.ipynb", tmp_path_factory)
    place = work / lesson / f"{lesson}-solved.ipynb"
    nbformat.write(notebook, place)
    trust(page, lab, f"{lesson}/{place.name}")
    errors = errors_of(page)
    open_notebook(page, lab, f"{lesson}/{place.name}")
    wrong = in_every_look(page, f"saved-{lesson}", live=False)
    assert (wrong, errors) == ({}, [])


@pytest.mark.parametrize(("lesson", "kind", "application"), dict.fromkeys(RUNS))
def test_a_notebook_runs_to_its_end_in_the_browser_in_every_look(page, lab, work, lesson, kind, application):
    path = work / lesson / f"{lesson}-{kind}.ipynb"
    shutil.copy(ROOT / kind / lesson / f"{lesson}.ipynb", path)
    errors = errors_of(page)
    open_notebook(page, lab, f"{lesson}/{path.name}", application)
    run_all(page)
    wrong = in_every_look(page, f"{kind}-{lesson}", live=True)
    assert (wrong, errors) == ({}, [])
    assert unexpected_errors(page, nbformat.read(path, 4)) == set()
