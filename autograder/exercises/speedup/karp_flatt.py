"""What the measurement says about the serial share

You measured the speed-up `measured` on `p` processors. Turn Amdahl's law round: which serial share would explain it? Write
`karp_flatt(measured, p)`, which returns this *experimentally determined serial fraction* (Karp and Flatt, 1990).

A speed-up above `p` gives a negative share, and one below 1 a share above 1: return it as it is. With one processor there is nothing
to determine: for `p` of 1 or less raise `ValueError`.
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


@check("a speed-up of 3 on 4 processors: a ninth is serial")
def _(student):
    got = student.karp_flatt(3, 4)
    if isinstance(got, float):
        for mistaken, why in [
            (3 / 4, "this is the efficiency"),
            (1 / 4, "this is what the efficiency lacks of 1"),
            (1 / 12, "this is 1 / measured - 1 / p, which is still to be divided"),
            (8 / 9, "this is the share that runs in parallel"),
        ]:
            assert abs(got - mistaken) > 1e-9, (
                f"karp_flatt(3, 4) is {got:.4g}, and should be 0.1111: {why}; solve Amdahl's law for the serial share"
            )
    assert abs(got - 1 / 9) < 1e-9


@check("a perfect speed-up: nothing is serial")
def _(student):
    assert abs(student.karp_flatt(4, 4) - 0) < 1e-9


@check("no speed-up: all of it is serial")
def _(student):
    assert abs(student.karp_flatt(1, 4) - 1) < 1e-9
    assert abs(student.karp_flatt(1, 2) - 1) < 1e-9


@check("a speed-up above p gives a share below 0, one below 1 a share above 1: a warning worth seeing")
def _(student):
    got = student.karp_flatt(5, 4)
    assert got != 0, "karp_flatt(5, 4) is 0, and should be -0.06667: do not cut it off at 0"
    assert abs(got - -1 / 15) < 1e-9
    got = student.karp_flatt(0.5, 4)
    assert got != 1, "karp_flatt(0.5, 4) is 1, and should be 2.333: do not cut it off at 1"
    assert abs(got - 7 / 3) < 1e-9


@check("with one processor, or less, there is nothing to determine: ValueError")
def _(student):
    for p in (1, 0.5, 0, -4):
        with raises(ValueError):
            student.karp_flatt(1, p)


@hidden
@check("many values, compared with the reference")
def _(student, reference):
    for p in (1.5, 2, 3, 8, 100):
        for measured in (0.05, 0.5, 1.0, 1.5, 1.99, 2.5, 1_000):
            assert abs(student.karp_flatt(measured, p) - reference.karp_flatt(measured, p)) < 1e-9


@wrong("should raise ValueError")
def p_of_one_is_let_through():
    def karp_flatt(measured, p):
        if p == 1:
            return 0.0
        return (1 / measured - 1 / p) / (1 - 1 / p)


@wrong("`karp_flatt(3, 4)` should be 0.1111111111111111, but is 0.3333333333333333")
def one_minus_the_efficiency():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return (1 - measured / p) / (1 - 1 / p)


@wrong("raised ValueError", "✘ many values", replaced={"p <= 1": "p < 2"})
def two_processors_at_least(): ...


@wrong("do not cut it off at 0")
def never_below_zero():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return max(0.0, (1 / measured - 1 / p) / (1 - 1 / p))


@wrong("karp_flatt(3, 4) is 0.25, and should be 0.1111: this is what the efficiency lacks of 1")
def what_is_missing_from_the_ideal():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return 1 - measured / p


@wrong("karp_flatt(0.5, 4) is 1, and should be 2.333: do not cut it off at 1")
def never_above_one():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return min(1.0, (1 / measured - 1 / p) / (1 - 1 / p))


@wrong("karp_flatt(3, 4) is 0.08333, and should be 0.1111: this is 1 / measured - 1 / p, which is still to be divided")
def the_numerator_alone():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p")
        return 1 / measured - 1 / p


@wrong("ValueError", "✘ with one processor, or less, there is nothing to determine")
def the_error_returned():
    def karp_flatt(measured, p):
        if p <= 1:
            return ValueError("p")
        return (1 / measured - 1 / p) / (1 - 1 / p)


@wrong("it should raise ValueError, but raised AssertionError")
def asserted():
    def karp_flatt(measured, p):
        assert p > 1, "p must be greater than 1"
        return (1 / measured - 1 / p) / (1 - 1 / p)


@wrong("raised ValueError")
def superlinear_is_an_error():
    def karp_flatt(measured, p):
        if p <= 1 or measured > p:
            raise ValueError("p")
        return (1 / measured - 1 / p) / (1 - 1 / p)


@also_right
def without_fractions():
    def karp_flatt(measured, p):
        if p <= 1:
            raise ValueError("p must be greater than 1")
        return (p - measured) / (measured * (p - 1))


@also_right
def an_error_of_its_own_kind():
    class TooFew(ValueError):
        pass

    def karp_flatt(measured, p):
        try:
            if p < 1:
                raise ZeroDivisionError
            return (1 / measured - 1 / p) / (1 - 1 / p)
        except ZeroDivisionError as error:
            raise TooFew(f"{p} processors") from error
