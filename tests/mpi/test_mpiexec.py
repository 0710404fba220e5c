"""`mpiexec` runs a notebook's functions as real ranks, ends what does not end, and leaves nothing of its own behind."""

import contextlib
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import tiers
from autograder.sandbox.launching import SandboxLauncher
from lockstep.checks.check import Check, run_checks
from lockstep.mpi.inside import service
from lockstep.mpi.inside.papers import Papers
from lockstep.mpi.inside.service import launcher
from lockstep.mpi.mpiexec import mpiexec
from lockstep.program.source import ModuleSource
from lockstep.student.failure import StudentDied, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session
from tests.missing import missing
from tests.mpi.programs import (
    add,
    be_killed,
    fail,
    hello,
    in_turn,
    leave,
    never_end,
    no_data,
    wait_for_the_other,
    without_communicator,
)
from tests.notebook.test_kernel import run

SHARED = Path("/dev/shm")


@pytest.fixture(autouse=True)
def mpi():
    if launcher() is None or find_spec("mpi4py") is None:
        if sys.version_info >= (3, 15):
            pytest.skip("mpi4py has no wheels for this Python yet")
        missing("MPI is not installed: make environment")


def below() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


def segments() -> set[str]:
    return {path.name for path in SHARED.glob("mpich_shm_*")} if SHARED.exists() else set()


def stay(before: set[str]) -> set[str]:
    """Of the segments that were not there before, those that are not removed; ranks that others run now end meanwhile."""
    new, began = segments() - before, time.monotonic()
    while new & segments() and time.monotonic() - began < 60:
        time.sleep(0.1)
    return new & segments()


def test_each_rank_calls_the_function_and_its_result_has_its_place():
    assert mpiexec(add, 2, y=3, ranks=3) == [15, 15, 15]
    assert mpiexec(without_communicator, ranks=2) == [2, 2]


def test_what_ranks_print_comes_in_its_order_line_by_line_each_with_its_rank(capsys):
    assert mpiexec(in_turn, ranks=4) == [None] * 4
    assert capsys.readouterr().out.splitlines() == [
        f"rank {rank}: it is the turn of {rank}, really" for rank in range(4)
    ]


def test_ranks_that_wait_for_ever_are_named_by_their_lines_and_ended():
    before = segments()
    with pytest.raises(StudentTimedOut, match=r"`wait_for_the_other` on 3 ranks was still running after 6 s") as failed:
        mpiexec(wait_for_the_other, ranks=3, limit=6)
    first, second, third = failed.value.stacks.splitlines()
    line = "return comm.recv(source=1 - comm.Get_rank())"
    assert first.startswith("rank 0 is in `wait_for_the_other` at programs.py, line")
    assert first.endswith(line)
    assert second.startswith("rank 1 is in")
    assert second.endswith(line)
    assert third == "rank 2 has returned, and waits for the others to end"
    assert not stay(before)


def test_a_stack_that_is_being_written_is_waited_for():
    outermost = '  File "<frozen runpy>", line 198 in _run_module_as_main'
    stack = f'Current thread 0x1 (most recent call first):\n  File "programs.py", line 1 in f\n{outermost}\n'
    assert service._is_whole(stack)
    assert not any(service._is_whole(stack[:many]) for many in range(len(stack) - 1))


def test_a_rank_that_computes_for_ever_is_ended_too():
    with pytest.raises(StudentTimedOut) as failed:
        mpiexec(never_end, ranks=2, limit=3)
    assert failed.value.stacks.count("never_end") == 2


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (fail, StudentRaised, r"ValueError: no good \(rank 1\)"),
        (leave, StudentRaised, r"SystemExit: 3 \(rank 1\)"),
        (be_killed, StudentDied, "a rank was killed by signal 9, and all were ended"),
        (no_data, StudentRefused, "what `no_data` returns on rank 0 cannot be given back"),
    ],
)
def test_one_rank_that_fails_ends_all_at_once_and_is_named(function, error, words):
    before = segments()
    with pytest.raises(error, match=words):
        mpiexec(function, ranks=3, limit=600)
    assert not stay(before)


def test_no_process_is_left_over():
    before = below()
    with pytest.raises(StudentTimedOut):
        mpiexec(wait_for_the_other, ranks=2, limit=2)
    names = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            names += [" ".join(process.cmdline())] if process.pid not in before else []
    assert not [name for name in names if "lockstep.mpi" in name or "mpiexec" in name]


