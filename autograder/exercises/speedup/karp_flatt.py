"""What the measurement says about the serial share

You measured the speed-up `measured` on `p` processors. Turn Amdahl's law round: which serial share would explain it? Write
`karp_flatt(measured, p)`, which returns this *experimentally determined serial fraction* (Karp and Flatt, 1990).

A speed-up above `p` gives a negative share: return it as it is. With one processor there is nothing to determine: for `p` of 1 or less raise `ValueError`.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, raises

points = 2

hints = [
    "Start with 1 / measured = e + (1 - e) / p and solve it for e.",
    "e = (1 / measured - 1 / p) / (1 - 1 / p)",
]


def karp_flatt(measured, p):
    """The serial fraction that explains a measured speed-up on `p` processors; ValueError unless p > 1."""
    ### BEGIN SOLUTION
    if p <= 1:
        raise ValueError("the serial fraction can be determined with 2 processors or more")
    return (1 / measured - 1 / p) / (1 - 1 / p)
    ### END SOLUTION


@check("a perfect speed-up: nothing is serial")
def _(student):
    got = student.karp_flatt(4, 4)
    assert abs(got) < 1e-9, (
        f"karp_flatt(4, 4) is {got:.4g}, and should be 0: 4 times as fast on 4 processors leaves nothing serial"
    )


@check("no speed-up: all of it is serial")
def _(student):
    got = student.karp_flatt(1, 4)
    assert abs(got - 1) < 1e-9, (
        f"karp_flatt(1, 4) is {got:.4g}, and should be 1: where 4 processors bring nothing, all of it is serial"
    )


@check("a speed-up of 3 on 4 processors: a ninth is serial")
def _(student):
    got = student.karp_flatt(3, 4)
    assert abs(got - 1 / 9) < 1e-9, (
        f"karp_flatt(3, 4) is {got:.4g}, and should be 0.1111: solve Amdahl's law for the serial share"
    )


@check("a speed-up above p gives a share below 0: it says that the base case is not the best")
def _(student):
    got = student.karp_flatt(5, 4)
    assert abs(got + 1 / 15) < 1e-9, (
        f"karp_flatt(5, 4) is {got:.4g}, and should be -0.06667: do not cut it off at 0, since a negative share is a warning worth seeing"
    )


@check("with one processor, or less, there is nothing to determine")
def _(student):
    for p in (1, 0.5):
        with raises(ValueError):
            student.karp_flatt(1, p)


@hidden
@check("many values, compared with the reference")
def _(student, reference):
    for p in (2, 3, 8, 100):
        for measured in (0.5, 1.0, 1.5, 1.99, 2.5):
            assert abs(student.karp_flatt(measured, p) - reference.karp_flatt(measured, p)) < 1e-9


@wrong("should raise ValueError")
def p_of_one_is_let_through():
    def karp_flatt(measured, p):
        if p == 1:
            return 0.0
        return (1 / measured - 1 / p) / (1 - 1 / p)


@wrong("solve Amdahl's law for the serial share")
def one_minus_the_efficiency():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return (1 - measured / p) / (1 - 1 / p)


@wrong("do not cut it off at 0")
def never_below_zero():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return max(0.0, (1 / measured - 1 / p) / (1 - 1 / p))


@wrong("karp_flatt(1, 4) is 0.75, and should be 1")
def what_is_missing_from_the_ideal():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return 1 - measured / p


@also_right
def without_fractions():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p must be greater than 1")
        return (p - measured) / (measured * (p - 1))
