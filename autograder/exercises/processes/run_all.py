"""Run them all

Write `run_all(tasks)`. `tasks` is a list of functions without arguments. Run each of them in a process of its own, all
at the same time, however many there are. Wait until every one has ended, however long it takes, and return the list
of their exit codes, in the order of `tasks`. Leave `tasks` itself as it is.

A task may end in any way: it returns, it raises, it calls `sys.exit` or `os._exit`, or a signal ends it. That must not
disturb the others: it only shows in its exit code.

Start the processes from one thread. (A process that is forked while other threads run may hang before its task begins, in
any program: a lock that another thread held at that moment is never given back in the copy.)
"""

import multiprocessing.connection
import os
import signal
import sys
import time
from functools import partial
from multiprocessing import Array, Pool, Process, get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from types import SimpleNamespace

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

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
def exit_after(seconds, code):
    sleep(seconds)
    sys.exit(code)


@given
def vanish_after(seconds, code):
    sleep(seconds)
    os._exit(code)


@given
def crash():
    raise RuntimeError("this task crashes, on purpose")


@given
def end_by_a_signal():
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(10)


@given
def be_here(folder, seconds):
    # A file for each task, also where two share a process or are the same function.
    sleep(seconds)
    Path(folder, f"{os.getpid()} {time.monotonic_ns()}").touch()


@given
def processes_of_tasks():
    # The number of the process that calls run_all, and of those that ran the tasks; whether `tasks` is as it was.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tasks = [partial(be_here, folder, 0.2)] * 2 + [partial(be_here, folder, 0)]
        before = list(tasks)
        run_all(tasks)
        runners = [int(name.split()[0]) for name in os.listdir(folder)]
    return os.getpid(), runners, tasks == before


@given
def meet(folder, number, seconds):
    # Ends with 0 if so many tasks are here at the same time. If one waits in vain, all end with 7. Looks are counted, and not
    # seconds, and begin anew when somebody comes: on a busy computer processes start slowly.
    be_here(folder, 0)
    looks = known = 0
    while len(here := os.listdir(folder)) < number and "alone" not in here:
        looks = looks + 1 if len(here) == known else 0
        known = len(here)
        if looks > 700:
            Path(folder, "alone").touch()
        sleep(0.01)
    sleep(seconds)
    sys.exit(7 if "alone" in here else 0)


@given
def codes_of_meeting(number):
    cores, os.cpu_count = os.cpu_count, lambda: 2  # whatever this computer has
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return run_all([partial(meet, folder, number, 0.2 * (task == 1)) for task in range(number)])
    finally:
        os.cpu_count = cores


@given
def codes_of_long_tasks():
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
        return run_all([partial(exit_after, 0.3, 3), partial(exit_after, 0.5, 4), partial(exit_after, 0.3, 5)])
    finally:
        connection._WaitSelector, connection.time, time.sleep = real


@check("each task runs in a process of its own, and `tasks` stays as it is")
def _(student):
    caller, runners, unchanged = student.processes_of_tasks()
    assert caller not in runners, "a task ran in the process that called run_all: give each one a Process of its own"
    assert len(runners) == 3, (
        f"of three tasks, {len(runners)} had run when run_all returned. Is there a process for each of them, also for a "
        "function that is in the list twice? And did you join every process?"
    )
    assert len(set(runners)) == 3, "some of the tasks shared a process"
    assert unchanged is True, (
        "run_all changed the list `tasks`, which is its caller's: put the processes into a list of your own"
    )


@check("it returns the exit codes, in the order of the tasks")
def _(student):
    tasks = [given.exit_after(0.3, 3), given.exit_after(0, 0), given.exit_after(0.15, 5)]
    for tasks, expected in (tasks, [3, 0, 5]), (tasks[::-1], [5, 0, 3]):
        codes = student.run_all(tasks)
        of_three = codes if isinstance(codes, list) and len(codes) == 3 else expected
        assert None not in of_three, (
            f"task {of_three.index(None)} has no exit code, but `None`: its process had not ended when the code was "
            "read. First join every process, then read"
        )
        assert of_three == expected or not all(code in of_three for code in expected), (
            "these are the exit codes of the tasks, but not in the order of `tasks`, which is not the one in which they end"
        )
        assert codes == expected


@check("the tasks run at the same time", limit=20)
def _(student):
    codes = student.codes_of_meeting(3)
    assert codes != [7, 7, 7], (
        "three tasks that wait for each other never met, and gave up: they did not run at the same time. "
        "Is each one started before any is joined?"
    )
    assert codes == [0, 0, 0]


@check("a task that crashes does not disturb the others")
def _(student):
    tasks = [given.crash(), given.exit_after(0.3, 0), given.exit_after(0.1, 4)]
    assert student.run_all(tasks) == [1, 0, 4]


@check("a task that ends by `os._exit` has an exit code too", limit=8)
def _(student):
    tasks = [given.exit_after(0, 2), given.vanish_after(0.2, 6), given.vanish_after(0, 0)]
    assert student.run_all(tasks) == [2, 6, 0]


@check("no tasks, no exit codes")
def _(student):
    assert student.run_all([]) == []


@hidden
@check("many tasks, each with its own exit code")
def _(student, reference):
    tasks = [given.exit_after(0.25 * (task == 18), task * 13 % 256) for task in range(20)]
    assert student.run_all(tasks) == reference.run_all(tasks)


@hidden
@check("a task that a signal ends has the exit code of its process", limit=8)
def _(student, reference):
    tasks = [given.end_by_a_signal(), given.exit_after(0.2, 3), given.end_by_a_signal()]
    assert student.run_all(tasks) == reference.run_all(tasks)


