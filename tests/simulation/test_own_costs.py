"""What the stand-in takes is told apart by operation, before it and after it, and no program is charged with it."""

import pytest

from lockstep.simulation.actors import Stretch
from lockstep.simulation.inside.own_costs import OwnCosts, own_costs
from lockstep.simulation.inside.service import measured_own_costs
from lockstep.standin.operation import Operation


def stretches(*told):
    return [Stretch(cpu, Operation(kind)) for kind, cpu in told]


def test_before_and_after_are_told_apart_by_the_lock_between():
    found = own_costs(
        stretches(("lock.acquire", 0.0), ("lock.release", 2e-6), ("memory.access", 4e-6), ("lock.acquire", 6e-6)) * 3
    )
    assert found.of_stretch("lock.acquire", "lock.release") == pytest.approx(2_000)
    assert found.of_stretch("lock.release", "memory.access") == pytest.approx(4_000)
    assert found.of_stretch("memory.access", "lock.acquire") == pytest.approx(6_000)
    assert found.of_stretch("memory.access", "memory.access") == pytest.approx(8_000)
    assert found.of_stretch("barrier.arrive", "barrier.pass") == pytest.approx(2_000), "as a lock's"


def test_nothing_is_taken_off_where_nothing_was_measured():
    assert OwnCosts().of_stretch("queue.put", "queue.get") == 0.0


def test_a_message_costs_the_stand_in_more_than_a_lock():
    found = measured_own_costs()
    assert 0 < found.lock < found.of_stretch("queue.get", "queue.put")
    assert found.lock < found.of_stretch("pipe.recv", "pipe.send")
