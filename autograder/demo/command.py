"""`autograder demo`: grades a class made from the exercises, from build to feedback pages and report."""

import argparse
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SAWarning

from autograder.authoring.build import read_lessons
from autograder.authoring.catalogue import ROOT
from autograder.demo.answers import ANSWERS
from autograder.demo.course import answered, hand_in, make_course
from autograder.demo.crowd import LEAST, make_crowd
from autograder.gradebook.command import Grading
from autograder.grading.options import at_least_one
from autograder.grading.unit import read_unit
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.classroom import LocalJudges
from autograder.nbgrader.plugin import JOURNAL
from autograder.report.command import write_report
from autograder.report.results import ClassResults, Judged, class_results


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", default="", help="the unit (default: the first one with exercises)")
    parser.add_argument("--students", type=int, default=0, help="a class of so many in the place of the five")
    parser.add_argument("--folder", type=Path, default=ROOT / "work" / "demo", help="where the class is made")
    parser.add_argument("--jobs", type=at_least_one, help="how many checks at once (default: as `grade` does)")
    parser.add_argument("--unsandboxed", action="store_true", help="grade although there is no sandbox")


def run(arguments: argparse.Namespace) -> int:
    """Returns 0 if every submission got the points that its kind must get."""
    if arguments.students and arguments.students < LEAST:
        print(f"a class has {LEAST} students at least; without --students there are five")
        return 2
    warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own use of its database
    # nbgrader calls alembic by its name
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    course = arguments.folder
    settings = Settings((course / JOURNAL).resolve(), arguments.unsandboxed)
    try:
        judges = LocalJudges(settings, arguments.jobs)
    except NotGraded as error:
        print(f"Nothing is graded: {error}")
        return 1
    print(judges.describe())
    lessons = [lesson for lesson in read_lessons() if lesson.exercises]
    known = {lesson.name: lesson for lesson in lessons}
    lesson = known.get(arguments.unit or lessons[0].name)
    if lesson is None:
        print(f"there is no unit {arguments.unit} with exercises; there are {', '.join(known)}")
        return 2
    unit = lesson.name
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
    try:
        with judges:
            Grading(course.resolve(), judges).grade([unit])
        page, grades = write_report(course, unit)
    except NotGraded as error:
        print(f"Stopped: {error}")
        return 1
    good = True
    if not arguments.students:
        results = class_results(course, read_unit(course / "source" / unit / f"{unit}.ipynb"))
        for text in table(results):
            print(text)
        good = as_they_must_be(results)
    print(f"\nThe feedback pages: {course / 'feedback'}/STUDENT/{unit}/{unit}.html")
    print(f"The report on the class: {page}\nIts grades: {grades}")
    return 0 if good else 1


def table(results: ClassResults) -> Iterator[str]:
    """A line for each student and exercise: the points, and the first reason for missing ones."""
    points = {cell.grade_id: cell.points for cell in results.unit.grade_cells}
    for student in ANSWERS:
        one = next(one for one in results.students if one.student == student)
        got = f"not graded: {one.problem}" if one.points is None else f"{one.points:g} of {results.maximum:g} points"
        yield f"\n{student}: {got}"
        for judged in one.judged:
            most = points[judged.exercise]
            yield f"  {judged.report.exercise}: {most * judged.report.share:g} of {most:g}{_reason(judged)}"


def _reason(one: Judged) -> str:
    failed = [result for result in one.report.results if not result.passed]
    if not failed:
        return ""
    lines = [failed[0].explanation, *failed[0].detail.splitlines()[:4]]
    return f"\n    “{failed[0].sentence}” does not hold: " + "\n      ".join(lines)


def as_they_must_be(results: ClassResults) -> bool:
    """Is all graded, has the right one every point, the untouched one none, and none of the others all of them?"""
    points = {one.student: one.points for one in results.students}
    others = [points[student] for student in ANSWERS if student not in ("right", "untouched")]
    return (
        points["right"] == results.maximum
        and points["untouched"] == 0
        and all(one is not None and one < results.maximum for one in others)
    )
