"""Right answers and one check for each kind of check; each answer keeps nothing when it returns."""

import os

from autograder.grading.judging import judge, read_check_cell
from lockstep.program.source import ModuleSource

PROGRAM = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Lock, Process, Value, get_context
from multiprocessing.shared_memory import SharedMemory

def square(number):
    return number * number

def write(name):
    segment = SharedMemory(name)
    segment.buf[0] = 7
    segment.close()

def make(queue):
    segment = SharedMemory(create=True, size=10)
    queue.put(segment.name)
    segment.close()

def tidy(method, name):
    context = get_context(method)
    with context.Pool(2) as pool:
        total = sum(pool.map(square, [1, 2, 3]))
        pool.close()
        pool.join()
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        total += executor.submit(square, 2).result()
    lock, events = context.Lock(), [context.Event() for _ in range(3)]
    segment = SharedMemory(name, create=True, size=10)
    process = context.Process(target=write, args=(segment.name,))
    process.start()
    process.join()
    total += segment.buf[0]
    segment.close()
    segment.unlink()
    return total

def manage(method):
    with get_context(method).Manager() as manager:
        return len(manager.list([1, 2]))

def add(total, lock):
    with lock:
        total.value += 1

def count(workers):
    total, lock = Value("i", 0, lock=False), Lock()
    processes = [Process(target=add, args=(total, lock)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value
"""

# The one name that a learner chose is chosen anew for each run of the tests: others may run them too.
CHECKS = f"""
from lockstep import check, explore, simulate

@check("processes that are forked")
def _(student):
    assert student.tidy("fork", None) == 25
    assert student.manage("fork") == 2

@check("processes that are spawned", limit=60)
def _(student):
    assert student.tidy("spawn", "bystanders-own-{os.getpid()}") == 25

@check("processes of a forkserver", limit=60)
def _(student):
    assert student.tidy("forkserver", None) == 25
    assert student.manage("forkserver") == 2

@check("all interleavings", limit=60)
def _(student):
    explore(student.count, 2).always(lambda total: total == 2)

@check("virtual cores", limit=60)
def _(student):
    assert simulate(student.count, 2, cores=2).result == 2

check.run("beside others")
"""


def refused(launcher, times=1):
    """Why right answers were refused: nothing, where all is well."""
    cell = read_check_cell(CHECKS)
    reports = [judge(cell, ModuleSource.of_text(PROGRAM, "answer"), launcher) for _ in range(times)]
    return [result.explanation for report in reports for result in report.results if not result.passed]
