"""What a right-looking answer leaves behind is told and taken away, whatever it calls itself; nothing else is."""

import contextlib
import os
import secrets
import sys
import tempfile
import textwrap
import time

import psutil
import pytest

from autograder.grading.judging import judge, read_check_cell
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.launcher_one_by_one import OneByOneLauncher
from tests.student.changed import ChangedLauncher
from tests.student.leftovers import LEFTOVERS

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not show what is left")


def judged(program, launcher=None, name="", limit=60.0):
    """The result of one check that calls `leave(name)`."""
    body = (
        f"from lockstep import check\n@check('it holds', limit={limit})\ndef _(student):\n    student.leave({name!r})\n"
    )
    cell = read_check_cell(body + "check.run('exercise')")
    (result,) = judge(cell, ModuleSource.of_text(program, "answer"), launcher or local_launcher()).results
    return result


@linux
@pytest.mark.parametrize("what", LEFTOVERS)
def test_what_an_answer_leaves_behind_is_told_and_taken_away(what):
    program, words = LEFTOVERS[what]
    name = f"lockstep-leftover-{secrets.token_hex(4)}"

    result = judged(program, name=name)

    assert words in result.explanation, result.explanation + result.detail + result.output
    assert not [left for left in os.listdir("/dev/shm") if name in left]


@linux
@pytest.mark.parametrize("what", [name for name, (_, words) in LEFTOVERS.items() if "segment" in name])
def test_segments_are_told_where_processes_are_started_one_by_one_too(what):
    launcher = OneByOneLauncher()
    try:
        program, words = LEFTOVERS[what]
        assert words in judged(program, launcher, f"lockstep-leftover-{secrets.token_hex(4)}").explanation
    finally:
        launcher.close()


NESTED = """
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
def make(number):
    segment = SharedMemory(create=True, size=10)
    segment.close()
    segment.unlink()
def child(method):
    with get_context(method).Pool(2) as pool:
        pool.map(make, range(4))
        pool.close()
        pool.join()
def leave(method):
    for _ in range(3):
        process = get_context(method).Process(target=child, args=(method,))
        process.start()
        process.join()
        assert process.exitcode == 0
"""


@linux
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_the_services_of_children_that_have_ended_are_not_told(method):
    """Trackers and fork servers of their own, which end a moment after them."""
    result = judged(NESTED, name=method)
    assert result.passed, result.explanation


UNHURRIED_QUEUE = """
import time
from multiprocessing import Process, get_context
class Slow:
    def __reduce__(self):
        time.sleep(0.5)
        return Slow, ()
def leave(method):
    context = get_context(method)
    queue = context.Queue()
    context.Process(target=queue.put, args=(1,)).start()
    queue.get()
    for child in context.active_children():
        child.join()
    queue.put(Slow())
"""


@linux
@pytest.mark.parametrize("method", ["forkserver", "spawn"])  # those that name their semaphores
def test_a_queue_whose_thread_ends_after_the_call_leaves_nothing(method):
    """Its thread gives back the named semaphores: were the resource tracker ended before, they would start another."""
    result = judged(UNHURRIED_QUEUE, name=method)
    assert result.passed, result.explanation
    unawaited = "from lockstep.student.inside import calls; calls._join_feeders = lambda: None"
    with contextlib.closing(ChangedLauncher(unawaited)) as launcher:
        result = judged(UNHURRIED_QUEUE.replace("0.5", "100"), launcher, name=method)
    assert "1 process is still running" in result.explanation or "named semaphores" in result.explanation, result


@linux
def test_if_a_process_were_known_by_what_it_calls_itself_it_could_stay_untold():
    program, words = LEFTOVERS["an orphan that calls itself a fork server"]
    assert words in judged(program).explanation
    let_off = "look = keeper._Keeper._look; keeper._Keeper._look = lambda self, known: (look(self, known)[0], [])"
    with contextlib.closing(ChangedLauncher(let_off)) as launcher:
        assert judged(program, launcher).passed


@linux
def test_what_is_not_noted_as_the_programs_is_left_alone(tmp_path):
    name = f"lockstep-leftover-{secrets.token_hex(4)}"
    segment, path = "/dev/shm/" + name, tmp_path / "thesis.txt"
    path.write_text("my thesis")
    program = f"""
    import os
    from multiprocessing.shared_memory import SharedMemory
    def leave(name):
        segment = SharedMemory(name, create=True, size=100)
        segment.close()
        segment.unlink()
        open("/dev/shm/" + name, "w").close()  # as another program could, that calls a file the same
        outside = os.path.relpath({str(path)!r}, "/dev/shm")
        for number, path in ((os.stat({str(path)!r}).st_ino, outside), (0, ".."), (-1, name), ("x", name)):
            with open(".made", "a") as notes:
                notes.write(f"{{number}} {{path}}\\0")
    """
    try:
        result = judged(textwrap.dedent(program), name=name)
        assert result.passed, result.explanation
        assert os.path.exists(segment)
        assert path.read_text() == "my thesis"
    finally:
        os.unlink(segment)


TRAPS = {
    "a pipe": "os.mkfifo(path)",
    "a link to another file": "os.symlink('/etc/passwd', path)",
    "a folder": "os.mkdir(path)",
    "rubbish": "open(path, 'wb').write(b'9 x' * 1_000_000)",
    "nothing": "pass",
}


@linux
@pytest.mark.parametrize("trap", TRAPS)
def test_a_program_that_lays_traps_in_its_folder_is_ended_like_any_other(trap):
    program = f"""
    import os, time
    def leave(name):
        for path in (".stacks", ".made"):
            os.path.exists(path) and os.unlink(path)
            {TRAPS[trap]}
        while True:
            time.sleep(1)
    """
    with contextlib.closing(ForkingLauncher()) as launcher:
        result = judged(textwrap.dedent(program), launcher, limit=1)
        assert "did not come back within 1 s" in result.explanation
        deadline = time.monotonic() + 20
        while (running := _running_below(launcher._zygote.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert running == []


def _running_below(pid):
    below = psutil.Process(pid).children(recursive=True)
    return [process for process in below if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no fork servers")
def test_no_folder_for_temporary_files_outlives_the_checks(monkeypatch):
    program = """
    from multiprocessing import get_context
    def leave(name):
        context = get_context("forkserver")
        with context.Manager() as manager, context.Pool(1) as pool:
            pool.map(abs, manager.list([1]))
            pool.close()
            pool.join()
    """
    with tempfile.TemporaryDirectory() as folder:  # of a short name: sockets are in it
        monkeypatch.setenv("TMPDIR", folder)
        with contextlib.closing(ForkingLauncher()) as launcher:
            result = judged(textwrap.dedent(program), launcher)
        assert result.passed, result.explanation
        assert os.listdir(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such sockets")
def test_where_temporary_files_have_long_names_answers_are_judged_as_elsewhere(monkeypatch):
    program = """
    from multiprocessing import get_context
    def leave(name):
        with get_context("fork").Manager() as manager:
            assert len(manager.list([1])) == 1
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "a" * (103 - len("/pymp-12345678/listener-12345678") - len(folder) - 1))
        os.mkdir(folder)
        monkeypatch.setenv("TMPDIR", folder)
        with contextlib.closing(ForkingLauncher()) as launcher:
            result = judged(textwrap.dedent(program), launcher)
        assert result.passed, result.explanation
