"""What each submission's results follow from, and whether the gradebook and the pages already have them."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading.grader import key_of
from autograder.grading.storage import CannotWrite, gradebook_obstacle
from autograder.grading.work import Settings
from autograder.nbgrader import stages
from autograder.nbgrader.handed_in import Outcome, Submitted
from autograder.nbgrader.registering import course_config


class Results:
    """The outcomes of a class as they come, by submission."""

    def __init__(self, course: Path, settings: Settings, submitted: Submitted) -> None:
        self._course = course
        self.submissions: dict[tuple[str, str], Submission] = {}
        for one, work in submitted.tasks:
            key = key_of(work, settings.tier or "", settings.patience)
            self.submissions.setdefault((one.unit, one.student), Submission(one.unit, one.student)).keys.append(key)
        units = {unit for unit, _ in self.submissions}
        self._entered = {unit: _Entered(course, unit) for unit in units}
        # The configuration, and plugins that it names: a late penalty may be changed where it is written.
        own = " ".join(_digest(path) for path in sorted(course.glob("*.py")))
        self._given = {unit: (_digest(course / "source" / unit / f"{unit}.ipynb"), own) for unit in units}
        self.filed: list[Submission] = []  # those that nothing had to be done for

    def add(self, outcome: Outcome) -> "Submission | None":
        """The submission, if this was the last of its exercises."""
        submission = self.submissions[outcome.unit, outcome.student]
        submission.outcomes.append(outcome)
        if len(submission.outcomes) < len(submission.keys):
            return None
        submission.of = self._of(submission)
        return submission

    def is_filed(self, submission: "Submission") -> bool:
        """Whether nbgrader has it all, from just these results. Then it counts as filed."""
        unit, student = submission.unit, submission.student
        stage = stages.stage(self._course, unit, student)
        whole = stage is not None and stage.what == "complete" and stage.of == submission.of
        pages = (
            self._course / "autograded" / student / unit / f"{unit}.ipynb",
            self._course / "feedback" / student / unit / f"{unit}.html",
        )
        if not (whole and student in self._entered[unit] and all(page.is_file() for page in pages)):
            return False
        self.filed.append(submission)
        return True

    def _of(self, submission: "Submission") -> str:
        unit, student = submission.unit, submission.student
        folder = self._course / "submitted" / student / unit
        parts = [
            *sorted(submission.keys),
            *sorted(f"{one.exercise} {one.score}" for one in submission.outcomes),
            *(_digest(path) for path in (folder / f"{unit}.ipynb", folder / "timestamp.txt")),
            *self._given[unit],
            *sorted(f"{path.name} {path.lstat().st_mtime_ns}" for path in folder.iterdir()),
            self._entered[unit].due(student),
        ]
        return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Submission:
    """One student's unit: the journal's keys of its exercises, the outcomes so far, and what they all follow from."""

    unit: str
    student: str
    keys: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    of: str = ""

    @property
    def not_graded(self) -> bool:
        return any(one.graded is None for one in self.outcomes)


class _Entered:
    """Which students of a unit the gradebook has, and when each one's submission is due: penalties follow from it."""

    def __init__(self, course: Path, unit: str) -> None:
        """Raises CannotWrite where the gradebook cannot be used."""
        try:
            with Gradebook(course_config(course).CourseDirectory.db_url) as gradebook:
                self._usual = str(gradebook.find_assignment(unit).duedate)
                self._due = {one.student.id: str(one.duedate) for one in gradebook.assignment_submissions(unit)}
        except SQLAlchemyError as error:
            raise CannotWrite(f"the gradebook cannot be used: {gradebook_obstacle(error) or error}") from error

    def __contains__(self, student: str) -> bool:
        return student in self._due

    def due(self, student: str) -> str:
        return self._due.get(student, self._usual)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
