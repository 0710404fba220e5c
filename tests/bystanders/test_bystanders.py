"""Beside every kind of check other programs are at work: nothing of theirs is lost, and no right answer is refused."""

import contextlib
import os
import sys
import threading

import nbclient
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.sandbox import cgroup, tiers
from autograder.sandbox.launching import SandboxLauncher, UnsandboxedLauncher
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.launcher_one_by_one import OneByOneLauncher
from tests.bystanders.answers import CHECKS, PROGRAM, refused
from tests.student.changed import ChangedLauncher
from tests.student.leftovers import LEFTOVERS
from tests.student.test_leftovers import judged

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="other systems do not share a folder of segments"),
    pytest.mark.timeout(300),
]


def _tier_a():
    if reason := cgroup.missing():
        pytest.skip(f"tier A does not work here: {reason}")
    return SandboxLauncher("A")


def _tier_c():
    if reason := tiers.why_not("C"):
        pytest.skip(f"tier C does not work here: {reason}")
    return SandboxLauncher("C")


LAUNCHERS = {
    "notebook": ForkingLauncher,
    "notebook, started one by one": OneByOneLauncher,
    "tier A": _tier_a,
    "tier B": lambda: SandboxLauncher("B"),
    "tier C": _tier_c,
    "tier D": UnsandboxedLauncher,
}


def _marks(where):
    yield from [pytest.mark.sandbox] * ("tier" in where)
    yield from [pytest.mark.slow] * (where in ("notebook, started one by one", "tier D"))


@pytest.mark.parametrize("where", [pytest.param(name, marks=tuple(_marks(name))) for name in LAUNCHERS])
def test_checks_harm_no_other_program_and_are_not_misled_by_one(where, bystanders):
    with contextlib.closing(LAUNCHERS[where]()) as launcher:
        told = refused(launcher)

    assert told == []
    assert bystanders.lost() == {}


def test_a_right_answer_is_not_blamed_for_what_another_leaves_behind_meanwhile():
    ended, found = threading.Event(), []

    def leave_things():
        with contextlib.closing(ForkingLauncher()) as launcher:
            for program, words in LEFTOVERS.values():
                if (len(found) < 2 or not ended.is_set()) and "forkserver" not in program:
                    found.append(words in judged(program, launcher, f"lockstep-other-{os.getpid()}").explanation)

    other = threading.Thread(target=leave_things)
    other.start()
    with contextlib.closing(ForkingLauncher()) as launcher:
        told = refused(launcher)
    ended.set()
    other.join()

    assert told == []
    assert all(found)


def test_if_every_name_were_the_programs_a_right_answer_were_refused_and_a_strangers_file_removed(tmp_path):
    program = "def leave(name):\n    pass\n"
    path = tmp_path / "mpich_shm_x"
    path.touch()
    elsewhere = f"segments._FOLDER = pathlib.Path({str(tmp_path)!r})"
    every_name = "segments.left_behind = lambda notes: os.listdir(segments._FOLDER)"

    with contextlib.closing(ChangedLauncher(elsewhere)) as launcher:
        assert judged(program, launcher).passed
    assert path.exists()

    with contextlib.closing(ChangedLauncher(f"{elsewhere}; {every_name}")) as launcher:
        assert "never unlinked: ['mpich_shm_x']" in judged(program, launcher).explanation
    assert not path.exists()


NOTEBOOK = """
import os, time
from multiprocessing import Process
from lockstep import speedup, timeline
def work(size, workers):
    processes = [Process(target=square, args=(size,)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return size
def fail():
    Process(target=time.sleep, args=(300,)).start()
    raise ZeroDivisionError("mine")
"""
INSTRUMENTS = """
assert timeline(work, 10, 2, live=False).answer == 10
assert speedup(work, 10, workers=[1, 2], seconds=0.1, live=False)
try:
    timeline(fail, live=False)
except ZeroDivisionError:
    pass
"""


@pytest.mark.slow
def test_a_kernel_with_checks_and_instruments_harms_no_other_program(bystanders):
    cells = ["%load_ext lockstep", PROGRAM, CHECKS, NOTEBOOK, INSTRUMENTS]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])

    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()  # raises if one is refused

    assert bystanders.lost() == {}
