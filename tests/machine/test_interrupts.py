"""An interrupt that comes while processes are started or ended: it is not lost, and nothing of the program goes on."""

import contextlib
import multiprocessing
import multiprocessing.pool
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.pool import ThreadPool

import psutil
import pytest

from lockstep.machine import interrupts
from lockstep.machine.interrupts import Interrupts
from lockstep.machine.processes import NoneLeftBehind, descendants

FORKS = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs os.fork")


def interrupted_while_a_pool_starts(defended):
    """What is said by a program that is interrupted when its Pool has workers and threads, but is not finished."""
    script = f"""
        import multiprocessing, multiprocessing.pool, os, signal, time
        from lockstep.machine import interrupts
        from lockstep.machine.processes import NoneLeftBehind, descendants
        if not {defended}:
            interrupts._SOON_OVER.clear()
        finalizer = multiprocessing.pool.util.Finalize
        def interrupting(*arguments, **named):
            if getattr(arguments[1], "__name__", "") == "_terminate_pool":
                signal.raise_signal(signal.SIGINT)
            return finalizer(*arguments, **named)
        multiprocessing.pool.util.Finalize = interrupting
        try:
            with NoneLeftBehind(), multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(abs, [-1, -2]), flush=True)
                time.sleep(60)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        until = time.monotonic() + (0.5 if {defended} else 30)
        while not descendants() and time.monotonic() < until:
            time.sleep(0.05)  # a thread of an unfinished pool looks for lost workers ten times a second
        left = descendants()
        print(len(left), "left", flush=True)
        for process in left:
            process.kill()
        os._exit(0)
    """
    with tempfile.TemporaryFile("w+") as told:
        started = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=told, start_new_session=True)
        assert started.wait(60) == 0
        with contextlib.suppress(ProcessLookupError):  # a worker that was started while the others were killed
            os.killpg(started.pid, signal.SIGKILL)
        told.seek(0)
        return told.read().splitlines()


@FORKS
def test_an_interrupt_in_the_middle_of_pool_waits_until_it_has_started():
    assert interrupted_while_a_pool_starts(defended=True)[-2:] == ["interrupted", "0 left"]


@FORKS
def test_without_waiting_the_unfinished_pool_replaces_its_workers_for_ever():
    interrupted, left = interrupted_while_a_pool_starts(defended=False)
    assert interrupted == "interrupted"
    assert left in ("1 left", "2 left")


@FORKS
def test_an_interrupt_in_the_middle_of_a_fork_is_raised_after_it(monkeypatch):
    fork = os.fork

    def interrupted_fork():
        signal.raise_signal(signal.SIGINT)
        return fork()

    monkeypatch.setattr(os, "fork", interrupted_fork)
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))

    def program():
        process.start()
        time.sleep(60)

    with pytest.raises(KeyboardInterrupt), NoneLeftBehind():
        program()
    assert process.exitcode < 0, "it had started, and was stopped"
    assert not psutil.pid_exists(process.pid)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_in_a_safe_place_is_raised_there():
    reached = []

    def program():
        signal.raise_signal(signal.SIGINT)
        reached.append("further")

    with pytest.raises(KeyboardInterrupt), Interrupts():
        program()
    assert not reached


def test_an_interrupt_that_waits_is_raised_as_soon_as_it_is_safe_or_at_the_end(monkeypatch):
    monkeypatch.setitem(interrupts._SOON_OVER, "machine/test_interrupts.py", {"starts_processes"})
    reached = []

    def starts_processes():
        signal.raise_signal(signal.SIGINT)
        reached.append("started")

    def program():
        starts_processes()
        time.sleep(60)
        reached.append("further")

    with pytest.raises(KeyboardInterrupt), Interrupts():
        program()
    with pytest.raises(KeyboardInterrupt), Interrupts():
        starts_processes()
    assert reached == ["started", "started"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_does_not_wait_for_ever_where_starting_hangs(monkeypatch):
    monkeypatch.setitem(interrupts._SOON_OVER, "machine/test_interrupts.py", {"hangs"})
    monkeypatch.setattr(interrupts, "_PATIENCE_S", 0.2)
    reached = []

    def hangs():
        signal.raise_signal(signal.SIGINT)
        reached.append("further")
        time.sleep(60)

    with pytest.raises(KeyboardInterrupt), Interrupts():
        hangs()
    assert reached == ["further"]


@FORKS
def test_a_forked_child_can_be_interrupted_by_its_parent():
    with Interrupts():
        process = multiprocessing.get_context("fork").Process(target=interrupted)
        process.start()
        process.join()
    assert process.exitcode == 7


@FORKS
@pytest.mark.parametrize(
    "pool",
    [
        lambda: multiprocessing.get_context("fork").Pool(1),
        lambda: ProcessPoolExecutor(1, multiprocessing.get_context("fork")),
    ],
)
def test_a_worker_of_a_pool_survives_an_interrupt_of_the_notebook_and_its_parent_ends_it(pool):
    before = descendants()

    def program():
        with pool() as workers:
            assert list(workers.map(interrupt_myself, [1])) == ["went on"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), NoneLeftBehind():
        program()
    assert descendants() <= before


def interrupt_myself(number):
    os.kill(os.getpid(), signal.SIGINT)
    return "went on"


def interrupted():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    except KeyboardInterrupt:
        sys.exit(7)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_child_of_a_failed_program_is_stopped_whatever_started_it(method):
    children = []

    def program():
        children.append(multiprocessing.get_context(method).Process(target=time.sleep, args=(60,)))
        children[0].start()
        raise ZeroDivisionError("mine")

    before = descendants()
    with pytest.raises(ZeroDivisionError, match="mine"), NoneLeftBehind():
        program()
    assert descendants() <= before
    assert not children[0].is_alive(), "multiprocessing knows as well"
    children[0].close()


def test_a_pool_of_threads_of_a_failed_program_hides_neither_its_error_nor_its_processes():
    kept = []

    def program():
        kept.append(ThreadPool(2))
        multiprocessing.Process(target=time.sleep, args=(60,)).start()
        raise ZeroDivisionError("mine")

    before = descendants()
    with pytest.raises(ZeroDivisionError, match="mine"), NoneLeftBehind():
        program()
    assert descendants() <= before
    kept[0].terminate()


def test_a_pool_that_a_failed_program_left_open_is_ended_and_an_older_one_is_not():
    before = descendants()
    mine = multiprocessing.Pool(1)
    kept = []

    def program():
        kept.append(multiprocessing.Pool(2))  # somebody keeps it, as a traceback would
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"), NoneLeftBehind():
        program()
    time.sleep(0.3)  # a pool looks for lost workers ten times a second
    assert len(descendants() - before) == 1
    assert mine.map(abs, [-3]) == [3]
    mine.terminate()
    mine.join()
    with pytest.raises(ValueError, match="Pool not running"):
        kept[0].map(abs, [1])
