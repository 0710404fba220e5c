"""What is known of a class after grading: each submission's reports from the journal and its points from the gradebook."""

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.grading.grader import checks_in, key_of
from autograder.grading.journal import Journal
from autograder.grading.plain_files import StrangeFolder, strange_within
from autograder.grading.unit import Unit, tag_of
from autograder.grading.work import Work
from autograder.nbgrader.exporting import is_graded, points_of
from autograder.nbgrader.handed_in import Outcome, submissions, tasks_of
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import course_config
from lockstep.checks.report import Report

_NOT_JUDGED = (
    "it is not judged yet: `python -m autograder grade` takes it up, and says what stands in its way "
    "(where that was given `--patience`, so must this report)"
)
_NOT_ENTERED = "it is judged, but not in the gradebook yet: run `python -m autograder grade`"
_BY_HAND = "it waits for somebody to grade by hand in formgrader: "


@dataclass(frozen=True)
class Judged:
    """One exercise of one student: the journal's report on it, and the tier of the sandbox that it ran in."""

    exercise: str
    report: Report
    tier: str

    @property
    def seconds(self) -> float:
        return sum(result.seconds for result in self.report.results)


@dataclass(frozen=True)
class StudentResults:
    """One submission: its points, or None and why it has none; what the journal has of its exercises; its program."""

    student: str
    points: float | None
    problem: str
    judged: tuple[Judged, ...]
    program: str  # what the student wrote, as text


@dataclass(frozen=True)
class ClassResults:
    """All submissions of a unit, by student, the most points that one can have, and who of the class handed in nothing."""

    unit: Unit
    maximum: float
    students: tuple[StudentResults, ...]
    missing: tuple[str, ...] = ()

    @property
    def graded(self) -> list[StudentResults]:
        return [one for one in self.students if one.points is not None]

    @property
    def not_graded(self) -> list[StudentResults]:
        return [one for one in self.students if one.points is None]


def class_results(course: Path, unit: Unit, patience: float = 1.0) -> ClassResults:
    """What journal and gradebook say of each folder in submitted/; nothing is judged or changed."""
    journal = Journal(course / JOURNAL) if (course / JOURNAL).exists() else None
    found = []
    with Gradebook(CourseDirectory(config=course_config(course)).db_url) as gradebook:
        try:
            maximum = gradebook.find_assignment(unit.name).max_score
        except MissingEntry:
            maximum = sum(cell.points for cell in unit.grade_cells)
        for student, path in submissions(course, unit.name):
            found.append(_student_results(gradebook, journal, unit, student, path, patience))
        missing = {one.id for one in gradebook.students} - {one.student for one in found}
    return ClassResults(unit, float(maximum), tuple(found), tuple(sorted(missing)))


def _student_results(
    gradebook: Gradebook, journal: Journal | None, unit: Unit, student: str, path: Path, patience: float
) -> StudentResults:
    works: list[tuple[Outcome, Work]] | Outcome
    try:
        strange_within(path.parent)
        works = tasks_of(student, unit, path)
    except StrangeFolder as error:
        return StudentResults(student, None, str(error), (), "")
    if isinstance(works, Outcome):
        return StudentResults(student, None, works.problem, (), "")
    judged = [_judged(journal, work, patience) for _, work in works] if journal else [None] * len(works)
    given = {cell.source for cell in unit.notebook.cells if not tag_of(cell).get("solution")}
    cells = works[0][1].program.cells if works else ()
    program = "\n\n".join(cell.source for cell in cells if cell.source not in given)
    points, problem = _points(gradebook, unit, student)
    if None in judged:
        points, problem = None, _NOT_JUDGED
    return StudentResults(student, points, problem, tuple(one for one in judged if one is not None), program)


def _judged(journal: Journal, work: Work, patience: float) -> Judged | None:
    """What the journal has of an exercise, in the best sandbox that judged all its checks."""
    for tier in "ABCD":
        rows = journal.rows(key_of(work, tier, patience))
        if len(rows) == checks_in(work):
            name = work.cell.grade_id.removesuffix("-checks")
            results = tuple(rows[number].result for number in range(len(rows)))
            return Judged(work.cell.grade_id, Report(name, results, len(rows)), tier)
    return None


def _points(gradebook: Gradebook, unit: Unit, student: str) -> tuple[float | None, str]:
    """The points after a late penalty, or None and why there are none."""
    try:
        submission = gradebook.find_submission(unit.name, student)
    except MissingEntry:
        return None, _NOT_ENTERED
    if is_graded(submission):
        return points_of(submission), ""
    automatic = {cell.grade_id for cell in unit.grade_cells}
    by_hand = [
        grade.name
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.needs_manual_grade and (grade.name not in automatic or grade.manual_score is not None)
    ]
    return None, _BY_HAND + ", ".join(sorted(by_hand)) if by_hand else _NOT_ENTERED
