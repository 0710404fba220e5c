"""A small exercise for tests to read, to break and to prove."""

GOOD = '''"""Title

Prompt.
"""

from multiprocessing import Process

from autograder.authoring.marks import hidden, wrong
from lockstep import check, given

points = 2


def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION


@given
def four():
    return 4


@check("it doubles")
def _(student):
    assert student.double(2) == 4


@hidden
@check("it doubles more")
def _(student, reference):
    assert student.double(9) == reference.double(9)


@wrong("should be 4")
def adds_one():
    def double(n):
        return n + 1
'''


def write(tmp_path, text=GOOD, name="double"):
    folder = tmp_path / "autograder" / "exercises" / "unit"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(text)
    return path
