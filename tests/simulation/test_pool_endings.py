"""How pools and executors come to an end in virtual time, and their workers before."""

import pytest

from lockstep.simulation.actors import Deadlock
from lockstep.simulation.costs import IDEAL, LAPTOP
from lockstep.simulation.log import Log

from .virtual import reply, simulated

pytestmark = pytest.mark.usefixtures("steady_cpu")
both_costs = pytest.mark.parametrize("costs", [IDEAL, LAPTOP])


@both_costs
@pytest.mark.parametrize(("workers", "most"), [(2, 1), (3, 2), (1, 4)])
def test_a_closed_pool_replaces_its_workers_until_all_is_done(costs, workers, most):
    program = """
    def square(x):
        work(0.05)
        return x * x, os.getpid()

    def main(workers, most):
        pool = mp.Pool(workers, maxtasksperchild=most)
        results = [pool.apply_async(square, (x,)) for x in range(6)]
        pool.close()
        pool.join()
        values, pids = zip(*[result.get() for result in results])
        return list(values), max(pids.count(pid) for pid in pids)
    """
    values, at_most = simulated(program, workers, most, costs=costs).result
    assert values == [0, 1, 4, 9, 16, 25]
    assert at_most <= most


def test_a_pool_replaces_a_worker_that_died():
    program = """
    import sys

    def leave(x):
        if x == 0:
            sys.exit(3)
        return x

    def main(close):
        with mp.Pool(1) as pool:
            pool.apply_async(leave, (0,))
            other = pool.apply_async(leave, (1,))
            if close:
                pool.close()
            return other.get(timeout=5)
    """
    assert simulated(program, False).result == 1
    assert simulated(program, True).result == 1


def test_a_pool_whose_initializer_fails_hangs_and_does_not_start_workers_for_ever():
    program = """
    def fail():
        raise ValueError("no")

    def main():
        with mp.Pool(2, fail) as pool:
            return pool.map(abs, [1])
    """
    found = reply(program)
    assert [failure[1] for failure in found["failures"]] == ["ValueError"] * 2
    with pytest.raises(Deadlock):
        Log.of_data(found["log"]).replay()


@both_costs
def test_an_executor_that_nobody_shuts_down_is_when_its_process_ends(costs):
    program = """
    def square(x):
        work(1)
        return x * x

    def inner(queue, called):
        executor = ProcessPoolExecutor(1)
        executor.submit(square, 5).add_done_callback(lambda future: called.put(future.result()))
        queue.put(executor.submit(square, 4).result())
        executor.submit(square, 6)

    def main():
        executor = ProcessPoolExecutor(2)
        result = executor.submit(square, 3).result()
        queue, called = mp.Queue(), mp.Queue()
        process = mp.Process(target=inner, args=(queue, called))
        process.start()
        process.join()
        executor.submit(square, 7)
        return result, queue.get(), called.get(), process.exitcode
    """
    found = simulated(program, costs=costs)
    assert found.result == (9, 16, 25, 0)
    assert found.makespan == pytest.approx(1 + 3 + 1, abs=0.1), "what was submitted is still done"


def test_an_executor_is_shut_down_after_an_exception_too():
    program = """
    def main():
        ProcessPoolExecutor(2).submit(work, 1)
        raise KeyError("main")
    """
    found = reply(program)
    assert found["raised"]["types"][0] == "KeyError"
    assert Log.of_data(found["log"]).replay().makespan == pytest.approx(1)


def test_a_result_that_cannot_be_unpickled_breaks_an_executor():
    program = """
    from concurrent.futures.process import BrokenProcessPool

    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(a)

    def fail(x):
        raise Odd(x, x)

    def main():
        with ProcessPoolExecutor(2) as executor:
            future = executor.submit(fail, 3)
            try:
                future.result()
            except BrokenProcessPool as error:
                return type(error.__cause__).__name__
    """
    assert simulated(program).result == "TypeError"
