"""Run them all

Write `run_all(tasks)`. Each task is a function without arguments. Run every task in a process of its own, all at
the same time, and return the list of their exit codes, in the order of `tasks`.

A task that crashes must not disturb the others: it shows up as an exit code that is not 0.
"""

import os
import sys
import time
from functools import partial
from multiprocessing import Process, SimpleQueue

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate

points = 4

hints = [
    "You need two loops, or three: start them all, wait for them all, then read the exit codes.",
    "`process.exitcode` is `None` for as long as the process runs. `process.join()` waits for its end.",
    "A task that raises ends its process with exit code 1. You do not have to catch anything.",
]


def run_all(tasks):
    """Run each task in its own process, all at the same time; return their exit codes in order."""
    ### BEGIN SOLUTION
    processes = [Process(target=task) for task in tasks]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]
    ### END SOLUTION


@given
def exit_with(code):
    sys.exit(code)


@given
def tell_process(told):
    told.put(os.getpid())


@given
def processes_of_tasks(number):
    # The number of the process that calls run_all, and of the one that runs each task.
    told = SimpleQueue()
    run_all([partial(tell_process, told)] * number)
    found = []
    while not told.empty():
        found.append(told.get())
    return os.getpid(), found


@given
def crash():
    raise RuntimeError("this task crashes, on purpose")


@given
def run_tasks_of_one_second(number):
    return run_all([partial(time.sleep, 1)] * number)


@check("each task runs in a process of its own")
def _(student):
    caller, runners = student.processes_of_tasks(3)
    assert len(runners) == 3, f"of three tasks, {len(runners)} had run when run_all returned"
    assert caller not in runners, "a task ran in the process that called run_all: give each one a Process of its own"
    assert len(set(runners)) == 3, "some of the tasks shared a process"


@check("it returns the exit codes, in the order of the tasks")
def _(student):
    codes = student.run_all([given.exit_with(3), given.exit_with(0), given.exit_with(5)])
    assert None not in codes, (
        f"the exit codes are {codes}: None means that a process had not ended when its exit code was read; join it first"
    )
    assert codes == [3, 0, 5]


@check("the tasks run at the same time")
def _(student):
    found = simulate(student.run_tasks_of_one_second, 3, cores=3, costs="ideal", limit=8)
    assert found.makespan < 1.5, (
        f"three tasks of 1 s each took {found.makespan:.0f} s in virtual time: they did not overlap. "
        "Is each one started before any is joined?"
    )


@check("a task that crashes does not disturb the others")
def _(student):
    assert student.run_all([given.crash(), given.exit_with(0), given.exit_with(4)]) == [1, 0, 4]


@check("no tasks, no exit codes")
def _(student):
    assert student.run_all([]) == []


@hidden
@check("many tasks, each with its own exit code")
def _(student, reference):
    tasks = [given.exit_with(code % 7) for code in range(20)]
    assert student.run_all(tasks) == reference.run_all(tasks)


@hidden
@check("eight tasks run at the same time")
def _(student):
    found = simulate(student.run_tasks_of_one_second, 8, cores=2, costs="ideal", limit=8)
    assert found.makespan < 1.5, (
        f"eight tasks of 1 s each took {found.makespan:.0f} s in virtual time: they did not overlap"
    )


@wrong("three tasks of 1 s each took 3 s in virtual time: they did not overlap", "started before any is joined")
def join_inside_the_start_loop():
    def run_all(tasks):
        codes = []
        for task in tasks:
            process = Process(target=task)
            process.start()
            process.join()
            codes.append(process.exitcode)
        return codes


@wrong("had not ended when its exit code was read", "join it first")
def exit_codes_before_join():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        codes = [process.exitcode for process in processes]
        for process in processes:
            process.join()
        return codes


@wrong("✘ a task that crashes does not disturb the others", "raised ChildProcessError")
def a_crash_ends_the_whole_call():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            if process.exitcode == 1:
                raise ChildProcessError("a task crashed")
        return [process.exitcode for process in processes]


@wrong("should be [3, 0, 5]", "is [0, 3, 5]")
def exit_codes_sorted_not_in_order():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return sorted(process.exitcode for process in processes)


@wrong("a task ran in the process that called run_all")
def no_process_at_all():
    def run_all(tasks):
        codes = []
        for task in tasks:
            task()
            codes.append(0)
        return codes


@also_right
def with_a_dictionary():
    def run_all(tasks):
        running = {}
        for number, task in enumerate(tasks):
            running[number] = Process(target=task)
            running[number].start()
        codes = {}
        for number in reversed(range(len(tasks))):
            running[number].join()
            codes[number] = running[number].exitcode
        return [codes[number] for number in range(len(tasks))]
