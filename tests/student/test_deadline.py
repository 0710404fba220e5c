"""A limit counts what other programs left of the machine, and ends whatever they do."""

import contextlib

import pytest

from lockstep.student import deadline as module
from lockstep.student.deadline import MOST, Deadline
from lockstep.student.failure import StudentTimedOut


class Machine:
    """Stands for the clocks of a machine with four CPUs on which others keep `busy` of them busy."""

    def __init__(self, monkeypatch, busy: float) -> None:
        self.now = 1000.0
        self.busy = busy
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(module, "_busy_seconds", lambda: self.busy * self.now)
        monkeypatch.setattr(module.os, "cpu_count", lambda: 4)
        monkeypatch.setattr(module.os, "times", lambda: (0.0, 0.0))
        monkeypatch.setattr(Deadline, "_used_by_descendants", lambda self: 0.0)

    def wait_until_over(self, deadline: Deadline) -> float:
        """Seconds until the deadline says that it is over."""
        began = self.now
        with contextlib.suppress(StudentTimedOut):
            while True:
                self.now += deadline.remaining()
        return self.now - began


@pytest.mark.parametrize(("busy", "seconds"), [(0, 10), (2, 20), (3, 40), (3.9, 10 * MOST), (50, 10 * MOST)])
def test_a_limit_lasts_longer_by_what_others_use_and_always_ends(monkeypatch, busy, seconds):
    machine = Machine(monkeypatch, busy)
    assert machine.wait_until_over(Deadline(10)) == pytest.approx(seconds, rel=0.02)


def test_a_limit_that_was_stretched_says_so(monkeypatch):
    machine = Machine(monkeypatch, 3)
    stretched = Deadline(10)
    machine.wait_until_over(stretched)
    assert stretched.told == "10 s (40 s, since this machine is busy)"
    machine.busy = 0
    plain = Deadline(10)
    machine.wait_until_over(plain)
    assert plain.told == "10 s"


def test_time_that_is_put_off_does_not_count(monkeypatch):
    machine = Machine(monkeypatch, 0)
    later = Deadline(10)
    later.put_off(5)
    assert machine.wait_until_over(later) == pytest.approx(15)


def test_whoever_waits_hears_of_it_about_once_a_second_and_not_longer_than_before(monkeypatch):
    machine, told = Machine(monkeypatch, 0), []
    deadline = Deadline(3.5, told.append)
    with contextlib.suppress(StudentTimedOut):
        while machine.now < 1100:
            machine.now += deadline.pause()
    assert told == pytest.approx([1, 2, 3])
    assert machine.now == pytest.approx(1003.5)
