"""`autograder demo`: grades a class made from the exercises, from build to feedback pages and report."""

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.authoring.build import build
from autograder.authoring.catalogue import ROOT
from autograder.demo.answers import ANSWERS
from autograder.demo.course import answered, hand_in, make_course
from autograder.demo.crowd import LEAST, make_crowd
from autograder.grading.grader import open_sandbox
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.classroom import Outcome, grade_class
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import course_config
from autograder.report.command import write_report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", default="", help="the unit (default: the first one with exercises)")
    parser.add_argument("--students", type=int, default=0, help="a class of so many in the place of the five")
    parser.add_argument("--folder", type=Path, default=ROOT / "work" / "demo", help="where the class is made")
    parser.add_argument("--jobs", type=int, default=8, help="how many exercises at once; hanging ones only wait")
    parser.add_argument("--unsandboxed", action="store_true", help="grade although there is no sandbox")


def run(arguments: argparse.Namespace) -> int:
    """Returns 0 if every submission got the points that its kind must get."""
    if arguments.students and arguments.students < LEAST:
        print(f"a class has {LEAST} students at least; without --students there are five")
        return 2
    warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own use of its database
    # nbgrader calls alembic by its name
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    try:
        sandbox = open_sandbox(arguments.unsandboxed)
    except NotGraded as error:
        print(f"Nothing is graded: {error}")
        return 1
    print(sandbox.describe())
    lessons = [lesson for lesson in build() if lesson.exercises]
    known = {lesson.name: lesson for lesson in lessons}
    lesson = known.get(arguments.unit or lessons[0].name)
    if lesson is None:
        print(f"there is no unit {arguments.unit} with exercises; there are {', '.join(known)}")
        return 2
    course, unit = arguments.folder, lesson.name
    try:
        released = make_course(lesson, course)
    except (FileExistsError, NotADirectoryError) as error:
        print(f"Nothing is graded: {error}")
        return 1
    if arguments.students:
        make_crowd(lesson, released, course, arguments.students)
    else:
        for student, answer in ANSWERS.items():
            hand_in(course, unit, student, answered(released, lesson, answer))
    settings = Settings(course / JOURNAL, arguments.unsandboxed, tier=sandbox.tier)
    outcomes = grade_class(course, [unit], settings, arguments.jobs)
    config = course_config(course)
    config.GradeInSandbox.unsandboxed = arguments.unsandboxed
    for kind in (Autograde, GenerateFeedback):
        coursedir = CourseDirectory(config=config)
        coursedir.assignment_id = unit
        converter = kind(coursedir=coursedir, config=config)
        converter.log.setLevel(logging.CRITICAL if arguments.students else logging.ERROR)
        try:
            converter.start()
        except Exception:
            if not arguments.students:
                raise
    page, grades = write_report(course, unit)
    good = True
    if not arguments.students:
        scores = _scores(course, unit)
        for text in table(outcomes, scores):
            print(text)
        good = _as_they_must_be(outcomes, scores)
    print(f"\nThe feedback pages: {course / 'feedback'}/STUDENT/{unit}/{unit}.html")
    print(f"The report on the class: {page}\nIts grades: {grades}")
    return 0 if good else 1


def table(outcomes: list[Outcome], scores: dict[tuple[str, str], float]) -> Iterator[str]:
    """A line for each student and exercise: the points in the gradebook, and the first reason for missing ones."""
    for student in ANSWERS:
        own = [one for one in outcomes if one.student == student]
        total = sum(scores[student, one.exercise] for one in own)
        yield f"\n{student}: {total:g} of {sum(one.points for one in own):g} points"
        for one in own:
            name, score = one.exercise.removesuffix("-checks"), scores[student, one.exercise]
            yield f"  {name}: {score:g} of {one.points:g}{_reason(one)}"


def _reason(one: Outcome) -> str:
    if one.graded is None:
        return f", not graded: {one.problem}"
    failed = [result for result in one.graded.report.results if not result.passed]
    if not failed:
        return ""
    lines = [failed[0].explanation, *failed[0].detail.splitlines()[:4]]
    return f"\n    “{failed[0].sentence}” does not hold: " + "\n      ".join(lines)


def _scores(course: Path, unit: str) -> dict[tuple[str, str], float]:
    found = {}
    with Gradebook(f"sqlite:///{course.resolve()}/gradebook.db") as gradebook:
        for student in ANSWERS:
            for grade in gradebook.find_submission_notebook(unit, unit, student).grades:
                found[student, grade.name] = grade.score
    return found


def _as_they_must_be(outcomes: list[Outcome], scores: dict[tuple[str, str], float]) -> bool:
    """The right one has every point, the untouched one none, and none of the others all of them."""
    sums = {
        student: sum(scores[student, one.exercise] for one in outcomes if one.student == student) for student in ANSWERS
    }
    full = sum(one.points for one in outcomes if one.student == "right")
    others = [sums[student] for student in ANSWERS if student not in ("right", "untouched")]
    graded = all(one.graded is not None for one in outcomes)
    return graded and sums["right"] == full and sums["untouched"] == 0 and all(points < full for points in others)
