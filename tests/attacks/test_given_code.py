"""What a check expects is computed where a learner's program cannot reach it; where it can, it makes it what it likes."""

import contextlib

import pytest

from lockstep.checks.check import Check, check_one
from lockstep.program.source import ModuleSource
from lockstep.student import session as sessions
from lockstep.student.apart import apart
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session

GIVEN = ModuleSource.of_text(
    """
import numpy as np
from math import sqrt
SIDES = (3, 4)

def plate(rows):
    grid = np.zeros((rows, rows))
    grid[0, :] = len(SIDES)
    return grid

def warmed_alone(rows):
    return [sum(row) for row in plate(rows).tolist()]

def warmed(rows):
    return warm(plate(rows))

def called_by(function, number):
    return function(number)
"""
)
# Given code is to answer the same to everything, and all sums are 0.
FORGED = """
def warm(grid):
    import builtins, given
    for name in ("plate", "warmed_alone", "warmed"):
        setattr(given, name, lambda *any: [0, 0])
    builtins.sum = lambda *any: 0
    return [0, 0]
"""
RIGHT = """
def warm(grid):
    return [sum(row) for row in grid.tolist()]
"""


def judged(program: str):
    def judge(student):
        found = student.warmed(2)
        expected = student.warmed_alone(2)
        assert found == expected, f"{found} is not {expected}"

    session = Session(ModuleSource.of_text(program), GIVEN, local_launcher(), 20.0)
    return check_one(Check("as one alone does it", judge, 20.0), session)


def test_a_right_answer_passes():
    assert judged(RIGHT).passed


def test_patched_given_code_and_libraries_do_not_change_what_is_expected():
    result = judged(FORGED)
    assert not result.passed
    assert "[0, 0] is not [4.0, 0.0]" in result.explanation


def test_without_the_defence_they_do(monkeypatch):
    monkeypatch.setattr(sessions, "apart", lambda given: frozenset())
    assert judged(FORGED).passed


def test_only_what_reads_nothing_of_the_learners_runs_apart():
    assert apart(GIVEN) == {"plate", "warmed_alone", "called_by"}
    others = """
import os
seen = []
def noting(x):
    seen.append(x)
def remembering(x, known={}):
    return known.setdefault(x, 1)
def changing():
    global seen
    seen = []
def looking():
    return os.getcwd()
def writing():
    return open("a", "w")
def importing():
    import solution
    return solution
class Kind:
    pass
def making():
    return Kind()
def calling_what_notes(x):
    return noting(x)
def alone(x):
    def inner(y):
        return [x + y + z for z in range(3)]
    return inner(1)
"""
    assert apart(ModuleSource.of_text(others)) == {"alone"}


def test_a_function_of_the_learners_that_is_passed_is_called_where_it_is():
    session = Session(ModuleSource.of_text("def mine(x):\n    return -x\n"), GIVEN, local_launcher(), 20.0)
    student = sessions.Student(session)
    with contextlib.closing(session):
        assert student.called_by(student.mine, 3) == -3
        with pytest.raises(sessions.StudentRaised, match="TypeError"):
            student.called_by(3, 3)


CHEATS = {
    "at the top level": "import given\ndef warm(grid):\n    return 0\ngiven.warmed = lambda rows: [4.0, 0.0]\n",
    "in a call": "def warm(grid):\n    import given\n    given.warmed = lambda rows: [4.0, 0.0]\n    return 0\n",
    "its names": "def warm(grid):\n    import given\n    given.plate = lambda rows: [4.0, 0.0]\n    given.warm = lambda x: x\n    return 0\n",
}


def judged_twice(program: str):
    def judge(student):
        for _ in range(2):
            found = student.warmed(2)
        assert found == [4.0, 0.0], f"{found} came"

    session = Session(ModuleSource.of_text(program), GIVEN, local_launcher(), 20.0)
    return check_one(Check("warm", judge, 20.0), session)


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS.keys())
def test_given_code_that_was_replaced_is_put_back(cheat):
    assert judged_twice(RIGHT).passed
    assert not judged_twice(cheat).passed
