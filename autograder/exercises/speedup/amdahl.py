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


@check("nothing serial: p times as fast, by both laws")
def _(student):
    for law in ("amdahl", "gustafson"):
        got = getattr(student, law)(0.0, 8)
        assert abs(got - 8) < 1e-9, (
            f"{law}(0.0, 8) is {got:.4g}, and should be 8: with nothing serial, all of it is divided by p"
        )


@check("all of it serial: no faster, by both laws")
def _(student):
    for law in ("amdahl", "gustafson"):
        got = getattr(student, law)(1.0, 8)
        assert abs(got - 1) < 1e-9, (
            f"{law}(1.0, 8) is {got:.4g}, and should be 1: where all of it is serial, 7 of the 8 processors have nothing to do. "
            "`serial` is a share from 0 to 1"
        )


@check("a tenth serial, on 10 processors: Amdahl says 5.26, Gustafson 9.1")
def _(student):
    got = student.amdahl(0.1, 10)
    assert abs(got - 1 / 0.19) < 1e-9, (
        f"amdahl(0.1, 10) is {got:.4g}, and should be 5.263. `serial` is a share from 0 to 1, and only the rest is divided by p"
    )
    got = student.gustafson(0.1, 10)
    assert abs(got - 9.1) < 1e-9, f"gustafson(0.1, 10) is {got:.4g}, and should be 9.1: here the problem grows with p"


@hidden
@check("many shares and processors, compared with the reference")
def _(student, reference):
    for serial in (0.0, 0.01, 0.25, 0.5, 0.99):
        for p in (1, 2, 3, 64, 1000):
            assert abs(student.amdahl(serial, p) - reference.amdahl(serial, p)) < 1e-9
            assert abs(student.gustafson(serial, p) - reference.gustafson(serial, p)) < 1e-9


@wrong("`serial` is a share from 0 to 1")
def a_percentage():
    def amdahl(serial, p):
        return 1 / (serial / 100 + (1 - serial / 100) / p)

    def gustafson(serial, p):
        return serial / 100 + (1 - serial / 100) * p


@wrong("`serial` is a share from 0 to 1")
def serial_and_parallel_mixed_up():
    def amdahl(serial, p):
        return 1 / ((1 - serial) + serial / p)

    def gustafson(serial, p):
        return (1 - serial) + serial * p


@wrong("here the problem grows with p")
def one_law_for_both():
    def amdahl(serial, p):
        return 1 / (serial + (1 - serial) / p)

    def gustafson(serial, p):
        return 1 / (serial + (1 - serial) / p)


@wrong("should be 1: where all of it is serial")
def the_time_in_the_place_of_the_speedup():
    def amdahl(serial, p):
        return p * (serial + (1 - serial) / p)

    def gustafson(serial, p):
        return serial + (1 - serial) * p


@wrong("gustafson(1.0, 8) is 0, and should be 1")
def the_serial_part_forgotten():
    def amdahl(serial, p):
        return 1 / (serial + (1 - serial) / p)

    def gustafson(serial, p):
        return (1 - serial) * p


@also_right
def in_another_form():
    def amdahl(serial, p):
        return p / (1 + (p - 1) * serial)

    def gustafson(serial, p):
        return p - (p - 1) * serial
