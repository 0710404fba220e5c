"""A class of five from build to feedback: right, untouched, wrong, hanging and crashing, graded through nbgrader."""

import argparse
import ast
import copy
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.authoring.build import build
from autograder.authoring.catalogue import ROOT
from autograder.authoring.exercise import Exercise
from autograder.authoring.lesson import Lesson
from autograder.grading.grader import open_sandbox
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.classroom import Outcome, grade_class
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import course_config

_HANGING = """from multiprocessing import Lock, Process


def take_it_again(lock):
    with lock:
        pass


def hang():
    lock = Lock()
    with lock:
        child = Process(target=take_it_again, args=(lock,))
        child.start()
        child.join()
"""
_CRASHING = """import os
import signal


def hang():
    os.kill(os.getpid(), signal.SIGSEGV)
"""

_MADE = "# Made by `python -m autograder demo`, which makes it anew each time.\n*\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", default="", help="the unit (default: the first one with exercises)")
    parser.add_argument("--folder", type=Path, default=ROOT / "work" / "demo", help="where the class is made")
    parser.add_argument("--jobs", type=int, default=8, help="how many exercises at once; hanging ones only wait")
    parser.add_argument("--unsandboxed", action="store_true", help="grade although there is no sandbox")


def run(arguments: argparse.Namespace) -> int:
    """Returns 0 if every submission got the points that its kind must get."""
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
    lesson = next(one for one in lessons if one.name == (arguments.unit or lessons[0].name))
    course, unit = arguments.folder, lesson.name
    try:
        make_course(lesson, course)
    except (FileExistsError, NotADirectoryError) as error:
        print(f"Nothing is graded: {error}")
        return 1
    settings = Settings(course / JOURNAL, arguments.unsandboxed, tier=sandbox.tier)
    outcomes = grade_class(course, [unit], settings, arguments.jobs)
    config = course_config(course)
    config.GradeInSandbox.unsandboxed = arguments.unsandboxed
    for kind in (Autograde, GenerateFeedback):
        coursedir = CourseDirectory(config=config)
        coursedir.assignment_id = unit
        converter = kind(coursedir=coursedir, config=config)
        converter.log.setLevel(logging.ERROR)
        converter.start()
    scores = _scores(course, unit)
    for text in table(outcomes, scores):
        print(text)
    print(f"\nThe feedback pages: {course / 'feedback'}/STUDENT/{unit}/{unit}.html")
    return 0 if _as_they_must_be(outcomes, scores) else 1


def make_course(lesson: Lesson, folder: Path) -> None:
    """A course directory with the unit and the five submissions; an earlier one there is replaced.

    Raises FileExistsError for a folder with anything else in it.
    """
    ignoring = folder / ".gitignore"
    if folder.exists() and any(folder.iterdir()) and not (ignoring.exists() and ignoring.read_text() == _MADE):
        raise FileExistsError(f"{folder} has files that are not of a demonstration; give another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("source", "notebooks"):
        shutil.copytree(ROOT / part / lesson.name, folder / part / lesson.name)
    ignoring.write_text(_MADE)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    released = nbformat.read(folder / "notebooks" / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    for student, answer in ANSWERS.items():
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(answered(released, lesson, answer), path)


def answered(released: Any, lesson: Lesson, answer: Callable[[Exercise, bool], str]) -> Any:
    """The released notebook with an answer to each exercise; the flag says whether it is the unit's first."""
    notebook = copy.deepcopy(released)
    texts = {one.name: answer(one, position == 0) for position, one in enumerate(lesson.exercises)}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in texts:
            cell.source = texts[name]
    return notebook


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


def _replaced(exercise: Exercise, prelude: str) -> str:
    """An answer with the names of the exercise, each of whose functions does what `prelude` calls `hang`."""
    lines = [prelude]
    for node in ast.parse(exercise.solution).body:
        if isinstance(node, ast.FunctionDef):
            lines.append(f"\ndef {node.name}(*arguments, **keywords):\n    hang()\n")
        elif isinstance(node, ast.ClassDef):
            names = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
            methods = [f"    def {name}(self, *arguments, **keywords):\n        hang()\n" for name in names]
            lines.append(f"\nclass {node.name}:\n" + "\n".join(methods))
    return "\n".join(lines)


ANSWERS: dict[str, Callable[[Exercise, bool], str]] = {
    "right": lambda exercise, first: exercise.solution,
    "untouched": lambda exercise, first: exercise.starter,
    "wrong": lambda exercise, first: exercise.wrong[0].code,
    "hanging": lambda exercise, first: _replaced(exercise, _HANGING) if first else exercise.solution,
    "crashing": lambda exercise, first: _replaced(exercise, _CRASHING) if first else exercise.solution,
}
