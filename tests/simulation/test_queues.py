"""Queues in virtual time: what a pipe holds, and who it holds up."""

import pytest

from lockstep.simulation.actors import Deadlock
from lockstep.simulation.costs import IDEAL, LAPTOP
from lockstep.simulation.log import Log

from .virtual import reply, simulated

pytestmark = pytest.mark.usefixtures("steady_cpu")

PRODUCERS = """
def produce(queue, size):
    queue.put(bytes(size))

def main(producers, size, early):
    queue = mp.Queue()
    processes = [mp.Process(target=produce, args=(queue, size)) for _ in range(producers)]
    for process in processes:
        process.start()
    if early:
        for process in processes:
            process.join()
    sizes = [len(queue.get()) for _ in processes]
    for process in processes:
        process.join()
    return sizes
"""


@pytest.mark.parametrize("costs", [IDEAL, LAPTOP])
@pytest.mark.parametrize("producers", [1, 2, 3])
@pytest.mark.parametrize("size", [10, 65_536, 70_000, 200_000])
def test_a_child_exits_once_its_last_message_has_been_taken_however_large(costs, producers, size):
    assert simulated(PRODUCERS, producers, size, False, costs=costs).result == [size] * producers


@pytest.mark.parametrize("costs", [IDEAL, LAPTOP])
def test_a_join_before_the_get_of_a_large_message_is_still_a_deadlock(costs):
    with pytest.raises(Deadlock):
        Log.of_data(reply(PRODUCERS, 1, 70_000, True, costs=costs)["log"]).replay()
    assert simulated(PRODUCERS, 1, 60_000, True, costs=costs).result == [60_000]


def test_a_large_message_holds_up_join_thread_until_it_is_taken():
    program = """
    def produce(queue, told):
        queue.put(bytes(70_000))
        queue.close()
        queue.join_thread()
        told.value = time.monotonic()

    def main():
        queue, told = mp.Queue(), mp.Value("d", 0)
        process = mp.Process(target=produce, args=(queue, told))
        process.start()
        time.sleep(1)
        assert told.value == 0
        queue.get()
        process.join()
        return told.value
    """
    assert simulated(program, costs=LAPTOP).result >= 1
