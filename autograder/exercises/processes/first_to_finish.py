"""The first to finish

Write `first_to_finish(tasks)`. `tasks` is a list of functions without arguments, at least one. Run all of them at the
same time, each in a process of its own, and wait only for the first that ends, however long it takes. Return the pair
`(number, code)`: its index in `tasks` and its exit code. A function may be in the list twice. Leave `tasks` itself as it is.

A task that raises, calls `os._exit` or is ended by a signal has ended too. If several tasks have ended, any one of
them may be called the first.

Stop all the others, also those that refuse `terminate()`. When your function returns, no process may be left: none
running, none unjoined. (Start them all from one thread: a process that is forked while other threads run may hang.)
"""

import multiprocessing.connection
import multiprocessing.process
import os
import signal
import sys
import time
from functools import partial
from multiprocessing import Process, Queue, get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from types import SimpleNamespace

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "`join` waits for one process that you name. Here you do not know yet which one.",
    "`multiprocessing.connection.wait(objects)` returns the list of those that are ready. A `process.sentinel` is "
    "ready when its process has ended; its exit code is there a moment later, after `join`.",
    "At the end `kill` every process, also the one that has ended (that does no harm), and then `join` every one.",
]

equivalent_mutants = {
    "- processes[first].join()": "killed on its last steps, it was the first all the same, and its code is there at the end",
    "+ processes[first].join()": "killed on its last steps, it was the first all the same, and its code is there at the end",
    "- for process in processes:": "each one is killed and joined before the next, which is as good",
}


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
def exit_after(seconds, code):
    sleep(seconds)
    sys.exit(code)


@given
def vanish_with(code):
    os._exit(code)


@given
def crash():
    raise RuntimeError("this task crashes, on purpose")


@given
def end_by_a_signal():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)


@given
def close_all_files_before_the_end(code):
    # The sentinel is one of them, so that it is ready before the process has ended.
    os.closerange(3, 256)
    time.sleep(0.4)
    sys.exit(code)


@given
def meet(folder, number, seconds, code):
    # Ends with `code` if so many tasks are here at the same time. If one waits in vain, it ends with 7. Looks are counted, and not
    # seconds, and begin anew when somebody comes: on a busy computer processes start slowly.
    Path(folder, f"{os.getpid()} {time.monotonic_ns()}").touch()
    looks = known = 0
    while (here := len(os.listdir(folder))) < number:
        looks, known = looks + 1 if here == known else 0, here
        if looks > 700:
            sys.exit(7)
        time.sleep(0.01)
    time.sleep(seconds)
    sys.exit(code)


@given
def first_of(tasks):
    # What comes back. Whether everybody has been joined has a check of its own: here those who ended are collected.
    first = first_to_finish(tasks)
    for child in list(multiprocessing.process._children):
        child.join(0.3)
    return first


@given
def first_under_fork(tasks):
    # There a sentinel may be ready before its process has ended; a forkserver tells of the end and of the code at once.
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)
    return first_of(tasks)


@given
def race_after_meeting():
    # What comes back; the number of this process and of those that ran the tasks; whether `tasks` is as it was.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tasks = [partial(meet, folder, 3, 5, 1), partial(meet, folder, 3, 5, 2), partial(meet, folder, 3, 0, 5)]
        before = list(tasks)
        first = first_of(tasks)
        runners = [int(name.split()[0]) for name in os.listdir(folder)]
    return first, os.getpid(), runners, tasks == before


@given
class Twin:
    # A task that is equal to every other one, as a function is to itself where it is in the list twice.
    def __init__(self, seconds, code):
        self.seconds, self.code = seconds, code

    def __call__(self):
        exit_after(self.seconds, self.code)

    def __eq__(self, other):
        return isinstance(other, Twin)

    def __hash__(self):
        return 1


@given
def first_of_twins():
    return first_of([Twin(5, 0), Twin(0, 3), Twin(5, 0)])


@given
def with_a_fast_clock(function, *args):
    # The clock of whoever waits is a thousand times as fast: `join(10)` takes 10 ms, and a task some minutes.
    connection = multiprocessing.connection
    real = connection._WaitSelector, connection.time, time.sleep

    def fast_selector():
        selector = real[0]()
        select = selector.select
        selector.select = lambda timeout=None: select(timeout and timeout / 1_000)
        return selector

    connection._WaitSelector = fast_selector
    connection.time = SimpleNamespace(monotonic=lambda: 1_000 * time.monotonic())
    time.sleep = lambda seconds: sleep(seconds / 1_000)
    try:
        return function(*args)
    finally:
        connection._WaitSelector, connection.time, time.sleep = real


@given
def first_of_slow_ones(tasks):
    return with_a_fast_clock(first_of, tasks)


@given
def unjoined():
    # What has become of the children that nobody has joined by now.
    return ["ended" if wait([child.sentinel], 2) else "running" for child in multiprocessing.process._children]


@given
def left_by(tasks):
    return first_to_finish(tasks), unjoined()


@given
def reach_the_end(folder, seconds):
    sleep(seconds)
    Path(folder, "the end").touch()


