"""What covers a function of Python's goes to other processes as the real one does: by its name."""

import pytest

from lockstep.standin.machine import NotCovered
from tests.exploration.taking import take
from tests.simulation.virtual import reply, simulated

PRINTING = """
    def main():
        process = mp.Process(target=print, args=("hi",))
        process.start()
        process.join()
        return process.exitcode
"""


def test_print_is_what_a_first_process_runs():
    assert simulated(PRINTING).result == 0
    assert set(take(PRINTING).results) == {0}


def test_a_pool_calls_print_pids_and_clocks_in_its_workers():
    found = simulated("""
        def main():
            with mp.Pool(1) as pool:
                pool.apply(time.sleep, (1,))
                told = pool.map(print, [1, 2]), pool.apply(os.getpid), os.getpid()
                return *told, pool.apply(time.perf_counter), pool.apply(time.time) > 1e9, pool.apply(os.cpu_count)
    """)
    assert found.result == ([None, None], 1001, 1000, pytest.approx(1), True, 4)


def test_a_process_of_explore_sleeps_and_asks_for_its_pid():
    found = take("""
        import os, time

        def tell(q, pid):
            q.put(pid())

        def main():
            q = SimpleQueue()
            processes = [Process(target=time.sleep, args=(1,)), Process(target=tell, args=(q, os.getpid))]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return q.get()
    """)
    assert set(found.results) == {1002}


def test_random_functions_draw_from_the_numbers_of_the_process_that_calls_them():
    found = simulated("""
        import random

        def here(seed):
            random.seed(seed)
            return [random.random(), random.randint(1, 1000)]

        def main():
            with mp.Pool(1, random.seed, (4,)) as pool:
                there = [pool.apply(random.random), pool.apply(random.randint, (1, 1000))]
            return there == here(4), there == here(5)
    """)
    assert found.result == (True, False)


@pytest.mark.parametrize(("name", "told"), [("open", "`open`"), ("os.fork", "`os.fork`"), ("input", "`input`")])
def test_what_is_refused_is_refused_in_the_process_that_calls_it(name, told):
    program = f"import os\ndef main():\n process = mp.Process(target={name})\n process.start()\n process.join()"
    assert told in reply(program)["not_covered"]
    with pytest.raises(NotCovered, match=told):
        take(program)


def test_the_module_builtins_is_covered_as_its_names_are():
    assert "`open`" in reply("import builtins\ndef main():\n    builtins.open('file')")["not_covered"]
    assert simulated("import builtins\ndef main():\n    return builtins.max(1, 2)").result == 2
