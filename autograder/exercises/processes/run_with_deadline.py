"""A deadline

Write `run_with_deadline(task, seconds)`. It runs `task`, a function without arguments, in a process of its own.

- If the task ends within `seconds` seconds, return its exit code at once. It may end in any way: it returns, it raises,
  it calls `sys.exit` or `os._exit`, or a signal ends it.
- If it does not, stop it and return `None`. When your function returns, the process must be gone: not running, and
  not a zombie either. It may be one that refuses `terminate()`.

`seconds` may be a fraction, such as 0.3.
"""

import contextlib
import math
import multiprocessing.connection
import multiprocessing.process
import os
import signal
import sys
import threading
import time
from functools import partial
from multiprocessing import Pool, Process, get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from types import SimpleNamespace

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 4

hints = [
    "`process.join(seconds)` returns when the process has ended, or after `seconds` seconds, whichever comes first.",
    "`join` returns `None` in both cases. `process.exitcode` tells them apart.",
    "`process.terminate()` can be refused, `process.kill()` cannot. Both only send a request: somebody still has to wait "
    "for the end.",
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
def exit_after(seconds, code):
    time.sleep(seconds)
    sys.exit(code)


@given
def vanish_with(code):
    os._exit(code)


@given
def crash():
    raise RuntimeError("this task crashes, on purpose")


@given
def end_by(name):
    os.kill(os.getpid(), getattr(signal, name, signal.SIGTERM))
    time.sleep(10)


@given
def tell_process(folder):
    Path(folder, str(os.getpid())).touch()


@given
def processes_of_task():
    # The number of the process that calls run_with_deadline, and of that which ran the task.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run_with_deadline(partial(tell_process, folder), 5)
        return os.getpid(), [int(name) for name in os.listdir(folder)]


@given
def unjoined():
    # What has become of the children that nobody has joined by now.
    return ["ended" if wait([child.sentinel], 2) else "running" for child in multiprocessing.process._children]


@given
def left_by(task, seconds):
    # What run_with_deadline returns, and what is unjoined then.
    return run_with_deadline(task, seconds), unjoined()


@given
def seconds_until_stopped(deadline):
    # What run_with_deadline returns for a task without end, and how long it takes.
    began = time.monotonic()
    code = run_with_deadline(partial(sleep, 3_600), deadline)
    return code, time.monotonic() - began


@given
def reach_the_end(folder, seconds):
    sleep(seconds)
    Path(folder, "the end").touch()


@given
def left_by_a_long_task(task_takes, seconds):
    # What run_with_deadline returns, what is unjoined then, and whether the task came to its own end. Here `kill` returns when the process has ended, as it may.
    def kill_and_see(process):
        kill(process)
        with contextlib.suppress(AttributeError, ChildProcessError):  # not every system can look without collecting it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    kill, multiprocessing.process.BaseProcess.kill = multiprocessing.process.BaseProcess.kill, kill_and_see
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        returned, left = left_by(partial(reach_the_end, folder, task_takes), seconds)
        return returned, left, bool(os.listdir(folder))


@given
def left_by_a_long_task_that_refuses_terminate(task_takes, seconds):
    # The same. Whoever waits a while for one who was asked to end may do so: the clock of whoever waits is a thousand times as fast.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # children inherit it
    connection = multiprocessing.connection
    real = connection._WaitSelector, connection.time, time.sleep

    def fast_selector():
        selector = real[0]()
        select = selector.select
        selector.select = lambda timeout=None: select(timeout and timeout / 1_000)
        return selector

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        connection._WaitSelector = fast_selector
        connection.time = SimpleNamespace(monotonic=lambda: 1_000 * time.monotonic())
        time.sleep = lambda seconds: sleep(seconds / 1_000)
        try:
            returned = run_with_deadline(partial(reach_the_end, folder, task_takes), seconds)
        finally:
            connection._WaitSelector, connection.time, time.sleep = real
        return returned, unjoined(), bool(os.listdir(folder))


@given
def reach_the_end_with_signals_of_its_own(folder, seconds):
    # No timer that somebody has set in its process rings, and when it is asked to end, it does so with exit code 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    reach_the_end(folder, seconds)


@given
def left_by_a_long_task_with_signals_of_its_own(task_takes, seconds):
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        returned, left = left_by(partial(reach_the_end_with_signals_of_its_own, folder, task_takes), seconds)
        return returned, left, bool(os.listdir(folder))


@check("the task runs in a process of its own")
def _(student):
    caller, runners = student.processes_of_task()
    assert caller not in runners, (
        "the task ran in the process that called run_with_deadline: give it a Process of its own"
    )
    assert len(runners) == 1, f"the task was to run once, in one process, but {len(runners)} processes ran it"


@check("a task that ends in time gives its exit code, and is not waited for until the deadline", limit=6)
def _(student):
    code, _ = student.left_by(given.exit_with(3), 3_600)
    assert code is not None, (
        "the task ended at once with exit code 3, and None came back, as if it were late. `join` returns None in both cases; "
        "`process.exitcode` tells them apart"
    )
    assert code == 3


@check("exit code 0 is an exit code too")
def _(student):
    code, _ = student.left_by(given.exit_with(0), 5)
    assert code is not None, (
        "the task ended in time with exit code 0, and None came back, as if it were late. To `if` and `not`, 0 is the same "
        "as None: ask whether the exit code `is None`"
    )
    assert code == 0


@check("a task that crashes, or ends by `os._exit`, has an exit code too")
def _(student):
    assert student.left_by(given.crash(), 5)[0] == 1
    code, _ = student.left_by(given.vanish_with(6), 5)
    assert code is not None, (
        "the task ended at once by `os._exit(6)`, and None came back, as if it were late. Such a task ends without another "
        "word, and nobody tells its exit code but `process.exitcode`"
    )
    assert code == 6


@check("a task that takes too long is stopped and gone when the function returns, which gives None")
def _(student):
    code, left, at_its_end = student.left_by_a_long_task(4, 0.2)
    assert at_its_end is False, "the deadline was 0.2 s, and the task was not stopped: it ran for 4 s, to its own end"
    assert "running" not in left, (
        "the task is still running: at the deadline `join(seconds)` stops waiting, but it does not stop the process"
    )
    assert not (type(code) is int and code < 0), (
        "the task was stopped at the deadline, and the exit code of the stopped process came back: None should"
    )
    assert not left, (
        "the task was told to end, but nobody waited until it did: a process that is not joined stays as a zombie"
    )
    assert code is None


@check("a task that refuses `terminate()` is stopped all the same", limit=12)
def _(student):
    code, left, at_its_end = student.left_by_a_long_task_that_refuses_terminate(6, 0.2)
    assert at_its_end is False, (
        "a task that refuses `terminate()` was not stopped at the deadline, 0.2 s: it ran for 6 s, to its own end. `kill()` cannot be refused"
    )
    assert "running" not in left, "a task that refuses `terminate()` is still running: `kill()` cannot be refused"
    assert not left, "nobody waited until the task had ended: a process that is not joined stays as a zombie"
    assert code is None


@check("a deadline may be a fraction of a second")
def _(student):
    # Nothing makes a deadline come too early, and what a busy computer does too late it does not do three times.
    found = [student.seconds_until_stopped(0.45) for _ in range(3)]
    assert [code for code, _ in found] == [None] * 3
    took = min(seconds for _, seconds in found)
    assert took > 0.4, (
        f"with a deadline of 0.45 s, a task without end was stopped after {took:.2f} s: is the deadline rounded to whole seconds?"
    )
    assert took < 0.88, (
        f"with a deadline of 0.45 s, a task without end was stopped only after {took:.2f} s: is the deadline rounded to whole seconds, or "
        "waited for twice?"
    )


@hidden
@check("a task that a signal ends in time has the exit code of its process", limit=20)
def _(student, reference):
    for signal_name in "SIGTERM", "SIGKILL":
        code, _ = student.left_by(given.end_by(signal_name), 5)
        assert code is not None, (
            "a signal ended the task in time, and None came back, as if it were late. A negative exit code says that a "
            "signal ended the process, and not whose signal"
        )
        assert code == reference.left_by(given.end_by(signal_name), 5)[0]


@hidden
@check("a task that does as it likes with signals is stopped all the same, which gives None", limit=12)
def _(student):
    code, left, at_its_end = student.left_by_a_long_task_with_signals_of_its_own(6, 1)
    assert at_its_end is False, (
        "the deadline was 1 s, and a task that uses the timer of its process itself ran for 6 s, to its own end: keep the deadline in the parent"
    )
    assert code != 0, (
        "the task was told to end at the deadline, which it did with exit code 0, and 0 came back: it was late, so None should, whatever its exit code is then"
    )
    assert code is None
    assert not left, "at the deadline the task was not stopped, or not joined"


@hidden
@check("several tasks, one after another, in time and late")
def _(student, reference):
    for task, seconds in [(given.exit_with(9), 5), (given.exit_after(4, 0), 0.1), (given.exit_after(0, 200), 5)]:
        assert student.left_by(task, seconds)[0] == reference.left_by(task, seconds)[0]


@wrong("it was late, so None should, whatever its exit code is then")
def stopped_where_a_signal_has_ended_it():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.terminate()
            process.join(2)
            process.kill()
            process.join()
            return None if process.exitcode < 0 else process.exitcode
        return process.exitcode


@wrong("keep the deadline in the parent")
def a_timer_in_the_child():
    def until(deadline, task):
        signal.signal(signal.SIGALRM, lambda *_: os._exit(124))
        signal.setitimer(signal.ITIMER_REAL, deadline)
        task()

    def run_with_deadline(task, seconds):
        process = Process(target=until, args=(seconds, task))
        process.start()
        process.join()
        return None if process.exitcode == 124 else process.exitcode


@wrong("the task is still running", "it does not stop the process")
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


@wrong("the exit code of the stopped process came back: None should")
def kills_before_it_looks():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        process.kill()
        if process.exitcode is not None:
            return process.exitcode
        process.join()
        return None


@wrong("✘ a task that refuses `terminate()`", "ran for 6 s, to its own end. `kill()` cannot be refused")
def terminate_and_join():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.terminate()
            process.join()
            return None
        return process.exitcode


@wrong("a task that refuses `terminate()` is still running: `kill()` cannot be refused")
def terminate_and_a_join_with_a_timeout():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.terminate()
            process.join(1)
            return None
        return process.exitcode


@wrong("the exit code of the stopped process came back: None should")
def the_exit_code_of_a_task_that_was_stopped():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        return process.exitcode


@wrong("✘ a task that a signal ends in time", "None came back, as if it were late", "not whose signal")
def a_negative_exit_code_taken_for_the_deadline():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        return process.exitcode if process.exitcode >= 0 else None


@wrong("✘ a task that a signal ends in time", "15")
def an_exit_code_without_its_sign():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(seconds)
        if process.exitcode is not None:
            return abs(process.exitcode)
        process.kill()
        process.join()


@wrong("✘ exit code 0 is an exit code too", "To `if` and `not`, 0 is the same as None")
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


@wrong("`join` returns None in both cases; `process.exitcode` tells them apart")
def what_join_returns():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        code = process.join(seconds)
        process.kill()
        process.join()
        return code


@wrong("a task without end was stopped only after", "or waited for twice?")
def the_deadline_is_waited_for_twice():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        for _ in range(2):
            process.join(seconds)
            if process.exitcode is not None:
                return process.exitcode
        process.kill()
        process.join()


@wrong("the task was not stopped: it ran for 4 s, to its own end")
def join_without_a_timeout():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        began = time.monotonic()
        process.start()
        process.join()
        return process.exitcode if time.monotonic() - began <= seconds else None


@wrong("✘ a task that ends in time", "did not come back", "is not waited for until the deadline", "time.sleep(seconds)")
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


@wrong("a task without end was stopped after 0", "is the deadline rounded to whole seconds?")
def a_deadline_rounded_down():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(int(seconds))
        if process.exitcode is not None:
            return process.exitcode
        process.kill()
        process.join()


@wrong("a task without end was stopped only after ", "is the deadline rounded to whole seconds, or")
def a_deadline_rounded_up():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        process.join(math.ceil(seconds))
        if process.exitcode is not None:
            return process.exitcode
        process.kill()
        process.join()


@wrong("the task ran in the process that called run_with_deadline")
def a_thread_that_runs_on():
    def run_with_deadline(task, seconds):
        codes = [None]

        def run():
            try:
                task()
                codes[0] = 0
            except SystemExit as end:
                codes[0] = end.code
            except Exception:
                codes[0] = 1

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(seconds)
        return codes[0]


@wrong("✘ a task that crashes, or ends by `os._exit`", "nobody tells its exit code but `process.exitcode`")
def a_worker_of_a_pool():
    def code_of(task):
        try:
            task()
        except SystemExit as end:
            return end.code
        except Exception:
            return 1
        return 0

    def run_with_deadline(task, seconds):
        with Pool(1) as pool:
            try:
                return pool.apply_async(code_of, [task]).get(seconds)
            except multiprocessing.TimeoutError:
                return None


@also_right
def with_the_sentinel():
    def run_with_deadline(task, seconds):
        process = Process(target=task)
        process.start()
        in_time = bool(wait([process.sentinel], timeout=seconds))
        if not in_time:
            process.kill()
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


@also_right
def looking_again_and_again_under_spawn():
    def run_with_deadline(task, seconds):
        process = get_context("spawn").Process(target=task)
        process.start()
        end = time.monotonic() + seconds
        while process.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        code = process.exitcode
        process.kill()
        process.join()
        return code
