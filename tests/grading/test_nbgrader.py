"""Submissions through nbgrader's own autograde, feedback and export, with our steps in them."""

import copy
import csv
import json

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.plugins import CsvExportPlugin

from autograder.grading import grader as grading
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader import plugin
from autograder.nbgrader.plugin import JOURNAL
from tests.grading.judged_class import grade_class

pytestmark = pytest.mark.timeout(300)

FULL = {"double-checks": 4.0, "halve-checks": 2.0}
NONE = {"double-checks": None, "halve-checks": None}
SQUARE = "def double(number):\n    return number ** 2"


@pytest.fixture(scope="module")
def sandbox():
    opened = grading.open_sandbox(unsandboxed=True)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _one_sandbox_for_all_graders(sandbox, monkeypatch):
    plugin._grader.cache_clear()
    monkeypatch.setattr(grading, "open_sandbox", lambda *arguments: sandbox)


def only(course, students):
    """What nbgrader said of each of these students."""
    return {student: [text for text in course.messages if text.startswith(f"{student}")] for student in students}


def test_points_by_share_reports_in_the_page_and_no_hidden_source(course):
    course.submit("ann", course.answered())
    course.submit("bob", course.answered(double=SQUARE))
    course.submit("cleo", course.released)
    assert course.autograde(), course.messages
    assert course.scores("ann") == FULL
    assert course.scores("bob") == {"double-checks": 2.0, "halve-checks": 2.0}
    assert course.scores("cleo") == {"double-checks": 0.0, "halve-checks": 0.0}
    page = course.feedback("bob")
    assert "any number is doubled" in page, "the report names hidden checks"
    assert "the result should be 24690, but is 152399025" in page, "and says what came"
    assert "tier" in page
    assert "<style>summary { display: list-item; }" in page, (
        "hints show that they can be opened, which nbgrader's page hides"
    )
    assert "secret_number" not in page
    assert "HIDDEN TESTS" not in page
    autograded = (course.root / "autograded/bob/numbers/numbers.ipynb").read_text()
    assert "secret_number" in autograded, "the instructor's notebook keeps the whole cell"


def tampered(course):
    """Submissions whose grade cells were tampered with, each with the same answers."""

    def change(function):
        notebook = copy.deepcopy(course.answered(double=SQUARE))
        cells = notebook.cells
        grades = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
        function(notebook, cells, grades)
        return json.loads(json.dumps(notebook))

    def edit(notebook, cells, grades):
        grades[0].source = "4.0"

    def rename(notebook, cells, grades):
        grades[0].metadata.nbgrader.grade_id = "something-else"

    def steal(notebook, cells, grades):
        grades[0].metadata.nbgrader.grade_id, grades[1].metadata.nbgrader.grade_id = "halve-checks", "double-checks"

    def delete(notebook, cells, grades):
        notebook.cells = [cell for cell in cells if cell not in grades]

    def double(notebook, cells, grades):
        notebook.cells = [*copy.deepcopy(grades), *cells, *copy.deepcopy(grades)]

    def reorder(notebook, cells, grades):
        notebook.cells = cells[::-1]

    def points(notebook, cells, grades):
        grades[0].metadata.nbgrader.points = 400

    def unlock(notebook, cells, grades):
        grades[0].metadata.nbgrader.update(locked=False, grade=False, solution=True)

    def schema(notebook, cells, grades):
        for cell in grades:
            cell.metadata.nbgrader.schema_version = 99

    def old(notebook, cells, grades):
        for cell in grades:
            cell.metadata.nbgrader = {"grade_id": 7, "schema_version": "x"}

    def outputs(notebook, cells, grades):
        data = {"text/plain": "4.0"}
        grades[0].outputs = [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}]

    def kernel(notebook, cells, grades):
        notebook.metadata.kernelspec = {"name": "bash", "display_name": "Bash", "language": "bash"}

    every = (edit, rename, steal, delete, double, reorder, points, unlock, schema, old, outputs, kernel)
    return {one.__name__: change(one) for one in every}


def test_nothing_done_to_grade_cells_changes_a_score(course):
    for name, notebook in tampered(course).items():
        course.submit(name, notebook)
    assert course.autograde(), course.messages
    scores = {name: course.scores(name) for name in tampered(course)}
    assert scores == {name: {"double-checks": 2.0, "halve-checks": 2.0} for name in scores}
    assert any("another kernel (bash)" in text for text in course.messages)