@given
def left_by_those_who_refuse_terminate(seconds):
    # What is unjoined, and whether a task that was not the first came to its own end. Whoever waits a while for those who were asked to end
    # may do so: the clock is fast.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # children inherit it
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        stubborn = partial(reach_the_end, folder, seconds)
        with_a_fast_clock(first_to_finish, [stubborn, partial(exit_after, 0, 3), stubborn])
        return unjoined(), bool(os.listdir(folder))


@check("it returns the index and the exit code of the first, and does not wait for the others")
def _(student):
    first = student.first_of([given.exit_after(5, 0), given.exit_after(0, 3), given.exit_after(5, 0)])
    assert first != (0, 0), (
        "task 1 ended first, at once, and what came back is of task 0, which took 5 s. `join` waits for the process that "
        "you name, whichever ends first"
    )
    if first != (1, None):  # an exit code that is read too early has a check of its own
        assert first == (1, 3)


@check("the exit code is read when the process has ended")
def _(student):
    first = student.first_under_fork(
        [given.exit_after(5, 0), given.close_all_files_before_the_end(3), given.exit_after(5, 0)]
    )
    assert first != (1, None), (
        "`None` came back in the place of the exit code. A sentinel may be ready a moment before the process has ended, and "
        "then there is no exit code yet: `join` the process first, then read"
    )
    if first != (1, -9):  # killed on its last steps: it was called the first, and its exit code was read after the end
        assert first == (1, 3)


@check("a single task is the first")
def _(student):
    first = student.first_of([given.exit_after(0, 4)])
    if first != (0, None):
        assert first == (0, 4)


@check("all tasks run at the same time, each in a process of its own, and `tasks` stays as it is", limit=20)
def _(student):
    first, caller, runners, unchanged = student.race_after_meeting()
    assert caller not in runners, (
        "a task ran in the process that called first_to_finish: give each one a Process of its own"
    )
    assert first not in [(0, 7), (1, 7), (2, 7)], (
        "three tasks that wait for each other never met, and the first of them gave up: they did not run at the same time. "
        "Is each one started before any is waited for?"
    )
    if first != (2, None):
        assert first == (2, 5)
    assert unchanged is True, (
        "first_to_finish changed the list `tasks`, which is its caller's: put the processes into a list of your own"
    )


@check("a function may be in the list twice")
def _(student):
    first = student.first_of_twins()
    assert first == (1, None) or not (isinstance(first, (tuple, list)) and first[:1] in [(0,), (2,), [0], [2]]), (
        "three tasks are equal to each other, as a function is to itself where it is in the list twice; task 1 ended first, and the number of another one "
        "came back. Keep the number of each process: `tasks.index(task)`, or a dict with tasks for its keys, knows only one of the equal ones"
    )
    if first != (1, None):
        assert first == (1, 3)


@check("exit code 0 is an exit code too")
def _(student):
    first = student.first_of([given.exit_after(0, 0), given.exit_after(5, 8)])
    assert first != (1, 8), (
        "task 0 ended at once with exit code 0, and was not taken for one that has ended. To `if` and `not`, 0 is the same "
        "as None: ask whether the exit code `is None`"
    )
    if first != (0, None):
        assert first == (0, 0)


@check("a task that crashes, or ends by `os._exit`, has ended")
def _(student):
    for task, code in (given.crash(), 1), (given.vanish_with(6), 6):
        first = student.first_of([task, given.exit_after(5, 8)])
        assert first != (1, 8), (
            f"task 0 ended at once with exit code {code}, and nobody noticed until task 1 ended 5 s later. A task need not "
            "return, nor send a message, to end: watch its process"
        )
        if first != (0, None):
            assert first == (0, code)


@check("the others are stopped, and gone when the function returns")
def _(student):
    first, left = student.left_by([given.exit_after(5, 0), given.exit_after(0, 3)])
    assert "running" not in left, "a task that was not the first is still running: nobody stopped it"
    assert not left, f"nobody joined {len(left)} of the processes that ended: join every one, also the first"
    if first != (1, None):
        assert first == (1, 3)


@check("those who refuse `terminate()` are stopped all the same", limit=12)
def _(student):
    left, at_its_end = student.left_by_those_who_refuse_terminate(6)
    assert at_its_end is False, (
        "a task that was not the first and refuses `terminate()` was not stopped: it ran for 6 s, to its own end. `kill()` "
        "cannot be refused"
    )
    assert "running" not in left, "a task that refuses `terminate()` is still running: `kill()` cannot be refused"
    assert not left, f"nobody joined {len(left)} of the processes that ended: join every one, also the first"


@hidden
@check("the first may be at any place", limit=15)
def _(student):
    for place in range(4):
        tasks = [given.exit_after(0, 10 + task) if task == place else given.exit_after(5, 0) for task in range(4)]
        first = student.first_of(tasks)
        if first != (place, None):
            assert first == (place, 10 + place)


