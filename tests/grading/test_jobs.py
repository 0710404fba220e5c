"""How many checks are judged at once: more while they leave CPUs idle, no more while they do not."""

import pytest

from autograder.grading import jobs


class Machine:
    """A machine of so many CPUs whose clock and load a test sets."""

    def __init__(self, monkeypatch, cpus=2, usable=2, gigabytes=64):
        self.now, self.busy = 0.0, 0.0
        monkeypatch.setattr(jobs.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(jobs.psutil, "cpu_percent", lambda: self.busy)
        monkeypatch.setattr(jobs.psutil, "virtual_memory", lambda: type("Memory", (), {"available": gigabytes * 2**30}))
        monkeypatch.setattr(jobs.os, "cpu_count", lambda: cpus)
        monkeypatch.setattr(jobs, "usable_cpus", lambda: type("Usable", (), {"count": usable}))

    def begun(self, made, at_work, looks=1):
        """How many are at work after so many looks, where none of them ends."""
        for _ in range(looks):
            self.now += made.patience
            while made.may_begin(at_work):
                at_work += 1
        return at_work


def test_two_for_each_cpu_begin_at_once_however_busy_they_are(monkeypatch):
    machine = Machine(monkeypatch)
    machine.busy = 100
    assert machine.begun(jobs.Jobs(), 0, looks=20) == 4


def test_more_begin_while_cpus_are_idle_and_none_beyond_the_most(monkeypatch):
    machine = Machine(monkeypatch)
    made = jobs.Jobs()
    few = machine.begun(made, 0, looks=2)
    assert 4 < few < made.most, "not all at once: what has begun may be about to compute"
    assert machine.begun(made, few, looks=100) == made.most


def test_when_cpus_are_busy_again_what_ends_is_not_replaced(monkeypatch):
    machine = Machine(monkeypatch)
    made = jobs.Jobs()
    many = machine.begun(made, 0, looks=100)
    machine.busy = 95
    assert machine.begun(made, many // 2, looks=20) == many // 2
    assert machine.begun(made, 0, looks=20) == 4


@pytest.mark.parametrize("hanging", [0, 30, 300])
def test_neither_do_those_that_hang_hold_up_those_that_compute_nor_do_these_stand_in_each_others_way(
    monkeypatch, hanging
):
    """1,200 checks of 0.1 s of computing, and some that wait for 10 s, mixed, on two CPUs shared by all that compute."""
    machine = Machine(monkeypatch)
    made = jobs.Jobs()
    step, every, few = 0.02, 1_200, []
    left = [(10.0, 0.0) if index % 4 == 0 and index // 4 < hanging else (0.0, 0.1) for index in range(every + hanging)]
    at_work: list[list[float]] = []
    used = []
    while left or at_work:
        while left and made.may_begin(len(at_work)):
            at_work.append(list(left.pop(0)))
        computing = [one for one in at_work if one[1] > 0]
        for one in computing:
            one[1] -= step * min(1.0, 2 / len(computing))
        for one in at_work:
            one[0] -= step
        at_work = [one for one in at_work if max(one) > 1e-9]
        few.append(len(computing))
        used = [*used, min(1.0, len(computing) / 2)][-25:]
        machine.busy, machine.now = 100 * sum(used) / len(used), machine.now + step
    least = max(every * 0.1 / 2, 10 * hanging / made.most)
    assert machine.now < 1.3 * least + 10
    assert sorted(few)[len(few) * 95 // 100] <= 8, "so many compute at once on two CPUs"


def test_a_number_that_is_given_is_kept_to_whatever_the_load(monkeypatch):
    machine = Machine(monkeypatch)
    machine.busy = 100
    assert machine.begun(jobs.Jobs(7), 0) == 7


def test_a_small_machine_gets_no_more_than_its_memory_holds(monkeypatch):
    machine = Machine(monkeypatch, gigabytes=2)
    assert machine.begun(jobs.Jobs(), 0, looks=100) == 6


@pytest.mark.parametrize(("of_all", "at_work"), [(3.125, 4), (0.0, 48)])
def test_two_cpus_of_many_are_busy_when_two_are(monkeypatch, of_all, at_work):
    machine = Machine(monkeypatch, cpus=64)
    machine.busy = of_all
    assert machine.begun(jobs.Jobs(), 0, looks=100) == at_work
