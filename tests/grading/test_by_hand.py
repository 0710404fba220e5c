"""A Markdown cell that somebody grades by hand: its way through gradebook, report, export, feedback, and a second run."""

import csv

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from autograder.nbgrader import plugin
from autograder.nbgrader.registering import register
from autograder.report.command import write_report

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def written(course):
    """The course with a text of 5 points to write, beside its exercises of 6."""
    tag = {
        "grade": True,
        "solution": True,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "cell_type": "markdown",
    }
    for part in ("source", "notebooks"):
        path = course.root / part / "numbers" / "numbers.ipynb"
        notebook = nbformat.read(path, as_version=4)
        cell = new_markdown_cell("YOUR ANSWER HERE", id="capstone-report")
        cell.metadata["nbgrader"] = {**tag, "grade_id": "capstone-report", "points": 5}
        notebook.cells.append(cell)
        nbformat.write(notebook, path)
    register(course.root, "numbers")
    plugin._grader.cache_clear()
    return course


def csv_score(course) -> str:
    _, table = write_report(course.root, "numbers")
    with open(table, newline="") as file:
        (row,) = csv.DictReader(file)
    return row["score"]


def test_points_given_by_hand_are_waited_for_counted_shown_and_kept(written):
    text = "The speed-up ends at four workers."
    course = written
    course.submit("ann", course.answered(**{"capstone-report": text}))
    assert course.autograde(), course.messages
    assert csv_score(course) == "", "somebody has still to judge the text"
    page = (course.root / "reports" / "numbers.html").read_text()
    assert "by hand in formgrader: capstone-report" in page

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("capstone-report", "numbers", "numbers", "ann")
        grade.manual_score, grade.needs_manual_grade = 4.0, False
        gradebook.find_comment("capstone-report", "numbers", "numbers", "ann").manual_comment = "Why at four?"
        gradebook.db.commit()
    assert csv_score(course) == "10.0"
    page = course.feedback("ann")
    assert text in page
    assert "Why at four?" in page

    assert course.autograde(force=True), course.messages
    assert csv_score(course) == "", "who graded it looks at it once more"
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("capstone-report", "numbers", "numbers", "ann")
        assert (grade.manual_score, grade.needs_manual_grade) == (4.0, True)
        assert gradebook.find_submission("numbers", "ann").score == 10.0


def test_an_untouched_text_is_zero_points_without_anybody(written):
    written.submit("bob", written.answered())
    assert written.autograde(), written.messages
    assert csv_score(written) == "6.0"
