"""What the measurement says about the serial share

You measured a speed-up on `p` processors. Turn Amdahl's law round: which serial share would explain it? Write
`karp_flatt(speedup, p)`, which returns this *experimentally determined serial fraction* (Karp and Flatt, 1990).

With one processor there is nothing to determine: for `p` of 1 or less raise `ValueError`.
"""

from autograder.exercise import also_right, hidden, wrong
from lockstep import check, raises

points = 2

hints = [
    "Start with 1 / speedup = e + (1 - e) / p and solve it for e.",
    "e = (1 / speedup - 1 / p) / (1 - 1 / p)",
]


def karp_flatt(speedup, p):
    """The serial fraction that explains a measured speed-up on `p` processors; ValueError unless p > 1."""
    ### BEGIN SOLUTION
    if p <= 1:
        raise ValueError("the serial fraction can be determined with 2 processors or more")
    return (1 / speedup - 1 / p) / (1 - 1 / p)
    ### END SOLUTION


@check("a perfect speed-up: nothing is serial")
def _(student):
    assert abs(student.karp_flatt(4, 4)) < 1e-9


@check("no speed-up: all of it is serial")
def _(student):
    assert abs(student.karp_flatt(1, 4) - 1) < 1e-9


@check("a speed-up of 3 on 4 processors: a ninth is serial")
def _(student):
    got = student.karp_flatt(3, 4)
    assert abs(got - 1 / 9) < 1e-9, (
        f"karp_flatt(3, 4) is {got:.4g}, and should be 0.1111: solve Amdahl's law for the serial share"
    )


@check("with one processor there is nothing to determine")
def _(student):
    with raises(ValueError):
        student.karp_flatt(1, 1)


@hidden
@check("many values, compared with the reference")
def _(student, reference):
    for p in (2, 3, 8, 100):
        for speedup in (0.5, 1.0, 1.5, 1.99, 2.5):
            assert abs(student.karp_flatt(speedup, p) - reference.karp_flatt(speedup, p)) < 1e-9


@wrong("should raise ValueError")
def p_of_one_is_let_through():
    def karp_flatt(speedup, p):
        if p == 1:
            return 0.0
        return (1 / speedup - 1 / p) / (1 - 1 / p)


@wrong("solve Amdahl's law for the serial share")
def one_minus_the_efficiency():
    def karp_flatt(speedup, p):
        if p <= 1:
            raise ValueError("p")
        return (1 - speedup / p) / (1 - 1 / p)


@also_right
def without_fractions():
    def karp_flatt(speedup, p):
        if p <= 1:
            raise ValueError("p must be greater than 1")
        return (p - speedup) / (speedup * (p - 1))
