"""Two laws of speed-up

A program takes 1 unit of time on one processor. The share `serial` of it, from 0 to 1, cannot run in parallel; the rest is divided
evenly among `p` processors.

- `amdahl(serial, p)` returns the speed-up for the same problem on `p` processors (Amdahl, 1967).
- `gustafson(serial, p)` returns the scaled speed-up: on `p` processors the program runs 1 unit of time, the share `serial` of *that*
  time is serial, and the parallel part of the problem has grown with `p` (Gustafson, 1988).
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check

points = 3

hints = [
    "Amdahl: how long does the program take on `p` processors? The serial share stays, the rest is divided by `p`.",
    "A speed-up is the time on one processor divided by the time on `p`.",
    "Gustafson: how long would one processor need for what `p` of them did in 1 unit of time?",
]


def amdahl(serial, p):
    """The speed-up on `p` processors of a program with the share `serial` (0 to 1) that stays serial."""
    ### BEGIN SOLUTION
    return 1 / (serial + (1 - serial) / p)
    ### END SOLUTION


def gustafson(serial, p):
    """The scaled speed-up on `p` processors; `serial` (0 to 1) is the serial share of the time on `p` processors."""
    ### BEGIN SOLUTION
    return serial + (1 - serial) * p
    ### END SOLUTION


@check("a quarter serial, on 4 processors: Amdahl says 2.29")
def _(student):
    got = student.amdahl(0.25, 4)
    if isinstance(got, float):
        for mistaken, why in [
            (0.25 + 0.75 / 4, "this is the time on 4 processors: the speed-up is the time on one, divided by it"),
            (1 / (0.75 + 0.25 / 4), "here the serial share is divided by p: it is the rest that is"),
            (1 / (0.0025 + 0.9975 / 4), "`serial` is a share from 0 to 1, and 0.25 is a quarter already"),
            (4.0, "this is p: the serial share cannot be divided"),
        ]:
            assert abs(got - mistaken) > 1e-9, f"amdahl(0.25, 4) is {got:.4g}, and should be 2.286: {why}"
    assert abs(got - 16 / 7) < 1e-9


@check("a quarter serial, on 4 processors: Gustafson says 3.25")
def _(student):
    got = student.gustafson(0.25, 4)
    if isinstance(got, float):
        for mistaken, why in [
            (
                16 / 7,
                "this is Amdahl's; here the problem grows with p, so that p processors are busy for 1 unit of time",
            ),
            (0.75 + 0.25 * 4, "here the serial share is taken p times: it is the rest that is"),
            (0.75 * 4, "this is what the p processors do in parallel: the serial part is work, too"),
            (0.0025 + 0.9975 * 4, "`serial` is a share from 0 to 1, and 0.25 is a quarter already"),
        ]:
            assert abs(got - mistaken) > 1e-9, f"gustafson(0.25, 4) is {got:.4g}, and should be 3.25: {why}"
    assert abs(got - 3.25) < 1e-9


@check("nothing serial: p times as fast, by both laws")
def _(student):
    assert abs(student.amdahl(0.0, 8) - 8) < 1e-9
    assert abs(student.gustafson(0.0, 8) - 8) < 1e-9


@check("all of it serial: no faster, by both laws")
def _(student):
    assert abs(student.amdahl(1.0, 8) - 1) < 1e-9
    assert abs(student.gustafson(1.0, 8) - 1) < 1e-9


@hidden
@check("many shares and processors, compared with the reference")
def _(student, reference):
    for p in (1, 2, 3, 64, 4096):
        for serial in (0.0, 0.01, 1 / 3, 0.5, 0.99, 1.0):
            assert abs(student.amdahl(serial, p) - reference.amdahl(serial, p)) < 1e-7
            assert abs(student.gustafson(serial, p) - reference.gustafson(serial, p)) < 1e-7


@wrong("amdahl(0.25, 4) is 3.97, and should be 2.286: `serial` is a share from 0 to 1, and 0.25 is a quarter already")
def a_percentage():
    def amdahl(serial, p):
        return 1 / (serial / 100 + (1 - serial / 100) / p)

    def gustafson(serial, p):
        return serial / 100 + (1 - serial / 100) * p


@wrong("it is the rest that is", "`amdahl(0.0, 8)` should be 8, but is 1.0")
def serial_and_parallel_mixed_up():
    def amdahl(serial, p):
        return 1 / ((1 - serial) + serial / p)

    def gustafson(serial, p):
        return (1 - serial) + serial * p


@wrong("gustafson(0.25, 4) is 2.286, and should be 3.25: this is Amdahl's; here the problem grows with p")
def one_law_for_both():
    def gustafson(serial, p):
        return 1 / (serial + (1 - serial) / p)


@wrong("amdahl(0.25, 4) is 0.4375, and should be 2.286: this is the time on 4 processors")
def the_time_in_the_place_of_the_speedup():
    def amdahl(serial, p):
        return serial + (1 - serial) / p


@wrong("the serial part is work, too", "`gustafson(1.0, 8)` should be 1, but is 0.0")
def the_serial_part_forgotten():
    def gustafson(serial, p):
        return (1 - serial) * p


@wrong("`amdahl(0.25, 4)` should be 2.2857142857142856, but is 2.29")
def rounded():
    def amdahl(serial, p):
        return round(1 / (serial + (1 - serial) / p), 2)

    def gustafson(serial, p):
        return round(serial + (1 - serial) * p, 2)


@wrong("`amdahl(0.25, 4)` should be 2.2857142857142856, but is '2.29' (a str, not a float)")
def as_text():
    def amdahl(serial, p):
        return f"{1 / (serial + (1 - serial) / p):.2f}"

    def gustafson(serial, p):
        return f"{serial + (1 - serial) * p:.2f}"


@wrong("`amdahl(0.01, 2)` should be 1.9801980198019802, but is 2.0")
def remembered_for_p_alone():
    known = {}

    def amdahl(serial, p):
        if p not in known:
            known[p] = 1 / (serial + (1 - serial) / p)
        return known[p]


@also_right
def in_another_form():
    def amdahl(serial, p):
        return p / (1 + (p - 1) * serial)

    def gustafson(serial, p):
        return p - (p - 1) * serial


@also_right
def with_numpy_and_cases_of_their_own():
    import numpy as np

    def amdahl(serial, p):
        if serial == 0:
            return p
        return np.float64(1) / (serial + np.divide(1 - serial, p))

    def gustafson(serial, p):
        return 1 if serial == 1 else np.dot([serial, 1 - serial], [1, p])
