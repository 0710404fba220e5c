"""Halve it

Return half of the number.
"""

from autograder.authoring.marks import wrong
from lockstep import check

points = 2


def halve(number):
    """Half of the number."""
    ### BEGIN SOLUTION
    return number / 2
    ### END SOLUTION


@check("four becomes two")
def _(student):
    assert student.halve(4) == 2


@check("one becomes a half")
def _(student):
    assert student.halve(1) == 0.5


@wrong("should be")
def whole():
    def halve(number):
        return number // 2
