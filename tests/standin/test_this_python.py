"""What the multiprocessing of this Python offers is covered by the stand-in, or refused by its name."""

import builtins
import concurrent.futures
import multiprocessing
import sys
from multiprocessing import connection, pool, queues, shared_memory, synchronize
from textwrap import dedent

import pytest

from lockstep.simulation.phrases import Done, endless
from lockstep.standin.imports import plain, timed
from lockstep.standin.machine import NotCovered
from lockstep.standin.objects import pipes
from lockstep.standin.timed import executors, memory, pools
from lockstep.student.failure import CheckFailed
from tests.checks.test_checks import report
from tests.exploration.taking import merged_and_not, take
from tests.simulation.virtual import reply, simulated

FROM_3_14 = pytest.mark.skipif(sys.version_info < (3, 14), reason="new in Python 3.14")
FROM_3_15 = pytest.mark.skipif(sys.version_info < (3, 15), reason="new in Python 3.15")

REAL_AND_OURS = [
    (multiprocessing.Process, plain.PUBLIC["Process"]),
    (multiprocessing.Process, timed.Process),
    *((getattr(synchronize, name), plain.PUBLIC[name]) for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore")),
    *((getattr(synchronize, name), plain.PUBLIC[name]) for name in ("Condition", "Event", "Barrier")),
    *((getattr(queues, name), plain.PUBLIC[name]) for name in ("Queue", "SimpleQueue", "JoinableQueue")),
    (connection.Connection, pipes.Connection),
    (pool.Pool, pools.Pool),
    (pool.AsyncResult, pools.AsyncResult),
    (pool.IMapIterator, pools.ResultIterator),
    (concurrent.futures.ProcessPoolExecutor, executors.ProcessPoolExecutor),
    (concurrent.futures.Future, executors.Future),
    (shared_memory.SharedMemory, memory.SharedMemory),
]
# Attributes of instances of ours, and what is for those who write pools and executors.
ELSEWHERE = {"parties", "closed", "Process", "set_exception", "set_result", "set_running_or_notify_cancel"}


@pytest.mark.parametrize(("real", "ours"), REAL_AND_OURS, ids=lambda kind: kind.__name__)
def test_whatever_an_object_offers_is_there_or_refused_by_name(real, ours):
    offered = {name for name in dir(real) if not name.startswith("_")}
    assert offered - ELSEWHERE <= set(dir(ours))
    here = {name for name in dir(ours) if not name.startswith("_")}
    assert not here & {"locked", "interrupt", "terminate_workers", "kill_workers"} - offered, "as on this Python"


def everything(text: str) -> str:
    return "from multiprocessing import *\n" + dedent(text)


LOOKS = """
    def hold(lock):
        with lock:
            pass

    def main():
        lock = {kind}()
        process = Process(target=hold, args=(lock,))
        process.start()
        seen = lock.locked()
        process.join()
        return seen
"""


@FROM_3_14
@pytest.mark.parametrize("kind", ["Lock", "RLock", "Semaphore", "BoundedSemaphore"])
def test_a_lock_says_whether_it_is_held_on_every_machine(kind):
    program = LOOKS.format(kind=kind)
    assert set(merged_and_not(program).results) == {True, False}
    assert simulated(everything(program)).result in (True, False)
    assert report(everything(program), "assert student.main() in (True, False)").passed == 1


@FROM_3_14
def test_a_semaphore_is_locked_when_nothing_is_left_of_it():
    program = """
    def main():
        semaphore = Semaphore(2)
        seen = [semaphore.locked()]
        for _ in range(2):
            semaphore.acquire()
            seen.append(semaphore.locked())
        return seen
    """
    (found,) = take(program).results
    assert found == (False, False, True)
    assert simulated(everything(program)).result == [False, False, True]


@FROM_3_14
def test_who_only_looks_at_a_lock_is_told_what_waits():
    program = """
    def main():
        lock = Lock()
        lock.acquire()
        while lock.locked():
            pass
    """
    with pytest.raises(CheckFailed, match="livelock"):
        take(program).always_ends()
    done = Done(*reply(everything(program), operations=300)["endless"])
    assert "times at Lock.locked (" in (told := endless("main()", done))
    assert "so wait with `acquire()`" in told


@FROM_3_14
def test_interrupting_a_process_is_refused_by_name():
    program = """
    def main():
        process = Process(target=print)
        process.start()
        process.interrupt()
    """
    with pytest.raises(NotCovered, match=r"`explore` does not cover `Process.interrupt`: use `terminate\(\)`"):
        take(program)
    assert "`simulate` does not cover `Process.interrupt`: use `terminate()`" in str(reply(everything(program)))


@FROM_3_14
@pytest.mark.parametrize("end", ["terminate_workers", "kill_workers"])
def test_the_workers_of_an_executor_end_in_virtual_time_as_they_really_do(end):
    program = f"""
    def main():
        executor = ProcessPoolExecutor(2)
        futures = [executor.submit(work, seconds) for seconds in (0.1, 60, 60, 60, 60, 60, 60, 60)]
        futures[0].result()
        time.sleep(1)
        executor.{end}()
        told = []
        for future in futures[1:]:
            told.append("cancelled" if future.cancelled() else type(future.exception()).__name__)
        try:
            executor.submit(work, 1)
        except Exception as error:
            told.append(type(error).__name__)
        return told
    """
    found = simulated(program)
    assert found.makespan < 3
    running, late = found.result[:2], found.result[-2]
    assert running == ["BrokenProcessPool"] * 2
    assert late == "cancelled"
    assert found.result[-1] == "BrokenProcessPool"


BUFFERED = """
    def main():
        taken = []

        def numbers():
            for number in range(8):
                taken.append(number)
                yield number

        with ProcessPoolExecutor(2) as executor:
            results = executor.map(abs, numbers(), buffersize=2, chunksize={chunksize})
            seen = [len(taken)]
            for result in results:
                seen.append(len(taken))
        return seen
"""


@FROM_3_14
@pytest.mark.parametrize("chunksize", [1, 2])
def test_a_buffered_map_takes_as_many_items_as_it_really_does(chunksize):
    program = BUFFERED.format(chunksize=chunksize)
    wanted = simulated(program).result
    assert wanted[0] == 2 * chunksize
    real = "from concurrent.futures import ProcessPoolExecutor\n" + dedent(program)
    assert report(real, f"assert student.main() == {wanted}").passed == 1


@FROM_3_14
@pytest.mark.parametrize(("size", "error"), [("0", "ValueError"), ("1.5", "TypeError")])
def test_a_buffer_of_no_size_is_an_error(size, error):
    program = f"def main():\n    ProcessPoolExecutor(1).map(abs, [1], buffersize={size})"
    assert reply(program)["raised"]["types"][0] == error


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there is one")
def test_a_buffer_that_this_python_does_not_know_is_an_error_as_it_really_is():
    program = "def main():\n    ProcessPoolExecutor(1).map(abs, [1], buffersize=2)"
    assert "unexpected keyword argument 'buffersize'" in reply(program)["raised"]["message"]


ANNOTATED = """
from dataclasses import dataclass
from multiprocessing import Process, Value
from typing import NamedTuple

@dataclass
class Step:
    of: Later
    size: int = 0

    def with_(self, other: Step) -> Unknown:
        return Step(self.of, self.size + other.size)

class Pair(NamedTuple):
    first: Later

class Later:
    pass

count: int = 0
if count == 0:
    other: Later | None = None

def add(v: Shared, step: Step) -> None:
    here: Unknown = v.value
    v.value = here + step.size

def main():
    v = Value("i", 0)
    processes = [Process(target=add, args=(v, Step(Later(), 1))) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return v.value, Step(1, 2).with_(Step(1, 3)).size, Pair(3).first
"""


@FROM_3_14
def test_annotations_may_name_what_comes_later_on_every_machine():
    assert merged_and_not(ANNOTATED).results == {(1, 5, 3): 4, (2, 5, 3): 2}
    assert tuple(simulated(ANNOTATED).result)[1:] == (5, 3)
    assert report(ANNOTATED, "assert student.main()[1:] == (5, 3)").passed == 1


@FROM_3_15
@pytest.mark.parametrize(
    "imported",
    [
        "lazy from multiprocessing import Process, Value",
        "lazy import multiprocessing as mp\nProcess, Value = mp.Process, mp.Value",
        "__lazy_modules__ = ['multiprocessing']\nfrom multiprocessing import Process, Value",
    ],
)
def test_a_lazy_import_gets_the_stand_in_too(imported):
    program = imported + ANNOTATED.partition("from multiprocessing import Process, Value")[2]
    program = "from dataclasses import dataclass\n" + program
    assert merged_and_not(program).interleavings == 6
    assert simulated(program).result[1:] == (5, 3)
    assert hasattr(builtins, "__lazy_import__")
