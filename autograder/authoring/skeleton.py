"""`autograder new UNIT/NAME`: writes the skeleton of an exercise, which no build takes until all of it is filled in."""

import argparse
import keyword
import re

from autograder.authoring.catalogue import ROOT, exercise_files, exercises_folder

SKELETON = '''"""FILL IN: a title in one line

FILL IN: what NAME takes, what it returns, and what must never happen.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check

points = 3

hints = [
    "FILL IN: where to look first, and no more.",
    "FILL IN: nearly the answer.",
]


def NAME(number):
    """FILL IN: what it returns."""
    ### BEGIN SOLUTION
    return FILL_IN_THE_REFERENCE
    ### END SOLUTION


@check("FILL IN: what must hold, in a sentence")
def _(student):
    assert student.NAME(1) == "FILL IN"


@hidden
@check("FILL IN: what must hold of larger and of odd inputs")
def _(student, reference):
    for number in (0, 7, 1_000):
        assert student.NAME(number) == reference.NAME(number)


@wrong("FILL IN: what the first line of its refusal says, which is the likely cause")
def fill_in_a_mistake_that_learners_make():
    def NAME(number):
        return "FILL IN"


@also_right
def fill_in_another_way():
    def NAME(number):
        return "FILL IN"
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exercise", metavar="UNIT/NAME", help="such as locks/readers: its folder and its function")


def run(arguments: argparse.Namespace) -> int:
    unit, _, name = arguments.exercise.partition("/")
    if problem := problem_with(unit, name):
        print(problem)
        return 1
    path = exercises_folder() / unit / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(skeleton(name), encoding="utf-8")
    print(
        f"{path.relative_to(ROOT)} is there. Fill in what it says, prove it with `python -m autograder check {name}`,"
    )
    print(f"and write the line `# exercise: {name}` into a cell of the unit's lesson.")
    return 0


def skeleton(name: str) -> str:
    """The text of an exercise whose function is called `name`."""
    return SKELETON.replace("NAME", name)


def problem_with(unit: str, name: str) -> str:
    """Why there can be no such exercise; "" if there can."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", unit):
        return f"`{unit}` cannot be the folder of a unit: give UNIT/NAME, such as locks/readers"
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or keyword.iskeyword(name):
        return f"`{name}` cannot be the name of a function: give UNIT/NAME, such as locks/readers"
    for path in exercise_files():
        if path.stem == name:
            return f"there is already an exercise of this name: {path.relative_to(ROOT)}"
    return ""
