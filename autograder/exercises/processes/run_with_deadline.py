"""A deadline

Write `run_with_deadline(task, seconds)`. It runs `task`, a function without arguments, in a process of its own.

- If the task ends within `seconds` seconds, return its exit code at once.
- If it does not, stop it and return `None`. When your function returns, the process must be gone: not running, and
  not a zombie either.
"""

import multiprocessing.process
import sys
import time
from multiprocessing import Process
from multiprocessing.connection import wait

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 4

hints = [
    "`process.join(seconds)` returns when the process has ended, or after `seconds` seconds, whichever comes first.",
    "`join` returns `None` in both cases. `process.exitcode` tells them apart.",
    "`process.terminate()` and `process.kill()` only send a request. Somebody still has to wait for the end.",
]


def run_with_deadline(task, seconds):
    """Run the task in its own process: return its exit code, or None after stopping it at the deadline."""
    ### BEGIN SOLUTION
    process = Process(target=task)
    process.start()
    process.join(seconds)
    if process.exitcode is not None:
        return process.exitcode
    process.kill()
    process.join()
    return None
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
def left_by(task, seconds):
    # What run_with_deadline returns, and what has become of the children that nobody has joined.
    returned = run_with_deadline(task, seconds)
    unjoined = multiprocessing.process._children
    return returned, ["ended" if wait([child.sentinel], 2) else "running" for child in unjoined]


@check("a task that ends in time gives its exit code, and is not waited for until the deadline", limit=3)
def _(student):
    assert student.run_with_deadline(given.exit_with(3), 3_600) == 3


@check("exit code 0 is an exit code too")
def _(student):
    assert student.run_with_deadline(given.exit_with(0), 3) == 0


@check("a task that crashes in time gives exit code 1")
def _(student):
    assert student.run_with_deadline(given.crash(), 3) == 1


@check("a task that takes too long gives None", limit=3)
def _(student):
    assert student.run_with_deadline(given.sleep_for(60), 0.2) is None


@check("a task that takes too long is stopped, and gone when the function returns", limit=5)
def _(student):
    returned, left = student.left_by(given.sleep_for(5), 0.2)
    assert "running" not in left, (
        "the task is still running: at the deadline `join(seconds)` stops waiting, but it does not stop the process"
    )
    assert not left, (
        "the task was told to end, but nobody waited until it did: a process that is not joined stays as a zombie"
    )
    assert returned is None


@hidden
@check("several tasks, one after another, in time and late", limit=10)
def _(student, reference):
    for task, seconds in [(given.exit_with(9), 3), (given.sleep_for(4), 0.1), (given.sleep_for(0), 3)]:
        assert student.run_with_deadline(task, seconds) == reference.run_with_deadline(task, seconds)


@wrong("is still running", "it does not stop the process")
def join_with_a_timeout_and_nothing_more():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        return process.exitcode


@wrong("nobody waited until it did", "zombie")
def terminate_without_join():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.terminate()
            return None
        return process.exitcode


@wrong("should be None, but is -")
def the_exit_code_of_a_task_that_was_stopped():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        return process.exitcode


@wrong("should be 0, but is None")
def zero_taken_for_nothing():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if not process.exitcode:
            process.kill()
            process.join()
            return None
        return process.exitcode


@wrong("✘ a task that takes too long gives None", "did not come back", "waits for a process to end")
def join_without_a_timeout():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join()
        return process.exitcode


@wrong("✘ a task that ends in time", "is not waited for until the deadline", "did not come back", "time.sleep(seconds)")
def sleeps_until_the_deadline():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        time.sleep(seconds)
        if process.is_alive():
            process.kill()
            process.join()
            return None
        process.join()
        return process.exitcode


@also_right
def with_the_sentinel():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        in_time = bool(wait([process.sentinel], timeout=seconds))
        if not in_time:
            process.terminate()
        process.join()
        return process.exitcode if in_time else None


@also_right
def terminate_then_kill():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if not process.is_alive():
            return process.exitcode
        process.terminate()
        process.join(1)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
        return None
