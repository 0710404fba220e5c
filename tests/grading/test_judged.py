"""A class judged check by check: each one once, none of another's doing, and what the journal has not at all."""

from collections import Counter
from concurrent.futures import BrokenExecutor, Future

import pytest

from autograder.grading.grader import key_of
from autograder.grading.jobs import Jobs
from autograder.grading.journal import Journal, Row
from autograder.grading.storage import CannotWrite
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.classroom import judged
from autograder.nbgrader.handed_in import Outcome, what_is_submitted
from lockstep.checks.report import CheckResult
from tests.grading.test_grading import work

ANN, BOB = work("def one():\n    return 1"), work("def one():\n    return 2")


class Judges:
    """Judges at once: every check holds, but for those of which `fails` gives an exception."""

    def __init__(self, folder, fails=lambda work, number, times: None):
        self.settings = Settings(folder / "journal.sqlite", tier="D")
        self.jobs = Jobs(3)
        self.asked = Counter()
        self._fails = fails

    def describe(self):
        return "Nothing runs."

    def judge(self, work, number):
        self.asked[work, number] += 1
        future = Future()
        error = self._fails(work, number, self.asked[work, number])
        if error is None:
            row = Row(CheckResult(f"check {number}", True, 0.1), 1.0)
            Journal(self.settings.journal).record(key_of(work, "D", 1.0), number, "one-checks", row)
            future.set_result(None)
        else:
            future.set_exception(error)
        return future


def outcomes(judges, *works):
    tasks = [(Outcome(student, "unit", "one-checks", 3.0, None), each) for student, each in works]
    return {one.student: one for one in judged(tasks, judges)}


def test_each_check_is_asked_for_once_also_where_two_have_written_the_same(tmp_path):
    judges = Judges(tmp_path)
    found = outcomes(judges, ("ann", ANN), ("bob", BOB), ("cleo", ANN))
    assert {student: one.score for student, one in found.items()} == {"ann": 3.0, "bob": 3.0, "cleo": 3.0}
    assert judges.asked == {(ANN, 0): 1, (ANN, 1): 1, (BOB, 0): 1, (BOB, 1): 1}


def test_a_notebook_of_another_version_of_the_unit_is_named(course):
    notebook = course.answered()
    for cell in notebook.cells:
        tag = cell.metadata.get("nbgrader", {})
        tag["grade_id"] = tag.get("grade_id", "").replace("double", "twice")
    course.submit("ann", notebook)
    course.submit("bob", course.answered())
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade_id")]
    course.submit("cleo", notebook)
    notes: list[str] = []
    what_is_submitted(course.root, ["numbers"], notes.append)
    assert notes == [
        "ann, numbers: no cell of it is called double, but twice: is it of another version of the unit?",
        "cleo, numbers: no cell of it is called double, halve",
    ]


def test_what_the_journal_has_is_not_asked_for(tmp_path):
    outcomes(Judges(tmp_path, lambda work, number, times: NotGraded("later") if number else None), ("ann", ANN))
    judges = Judges(tmp_path)
    assert outcomes(judges, ("ann", ANN), ("bob", BOB))["ann"].score == 3.0
    assert judges.asked == {(ANN, 1): 1, (BOB, 0): 1, (BOB, 1): 1}


def test_a_check_that_cannot_be_judged_costs_its_own_exercise_and_no_other(tmp_path):
    def fails(work, number, times):
        return NotGraded("no sandbox") if (work, number) == (ANN, 0) else None

    found = outcomes(Judges(tmp_path, fails), ("ann", ANN), ("bob", BOB))
    assert (found["ann"].graded, found["ann"].problem) == (None, "no sandbox")
    assert found["bob"].score == 3.0


@pytest.mark.parametrize(("kills", "graded"), [(1, True), (2, True), (3, False), (99, False)])
def test_a_check_whose_process_is_killed_is_asked_for_again_and_in_the_end_given_up(tmp_path, kills, graded):
    def killed(work, number, times):
        return BrokenExecutor() if (work, number) == (ANN, 1) and times <= kills else None

    judges = Judges(tmp_path, killed)
    found = outcomes(judges, ("ann", ANN), ("bob", BOB))
    assert (found["ann"].graded is not None) == graded
    assert graded or "killed 3 times" in found["ann"].problem
    assert judges.asked[ANN, 1] == min(kills + 1, 3)
    assert found["bob"].score == 3.0


def test_nobody_goes_on_where_nothing_can_be_recorded(tmp_path):
    with pytest.raises(CannotWrite, match="the disk is full"):
        outcomes(Judges(tmp_path, lambda work, number, times: CannotWrite("the disk is full")), ("ann", ANN))
