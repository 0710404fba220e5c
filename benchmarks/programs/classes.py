"""Course directories with a class in them: of a unit of the course, or of exercises made for the purpose."""

import shutil
from pathlib import Path

import nbformat

from autograder.authoring.build import build
from autograder.authoring.catalogue import ROOT
from autograder.authoring.lesson import Lesson
from autograder.demo.answers import ANSWERS
from autograder.demo.course import answered, hand_in

KINDS = ("right", "wrong", "hanging")
MADE = "numbers"  # the unit that is made

_EXERCISE = '''"""Double it

Return twice the number.
"""

from autograder.authoring.marks import wrong
from lockstep import check

points = {checks}


def double(number):
    """Twice the number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION

{all}

@wrong("should be")
def nothing():
    def double(number):
        return None
'''
_CHECK = """
@check("{number} is doubled", limit=5)
def _(student):
    assert student.double({number}) == {twice}
"""
_ANSWER = """import time


def double(number):
    time.sleep({waits})
    return 2 * number if number < {right} else {index}.5
"""
_LESSON = "# %% [markdown]\n# # Numbers\n\n# %%\n# exercise: double\n"


def of_the_course(course: Path, lesson: Lesson, number: int) -> None:
    """So many submissions of a unit: a third right, a third wrong, a third with a first exercise that hangs."""
    for part in ("source", "notebooks"):
        shutil.copytree(ROOT / part / lesson.name, course / part / lesson.name)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    released = nbformat.read(course / "notebooks" / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    for index in range(number):
        notebook = answered(released, lesson, ANSWERS[KINDS[index % len(KINDS)]])
        # Each its own program: equal ones would be judged once.
        next(cell for cell in notebook.cells[::-1] if cell.cell_type == "code").source += f"\n# {index}"
        hand_in(course, lesson.name, f"student{index:03}", notebook)


def made(course: Path, number: int, checks: int, waits: float = 0.0) -> dict[str, int]:
    """So many submissions of an exercise of so many checks; the points that each must get: no two neighbours the same.

    Each check waits so many seconds.
    """
    exercise = course / "autograder" / "exercises" / MADE / "double.py"
    lesson = course / "lessons" / MADE / f"{MADE}.py"
    for file in (exercise, lesson):
        file.parent.mkdir(parents=True)
    every = "\n".join(_CHECK.format(number=one, twice=2 * one) for one in range(checks))
    exercise.write_text(_EXERCISE.format(checks=checks, all=every))
    lesson.write_text(_LESSON)
    build(course)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    released = nbformat.read(course / "notebooks" / MADE / f"{MADE}.ipynb", as_version=4)
    points = {}
    for index in range(number):
        right = index % (checks + 1)
        for cell in released.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = _ANSWER.format(waits=waits, right=right, index=index)
        points[f"student{index:03}"] = right
        hand_in(course, MADE, f"student{index:03}", released)
    return points