def test_unreadable_submissions_get_a_line_each_and_the_others_their_points(course):
    course.submit("ann", course.answered())
    course.submit("bad-json", '{"cells": [')
    course.submit("latin", b"\xe9\xe8")
    course.submit("renamed", course.answered(), name="my homework.ipynb")
    course.submit("zoe", course.answered())
    assert not course.autograde(), "nbgrader says at its end that something went wrong"
    assert course.scores("ann") == course.scores("zoe") == FULL
    said = only(course, ["bad-json", "latin", "renamed"])
    assert "not graded: it is not JSON (line 1" in said["bad-json"][0]
    assert "not UTF-8" in said["latin"][0]
    assert "Traceback" not in "".join(course.messages)
    assert "there is no numbers.ipynb but my homework.ipynb" in said["renamed"][0]
    for student in ("bad-json", "latin"):
        assert course.scores(student) == NONE
        assert not (course.root / "autograded" / student / "numbers").exists()


def test_large_outputs_do_not_disturb(course):
    notebook = course.answered()
    text = "x" * 50 * 2**20
    notebook.cells[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    course.submit("ann", notebook)
    assert course.autograde(), course.messages
    assert course.scores("ann") == FULL
    assert any("50 MB; outputs are not looked at" in said for said in course.messages)
    assert (course.root / "autograded/ann/numbers/numbers.ipynb").stat().st_size < 2**20


def test_no_sandbox_is_no_score_and_the_next_run_takes_it_up(course, monkeypatch):
    course.submit("ann", course.answered())

    def none(*arguments):
        raise NotGraded("nothing here holds a submission")

    with monkeypatch.context() as patched:
        patched.setattr(grading, "open_sandbox", none)
        assert not course.autograde()
    assert course.scores("ann") == NONE
    assert "nothing here holds a submission" in only(course, ["ann"])["ann"][0]
    assert course.autograde(), course.messages
    assert course.scores("ann") == FULL


def test_a_unit_that_the_gradebook_knows_in_part_is_not_graded(course):
    course.submit("ann", course.answered())
    source = course.root / "source/numbers/numbers.ipynb"
    source.write_text(source.read_text().replace('"grade_id": "halve"', '"grade_id": "cut_in_two"'))
    assert not course.autograde()
    assert any("python -m autograder register numbers" in text for text in course.messages)
    assert course.scores("ann") == NONE


def test_grading_in_parallel_fills_the_journal_that_autograde_reads(course, monkeypatch):
    course.submit("ann", course.answered())
    course.submit("bob", course.answered(double=SQUARE))
    course.submit("cut", '{"cells"')
    course.submit("renamed", course.answered(), name="other.ipynb")
    settings = Settings(course.root / JOURNAL, unsandboxed=True)
    seen = []
    outcomes = grade_class(course.root, ["numbers"], settings, 2, seen.append)
    assert {(one.student, one.exercise): one.score for one in outcomes if one.graded} == {
        ("ann", "double-checks"): 4.0,
        ("ann", "halve-checks"): 2.0,
        ("bob", "double-checks"): 2.0,
        ("bob", "halve-checks"): 2.0,
    }
    problems = {one.student: one.problem for one in outcomes if not one.graded}
    assert "not JSON" in problems["cut"]
    assert "there is other.ipynb: was it renamed?" in problems["renamed"]
    assert len(seen) == len(outcomes)
    monkeypatch.setattr(grading, "check_one", lambda *arguments: pytest.fail("it is in the journal"))
    course.autograde()
    assert course.scores("bob") == {"double-checks": 2.0, "halve-checks": 2.0}


def test_late_penalties_and_export_work_as_ever(course, tmp_path):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment("numbers", duedate="2026-01-01 10:00:00 UTC")
    folder = course.submit("late", course.answered()).parent
    (folder / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    assert course.autograde(), course.messages
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook("numbers", "numbers", "late")
        assert (submission.score, submission.late_submission_penalty) == (6.0, 6.0)
        exporter = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
        exporter.export(gradebook)
    with open(tmp_path / "grades.csv") as file:
        (row,) = csv.DictReader(file)
    assert (row["student_id"], float(row["raw_score"]), float(row["score"])) == ("late", 6.0, 0.0)


def test_the_formgraders_own_autograde_uses_our_steps(course):
    course.submit("ann", course.answered(double=SQUARE))
    result = NbGraderAPI(config=course.config).autograde("numbers", "ann")
    assert result["success"], result
    assert course.scores("ann") == {"double-checks": 2.0, "halve-checks": 2.0}