@pytest.mark.skipif(not SHARED.exists(), reason="shared memory is no files here")
def test_the_segments_of_bystanders_stay():
    bystander = SHARED / f"mpich_shm_{os.getpid():x}_bystander"
    bystander.write_text("mine")
    try:
        with pytest.raises(StudentDied):
            mpiexec(be_killed, ranks=2)
        assert bystander.read_text() == "mine"
    finally:
        bystander.unlink()


@pytest.mark.skipif(not SHARED.exists(), reason="shared memory is no files here")
def test_only_a_segment_that_is_still_the_one_that_was_noted_is_removed(tmp_path):
    papers = Papers(str(tmp_path))
    mine, others = SHARED / f"mpich_shm_{os.getpid():x}_mine", SHARED / f"mpich_shm_{os.getpid():x}_others"
    mine.touch()
    others.touch()
    try:
        (tmp_path / "segments.0").write_text(
            f"{mine.name} {mine.stat().st_ino}\n{others.name} 1\n../../etc/hostname 1\n"
        )
        papers.remove_segments(1)
        assert not mine.exists()
        assert others.exists()
    finally:
        others.unlink(missing_ok=True)
        mine.unlink(missing_ok=True)


@pytest.mark.parametrize("wrong", [{"ranks": 0}, {"ranks": True}, {"ranks": 1_000}, {"limit": 0}])
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="ranks is how many|a limit is"):
        mpiexec(hello, **wrong)
    with pytest.raises(TypeError, match="`mpiexec` takes a function"):
        mpiexec(3)


def test_a_line_of_a_notebook_runs_the_functions_of_its_cells_really_on_every_interleaving_and_in_virtual_time():
    first, second, third, wrong = run(
        """
from lockstep import explore, mpiexec, simulate
from mpi4py import MPI

STEPS = 2

def ring(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    value = rank
    for _ in range(STEPS):
        value = comm.sendrecv(value, dest=(rank + 1) % size, source=(rank - 1) % size)
    if rank == 0:
        print("once round")
    return value

def stuck(comm):
    return comm.recv(source=0)
""",
        "print(mpiexec(ring, ranks=4))",
        "print(explore(ring, ranks=4).results.values_returned(), simulate(ring, ranks=4, costs='ideal').messages)",
        "mpiexec(stuck, ranks=2, limit=3)",
        allow_errors=True,
    )
    assert first["error"] == ""
    assert second["stdout"] == "rank 0: once round\n[2, 3, 0, 1]\n"
    assert third["stdout"] == "[[2, 3, 0, 1]] 8\n"
    assert "rank 0 is in `stuck` at In[2], line 17" in wrong["error"]
    assert "lockstep/" not in wrong["error"]


RING = """
def ring(comm):
    return comm.sendrecv(comm.Get_rank(), dest=(comm.Get_rank() + 1) % comm.Get_size(), source=comm.Get_rank() - 1)
"""


def checked(text: str, launcher):
    """The report of a check that runs the program's ring by two ranks."""

    def body(student):
        assert mpiexec(student.ring, ranks=2) == [1, 0]

    source = ModuleSource.of_text(text)
    checks = [Check("two ranks exchange their numbers", body, 60.0)]
    return run_checks("ring", checks, lambda limit: Session(source, ModuleSource(), launcher, limit))


RIGHT = RING.replace("comm.Get_rank() - 1)", "(comm.Get_rank() - 1) % comm.Get_size())")


def test_a_check_runs_the_learners_function_by_ranks(capsys):
    assert checked(RIGHT, local_launcher()).passed
    (wrong,) = checked(RIGHT.replace("return ", "return 1 + "), local_launcher()).results
    assert "[2, 1]" in str(wrong.explanation)
    (without,) = checked("x = 1", local_launcher()).results
    assert "`ring` is not defined" in str(without.explanation)
    assert capsys.readouterr().out == ""


@pytest.mark.sandbox
@pytest.mark.parametrize("tier", ["A", "B", "C"])
def test_in_a_sandbox_without_a_network_too_unless_it_gives_no_sockets(tier):
    if why := tiers.why_not(tier):
        pytest.skip(why)
    with contextlib.closing(SandboxLauncher(tier)) as launcher:
        (result,) = checked(RIGHT, launcher).results
    assert result.passed or (tier == "C" and "MPI cannot start here: it needs sockets" in result.explanation), result


def test_a_function_that_is_not_at_the_top_level_is_refused():
    def nothing(comm):
        """Nobody finds it by its name."""

    with pytest.raises(ValueError, match="inside a function"):
        mpiexec(nothing)
