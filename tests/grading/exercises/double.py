"""Double it

Return twice the number.
"""

from autograder.authoring.marks import hidden, wrong
from lockstep import check

points = 4


def double(number):
    """Twice the number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION


@check("two becomes four")
def _(student):
    assert student.double(2) == 4


@check("zero stays zero")
def _(student):
    assert student.double(0) == 0


@hidden
@check("any number is doubled")
def _(student, reference):
    secret_number = 12345
    assert student.double(secret_number) == reference.double(secret_number)


@hidden
@check("negative numbers, too")
def _(student):
    assert student.double(-3) == -6


@wrong("should be")
def square():
    def double(number):
        return number**2
