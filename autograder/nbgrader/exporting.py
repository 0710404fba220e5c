"""The grades as CSV, as nbgrader exports them, but that what is not graded has no score instead of a 0."""

import csv
from collections.abc import Set
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from autograder.nbgrader.handed_in import submissions

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of one


class GradedCsvExport(ExportPlugin):  # type: ignore[misc]
    """nbgrader's columns. Who handed in nothing has 0, as in nbgrader; who is not graded yet has no score.

    Who handed in something, but is not in the gradebook, has a row, too. `waiting`: students of whom something newer than
    the gradebook's points is handed in, and has none yet.
    """

    waiting: Set[str] = frozenset()

    def export(self, gradebook: Gradebook) -> None:
        """Writes `to` (grades.csv if it is empty), of the assignments and students that were asked for."""
        students, assignments = {str(one) for one in self.student}, {str(one) for one in self.assignment}
        coursedir = getattr(self.parent, "coursedir", None) or CourseDirectory(config=self.config)
        class_list = gradebook.students
        known = {student.id for student in class_list}
        # The name of a folder need not be text.
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                if assignments and assignment.name not in assignments:
                    continue
                handed_in = {student for student, _ in submissions(Path(coursedir.root), assignment.name)}
                unknown = [Student(id=name) for name in sorted(handed_in - known)]
                for student in (*class_list, *unknown):
                    if not students or student.id in students:
                        points = _points(gradebook, assignment, student.id, handed_in, known - self.waiting)
                        writer.writerow(_row(assignment, student) | points)


def _points(
    gradebook: Gradebook, assignment: Any, student: str, handed_in: Set[str], entered: Set[str]
) -> dict[str, Any]:
    """The columns with points, without a score where something was handed in that is not graded."""
    try:
        submission = gradebook.find_submission(assignment.name, student) if student in entered else None
    except MissingEntry:
        submission = None
    if submission is None:
        return {} if student in handed_in else {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    if not is_graded(submission):
        return {"timestamp": submission.timestamp}
    return {
        "timestamp": submission.timestamp,
        "raw_score": _rounded(submission.score),
        "late_submission_penalty": _rounded(submission.late_submission_penalty or 0.0),
        "score": _rounded(points_of(submission)),
    }


def _row(assignment: Any, student: Any) -> dict[str, Any]:
    """The columns of a student's row that are not points."""
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": _text(student.id),
        "last_name": _text(student.last_name),
        "first_name": _text(student.first_name),
        "email": _text(student.email),
        "max_score": assignment.max_score,
    }


def is_graded(submission: SubmittedAssignment) -> bool:
    """Has every grade of the submission been decided, by the grader or by somebody?"""
    return bool(submission.notebooks) and not submission.needs_manual_grade


def points_of(submission: SubmittedAssignment) -> float:
    """The points of a submission after its late penalty, never fewer than none."""
    return max(0.0, float(submission.score - (submission.late_submission_penalty or 0.0)))


def _text(value: str | None) -> str:
    """A name that a spreadsheet takes for text, whatever it begins with."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rounded(points: float) -> float:
    """Without the noise of a sum: 9.6, not 9.600000000000001."""
    return round(float(points), 6)
