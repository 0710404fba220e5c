"""Programs that look again and again instead of waiting: virtual time goes on meanwhile."""

import pytest

from lockstep.simulation.costs import IDEAL, LAPTOP

from .virtual import simulated

pytestmark = pytest.mark.usefixtures("steady_cpu")
both_costs = pytest.mark.parametrize("costs", [IDEAL, LAPTOP])

PROGRAM = """
def child(event, queue, lock, ours):
    with lock:
        work(3)
    event.set()
    queue.put(1)
    ours.send(1)

def main(looks_at):
    event, queue, lock = mp.Event(), mp.Queue(), mp.Lock()
    theirs, ours = mp.Pipe()
    process = mp.Process(target=child, args=(event, queue, lock, ours))
    pool = mp.Pool(1)
    result = pool.apply_async(work, (3,))
    executor = ProcessPoolExecutor(1)
    future = executor.submit(work, 3)
    process.start()
    time.sleep(0.5)

    def full():
        try:
            return queue.get_nowait()
        except Exception:
            return False

    looks = {
        "is_alive": lambda: not process.is_alive(),
        "exitcode": lambda: process.exitcode is not None,
        "is_set": event.is_set,
        "empty": lambda: not queue.empty(),
        "get_nowait": full,
        "poll": theirs.poll,
        "acquire": lambda: lock.acquire(False),
        "ready": result.ready,
        "done": future.done,
    }
    while not looks[looks_at]():
        pass
    seconds = time.monotonic()
    process.join()
    return seconds
"""


@both_costs
@pytest.mark.parametrize(
    "looks_at", ["is_alive", "exitcode", "is_set", "empty", "get_nowait", "poll", "acquire", "ready", "done"]
)
def test_a_loop_that_only_looks_ends_when_what_it_waits_for_has_happened(costs, looks_at):
    found = simulated(PROGRAM, looks_at, costs=costs, cores=8)
    assert 3 <= found.result <= 3.25
    looked = found.busy["main"]
    assert looked == pytest.approx(2.5, abs=0.25), "looking takes a core"


@both_costs
def test_a_loop_that_looks_at_a_clock_ends(costs):
    program = """
    def main(clock):
        began = getattr(time, clock)()
        while getattr(time, clock)() < began + 0.01:
            pass
        return getattr(time, clock)() - began
    """
    for clock in ("perf_counter", "process_time"):
        assert simulated(program, clock, costs=costs).result == pytest.approx(0.01, abs=0.001)


def test_looks_with_sleep_or_work_between_them_take_no_time():
    program = """
    def main():
        process = mp.Process(target=work, args=(2,))
        process.start()
        while process.is_alive():
            pause(0.25)
        return time.monotonic(), [time.monotonic() for _ in range(5)][-1]
    """
    assert simulated(program.replace("pause(", "work(")).result == (2, 2)
    assert simulated(program.replace("pause(", "time.sleep(")).result == (2, 2)
