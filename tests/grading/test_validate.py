"""nbgrader's Validate, which learners press, refuses what is not solved, though Run All goes on past it."""

import nbformat
import pytest
from nbgrader.validator import Validator

from autograder.authoring.catalogue import ROOT, read_exercises

NAME = "count_interleavings"


def released(folder, answer=None):
    """The path of a released notebook of one exercise, answered or as it was released."""
    notebook = nbformat.read(ROOT / "notebooks" / "05-races" / "05-races.ipynb", 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    solution, checks = (next(cell for cell in code if cell.id == each) for each in (NAME, f"{NAME}-checks"))
    assert "raises-exception" in checks.metadata.tags
    if answer is not None:
        solution.source = answer
    notebook.cells = [*code[:2], solution, checks]
    nbformat.write(notebook, folder / "05-races.ipynb")
    return str(folder / "05-races.ipynb")


@pytest.fixture
def exercise():
    return read_exercises()[NAME]


def test_an_exercise_that_is_not_begun_is_refused(tmp_path):
    result = Validator().validate(released(tmp_path))
    assert [NAME in failed["source"] for failed in result["failed"]] == [True]
    assert "ChecksFailed" in result["failed"][0]["error"]


def test_a_wrong_answer_is_refused(tmp_path, exercise):
    result = Validator().validate(released(tmp_path, exercise.wrong[0].code))
    assert len(result["failed"]) == 1


def test_a_right_answer_is_accepted_with_the_same_cells(tmp_path, exercise):
    assert "failed" not in Validator().validate(released(tmp_path, exercise.solution))
