"""Nothing of the real time, the real processes or the threads outside is seen inside a simulation."""

import textwrap
import time

import pytest

from lockstep.simulation.costs import LAPTOP
from lockstep.standin.machine import NotCovered
from tests.exploration.taking import merged_and_not, take
from tests.simulation.virtual import reply, simulated


@pytest.mark.parametrize(
    ("imported", "clock", "passed"),
    [
        ("from timeit import default_timer", "default_timer()", 2.0),
        ("import timeit", "timeit.default_timer()", 2.0),
        ("", "time.clock_gettime(time.CLOCK_MONOTONIC)", 2.0),
        ("", "time.clock_gettime_ns(time.CLOCK_REALTIME) / 1e9", 2.0),
        ("", "time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)", 1.0),
        ("from datetime import datetime", "datetime.now().timestamp()", 2.0),
        ("from datetime import datetime", "datetime.today().timestamp()", 2.0),
        ("import datetime", "datetime.datetime.now(datetime.UTC).timestamp()", 2.0),
        ("import datetime", "(datetime.datetime.utcnow() - datetime.datetime(1970, 1, 1)).total_seconds()", 2.0),
    ],
)
def test_every_clock_tells_virtual_time(imported, clock, passed):
    program = (
        f"{imported}\ndef main():\n    begin = {clock}\n    work(1)\n    time.sleep(1)\n    return {clock} - begin"
    )
    assert simulated(program).result == pytest.approx(passed, abs=1e-5)


def test_a_clock_that_is_read_while_a_module_is_loaded_makes_no_process_look_busy():
    compute_for(0.5)
    found = simulated("BEGAN = time.perf_counter()\ndef main():\n    return BEGAN >= 0", costs=LAPTOP)
    assert found.result is True
    assert found.work < 0.25


def compute_for(seconds: float) -> None:
    """This thread has computed for so long, whatever it did before."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_dates_are_those_of_the_simulation_and_go_through_queues():
    found = simulated("""
        from datetime import date, datetime, timedelta

        def tell(q):
            q.put((datetime.now(), timedelta(days=1)))

        def main():
            q = mp.Queue()
            process = mp.Process(target=tell, args=(q,))
            process.start()
            now, day = q.get()
            process.join()
            return (now + day).year, date.today().isoformat()[:7], now == datetime.now()
    """)
    assert found.result == (2023, "2023-11", True)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import timeit; timeit.timeit('pass')", "`timeit.timeit`: read time.perf_counter"),
        ("import queue; queue.Queue().get(timeout=1)", "`queue.Queue.get`: use multiprocessing.Queue"),
        ("import queue; queue.SimpleQueue().get()", "`queue.SimpleQueue.get`: use multiprocessing.Queue"),
        ("from queue import Queue; q = Queue(1); q.put(1); q.put(2)", "`queue.Queue.put`"),
        ("import queue; q = queue.LifoQueue(); q.put(1); q.join()", "`queue.LifoQueue.join`"),
        ("import select; select.select([], [], [])", "`select.select`: wait for a Queue"),
        ("from selectors import EVENT_READ; EVENT_READ | 1", "`selectors.EVENT_READ`: wait for a Queue"),
        ("import os.path; os.fork()", "`os.fork`"),
    ],
)
def test_what_would_wait_for_real_is_refused_by_name(statement, words):
    assert words in reply(f"def main():\n    {statement}")["not_covered"]


def test_queues_of_threads_work_as_long_as_nobody_waits():
    found = simulated("""
        import queue

        def main():
            heap = queue.PriorityQueue()
            for number in (3, 1, 2):
                heap.put(number)
            taken = [heap.get() for _ in range(3)]
            try:
                heap.get_nowait()
            except queue.Empty:
                return taken
    """)
    assert found.result == [1, 2, 3]


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Writes a file beside the program."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))

    return write


NEIGHBOUR = """
    import multiprocessing as mp
    import time

    seen = []

    class Task:
        def __init__(self, seconds):
            self.seconds = seconds

    def nap(task, q):
        seen.append(task.seconds)
        time.sleep(task.seconds)
        q.put(list(seen))

    def in_parallel():
        begin = time.perf_counter()
        q = mp.Queue()
        processes = [mp.Process(target=nap, args=(Task(100), q)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return time.perf_counter() - begin, [q.get(), q.get()], seen
"""


def test_a_module_beside_the_program_is_simulated_with_it(beside):
    beside("sleepers.py", NEIGHBOUR)
    program = "from sleepers import in_parallel\n\ndef main():\n    return in_parallel()"
    found = simulated(program)
    assert found.result == (pytest.approx(100), [[100], [100]], [])
    assert found.processes == 3
    assert simulated(program).result == found.result, "it is loaded anew in every run"


def test_a_module_beside_the_program_is_explored_with_it(beside):
    beside("racers.py", "count = 0\n\ndef add(v):\n    global count\n    count += 1\n    v.value += count\n")
    found = merged_and_not("""
        import racers

        def main():
            v = Value("i", 0)
            processes = [Process(target=racers.add, args=(v,)) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return v.value, racers.count
    """)
    assert set(found.results) == {(1, 0), (2, 0)}


def test_what_a_module_beside_the_program_uses_is_refused_there_too(beside):
    beside("threaded.py", "import threading\n\ndef run():\n    threading.Thread()\n")
    program = "import threaded\n\ndef main():\n    threaded.run()"
    assert "`threading.Thread`" in reply(program)["not_covered"]
    with pytest.raises(NotCovered, match=r"`threading\.Thread`"):
        take(program)


def test_an_own_package_is_refused_only_if_it_uses_processes(beside):
    beside("mypackage/__init__.py", "")
    beside("mypackage/numbers.py", "def seven():\n    return 7\n")
    beside("mypackage/parallel.py", "from multiprocessing import Pool\n\ndef run():\n    return Pool(2)\n")
    assert simulated("from mypackage.numbers import seven\n\ndef main():\n    return seven()").result == 7
    told = reply("from mypackage import parallel\n\ndef main():\n    parallel.run()")["not_covered"]
    assert "processes in the package `mypackage`: put `mypackage.parallel` into a file of its own" in told
