"""The grades as CSV, as nbgrader exports them, but that what is not graded has no score instead of a 0."""

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

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
    """nbgrader's columns. Who handed in nothing has 0, as in nbgrader; who is not graded yet has no score."""

    def export(self, gradebook: Gradebook) -> None:
        """Writes `to` (grades.csv if it is empty), of the assignments and students that were asked for."""
        students, assignments = {str(one) for one in self.student}, {str(one) for one in self.assignment}
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    wanted = (not assignments or assignment.name in assignments) and (
                        not students or student.id in students
                    )
                    if wanted:
                        writer.writerow(self._row(gradebook, assignment, student))

    def _row(self, gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
        row = {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            "student_id": _text(student.id),
            "last_name": _text(student.last_name),
            "first_name": _text(student.first_name),
            "email": _text(student.email),
            "max_score": assignment.max_score,
        }
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            if self._handed_in(assignment.name, student.id):
                return row
            return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
        row["timestamp"] = submission.timestamp
        if not is_graded(submission):
            return row
        penalty = submission.late_submission_penalty or 0.0
        return row | {
            "raw_score": submission.score,
            "late_submission_penalty": penalty,
            "score": points_of(submission),
        }

    def _handed_in(self, assignment: str, student: str) -> bool:
        """Is there something in submitted/ that nbgrader could not take into the gradebook?"""
        coursedir = getattr(self.parent, "coursedir", None) or CourseDirectory(config=self.config)
        return Path(coursedir.format_path(coursedir.submitted_directory, student, assignment)).exists()


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
