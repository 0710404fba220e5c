"""Where no repetition of a prediction was quiet, the interval of its error decides, or it is said that nothing does."""

import pytest

from benchmarks.prediction import COMPUTE, Effort, Machine, Repetition, Row
from lockstep.machine.capacity import Capacity

ROW = Row("a program", lambda size, workers: size, lambda size: size, 1, COMPUTE)


class Steady:
    """A probe whose countdown takes a second, alone and beside others."""

    def measure(self, workers, repetitions):
        return Capacity(workers, 1.0, 1.0, 1.0)


def report(capsys, errors, others=0.2):
    countdown = Steady().measure(2, 1)
    found = [Repetition(1 + error, 1.0, 0.15, others, (countdown,) * 3) for error in errors]
    return Machine(Steady(), 2, Effort(5)).report(ROW, found), capsys.readouterr().out


def test_errors_within_the_bar_are_ok_although_it_was_not_quiet(capsys):
    (error, kept), told = report(capsys, [0.02, 0.03, 0.01, 0.02, 0.04])
    assert error == pytest.approx(0.02)
    assert kept
    assert "not quiet" in told
    assert "bar 15%: ok" in told


def test_errors_outside_the_bar_are_a_miss(capsys):
    (_, kept), told = report(capsys, [-0.3, -0.31, -0.35, -0.29, -0.33])
    assert not kept
    assert "MISSED" in told


def test_an_interval_that_holds_the_bar_decides_nothing(capsys):
    result, told = report(capsys, [0.02, 0.4, 0.1, -0.2, 0.3])
    assert result is None
    assert "which decides nothing" in told


def test_repetitions_beside_busy_programs_decide_nothing(capsys):
    result, told = report(capsys, [0.02, 0.03, 0.01, 0.02, 0.04], others=1.5)
    assert result is None
    assert "others used the CPUs in all but 0" in told