@hidden
@check("the first may take as long as it likes")
def _(student):
    first = student.first_of_slow_ones([given.exit_after(5, 0), given.exit_after(0.4, 8), given.exit_after(5, 0)])
    assert first in [(1, 8), (1, None)], (
        "task 1 took some minutes, on a clock that is a thousand times as fast as ours, and was not waited for. Look again "
        "and again until one has ended, or wait without a time limit"
    )


@hidden
@check("a task that a signal ends has ended, with the exit code of its process")
def _(student, reference):
    tasks = [given.end_by_a_signal(), given.exit_after(5, 8)]
    first = student.first_of(tasks)
    if first != (0, None):
        assert first == reference.first_of(tasks)


@wrong("✘ it returns the index", "what came back is of task 0, which took 5 s", "whichever ends first")
def waits_for_all():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return 0, processes[0].exitcode


@wrong("left behind: 2 processes are still running", "is still running: nobody stopped it")
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


@wrong(
    "nobody joined 1 of the processes that ended",
    replaced={
        "process.kill()\n    for process in processes:\n        process.join()": "process.kill()",
    },
)
def stops_the_losers_but_does_not_join_them(): ...


@wrong(
    "ran for 6 s, to its own end. `kill()` cannot be refused",
    replaced={
        "process.kill()": "process.terminate()",
    },
)
def only_terminates(): ...


@wrong(
    "✘ the exit code is read when the process has ended",
    "`join` the process first, then read",
    replaced={
        "processes[first].join()": "code = processes[first].exitcode",
        "return first, processes[first].exitcode": "return first, code",
    },
)
def reads_the_exit_code_too_early(): ...


@wrong("what came back is of task 0, which took 5 s", "never met, and the first of them gave up")
def one_after_another():
    def first_to_finish(tasks):
        for number, task in enumerate(tasks):
            process = Process(target=task)
            process.start()
            process.join()
            return number, process.exitcode


@wrong(
    "should be (1, 3), but is (0, ",
    replaced={
        "ended = wait([process.sentinel for process in processes])\n    first = next(number for number, process in enumerate(processes) if process.sentinel in ended)\n    processes[first].join()": "wait([process.sentinel for process in processes])",
        "return first, processes[first].exitcode": "return 0, processes[0].exitcode",
    },
)
def takes_the_first_of_the_list(): ...


@wrong("✘ exit code 0 is an exit code too", "To `if` and `not`, 0 is the same as None")
def zero_taken_for_nothing():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        while not any(process.exitcode for process in processes):
            time.sleep(0.01)
        first = next(number for number, process in enumerate(processes) if process.exitcode)
        code = processes[first].exitcode
        for process in processes:
            process.kill()
            process.join()
        return first, code


@wrong("should be (1, 3), but is", "✘ a task that crashes, or ends by `os._exit`, has ended", "watch its process")
def waits_for_a_message():
    def tell(messages, number, task):
        code = 1
        try:
            task()
            code = 0
        except SystemExit as end:
            code = end.code
        finally:
            messages.put((number, code))

    def first_to_finish(tasks):
        messages = Queue()
        processes = [Process(target=tell, args=(messages, number, task)) for number, task in enumerate(tasks)]
        for process in processes:
            process.start()
        first = messages.get()
        for process in processes:
            process.kill()
            process.join()
        return first


@wrong("✘ the first may take as long as it likes", "was not waited for")
def looks_at_each_one_once():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        first = 0
        for number, process in enumerate(processes):
            process.join(0.6)
            if process.exitcode is not None:
                first = number
        for process in processes:
            process.kill()
            process.join()
        return first, processes[first].exitcode


@wrong("first_to_finish changed the list `tasks`")
def the_tasks_are_used_up():
    def first_to_finish(tasks):
        processes = []
        while tasks:
            processes.append(Process(target=tasks.pop(0)))
            processes[-1].start()
        while all(process.is_alive() for process in processes):
            time.sleep(0.01)
        first = next(number for number, process in enumerate(processes) if not process.is_alive())
        code = processes[first].exitcode
        for process in processes:
            process.kill()
            process.join()
        return first, code


@wrong("✘ a function may be in the list twice", "knows only one of the equal ones")
def the_place_looked_up_by_the_task():
    def first_to_finish(tasks):
        running = []
        for task in tasks:
            process = Process(target=task)
            process.start()
            running.append((process, task))
        ended = wait([process.sentinel for process, task in running])
        process, task = next(pair for pair in running if pair[0].sentinel in ended)
        process.join()
        for other, _ in running:
            other.kill()
            other.join()
        return tasks.index(task), process.exitcode


@also_right
def a_grace_of_five_seconds_for_each():
    def first_to_finish(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        while all(process.exitcode is None for process in processes):
            time.sleep(0.01)
        first = [process.exitcode is None for process in processes].index(False)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join()
        return first, processes[first].exitcode


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
                        other.join(0.5)
                        other.kill()
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


@also_right
def killing_all_and_then_joining_all_under_spawn():
    def first_to_finish(tasks):
        processes = [get_context("spawn").Process(target=task, daemon=True) for task in tasks]
        for process in processes:
            process.start()
        sentinels = [process.sentinel for process in processes]
        first = sentinels.index(wait(sentinels)[0])
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        return first, processes[first].exitcode
