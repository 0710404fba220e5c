"""Processes that a signal ends in virtual time."""

import pytest

from lockstep.simulation.costs import IDEAL, LAPTOP

from .virtual import simulated

STARTED_AND_JOINED = """
    def main():
        memory = mp.RawArray("i", 1)
        process = mp.Process(target=child, args=(memory,))
        process.start()
        process.join()
        return memory[0], process.exitcode
"""

pytestmark = pytest.mark.usefixtures("steady_cpu")
both_costs = pytest.mark.parametrize("costs", [IDEAL, LAPTOP])


@both_costs
@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_a_process_that_a_signal_ends_does_nothing_more_not_even_finally(costs, how):
    program = """
    def child(memory, lock):
        try:
            with lock:
                memory[0] = 1
                time.sleep(10)
        finally:
            memory[1] = 1
            undefined

    def main(how):
        memory, lock = mp.RawArray("i", 2), mp.Lock()
        process = mp.Process(target=child, args=(memory, lock))
        process.start()
        time.sleep(0.5)
        getattr(process, how)()
        process.join()
        return list(memory), process.exitcode, lock.acquire(timeout=1)
    """
    found = simulated(program, how, costs=costs)
    assert found.result == ([1, 0], {"terminate": -15, "kill": -9}[how], False)
    assert found.failures == ()


def test_an_exception_still_goes_through_finally():
    program = """
    def child(memory):
        try:
            raise KeyError
        finally:
            memory[0] = 1
    """
    assert simulated(program + STARTED_AND_JOINED).result == (1, 1)


def test_a_process_can_be_ended_before_it_has_begun():
    program = """
    def child(memory):
        memory[0] = 1

    def main():
        memory = mp.RawArray("i", 1)
        process = mp.Process(target=child, args=(memory,))
        process.start()
        process.terminate()
        process.join()
        return memory[0], process.exitcode
    """
    assert simulated(program, costs=LAPTOP).result == (0, -15)


@both_costs
def test_a_process_can_end_itself(costs):
    program = """
    def child(memory):
        mp.current_process().terminate()
        memory[0] = 1
    """
    assert simulated(program + STARTED_AND_JOINED, costs=costs).result == (0, -15)
