"""A worker that enters judged submissions into nbgrader: gradebook, autograded notebook, feedback page, one by one.

It runs no program of anybody: it reads what the journal says of a submission. nbgrader's two converters and its
connection to the gradebook stay open from one submission to the next; to make them takes longer than to use them.
"""

import glob
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.writers.files import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.grading.storage import CannotWrite, gradebook_obstacle, told
from autograder.grading.work import Settings
from autograder.nbgrader import logs, stages
from autograder.nbgrader.conversion import Noticing, begin
from autograder.nbgrader.exporting import is_graded
from autograder.nbgrader.registering import course_config


@dataclass(frozen=True)
class Filed:
    """What the gradebook has of a submission now, or why it has nothing."""

    student: str
    unit: str
    score: float = 0.0
    points: float = 0.0
    late: float = 0.0  # points taken off because it came late
    by_hand: bool = False  # whether something of it waits for somebody to grade it
    problem: str = ""


def open_filing(course: Path, settings: Settings) -> None:
    """Makes ready a worker process for `file_in_worker`."""
    global _filing
    warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own use of its database
    logs.silence()
    keep_gradebooks_open()
    _filing = Filing(course, settings)


def file_in_worker(unit: str, student: str, of: str) -> Filed:
    assert _filing is not None
    return _filing.file(unit, student, of)


_filing: "Filing | None" = None


class Filing:
    """nbgrader's converters of one course."""

    def __init__(self, course: Path, settings: Settings) -> None:
        self._course = course.resolve()
        config = course_config(self._course)
        config.GradeInSandbox.recorded = settings.tier
        config.GradeInSandbox.patience = settings.patience
        self._config = config

    def file(self, unit: str, student: str, of: str) -> Filed:
        """Enters one submission, whatever has been entered of it before. `of`: what its results follow from.

        Raises CannotWrite; what is wrong with this submission alone is told in the result.
        """
        try:
            stages.begun(self._course, unit, student, "autograde")  # or nothing is begun: nbgrader goes on without it
            for converter in self._converters(unit):
                converter.problem = None
            for converter in self._converters(unit):
                converter.convert(student)
            filed = self._filed(unit, student)
            stages.ended(self._course, unit, student, "complete", of)
        except (
            Exception,
            SystemExit,
        ) as error:  # nbgrader's own classes, those of its database, and whatever led to them
            causes = [one.problem for one in self._converters(unit) if one.problem is not None]
            cause = causes[0] if causes else error
            if what := told(cause) or gradebook_obstacle(cause):
                raise CannotWrite(f"{student}, {unit} cannot be entered: {what}") from None
            return Filed(student, unit, problem=f"nbgrader cannot take it in: {cause}")
        return filed

    def _filed(self, unit: str, student: str) -> Filed:
        with Gradebook(self._config.CourseDirectory.db_url, self._config.CourseDirectory.course_id) as gradebook:
            entry = gradebook.find_submission(unit, student)
            late, by_hand = entry.late_submission_penalty or 0.0, not is_graded(entry)
            return Filed(student, unit, entry.score, entry.max_score, late, by_hand)

    @cache  # noqa: B019 - one of these in a process, for as long as it lives
    def _converters(self, unit: str) -> tuple["_Kept", ...]:
        return tuple(kind(unit, self._config) for kind in (_Autograde, _Feedback))


class _Kept(Noticing):
    """A converter of nbgrader's that takes one submission after the other."""

    def __init__(self, unit: str, config: Any) -> None:
        coursedir = CourseDirectory(config=config)
        coursedir.assignment_id = unit
        super().__init__(coursedir=coursedir, config=config)
        self.force = True
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for step in self.preprocessors:
            self.exporter.register_preprocessor(step)

    def convert(self, student: str) -> None:
        """Raises nbgrader's exceptions; `problem` is then what led to them."""
        self.coursedir.student_id = glob.escape(student)
        self.init_notebooks()
        begin(self)
        self.convert_notebooks()


class _Autograde(_Kept, Autograde):  # type: ignore[misc]
    def convert(self, student: str) -> None:
        self._sanitizing = True  # which nbgrader leaves otherwise when one of its steps cannot be made
        super().convert(student)


class _Feedback(_Kept, GenerateFeedback):  # type: ignore[misc]
    pass


def keep_gradebooks_open() -> None:
    """From now on `Gradebook(url)` of this process is one connection for each url, and closing it ends its session only.

    nbgrader opens the gradebook ten times for a submission, and each time compiles every query anew.
    """
    opened: dict[tuple[str, str], tuple[Any, Any]] = {}
    make = Gradebook.__init__

    def open_once(self: Any, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        if (db_url, course_id) not in opened:
            make(self, db_url, course_id, authenticator)
            opened[db_url, course_id] = self.engine, self.db
        self.engine, self.db = opened[db_url, course_id]
        self.course_id, self.authenticator = course_id, authenticator

    Gradebook.__init__ = open_once
    Gradebook.close = lambda self: self.db.remove()
