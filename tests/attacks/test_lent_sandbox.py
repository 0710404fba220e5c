"""One sandbox for our own answers is lent to every worker: it serves them all, and who lent it may be gone."""

import contextlib
import multiprocessing
import os

import psutil
import pytest

from autograder.grading.pool import judging_pool
from autograder.sandbox.launching import LentSandbox, SandboxLauncher
from autograder.sandbox.tiers import probe
from lockstep.program.source import ModuleSource
from lockstep.student.session import Session, Student

pytestmark = pytest.mark.sandbox

PROGRAM = ModuleSource.of_text("import sys\n\ndef double(number):\n    return 2 * number, 'numpy' in sys.modules\n")


def doubled(launcher, number):
    session = Session(PROGRAM, ModuleSource(), launcher, 60)
    try:
        return Student(session).double(number)
    finally:
        session.close()


def open_lent(requests):
    global _lent
    _lent = LentSandbox("B", requests)


def doubled_by_a_worker(number):
    return os.getpid(), _lent._lent, doubled(_lent, number)[0]


@pytest.fixture
def sandbox():
    if not probe().tier <= "B":
        pytest.skip("this machine has no namespaces for a sandbox of tier B")
    opened = SandboxLauncher("B")
    yield opened
    opened.close()


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="sockets are lent to forks alone"
)
def test_workers_have_their_answers_from_one_zygote(sandbox):
    with judging_pool(2, __name__, open_lent, sandbox.lendable) as workers:
        found = list(workers.map(doubled_by_a_worker, range(12)))
    assert [answer for _, _, answer in found] == [2 * number for number in range(12)]
    assert all(lent for _, lent, _ in found)  # nobody has had to start another
    assert doubled(sandbox, 21)[0] == 42


def test_where_the_one_that_lends_is_gone_there_is_one_of_its_own(sandbox):
    lent = LentSandbox("B", sandbox.lendable.dup())
    try:
        assert doubled(lent, 1)[0] == 2
        assert lent._zygote is None
        for process in psutil.Process(sandbox.process_id).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has gone with the first of its namespace
                process.kill()
        assert doubled(lent, 2)[0] == 4
        assert lent._zygote is not None
    finally:
        lent.close()


def test_a_sandbox_in_a_cgroup_is_not_lent_for_its_programs_count_together():
    assert SandboxLauncher("A").lendable is None
    assert SandboxLauncher("C").lendable is None


def test_numpy_is_loaded_in_a_sandbox_where_it_is_expected_and_nowhere_else(sandbox):
    assert not doubled(sandbox, 1)[1]
    sandbox.expect({"def f():\n    import numpy", "numpy = 1"})
    assert not doubled(sandbox, 1)[1]
    sandbox.expect({"import math, numpy as np"})
    assert doubled(sandbox, 1)[1]
