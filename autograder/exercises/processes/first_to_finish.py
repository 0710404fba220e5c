"""The first to finish

Write `first_to_finish(tasks)`. The tasks are functions without arguments, at least one. Run all of them at the same
time, each in a process of its own, and wait only for the first that ends. Return the pair `(number, code)`: its index
in `tasks` and its exit code.

Stop all the others. When your function returns, no process may be left: none running, none unjoined. A task that
crashes has ended too. If several tasks have ended, any one of them may be called the first.
"""

import multiprocessing.process
import sys
import time
from functools import partial
from multiprocessing import Barrier, Process
from multiprocessing.connection import wait
from threading import BrokenBarrierError

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "`join` waits for one process that you name. Here you do not know yet which one.",
    "`multiprocessing.connection.wait(objects)` returns the list of those that are ready. A `process.sentinel` is "
    "ready when its process has ended.",
    "At the end `kill` every process, also the one that has ended (that does no harm), and then `join` every one.",
]


def first_to_finish(tasks):
    """Run the tasks at the same time; return the index and exit code of the first that ends, and stop the others."""
    ### BEGIN SOLUTION
    processes = [Process(target=task) for task in tasks]
    for process in processes:
        process.start()
    ended = wait([process.sentinel for process in processes])
    first = next(number for number, process in enumerate(processes) if process.sentinel in ended)
    processes[first].join()
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    return first, processes[first].exitcode
    ### END SOLUTION


@given
def exit_with(code):
    sys.exit(code)


@given
def crash():
    raise RuntimeError("this task crashes, on purpose")


@given
def sleep_for(seconds):
    time.sleep(seconds)


@given
def meet_then(barrier, seconds, code):
    try:
        barrier.wait(timeout=4)
    except BrokenBarrierError:
        sys.exit(7)
    time.sleep(seconds)
    sys.exit(code)


@given
def race_after_meeting():
    # Each waits until all three are there; one after another, they never meet.
    barrier = Barrier(3)
    return first_to_finish(
        [partial(meet_then, barrier, 5, 1), partial(meet_then, barrier, 5, 2), partial(meet_then, barrier, 0, 5)]
    )


@given
def left_by(tasks):
    # What has become of the children that nobody has joined when first_to_finish returns.
    first_to_finish(tasks)
    unjoined = multiprocessing.process._children
    return ["ended" if wait([child.sentinel], 2) else "running" for child in unjoined]


@check("it returns the index and the exit code of the first, and does not wait for the others", limit=3)
def _(student):
    assert student.first_to_finish([given.sleep_for(60), given.exit_with(3), given.sleep_for(60)]) == (1, 3)


@check("a single task is the first")
def _(student):
    assert student.first_to_finish([given.exit_with(4)]) == (0, 4)


@check("all tasks run at the same time")
def _(student):
    first = student.race_after_meeting()
    assert first[1] != 7, (
        f"three tasks that wait for each other never met, and one of them gave up: {first}. "
        "Is each one started before any is waited for?"
    )
    assert first == (2, 5)


@check("a task that crashes has ended, with exit code 1", limit=4)
def _(student):
    assert student.first_to_finish([given.sleep_for(4), given.sleep_for(4), given.crash()]) == (2, 1)


@check("the others are stopped, and gone when the function returns", limit=6)
def _(student):
    left = student.left_by([given.sleep_for(5), given.exit_with(0)])
    assert "running" not in left, "a task that was not the first is still running: nobody stopped it"
    assert not left, f"of the processes that ended, nobody joined {len(left)}: what is not joined stays as a zombie"


@hidden
@check("the first may be at any place", limit=6)
def _(student):
    for place in range(4):
        tasks = [given.sleep_for(4)] * 4
        tasks[place] = given.exit_with(10 + place)
        assert student.first_to_finish(tasks) == (place, 10 + place)


@wrong("✘ it returns the index", "does not wait for the others", "did not come back", "waits for a process to end")
def waits_for_all():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return 0, processes[0].exitcode


@wrong("is still running: nobody stopped it")
def leaves_the_losers():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        ended = wait([process.sentinel for process in processes])
        for number, process in enumerate(processes):
            if process.sentinel in ended:
                process.join()
                return number, process.exitcode


@wrong("nobody joined 1", "zombie")
def stops_the_losers_but_does_not_join_them():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        ended = wait([process.sentinel for process in processes])
        first = next(number for number, process in enumerate(processes) if process.sentinel in ended)
        processes[first].join()
        for process in processes:
            process.kill()
        return first, processes[first].exitcode


@wrong("never met, and one of them gave up", "started before any is waited for")
def one_after_another():
    def first_to_finish(tasks):
        for number, task in enumerate(tasks):
            process = Process(target=task)
            process.start()
            process.join()
            return number, process.exitcode


@wrong("should be (1, 3), but is (0, ")
def takes_the_first_of_the_list():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        wait([process.sentinel for process in processes])
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        return 0, processes[0].exitcode


@also_right
def asking_each_one_in_turn():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        while True:
            for number, process in enumerate(processes):
                process.join(0.01)
                if process.exitcode is not None:
                    for other in processes:
                        other.terminate()
                    for other in processes:
                        other.join()
                    return number, process.exitcode


@also_right
def with_a_dictionary_of_sentinels():
    def first_to_finish(tasks):
        running = {}
        for number, task in enumerate(tasks):
            process = Process(target=task)
            process.start()
            running[process.sentinel] = (number, process)
        number, process = running[wait(running)[0]]
        process.join()
        code = process.exitcode
        for _, other in running.values():
            other.kill()
            other.join()
            other.close()
        return number, code
