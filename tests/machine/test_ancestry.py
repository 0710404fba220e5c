"""Whose a process is: a number that is another program's by now is left alone, and a name protects nobody."""

import contextlib
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import types
from functools import partial
from multiprocessing import forkserver, resource_tracker

import psutil
import pytest

from lockstep.machine import processes
from lockstep.machine.ancestry import descendants_of, end_services, started_by
from lockstep.machine.processes import NoneLeftBehind, descendants
from lockstep.measurement.timing import _own_forkserver
from lockstep.program.guardian import end_group

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks at Linux's processes")

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(300)"]
NAMED = [*SLEEP[:-1], SLEEP[-1] + "; 'from multiprocessing.forkserver import main; resource_tracker'"]


@pytest.fixture
def stranger():
    """A process that is none of this one's descendants, in a session of its own."""
    script = f"import subprocess; print(subprocess.Popen({SLEEP!r}, start_new_session=True, stdout=2).pid)"
    told = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True, text=True)
    process = psutil.Process(int(told.stdout))
    yield process
    with contextlib.suppress(psutil.Error):
        process.kill()


def lives(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_process_whose_number_was_given_on_meanwhile_is_no_descendant(stranger):
    child = subprocess.Popen(SLEEP)
    try:
        # As psutil finds it: listed by its number, and looked up when that is another's.
        root = types.SimpleNamespace(pid=os.getpid(), children=lambda recursive: [psutil.Process(child.pid), stranger])
        assert [process.pid for process in descendants_of(root)] == [child.pid]
    finally:
        child.kill()
        child.wait()


def test_services_are_ended_and_a_stranger_with_the_number_of_one_is_not(stranger, monkeypatch):
    monkeypatch.setattr(resource_tracker, "_resource_tracker", resource_tracker.ResourceTracker())
    resource_tracker._resource_tracker.ensure_running()
    mine = psutil.Process(resource_tracker._resource_tracker._pid)
    monkeypatch.setattr(forkserver, "_forkserver", types.SimpleNamespace(_forkserver_pid=stranger.pid))

    end_services()

    assert not mine.is_running()
    assert lives(stranger)
    os.close(resource_tracker._resource_tracker._fd)
    resource_tracker._resource_tracker._fd = resource_tracker._resource_tracker._pid = None


def test_an_idle_fork_server_is_ended_and_a_stranger_with_its_number_is_not(stranger, monkeypatch):
    stopped = []
    server = types.SimpleNamespace(_forkserver_pid=stranger.pid, _stop=lambda: stopped.append(True))
    monkeypatch.setattr(forkserver, "_forkserver", server)

    with _own_forkserver():
        pass
    assert lives(stranger)
    assert not stopped

    child = subprocess.Popen(SLEEP)
    server._forkserver_pid = child.pid
    with _own_forkserver():
        assert child.wait() == -signal.SIGKILL
    assert stopped


class Child:
    """A process by multiprocessing, with the interface of a Popen."""

    def __init__(self, method):
        self.process = multiprocessing.get_context(method).Process(target=time.sleep, args=(300,))
        self.process.start()

    def poll(self):
        return self.process.exitcode

    def kill(self):
        self.process.kill()
        self.process.join()


STARTS = {"subprocess": lambda: subprocess.Popen(SLEEP)}
STARTS |= {method: partial(Child, method) for method in ("fork", "spawn", "forkserver")}


def fail_while_another_thread_starts_a_process(start):
    """A program of this process that fails, leaving a child; the child of a thread that was there before it."""
    begin, made, mine, theirs = queue.Queue(), queue.Queue(), [], []
    other = threading.Thread(target=lambda: (begin.get(), made.put(start()), begin.get()))
    other.start()

    def program():
        mine.append(subprocess.Popen(NAMED))
        begin.put("start one")
        theirs.append(made.get())
        raise ZeroDivisionError("mine")

    try:
        with pytest.raises(ZeroDivisionError), NoneLeftBehind():
            program()
    finally:
        begin.put("end")
        other.join()
    return mine[0], theirs[0]


@pytest.mark.parametrize("start", STARTS)
def test_what_another_thread_starts_outlives_a_program_that_fails_and_what_the_program_started_does_not(start):
    before = descendants()

    mine, theirs = fail_while_another_thread_starts_a_process(STARTS[start])

    assert mine.poll() is not None, "whatever it calls itself"
    assert theirs.poll() is None
    theirs.kill()
    psutil.wait_procs(descendants() - before, timeout=20)
    assert descendants() <= before


@pytest.mark.parametrize("start", STARTS)
def test_if_threads_were_not_told_apart_the_other_ones_process_would_be_stopped(start, monkeypatch):
    monkeypatch.setattr(processes, "started_by", lambda threads: set())
    monkeypatch.setattr(NoneLeftBehind, "_noting", lambda self, start: start)
    _, theirs = fail_while_another_thread_starts_a_process(STARTS[start])
    assert theirs.poll() is not None


def test_children_are_told_by_the_thread_that_started_them():
    child = subprocess.Popen(SLEEP)
    try:
        assert child.pid in started_by([threading.get_native_id()])
        assert started_by([2**22 + 1]) == set()
    finally:
        child.kill()
        child.wait()


def test_a_pool_of_another_thread_whose_workers_are_replaced_outlives_a_program_that_fails():
    pool = multiprocessing.Pool(1, maxtasksperchild=1)
    first = pool.apply(os.getpid)

    def program():
        assert pool.apply(os.getpid) != first, "a thread of the pool has started another worker"
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError), NoneLeftBehind():
        program()
    assert pool.apply(abs, [-4]) == 4
    pool.terminate()
    pool.join()


def test_a_group_whose_number_has_become_another_programs_is_left_alone(stranger):
    assert os.getpgid(stranger.pid) == stranger.pid
    end_group(stranger.pid)
    assert lives(stranger)


def test_a_group_that_its_leader_has_left_is_ended():
    script = f"import subprocess, sys; print(subprocess.Popen({SLEEP!r}, stdout=2).pid)"
    leader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True, text=True)
    left = psutil.Process(int(leader.stdout.readline()))
    leader.communicate()
    end_group(leader.pid)
    psutil.wait_procs([left], timeout=20)
    assert not left.is_running()