@hidden
@check("eight tasks run at the same time", limit=25)
def _(student):
    codes = student.codes_of_meeting(8)
    assert not (isinstance(codes, list) and 7 in codes[:8]), (
        "eight tasks that wait for each other never met, and gave up: they did not all run at the same time"
    )
    assert codes == [0] * 8


@hidden
@check("a task may take as long as it likes")
def _(student):
    codes = student.codes_of_long_tasks()
    assert not (isinstance(codes, list) and None in codes[:3]), (
        "three tasks took some minutes, on a clock that is a thousand times as fast as ours, and had not ended when their "
        "exit codes were read. `join()` without a time limit waits for as long as it takes"
    )
    assert codes == [3, 4, 5]


@wrong("never met, and gave up: they did not run at the same time", "started before any is joined")
def join_inside_the_start_loop():
    def run_all(tasks):
        codes = []
        for task in tasks:
            process = Process(target=task)
            process.start()
            process.join()
            codes.append(process.exitcode)
        return codes


@wrong("has no exit code, but `None`", "First join every process, then read")
def exit_codes_before_join():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        codes = [process.exitcode for process in processes]
        for process in processes:
            process.join()
        return codes


@wrong("join every process")
def joins_only_the_last():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        for process in processes[-1:]:
            process.join()
        return [process.exitcode for process in processes]


@wrong(
    "✘ a task may take as long as it likes",
    "`join()` without a time limit waits for as long as it takes",
    replaced={
        "process.join()": "process.join(timeout=60)",
    },
)
def joins_for_a_minute(): ...


@wrong(
    "✘ a task that crashes does not disturb the others",
    "raised ChildProcessError",
    replaced={
        "process.join()": 'process.join()\n        if process.exitcode == 1:\n            raise ChildProcessError("a task crashed")',
    },
)
def a_crash_ends_the_whole_call(): ...


@wrong(
    "not in the order of `tasks`",
    replaced={
        "return [process.exitcode for process in processes]": "return sorted(process.exitcode for process in processes)",
    },
)
def exit_codes_sorted_not_in_order(): ...


@wrong("not in the order of `tasks`, which is not the one in which they end")
def exit_codes_as_the_tasks_end():
    def run_all(tasks):
        running = {}
        for task in tasks:
            process = Process(target=task)
            process.start()
            running[process.sentinel] = process
        codes = []
        while running:
            for sentinel in wait(list(running)):
                process = running.pop(sentinel)
                process.join()
                codes.append(process.exitcode)
        return codes


@wrong("a task ran in the process that called run_all")
def no_process_at_all():
    def run_all(tasks):
        codes = []
        for task in tasks:
            task()
            codes.append(0)
        return codes


@wrong("of three tasks, 2 had run when run_all returned", "a function that is in the list twice")
def a_process_for_each_function():
    def run_all(tasks):
        processes = {task: Process(target=task) for task in tasks}
        for process in processes.values():
            process.start()
        for process in processes.values():
            process.join()
        return [process.exitcode for process in processes.values()]


@wrong("run_all changed the list `tasks`")
def the_tasks_are_used_up():
    def run_all(tasks):
        processes = []
        while tasks:
            processes.append(Process(target=tasks.pop(0)))
            processes[-1].start()
        for process in processes:
            process.join()
        return [process.exitcode for process in processes]


@wrong("✘ a task that ends by `os._exit`", "should be [2, 6, 0], but is [2, 0, 0]")
def every_task_notes_its_code_itself():
    def note(codes, number, task):
        try:
            task()
        except SystemExit as end:
            codes[number] = end.code
        except Exception:
            codes[number] = 1

    def run_all(tasks):
        codes = Array("i", len(tasks) + 1)
        processes = [Process(target=note, args=(codes, number, task)) for number, task in enumerate(tasks)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return codes[: len(tasks)]


@wrong("✘ a task that ends by `os._exit`", "did not come back", "waits for the results of a pool")
def a_pool_that_cannot_see_the_end_of_a_process():
    def code_of(task):
        try:
            task()
        except SystemExit as end:
            return end.code
        except Exception:
            return 1
        return 0

    def run_all(tasks):
        with Pool(len(tasks) or 1) as pool:
            return pool.map(code_of, tasks, chunksize=1)


@wrong(
    "✘ a task that a signal ends",
    "should be [-15, 3, -15], but is [15, 3, 15]",
    replaced={
        "return [process.exitcode for process in processes]": "return [abs(process.exitcode) for process in processes]",
    },
)
def exit_codes_without_their_signs(): ...


@wrong("✘ eight tasks run at the same time", "they did not all run at the same time")
def four_at_a_time():
    def run_all(tasks):
        codes = []
        for begin in range(0, len(tasks), 4):
            processes = [Process(target=task) for task in tasks[begin : begin + 4]]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            codes += [process.exitcode for process in processes]
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


@also_right
def waiting_for_sentinels():
    def run_all(tasks):
        processes = [Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        running = [process.sentinel for process in processes]
        while running:
            for sentinel in wait(running):
                running.remove(sentinel)
        for process in processes:
            process.join()
        return [process.exitcode for process in processes]


@also_right
def looking_again_and_again_under_spawn():
    def run_all(tasks):
        processes = [get_context("spawn").Process(target=task) for task in tasks]
        for process in processes:
            process.start()
        while any(process.is_alive() for process in processes):
            sleep(0.01)
        return [process.exitcode for process in processes]
